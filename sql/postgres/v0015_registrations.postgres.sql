-- Registrations that wait for their address to be confirmed. Many may wait for one address, and none has its name from
-- accounts: an account that is made with it meanwhile keeps it.
CREATE TABLE registrations (
    username TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    email TEXT COLLATE "C" NOT NULL,
    password_hash TEXT COLLATE "C" NOT NULL,
    link BYTEA UNIQUE,
    mailed_at BIGINT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE INDEX registrations_by_email ON registrations (email);
CREATE INDEX registrations_by_end ON registrations (expires_at);

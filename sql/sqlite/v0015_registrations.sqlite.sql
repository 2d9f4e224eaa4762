-- Registrations that wait for their address to be confirmed. Many may wait for one address, and none has its name from
-- accounts: an account that is made with it meanwhile keeps it.
CREATE TABLE registrations (
    username TEXT NOT NULL PRIMARY KEY,
    email TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    link BLOB UNIQUE,
    mailed_at INTEGER,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX registrations_by_email ON registrations (email);
CREATE INDEX registrations_by_end ON registrations (expires_at);

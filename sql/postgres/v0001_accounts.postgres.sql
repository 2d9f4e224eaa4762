-- Names that were given away, for good: a row stays when its account is renamed or deleted.
CREATE TABLE usernames (
    name TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    account_id TEXT COLLATE "C" NOT NULL,
    UNIQUE (name, account_id)
);

-- The reference names both columns, so that an account can only bear a name that was given to itself.
CREATE TABLE accounts (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    username TEXT COLLATE "C" NOT NULL UNIQUE,
    email TEXT COLLATE "C" NOT NULL UNIQUE,
    is_email_verified BIGINT NOT NULL CHECK (is_email_verified IN (0, 1)),
    password_hash TEXT COLLATE "C" NOT NULL,
    group_names TEXT COLLATE "C" NOT NULL, -- ascending, with commas between them
    is_disabled BIGINT NOT NULL CHECK (is_disabled IN (0, 1)),
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    last_login_at BIGINT,
    FOREIGN KEY (username, id) REFERENCES usernames (name, account_id)
);

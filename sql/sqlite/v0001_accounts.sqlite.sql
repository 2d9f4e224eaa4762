-- Names that were given away, for good: a row stays when its account is renamed or deleted.
CREATE TABLE usernames (
    name TEXT NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL,
    UNIQUE (name, account_id)
) STRICT, WITHOUT ROWID;

-- The reference names both columns, so that an account can only bear a name that was given to itself.
CREATE TABLE accounts (
    id TEXT NOT NULL PRIMARY KEY,
    username TEXT NOT NULL UNIQUE,
    email TEXT NOT NULL UNIQUE,
    is_email_verified INTEGER NOT NULL CHECK (is_email_verified IN (0, 1)),
    password_hash TEXT NOT NULL,
    group_names TEXT NOT NULL, -- ascending, with commas between them
    is_disabled INTEGER NOT NULL CHECK (is_disabled IN (0, 1)),
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    last_login_at INTEGER,
    FOREIGN KEY (username, id) REFERENCES usernames (name, account_id)
) STRICT;

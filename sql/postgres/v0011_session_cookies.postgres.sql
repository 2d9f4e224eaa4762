CREATE TABLE session_cookies (
    hash BYTEA NOT NULL PRIMARY KEY,
    session_id TEXT COLLATE "C" NOT NULL REFERENCES sessions (id) ON DELETE CASCADE
);

CREATE INDEX session_cookies_by_session ON session_cookies (session_id);

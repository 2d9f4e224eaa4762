CREATE TABLE outbox (
    id TEXT NOT NULL PRIMARY KEY,
    sealed BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    is_parked INTEGER NOT NULL CHECK (is_parked IN (0, 1))
) STRICT;

CREATE INDEX outbox_by_due ON outbox (is_parked, due_at);

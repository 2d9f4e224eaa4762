CREATE TABLE outbox (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    sealed BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    is_parked BIGINT NOT NULL CHECK (is_parked IN (0, 1))
);

CREATE INDEX outbox_by_due ON outbox (is_parked, due_at);

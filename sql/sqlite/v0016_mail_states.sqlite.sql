-- Whether a gateway has the mail in hand until it falls due, and why it was not taken when it was tried last.
ALTER TABLE outbox ADD COLUMN is_claimed INTEGER NOT NULL DEFAULT 0 CHECK (is_claimed IN (0, 1));
ALTER TABLE outbox ADD COLUMN failure TEXT;

CREATE INDEX outbox_by_creation ON outbox (created_at, id);

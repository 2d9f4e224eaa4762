-- No reference to accounts: the trail outlives them.
CREATE TABLE audit (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    account_id TEXT,
    actor TEXT NOT NULL,
    address TEXT,
    request_id TEXT,
    facts TEXT NOT NULL -- a JSON object of texts
) STRICT;

CREATE INDEX audit_by_account ON audit (account_id, id);

CREATE TRIGGER audit_keeps_rows BEFORE DELETE ON audit
BEGIN
    SELECT RAISE(ABORT, 'the audit trail is append-only');
END;

CREATE TRIGGER audit_keeps_words BEFORE UPDATE ON audit
BEGIN
    SELECT RAISE(ABORT, 'the audit trail is append-only');
END;

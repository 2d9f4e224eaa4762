-- No reference to accounts: the trail outlives them.
CREATE TABLE audit (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at BIGINT NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    account_id TEXT COLLATE "C",
    actor TEXT COLLATE "C" NOT NULL,
    address TEXT COLLATE "C",
    request_id TEXT COLLATE "C",
    facts TEXT COLLATE "C" NOT NULL -- a JSON object of texts
);

CREATE INDEX audit_by_account ON audit (account_id, id);

CREATE FUNCTION audit_keeps_rows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit trail is append-only';
END
$$;

CREATE TRIGGER audit_keeps_rows BEFORE DELETE OR UPDATE OR TRUNCATE ON audit
FOR EACH STATEMENT EXECUTE FUNCTION audit_keeps_rows();

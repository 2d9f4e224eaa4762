-- Followers of the revocation log are told when it has grown, so that they need not ask all the time.
CREATE FUNCTION revocations_tell() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('auth_gateway_revocations', '');
    RETURN NULL;
END
$$;

CREATE TRIGGER revocations_tell AFTER INSERT ON revocations
FOR EACH STATEMENT EXECUTE FUNCTION revocations_tell();

-- Counts of the generic cell rate algorithm: when a key's allowance is whole again, in microseconds, and whether the last
-- one was allowed. What a crash empties was not worth a write-ahead log.
CREATE UNLOGGED TABLE rate_limits (
    key BYTEA NOT NULL PRIMARY KEY,
    whole_at BIGINT NOT NULL,
    is_allowed BIGINT NOT NULL CHECK (is_allowed IN (0, 1))
);

CREATE INDEX rate_limits_by_end ON rate_limits (whole_at);

CREATE TABLE revocations (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind TEXT COLLATE "C" NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    least_version BIGINT,
    keep_until BIGINT NOT NULL
);

CREATE INDEX revocations_by_end ON revocations (keep_until);

-- A follower asks for ids after the last that it has seen, so they must become visible in their order. A trigger for
-- the statement runs before any row has its id, and its lock lasts until what the transaction did can be seen.
CREATE FUNCTION revocations_take_turns() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(6075114, 2);
    RETURN NULL;
END
$$;

CREATE TRIGGER revocations_take_turns BEFORE INSERT ON revocations
FOR EACH STATEMENT EXECUTE FUNCTION revocations_take_turns();

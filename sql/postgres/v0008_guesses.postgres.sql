CREATE TABLE guesses (
    subject TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    guess_count BIGINT NOT NULL,
    window_start BIGINT NOT NULL,
    blocked_until BIGINT,
    strikes BIGINT NOT NULL,
    keep_until BIGINT NOT NULL
);

CREATE INDEX guesses_by_end ON guesses (keep_until);

CREATE TABLE guesses (
    subject TEXT NOT NULL PRIMARY KEY,
    guess_count INTEGER NOT NULL,
    window_start INTEGER NOT NULL,
    blocked_until INTEGER,
    strikes INTEGER NOT NULL,
    keep_until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX guesses_by_end ON guesses (keep_until);

-- AUTOINCREMENT: an id is greater than that of every row there ever was, also when the youngest rows were removed.
CREATE TABLE revocations (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    least_version INTEGER,
    keep_until INTEGER NOT NULL
) STRICT;

CREATE INDEX revocations_by_end ON revocations (keep_until);

-- What the file remembers about its house: `mode` (live, training, demo) and `clock_at`, where a
-- clock that is moved by hand was left.
CREATE TABLE house (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

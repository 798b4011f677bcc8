-- What is on, where and when. Reference data: small, read whole into memory, copied to every
-- shard. Lists are JSON arrays. Layouts and price cards are rows of `immutable`.

CREATE TABLE city (
    id        INTEGER NOT NULL PRIMARY KEY,
    key       TEXT NOT NULL UNIQUE,
    name      TEXT NOT NULL,
    also      TEXT NOT NULL,
    country   TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    latitude  REAL NOT NULL,
    longitude REAL NOT NULL
) STRICT;

CREATE TABLE cinema (
    id        INTEGER NOT NULL PRIMARY KEY,
    key       TEXT NOT NULL UNIQUE,
    name      TEXT NOT NULL,
    city      INTEGER NOT NULL REFERENCES city (id),
    address   TEXT NOT NULL,
    latitude  REAL NOT NULL,
    longitude REAL NOT NULL
) STRICT;

CREATE TABLE screen (
    id     INTEGER NOT NULL PRIMARY KEY,
    key    TEXT NOT NULL UNIQUE,
    name   TEXT NOT NULL,
    cinema INTEGER NOT NULL REFERENCES cinema (id)
) STRICT;

CREATE TABLE movie (
    id          INTEGER NOT NULL PRIMARY KEY,
    key         TEXT NOT NULL UNIQUE,
    title       TEXT NOT NULL,
    also        TEXT NOT NULL,
    minutes     INTEGER NOT NULL,
    certificate TEXT NOT NULL,
    genres      TEXT NOT NULL,
    language    TEXT NOT NULL
) STRICT;

-- Times are milliseconds of UTC. `sales` says when each channel sells, counted from the start.
CREATE TABLE show (
    show_id   INTEGER NOT NULL PRIMARY KEY,
    movie     INTEGER NOT NULL REFERENCES movie (id),
    screen    INTEGER NOT NULL REFERENCES screen (id),
    starts_at INTEGER NOT NULL,
    ends_at   INTEGER NOT NULL,
    format    TEXT NOT NULL,
    language  TEXT NOT NULL,
    subtitles TEXT NOT NULL,
    layout    TEXT NOT NULL,
    prices    TEXT NOT NULL,
    sales     TEXT NOT NULL,
    seats_max INTEGER NOT NULL,
    UNIQUE (screen, starts_at)
) STRICT;

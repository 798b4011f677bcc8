-- What is on, where and when. Reference data: small, read whole into memory, copied to every
-- shard. Lists are JSON arrays. Layouts and price cards are rows of `immutable`.

CREATE TABLE city (
    id        bigint PRIMARY KEY,
    key       text   NOT NULL UNIQUE,
    name      text   NOT NULL,
    also      text   NOT NULL,
    country   text   NOT NULL,
    time_zone text   NOT NULL,
    latitude  double precision NOT NULL,
    longitude double precision NOT NULL
);

CREATE TABLE cinema (
    id        bigint PRIMARY KEY,
    key       text   NOT NULL UNIQUE,
    name      text   NOT NULL,
    city      bigint NOT NULL REFERENCES city (id),
    address   text   NOT NULL,
    latitude  double precision NOT NULL,
    longitude double precision NOT NULL
);

CREATE TABLE screen (
    id     bigint PRIMARY KEY,
    key    text   NOT NULL UNIQUE,
    name   text   NOT NULL,
    cinema bigint NOT NULL REFERENCES cinema (id)
);

CREATE TABLE movie (
    id          bigint  PRIMARY KEY,
    key         text    NOT NULL UNIQUE,
    title       text    NOT NULL,
    also        text    NOT NULL,
    minutes     integer NOT NULL,
    certificate text    NOT NULL,
    genres      text    NOT NULL,
    language    text    NOT NULL
);

-- Times are milliseconds of UTC. `sales` says when each channel sells, counted from the start.
CREATE TABLE show (
    show_id   bigint  PRIMARY KEY,
    movie     bigint  NOT NULL REFERENCES movie (id),
    screen    bigint  NOT NULL REFERENCES screen (id),
    starts_at bigint  NOT NULL,
    ends_at   bigint  NOT NULL,
    format    text    NOT NULL,
    language  text    NOT NULL,
    subtitles text    NOT NULL,
    layout    text    NOT NULL,
    prices    text    NOT NULL,
    sales     text    NOT NULL,
    seats_max integer NOT NULL,
    UNIQUE (screen, starts_at)
);

-- How often the rows of a room have changed. Who keeps a copy in memory looks here, and who changes
-- them holds its row.
CREATE TABLE moves (
    what  text   PRIMARY KEY,
    times bigint NOT NULL
);
INSERT INTO moves (what, times) VALUES ('catalogue', 0), ('tokens', 0);

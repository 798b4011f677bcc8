-- API tokens. The token itself is told once and never stored. A revoked one stays, so that the
-- accounts of all time can be told.
CREATE TABLE api_token (
    id         text   PRIMARY KEY,
    hash       bytea  NOT NULL UNIQUE CHECK (length(hash) = 32),
    account    text   NOT NULL,
    role       text   NOT NULL CHECK (role IN ('customer', 'clerk', 'manager', 'admin')),
    channel    text   NOT NULL CHECK (channel IN ('counter', 'web', 'api')),
    created_at bigint NOT NULL,
    revoked_at bigint
);

-- What the database remembers about its house: `mode` (live, training, demo) and `clock_at`, where
-- a clock that is moved by hand was left.
CREATE TABLE house (
    name  text PRIMARY KEY,
    value text NOT NULL
);

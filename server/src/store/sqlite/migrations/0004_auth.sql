-- API tokens. The token itself is told once and never stored.
CREATE TABLE api_token (
    id         TEXT    PRIMARY KEY,
    hash       BLOB    NOT NULL UNIQUE CHECK (length(hash) = 32),
    account    TEXT    NOT NULL,
    role       TEXT    NOT NULL CHECK (role IN ('customer', 'clerk', 'manager', 'admin')),
    channel    TEXT    NOT NULL CHECK (channel IN ('counter', 'web', 'api')),
    created_at INTEGER NOT NULL,
    revoked_at INTEGER
) STRICT, WITHOUT ROWID;

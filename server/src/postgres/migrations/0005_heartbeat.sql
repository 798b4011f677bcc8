-- The mark by which it is known how old a replica is: servers that read from replicas have it moved
-- on, and whoever reads at a replica reads it too. One row; `house` is drawn once, so that a replica
-- of another database is told from one of this, and `line` is the timeline it was moved on.
CREATE TABLE heartbeat (
    one   boolean PRIMARY KEY DEFAULT true CHECK (one),
    house uuid    NOT NULL,
    line  bigint  NOT NULL,
    beat  bigint  NOT NULL,
    at    bigint  NOT NULL
) WITH (fillfactor = 10);

INSERT INTO heartbeat (house, line, beat, at) VALUES (gen_random_uuid(), 0, 0, 0);

-- A show that went to another shard: what stands here was left behind, or has not arrived yet.
ALTER TABLE show_head DROP CONSTRAINT show_head_sales_check;
ALTER TABLE show_head ADD CONSTRAINT show_head_sales_check
    CHECK (sales IN ('open', 'paused', 'cancelled', 'moved'));

-- The slots that shows are spread over by, all of them in every database. Shows are opened only in
-- the database where the slot names no other shard; a database that is no shard has them all. Who
-- opens a show holds its slot's row, so that a slot is given away between two openings and never
-- during one. Which shard a database is, and of which house, stands in `meta`.
CREATE TABLE shard_slot (
    slot    integer PRIMARY KEY CHECK (slot BETWEEN 0 AND 1023),
    left_to text,
    -- Milliseconds since 1970 in UTC.
    at      bigint NOT NULL DEFAULT 0
);
INSERT INTO shard_slot (slot) SELECT generate_series(0, 1023);

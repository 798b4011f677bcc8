-- When a payment last forgot what booking had said of it: from then on it believes only what answers
-- an announcement that says so. Milliseconds since 1970 in UTC.
ALTER TABLE payment ADD COLUMN reopened_at INTEGER;

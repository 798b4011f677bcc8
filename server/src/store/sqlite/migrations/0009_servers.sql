-- What several servers of one database have to know of each other. A file has one server; the
-- columns are there so that every database has the same ones.

-- How often the rows of a room have changed. Who keeps a copy in memory looks here.
CREATE TABLE moves (
    what  TEXT    NOT NULL PRIMARY KEY,
    times INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Which server is at a payment, by a number it draws when it starts, and until when: then another
-- may take it up.
ALTER TABLE payment ADD COLUMN lease_by BLOB;
ALTER TABLE payment ADD COLUMN lease_until INTEGER;

-- Journals, and what stands beside them. Times are milliseconds since 1970 in UTC, money is in
-- minor units, ids of bookings and payments are the 16 bytes of their UUID.

-- What happened to a show, in order and without gaps. The truth; nothing here ever changes.
CREATE TABLE show_event (
    show_id INTEGER NOT NULL,
    ver     INTEGER NOT NULL CHECK (ver > 0),
    at      INTEGER NOT NULL,
    kind    TEXT    NOT NULL,
    format  INTEGER NOT NULL,
    body    TEXT    NOT NULL,
    PRIMARY KEY (show_id, ver)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER show_event_no_update BEFORE UPDATE ON show_event
BEGIN SELECT raise(ABORT, 'a journal is only added to'); END;
CREATE TRIGGER show_event_no_delete BEFORE DELETE ON show_event
BEGIN SELECT raise(ABORT, 'a journal is only added to'); END;

-- Where each journal stands: the row that a commit moves from exactly the version it was decided on.
CREATE TABLE show_head (
    show_id  INTEGER PRIMARY KEY,
    ver      INTEGER NOT NULL,
    tip      INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    next_due INTEGER,
    taken    INTEGER NOT NULL,
    total    INTEGER NOT NULL,
    sales    TEXT    NOT NULL CHECK (sales IN ('open', 'paused', 'cancelled'))
) STRICT;

CREATE INDEX show_head_due ON show_head (next_due) WHERE next_due IS NOT NULL;

-- Layouts (their text) and price cards (JSON), by the hash of their content.
CREATE TABLE immutable (
    hash TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('layout', 'prices')),
    body TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER immutable_no_update BEFORE UPDATE ON immutable
BEGIN SELECT raise(ABORT, 'an immutable row never changes'); END;
CREATE TRIGGER immutable_no_delete BEFORE DELETE ON immutable
BEGIN SELECT raise(ABORT, 'an immutable row never changes'); END;

-- What the door reads. The partial index is the second guard against selling a seat twice: it
-- holds whatever the program above it believes.
CREATE TABLE ticket (
    show_id INTEGER NOT NULL,
    code    INTEGER NOT NULL,
    seat    INTEGER NOT NULL,
    label   TEXT    NOT NULL,
    booking BLOB    NOT NULL,
    valid   INTEGER NOT NULL CHECK (valid IN (0, 1)),
    PRIMARY KEY (show_id, code)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX ticket_one_a_seat ON ticket (show_id, seat) WHERE valid = 1;
CREATE INDEX ticket_code ON ticket (code);

-- Bookings that concern money or tickets. Holds are in the journal alone.
CREATE TABLE booking (
    show_id  INTEGER NOT NULL,
    booking  BLOB    NOT NULL,
    code     INTEGER NOT NULL,
    state    TEXT    NOT NULL,
    total    INTEGER NOT NULL,
    currency TEXT    NOT NULL,
    at       INTEGER NOT NULL,
    PRIMARY KEY (show_id, booking)
) STRICT, WITHOUT ROWID;

CREATE INDEX booking_code ON booking (code);

-- Money that came (positive) or went back (negative), for reports: the show's version that decided
-- it, and the line within that commit.
CREATE TABLE money_line (
    show_id  INTEGER NOT NULL,
    ver      INTEGER NOT NULL,
    line     INTEGER NOT NULL,
    payment  BLOB    NOT NULL,
    booking  BLOB    NOT NULL,
    tender   TEXT    NOT NULL,
    amount   INTEGER NOT NULL,
    currency TEXT    NOT NULL,
    at       INTEGER NOT NULL,
    PRIMARY KEY (show_id, ver, line)
) STRICT, WITHOUT ROWID;

CREATE INDEX money_line_at ON money_line (at);

CREATE TRIGGER money_line_no_update BEFORE UPDATE ON money_line
BEGIN SELECT raise(ABORT, 'money lines are only added to'); END;
CREATE TRIGGER money_line_no_delete BEFORE DELETE ON money_line
BEGIN SELECT raise(ABORT, 'money lines are only added to'); END;

-- Facts about this database as a whole.
CREATE TABLE meta (
    key   TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

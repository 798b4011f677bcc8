-- Journals, and what stands beside them. Times are milliseconds since 1970 in UTC, money is in
-- minor units. Codes and tips are 64 bits without a sign, kept as they are in a signed column.
--
-- Sharded by show: every primary key and unique index leads with show_id, except those of the
-- reference tables immutable and meta, of which every shard has a copy. Nothing here is a trigger
-- or a rule, which a distributed table may not have: that a journal is only added to is a matter of
-- rights, which the owner gives up and a superuser alone can pass over.

-- What happened to a show, in order and without gaps. The truth; nothing here ever changes. The last
-- row of each commit has the tip that the head got with it, so that a version of a lost branch can
-- be told from one of this.
CREATE TABLE show_event (
    show_id bigint   NOT NULL,
    ver     bigint   NOT NULL CHECK (ver > 0),
    tip     bigint,
    at      bigint   NOT NULL,
    kind    text     NOT NULL,
    format  smallint NOT NULL,
    body    text     NOT NULL,
    PRIMARY KEY (show_id, ver)
);
REVOKE UPDATE, DELETE, TRUNCATE ON show_event FROM CURRENT_USER;

-- Where each journal stands: the row that a commit moves from exactly the version it was decided on.
-- It is written at every commit; the space left in each page keeps it from growing.
CREATE TABLE show_head (
    show_id  bigint  PRIMARY KEY,
    ver      bigint  NOT NULL,
    tip      bigint  NOT NULL,
    at       bigint  NOT NULL,
    next_due bigint,
    taken    integer NOT NULL,
    total    integer NOT NULL,
    sales    text    NOT NULL CHECK (sales IN ('open', 'paused', 'cancelled'))
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.1, autovacuum_vacuum_cost_delay = 0);

CREATE INDEX show_head_due ON show_head (next_due) WHERE next_due IS NOT NULL;

-- Layouts (their text) and price cards (JSON), by the hash of their content.
CREATE TABLE immutable (
    hash text PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('layout', 'prices')),
    body text NOT NULL
);
REVOKE UPDATE, DELETE, TRUNCATE ON immutable FROM CURRENT_USER;

-- What the door reads. The partial index is the second guard against selling a seat twice: it
-- holds whatever the program above it believes. A code that belongs to another booking leaves no
-- booking to write (see the batch statement), which NOT NULL refuses.
CREATE TABLE ticket (
    show_id bigint  NOT NULL,
    code    bigint  NOT NULL,
    seat    integer NOT NULL,
    label   text    NOT NULL,
    booking uuid    NOT NULL,
    valid   boolean NOT NULL,
    PRIMARY KEY (show_id, code)
);

CREATE UNIQUE INDEX ticket_one_a_seat ON ticket (show_id, seat) WHERE valid;
CREATE INDEX ticket_code ON ticket (code);

-- Bookings that concern money or tickets. Holds are in the journal alone.
CREATE TABLE booking (
    show_id  bigint NOT NULL,
    booking  uuid   NOT NULL,
    code     bigint NOT NULL,
    state    text   NOT NULL,
    total    bigint NOT NULL,
    currency text   NOT NULL,
    at       bigint NOT NULL,
    PRIMARY KEY (show_id, booking)
);

CREATE INDEX booking_code ON booking (code);
CREATE INDEX booking_at ON booking (at);

-- Money that came (positive) or went back (negative), for reports: the show's version that decided
-- it, and the line within that commit.
CREATE TABLE money_line (
    show_id  bigint  NOT NULL,
    ver      bigint  NOT NULL,
    line     integer NOT NULL,
    payment  uuid    NOT NULL,
    booking  uuid    NOT NULL,
    tender   text    NOT NULL,
    amount   bigint  NOT NULL,
    currency text    NOT NULL,
    at       bigint  NOT NULL,
    PRIMARY KEY (show_id, ver, line)
);
REVOKE UPDATE, DELETE, TRUNCATE ON money_line FROM CURRENT_USER;

CREATE INDEX money_line_at ON money_line (at);

-- Who a booking is for, as they told it: personal data, which no journal has. Taking it away leaves
-- nothing behind here. `digits` are those of the number, the last one first, so that the end of a
-- number is the beginning of what is looked for. Texts are compared by their characters alone,
-- whatever the language of the database.
CREATE TABLE contact (
    show_id bigint NOT NULL,
    booking uuid   NOT NULL,
    name    text   NOT NULL,
    phone   text   NOT NULL,
    digits  text   COLLATE "C" NOT NULL,
    at      bigint NOT NULL,
    PRIMARY KEY (show_id, booking)
);

CREATE INDEX contact_digits ON contact (digits);

-- The words of the name, in small letters and without accents.
CREATE TABLE contact_word (
    show_id bigint NOT NULL,
    booking uuid   NOT NULL,
    word    text   COLLATE "C" NOT NULL,
    PRIMARY KEY (show_id, booking, word)
);

CREATE INDEX contact_word_word ON contact_word (word);

-- Facts about this database as a whole.
CREATE TABLE meta (
    key   text PRIMARY KEY,
    value text NOT NULL
);

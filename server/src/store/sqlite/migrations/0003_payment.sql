-- Payments, what booking is still to be told, and the trail of both. Times are milliseconds since
-- 1970 in UTC, money is in minor units, ids of payments and bookings are the 16 bytes of their
-- UUID. No card number is ever written here.

CREATE TABLE payment (
    payment     BLOB    NOT NULL PRIMARY KEY,
    show_id     INTEGER NOT NULL,
    booking     BLOB    NOT NULL,
    quote       BLOB    NOT NULL,
    -- Tells a repeated request from another one with the same id; keyed, so it tells nothing else.
    fingerprint BLOB    NOT NULL,
    tender      TEXT    NOT NULL,
    state       TEXT    NOT NULL,
    amount      INTEGER NOT NULL CHECK (amount >= 0),
    currency    TEXT    NOT NULL,
    -- captured = applied + refund_due + refunded, where applied = captured - ordered_back and
    -- refund_due = ordered_back - refunded; no part is ever negative.
    captured    INTEGER NOT NULL CHECK (captured >= 0),
    ordered_back INTEGER NOT NULL CHECK (ordered_back BETWEEN 0 AND captured),
    refunded    INTEGER NOT NULL CHECK (refunded BETWEEN 0 AND ordered_back),
    -- What booking wants the house to keep, the show's version that said so, and the version that
    -- has been carried out.
    keep        INTEGER CHECK (keep >= 0),
    settle_ver  INTEGER,
    settled_ver INTEGER,
    settled     INTEGER NOT NULL CHECK (settled IN (0, 1)),
    reason      TEXT,
    tries       INTEGER NOT NULL,
    next_at     INTEGER,
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL,
    CHECK ((keep IS NULL) = (settle_ver IS NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX payment_booking ON payment (show_id, booking);
CREATE INDEX payment_next ON payment (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX payment_open ON payment (created_at) WHERE settled = 0;
CREATE INDEX payment_created ON payment (created_at);

-- Announcements that booking has not answered. What is said is read from the payment when it is sent.
CREATE TABLE payment_outbox (
    payment BLOB    NOT NULL PRIMARY KEY,
    tell_at INTEGER NOT NULL,
    told    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX payment_outbox_due ON payment_outbox (tell_at);

-- What happened to each payment, in order.
CREATE TABLE payment_event (
    payment  BLOB    NOT NULL,
    seq      INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    kind     TEXT    NOT NULL,
    state    TEXT    NOT NULL,
    captured INTEGER NOT NULL,
    refunded INTEGER NOT NULL,
    detail   TEXT    NOT NULL,
    PRIMARY KEY (payment, seq)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER payment_event_no_update BEFORE UPDATE ON payment_event
BEGIN SELECT raise(ABORT, 'the trail of a payment is only added to'); END;
CREATE TRIGGER payment_event_no_delete BEFORE DELETE ON payment_event
BEGIN SELECT raise(ABORT, 'the trail of a payment is only added to'); END;

-- Keys that sign payment tokens, the newest with the highest number.
CREATE TABLE payment_key (
    number     INTEGER PRIMARY KEY,
    secret     BLOB    NOT NULL CHECK (length(secret) = 32),
    created_at INTEGER NOT NULL
) STRICT;

-- The books of the simulated card terminal: another house's truth, kept here only because the
-- terminal lives in this process. Nothing but the terminal may read it.
CREATE TABLE sim_charge (
    payment         BLOB    NOT NULL PRIMARY KEY,
    show_id         INTEGER NOT NULL,
    booking         BLOB    NOT NULL,
    quote           BLOB    NOT NULL,
    amount          INTEGER NOT NULL,
    currency        TEXT    NOT NULL,
    scenario        TEXT    NOT NULL,
    status          TEXT    NOT NULL,
    captured        INTEGER NOT NULL CHECK (captured BETWEEN 0 AND amount),
    refunded        INTEGER NOT NULL CHECK (refunded BETWEEN 0 AND captured),
    refunds_to_fail INTEGER NOT NULL,
    promised_at     INTEGER,
    reason          TEXT,
    updated_at      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX sim_charge_updated ON sim_charge (updated_at, payment);

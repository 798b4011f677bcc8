-- Up to which time of Stripe's clock its record of what happened to money later was seen to.
CREATE TABLE stripe_read (
    one   INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    until INTEGER NOT NULL
) STRICT;

-- What came back onto a voucher shortly before its end or after it is good for longer than the rest.
ALTER TABLE voucher ADD COLUMN back INTEGER NOT NULL DEFAULT 0 CHECK (back >= 0);
ALTER TABLE voucher ADD COLUMN back_until INTEGER;
-- What of a reservation was of that.
ALTER TABLE voucher_use ADD COLUMN of_back INTEGER NOT NULL DEFAULT 0 CHECK (of_back >= 0);

-- What became of a voucher, line by line: made and taken back by staff, reserved and used by payments.
CREATE TABLE voucher_event (
    voucher BLOB    NOT NULL,
    seq     INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    kind    TEXT    NOT NULL,
    -- Which account of staff, or else by which payment.
    by      TEXT,
    payment BLOB,
    minor   INTEGER NOT NULL,
    detail  TEXT    NOT NULL,
    PRIMARY KEY (voucher, seq)
) STRICT, WITHOUT ROWID;

INSERT INTO voucher_event (voucher, seq, at, kind, by, minor, detail)
SELECT voucher, 1, created_at, 'made', made_by, value, coalesce(note, '') FROM voucher;
INSERT INTO voucher_event (voucher, seq, at, kind, by, minor, detail)
SELECT voucher, 2, cancelled_at, 'cancelled', cancelled_by, remaining, '' FROM voucher
WHERE cancelled_at IS NOT NULL;

CREATE TRIGGER voucher_event_no_update BEFORE UPDATE ON voucher_event
BEGIN SELECT raise(ABORT, 'the trail of a voucher is only added to'); END;
CREATE TRIGGER voucher_event_no_delete BEFORE DELETE ON voucher_event
BEGIN SELECT raise(ABORT, 'the trail of a voucher is only added to'); END;

-- Up to which time of Stripe's clock its record of what happened to money later was seen to.
CREATE TABLE stripe_read (
    one   integer NOT NULL PRIMARY KEY CHECK (one = 1),
    until bigint NOT NULL
);
REVOKE DELETE, TRUNCATE ON stripe_read FROM CURRENT_USER;

-- What came back onto a voucher shortly before its end or after it is good for longer than the rest.
ALTER TABLE voucher ADD COLUMN back bigint NOT NULL DEFAULT 0 CHECK (back >= 0);
ALTER TABLE voucher ADD COLUMN back_until bigint;
-- What of a reservation was of that.
ALTER TABLE voucher_use ADD COLUMN of_back bigint NOT NULL DEFAULT 0 CHECK (of_back >= 0);

-- What became of a voucher, line by line: made and taken back by staff, reserved and used by payments.
CREATE TABLE voucher_event (
    voucher uuid    NOT NULL,
    seq     integer NOT NULL,
    at      bigint  NOT NULL,
    kind    text    NOT NULL,
    -- Which account of staff, or else by which payment.
    by      text,
    payment uuid,
    minor   bigint  NOT NULL,
    detail  text    NOT NULL,
    PRIMARY KEY (voucher, seq)
);

INSERT INTO voucher_event (voucher, seq, at, kind, by, minor, detail)
SELECT voucher, 1, created_at, 'made', made_by, value, coalesce(note, '') FROM voucher;
INSERT INTO voucher_event (voucher, seq, at, kind, by, minor, detail)
SELECT voucher, 2, cancelled_at, 'cancelled', cancelled_by, remaining, '' FROM voucher
WHERE cancelled_at IS NOT NULL;
REVOKE UPDATE, DELETE, TRUNCATE ON voucher_event FROM CURRENT_USER;

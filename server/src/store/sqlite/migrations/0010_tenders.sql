-- What a payment was paid by, each tender by itself; what they come to together stands in `payment`.
-- And vouchers. Times are milliseconds since 1970 in UTC, money is in minor units, ids are the 16
-- bytes of their UUID.

CREATE TABLE payment_tender (
    payment      BLOB    NOT NULL,
    number       INTEGER NOT NULL,
    -- The key of all calls about it.
    tender       BLOB    NOT NULL,
    means        TEXT    NOT NULL,
    amount       INTEGER NOT NULL CHECK (amount >= 0),
    voucher      BLOB,
    -- What people know it by beside its means: never what can be paid with.
    label        TEXT,
    status       TEXT    NOT NULL,
    -- captured = applied + refund_due + refunded, as for the whole payment.
    captured     INTEGER NOT NULL CHECK (captured >= 0),
    ordered_back INTEGER NOT NULL CHECK (ordered_back BETWEEN 0 AND captured),
    refunded     INTEGER NOT NULL CHECK (refunded BETWEEN 0 AND ordered_back),
    reason       TEXT,
    PRIMARY KEY (payment, number)
) STRICT, WITHOUT ROWID;

-- Each movement of a tender's money: `taken`, `ordered_back`, `returned`, or
-- `bounced` for what was returned and came back; always more than 0.
CREATE TABLE payment_ledger (
    payment BLOB    NOT NULL,
    seq     INTEGER NOT NULL,
    number  INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    kind    TEXT    NOT NULL CHECK (kind IN ('taken', 'ordered_back', 'returned', 'bounced')),
    minor   INTEGER NOT NULL CHECK (minor > 0),
    PRIMARY KEY (payment, seq)
) STRICT, WITHOUT ROWID;

-- Until now a payment was one tender.
INSERT INTO payment_tender (payment, number, tender, means, amount, status, captured, ordered_back,
                            refunded, reason)
SELECT payment, 0, payment, tender, amount,
       CASE WHEN captured > 0 OR state = 'captured' THEN 'captured'
            WHEN state = 'declined' AND tried = 0 THEN 'never'
            ELSE state END,
       captured, ordered_back, refunded, reason
FROM payment;

INSERT INTO payment_ledger (payment, seq, number, at, kind, minor)
SELECT payment, 1, 0, updated_at, 'taken', captured FROM payment WHERE captured > 0;
INSERT INTO payment_ledger (payment, seq, number, at, kind, minor)
SELECT payment, 2, 0, updated_at, 'ordered_back', ordered_back FROM payment WHERE ordered_back > 0;
INSERT INTO payment_ledger (payment, seq, number, at, kind, minor)
SELECT payment, 3, 0, updated_at, 'returned', refunded FROM payment WHERE refunded > 0;

CREATE TRIGGER payment_ledger_no_update BEFORE UPDATE ON payment_ledger
BEGIN SELECT raise(ABORT, 'the ledger of a payment is only added to'); END;
CREATE TRIGGER payment_ledger_no_delete BEFORE DELETE ON payment_ledger
BEGIN SELECT raise(ABORT, 'the ledger of a payment is only added to'); END;

CREATE TABLE voucher (
    voucher      BLOB    NOT NULL PRIMARY KEY,
    -- SHA-256 of its code, which is never written here.
    hash         BLOB    NOT NULL UNIQUE CHECK (length(hash) = 32),
    label        TEXT    NOT NULL,
    batch        BLOB    NOT NULL,
    value        INTEGER NOT NULL CHECK (value > 0),
    currency     TEXT    NOT NULL,
    -- What is neither used nor reserved.
    remaining    INTEGER NOT NULL CHECK (remaining BETWEEN 0 AND value),
    uses         INTEGER NOT NULL CHECK (uses >= 0),
    uses_max     INTEGER CHECK (uses <= uses_max),
    valid_from   INTEGER,
    valid_until  INTEGER,
    note         TEXT,
    created_at   INTEGER NOT NULL,
    cancelled_at INTEGER,
    -- Which accounts of staff.
    made_by      TEXT    NOT NULL,
    cancelled_by TEXT,
    CHECK ((cancelled_at IS NULL) = (cancelled_by IS NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX voucher_created ON voucher (created_at, voucher);
CREATE INDEX voucher_batch ON voucher (batch);

-- What a voucher was asked for by each tender.
CREATE TABLE voucher_use (
    tender     BLOB    NOT NULL PRIMARY KEY,
    voucher    BLOB    NOT NULL,
    payment    BLOB    NOT NULL,
    amount     INTEGER NOT NULL CHECK (amount >= 0),
    currency   TEXT    NOT NULL,
    status     TEXT    NOT NULL,
    captured   INTEGER NOT NULL CHECK (captured BETWEEN 0 AND amount),
    refunded   INTEGER NOT NULL CHECK (refunded BETWEEN 0 AND captured),
    reason     TEXT,
    updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX voucher_use_of ON voucher_use (voucher, updated_at);

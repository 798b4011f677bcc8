-- What a payment was paid by, each tender by itself; what they come to together stands in `payment`.
-- And vouchers. Times are milliseconds since 1970 in UTC, money is in minor units.

CREATE TABLE payment_tender (
    payment      uuid    NOT NULL,
    number       integer NOT NULL,
    -- The key of all calls about it.
    tender       uuid    NOT NULL,
    means        text    NOT NULL,
    amount       bigint  NOT NULL CHECK (amount >= 0),
    voucher      uuid,
    -- What people know it by beside its means: never what can be paid with.
    label        text,
    status       text    NOT NULL,
    -- captured = applied + refund_due + refunded, as for the whole payment.
    captured     bigint  NOT NULL CHECK (captured >= 0),
    ordered_back bigint  NOT NULL CHECK (ordered_back BETWEEN 0 AND captured),
    refunded     bigint  NOT NULL CHECK (refunded BETWEEN 0 AND ordered_back),
    reason       text,
    PRIMARY KEY (payment, number)
) WITH (fillfactor = 70);

-- Each movement of a tender's money: `taken`, `ordered_back`, `returned`, or
-- `bounced` for what was returned and came back; always more than 0.
CREATE TABLE payment_ledger (
    payment uuid    NOT NULL,
    seq     integer NOT NULL,
    number  integer NOT NULL,
    at      bigint  NOT NULL,
    kind    text    NOT NULL CHECK (kind IN ('taken', 'ordered_back', 'returned', 'bounced')),
    minor   bigint  NOT NULL CHECK (minor > 0),
    PRIMARY KEY (payment, seq)
);

-- Until now a payment was one tender.
INSERT INTO payment_tender (payment, number, tender, means, amount, status, captured, ordered_back,
                            refunded, reason)
SELECT payment, 0, payment, tender, amount,
       CASE WHEN captured > 0 OR state = 'captured' THEN 'captured'
            WHEN state = 'declined' AND NOT tried THEN 'never'
            ELSE state END,
       captured, ordered_back, refunded, reason
FROM payment;

INSERT INTO payment_ledger (payment, seq, number, at, kind, minor)
SELECT payment, 1, 0, updated_at, 'taken', captured FROM payment WHERE captured > 0;
INSERT INTO payment_ledger (payment, seq, number, at, kind, minor)
SELECT payment, 2, 0, updated_at, 'ordered_back', ordered_back FROM payment WHERE ordered_back > 0;
INSERT INTO payment_ledger (payment, seq, number, at, kind, minor)
SELECT payment, 3, 0, updated_at, 'returned', refunded FROM payment WHERE refunded > 0;

REVOKE UPDATE, DELETE, TRUNCATE ON payment_ledger FROM CURRENT_USER;

CREATE TABLE voucher (
    voucher      uuid    PRIMARY KEY,
    -- SHA-256 of its code, which is never written here.
    hash         bytea   NOT NULL UNIQUE CHECK (length(hash) = 32),
    label        text    NOT NULL,
    batch        uuid    NOT NULL,
    value        bigint  NOT NULL CHECK (value > 0),
    currency     text    NOT NULL,
    -- What is neither used nor reserved.
    remaining    bigint  NOT NULL CHECK (remaining BETWEEN 0 AND value),
    uses         integer NOT NULL CHECK (uses >= 0),
    uses_max     integer CHECK (uses <= uses_max),
    valid_from   bigint,
    valid_until  bigint,
    note         text,
    created_at   bigint  NOT NULL,
    cancelled_at bigint,
    -- Which accounts of staff.
    made_by      text    NOT NULL,
    cancelled_by text,
    CHECK ((cancelled_at IS NULL) = (cancelled_by IS NULL))
) WITH (fillfactor = 70);

CREATE INDEX voucher_created ON voucher (created_at, voucher);
CREATE INDEX voucher_batch ON voucher (batch);

-- What a voucher was asked for by each tender.
CREATE TABLE voucher_use (
    tender     uuid    PRIMARY KEY,
    voucher    uuid    NOT NULL,
    payment    uuid    NOT NULL,
    amount     bigint  NOT NULL CHECK (amount >= 0),
    currency   text    NOT NULL,
    status     text    NOT NULL,
    captured   bigint  NOT NULL CHECK (captured BETWEEN 0 AND amount),
    refunded   bigint  NOT NULL CHECK (refunded BETWEEN 0 AND captured),
    reason     text,
    updated_at bigint  NOT NULL
) WITH (fillfactor = 70);

CREATE INDEX voucher_use_of ON voucher_use (voucher, updated_at);

-- Payments, what booking is still to be told, and the trail of both: the payment role's own, in no
-- transaction with a journal. Times are milliseconds since 1970 in UTC, money is in minor units. No
-- card number is ever written here.

CREATE TABLE payment (
    payment      uuid    PRIMARY KEY,
    show_id      bigint  NOT NULL,
    booking      uuid    NOT NULL,
    quote        uuid    NOT NULL,
    -- Tells a repeated request from another one with the same id; keyed, so it tells nothing else.
    fingerprint  bytea   NOT NULL,
    tender       text    NOT NULL,
    state        text    NOT NULL,
    amount       bigint  NOT NULL CHECK (amount >= 0),
    currency     text    NOT NULL,
    -- captured = applied + refund_due + refunded, where applied = captured - ordered_back and
    -- refund_due = ordered_back - refunded; no part is ever negative.
    captured     bigint  NOT NULL CHECK (captured >= 0),
    ordered_back bigint  NOT NULL CHECK (ordered_back BETWEEN 0 AND captured),
    refunded     bigint  NOT NULL CHECK (refunded BETWEEN 0 AND ordered_back),
    -- What booking wants the house to keep, the show's version that said so, and the version that
    -- has been carried out.
    keep         bigint  CHECK (keep >= 0),
    settle_ver   bigint,
    settled_ver  bigint,
    settled      boolean NOT NULL,
    reason       text,
    -- Whether a card was tried: not when the order never arrived.
    tried        boolean NOT NULL,
    tries        integer NOT NULL,
    next_at      bigint,
    -- Which server is at it, by a number it draws when it starts, and until when: then another may
    -- take it up.
    lease_by     uuid,
    lease_until  bigint,
    created_at   bigint  NOT NULL,
    updated_at   bigint  NOT NULL,
    CHECK ((keep IS NULL) = (settle_ver IS NULL)),
    CHECK ((lease_by IS NULL) = (lease_until IS NULL))
) WITH (fillfactor = 70);

CREATE INDEX payment_booking ON payment (show_id, booking);
CREATE INDEX payment_next ON payment (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX payment_open ON payment (created_at, payment) WHERE NOT settled;
CREATE INDEX payment_created ON payment (created_at, payment);

-- Announcements that booking has not answered. What is said is read from the payment when it is sent.
CREATE TABLE payment_outbox (
    payment uuid    PRIMARY KEY,
    tell_at bigint  NOT NULL,
    told    integer NOT NULL
);

CREATE INDEX payment_outbox_due ON payment_outbox (tell_at);

-- What happened to each payment, in order; only added to.
CREATE TABLE payment_event (
    payment  uuid    NOT NULL,
    seq      integer NOT NULL,
    at       bigint  NOT NULL,
    kind     text    NOT NULL,
    state    text    NOT NULL,
    captured bigint  NOT NULL,
    refunded bigint  NOT NULL,
    detail   text    NOT NULL,
    PRIMARY KEY (payment, seq)
);
REVOKE UPDATE, DELETE, TRUNCATE ON payment_event FROM CURRENT_USER;

-- Keys that sign payment tokens, the newest with the highest number.
CREATE TABLE payment_key (
    number     integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    secret     bytea   NOT NULL CHECK (length(secret) = 32),
    created_at bigint  NOT NULL
);

-- Whose the id of a payment is, from the first time that it is used: for which booking, by which
-- means. Nothing is ever deleted here.
CREATE TABLE payment_id (
    payment uuid   PRIMARY KEY,
    show_id bigint NOT NULL,
    booking uuid   NOT NULL,
    tender  text   NOT NULL
);
REVOKE DELETE, TRUNCATE ON payment_id FROM CURRENT_USER;

-- The books of the simulated card terminal: another house's truth, kept here only because the
-- terminal lives in our process. Nothing but the terminal may read it.
CREATE TABLE sim_charge (
    payment         uuid    PRIMARY KEY,
    show_id         bigint  NOT NULL,
    booking         uuid    NOT NULL,
    quote           uuid    NOT NULL,
    amount          bigint  NOT NULL,
    currency        text    NOT NULL,
    scenario        text    NOT NULL,
    status          text    NOT NULL,
    captured        bigint  NOT NULL CHECK (captured BETWEEN 0 AND amount),
    refunded        bigint  NOT NULL CHECK (refunded BETWEEN 0 AND captured),
    refunds_to_fail integer NOT NULL,
    promised_at     bigint,
    reason          text,
    updated_at      bigint  NOT NULL
);

CREATE INDEX sim_charge_updated ON sim_charge (updated_at, payment);

-- Whose the id of a payment is, from the first time that it is used: for which booking, by which
-- means. Cash is in the till before there is a row in `payment`, so that row alone can't keep
-- another payment from having the same id. Nothing is ever deleted here.
CREATE TABLE payment_id (
    payment BLOB    NOT NULL PRIMARY KEY,
    show_id INTEGER NOT NULL,
    booking BLOB    NOT NULL,
    tender  TEXT    NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO payment_id (payment, show_id, booking, tender)
SELECT payment, show_id, booking, tender FROM payment;

-- Whether a card was tried: not when the order never arrived. Tries that came to nothing are
-- counted, so that nobody can try out cards.
ALTER TABLE payment ADD COLUMN tried INTEGER NOT NULL DEFAULT 1 CHECK (tried IN (0, 1));

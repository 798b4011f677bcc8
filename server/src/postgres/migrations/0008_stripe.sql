-- Which intent at Stripe is which payment's, written before the intent may take anything. A line
-- without an intent says that the payment gets none any more. No card is ever written here.

CREATE TABLE stripe_intent (
    payment uuid NOT NULL PRIMARY KEY,
    intent  text UNIQUE
);
REVOKE DELETE, TRUNCATE ON stripe_intent FROM CURRENT_USER;

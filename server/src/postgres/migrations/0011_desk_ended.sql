DROP INDEX show_event_desk;
CREATE INDEX show_event_desk ON show_event (at) WHERE
    -- The late-payments desk tells how its cases ended, too: refunds that were approved, refused or
    -- came to nothing, and what a person did about a case.
    kind IN ('payment_returned', 'money_gone', 'money_short', 'refund_refused', 'refund_lapsed',
             'case_resolved')
    OR (kind = 'secured' AND position('"late":true' IN body) > 0)
    OR (kind = 'refunded' AND position('"asked":"' IN body) > 0);

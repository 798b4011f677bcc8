-- The late-payments desk tells how its cases ended, too: refunds that were approved, refused or came
-- to nothing, captures that were overdue, and what a person did about a case.
CREATE INDEX show_event_desk_ended ON show_event (at) WHERE
    kind IN ('payment_returned', 'money_gone', 'money_short', 'refund_refused', 'refund_lapsed',
             'case_resolved', 'settle_lapsed')
    OR (kind = 'secured' AND instr(body, '"late":true') > 0)
    OR (kind = 'refunded' AND instr(body, '"asked":"') > 0);
DROP INDEX show_event_desk;

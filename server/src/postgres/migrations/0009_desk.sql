-- What the late-payments desk looks for: money that won its seats late, went back or is gone, and
-- refunds that were asked for. Few rows of a journal are of this kind.
CREATE INDEX show_event_desk ON show_event (at) WHERE
    kind IN ('payment_returned', 'money_gone', 'refund_asked')
    OR (kind = 'secured' AND position('"late":true' IN body) > 0);

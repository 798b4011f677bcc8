CREATE INDEX show_event_desk ON show_event (at) WHERE
    -- What the late-payments desk looks for beside what waits: money that won its seats late, went
    -- back, is gone or short. Few rows of a journal are of this kind.
    kind IN ('payment_returned', 'money_gone', 'money_short')
    OR (kind = 'secured' AND position('"late":true' IN body) > 0);

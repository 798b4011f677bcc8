-- What the late-payments desk looks for beside what waits: money that won its seats late, went back,
-- is gone or short. Few rows of a journal are of this kind.
CREATE INDEX show_event_desk ON show_event (at) WHERE
    kind IN ('payment_returned', 'money_gone', 'money_short')
    OR (kind = 'secured' AND instr(body, '"late":true') > 0);

//! The statement that commits a batch: one round trip, one transaction, one wait for the disk and
//! for the standby.
//!
//! 1. `held` locks the heads that stand where the shows were decided on, in one order, and waits for
//!    nobody: a head that somebody has is a race that was lost.
//! 2. `moved` moves them; `born` makes the heads of shows without a journal, and the key keeps a
//!    second one from being made. They are made only in slots that no other shard has (`here`): the
//!    slot's row is locked, so a slot is given away before or after, and what counts is how it stands
//!    then and not when the statement began.
//! 3. Rows are written for shows that moved or were born; the others leave no trace.
//!
//! A batch in which no money or ticket is concerned has nothing more. With money the same statement
//! goes on: tickets that let nobody in come before those that do, so that a seat may change hands in
//! one commit, which the count over `void` makes sure of. A ticket code of another booking leaves no
//! booking to write, which the table refuses.
//!
//! Shows that are opened bring the layouts and price cards that they can't be read without, in the
//! same statement, so that neither outlives the other. They come after the heads, all of them in one
//! order everywhere, so that two servers never wait for each other.
//!
//! A server that should wait for a standby and waits for none has nothing written and gives no
//! answer.

use crate::postgres::check::bare;

macro_rules! shows {
    () => {
        concat!(
            "WITH clock AS MATERIALIZED (
            SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS ms
        ), want AS MATERIALIZED (
            SELECT w.*, NOT $1 OR w.decided IS NULL
                        OR w.decided - clock.ms BETWEEN -2000 AND 1000 AS in_time
            FROM unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[],
                        $7::bigint[], $8::bigint[], $9::integer[], $10::integer[], $11::text[],
                        $12::integer[])
                 AS w(show_id, old_ver, old_tip, ver, tip, decided, next_due, taken, total, sales,
                      slot)
            CROSS JOIN clock
            WHERE NOT ",
        bare!(),
        "
        ), held AS MATERIALIZED (
            SELECT h.show_id FROM show_head h
            JOIN want w ON h.show_id = w.show_id AND h.ver = w.old_ver AND h.tip = w.old_tip
            WHERE w.in_time ORDER BY h.show_id FOR NO KEY UPDATE OF h SKIP LOCKED
        ), moved AS (
            UPDATE show_head h
            SET ver = w.ver, tip = w.tip, at = coalesce(w.decided, h.at),
                next_due = CASE WHEN w.decided IS NULL THEN h.next_due ELSE w.next_due END,
                taken = CASE WHEN w.decided IS NULL THEN h.taken ELSE w.taken END,
                total = CASE WHEN w.decided IS NULL THEN h.total ELSE w.total END,
                sales = CASE WHEN w.decided IS NULL THEN h.sales ELSE w.sales END
            FROM held JOIN want w USING (show_id)
            WHERE h.show_id = held.show_id RETURNING h.show_id
        ), here AS MATERIALIZED (
            SELECT slot FROM shard_slot
            WHERE slot IN (SELECT slot FROM want WHERE old_ver IS NULL AND in_time)
              AND left_to IS NULL
            ORDER BY slot FOR SHARE
        ), born AS (
            INSERT INTO show_head (show_id, ver, tip, at, next_due, taken, total, sales)
            SELECT show_id, ver, tip, decided, next_due, taken, total, sales
            FROM want WHERE old_ver IS NULL AND in_time AND slot IN (SELECT slot FROM here)
            ORDER BY show_id
            ON CONFLICT (show_id) DO NOTHING RETURNING show_id
        ), done AS MATERIALIZED (
            SELECT show_id FROM moved UNION ALL SELECT show_id FROM born
        ), written AS (
            INSERT INTO show_event (show_id, ver, tip, at, kind, format, body)
            SELECT r.* FROM unnest($13::bigint[], $14::bigint[], $15::bigint[], $16::bigint[],
                                   $17::text[], $18::smallint[], $19::text[])
                            AS r(show_id, ver, tip, at, kind, format, body)
            JOIN done USING (show_id)
        )"
        )
    };
}

macro_rules! answer {
    () => {
        " SELECT w.show_id, done.show_id IS NOT NULL, w.in_time, clock.ms
          FROM want w CROSS JOIN clock LEFT JOIN done USING (show_id)"
    };
}

macro_rules! tickets {
    ($let_in:literal) => {
        concat!(
            "INSERT INTO ticket (show_id, code, seat, label, booking, valid)
             SELECT t.* FROM ticket_row t JOIN done USING (show_id) WHERE ",
            $let_in,
            " ON CONFLICT (show_id, code) DO UPDATE
                 SET seat = excluded.seat, label = excluded.label, valid = excluded.valid,
                     booking = CASE WHEN ticket.booking = excluded.booking THEN excluded.booking END
             RETURNING 1"
        )
    };
}

macro_rules! money {
    () => {
        concat!(
            ", ticket_row AS MATERIALIZED (
                SELECT * FROM unnest($20::bigint[], $21::bigint[], $22::integer[], $23::text[],
                                     $24::uuid[], $25::boolean[])
                              AS t(show_id, code, seat, label, booking, valid)
            ), void AS (",
            tickets!("NOT t.valid"),
            "), valid AS (",
            tickets!("t.valid AND (SELECT count(*) FROM void) >= 0"),
            "), sold AS (
                INSERT INTO booking (show_id, booking, code, state, total, currency, at)
                SELECT b.* FROM unnest($26::bigint[], $27::uuid[], $28::bigint[], $29::text[],
                                       $30::bigint[], $31::text[], $32::bigint[])
                                AS b(show_id, booking, code, state, total, currency, at)
                JOIN done USING (show_id)
                ON CONFLICT (show_id, booking) DO UPDATE
                    SET code = excluded.code, state = excluded.state, total = excluded.total,
                        currency = excluded.currency, at = excluded.at
            ), paid AS (
                INSERT INTO money_line
                    (show_id, ver, line, payment, booking, tender, amount, currency, at)
                SELECT m.* FROM unnest($33::bigint[], $34::bigint[], $35::integer[], $36::uuid[],
                                       $37::uuid[], $38::text[], $39::bigint[], $40::text[],
                                       $41::bigint[])
                                AS m(show_id, ver, line, payment, booking, tender, amount, currency,
                                     at)
                JOIN done USING (show_id)
            )"
        )
    };
}

macro_rules! immutables {
    () => {
        ", immutable_row AS (
            INSERT INTO immutable (hash, kind, body)
            SELECT i.* FROM unnest($42::text[], $43::text[], $44::text[]) AS i(hash, kind, body)
            WHERE (SELECT count(*) FROM done) > 0
            ORDER BY hash COLLATE \"C\" ON CONFLICT (hash) DO NOTHING
        )"
    };
}

/// For a batch of which nothing but heads and journals is written: every hold.
pub(super) const LEAN: &str = concat!(shows!(), answer!());

/// For a batch that concerns tickets or money.
pub(super) const WITH_MONEY: &str = concat!(shows!(), money!(), answer!());

/// For a batch in which shows are opened.
pub(super) const OPENING: &str = concat!(shows!(), money!(), immutables!(), answer!());

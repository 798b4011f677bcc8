//! The statements that commit one show where journals are spread over nodes: each names one show and
//! writes one row, or stands on the coordinator alone.

use houseful_core::code::slot_of;

use crate::{
    postgres::Asked,
    store::{
        Projection, ShowCommit,
        postgres::{immutable::Carried, rows},
    },
};

/// Waits for nobody: a head that somebody has is a race that was lost.
const STANDS: &str = "SELECT 1 FROM show_head WHERE show_id = $1 AND ver = $2 AND tip = $3
    FOR NO KEY UPDATE SKIP LOCKED";
/// Holds the slot, so that it is given away before or after.
const HERE: &str = "SELECT 1 FROM shard_slot WHERE slot = $1 AND left_to IS NULL FOR SHARE";
const BORN: &str = "INSERT INTO show_head (show_id, ver, tip, at, next_due, taken, total, sales)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (show_id) DO NOTHING RETURNING 1";
const KNOWN: &str = "SELECT hash FROM immutable WHERE hash = ANY($1)";

const MOVE: &str = "UPDATE show_head SET ver = $4, tip = $5, at = $6, next_due = $7, taken = $8,
        total = $9, sales = $10
    WHERE show_id = $1 AND ver = $2 AND tip = $3";
/// Writes the row as it is.
const FENCE: &str = "UPDATE show_head SET ver = $2, tip = $3
    WHERE show_id = $1 AND ver = $2 AND tip = $3";
const EVENT: &str = "INSERT INTO show_event (show_id, ver, tip, at, kind, format, body)
    VALUES ($1, $2, $3, $4, $5, $6, $7)";
const TICKET: &str = "INSERT INTO ticket (show_id, code, seat, label, booking, valid)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (show_id, code) DO UPDATE
        SET seat = excluded.seat, label = excluded.label, valid = excluded.valid,
            booking = CASE WHEN ticket.booking = excluded.booking THEN excluded.booking END";
const BOOKING: &str = "INSERT INTO booking (show_id, booking, code, state, total, currency, at)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (show_id, booking) DO UPDATE
        SET code = excluded.code, state = excluded.state, total = excluded.total,
            currency = excluded.currency, at = excluded.at";
const MONEY: &str = "INSERT INTO money_line
        (show_id, ver, line, payment, booking, tender, amount, currency, at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
/// Of a reference table.
const IMMUTABLE: &str = "INSERT INTO immutable (hash, kind, body) VALUES ($1, $2, $3)
    ON CONFLICT (hash) DO NOTHING";

/// What is asked before anything else is written: whether the head is ours, what time it is, and
/// which layouts and price cards are there. The clock is read when the lock is had.
pub(super) fn first<'a>(show: &ShowCommit, carried: &Carried) -> Vec<Asked<'a>> {
    let key = rows::show_in(show.head.show);
    let mut asked = Vec::with_capacity(4);
    match show.expect {
        Some(stood) => {
            let (ver, tip) = (stood.ver.cast_signed(), stood.tip.cast_signed());
            asked.push(Asked::new(
                STANDS,
                vec![Box::new(key), Box::new(ver), Box::new(tip)],
            ));
        }
        None => {
            let slot = i32::from(slot_of(show.head.show));
            asked.push(Asked::new(HERE, vec![Box::new(slot)]));
            let head = &show.head;
            asked.push(Asked::new(
                BORN,
                vec![
                    Box::new(key),
                    Box::new(head.version.ver.cast_signed()),
                    Box::new(head.version.tip.cast_signed()),
                    Box::new(show.rows.last().map(|(at, _)| at.0)),
                    Box::new(head.next_due.map(|at| at.0)),
                    Box::new(count(head.taken)),
                    Box::new(count(head.total)),
                    Box::new(rows::sales_word(head.sales)),
                ],
            ));
        }
    }
    asked.push(Asked::new(rows::TIME, Vec::new()));
    if !carried.hash.is_empty() {
        asked.push(Asked::new(KNOWN, vec![Box::new(carried.hash.clone())]));
    }
    asked
}

/// What is written then, in the order in which it has to be.
pub(super) fn then<'a>(
    show: &'a ShowCommit,
    carried: &'a Carried,
    known: &[String],
) -> Vec<Asked<'a>> {
    let mut asked = Vec::with_capacity(1 + show.rows.len() + show.projections.len());
    if let Some(stood) = show.expect {
        asked.push(moved(
            show,
            stood.ver.cast_signed(),
            stood.tip.cast_signed(),
        ));
    }
    events(show, &mut asked);
    projections(show, &mut asked);
    let carried = carried.hash.iter().zip(&carried.kind).zip(&carried.body);
    for ((hash, kind), body) in carried {
        if !known.contains(hash) {
            let values: [&'a str; 3] = [hash, kind, body];
            asked.push(Asked::new(
                IMMUTABLE,
                values.into_iter().map(|v| Box::new(v) as _).collect(),
            ));
        }
    }
    asked
}

fn moved<'a>(show: &ShowCommit, ver: i64, tip: i64) -> Asked<'a> {
    let head = &show.head;
    let key = rows::show_in(head.show);
    let mut values: Vec<Box<dyn tokio_postgres::types::ToSql + Sync + Send>> =
        vec![Box::new(key), Box::new(ver), Box::new(tip)];
    let Some((at, _)) = show.rows.last() else {
        return Asked::new(FENCE, values);
    };
    values.extend([
        Box::new(head.version.ver.cast_signed()) as _,
        Box::new(head.version.tip.cast_signed()) as _,
        Box::new(at.0) as _,
        Box::new(head.next_due.map(|at| at.0)) as _,
        Box::new(count(head.taken)) as _,
        Box::new(count(head.total)) as _,
        Box::new(rows::sales_word(head.sales)) as _,
    ]);
    Asked::new(MOVE, values)
}

fn events<'a>(show: &'a ShowCommit, asked: &mut Vec<Asked<'a>>) {
    let key = rows::show_in(show.head.show);
    let mut ver = show.expect.map_or(0, |v| v.ver);
    for (at, row) in &show.rows {
        ver += 1;
        let last = ver == show.head.version.ver;
        let tip = last.then_some(show.head.version.tip.cast_signed());
        asked.push(Asked::new(
            EVENT,
            vec![
                Box::new(key),
                Box::new(ver.cast_signed()),
                Box::new(tip),
                Box::new(at.0),
                Box::new(row.kind),
                Box::new(i16::from(row.format)),
                Box::new(row.body.as_str()),
            ],
        ));
    }
}

/// Tickets that let nobody in come before those that do, so that a seat may change hands.
fn projections<'a>(show: &'a ShowCommit, asked: &mut Vec<Asked<'a>>) {
    let lets_in = |p: &&Projection| matches!(p, Projection::Ticket { valid: true, .. });
    let others = show.projections.iter().filter(|p| !lets_in(p));
    let in_order = others.chain(show.projections.iter().filter(lets_in));
    let mut line = 0_i32;
    for projection in in_order {
        asked.push(match projection {
            Projection::Ticket {
                seat,
                label,
                code,
                booking,
                valid,
            } => Asked::new(
                TICKET,
                vec![
                    Box::new(rows::show_in(booking.show)),
                    Box::new(code.bits().cast_signed()),
                    Box::new(i32::from(seat.0)),
                    Box::new(label.to_string()),
                    Box::new(booking.uuid),
                    Box::new(*valid),
                ],
            ),
            Projection::Booking {
                booking,
                code,
                state,
                total,
                at,
            } => Asked::new(
                BOOKING,
                vec![
                    Box::new(rows::show_in(booking.show)),
                    Box::new(booking.uuid),
                    Box::new(code.bits().cast_signed()),
                    Box::new(*state),
                    Box::new(total.minor),
                    Box::new(total.currency.code()),
                    Box::new(at.0),
                ],
            ),
            Projection::Money {
                payment,
                booking,
                tender,
                amount,
                at,
            } => {
                line += 1;
                Asked::new(
                    MONEY,
                    vec![
                        Box::new(rows::show_in(booking.show)),
                        Box::new(show.head.version.ver.cast_signed()),
                        Box::new(line - 1),
                        Box::new(payment.0),
                        Box::new(booking.uuid),
                        Box::new(tender.word()),
                        Box::new(amount.minor),
                        Box::new(amount.currency.code()),
                        Box::new(at.0),
                    ],
                )
            }
        });
    }
}

fn count(n: u32) -> i32 {
    i32::try_from(n).unwrap_or(i32::MAX)
}

//! Writing what one show adds: the head first, because it alone decides whether the rest is
//! written at all.

use houseful_core::{
    code::TicketCode,
    ids::BookingId,
    seat::{SeatLabel, SeatNo},
    wire::seats::Version,
};
use rusqlite::{Connection, named_params};

use super::{fault::is_constraint, kept, rows};
use crate::store::{Outcome, Projection, SalesWord, ShowCommit, StoreError};

/// Writes one show or leaves it as it was.
pub(super) fn show(conn: &Connection, commit: &ShowCommit) -> Result<Outcome, StoreError> {
    commit.check()?;
    let tickets = |p: &Projection| matches!(p, Projection::Ticket { .. });
    if !commit.projections.iter().any(tickets) {
        return whole_show(conn, commit);
    }
    // Only the guard over tickets refuses after the head has moved, so only tickets need this.
    conn.prepare_cached("SAVEPOINT one_show")?.execute([])?;
    let outcome = whole_show(conn, commit)?;
    if matches!(outcome, Outcome::Guarded(_)) {
        conn.prepare_cached("ROLLBACK TO one_show")?.execute([])?;
    }
    conn.prepare_cached("RELEASE one_show")?.execute([])?;
    Ok(outcome)
}

fn whole_show(conn: &Connection, commit: &ShowCommit) -> Result<Outcome, StoreError> {
    if let (Some(expect), []) = (commit.expect, &commit.rows[..]) {
        return fence(conn, rows::show_in(commit.head.show), expect);
    }
    if commit.head.sales == SalesWord::Moved {
        let why = "a show in a file has nowhere to move to".to_owned();
        return Ok(Outcome::Failed(StoreError::Unwritable(why)));
    }
    if !move_head(conn, commit)? {
        return Ok(Outcome::Lost);
    }
    if let Some(why) = tickets(conn, commit)? {
        return Ok(Outcome::Guarded(why));
    }
    events(conn, commit)?;
    for event in &commit.opened {
        kept::insert(conn, event)?;
    }
    bookings(conn, commit)?;
    money(conn, commit)?;
    Ok(Outcome::Committed)
}

/// Compare, and write what stands there.
fn fence(conn: &Connection, show: i64, expect: Version) -> Result<Outcome, StoreError> {
    let stands = conn
        .prepare_cached(
            "UPDATE show_head SET ver = ver WHERE show_id = ?1 AND ver = ?2 AND tip = ?3",
        )?
        .execute((show, expect.ver.cast_signed(), expect.tip.cast_signed()))?;
    Ok(if stands == 1 {
        Outcome::Committed
    } else {
        Outcome::Lost
    })
}

/// Compare and swap; `false` when somebody else was first.
fn move_head(conn: &Connection, commit: &ShowCommit) -> Result<bool, StoreError> {
    let head = &commit.head;
    let show = rows::show_in(head.show);
    let at = commit.rows.last().map(|(at, _)| at.0);
    let moved = match commit.expect {
        Some(expect) => conn
            .prepare_cached(
                "UPDATE show_head SET ver = :ver, tip = :tip, at = coalesce(:at, at),
                     next_due = :next_due, taken = :taken, total = :total, sales = :sales
                 WHERE show_id = :show AND ver = :old_ver AND tip = :old_tip",
            )?
            .execute(named_params! {
                ":show": show,
                ":ver": head.version.ver.cast_signed(),
                ":tip": head.version.tip.cast_signed(),
                ":at": at,
                ":next_due": head.next_due.map(|t| t.0),
                ":taken": head.taken,
                ":total": head.total,
                ":sales": rows::sales_word(head.sales),
                ":old_ver": expect.ver.cast_signed(),
                ":old_tip": expect.tip.cast_signed(),
            })?,
        None => conn
            .prepare_cached(
                "INSERT INTO show_head (show_id, ver, tip, at, next_due, taken, total, sales)
                 VALUES (:show, :ver, :tip, :at, :next_due, :taken, :total, :sales)
                 ON CONFLICT (show_id) DO NOTHING",
            )?
            .execute(named_params! {
                ":show": show,
                ":ver": head.version.ver.cast_signed(),
                ":tip": head.version.tip.cast_signed(),
                ":at": at.unwrap_or(0),
                ":next_due": head.next_due.map(|t| t.0),
                ":taken": head.taken,
                ":total": head.total,
                ":sales": rows::sales_word(head.sales),
            })?,
    };
    Ok(moved == 1)
}

fn events(conn: &Connection, commit: &ShowCommit) -> Result<(), StoreError> {
    let mut insert = conn.prepare_cached(
        "INSERT INTO show_event (show_id, ver, at, kind, format, body, tip)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    let show = rows::show_in(commit.head.show);
    let last = commit.head.version;
    let mut ver = commit.expect.map_or(0, |v| v.ver);
    for (at, row) in &commit.rows {
        ver += 1;
        // The head stood at the last row of each commit and at no other.
        let tip = (ver == last.ver).then_some(last.tip.cast_signed());
        insert.execute((
            show,
            ver.cast_signed(),
            at.0,
            row.kind,
            row.format,
            &row.body,
            tip,
        ))?;
    }
    Ok(())
}

/// Writes tickets, those that let nobody in before those that do, so that a seat may change hands
/// in one commit. Says why when the guard refuses.
fn tickets(conn: &Connection, commit: &ShowCommit) -> Result<Option<String>, StoreError> {
    for wanted in [false, true] {
        for projection in &commit.projections {
            let Projection::Ticket {
                seat,
                label,
                code,
                booking,
                valid,
            } = projection
            else {
                continue;
            };
            if *valid == wanted
                && let Some(why) = ticket(conn, *booking, (*seat, *label), *code, *valid)?
            {
                return Ok(Some(why));
            }
        }
    }
    Ok(None)
}

fn ticket(
    conn: &Connection,
    booking: BookingId,
    (seat, label): (SeatNo, SeatLabel),
    code: TicketCode,
    valid: bool,
) -> Result<Option<String>, StoreError> {
    let written = conn
        .prepare_cached(
            "INSERT INTO ticket (show_id, code, seat, label, booking, valid)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (show_id, code) DO UPDATE
                 SET seat = excluded.seat, label = excluded.label, valid = excluded.valid
                 WHERE booking = excluded.booking",
        )?
        .execute((
            rows::show_in(booking.show),
            code.bits().cast_signed(),
            seat.0,
            label.to_string(),
            booking.uuid.as_bytes(),
            valid,
        ));
    match written {
        Ok(1) => Ok(None),
        Ok(_) => Ok(Some(format!(
            "ticket code {code} belongs to another booking"
        ))),
        Err(e) if is_constraint(&e) => {
            let show = booking.show;
            Ok(Some(format!(
                "a valid ticket for seat {label} of {show} exists"
            )))
        }
        Err(e) => Err(e.into()),
    }
}

fn bookings(conn: &Connection, commit: &ShowCommit) -> Result<(), StoreError> {
    for projection in &commit.projections {
        let Projection::Booking {
            booking,
            code,
            state,
            total,
            at,
        } = projection
        else {
            continue;
        };
        conn.prepare_cached(
            "INSERT INTO booking (show_id, booking, code, state, total, currency, at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT (show_id, booking) DO UPDATE
                 SET code = excluded.code, state = excluded.state, total = excluded.total,
                     currency = excluded.currency, at = excluded.at",
        )?
        .execute((
            rows::show_in(booking.show),
            booking.uuid.as_bytes(),
            code.bits().cast_signed(),
            state,
            total.minor,
            total.currency.code(),
            at.0,
        ))?;
    }
    Ok(())
}

fn money(conn: &Connection, commit: &ShowCommit) -> Result<(), StoreError> {
    let lines = commit.projections.iter().filter_map(|p| match p {
        Projection::Money {
            payment,
            booking,
            tender,
            amount,
            at,
        } => Some((payment, booking, tender, amount, at)),
        _ => None,
    });
    for (line, (payment, booking, tender, amount, at)) in (0_u32..).zip(lines) {
        conn.prepare_cached(
            "INSERT INTO money_line
                 (show_id, ver, line, payment, booking, tender, amount, currency, at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .execute((
            rows::show_in(booking.show),
            commit.head.version.ver.cast_signed(),
            line,
            payment.0.as_bytes(),
            booking.uuid.as_bytes(),
            tender.word(),
            amount.minor,
            amount.currency.code(),
            at.0,
        ))?;
    }
    Ok(())
}

//! The sweep: reads the whole database and counts what must never be there.
//!
//! It believes nobody. Journals are read as JSON and folded by a small model of their own; what
//! that says is held against the tables and against the payments. It shares no rule with the code
//! that sells, so a mistake there does not hide itself here.

mod money;
mod seats;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use houseful_core::{ids::ShowId, time::UtcMillis, wire::admin::Audit};
use rusqlite::Connection;

use crate::store::{StoreError, sqlite::Database};
use money::Books;
use seats::{Drawn, Fact, House};

/// How long anything may be overdue before it counts: the timer may be late, but not for ever.
const PATIENCE_MS: i64 = 60_000;

/// A head, as far as the sweep holds the journal against it.
struct Head {
    show: i64,
    ver: i64,
    taken: u64,
}

/// Counts over one snapshot of the database, as of `now`.
///
/// # Errors
/// A journal can't be followed: then no count would mean anything. Or the database says no.
pub async fn sweep(db: &Database, now: UtcMillis) -> Result<Audit, StoreError> {
    db.read(move |conn| count(conn, now)).await
}

fn count(conn: &Connection, now: UtcMillis) -> Result<Audit, StoreError> {
    let mut audit = Audit::default();
    let mut books = Books::default();
    let layouts = layouts(conn)?;
    let mut facts = conn
        .prepare_cached("SELECT ver, at, body FROM show_event WHERE show_id = ?1 ORDER BY ver")?;
    for head in heads(conn)? {
        let mut house = House::default();
        let mut rows = facts.query([head.show])?;
        let mut last = 0;
        while let Some(row) = rows.next()? {
            let ver: i64 = row.get(0)?;
            if ver != last + 1 {
                return Err(broken(head.show, ver, "follows a gap"));
            }
            last = ver;
            let fact: Fact = serde_json::from_str(row.get_ref(2)?.as_str().unwrap_or_default())
                .map_err(|e| broken(head.show, ver, &e.to_string()))?;
            house
                .fold(UtcMillis(row.get(1)?), fact, &layouts)
                .map_err(|why| broken(head.show, ver, &why))?;
        }
        if last != head.ver {
            return Err(broken(head.show, last, "is not where the head stands"));
        }
        compare_tickets(conn, head.show, &mut house)?;
        audit.shows += 1;
        audit.events += last.cast_unsigned();
        audit.holds += house.holds;
        audit.confirmed += house.confirmed;
        audit.expired += house.expired;
        audit.released += house.released;
        audit.double_sold += whole(house.double_sold.len());
        audit.stuck_seats += house.stuck(now, PATIENCE_MS);
        audit.stuck_seats += head.taken.saturating_sub(house.taken());
        books.add(conn, head.show, &house)?;
    }
    let orphans: i64 = conn.query_row(
        "SELECT count(*) FROM show_event WHERE show_id NOT IN (SELECT show_id FROM show_head)",
        [],
        |row| row.get(0),
    )?;
    if orphans > 0 {
        let why = format!("{orphans} journal rows belong to no head");
        return Err(StoreError::Unreadable(why));
    }
    audit.refunded = books.compare_payments(conn, now)?;
    audit.money_mismatch = books.mismatches();
    Ok(audit)
}

fn heads(conn: &Connection) -> Result<Vec<Head>, StoreError> {
    let mut select = conn.prepare_cached("SELECT show_id, ver, taken FROM show_head")?;
    let heads = select.query_map([], |row| {
        Ok(Head {
            show: row.get(0)?,
            ver: row.get(1)?,
            taken: row.get::<_, u32>(2)?.into(),
        })
    })?;
    Ok(heads.collect::<Result<_, _>>()?)
}

fn layouts(conn: &Connection) -> Result<HashMap<String, Drawn>, StoreError> {
    let mut select = conn.prepare("SELECT hash, body FROM immutable WHERE kind = 'layout'")?;
    let layouts = select.query_map([], |row| {
        let text: String = row.get(1)?;
        Ok((row.get(0)?, Drawn::read(&text)))
    })?;
    Ok(layouts.collect::<Result<_, _>>()?)
}

/// Holds the valid tickets of the table against those of the journal.
fn compare_tickets(conn: &Connection, show: i64, house: &mut House) -> Result<(), StoreError> {
    let mut journal = house.tickets();
    let mut select = conn.prepare_cached(
        "SELECT seat, code, booking FROM ticket WHERE show_id = ?1 AND valid = 1",
    )?;
    let mut rows = select.query([show])?;
    while let Some(row) = rows.next()? {
        let seat: u16 = row.get(0)?;
        let code = row.get::<_, i64>(1)?.cast_unsigned();
        let booking = uuid::Uuid::from_bytes(row.get(2)?);
        // Removed when it is met, so that a second ticket for the seat finds nothing.
        if journal.remove(&seat) != Some((code, booking)) {
            house.double_sold.insert(seat);
        }
    }
    house.double_sold.extend(journal.into_keys());
    Ok(())
}

fn broken(show: i64, ver: i64, why: &str) -> StoreError {
    let show = ShowId(show.cast_unsigned());
    StoreError::Unreadable(format!("{show} at version {ver}: {why}"))
}

fn whole(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}

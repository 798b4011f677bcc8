//! The sweep's readings in SQLite.

use houseful_core::{ids::ShowId, time::UtcMillis};
use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;

use super::store::{BookingRow, FactRow, PaymentBooks, PaymentRow, ShowBooks, ShowRows, TicketRow};
use crate::store::{Later, sqlite::Database};

/// All books in a database file.
#[derive(Clone, Debug)]
pub struct SqliteBooks {
    db: Database,
}

impl SqliteBooks {
    /// The books of `db`.
    #[must_use]
    pub fn new(db: Database) -> Self {
        Self { db }
    }
}

impl ShowBooks for SqliteBooks {
    fn shows(&self, after: Option<ShowId>, limit: u32) -> Later<'_, Vec<ShowId>> {
        let after = after.map_or(i64::MIN, |show| show.0.cast_signed());
        Box::pin(self.db.read(move |conn| {
            let mut select = conn.prepare_cached(
                "SELECT show_id FROM show_head WHERE show_id > ?1 ORDER BY show_id LIMIT ?2",
            )?;
            let shows = select.query_map(params![after, limit], |row| {
                Ok(ShowId(row.get::<_, i64>(0)?.cast_unsigned()))
            })?;
            Ok(shows.collect::<Result<_, _>>()?)
        }))
    }

    fn show(&self, show: ShowId) -> Later<'_, Option<ShowRows>> {
        Box::pin(
            self.db
                .read(move |conn| Ok(rows(conn, show.0.cast_signed())?)),
        )
    }

    fn layout(&self, hash: String) -> Later<'_, Option<String>> {
        Box::pin(self.db.read(move |conn| {
            let text = conn
                .prepare_cached("SELECT body FROM immutable WHERE kind = 'layout' AND hash = ?1")?
                .query_row([hash], |row| row.get(0))
                .optional()?;
            Ok(text)
        }))
    }

    fn strays(&self) -> Later<'_, u64> {
        Box::pin(self.db.read(|conn| {
            let count: i64 = conn.query_row(
                "SELECT count(*) FROM show_event
                 WHERE show_id NOT IN (SELECT show_id FROM show_head)",
                [],
                |row| row.get(0),
            )?;
            Ok(count.unsigned_abs())
        }))
    }
}

impl PaymentBooks for SqliteBooks {
    fn payments(&self, after: Option<Uuid>, limit: u32) -> Later<'_, Vec<PaymentRow>> {
        let after = after.map_or_else(Vec::new, |id| id.as_bytes().to_vec());
        Box::pin(self.db.read(move |conn| {
            let sql = format!("{PAYMENTS} WHERE payment > ?1 ORDER BY payment LIMIT ?2");
            let mut select = conn.prepare_cached(&sql)?;
            let rows = select.query_map(params![after, limit], payment)?;
            Ok(rows.collect::<Result<_, _>>()?)
        }))
    }

    fn payment(&self, id: Uuid) -> Later<'_, Option<PaymentRow>> {
        Box::pin(self.db.read(move |conn| {
            let sql = format!("{PAYMENTS} WHERE payment = ?1");
            let mut select = conn.prepare_cached(&sql)?;
            Ok(select.query_row([id.into_bytes()], payment).optional()?)
        }))
    }
}

const PAYMENTS: &str = "SELECT payment, show_id, booking, currency, captured, refunded, state, \
     created_at, settled FROM payment";

fn payment(row: &Row<'_>) -> rusqlite::Result<PaymentRow> {
    Ok(PaymentRow {
        payment: Uuid::from_bytes(row.get(0)?),
        show: ShowId(row.get::<_, i64>(1)?.cast_unsigned()),
        booking: Uuid::from_bytes(row.get(2)?),
        currency: row.get(3)?,
        captured: row.get(4)?,
        refunded: row.get(5)?,
        state: row.get(6)?,
        created_at: UtcMillis(row.get(7)?),
        settled: row.get(8)?,
    })
}

fn rows(conn: &Connection, show: i64) -> rusqlite::Result<Option<ShowRows>> {
    let head = conn
        .prepare_cached("SELECT ver, taken FROM show_head WHERE show_id = ?1")?
        .query_row([show], |row| {
            Ok((row.get::<_, i64>(0)?.cast_unsigned(), row.get(1)?))
        })
        .optional()?;
    let Some((ver, taken)) = head else {
        return Ok(None);
    };
    let facts = "SELECT ver, at, body FROM show_event WHERE show_id = ?1 ORDER BY ver";
    let tickets = "SELECT seat, code, booking FROM ticket WHERE show_id = ?1 AND valid = 1";
    let bookings = "SELECT booking, state, total FROM booking WHERE show_id = ?1";
    let money = "SELECT booking, sum(amount) FROM money_line WHERE show_id = ?1 GROUP BY booking";
    Ok(Some(ShowRows {
        ver,
        taken,
        facts: all(conn, facts, show, |row| {
            Ok(FactRow {
                ver: row.get::<_, i64>(0)?.cast_unsigned(),
                at: UtcMillis(row.get(1)?),
                body: row.get(2)?,
            })
        })?,
        tickets: all(conn, tickets, show, |row| {
            Ok(TicketRow {
                seat: row.get(0)?,
                code: row.get::<_, i64>(1)?.cast_unsigned(),
                booking: Uuid::from_bytes(row.get(2)?),
            })
        })?,
        bookings: all(conn, bookings, show, |row| {
            Ok(BookingRow {
                booking: Uuid::from_bytes(row.get(0)?),
                state: row.get(1)?,
                total: row.get(2)?,
            })
        })?,
        money: all(conn, money, show, |row| {
            Ok((Uuid::from_bytes(row.get(0)?), row.get(1)?))
        })?,
    }))
}

fn all<T>(
    conn: &Connection,
    sql: &str,
    show: i64,
    read: fn(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Vec<T>> {
    let mut select = conn.prepare_cached(sql)?;
    select.query_map([show], read)?.collect()
}

//! The sweep's readings in Postgres.

use houseful_core::{ids::ShowId, time::UtcMillis};
use tokio_postgres::Row;
use uuid::Uuid;

use super::store::{BookingRow, FactRow, PaymentBooks, PaymentRow, ShowBooks, ShowRows, TicketRow};
use crate::{
    postgres::{
        Database, Fault, Transaction,
        row::{self, get},
    },
    store::{Later, StoreError},
};

/// All books in a Postgres database.
#[derive(Clone, Debug)]
pub struct PostgresBooks {
    db: Database,
}

impl PostgresBooks {
    /// The books of `db`.
    #[must_use]
    pub fn new(db: Database) -> Self {
        Self { db }
    }
}

impl ShowBooks for PostgresBooks {
    fn shows(&self, after: Option<ShowId>, limit: u32) -> Later<'_, Vec<ShowId>> {
        let after = after.map_or(i64::MIN, |show| show.0.cast_signed());
        Box::pin(async move {
            let sql = "SELECT show_id FROM show_head WHERE show_id > $1 ORDER BY show_id LIMIT $2";
            let rows = self.db.read(sql, &[&after, &i64::from(limit)]).await?;
            rows.iter().map(|r| row::show(r, 0)).collect()
        })
    }

    fn show(&self, show: ShowId) -> Later<'_, Option<ShowRows>> {
        Box::pin(async move {
            for _ in 0..TRIES {
                let tx = self.db.snapshot().await?;
                let rows = rows(&tx, show.0.cast_signed()).await?;
                tx.roll_back().await;
                if let Read::AtOnce(rows) = rows {
                    return Ok(rows);
                }
            }
            Err(StoreError::Busy)
        })
    }

    fn layout(&self, hash: String) -> Later<'_, Option<String>> {
        Box::pin(async move {
            let sql = "SELECT body FROM immutable WHERE kind = 'layout' AND hash = $1";
            let rows = self.db.read(sql, &[&hash]).await?;
            rows.first().map(|body| get(body, 0)).transpose()
        })
    }

    fn strays(&self) -> Later<'_, u64> {
        Box::pin(async move {
            let sql = "SELECT count(*) FROM show_event e
                       LEFT JOIN show_head h ON h.show_id = e.show_id WHERE h.show_id IS NULL";
            let rows = self.db.read(sql, &[]).await?;
            rows.first().map_or(Ok(0), |count| row::count(count, 0))
        })
    }
}

const PAGE: &str = "SELECT payment, show_id, booking, currency, captured, refunded, state, \
     created_at, settled FROM payment WHERE payment > $1 ORDER BY payment LIMIT $2";
const FIRST: &str = "SELECT payment, show_id, booking, currency, captured, refunded, state, \
     created_at, settled FROM payment ORDER BY payment LIMIT $1";
const ONE: &str = "SELECT payment, show_id, booking, currency, captured, refunded, state, \
     created_at, settled FROM payment WHERE payment = $1";

impl PaymentBooks for PostgresBooks {
    fn payments(&self, after: Option<Uuid>, limit: u32) -> Later<'_, Vec<PaymentRow>> {
        let limit = i64::from(limit);
        Box::pin(async move {
            let rows = match after {
                Some(after) => self.db.read(PAGE, &[&after, &limit]).await?,
                None => self.db.read(FIRST, &[&limit]).await?,
            };
            rows.iter().map(payment).collect()
        })
    }

    fn payment(&self, id: Uuid) -> Later<'_, Option<PaymentRow>> {
        Box::pin(async move {
            let rows = self.db.read(ONE, &[&id]).await?;
            rows.first().map(payment).transpose()
        })
    }
}

fn payment(row: &Row) -> Result<PaymentRow, StoreError> {
    Ok(PaymentRow {
        payment: get(row, 0)?,
        show: row::show(row, 1)?,
        booking: get(row, 2)?,
        currency: get(row, 3)?,
        captured: get(row, 4)?,
        refunded: get(row, 5)?,
        state: get(row, 6)?,
        created_at: UtcMillis(get(row, 7)?),
        settled: get(row, 8)?,
    })
}

/// How often a show is read that is written to meanwhile.
const TRIES: u32 = 5;

/// The rows of a show.
enum Read {
    /// As of one moment.
    AtOnce(Option<ShowRows>),
    /// The show moved on while they were read, which it can where it is on a node of Citus.
    Torn,
}

const HEAD: &str = "SELECT ver, taken, tip FROM show_head WHERE show_id = $1";
const FACTS: &str = "SELECT ver, at, body FROM show_event WHERE show_id = $1 ORDER BY ver";
const TICKETS: &str = "SELECT seat, code, booking FROM ticket WHERE show_id = $1 AND valid";
const BOOKINGS: &str = "SELECT booking, state, total FROM booking WHERE show_id = $1";
const MONEY: &str = "SELECT booking, sum(amount)::bigint FROM money_line WHERE show_id = $1
     GROUP BY booking";

async fn rows(tx: &Transaction, show: i64) -> Result<Read, StoreError> {
    let head = |r: &Row| {
        let taken = get::<i32>(r, 1)?.unsigned_abs();
        Ok((row::count(r, 0)?, taken, get::<i64>(r, 2)?))
    };
    let heads = all(tx, HEAD, show, head).await?;
    let Some((ver, taken, _)) = heads.first().copied() else {
        return Ok(Read::AtOnce(None));
    };
    let fact = |r: &Row| {
        Ok(FactRow {
            ver: row::count(r, 0)?,
            at: UtcMillis(get(r, 1)?),
            body: get(r, 2)?,
        })
    };
    let ticket = |r: &Row| {
        let seat: i32 = get(r, 0)?;
        let strange = |_| StoreError::Unreadable(format!("a ticket for seat {seat}"));
        Ok(TicketRow {
            seat: u16::try_from(seat).map_err(strange)?,
            code: get::<i64>(r, 1)?.cast_unsigned(),
            booking: get(r, 2)?,
        })
    };
    let booking = |r: &Row| {
        Ok(BookingRow {
            booking: get(r, 0)?,
            state: get(r, 1)?,
            total: get(r, 2)?,
        })
    };
    let rows = ShowRows {
        ver,
        taken,
        facts: all(tx, FACTS, show, fact).await?,
        tickets: all(tx, TICKETS, show, ticket).await?,
        bookings: all(tx, BOOKINGS, show, booking).await?,
        money: all(tx, MONEY, show, |r| Ok((get(r, 0)?, get(r, 1)?))).await?,
    };
    // Whatever is written of a show moves its head.
    if all(tx, HEAD, show, head).await? != heads {
        return Ok(Read::Torn);
    }
    Ok(Read::AtOnce(Some(rows)))
}

async fn all<T>(
    tx: &Transaction,
    sql: &'static str,
    show: i64,
    read: fn(&Row) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    let rows = tx.query(sql, &[&show]).await.map_err(Fault::reading)?;
    rows.iter().map(read).collect()
}

//! The books of the simulated card terminal, in the same file but nobody else's to read.

use houseful_core::{
    ids::{PaymentId, QuoteHash},
    money::Money,
    time::UtcMillis,
};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::rows::{blob, booking, id, whole};
use crate::{
    payment::{
        card::{Change, SimCharge, SimLedger},
        provider::Calling,
        words,
    },
    store::{StoreError, sqlite::Database},
};

/// The terminal's books in a database.
#[derive(Clone)]
pub struct SqliteCharges {
    db: Database,
}

impl SqliteCharges {
    /// The books in `db`.
    #[must_use]
    pub fn new(db: Database) -> Self {
        Self { db }
    }
}

const COLUMNS: &str = "SELECT payment, show_id, booking, quote, amount, currency, scenario, \
     status, captured, refunded, refunds_to_fail, promised_at, reason, updated_at FROM sim_charge";

impl SimLedger for SqliteCharges {
    fn begin(&self, charge: SimCharge) -> Calling<'_, SimCharge> {
        let work = move |conn: &Connection| match load(conn, charge.payment)? {
            Some(known) => Ok(known),
            None => {
                save(conn, &charge)?;
                Ok(charge)
            }
        };
        Box::pin(async move { self.db.write(work).await.map_err(words::away) })
    }

    fn change(&self, payment: PaymentId, change: Change) -> Calling<'_, Option<(SimCharge, bool)>> {
        let work = move |conn: &Connection| {
            let Some(mut charge) = load(conn, payment)? else {
                return Ok(None);
            };
            let before = charge.clone();
            let done = change(&mut charge);
            if charge != before {
                save(conn, &charge)?;
            }
            Ok(Some((charge, done)))
        };
        Box::pin(async move { self.db.write(work).await.map_err(words::away) })
    }

    fn get(&self, payment: PaymentId) -> Calling<'_, Option<SimCharge>> {
        let work = move |conn: &Connection| load(conn, payment);
        Box::pin(async move { self.db.read(work).await.map_err(words::away) })
    }

    fn list(
        &self,
        since: UtcMillis,
        after: Option<PaymentId>,
        limit: u32,
    ) -> Calling<'_, Vec<SimCharge>> {
        let after = after.map_or([0; 16], |id| blob(id.0));
        let work = move |conn: &Connection| {
            conn.prepare_cached(&format!(
                "{COLUMNS} WHERE (updated_at, payment) > (?1, ?2)
                 ORDER BY updated_at, payment LIMIT ?3"
            ))?
            .query_map(params![since.0, after, limit], charge)?
            .collect::<Result<Vec<_>, _>>()?
            .into_iter()
            .collect()
        };
        Box::pin(async move { self.db.read(work).await.map_err(words::away) })
    }
}

fn load(conn: &Connection, payment: PaymentId) -> Result<Option<SimCharge>, StoreError> {
    conn.prepare_cached(&format!("{COLUMNS} WHERE payment = ?1"))?
        .query_row([blob(payment.0)], charge)
        .optional()?
        .transpose()
}

fn charge(row: &Row<'_>) -> rusqlite::Result<Result<SimCharge, StoreError>> {
    let (code, word): (String, String) = (row.get(5)?, row.get(7)?);
    let (currency, status) = match (words::currency(&code), words::status(&word)) {
        (Ok(currency), Ok(status)) => (currency, status),
        (Err(error), _) | (_, Err(error)) => return Ok(Err(error)),
    };
    Ok(Ok(SimCharge {
        payment: PaymentId(id(row, 0)?),
        booking: booking(row, 1)?,
        quote: QuoteHash(id(row, 3)?),
        amount: Money::new(row.get(4)?, currency),
        scenario: row.get(6)?,
        status,
        captured: row.get(8)?,
        refunded: row.get(9)?,
        refunds_to_fail: row.get(10)?,
        promised_at: row.get::<_, Option<i64>>(11)?.map(UtcMillis),
        reason: row.get(12)?,
        updated_at: UtcMillis(row.get(13)?),
    }))
}

fn save(conn: &Connection, c: &SimCharge) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "INSERT INTO sim_charge (payment, show_id, booking, quote, amount, currency, scenario,
                status, captured, refunded, refunds_to_fail, promised_at, reason, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
         ON CONFLICT (payment) DO UPDATE SET status = ?8, captured = ?9, refunded = ?10,
                refunds_to_fail = ?11, promised_at = ?12, reason = ?13, updated_at = ?14",
    )?
    .execute(params![
        blob(c.payment.0),
        whole(c.booking.show.0),
        blob(c.booking.uuid),
        blob(c.quote.0),
        c.amount.minor,
        c.amount.currency.code(),
        c.scenario,
        c.status.word(),
        c.captured,
        c.refunded,
        c.refunds_to_fail,
        c.promised_at.map(|at| at.0),
        c.reason,
        c.updated_at.0,
    ])?;
    Ok(())
}

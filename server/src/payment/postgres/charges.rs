//! The books of the simulated card terminal, in the same database but nobody else's to read.

use houseful_core::{
    ids::{PaymentId, QuoteHash},
    money::Money,
    time::UtcMillis,
};
use tokio_postgres::Row;

use super::rows::{booking, whole};
use crate::{
    payment::{
        card::{Change, SimCharge, SimLedger},
        provider::Calling,
        words,
    },
    postgres::{Database, Fault, Transaction, row::get},
    store::StoreError,
};

/// The terminal's books in a Postgres database.
#[derive(Clone)]
pub struct PostgresCharges {
    db: Database,
}

impl PostgresCharges {
    /// The books in `db`.
    #[must_use]
    pub fn new(db: Database) -> Self {
        Self { db }
    }

    async fn begin(&self, charge: SimCharge) -> Result<SimCharge, StoreError> {
        let tx = self.db.begin().await?;
        insert(&tx, &charge).await.map_err(Fault::writing)?;
        let written = lock(&tx, charge.payment).await?;
        tx.commit().await.map_err(Fault::writing)?;
        Ok(written.unwrap_or(charge))
    }

    async fn change(
        &self,
        payment: PaymentId,
        change: Change,
    ) -> Result<Option<(SimCharge, bool)>, StoreError> {
        let tx = self.db.begin().await?;
        let Some(mut charge) = lock(&tx, payment).await? else {
            tx.roll_back().await;
            return Ok(None);
        };
        let before = charge.clone();
        let done = change(&mut charge);
        if charge == before {
            tx.roll_back().await;
        } else {
            save(&tx, &charge).await.map_err(Fault::writing)?;
            tx.commit().await.map_err(Fault::writing)?;
        }
        Ok(Some((charge, done)))
    }
}

macro_rules! charges {
    ($condition:literal) => {
        concat!(
            "SELECT payment, show_id, booking, quote, amount, currency, scenario, status, \
             captured, refunded, refunds_to_fail, promised_at, reason, updated_at \
             FROM sim_charge ",
            $condition
        )
    };
}

impl SimLedger for PostgresCharges {
    fn begin(&self, charge: SimCharge) -> Calling<'_, SimCharge> {
        Box::pin(async move { self.begin(charge).await.map_err(words::away) })
    }

    fn change(&self, payment: PaymentId, change: Change) -> Calling<'_, Option<(SimCharge, bool)>> {
        Box::pin(async move { self.change(payment, change).await.map_err(words::away) })
    }

    fn get(&self, payment: PaymentId) -> Calling<'_, Option<SimCharge>> {
        Box::pin(async move {
            let sql = charges!("WHERE payment = $1");
            let found = self.db.read(sql, &[&payment.0]).await;
            let found = found.map_err(words::away)?;
            found.first().map(charge).transpose().map_err(words::away)
        })
    }

    fn list(
        &self,
        since: UtcMillis,
        after: Option<PaymentId>,
        limit: u32,
    ) -> Calling<'_, Vec<SimCharge>> {
        let after = after.map_or(uuid::Uuid::nil(), |id| id.0);
        Box::pin(async move {
            let sql = charges!(
                "WHERE (updated_at, payment) > ($1, $2) ORDER BY updated_at, payment LIMIT $3"
            );
            let params = (since.0, i64::from(limit));
            let found = self.db.read(sql, &[&params.0, &after, &params.1]).await;
            let found = found.map_err(words::away)?;
            let charges = found.iter().map(charge).collect::<Result<_, _>>();
            charges.map_err(words::away)
        })
    }
}

async fn lock(tx: &Transaction, payment: PaymentId) -> Result<Option<SimCharge>, StoreError> {
    let sql = charges!("WHERE payment = $1 FOR UPDATE");
    let found = tx.query(sql, &[&payment.0]).await.map_err(Fault::writing)?;
    found.first().map(charge).transpose()
}

fn charge(row: &Row) -> Result<SimCharge, StoreError> {
    Ok(SimCharge {
        payment: PaymentId(get(row, 0)?),
        booking: booking(row, 1)?,
        quote: QuoteHash(get(row, 3)?),
        amount: Money::new(get(row, 4)?, words::currency(get(row, 5)?)?),
        scenario: get(row, 6)?,
        status: words::status(get(row, 7)?)?,
        captured: get(row, 8)?,
        refunded: get(row, 9)?,
        refunds_to_fail: get::<i32>(row, 10)?.unsigned_abs(),
        promised_at: get::<Option<i64>>(row, 11)?.map(UtcMillis),
        reason: get(row, 12)?,
        updated_at: UtcMillis(get(row, 13)?),
    })
}

async fn insert(tx: &Transaction, c: &SimCharge) -> Result<(), Fault> {
    tx.query(
        "INSERT INTO sim_charge (payment, show_id, booking, quote, amount, currency, scenario,
                status, captured, refunded, refunds_to_fail, promised_at, reason, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
         ON CONFLICT (payment) DO NOTHING",
        &[
            &c.payment.0,
            &whole(c.booking.show.0),
            &c.booking.uuid,
            &c.quote.0,
            &c.amount.minor,
            &c.amount.currency.code(),
            &c.scenario,
            &c.status.word(),
            &c.captured,
            &c.refunded,
            &c.refunds_to_fail.cast_signed(),
            &c.promised_at.map(|at| at.0),
            &c.reason,
            &c.updated_at.0,
        ],
    )
    .await
    .map(drop)
}

async fn save(tx: &Transaction, c: &SimCharge) -> Result<(), Fault> {
    tx.query(
        "UPDATE sim_charge SET status = $2, captured = $3, refunded = $4, refunds_to_fail = $5,
                promised_at = $6, reason = $7, updated_at = $8
         WHERE payment = $1",
        &[
            &c.payment.0,
            &c.status.word(),
            &c.captured,
            &c.refunded,
            &c.refunds_to_fail.cast_signed(),
            &c.promised_at.map(|at| at.0),
            &c.reason,
            &c.updated_at.0,
        ],
    )
    .await
    .map(drop)
}

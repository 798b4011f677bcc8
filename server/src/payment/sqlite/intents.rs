//! Which intent at Stripe is which payment's, in a file.

use houseful_core::{ids::PaymentId, time::UtcMillis};
use rusqlite::{Connection, OptionalExtension, params};

use super::rows::{blob, id};
use crate::{
    payment::{
        provider::Calling,
        stripe::{Branch, IntentBook, Named},
        words,
    },
    store::{StoreError, sqlite::Database},
};

/// The book in a file.
#[derive(Clone)]
pub struct SqliteIntents {
    db: Database,
}

impl SqliteIntents {
    /// The book in `db`.
    #[must_use]
    pub fn new(db: Database) -> Self {
        Self { db }
    }

    async fn enter(&self, payment: PaymentId, intent: Option<String>) -> Result<Named, StoreError> {
        let work = move |conn: &Connection| {
            if let Some(known) = load(conn, payment)? {
                return Ok(known);
            }
            conn.prepare_cached("INSERT INTO stripe_intent (payment, intent) VALUES (?1, ?2)")?
                .execute(params![blob(payment.0), intent])?;
            Ok(Named::of(intent))
        };
        self.db.write(work).await
    }

    async fn replace(&self, payment: PaymentId, intent: String) -> Result<Named, StoreError> {
        let work = move |conn: &Connection| {
            let adopt =
                "UPDATE stripe_intent SET intent = ?2 WHERE payment = ?1 AND intent IS NULL";
            conn.prepare_cached(adopt)?
                .execute(params![blob(payment.0), intent])?;
            load(conn, payment)?.ok_or(StoreError::Busy)
        };
        self.db.write(work).await
    }
}

impl IntentBook for SqliteIntents {
    // A file has one history; another one in its place is another start.
    fn branch(&self) -> Branch {
        None
    }

    fn name(&self, payment: PaymentId, intent: String) -> Calling<'_, Named> {
        Box::pin(async move {
            let entered = self.enter(payment, Some(intent)).await;
            entered.map_err(words::book_away)
        })
    }

    fn close(&self, payment: PaymentId) -> Calling<'_, Named> {
        Box::pin(async move { self.enter(payment, None).await.map_err(words::book_away) })
    }

    fn adopt(&self, payment: PaymentId, intent: String) -> Calling<'_, Named> {
        Box::pin(async move {
            let adopted = self.replace(payment, intent).await;
            adopted.map_err(words::book_away)
        })
    }

    fn get(&self, payment: PaymentId) -> Calling<'_, Option<Named>> {
        let work = move |conn: &Connection| load(conn, payment);
        Box::pin(async move { self.db.read(work).await.map_err(words::book_away) })
    }

    fn payment_of(&self, intent: String) -> Calling<'_, Option<PaymentId>> {
        let work = move |conn: &Connection| {
            let found = conn
                .prepare_cached("SELECT payment FROM stripe_intent WHERE intent = ?1")?
                .query_row([intent], |row| id(row, 0))
                .optional()?;
            Ok(found.map(PaymentId))
        };
        Box::pin(async move { self.db.read(work).await.map_err(words::book_away) })
    }

    fn read_until(&self) -> Calling<'_, Option<UtcMillis>> {
        let work = |conn: &Connection| {
            let found = conn
                .prepare_cached("SELECT until FROM stripe_read")?
                .query_row([], |row| row.get(0))
                .optional()?;
            Ok(found.map(UtcMillis))
        };
        Box::pin(async move { self.db.read(work).await.map_err(words::book_away) })
    }

    fn note_read(&self, until: UtcMillis) -> Calling<'_, ()> {
        let work = move |conn: &Connection| {
            conn.prepare_cached(
                "INSERT INTO stripe_read (one, until) VALUES (1, ?1)
                 ON CONFLICT (one) DO UPDATE SET until = max(until, ?1)",
            )?
            .execute([until.0])?;
            Ok(())
        };
        Box::pin(async move { self.db.write(work).await.map_err(words::book_away) })
    }
}

fn load(conn: &Connection, payment: PaymentId) -> Result<Option<Named>, StoreError> {
    let found = conn
        .prepare_cached("SELECT intent FROM stripe_intent WHERE payment = ?1")?
        .query_row([blob(payment.0)], |row| row.get(0))
        .optional()?;
    Ok(found.map(Named::of))
}

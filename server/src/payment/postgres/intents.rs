//! Which intent at Stripe is which payment's, in a Postgres database.

use houseful_core::{ids::PaymentId, time::UtcMillis};

use crate::{
    payment::{
        provider::Calling,
        stripe::{Branch, IntentBook, Named},
        words,
    },
    postgres::{Database, Fault, row::get},
    store::StoreError,
};

/// The book in a Postgres database.
#[derive(Clone)]
pub struct PostgresIntents {
    db: Database,
}

impl PostgresIntents {
    /// The book in `db`.
    #[must_use]
    pub fn new(db: Database) -> Self {
        Self { db }
    }

    async fn enter(&self, payment: PaymentId, intent: Option<String>) -> Result<Named, StoreError> {
        let enter = "INSERT INTO stripe_intent (payment, intent) VALUES ($1, $2)
                     ON CONFLICT (payment) DO NOTHING";
        self.write(enter, payment, intent).await
    }

    async fn replace(&self, payment: PaymentId, intent: String) -> Result<Named, StoreError> {
        let adopt = "UPDATE stripe_intent SET intent = $2 WHERE payment = $1 AND intent IS NULL";
        self.write(adopt, payment, Some(intent)).await
    }

    /// Writes by a statement, and reads the line that there is then.
    async fn write(
        &self,
        statement: &'static str,
        payment: PaymentId,
        intent: Option<String>,
    ) -> Result<Named, StoreError> {
        let tx = self.db.begin().await?;
        let written = tx.query(statement, &[&payment.0, &intent]).await;
        written.map_err(Fault::writing)?;
        // Of two servers the second waits for the first, and sees its line.
        let look = "SELECT intent FROM stripe_intent WHERE payment = $1";
        let found = tx
            .query(look, &[&payment.0])
            .await
            .map_err(Fault::writing)?;
        let line = found.first().map(|row| get(row, 0)).transpose()?;
        tx.commit().await.map_err(Fault::writing)?;
        line.map(Named::of).ok_or(StoreError::Busy)
    }
}

impl IntentBook for PostgresIntents {
    fn branch(&self) -> Branch {
        self.db.branch()
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
        Box::pin(async move {
            let look = "SELECT intent FROM stripe_intent WHERE payment = $1";
            let found = self.db.read(look, &[&payment.0]).await;
            let found = found.map_err(words::book_away)?;
            let line = found.first().map(|row| get(row, 0)).transpose();
            Ok(line.map_err(words::book_away)?.map(Named::of))
        })
    }

    fn payment_of(&self, intent: String) -> Calling<'_, Option<PaymentId>> {
        Box::pin(async move {
            let look = "SELECT payment FROM stripe_intent WHERE intent = $1";
            let found = self.db.read(look, &[&intent]).await;
            let found = found.map_err(words::book_away)?;
            let payment = found.first().map(|row| get(row, 0)).transpose();
            Ok(payment.map_err(words::book_away)?.map(PaymentId))
        })
    }

    fn read_until(&self) -> Calling<'_, Option<UtcMillis>> {
        Box::pin(async move {
            let found = self.db.read("SELECT until FROM stripe_read", &[]).await;
            let found = found.map_err(words::book_away)?;
            let until = found.first().map(|row| get(row, 0)).transpose();
            Ok(until.map_err(words::book_away)?.map(UtcMillis))
        })
    }

    fn note_read(&self, until: UtcMillis) -> Calling<'_, ()> {
        Box::pin(async move {
            let note = "INSERT INTO stripe_read (one, until) VALUES (1, $1)
                        ON CONFLICT (one) DO UPDATE SET until = greatest(stripe_read.until, $1)";
            let written = self.db.write(note, &[&until.0]).await;
            written.map_err(words::book_away).map(drop)
        })
    }
}

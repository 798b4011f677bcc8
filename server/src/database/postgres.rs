//! The rooms of a Postgres database.

use std::{future::Future, pin::Pin, sync::Arc};

use houseful_core::time::UtcMillis;

use super::{Books, Ground, OpenError, PostgresUrl};
use crate::{
    audit::PostgresBooks,
    auth::tokens::PostgresTokens,
    catalogue::PostgresCatalogue,
    clock::ClockKind,
    house::PostgresHouse,
    payment::{PostgresCharges, PostgresIntents, PostgresPayments},
    postgres::{self, Database},
    replicas::{Primary, Source},
    shards::PostgresSlots,
    store::{self, Later, postgres::PostgresStore},
};

/// What the rooms stand on.
struct Shared {
    db: Database,
    latest: UtcMillis,
}

impl Books {
    /// The rooms at an address. What a house decides by a clock that is moved by hand or runs fast
    /// is not held against the database's clock.
    pub(super) async fn of_postgres(
        url: &PostgresUrl,
        clock: ClockKind,
    ) -> Result<Self, OpenError> {
        let settings = url.secret().parse();
        let settings = settings.map_err(postgres::OpenError::Address)?;
        let db = Database::open(settings).await?;
        let latest = db.latest_time().await?;
        let store = PostgresStore::new(db.clone());
        let store = match clock {
            ClockKind::System => store,
            ClockKind::Manual | ClockKind::Fast(_) => store.by_another_clock(),
        };
        let audit = PostgresBooks::new(db.clone());
        Ok(Self {
            journal: Arc::new(store),
            payments: Arc::new(PostgresPayments::new(db.clone())),
            charges: Arc::new(PostgresCharges::new(db.clone())),
            intents: Arc::new(PostgresIntents::new(db.clone())),
            tokens: Arc::new(PostgresTokens::new(db.clone())),
            house: Arc::new(PostgresHouse::new(db.clone())),
            catalogue: Arc::new(PostgresCatalogue::new(db.clone())),
            slots: Arc::new(PostgresSlots::new(db.clone())),
            show_books: Arc::new(audit.clone()),
            payment_books: Arc::new(audit),
            ground: Arc::new(Shared { db, latest }),
        })
    }
}

impl Ground for Shared {
    fn latest_time(&self) -> UtcMillis {
        self.latest
    }

    fn shared(&self) -> bool {
        true
    }

    fn replicas(&self, addresses: &[PostgresUrl]) -> Result<Vec<Arc<dyn Source>>, OpenError> {
        let settings: Result<Vec<_>, _> = addresses.iter().map(|a| a.secret().parse()).collect();
        let settings = settings.map_err(postgres::OpenError::Address)?;
        Ok(store::postgres::replicas(&self.db, &settings)?)
    }

    fn primary(&self) -> Option<Arc<dyn Primary>> {
        Some(store::postgres::primary(&self.db))
    }

    fn ready(&self) -> Later<'_, ()> {
        Box::pin(async {
            // On a connection that writes; each was checked to be to a server that takes writes.
            let held = self.db.writer().await?;
            let asked = held.query("SELECT 1", &[]).await;
            asked.map(drop).map_err(postgres::Fault::reading)
        })
    }

    fn close(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        self.db.close();
        Box::pin(std::future::ready(()))
    }
}

//! The rooms of a database file.

use std::{future::Future, path::Path, pin::Pin, sync::Arc};

use houseful_core::time::UtcMillis;

use super::{Books, Ground};
use crate::{
    audit::SqliteBooks,
    auth::tokens::SqliteTokens,
    catalogue::SqliteCatalogue,
    house::SqliteHouse,
    payment::{SqliteCharges, SqliteIntents, SqlitePayments},
    shards::NoSlots,
    store::{
        Later, StoreError,
        sqlite::{Database, OpenError, SqliteStore},
    },
};

/// Opens a file, in one of the ways there are, without holding up whoever shares the thread.
pub(super) async fn open(
    path: &Path,
    way: fn(&Path) -> Result<Database, OpenError>,
) -> Result<Database, OpenError> {
    let path = path.to_owned();
    let named = path.clone();
    let opened = tokio::task::spawn_blocking(move || way(&path));
    opened.await.unwrap_or_else(|e| {
        Err(OpenError::Unwritable {
            path: named,
            why: e.to_string(),
        })
    })
}

impl Books {
    /// The rooms of a file that is open.
    #[must_use]
    pub fn of_file(db: Database) -> Self {
        let audit = SqliteBooks::new(db.clone());
        Self {
            journal: Arc::new(SqliteStore::new(db.clone())),
            payments: Arc::new(SqlitePayments::new(db.clone())),
            charges: Arc::new(SqliteCharges::new(db.clone())),
            intents: Arc::new(SqliteIntents::new(db.clone())),
            tokens: Arc::new(SqliteTokens::new(db.clone())),
            house: Arc::new(SqliteHouse::new(db.clone())),
            catalogue: Arc::new(SqliteCatalogue::new(db.clone())),
            slots: Arc::new(NoSlots),
            show_books: Arc::new(audit.clone()),
            payment_books: Arc::new(audit),
            ground: Arc::new(db),
        }
    }
}

impl Ground for Database {
    fn latest_time(&self) -> UtcMillis {
        Self::latest_time(self)
    }

    fn shared(&self) -> bool {
        // The file is locked.
        false
    }

    fn ready(&self) -> Later<'_, ()> {
        Box::pin(async move {
            self.writable()?;
            if self.is_full() {
                return Err(StoreError::Unwritable("the disk is full".to_owned()));
            }
            self.read(|_| Ok(())).await
        })
    }

    fn close(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(self.clone().close())
    }
}

//! The one place that opens a database and hands out its rooms. Nothing beside it knows what kind
//! of database it is.
//!
//! Each room keeps its own trait, contract and SQL: [`Store`] the journals, [`PaymentStore`] the
//! payments, and so on. A server whose roles have databases of their own takes its rooms from
//! several [`Books`].

mod address;
#[cfg(feature = "postgres")]
mod postgres;
mod sqlite;

use std::{future::Future, path::PathBuf, pin::Pin, sync::Arc};

use houseful_core::time::UtcMillis;

pub use self::address::{Address, PostgresUrl};
use crate::{
    audit::{PaymentBooks, ShowBooks},
    auth::tokens::TokenStore,
    catalogue::CatalogueStore,
    clock::ClockKind,
    house::HouseStore,
    payment::{PaymentStore, SimLedger, stripe::IntentBook},
    replicas::{Primary, Source},
    shards::SlotStore,
    store::{self, Later, Store, sqlite::Database},
};

/// Why a database can't be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A file.
    #[error(transparent)]
    File(#[from] store::sqlite::OpenError),
    /// A Postgres database.
    #[cfg(feature = "postgres")]
    #[error(transparent)]
    Postgres(#[from] crate::postgres::OpenError),
    /// Replicas were named for a database that has none.
    #[error("replicas are named, and the database is a file: only a Postgres server has replicas")]
    NoReplicas,
    /// It was opened and can't be read.
    #[error("the database can't be used: {0}")]
    Store(#[from] store::StoreError),
    /// This program was built without what it takes.
    #[cfg(not(feature = "postgres"))]
    #[error("this program was built without Postgres; {0} can't be opened")]
    NoDriver(PostgresUrl),
}

impl OpenError {
    /// The file that another server has open.
    #[must_use]
    pub fn in_use(&self) -> Option<&PathBuf> {
        match self {
            Self::File(store::sqlite::OpenError::InUse(file)) => Some(file),
            _ => None,
        }
    }
}

/// What the rooms of a database stand on.
///
/// Contract of every backend: after [`Ground::close`] no room answers but with an error, and all
/// that a room called durable is.
pub trait Ground: Send + Sync {
    /// The latest time in any journal when the database was opened; a clock starts no earlier.
    fn latest_time(&self) -> UtcMillis;
    /// Whether other servers may write to it at the same time.
    fn shared(&self) -> bool;
    /// Its replicas at these addresses, each host one, whether or not they are there.
    ///
    /// # Errors
    /// An address can't be used, or there are no replicas of a database of this kind.
    fn replicas(&self, addresses: &[PostgresUrl]) -> Result<Vec<Arc<dyn Source>>, OpenError> {
        match addresses {
            [] => Ok(Vec::new()),
            _ => Err(OpenError::NoReplicas),
        }
    }
    /// What its replicas follow; `None` where there can't be any.
    fn primary(&self) -> Option<Arc<dyn Primary>> {
        None
    }
    /// Answers if it can be read and written now, as far as that can be told without writing.
    fn ready(&self) -> Later<'_, ()>;
    /// Finishes what is under way and gives the database up.
    fn close(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>>;
}

/// All rooms of an open database; clones share them.
#[derive(Clone)]
pub struct Books {
    /// What they stand on.
    pub ground: Arc<dyn Ground>,
    /// Journals.
    pub journal: Arc<dyn Store>,
    /// Payments, and the keys that sign leave to pay.
    pub payments: Arc<dyn PaymentStore>,
    /// The books of the simulated card terminal, which are nobody else's to read.
    pub charges: Arc<dyn SimLedger>,
    /// Which intent at Stripe is which payment's.
    pub intents: Arc<dyn IntentBook>,
    /// API tokens.
    pub tokens: Arc<dyn TokenStore>,
    /// Facts about the house.
    pub house: Arc<dyn HouseStore>,
    /// What is on.
    pub catalogue: Arc<dyn CatalogueStore>,
    /// Which slots of shows are its own.
    pub slots: Arc<dyn SlotStore>,
    /// What the sweep reads of booking.
    pub show_books: Arc<dyn ShowBooks>,
    /// What the sweep reads of payment.
    pub payment_books: Arc<dyn PaymentBooks>,
}

impl std::fmt::Debug for Books {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Books")
    }
}

impl Books {
    /// Which database is at an address, by the name that it has for ever; see
    /// [`crate::house::journal_id`]. `None` for one without. Nothing in it is changed, and it is not
    /// opened: a stranger's schema is left as it is.
    ///
    /// # Errors
    /// See [`OpenError`].
    #[cfg(feature = "postgres")]
    pub async fn name(url: &PostgresUrl) -> Result<Option<String>, OpenError> {
        let settings = url.secret().parse();
        let settings = settings.map_err(crate::postgres::OpenError::Address)?;
        Ok(crate::postgres::Database::name(settings).await?)
    }

    /// Opens the database at an address, makes it if that can be done, and brings its schema up to
    /// date. `clock` is what drives the server's time.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub async fn open(address: &Address, clock: ClockKind) -> Result<Self, OpenError> {
        #[cfg(not(feature = "postgres"))]
        let _ = clock;
        match address {
            Address::File(path) => Ok(Self::of_file(sqlite::open(path, Database::open).await?)),
            Address::Scratch(path) => {
                Ok(Self::of_file(sqlite::open(path, Database::scratch).await?))
            }
            #[cfg(feature = "postgres")]
            Address::Postgres(url) => Self::of_postgres(url, clock).await,
            #[cfg(not(feature = "postgres"))]
            Address::Postgres(url) => Err(OpenError::NoDriver(url.clone())),
        }
    }
}

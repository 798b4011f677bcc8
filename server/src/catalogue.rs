//! The catalogue role: cities, cinemas, movies and shows, from a snapshot in memory.
//!
//! The snapshot is read whole at the start and replaced whole by an import; readers never wait
//! and never touch the database. Nothing here knows who has which seat: counts come from the hub.

mod chain;
mod check;
pub mod demo;
mod error;
mod local;
mod place;
mod rows;
mod search;
mod snapshot;
#[cfg(test)]
mod tests;
mod value;

use std::sync::Arc;

use arc_swap::ArcSwap;
use houseful_core::{ids::ShowId, show::ShowTerms};
use tokio::sync::Mutex;

pub use chain::{
    Chain, ChainCinema, ChainCity, ChainMovie, ChainScreen, ChainShow, SalesHours, SalesRule, Start,
};
pub use error::CatalogueError;
pub use place::{Near, Point};
pub use snapshot::{
    CinemaFilter, CityFilter, CursorError, MovieFilter, SHOWS_MAX, ShowFilter, Snapshot,
};

use crate::store::{StoreError, sqlite::Database};

/// A show that an import added, to be opened in the lane.
#[derive(Clone, Debug)]
pub struct NewShow {
    /// Its id.
    pub id: ShowId,
    /// What it is sold under.
    pub terms: Arc<ShowTerms>,
}

/// The catalogue of a server; clones share it.
#[derive(Clone, Debug)]
pub struct Catalogue {
    db: Database,
    snapshot: Arc<ArcSwap<Snapshot>>,
    /// One import at a time: each gives new ids after those that are known.
    importing: Arc<Mutex<()>>,
}

impl Catalogue {
    /// Reads the catalogue into memory.
    ///
    /// # Errors
    /// The database can't be read, or holds what this program can't.
    pub async fn load(db: Database) -> Result<Self, StoreError> {
        let snapshot = db.read(|conn| Snapshot::of(rows::read(conn)?)).await?;
        snapshot.measure();
        Ok(Self {
            db,
            snapshot: Arc::new(ArcSwap::from_pointee(snapshot)),
            importing: Arc::default(),
        })
    }

    /// The catalogue as it is now.
    #[must_use]
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.snapshot.load_full()
    }

    /// Takes a chain in: all of it, or nothing. The same chain again changes nothing.
    ///
    /// # Errors
    /// The chain contradicts itself or what is known; see [`CatalogueError`].
    pub async fn import(&self, chain: Chain) -> Result<Vec<NewShow>, CatalogueError> {
        let _turn = self.importing.lock().await;
        let known = self.snapshot();
        let checked = tokio::task::spawn_blocking(move || check::check(&chain, known.rows()))
            .await
            .map_err(|_| StoreError::Busy)??;
        let (added, rows) = self
            .db
            .write(move |conn| {
                rows::write(conn, &checked)?;
                Ok((checked.shows, rows::read(conn)?))
            })
            .await?;
        let snapshot = Snapshot::of(rows)?;
        snapshot.measure();
        let new = snapshot.new_shows(added.iter().map(|show| show.id));
        self.snapshot.store(Arc::new(snapshot));
        Ok(new)
    }
}

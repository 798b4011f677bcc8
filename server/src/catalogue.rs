//! The catalogue role: cities, cinemas, movies and shows, from a snapshot in memory.
//!
//! The snapshot is read whole at the start and replaced whole by an import; readers never wait
//! and never touch the database. Where several servers share a database each looks every
//! [`copies::LOOK_MS`] whether another one imported something. Nothing here knows who has which seat: counts come from the hub.
//!
//! [`copies::LOOK_MS`]: crate::copies::LOOK_MS

mod answers;
mod chain;
mod check;
pub mod demo;
mod error;
mod local;
mod part;
mod place;
#[cfg(feature = "postgres")]
pub(crate) mod postgres;
mod rows;
mod sales;
mod search;
mod shared;
mod snapshot;
mod sqlite;
mod store;
#[cfg(test)]
mod tests;
mod value;

use std::{
    sync::{
        self, Arc, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use arc_swap::ArcSwap;
use houseful_core::ids::ShowId;
use tokio::sync::Mutex;

pub(crate) use answers::Told;
pub use chain::{Chain, ChainCinema, ChainCity, ChainMovie, ChainScreen, ChainShow, Start};
pub use error::CatalogueError;
pub use part::{Another, Part};
pub use place::{Near, Point};
#[cfg(feature = "postgres")]
pub use postgres::PostgresCatalogue;
pub use sales::{PrebookHours, SalesHours, SalesRule};
pub use snapshot::{
    CalendarFilter, CinemaFilter, CityFilter, CursorError, DAYS_MAX, Kind, MovieFilter, SHOWS_MAX,
    ShowFilter, Snapshot,
};
pub use sqlite::SqliteCatalogue;
pub use store::{CatalogueStore, Kept};

use self::rows::Rows;
use crate::{clock::Clock, hub::Origin, lane::Plans, replicas::Replicas, store::StoreError};

/// How often an import is checked again because another server imported something meanwhile.
const TRIES: u32 = 5;

/// How young the snapshot is known to be.
#[derive(Clone, Copy, Debug)]
struct Known {
    /// All that was there by then is in it.
    as_of: Instant,
    /// When that was heard.
    heard: Instant,
    /// From whom.
    origin: Origin,
}

impl Known {
    fn now(as_of: Instant, origin: Origin) -> Self {
        let heard = Clock::stopwatch();
        Self {
            as_of,
            heard,
            origin,
        }
    }
}

/// The catalogue of a server; clones share it.
#[derive(Clone)]
pub struct Catalogue {
    store: Arc<dyn CatalogueStore>,
    snapshot: Arc<ArcSwap<Snapshot>>,
    /// How often the catalogue was written when the snapshot was read.
    moves: Arc<AtomicU64>,
    known: Arc<sync::Mutex<Known>>,
    /// One import or reading at a time: each import gives new ids after those that are known.
    turn: Arc<Mutex<()>>,
}

impl std::fmt::Debug for Catalogue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Catalogue")
    }
}

impl Catalogue {
    /// Reads the catalogue into memory.
    ///
    /// # Errors
    /// The database can't be read, or holds what this program can't.
    pub async fn load(store: Arc<dyn CatalogueStore>) -> Result<Self, StoreError> {
        let began = Clock::stopwatch();
        let Kept { moves, rows } = store.read().await?;
        let snapshot = Snapshot::of(rows)?;
        snapshot.measure();
        Ok(Self {
            store,
            snapshot: Arc::new(ArcSwap::from_pointee(snapshot)),
            moves: Arc::new(AtomicU64::new(moves)),
            known: Arc::new(sync::Mutex::new(Known::now(began, Origin::Primary))),
            turn: Arc::default(),
        })
    }

    /// The catalogue as it is now.
    #[must_use]
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.snapshot.load_full()
    }

    /// Under what a lane opens shows: as the catalogue has them at that moment.
    pub(crate) fn plans(&self) -> Plans {
        let snapshot = Arc::clone(&self.snapshot);
        Plans::new(move |show| snapshot.load().terms(show))
    }

    /// How old the snapshot is at most at `at`, and where that was heard.
    pub(crate) fn age(&self, at: Instant) -> (Duration, Origin) {
        let known = *self.known();
        (at.saturating_duration_since(known.as_of), known.origin)
    }

    fn known(&self) -> sync::MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that the database has nothing else than the snapshot.
    fn confirm(&self, as_of: Instant, origin: Origin) {
        let mut known = self.known();
        if known.as_of < as_of {
            (known.as_of, known.origin) = (as_of, origin);
        }
    }

    /// Takes a chain in: all of it, or nothing. The same chain again changes nothing. Answers with the
    /// shows that are new; they are on sale.
    ///
    /// # Errors
    /// The chain contradicts itself or what is known; see [`CatalogueError`].
    pub async fn import(&self, chain: Chain) -> Result<Vec<ShowId>, CatalogueError> {
        self.import_checked(move |known| check::check(&chain, known))
            .await
    }

    /// The same with a chain whose shows are made while they are checked.
    ///
    /// # Errors
    /// See [`Catalogue::import`].
    pub async fn import_huge(&self, huge: demo::Huge) -> Result<Vec<ShowId>, CatalogueError> {
        self.import_checked(move |known| check::check_with(huge.chain(), huge.shows(), known))
            .await
    }

    async fn import_checked(
        &self,
        check: impl Fn(&Rows) -> Result<Rows, CatalogueError> + Send + Sync + 'static,
    ) -> Result<Vec<ShowId>, CatalogueError> {
        let _turn = self.turn.lock().await;
        let check = Arc::new(check);
        for _ in 0..TRIES {
            let (known, check) = (self.snapshot(), Arc::clone(&check));
            let checked = tokio::task::spawn_blocking(move || check(known.rows()))
                .await
                .map_err(|_| StoreError::Busy)??;
            let added: Vec<_> = checked.shows.iter().map(|show| show.id).collect();
            let known = self.moves.load(Ordering::SeqCst);
            let written = self.store.write(checked, known).await?;
            self.read().await?;
            if written {
                return Ok(added);
            }
        }
        Err(StoreError::Busy.into())
    }

    /// How often it had been written when it was read last.
    #[must_use]
    pub fn moves(&self) -> u64 {
        self.moves.load(Ordering::SeqCst)
    }

    /// Takes in a part of another server's catalogue, which this one follows; `false` if another
    /// server of this database wrote meanwhile, and the part has to be asked for again.
    ///
    /// # Errors
    /// The part makes no sense, or the database can't be written.
    pub async fn take_in(&self, part: Part) -> Result<bool, StoreError> {
        let _turn = self.turn.lock().await;
        let written = self.store.write(part.rows()?, self.moves()).await?;
        self.read().await?;
        Ok(written)
    }

    /// Reads the catalogue again if another server wrote to it; whether it did.
    ///
    /// # Errors
    /// The database can't be read, or holds what this program can't.
    pub async fn follow(&self) -> Result<bool, StoreError> {
        let began = Clock::stopwatch();
        if self.store.moves().await? == self.moves.load(Ordering::SeqCst) {
            self.confirm(began, Origin::Primary);
            return Ok(false);
        }
        let _turn = self.turn.lock().await;
        self.read().await?;
        Ok(true)
    }

    /// The same at a replica, or at the primary where none will do.
    pub(crate) async fn follow_at(&self, replicas: &Replicas) -> Result<bool, StoreError> {
        let Some((moves, as_of)) = replicas.catalogue_moves().await else {
            return self.follow().await;
        };
        if !self.is_news(moves, as_of) {
            if moves == self.moves.load(Ordering::SeqCst) {
                self.confirm(as_of, Origin::Replica);
            }
            return Ok(false);
        }
        let _turn = self.turn.lock().await;
        match replicas.catalogue().await {
            Some((kept, as_of)) if self.is_news(kept.moves, as_of) => {
                self.take(kept, as_of, Origin::Replica)?;
                Ok(true)
            }
            Some(_) => Ok(false),
            None => {
                self.read().await?;
                Ok(true)
            }
        }
    }

    /// Whether a replica that has all that was there at `as_of` shows something else than the
    /// snapshot, and not only what stood before it.
    fn is_news(&self, moves: u64, as_of: Instant) -> bool {
        let known = self.moves.load(Ordering::SeqCst);
        moves > known || moves != known && as_of > self.known().heard
    }

    /// Puts what stands in the database in place of the snapshot. To be called in a turn.
    async fn read(&self) -> Result<Arc<Snapshot>, StoreError> {
        let began = Clock::stopwatch();
        self.take(self.store.read().await?, began, Origin::Primary)
    }

    fn take(
        &self,
        Kept { moves, rows }: Kept,
        as_of: Instant,
        origin: Origin,
    ) -> Result<Arc<Snapshot>, StoreError> {
        let snapshot = Arc::new(Snapshot::of(rows)?);
        snapshot.measure();
        self.snapshot.store(Arc::clone(&snapshot));
        self.moves.store(moves, Ordering::SeqCst);
        *self.known() = Known::now(as_of, origin);
        Ok(snapshot)
    }
}

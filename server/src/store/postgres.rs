//! Journals in Postgres: a [`Store`] that any number of servers share. No rule and no business
//! decision is taken here.
//!
//! A batch is one statement (`batch`), which locks the heads that stand where they should, moves
//! them, and writes rows for those that moved; what the database says about the rest is the answer.
//! Where Citus has the tables, each show is a transaction of its own (`one_show`).

mod alone;
mod batch;
mod columns;
mod contact;
mod immutable;
mod lease;
mod one_show;
mod replica;
mod rows;
mod write;

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use houseful_core::{
    code::{BookingCode, TicketCode},
    ids::{BookingId, ShowId},
    seat::SeatNo,
    time::UtcMillis,
    wire::{admin::JournalEntry, booking::Contact, seats::Version},
};
use tokio::sync::Semaphore;

use super::{
    Apart, ContactRow, DeskRows, Head, Later, Loaded, Outcome, ShowCommit, Sought, Store,
    StoreError, Tail, kept::Kept,
};
use crate::postgres::{Database, Held, Params};
pub(crate) use replica::{primary, replicas};

/// The store on a [`Database`].
#[derive(Clone, Debug)]
pub struct PostgresStore {
    db: Database,
    kept: Arc<Kept>,
    /// Whether what is decided is held against the primary's clock.
    primary_clock: bool,
    /// Who may wait for a show alone: not all who write, or nobody would sell meanwhile.
    apart: Arc<Semaphore>,
    /// Whether each show is written by statements of its own: journals are spread over nodes.
    one_show: bool,
    /// Whether the last batch was refused for its times.
    untimely: Arc<AtomicBool>,
}

/// How many shows a server has alone at a time, if one connection is left to sell with.
const APART_MAX: usize = 2;

impl PostgresStore {
    /// A store on this database; what is decided is held against the primary's clock.
    #[must_use]
    pub fn new(db: Database) -> Self {
        let others = db.writers().saturating_sub(1);
        let apart = Arc::new(Semaphore::new(APART_MAX.min(others)));
        Self {
            one_show: db.is_distributed(),
            db,
            kept: Arc::default(),
            primary_clock: true,
            apart,
            untimely: Arc::default(),
        }
    }

    /// The same for a house whose time is not the world's: a clock that is set by hand or runs
    /// fast. Its servers' own clock counts.
    #[must_use]
    pub fn by_another_clock(mut self) -> Self {
        self.primary_clock = false;
        self
    }

    /// The same as if journals were spread over nodes: no statement concerns two shows.
    #[must_use]
    pub fn one_show_at_a_time(mut self) -> Self {
        self.one_show = true;
        self
    }

    /// Counts what was decided by a wrong clock, and says so once until it is right again.
    fn note_times(&self, outcomes: &[Outcome]) {
        let late = |o: &&Outcome| matches!(o, Outcome::OutOfTime { .. });
        let late = outcomes.iter().filter(late).count();
        if late > 0 {
            let late = u64::try_from(late).unwrap_or(u64::MAX);
            metrics::counter!("store_out_of_time_total").increment(late);
            if !self.untimely.swap(true, Ordering::Relaxed) {
                tracing::warn!(
                    "this server's clock is not the database's: what it decides is refused until it was corrected"
                );
            }
        } else if outcomes.contains(&Outcome::Committed) {
            self.untimely.store(false, Ordering::Relaxed);
        }
    }

    /// The database under it.
    #[must_use]
    pub const fn database(&self) -> &Database {
        &self.db
    }
}

impl Store for PostgresStore {
    fn shared(&self) -> bool {
        true
    }

    fn time(&self) -> Later<'_, Option<UtcMillis>> {
        Box::pin(async {
            if !self.primary_clock && !self.db.standby_required() {
                return Ok(None);
            }
            let found = self.db.read(rows::TIME, &[]).await?;
            let Some(row) = found.first() else {
                return Ok(None);
            };
            let (ms, bare): (i64, bool) = (rows::get(row, 0)?, rows::get(row, 1)?);
            if bare {
                self.db.check_anew();
                return Err(StoreError::Busy);
            }
            Ok(Some(UtcMillis(ms)).filter(|_| self.primary_clock))
        })
    }

    fn load(&self, show: ShowId) -> Later<'_, Loaded> {
        Box::pin(async move {
            match rows::tail(&self.kept, &self.db, show, None).await? {
                Tail::Elsewhere(loaded) => Ok(loaded),
                Tail::Rows { head, events } => Ok(Loaded {
                    head: Some(head),
                    events,
                    elsewhere: None,
                }),
            }
        })
    }

    fn stand(&self, shows: Vec<ShowId>) -> Later<'_, Vec<Option<Version>>> {
        Box::pin(async move { rows::stand(&self.db, &shows).await })
    }

    fn tail(&self, show: ShowId, after: Version) -> Later<'_, Tail> {
        Box::pin(rows::tail(&self.kept, &self.db, show, Some(after)))
    }

    fn alone(&self, show: ShowId, known: Option<Version>) -> Later<'_, Apart> {
        Box::pin(alone::alone(self, show, known))
    }

    fn commit(&self, batch: Vec<ShowCommit>) -> Later<'_, Vec<Outcome>> {
        Box::pin(write::commit(self, batch))
    }

    fn lease(&self, now: UtcMillis, until: UtcMillis, limit: u32) -> Later<'_, Vec<ShowId>> {
        Box::pin(lease::lease(self, (now, until), limit))
    }

    fn heads(&self) -> Later<'_, Vec<Head>> {
        Box::pin(async {
            let found = self.db.read(rows::HEADS, &[]).await?;
            found.iter().map(rows::head).collect()
        })
    }

    fn journal(&self, show: ShowId, after: u64, limit: u32) -> Later<'_, Vec<JournalEntry>> {
        Box::pin(rows::journal(&self.db, show, after, limit))
    }

    fn desk(&self, wanted: DeskRows) -> Later<'_, Vec<JournalEntry>> {
        Box::pin(rows::desk(&self.db, wanted))
    }

    fn waiting(&self) -> Later<'_, Vec<ShowId>> {
        Box::pin(rows::waiting(&self.db))
    }

    fn bookings_by_code(&self, code: BookingCode) -> Later<'_, Vec<BookingId>> {
        Box::pin(async move {
            let sql =
                "SELECT show_id, booking FROM booking WHERE code = $1 ORDER BY show_id, booking";
            let found = self.db.read(sql, &[&code.bits().cast_signed()]).await?;
            found.iter().map(rows::booking).collect()
        })
    }

    fn ticket_by_code(&self, code: TicketCode) -> Later<'_, Option<(BookingId, SeatNo)>> {
        Box::pin(async move {
            let sql = "SELECT show_id, booking, seat FROM ticket WHERE code = $1
                       ORDER BY valid DESC, show_id LIMIT 1";
            let found = self.db.read(sql, &[&code.bits().cast_signed()]).await?;
            let ticket = |row| Ok((rows::booking(row)?, rows::seat(row, 2)?));
            found.first().map(ticket).transpose()
        })
    }

    fn bookings_recent(&self, limit: u32) -> Later<'_, Vec<(UtcMillis, BookingId)>> {
        Box::pin(contact::recent(&self.db, limit))
    }

    fn bookings_sought(
        &self,
        sought: Sought,
        limit: u32,
    ) -> Later<'_, Vec<(UtcMillis, BookingId)>> {
        Box::pin(contact::sought(self, sought, limit))
    }

    fn keep_contact(
        &self,
        booking: BookingId,
        contact: Option<ContactRow>,
        at: UtcMillis,
    ) -> Later<'_, ()> {
        Box::pin(contact::keep(self, booking, contact, at))
    }

    fn contacts(&self, bookings: Vec<BookingId>) -> Later<'_, Vec<(BookingId, Contact)>> {
        Box::pin(contact::of(&self.db, bookings))
    }
}

/// What can be asked: a database, or a transaction on it.
trait Ask: Sync {
    fn ask(
        &self,
        sql: &'static str,
        params: Params<'_>,
    ) -> impl Future<Output = Result<Vec<tokio_postgres::Row>, StoreError>> + Send;
}

impl Ask for Database {
    async fn ask(
        &self,
        sql: &'static str,
        params: Params<'_>,
    ) -> Result<Vec<tokio_postgres::Row>, StoreError> {
        self.read(sql, params).await
    }
}

impl Ask for Held {
    async fn ask(
        &self,
        sql: &'static str,
        params: Params<'_>,
    ) -> Result<Vec<tokio_postgres::Row>, StoreError> {
        let done = self.query(sql, params).await;
        done.map_err(crate::postgres::Fault::reading)
    }
}

impl Ask for crate::postgres::Transaction {
    async fn ask(
        &self,
        sql: &'static str,
        params: Params<'_>,
    ) -> Result<Vec<tokio_postgres::Row>, StoreError> {
        let done = self.query(sql, params).await;
        done.map_err(crate::postgres::Fault::reading)
    }
}

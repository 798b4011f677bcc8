//! Journals in one SQLite file: `Database` is the file with its threads, `SqliteStore` the
//! [`Store`] on it. No rule and no business decision is taken here.

mod alone;
mod checkpoint;
mod commit;
mod contact;
pub mod copy;
mod database;
mod fault;
mod kept;
mod migrations;
pub(crate) mod moves;
mod open;
mod readers;
mod rows;
#[cfg(test)]
mod tests;
mod writer;

use std::sync::Arc;

use houseful_core::{
    code::{BookingCode, TicketCode},
    ids::{BookingId, ShowId},
    seat::SeatNo,
    time::UtcMillis,
    wire::{admin::JournalEntry, booking::Contact, seats::Version},
};
use rusqlite::OptionalExtension;

pub use database::{Database, Traffic};
pub use open::OpenError;

use super::{
    Apart, ContactRow, DeskRows, Head, Later, Loaded, Outcome, ShowCommit, Sought, Store,
    StoreError, Tail, kept::Kept,
};
use alone::Locks;

/// The store on a [`Database`].
#[derive(Clone, Debug)]
pub struct SqliteStore {
    db: Database,
    kept: Arc<Kept>,
    locks: Locks,
}

impl SqliteStore {
    /// A store on this database.
    #[must_use]
    pub fn new(db: Database) -> Self {
        Self {
            db,
            kept: Arc::default(),
            locks: Locks::default(),
        }
    }

    /// The database under it.
    #[must_use]
    pub fn database(&self) -> &Database {
        &self.db
    }

    /// Writes each show of the batch that stands where it was decided on and that nobody else has
    /// alone.
    async fn write(
        &self,
        batch: Vec<ShowCommit>,
        mine: Option<ShowId>,
    ) -> Result<Vec<Outcome>, StoreError> {
        let locks = self.locks.clone();
        let (outcomes, batch) = self
            .db
            .write(move |conn| {
                let write = |show: &ShowCommit| {
                    if mine != Some(show.head.show) && locks.has(show.head.show) {
                        return Ok(Outcome::Lost);
                    }
                    commit::show(conn, show)
                };
                let outcomes: Result<Vec<_>, _> = batch.iter().map(write).collect();
                Ok((outcomes?, batch))
            })
            .await?;
        let committed = batch.iter().zip(&outcomes);
        for (show, _) in committed.filter(|(_, o)| **o == Outcome::Committed) {
            show.opened.iter().for_each(|event| self.kept.keep(event));
        }
        Ok(outcomes)
    }
}

impl Store for SqliteStore {
    /// Nobody else has the file.
    fn shared(&self) -> bool {
        false
    }

    /// The server's clock is the only one.
    fn time(&self) -> Later<'_, Option<UtcMillis>> {
        Box::pin(std::future::ready(Ok(None)))
    }

    fn load(&self, show: ShowId) -> Later<'_, Loaded> {
        let kept = Arc::clone(&self.kept);
        Box::pin(self.db.read(move |conn| rows::load(conn, &kept, show)))
    }

    fn stand(&self, shows: Vec<ShowId>) -> Later<'_, Vec<Option<Version>>> {
        Box::pin(self.db.read(move |conn| {
            let stand = |show: ShowId| rows::stands(conn, show);
            shows.into_iter().map(stand).collect()
        }))
    }

    fn tail(&self, show: ShowId, after: Version) -> Later<'_, Tail> {
        let kept = Arc::clone(&self.kept);
        Box::pin(
            self.db
                .read(move |conn| rows::tail(conn, &kept, show, Some(after))),
        )
    }

    fn alone(&self, show: ShowId, known: Option<Version>) -> Later<'_, Apart> {
        Box::pin(alone::alone(self, show, known))
    }

    fn commit(&self, batch: Vec<ShowCommit>) -> Later<'_, Vec<Outcome>> {
        Box::pin(self.write(batch, None))
    }

    fn lease(&self, now: UtcMillis, until: UtcMillis, limit: u32) -> Later<'_, Vec<ShowId>> {
        Box::pin(async move {
            // A look costs nothing; mostly there is nothing to take.
            let any = self.db.read(move |conn| rows::is_any_due(conn, now));
            if !any.await? {
                return Ok(Vec::new());
            }
            self.db
                .write(move |conn| rows::lease(conn, (now, until), limit))
                .await
        })
    }

    fn heads(&self) -> Later<'_, Vec<Head>> {
        Box::pin(self.db.read(rows::heads))
    }

    fn journal(&self, show: ShowId, after: u64, limit: u32) -> Later<'_, Vec<JournalEntry>> {
        Box::pin(
            self.db
                .read(move |conn| rows::journal(conn, show, after, limit)),
        )
    }

    fn desk(&self, wanted: DeskRows) -> Later<'_, Vec<JournalEntry>> {
        Box::pin(self.db.read(move |conn| rows::desk(conn, &wanted)))
    }

    fn waiting(&self) -> Later<'_, Vec<ShowId>> {
        Box::pin(self.db.read(rows::waiting))
    }

    fn bookings_by_code(&self, code: BookingCode) -> Later<'_, Vec<BookingId>> {
        Box::pin(self.db.read(move |conn| {
            let mut select = conn.prepare_cached(
                "SELECT show_id, booking FROM booking WHERE code = ?1 ORDER BY show_id, booking",
            )?;
            let found = select.query_map([code.bits().cast_signed()], rows::booking_out)?;
            Ok(found.collect::<Result<_, _>>()?)
        }))
    }

    fn ticket_by_code(&self, code: TicketCode) -> Later<'_, Option<(BookingId, SeatNo)>> {
        Box::pin(self.db.read(move |conn| {
            let found = conn
                .prepare_cached(
                    "SELECT show_id, booking, seat FROM ticket WHERE code = ?1
                     ORDER BY valid DESC LIMIT 1",
                )?
                .query_row([code.bits().cast_signed()], |row| {
                    Ok((rows::booking_out(row)?, SeatNo(row.get(2)?)))
                })
                .optional()?;
            Ok(found)
        }))
    }

    fn bookings_recent(&self, limit: u32) -> Later<'_, Vec<(UtcMillis, BookingId)>> {
        Box::pin(self.db.read(move |conn| contact::recent(conn, limit)))
    }

    fn bookings_sought(
        &self,
        sought: Sought,
        limit: u32,
    ) -> Later<'_, Vec<(UtcMillis, BookingId)>> {
        Box::pin(
            self.db
                .read(move |conn| contact::sought(conn, &sought, limit)),
        )
    }

    fn keep_contact(
        &self,
        booking: BookingId,
        contact: Option<ContactRow>,
        at: UtcMillis,
    ) -> Later<'_, ()> {
        Box::pin(
            self.db
                .write(move |conn| contact::keep(conn, booking, contact.as_ref(), at)),
        )
    }

    fn contacts(&self, bookings: Vec<BookingId>) -> Later<'_, Vec<(BookingId, Contact)>> {
        Box::pin(self.db.read(move |conn| contact::of(conn, &bookings)))
    }
}

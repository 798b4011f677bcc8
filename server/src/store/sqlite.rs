//! Journals in one SQLite file: `Database` is the file with its threads, `SqliteStore` the
//! [`Store`] on it. No rule and no business decision is taken here.

mod checkpoint;
mod commit;
mod contact;
mod database;
mod fault;
mod kept;
pub(crate) mod migrations;
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
    wire::{admin::JournalEntry, booking::Contact},
};
use rusqlite::OptionalExtension;

pub use database::{Database, Traffic};
pub use open::OpenError;

use super::{ContactRow, Head, Later, Loaded, Outcome, ShowCommit, Sought, Store};
use kept::Kept;

/// The store on a [`Database`].
#[derive(Clone, Debug)]
pub struct SqliteStore {
    db: Database,
    kept: Arc<Kept>,
}

impl SqliteStore {
    /// A store on this database.
    #[must_use]
    pub fn new(db: Database) -> Self {
        let kept = Arc::default();
        Self { db, kept }
    }

    /// The database under it.
    #[must_use]
    pub fn database(&self) -> &Database {
        &self.db
    }
}

impl Store for SqliteStore {
    fn load(&self, show: ShowId) -> Later<'_, Loaded> {
        let kept = Arc::clone(&self.kept);
        Box::pin(self.db.read(move |conn| rows::load(conn, &kept, show)))
    }

    fn commit(&self, batch: Vec<ShowCommit>) -> Later<'_, Vec<Outcome>> {
        let kept = Arc::clone(&self.kept);
        Box::pin(async move {
            let (outcomes, batch) = self
                .db
                .write(move |conn| {
                    let outcomes: Result<Vec<_>, _> =
                        batch.iter().map(|show| commit::show(conn, show)).collect();
                    Ok((outcomes?, batch))
                })
                .await?;
            let committed = batch.iter().zip(&outcomes);
            for (show, _) in committed.filter(|(_, o)| **o == Outcome::Committed) {
                show.opened.iter().for_each(|event| kept.keep(event));
            }
            Ok(outcomes)
        })
    }

    fn due(&self, now: UtcMillis, limit: u32) -> Later<'_, Vec<ShowId>> {
        Box::pin(self.db.read(move |conn| {
            let mut select = conn.prepare_cached(
                "SELECT show_id FROM show_head WHERE next_due <= ?1 ORDER BY next_due LIMIT ?2",
            )?;
            let shows = select.query_map((now.0, limit), |row| rows::show_out(row, 0))?;
            Ok(shows.collect::<Result<_, _>>()?)
        }))
    }

    fn put_off(&self, show: ShowId, until: UtcMillis) -> Later<'_, ()> {
        Box::pin(self.db.write(move |conn| {
            // A show that waits for nothing by now, or for something later, is left alone.
            conn.prepare_cached(
                "UPDATE show_head SET next_due = ?2 WHERE show_id = ?1 AND next_due < ?2",
            )?
            .execute((rows::show_in(show), until.0))?;
            Ok(())
        }))
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

    fn bookings_recent(&self, limit: u32) -> Later<'_, Vec<BookingId>> {
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

//! A file as several servers would see it: shared, and if wished without the compare-and-swap, so
//! that it writes on top of whatever stands.

use std::sync::Arc;

use houseful_core::{
    code::{BookingCode, TicketCode},
    ids::{BookingId, ShowId},
    seat::SeatNo,
    time::UtcMillis,
    wire::{admin::JournalEntry, booking::Contact, seats::Version},
};
use houseful_server::store::{
    Apart, ContactRow, DeskRows, Head, Later, Loaded, Outcome, ShowCommit, Sought, Store, Tail,
};

/// A store that says it is shared.
pub struct Tampered {
    store: Arc<dyn Store>,
    compares: bool,
}

impl Tampered {
    /// As it is.
    pub fn shared(store: Arc<dyn Store>) -> Arc<dyn Store> {
        let compares = true;
        Arc::new(Self { store, compares })
    }

    /// Without the compare-and-swap.
    pub fn careless(store: Arc<dyn Store>) -> Arc<dyn Store> {
        let compares = false;
        Arc::new(Self { store, compares })
    }
}

impl Store for Tampered {
    fn shared(&self) -> bool {
        true
    }

    fn time(&self) -> Later<'_, Option<UtcMillis>> {
        self.store.time()
    }

    fn stand(&self, shows: Vec<ShowId>) -> Later<'_, Vec<Option<Version>>> {
        self.store.stand(shows)
    }

    fn tail(&self, show: ShowId, after: Version) -> Later<'_, Tail> {
        self.store.tail(show, after)
    }

    fn alone(&self, show: ShowId, known: Option<Version>) -> Later<'_, Apart> {
        self.store.alone(show, known)
    }

    fn load(&self, show: ShowId) -> Later<'_, Loaded> {
        self.store.load(show)
    }

    fn commit(&self, batch: Vec<ShowCommit>) -> Later<'_, Vec<Outcome>> {
        if self.compares {
            return self.store.commit(batch);
        }
        Box::pin(async move {
            let mut outcomes = Vec::new();
            for mut commit in batch {
                let show = commit.head.show;
                loop {
                    let stands = self.store.load(show).await?.head.map(|h| h.version);
                    let ver = stands.map_or(0, |v| v.ver);
                    let rows = u64::try_from(commit.rows.len()).unwrap_or(0);
                    commit.expect = stands;
                    commit.head.version.ver = ver + rows;
                    let outcome = self.store.commit(vec![commit.clone()]).await?;
                    if outcome != [Outcome::Lost] {
                        outcomes.extend(outcome);
                        break;
                    }
                }
            }
            Ok(outcomes)
        })
    }

    fn lease(&self, now: UtcMillis, until: UtcMillis, limit: u32) -> Later<'_, Vec<ShowId>> {
        self.store.lease(now, until, limit)
    }

    fn heads(&self) -> Later<'_, Vec<Head>> {
        self.store.heads()
    }

    fn journal(&self, show: ShowId, after: u64, limit: u32) -> Later<'_, Vec<JournalEntry>> {
        self.store.journal(show, after, limit)
    }

    fn desk(&self, wanted: DeskRows) -> Later<'_, Vec<JournalEntry>> {
        self.store.desk(wanted)
    }

    fn waiting(&self) -> Later<'_, Vec<ShowId>> {
        self.store.waiting()
    }

    fn bookings_by_code(&self, code: BookingCode) -> Later<'_, Vec<BookingId>> {
        self.store.bookings_by_code(code)
    }

    fn ticket_by_code(&self, code: TicketCode) -> Later<'_, Option<(BookingId, SeatNo)>> {
        self.store.ticket_by_code(code)
    }

    fn bookings_recent(&self, limit: u32) -> Later<'_, Vec<(UtcMillis, BookingId)>> {
        self.store.bookings_recent(limit)
    }

    fn bookings_sought(
        &self,
        sought: Sought,
        limit: u32,
    ) -> Later<'_, Vec<(UtcMillis, BookingId)>> {
        self.store.bookings_sought(sought, limit)
    }

    fn keep_contact(
        &self,
        booking: BookingId,
        contact: Option<ContactRow>,
        at: UtcMillis,
    ) -> Later<'_, ()> {
        self.store.keep_contact(booking, contact, at)
    }

    fn contacts(&self, bookings: Vec<BookingId>) -> Later<'_, Vec<(BookingId, Contact)>> {
        self.store.contacts(bookings)
    }
}

//! A store without the compare-and-swap: it writes on top of whatever stands.

use std::sync::Arc;

use houseful_core::{
    code::{BookingCode, TicketCode},
    ids::{BookingId, ShowId},
    seat::SeatNo,
    time::UtcMillis,
    wire::{admin::JournalEntry, booking::Contact, seats::Version},
};
use houseful_server::store::{
    Apart, ContactRow, Head, Later, Loaded, Outcome, ShowCommit, Sought, Store, Tail,
};

pub struct Careless(pub Arc<dyn Store>);

impl Store for Careless {
    fn shared(&self) -> bool {
        self.0.shared()
    }

    fn time(&self) -> Later<'_, Option<UtcMillis>> {
        self.0.time()
    }

    fn stand(&self, shows: Vec<ShowId>) -> Later<'_, Vec<Option<Version>>> {
        self.0.stand(shows)
    }

    fn tail(&self, show: ShowId, after: Version) -> Later<'_, Tail> {
        self.0.tail(show, after)
    }

    fn alone(&self, show: ShowId, known: Option<Version>) -> Later<'_, Apart> {
        self.0.alone(show, known)
    }

    fn load(&self, show: ShowId) -> Later<'_, Loaded> {
        self.0.load(show)
    }

    fn commit(&self, batch: Vec<ShowCommit>) -> Later<'_, Vec<Outcome>> {
        Box::pin(async move {
            let mut outcomes = Vec::new();
            for mut commit in batch {
                let show = commit.head.show;
                loop {
                    let stands = self.0.load(show).await?.head.map(|h| h.version);
                    let ver = stands.map_or(0, |v| v.ver);
                    let rows = u64::try_from(commit.rows.len()).unwrap_or(0);
                    commit.expect = stands;
                    commit.head.version.ver = ver + rows;
                    let outcome = self.0.commit(vec![commit.clone()]).await?;
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
        self.0.lease(now, until, limit)
    }

    fn heads(&self) -> Later<'_, Vec<Head>> {
        self.0.heads()
    }

    fn journal(&self, show: ShowId, after: u64, limit: u32) -> Later<'_, Vec<JournalEntry>> {
        self.0.journal(show, after, limit)
    }

    fn bookings_by_code(&self, code: BookingCode) -> Later<'_, Vec<BookingId>> {
        self.0.bookings_by_code(code)
    }

    fn ticket_by_code(&self, code: TicketCode) -> Later<'_, Option<(BookingId, SeatNo)>> {
        self.0.ticket_by_code(code)
    }

    fn bookings_recent(&self, limit: u32) -> Later<'_, Vec<BookingId>> {
        self.0.bookings_recent(limit)
    }

    fn bookings_sought(
        &self,
        sought: Sought,
        limit: u32,
    ) -> Later<'_, Vec<(UtcMillis, BookingId)>> {
        self.0.bookings_sought(sought, limit)
    }

    fn keep_contact(
        &self,
        booking: BookingId,
        contact: Option<ContactRow>,
        at: UtcMillis,
    ) -> Later<'_, ()> {
        self.0.keep_contact(booking, contact, at)
    }

    fn contacts(&self, bookings: Vec<BookingId>) -> Later<'_, Vec<(BookingId, Contact)>> {
        self.0.contacts(bookings)
    }
}

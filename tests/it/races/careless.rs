//! A store without the compare-and-swap: it writes on top of whatever stands.

use std::sync::Arc;

use houseful_core::{
    code::{BookingCode, TicketCode},
    ids::{BookingId, ShowId},
    seat::SeatNo,
    time::UtcMillis,
    wire::{admin::JournalEntry, booking::Contact},
};
use houseful_server::store::{ContactRow, Head, Later, Loaded, Outcome, ShowCommit, Sought, Store};

pub struct Careless(pub Arc<dyn Store>);

impl Store for Careless {
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

    fn due(&self, now: UtcMillis, limit: u32) -> Later<'_, Vec<ShowId>> {
        self.0.due(now, limit)
    }

    fn put_off(&self, show: ShowId, until: UtcMillis) -> Later<'_, ()> {
        self.0.put_off(show, until)
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

//! Where payments are written down.
//!
//! Contract of every backend: each call is one transaction, durable when it answers; a payment is
//! read, stepped and written in that one transaction, so that no two steps of it cross; nothing of
//! it is ever deleted, and each notable step adds a line to the trail.

use houseful_core::{
    ids::{BookingId, PaymentId},
    message::Tender,
    time::UtcMillis,
};

use super::machine::{Account, Input, Moment, Step};
use crate::store::Later;

/// A payment that somebody wants to begin.
#[derive(Clone, Debug)]
pub struct Begin {
    /// As it will stand.
    pub account: Account,
    /// What tells a repeat from a reused id, by each key, the one to write first.
    pub fingerprints: Vec<[u8; 16]>,
    /// The leave to pay is over: only a repeat is answered.
    pub expired: bool,
    /// How many payments of a booking may be declined or not decided yet.
    pub declined_max: u32,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Begun {
    /// It was written down.
    Fresh(Account),
    /// It was begun before, by the same request.
    Known(Account),
    /// Another request has its id.
    Reused,
    /// The booking has had its declined payments, or waits for that many.
    TooMany,
    /// It is new, and the leave to pay is over.
    Expired,
}

/// A payment after a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stepped {
    /// As it stands now.
    pub account: Account,
    /// What came of the input.
    pub step: Step,
}

/// Which payments are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only those that are not settled.
    pub open: bool,
    /// Only those of a booking.
    pub booking: Option<BookingId>,
}

/// Where a page of payments ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageCursor {
    /// When its last payment was begun.
    pub created_at: UtcMillis,
    /// That payment.
    pub payment: PaymentId,
}

/// What waits for the worker.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Due {
    /// Payments whose provider has to be asked.
    pub calls: Vec<PaymentId>,
    /// Payments of which booking has to be told again.
    pub news: Vec<PaymentId>,
    /// How many announcements wait to be answered, due or not.
    pub outbox: u32,
}

/// Payments.
pub trait PaymentStore: Send + Sync {
    /// Gives an id to payments of this booking by this means; `false` when it is another's.
    fn claim(&self, id: PaymentId, booking: BookingId, tender: Tender) -> Later<'_, bool>;
    /// Begins a payment, or says why not.
    fn begin(&self, begin: Begin) -> Later<'_, Begun>;
    /// Steps a payment. One that is not there is first written down as `or_else`, if that is
    /// given; else the answer is `None`.
    fn step(
        &self,
        id: PaymentId,
        input: Input,
        or_else: Option<Account>,
        at: Moment,
    ) -> Later<'_, Option<Stepped>>;
    /// A payment.
    fn get(&self, id: PaymentId) -> Later<'_, Option<Account>>;
    /// Payments, the newest first, at most `limit`, those behind `after` only.
    fn list(
        &self,
        filter: Filter,
        after: Option<PageCursor>,
        limit: u32,
    ) -> Later<'_, Vec<Account>>;
    /// What waits at `now`, at most `limit` of each kind.
    fn due(&self, now: UtcMillis, limit: u32) -> Later<'_, Due>;
    /// Has the provider asked at once about all that an earlier run left unfinished; to be called
    /// before this run begins anything.
    fn take_over(&self, now: UtcMillis) -> Later<'_, u64>;
}

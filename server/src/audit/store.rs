//! What the sweep reads, as it stands in the tables.
//!
//! Contract of every backend: each answer is of one moment, and of one show or one page, so that
//! no reading lasts as long as the database is large. Nothing is left out and nothing is mended;
//! what can't be read at all is [`StoreError::Unreadable`](crate::store::StoreError::Unreadable).

use houseful_core::{ids::ShowId, time::UtcMillis};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::store::Later;

/// A journal row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactRow {
    /// Its number.
    pub ver: u64,
    /// When it was decided.
    pub at: UtcMillis,
    /// The event as JSON.
    pub body: String,
}

/// A valid ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TicketRow {
    /// The seat.
    pub seat: u16,
    /// What the door reads.
    pub code: u64,
    /// Whose it is.
    pub booking: Uuid,
}

/// A booking of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BookingRow {
    /// The booking.
    pub booking: Uuid,
    /// Where it stands, as a word.
    pub state: String,
    /// What it costs, in minor units.
    pub total: i64,
}

/// All that stands about one show, at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShowRows {
    /// The version its head says.
    pub ver: u64,
    /// How many seats its head calls taken.
    pub taken: u32,
    /// Its journal, in order.
    pub facts: Vec<FactRow>,
    /// Its valid tickets.
    pub tickets: Vec<TicketRow>,
    /// Its bookings.
    pub bookings: Vec<BookingRow>,
    /// The sum of the money lines of each booking, in minor units.
    pub money: Vec<(Uuid, i64)>,
}

/// A payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentRow {
    /// The payment.
    pub payment: Uuid,
    /// The show it is for.
    pub show: ShowId,
    /// The booking it is for.
    pub booking: Uuid,
    /// Its currency.
    pub currency: String,
    /// What was taken, in minor units.
    pub captured: i64,
    /// What was given back, in minor units.
    pub refunded: i64,
    /// Where it stands, as a word.
    pub state: String,
    /// When it was begun.
    pub created_at: UtcMillis,
    /// Whether nothing is left to do.
    pub settled: bool,
}

/// The books of booking.
pub trait ShowBooks: Send + Sync {
    /// Shows with a head, by number, those behind `after` only.
    fn shows(&self, after: Option<ShowId>, limit: u32) -> Later<'_, Vec<ShowId>>;
    /// All that stands about a show; `None` for one without a head.
    fn show(&self, show: ShowId) -> Later<'_, Option<ShowRows>>;
    /// The text of a layout.
    fn layout(&self, hash: String) -> Later<'_, Option<String>>;
    /// How many journal rows belong to no head.
    fn strays(&self) -> Later<'_, u64>;
}

/// The books of payment.
pub trait PaymentBooks: Send + Sync {
    /// Payments by id, those behind `after` only.
    fn payments(&self, after: Option<Uuid>, limit: u32) -> Later<'_, Vec<PaymentRow>>;
    /// A payment.
    fn payment(&self, payment: Uuid) -> Later<'_, Option<PaymentRow>>;
}

//! Which intent at Stripe is which payment's. Written before an intent is confirmed, so that every
//! promise of money has its line here; a payment that was called off before is closed, and gets no
//! intent any more.

use houseful_core::{ids::PaymentId, time::UtcMillis};

use crate::payment::provider::Calling;

/// What the book has of a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Named {
    /// This intent is its own.
    Intent(String),
    /// It has none and will have none.
    Closed,
}

impl Named {
    /// A line of the table: no intent means closed.
    pub(in crate::payment) fn of(intent: Option<String>) -> Self {
        intent.map_or(Self::Closed, Self::Intent)
    }
}

/// Which cluster a book is in, and which branch of its history; `None` where there is but one.
pub type Branch = Option<(i64, u32)>;

/// Where intents are written down. The first line of a payment stands for good, unless Stripe shows
/// that there was one before it; what is answered is durable.
pub trait IntentBook: Send + Sync {
    /// Where it is as far as it was read or written. When that changes, another server of the database
    /// leads, and lines that were written last may be gone.
    fn branch(&self) -> Branch;
    /// Writes a payment's intent down unless it has a line; answers with its line.
    fn name(&self, payment: PaymentId, intent: String) -> Calling<'_, Named>;
    /// Closes a payment unless it has a line; answers with its line.
    fn close(&self, payment: PaymentId) -> Calling<'_, Named>;
    /// Gives a closed payment its intent after all; answers with its line. To be called for an intent
    /// that was confirmed: that is done only after its line was written, so that line was lost.
    fn adopt(&self, payment: PaymentId, intent: String) -> Calling<'_, Named>;
    /// The line of a payment.
    fn get(&self, payment: PaymentId) -> Calling<'_, Option<Named>>;
    /// The payment that has an intent in its line.
    fn payment_of(&self, intent: String) -> Calling<'_, Option<PaymentId>>;
    /// Up to which time of Stripe's clock its news were seen to; `None` when they never were.
    fn read_until(&self) -> Calling<'_, Option<UtcMillis>>;
    /// Writes that down; it never goes back.
    fn note_read(&self, until: UtcMillis) -> Calling<'_, ()>;
}

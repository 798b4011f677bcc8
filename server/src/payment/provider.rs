//! Who takes the money. Every call carries our payment id as its key and names totals, so that
//! each may be repeated; every answer is the charge as it stands.
//!
//! Contract of every provider: a promise is taken or given back once, however often it is asked
//! for; what was called off stays so, whatever arrives later; what is said to be declined will
//! never be taken.

use std::{future::Future, pin::Pin};

use houseful_core::{
    ids::{BookingId, PaymentId, QuoteHash},
    money::Money,
    time::UtcMillis,
    wire::payment::{Card, PayerAction},
};

use super::PaymentError;

/// A future of a provider.
pub type Calling<'a, T> = Pin<Box<dyn Future<Output = Result<T, ProviderError>> + Send + 'a>>;

/// Where a charge stands at its provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChargeStatus {
    /// Not decided yet.
    Pending,
    /// Promised.
    Authorised,
    /// Taken.
    Captured,
    /// Said no.
    Declined,
    /// Was never asked for, and now never will be.
    Never,
    /// The promise was given back.
    Voided,
    /// Promised, then refused.
    CaptureRefused,
}

impl ChargeStatus {
    /// The word in tables.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Authorised => "authorised",
            Self::Captured => "captured",
            Self::Declined => "declined",
            Self::Never => "never",
            Self::Voided => "voided",
            Self::CaptureRefused => "capture_refused",
        }
    }
}

/// A charge as its provider knows it, with what we told it the charge is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Charge {
    /// Our id.
    pub payment: PaymentId,
    /// What it is for.
    pub booking: BookingId,
    /// What the payer agreed to.
    pub quote: QuoteHash,
    /// What was asked for.
    pub amount: Money,
    /// Where it stands.
    pub status: ChargeStatus,
    /// What was taken, in minor units.
    pub captured: i64,
    /// What was given back and has not come back here, in minor units.
    pub refunded: i64,
    /// What was given back and came back here, in minor units: the payer's bank did not take it.
    pub bounced: i64,
    /// Why not, in words.
    pub reason: Option<String>,
    /// When it last changed at the provider.
    pub updated_at: UtcMillis,
}

/// What a provider is asked to promise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Our id, the key of all calls about it.
    pub payment: PaymentId,
    /// What it is for.
    pub booking: BookingId,
    /// What the payer agreed to.
    pub quote: QuoteHash,
    /// How much.
    pub amount: Money,
}

/// Why a provider gave no answer. What it did is unknown unless it says otherwise later.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProviderError {
    /// No answer in time.
    #[error("no answer came in time")]
    TimedOut,
    /// It could not do it now.
    #[error("{0}")]
    Unavailable(String),
    /// It will not do it however often it is asked: somebody has to look.
    #[error("{0}")]
    Fault(String),
}

/// A page of a provider's list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listed {
    /// Charges of ours.
    pub charges: Vec<Charge>,
    /// How many others name this house and make no sense; each was told.
    pub odd: u64,
    /// Where the next page begins; `None` behind the last one.
    pub next: Option<String>,
}

/// How long a provider may take for an answer, unless it says otherwise, in milliseconds.
const PATIENCE_MS: i64 = 3_000;

/// A provider.
pub trait Provider: Send + Sync {
    /// Whether it can be asked about such a card at all.
    ///
    /// # Errors
    /// It can't, for a reason that the payer can mend.
    fn takes(&self, card: &Card) -> Result<(), PaymentError>;
    /// How long it may take for an answer, in milliseconds.
    fn patience_ms(&self) -> i64 {
        PATIENCE_MS
    }
    /// What the payer has to do before it can decide, as far as is known.
    fn action(&self, _: PaymentId) -> Option<PayerAction> {
        None
    }
    /// Asks for a promise. A repeat changes nothing and answers where the charge stands.
    fn authorise(&self, order: Order, card: Card) -> Calling<'_, Charge>;
    /// Takes `minor` of what was promised.
    fn capture(&self, order: Order, minor: i64) -> Calling<'_, Charge>;
    /// Gives the promise back. For a charge it has never heard of it makes sure that it never will.
    fn void(&self, order: Order) -> Calling<'_, Charge>;
    /// Gives back what is missing to `total_minor` in all.
    fn refund(&self, order: Order, total_minor: i64) -> Calling<'_, Charge>;
    /// Where the charge stands; `None` if it has never heard of it. One that would sell seats for
    /// something else than what was ordered is an error.
    fn look_up(&self, order: Order) -> Calling<'_, Option<Charge>>;
    /// Whether its whole list has to be read, however long ago it was read last: what was known of it
    /// may have got lost since.
    fn wants_whole_list(&self) -> bool {
        false
    }
    /// Charges that were made at or after a time (or changed, where it keeps them by that), about
    /// `limit` of them, from `after` on, where a page before ended. What changes while the list is
    /// read is on a page of it or of the next reading. What of a charge is told that went back may be
    /// less than what did; [`Self::look_up`] says all of it.
    fn list(&self, since: UtcMillis, after: Option<String>, limit: u32) -> Calling<'_, Listed>;
}

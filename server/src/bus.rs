//! Carries the two messages between payment and booking. Either may be lost: each side says again
//! what has not been answered.

pub(crate) mod between;
pub mod heard;
pub mod kafka;
pub mod local;

use houseful_core::message::{Announcement, Settle};

/// A carrier. Sending never waits and never fails; what is lost is sent again by its sender.
pub trait Bus: Send + Sync {
    /// Payment to booking.
    fn announce(&self, news: Announcement);
    /// Booking to payment.
    fn settle(&self, ask: Settle);
}

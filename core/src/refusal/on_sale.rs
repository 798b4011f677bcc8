//! When a show does not sell.

use crate::time::UtcMillis;

/// Why a show does not sell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotOnSale {
    /// The sale has not begun.
    NotYet {
        /// When it does.
        opens_at: UtcMillis,
    },
    /// Sales have closed.
    Closed {
        /// When they did.
        closed_at: UtcMillis,
    },
    /// Staff stopped it for a while.
    Paused,
    /// This channel does not sell it at all.
    NotInChannel,
}

//! The one place that says whether a hold is alive.

use crate::time::UtcMillis;

/// How long a hold lasts from its first seat: 300 s. It is never extended or restarted.
pub const HOLD_MS: i64 = 300_000;

/// How long seats stay secured while the money is being captured: 15 minutes.
pub const SETTLE_MS: i64 = 900_000;

/// How late money may come after a hold's end and still win back its seats: 15 minutes.
pub const LATE_MS: i64 = 900_000;

/// Whether a hold (or any other wait with an end) is alive at `now`.
///
/// At the instant `hold_until` itself it is over. Servers sell by this function and screens draw
/// by it; SQL may use the same comparison only to prefilter.
#[must_use]
pub const fn is_alive(hold_until: UtcMillis, now: UtcMillis) -> bool {
    now.0 < hold_until.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hold_expires_at_its_instant() {
        let end = UtcMillis(0).plus_ms(HOLD_MS);
        assert!(is_alive(end, UtcMillis(299_999)));
        assert!(!is_alive(end, UtcMillis(300_000)));
    }
}

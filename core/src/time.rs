//! Points in time and lengths of time, as integers of milliseconds.
//!
//! The server stamps time; nothing here can read a clock.

use serde::{Deserialize, Serialize};

/// A point in time: milliseconds since 1970-01-01T00:00:00Z. Never local.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UtcMillis(pub i64);

impl UtcMillis {
    /// The latest time a journal may carry: 9999-12-31T23:59:59.999Z.
    pub const MAX: Self = Self(253_402_300_799_999);

    /// This time moved by `ms` milliseconds; it stops at the ends instead of wrapping.
    #[must_use]
    pub const fn plus_ms(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// Milliseconds from `earlier` to `self`; negative when `self` is the earlier one.
    #[must_use]
    pub const fn ms_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// Seconds from `now` until this time, rounded up, never below 0.
    #[must_use]
    pub const fn seconds_left(self, now: Self) -> i64 {
        let ms = self.ms_since(now);
        if ms <= 0 { 0 } else { (ms + 999) / 1000 }
    }

    /// RFC 3339 in UTC, whole milliseconds: `2026-11-21T19:15:00.000Z`.
    #[must_use]
    pub fn rfc3339(self) -> String {
        jiff::Timestamp::from_millisecond(self.0)
            .map_or_else(|_| self.0.to_string(), |t| format!("{t:.3}"))
    }

    /// Reads RFC 3339 with any offset.
    ///
    /// # Errors
    /// The text is not such a time.
    pub fn parse_rfc3339(text: &str) -> Result<Self, jiff::Error> {
        let at: jiff::Timestamp = text.parse()?;
        Ok(Self(at.as_millisecond()))
    }
}

/// A minute in milliseconds.
pub const MINUTE_MS: i64 = 60_000;
/// A day of 24 hours in milliseconds.
pub const DAY_MS: i64 = 86_400_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_left_rounds_up_and_stops_at_zero() {
        let end = UtcMillis(10_000);
        assert_eq!(end.seconds_left(UtcMillis(0)), 10);
        assert_eq!(end.seconds_left(UtcMillis(9_999)), 1);
        assert_eq!(end.seconds_left(UtcMillis(10_000)), 0);
        assert_eq!(end.seconds_left(UtcMillis(i64::MAX)), 0);
    }

    #[test]
    fn rfc3339_goes_both_ways() {
        let at = UtcMillis(1_795_288_500_000);
        assert_eq!(UtcMillis::parse_rfc3339(&at.rfc3339()).ok(), Some(at));
    }
}

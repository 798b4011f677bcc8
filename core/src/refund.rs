//! What of a ticket's price goes back when its buyer gives it back: the ladder on a price card.
//!
//! The ladder stands on the card and the card is immutable, so what a customer agreed to when
//! buying is what counts when the ticket comes back: another ladder is another card, and a show
//! never changes its card. What the house takes back by its own doing ([`super::show::Ask::Cancel`],
//! a show that is called off) goes back whole, whatever stands here.
//!
//! Rounding: what the house keeps of one ticket is rounded down to a whole minor unit
//! ([`kept_of`]), so it never keeps more than the percentage says, and seats given back one by one
//! cost what they cost together.

use serde::{Deserialize, Serialize};

use crate::price::PriceCard;

/// A rung: at least so long before the show, the house keeps so much.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RefundStep {
    /// Minutes from the giving back to the start of the show, at least; negative is after the
    /// start. 527,040 (366 days) at most.
    pub before_minutes: i64,
    /// What the house keeps of a ticket's price, in percent: 0 to 100.
    pub keep_percent: u8,
}

/// Under which terms tickets are taken back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RefundTerms {
    /// The rungs, the longest time before the show first. Later than the last one nothing goes
    /// back.
    pub steps: Vec<RefundStep>,
    /// Whether the house keeps the booking fee of a ticket that comes back.
    #[serde(default)]
    pub booking_fee_kept: bool,
    /// How much of one booking a clerk gives back alone, in minor units; above it a manager
    /// decides.
    #[serde(default)]
    pub clerk_max_minor: i64,
}

/// Why terms can't be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RefundTermsError {
    /// More rungs than anybody can read.
    #[error("a refund ladder has at most {max} steps", max = RefundTerms::STEPS_MAX)]
    TooMany,
    /// A rung that is no later than the one above it, or keeps less.
    #[error(
        "each step of a refund ladder is nearer to the show than the one before and keeps no less"
    )]
    Order,
    /// A number that can't be meant.
    #[error("a refund ladder keeps 0 to 100 percent, at most 366 days before or after the show")]
    OutOfRange,
    /// A limit below 0 or above the highest price.
    #[error("what a clerk gives back alone is between 0 and {max}", max = PriceCard::PRICE_MINOR_MAX)]
    Limit,
}

impl RefundTerms {
    /// The most rungs.
    pub const STEPS_MAX: usize = 16;
    const MINUTES_MAX: i64 = 366 * 24 * 60;

    /// Checks the terms.
    ///
    /// # Errors
    /// See [`RefundTermsError`].
    pub fn check(&self) -> Result<(), RefundTermsError> {
        if self.steps.len() > Self::STEPS_MAX {
            return Err(RefundTermsError::TooMany);
        }
        let far = |s: &RefundStep| {
            s.keep_percent > 100 || s.before_minutes.saturating_abs() > Self::MINUTES_MAX
        };
        if self.steps.iter().any(far) {
            return Err(RefundTermsError::OutOfRange);
        }
        let falls = |pair: &[RefundStep]| {
            pair[0].before_minutes > pair[1].before_minutes
                && pair[0].keep_percent <= pair[1].keep_percent
        };
        if !self.steps.windows(2).all(falls) {
            return Err(RefundTermsError::Order);
        }
        if !(0..=PriceCard::PRICE_MINOR_MAX).contains(&self.clerk_max_minor) {
            return Err(RefundTermsError::Limit);
        }
        Ok(())
    }

    /// What the house keeps of a ticket, in percent, when `left_ms` are left until the show;
    /// `None` when it is too late and nothing goes back. At a rung's very instant it still holds.
    #[must_use]
    pub fn keep_percent(&self, left_ms: i64) -> Option<u8> {
        let reached = |s: &&RefundStep| left_ms >= s.before_minutes.saturating_mul(60_000);
        self.steps.iter().find(reached).map(|s| s.keep_percent)
    }

    /// How long before the show giving back ends, in milliseconds; `None` when it never began.
    #[must_use]
    pub fn ends_before_ms(&self) -> Option<i64> {
        self.steps
            .last()
            .map(|s| s.before_minutes.saturating_mul(60_000))
    }
}

/// What the house keeps of a price, rounded down to a whole minor unit.
#[must_use]
pub const fn kept_of(price_minor: i64, keep_percent: u8) -> i64 {
    // Prices are at most a billion minor units, so this always fits.
    price_minor.saturating_mul(keep_percent as i64) / 100
}

/// Why tickets come back: a closed set, so that it can be counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum RefundReason {
    /// The customer does not want to come.
    Customer,
    /// The customer can't come: illness, an accident, the roads.
    Unable,
    /// The wrong show, day or seats were sold.
    Mistake,
    /// The show was not as it should be: picture, sound, a seat.
    Fault,
    /// To please somebody.
    Goodwill,
    /// Something else, which the note says.
    Other,
}

impl RefundReason {
    /// All of them, in the order in which screens number them.
    pub const ALL: [Self; 6] = [
        Self::Customer,
        Self::Unable,
        Self::Mistake,
        Self::Fault,
        Self::Goodwill,
        Self::Other,
    ];

    /// The word on the wire and in tables.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Unable => "unable",
            Self::Mistake => "mistake",
            Self::Fault => "fault",
            Self::Goodwill => "goodwill",
            Self::Other => "other",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ladder() -> RefundTerms {
        let step = |before_minutes, keep_percent| RefundStep {
            before_minutes,
            keep_percent,
        };
        RefundTerms {
            steps: vec![step(1_440, 0), step(120, 50)],
            booking_fee_kept: true,
            clerk_max_minor: 2_000,
        }
    }

    #[test]
    fn a_rung_holds_to_its_very_instant() {
        let hours = |h: i64| h * 3_600_000;
        for (left, keeps) in [
            (hours(100), Some(0)),
            (hours(24), Some(0)),
            (hours(24) - 1, Some(50)),
            (hours(2), Some(50)),
            (hours(2) - 1, None),
            (i64::MIN, None),
        ] {
            assert_eq!(ladder().keep_percent(left), keeps, "{left}");
        }
        assert_eq!(ladder().ends_before_ms(), Some(hours(2)));
        assert_eq!(RefundTerms::default().keep_percent(i64::MAX), None);
    }

    #[test]
    fn the_house_never_keeps_a_fraction_more() {
        assert_eq!(kept_of(999, 50), 499);
        assert_eq!(kept_of(1, 99), 0);
        assert_eq!(
            kept_of(PriceCard::PRICE_MINOR_MAX, 100),
            PriceCard::PRICE_MINOR_MAX
        );
        for price in 0..2_000_i64 {
            for percent in 0..=100_u8 {
                let kept = kept_of(price, percent);
                assert!(kept * 100 <= price * i64::from(percent) && kept <= price);
            }
        }
    }

    #[test]
    fn a_ladder_with_a_mistake_is_refused() {
        assert_eq!(ladder().check(), Ok(()));
        assert_eq!(RefundTerms::default().check(), Ok(()));
        let broken = |change: fn(&mut RefundTerms)| {
            let mut terms = ladder();
            change(&mut terms);
            terms.check().is_err()
        };
        assert!(broken(|t| t.steps[0].keep_percent = 60));
        assert!(broken(|t| t.steps[1].keep_percent = 101));
        assert!(broken(|t| t.steps[1].before_minutes = 1_440));
        assert!(broken(|t| t.steps[1].before_minutes = i64::MIN));
        assert!(broken(|t| t.clerk_max_minor = -1));
        assert!(broken(|t| t.steps = vec![t.steps[0]; 17]));
    }
}

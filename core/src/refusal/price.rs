//! Why a price card with rules has no price for a purchase.

use crate::price::{Purchase, WhyNot};

/// Why there is no price.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PriceRefused {
    /// A code is good for nothing here.
    #[error("the code `{code}` {why}", why = said(*why))]
    Code {
        /// As it was read.
        code: String,
        /// Why not.
        why: WhyNot,
    },
    /// More codes than anybody has.
    #[error("at most {max} codes can be given", max = Purchase::CODES_MAX)]
    TooManyCodes,
    /// The card has no prices for the show's day.
    #[error("the price card of the show is not for {day}")]
    OtherDay {
        /// The cinema's day.
        day: jiff::civil::Date,
    },
    /// The show was opened without what the rules of its card need.
    #[error("the show has a price card with rules and was opened without its time zone and format")]
    NoFacts,
}

/// The end of a sentence that begins with the offer.
fn said(why: WhyNot) -> String {
    match why {
        WhyNot::Unknown => "is not known here".to_owned(),
        other => other.to_string(),
    }
}

impl PriceRefused {
    /// The name for programs; it never changes.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Code { .. } => "code_refused",
            Self::TooManyCodes => "too_many_codes",
            Self::OtherDay { .. } => "price_not_valid",
            Self::NoFacts => "price_unknown",
        }
    }

    /// The HTTP status.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::Code { .. } | Self::TooManyCodes => 422,
            Self::OtherDay { .. } | Self::NoFacts => 409,
        }
    }

    /// What to do next, for people.
    #[must_use]
    pub const fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Code { .. } => Some("leave the code out to pay the price without it"),
            Self::OtherDay { .. } | Self::NoFacts => Some("give the show another price card"),
            Self::TooManyCodes => None,
        }
    }
}

impl From<PriceRefused> for super::Refusal {
    fn from(why: PriceRefused) -> Self {
        Self::NoPrice(why)
    }
}

//! Offers: prices for members and for promo codes, with their limits.
//!
//! How often an offer was used before is told to the quote by whoever asks for it, because limits
//! per customer and in all count over many shows, which no show's journal knows: they are reserved
//! and used at the payment server like a tender (`design.md`, section 4). A use is one ticket that
//! became cheaper; of an amount off the whole booking it is one for the booking.

use serde::{Deserialize, Serialize};

use super::{Change, Channel, Dates, Scope, When};

/// Who gets an offer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum OfferTo {
    /// Whoever says this code; upper and lower case are the same.
    Code(String),
    /// Members of this kind, by its code.
    Member(String),
}

impl std::fmt::Display for OfferTo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Code(code) => write!(f, "the code {code}"),
            Self::Member(kind) => write!(f, "being a {kind} member"),
        }
    }
}

/// What an offer gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Gives {
    /// Each ticket costs this at most, in minor units.
    Price(i64),
    /// Each ticket costs so much less, in minor units.
    Less(i64),
    /// Each ticket costs so much less, in percent.
    LessPercent(crate::money::Percent),
    /// The tickets together cost so much less, in minor units, shared out by their prices.
    BookingLess(i64),
    /// Of every `of` tickets only `pay` are paid for; the cheapest are free.
    PayFor {
        /// How many are paid for.
        pay: u16,
        /// Of how many.
        of: u16,
    },
}

impl Gives {
    /// What it does to a single ticket; `None` for what concerns several together.
    pub(super) const fn each(self) -> Option<Change> {
        match self {
            Self::Price(minor) => Some(Change::Price(minor)),
            Self::Less(minor) => Some(Change::Less(minor)),
            Self::LessPercent(percent) => Some(Change::LessPercent(percent)),
            Self::BookingLess(_) | Self::PayFor { .. } => None,
        }
    }

    pub(super) fn is_sound(self, max: i64) -> bool {
        match self {
            Self::BookingLess(minor) => (1..=max).contains(&minor),
            Self::PayFor { pay, of } => pay < of && of <= 100,
            Self::Price(_) | Self::Less(_) | Self::LessPercent(_) => {
                self.each().is_some_and(|change| change.is_sound(max))
            }
        }
    }
}

/// How often an offer is given; what is absent has no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Limits {
    /// The fewest tickets that the booking has to have of those the offer is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tickets_min: Option<u32>,
    /// The most uses in one booking.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub booking: Option<u32>,
    /// The most uses by one customer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<u32>,
    /// The most uses by everybody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_all: Option<u32>,
}

impl Limits {
    /// Whether they count what happens in other shows too, which no show's journal knows.
    #[must_use]
    pub const fn are_over_shows(&self) -> bool {
        self.customer.is_some() || self.in_all.is_some()
    }

    pub(super) fn is_unlimited(&self) -> bool {
        *self == Self::default()
    }
}

/// A price for members or for a code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Offer {
    /// Names it on the card and on the receipt; no two of a card have the same.
    pub name: String,
    /// Who gets it.
    pub to: OfferTo,
    /// What it gives.
    pub gives: Gives,
    /// For which tickets.
    #[serde(default, skip_serializing_if = "Scope::is_all")]
    pub scope: Scope,
    /// For which shows.
    #[serde(default, skip_serializing_if = "When::is_always")]
    pub when: When,
    /// On which days it is sold, by the cinema's calendar.
    #[serde(default, skip_serializing_if = "Dates::is_always")]
    pub sold: Dates,
    /// Where; everywhere if it is empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub channels: Vec<Channel>,
    /// How often.
    #[serde(default, skip_serializing_if = "Limits::is_unlimited")]
    pub limits: Limits,
    /// Whether a ticket gets it on top of another offer; otherwise a ticket has one at most.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub on_top: bool,
}

/// How often an offer was used before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UsedBefore {
    /// The offer's name.
    pub offer: String,
    /// By this customer.
    pub customer: u32,
    /// By everybody.
    pub in_all: u32,
}

/// Why an offer that was asked for is not in the quote. In the order in which it is looked at.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, thiserror::Error,
)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum WhyNot {
    /// The card has no such code.
    #[error("no such code")]
    Unknown,
    /// Its days of sale have not come or are over.
    #[error("is not given on this day")]
    NotSoldNow,
    /// It is for other shows.
    #[error("is not for this show")]
    OtherShow,
    /// It is for other channels.
    #[error("is not given here")]
    OtherChannel,
    /// The booking has too few tickets for it.
    #[error("is for more tickets")]
    TooFewTickets,
    /// The customer has had it.
    #[error("was used by this customer before")]
    CustomerHadIt,
    /// It is used up.
    #[error("is used up")]
    UsedUp,
    /// It makes no ticket cheaper: they are for others, have another offer, or cost less already.
    #[error("makes none of these tickets cheaper")]
    NothingCheaper,
}

//! Refusals by the rules of a sale.

use std::fmt;

use crate::{
    refusal::{are, seats_named},
    seat::SeatLabel,
    wire::problem::{Facts, SeatFact},
};

/// Which rule of the sale said no.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RuleBroken {
    /// The last seats are sold at the counter only.
    CounterOnly {
        /// How many are kept.
        kept: u16,
        /// How many are free.
        free: usize,
    },
    /// The customer has as many seats of the show as one may have.
    CustomerLimit {
        /// The limit.
        max: u16,
        /// How many they have already.
        has: usize,
    },
    /// A companion place without a wheelchair place.
    CompanionAlone {
        /// Which.
        seats: Vec<SeatLabel>,
    },
    /// One seat of two that go together.
    PairSplit {
        /// Those that are missing.
        seats: Vec<SeatLabel>,
    },
}

impl RuleBroken {
    /// Stable, for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::CounterOnly { .. } => "counter_only",
            Self::CustomerLimit { .. } => "customer_limit",
            Self::CompanionAlone { .. } => "companion_alone",
            Self::PairSplit { .. } => "pair_split",
        }
    }

    /// Whether the same request may succeed later.
    #[must_use]
    pub const fn retryable(&self) -> bool {
        match self {
            Self::CounterOnly { .. } | Self::CustomerLimit { .. } => true,
            Self::CompanionAlone { .. } | Self::PairSplit { .. } => false,
        }
    }

    /// What to do next, for people.
    #[must_use]
    pub const fn hint(&self) -> &'static str {
        match self {
            Self::CounterOnly { .. } => "ask at the counter, or take another show",
            Self::CustomerLimit { .. } => "give a hold back first; the counter may go above it",
            Self::CompanionAlone { .. } => "take the wheelchair place beside it too",
            Self::PairSplit { .. } => "take both seats, or others",
        }
    }

    /// The facts, as they go over the wire.
    #[must_use]
    pub fn facts(&self) -> Facts {
        let labelled = |seats: &[SeatLabel], why: &str| Facts {
            seats: seats
                .iter()
                .map(|seat| SeatFact {
                    seat: seat.to_string(),
                    why: why.to_owned(),
                    until: None,
                })
                .collect(),
            ..Facts::default()
        };
        match self {
            Self::CounterOnly { kept, free } => Facts {
                max: Some(u64::from(*kept)),
                free: u64::try_from(*free).ok(),
                ..Facts::default()
            },
            Self::CustomerLimit { max, .. } => Facts {
                max: Some(u64::from(*max)),
                ..Facts::default()
            },
            Self::CompanionAlone { seats } => labelled(seats, "companion"),
            Self::PairSplit { seats } => labelled(seats, "pair"),
        }
    }
}

impl fmt::Display for RuleBroken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CounterOnly { kept, .. } => {
                write!(f, "the last {kept} seats are sold at the counter")
            }
            Self::CustomerLimit { max, has } => write!(
                f,
                "one customer has at most {max} seats of this show, and this one has {has}"
            ),
            Self::CompanionAlone { seats } => write!(
                f,
                "{} {} for a companion, sold with a wheelchair place",
                seats_named(seats.iter()),
                are(seats.len())
            ),
            Self::PairSplit { seats } => write!(
                f,
                "{} {} missing from a pair that is sold together",
                seats_named(seats.iter()),
                are(seats.len())
            ),
        }
    }
}

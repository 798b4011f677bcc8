//! What the rules said, one after the other.

use std::fmt;

use crate::{
    ids::OwnerRef,
    price::Channel,
    refusal::Refusal,
    show::{HoldRules, Proof, Wish},
    time::UtcMillis,
};
use uuid::Uuid;

/// What is asked of the rules.
#[derive(Clone, Copy, Debug)]
pub struct SaleAsk<'a> {
    /// Where it would be sold.
    pub channel: Channel,
    /// To whom; `None` for nobody in particular.
    pub owner: Option<OwnerRef>,
    /// What lets them into a prebook. `None` for who was let in before.
    pub proof: Option<&'a Proof>,
    /// Under which house rules.
    pub rules: HoldRules,
    /// The booking whose seats would be changed.
    pub own: Option<Uuid>,
    /// Which seats; `None` asks about the show alone.
    pub wish: Option<&'a Wish>,
}

/// A rule, in the order in which they are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// The show is in the books and neither paused nor called off.
    Status,
    /// The channel sells now, to this audience.
    Window,
    /// Seats in one booking.
    BookingLimit,
    /// Seats of one customer.
    CustomerLimit,
    /// The seats or the category exist.
    Known,
    /// Nobody has the seats and the house does not keep them.
    Free,
    /// The last seats are kept for the counter.
    CounterReserve,
    /// Seats that go together.
    Pairs,
    /// Companion places go with wheelchair places.
    Companions,
    /// No seat is left alone.
    Orphans,
    /// Every seat has a price for who sits there.
    Prices,
}

impl Rule {
    /// Stable, for programs.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::Window => "window",
            Self::BookingLimit => "booking_limit",
            Self::CustomerLimit => "customer_limit",
            Self::Known => "known",
            Self::Free => "free",
            Self::CounterReserve => "counter_reserve",
            Self::Pairs => "pairs",
            Self::Companions => "companions",
            Self::Orphans => "orphans",
            Self::Prices => "prices",
        }
    }
}

/// What a rule that passes says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fact {
    /// Nothing more.
    Passes,
    /// The sale to everybody is open until then.
    OpenUntil(UtcMillis),
    /// The prebook is open until then.
    PrebookUntil(UtcMillis),
    /// At most so many, and so many they would be.
    Within {
        /// The limit.
        max: u16,
        /// How many.
        wanted: usize,
    },
    /// So many are free.
    Free(usize),
    /// It was set aside for this request.
    Waived,
}

impl fmt::Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Passes => f.write_str("passes"),
            Self::OpenUntil(at) => write!(f, "on sale until {}", at.rfc3339()),
            Self::PrebookUntil(at) => write!(f, "prebook until {}", at.rfc3339()),
            Self::Within { max, wanted } => write!(f, "{wanted} of at most {max}"),
            Self::Free(free) => write!(f, "{free} free"),
            Self::Waived => f.write_str("set aside"),
        }
    }
}

/// One rule that was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Which.
    pub rule: Rule,
    /// What it says.
    pub says: Result<Fact, Refusal>,
}

/// What the rules said, up to the first that refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The rules that were asked, in order.
    pub steps: Vec<Step>,
    /// Yes, or the refusal of the last step.
    pub answer: Result<(), Refusal>,
}

/// Writes down what each rule says.
#[derive(Debug, Default)]
pub(crate) struct Chain(pub(crate) Vec<Step>);

impl Chain {
    /// A rule with nothing to give but what it says.
    pub(crate) fn fact(&mut self, rule: Rule, says: Result<Fact, Refusal>) -> Result<(), Refusal> {
        self.0.push(Step {
            rule,
            says: says.clone(),
        });
        says.map(drop)
    }

    /// A rule that gives something on.
    pub(crate) fn given<T>(&mut self, rule: Rule, says: Result<T, Refusal>) -> Result<T, Refusal> {
        let told = says.as_ref().map(|_| Fact::Passes).map_err(Clone::clone);
        self.0.push(Step { rule, says: told });
        says
    }
}

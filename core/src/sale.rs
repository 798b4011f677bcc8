//! What a show is sold by beside its hours and prices, and how a decision about it is explained.
//!
//! [`SaleRules`] are part of a show's terms. [`ShowState::can_sell`](crate::show::ShowState::can_sell)
//! asks every rule in one fixed order and gives a [`Verdict`]: holds, changes of seats and `why`
//! all read the same one, so they can't disagree.

mod broken;
mod rules;
mod verdict;

pub use broken::RuleBroken;
pub use rules::{Audience, CodeHash, Prebook, SaleRules};
pub(crate) use verdict::Chain;
pub use verdict::{Fact, Rule, SaleAsk, Step, Verdict};

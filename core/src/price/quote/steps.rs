//! The steps from a card's table to a price, each with its reason.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    money::Rounding,
    price::{Channel, Daypart, Occasion, PriceRules, Surcharge},
};

/// Which rule made a number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Reason {
    /// The card's table of prices.
    Table,
    /// The daypart of this name.
    Daypart(String),
    /// The surcharge of this name.
    Surcharge(String),
    /// The offer of this name.
    Offer(String),
    /// The booking fee of a channel.
    Fee(Channel),
    /// A tax that is added, with its rate: `GST 5%`.
    Tax(String),
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Table => f.write_str("price"),
            Self::Fee(channel) => write!(f, "booking fee ({channel})"),
            Self::Daypart(name) | Self::Surcharge(name) | Self::Offer(name) | Self::Tax(name) => {
                f.write_str(name)
            }
        }
    }
}

/// One step. Amounts in minor units; each begins where the one before ended, the first at 0.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Step {
    /// Why.
    pub why: Reason,
    /// Before it.
    pub before_minor: i64,
    /// After it.
    pub after_minor: i64,
}

/// A price on its way.
pub(in crate::price) struct Steps(Vec<Step>);

impl Steps {
    /// The table's price.
    pub(in crate::price) fn start(minor: i64) -> Self {
        Self(vec![Step {
            why: Reason::Table,
            before_minor: 0,
            after_minor: minor.max(0),
        }])
    }

    /// Another price from here on. A rule that changes nothing is not told.
    pub(in crate::price) fn then(&mut self, why: Reason, after: i64) {
        let (before_minor, after_minor) = (self.minor(), after.max(0));
        if before_minor != after_minor {
            self.0.push(Step {
                why,
                before_minor,
                after_minor,
            });
        }
    }

    /// The price so far.
    pub(in crate::price) fn minor(&self) -> i64 {
        self.0.last().map_or(0, |step| step.after_minor)
    }

    pub(in crate::price) fn into_steps(self) -> Vec<Step> {
        self.0
    }
}

/// What everybody pays on an occasion: one daypart at most, and all surcharges.
pub(in crate::price) struct Listed<'a> {
    dayparts: Vec<&'a Daypart>,
    surcharges: Vec<&'a Surcharge>,
    rounding: Rounding,
}

impl<'a> Listed<'a> {
    /// The rules that are for this occasion.
    pub(in crate::price) fn new(rules: &'a PriceRules, occasion: &Occasion) -> Self {
        let dayparts = rules.dayparts.iter();
        let surcharges = rules.surcharges.iter();
        let shown = |s: &&Surcharge| s.formats.is_empty() || s.formats.contains(&occasion.format);
        Self {
            dayparts: dayparts
                .filter(|part| part.when.holds(occasion, &rules.holidays))
                .collect(),
            surcharges: surcharges.filter(shown).collect(),
            rounding: rules.rounding,
        }
    }

    /// The price of a ticket from the table's on.
    pub(in crate::price) fn apply(&self, (category, ticket_type): (&str, &str), steps: &mut Steps) {
        let mut dayparts = self.dayparts.iter();
        if let Some(part) = dayparts.find(|part| part.scope.holds(category, ticket_type)) {
            let after = part.change.of(steps.minor(), self.rounding);
            steps.then(Reason::Daypart(part.name.clone()), after);
        }
        for surcharge in &self.surcharges {
            if surcharge.scope.holds(category, ticket_type) {
                let after = steps.minor().saturating_add(surcharge.minor);
                steps.then(Reason::Surcharge(surcharge.name.clone()), after);
            }
        }
    }
}

//! How a show is sold, counted from its start: kept as JSON in one column, which grows without a
//! migration. What is not said is not written, so a rule of before reads and hashes as it did.

use std::collections::{BTreeMap, BTreeSet};

use houseful_core::{
    layout::SeatLayout,
    price::Channel,
    sale::{Audience, Prebook, SaleRules},
    seat::SeatLabel,
    show::SalesWindow,
    time::{DAY_MS, MINUTE_MS, UtcMillis},
};
use serde::{Deserialize, Serialize};

use super::{
    error::CatalogueError,
    value::{Part, YEAR_MS},
};

/// When each channel sells, to whom and how much.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SalesRule {
    /// When each channel sells to everybody; a channel that is absent does not.
    #[serde(flatten)]
    pub hours: BTreeMap<Channel, SalesHours>,
    /// Sales to some people ahead of the others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prebook: Vec<PrebookHours>,
    /// So many last seats are sold at the counter only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counter_reserve: Option<u16>,
    /// How long before the start seats that are kept for the house go on sale.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub house_free_before_ms: Option<i64>,
    /// The most seats in one booking of a channel, in place of the show's limit.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub per_booking: BTreeMap<Channel, u16>,
    /// The most seats of one customer of a channel.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub per_customer: BTreeMap<Channel, u16>,
    /// Whether companion places are sold with wheelchair places only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub companions: Option<bool>,
    /// Seats that are sold two by two.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pairs: Vec<[SeatLabel; 2]>,
}

/// When one channel sells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SalesHours {
    /// How long before the start sales open.
    pub opens_before_ms: i64,
    /// How long after the start sales close; negative is before.
    pub closes_after_ms: i64,
}

/// When one channel sells to some people.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PrebookHours {
    /// Where.
    pub channel: Channel,
    /// To whom.
    pub audience: Audience,
    /// When.
    #[serde(flatten)]
    pub hours: SalesHours,
}

impl SalesHours {
    fn window(&self, starts_at: UtcMillis) -> SalesWindow {
        SalesWindow {
            opens_at: starts_at.plus_ms(-self.opens_before_ms),
            closes_at: starts_at.plus_ms(self.closes_after_ms),
        }
    }
}

impl SalesRule {
    /// The usual one: from a week before; on the web until the show begins, at the counter a
    /// quarter of an hour longer.
    #[must_use]
    pub fn usual() -> Self {
        let hours = |channel| SalesHours {
            opens_before_ms: 7 * DAY_MS,
            closes_after_ms: match channel {
                Channel::Counter => 15 * MINUTE_MS,
                Channel::Web | Channel::Api => 0,
            },
        };
        Self {
            hours: Channel::ALL.map(|c| (c, hours(c))).into(),
            ..Self::default()
        }
    }

    /// The windows of a show that begins at `starts_at`.
    #[must_use]
    pub fn windows(&self, starts_at: UtcMillis) -> BTreeMap<Channel, SalesWindow> {
        let hours = self.hours.iter();
        hours.map(|(c, h)| (*c, h.window(starts_at))).collect()
    }

    /// The rules beside the windows of a show that begins at `starts_at`.
    #[must_use]
    pub fn rules(&self, starts_at: UtcMillis) -> SaleRules {
        let prebook = |early: &PrebookHours| {
            let window = early.hours.window(starts_at);
            Prebook {
                channel: early.channel,
                audience: early.audience.clone(),
                opens_at: window.opens_at,
                closes_at: window.closes_at,
            }
        };
        SaleRules {
            prebook: self.prebook.iter().map(prebook).collect(),
            counter_reserve: self.counter_reserve.unwrap_or(0),
            house_free_at: self.house_free_before_ms.map(|ms| starts_at.plus_ms(-ms)),
            per_booking: self.per_booking.clone(),
            per_customer: self.per_customer.clone(),
            companions: self.companions.unwrap_or(false),
            pairs: self.pairs.clone(),
        }
    }

    /// When the last sale closes; the start, where nothing sells.
    #[must_use]
    pub fn last_close(&self, starts_at: UtcMillis) -> UtcMillis {
        let after = self.all_hours().map(|h| h.closes_after_ms).max();
        starts_at.plus_ms(after.unwrap_or(0))
    }

    fn all_hours(&self) -> impl Iterator<Item = &SalesHours> {
        let early = self.prebook.iter().map(|early| &early.hours);
        self.hours.values().chain(early)
    }
}

/// The most prebooks of one show.
const PREBOOKS_MAX: usize = 16;

impl Part<'_> {
    /// A rule by itself.
    pub(super) fn sales(self, rule: &SalesRule) -> Result<(), CatalogueError> {
        if rule.hours.is_empty() && rule.prebook.is_empty() {
            return Err(self.value("sales", "has no channel, so nobody could buy"));
        }
        let near = |ms: i64| (-YEAR_MS..=YEAR_MS).contains(&ms);
        for hours in rule.all_hours() {
            if !near(hours.opens_before_ms) || !near(hours.closes_after_ms) {
                return Err(self.value("sales", "are more than a year from the show"));
            }
            if -hours.opens_before_ms >= hours.closes_after_ms {
                return Err(self.value("sales", "close before they open"));
            }
        }
        if !rule.house_free_before_ms.is_none_or(near) {
            let said = "frees house seats more than a year from the show";
            return Err(self.value("sales", said));
        }
        if rule.prebook.len() > PREBOOKS_MAX {
            return Err(self.value("sales", "has more than 16 prebooks"));
        }
        let named = |early: &PrebookHours| match &early.audience {
            Audience::Member(kind) => (1..=64).contains(&kind.chars().count()),
            Audience::Code(_) => true,
        };
        if !rule.prebook.iter().all(named) {
            let said = "has a prebook for a kind of member without a name of 1 to 64 characters";
            return Err(self.value("sales", said));
        }
        let mut limits = rule.per_booking.values().chain(rule.per_customer.values());
        if !limits.all(|max| (1..=2_048).contains(max)) {
            return Err(self.value("sales", "has a limit that is not between 1 and 2048"));
        }
        Ok(())
    }

    /// A rule in this hall.
    pub(super) fn sales_in(
        self,
        rule: &SalesRule,
        hall: &SeatLayout,
    ) -> Result<(), CatalogueError> {
        if usize::from(rule.counter_reserve.unwrap_or(0)) > hall.len() {
            return Err(self.value("sales", "keeps more seats for the counter than there are"));
        }
        let mut seen = BTreeSet::new();
        for label in rule.pairs.iter().flatten() {
            if hall.find(*label).is_none() {
                return Err(self.value("sales", "has a pair with a seat that the hall has not"));
            }
            if !seen.insert(*label) {
                return Err(self.value("sales", "has a seat in two pairs"));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use houseful_core::sale::CodeHash;

    const OLD: &str = r#"{"counter":{"opens_before_ms":60000,"closes_after_ms":900000}}"#;

    #[test]
    fn a_rule_of_before_reads_and_is_written_as_it_was() {
        let rule: SalesRule = serde_json::from_str(OLD).expect("a rule");
        assert!(rule.rules(UtcMillis(0)).is_none());
        assert_eq!(serde_json::to_string(&rule).expect("json"), OLD);
    }

    #[test]
    fn a_rule_with_everything_comes_back() {
        let hours = SalesHours {
            opens_before_ms: DAY_MS,
            closes_after_ms: -MINUTE_MS,
        };
        let rule = SalesRule {
            prebook: vec![PrebookHours {
                channel: Channel::Web,
                audience: Audience::Code(CodeHash::of("shw_1", "DUNE")),
                hours,
            }],
            counter_reserve: Some(4),
            house_free_before_ms: Some(30 * MINUTE_MS),
            per_booking: BTreeMap::from([(Channel::Web, 6)]),
            per_customer: BTreeMap::from([(Channel::Web, 8)]),
            companions: Some(true),
            pairs: vec![["A1", "A2"].map(|s| s.parse().expect("a label"))],
            ..SalesRule::usual()
        };
        let json = serde_json::to_string(&rule).expect("json");
        assert_eq!(
            serde_json::from_str::<SalesRule>(&json).expect("a rule"),
            rule
        );
        let starts_at = UtcMillis(10 * DAY_MS);
        let rules = rule.rules(starts_at);
        assert_eq!(rules.prebook[0].opens_at, UtcMillis(9 * DAY_MS));
        assert_eq!(
            rules.house_free_at,
            Some(starts_at.plus_ms(-30 * MINUTE_MS))
        );
    }
}

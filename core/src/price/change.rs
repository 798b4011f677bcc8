//! What a rule does to a price, and to which tickets.

use serde::{Deserialize, Serialize};

use crate::money::{Percent, Rounding};

/// What a rule makes of a ticket's price. Never below 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Change {
    /// It costs this, in minor units.
    Price(i64),
    /// It costs so much less, in minor units.
    Less(i64),
    /// It costs so much more, in minor units.
    More(i64),
    /// It costs so much less, in percent.
    LessPercent(Percent),
    /// It costs so much more, in percent.
    MorePercent(Percent),
}

impl Change {
    /// The price after it. It is the change that is rounded, not the price: 10 percent off 9.95 is
    /// 0.995 off, with half up 1.00 off.
    #[must_use]
    pub fn of(self, minor: i64, rounding: Rounding) -> i64 {
        let changed = match self {
            Self::Price(price) => price,
            Self::Less(less) => minor.saturating_sub(less),
            Self::More(more) => minor.saturating_add(more),
            Self::LessPercent(percent) => minor - percent.of(minor, rounding),
            Self::MorePercent(percent) => minor.saturating_add(percent.of(minor, rounding)),
        };
        changed.max(0)
    }

    /// Whether it is within `max` minor units, and takes no more than all.
    pub(super) fn is_sound(self, max: i64) -> bool {
        match self {
            Self::Price(minor) | Self::Less(minor) | Self::More(minor) => {
                (0..=max).contains(&minor)
            }
            Self::LessPercent(percent) => percent <= Percent::WHOLE,
            Self::MorePercent(_) => true,
        }
    }
}

/// The tickets that a rule is for. A list that is empty leaves nobody out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Scope {
    /// Seat category codes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<String>,
    /// Ticket type codes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ticket_types: Vec<String>,
}

impl Scope {
    /// Whether a ticket is one of them.
    #[must_use]
    pub fn holds(&self, category: &str, ticket_type: &str) -> bool {
        let among = |list: &[String], code: &str| list.is_empty() || list.iter().any(|c| c == code);
        among(&self.categories, category) && among(&self.ticket_types, ticket_type)
    }

    pub(super) fn is_all(&self) -> bool {
        self.categories.is_empty() && self.ticket_types.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_never_goes_below_nothing() {
        let up = Rounding::HalfUp;
        let percent = |text: &str| text.parse::<Percent>().expect(text);
        for (change, minor, after) in [
            (Change::Price(600), 995, 600),
            (Change::Less(1_000), 995, 0),
            (Change::Less(100), 995, 895),
            (Change::More(150), 995, 1_145),
            (Change::LessPercent(percent("10")), 995, 895),
            (Change::LessPercent(percent("100")), 995, 0),
            (Change::MorePercent(percent("12.5")), 1_000, 1_125),
            (Change::More(i64::MAX), 995, i64::MAX),
        ] {
            assert_eq!(change.of(minor, up), after, "{change:?}");
        }
        assert_eq!(
            Change::LessPercent(percent("10")).of(995, Rounding::Down),
            896
        );
        assert_eq!(
            Change::LessPercent(percent("10")).of(985, Rounding::HalfEven),
            887
        );
    }
}

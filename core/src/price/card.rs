//! The price card: seat category x ticket type, and the rules beside it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize, Serializer, ser::SerializeStruct};

use super::{BookingFee, Channel, Occasion, Per, PriceRules};
use crate::{
    ids::{PriceHash, digest16},
    money::{Currency, Money},
    refund::{RefundTerms, RefundTermsError},
};

/// Who sits: `adult`, `child`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TicketType {
    /// For programs: `[a-z0-9_]`.
    pub code: String,
    /// For people.
    pub name: String,
    /// The key that chooses it on a screen.
    pub key: char,
}

/// What a category costs for a ticket type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriceRow {
    /// Seat category code.
    pub category: String,
    /// Ticket type code.
    pub ticket_type: String,
    /// Minor units, 0 to [`PriceCard::PRICE_MINOR_MAX`].
    pub minor: i64,
}

/// All prices of a show. Immutable: another price is another card.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriceCard {
    /// The currency of every amount on it.
    pub currency: Currency,
    /// Ticket types, the default first.
    pub ticket_types: Vec<TicketType>,
    /// Prices; a pair that is absent is not sold.
    pub prices: Vec<PriceRow>,
    /// Fee for each ticket by channel; absent means none. The simple kind, for cards without rules.
    #[serde(default)]
    pub fees: BTreeMap<Channel, i64>,
    /// Under which terms tickets are taken back. Without any, all of it goes back at any time, and
    /// a manager has to say so. (Cards of earlier programs have none, and keep their hash.)
    #[serde(default)]
    pub refunds: Option<RefundTerms>,
    /// Dayparts, surcharges, offers, fees of other kinds, taxes and roundings. (Cards of earlier
    /// programs have none, and keep their hash.)
    #[serde(default)]
    pub rules: Option<Box<PriceRules>>,
}

/// Cards without rules are written as they always were. A card with rules leaves out the simple
/// fees, which it has not: a program of before rules can't read it, and so sells nothing by it.
impl Serialize for PriceCard {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let has_fees = self.rules.is_none() || !self.fees.is_empty();
        let optional = [has_fees, self.refunds.is_some(), self.rules.is_some()];
        let fields = 3 + optional.iter().filter(|there| **there).count();
        let mut card = serializer.serialize_struct("PriceCard", fields)?;
        card.serialize_field("currency", &self.currency)?;
        card.serialize_field("ticket_types", &self.ticket_types)?;
        card.serialize_field("prices", &self.prices)?;
        if has_fees {
            card.serialize_field("fees", &self.fees)?;
        }
        if let Some(refunds) = &self.refunds {
            card.serialize_field("refunds", refunds)?;
        }
        if let Some(rules) = &self.rules {
            card.serialize_field("rules", rules)?;
        }
        card.end()
    }
}

/// Why a price card can't be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PriceCardError {
    /// Nothing to sell.
    #[error("a price card needs at least one ticket type and one price")]
    Empty,
    /// A price below 0 or above the limit.
    #[error("price {minor} for {category}, {ticket_type} is not between 0 and {max}", max = PriceCard::PRICE_MINOR_MAX)]
    OutOfRange {
        /// Seat category.
        category: String,
        /// Ticket type.
        ticket_type: String,
        /// The amount.
        minor: i64,
    },
    /// The same pair, type or key twice, or a price for a type that is not on the card.
    #[error("{0} stands on the price card twice or not at all")]
    Inconsistent(String),
    /// Refund terms that can't be used.
    #[error(transparent)]
    Refunds(#[from] RefundTermsError),
    /// A rule that can't be used.
    #[error("`{rule}` on the price card is wrong: {problem}")]
    Rule {
        /// Its name.
        rule: String,
        /// What is wrong.
        problem: &'static str,
    },
    /// A limit that no show can keep by itself.
    #[error(
        "the offer `{0}` has a limit per customer or in all, which counts over many shows: sell it as a voucher, or limit it per booking"
    )]
    LimitOverShows(String),
    /// More rules than anybody can read.
    #[error("a price card has at most {max} rules of each kind", max = PriceRules::EACH_MAX)]
    TooManyRules,
}

impl PriceCard {
    /// The highest price and fee, in minor units: a billion.
    pub const PRICE_MINOR_MAX: i64 = 1_000_000_000;

    /// Checks that shows can be sold under the card.
    ///
    /// # Errors
    /// See [`PriceCardError`].
    pub fn check(&self) -> Result<(), PriceCardError> {
        self.check_rules()?;
        let offers = self.rules.iter().flat_map(|rules| &rules.offers);
        let mut over_shows = offers.filter(|offer| offer.limits.are_over_shows());
        match over_shows.next() {
            Some(offer) => Err(PriceCardError::LimitOverShows(offer.name.clone())),
            None => Ok(()),
        }
    }

    /// Checks what stands on the card, rules and all: whether it can be quoted from.
    ///
    /// # Errors
    /// See [`PriceCardError`].
    pub fn check_rules(&self) -> Result<(), PriceCardError> {
        if self.ticket_types.is_empty() || self.prices.is_empty() {
            return Err(PriceCardError::Empty);
        }
        for (i, kind) in self.ticket_types.iter().enumerate() {
            let same = |k: &TicketType| k.code == kind.code || k.key == kind.key;
            if self.ticket_types[..i].iter().any(same) {
                return Err(PriceCardError::Inconsistent(kind.code.clone()));
            }
        }
        let fees = self
            .fees
            .iter()
            .map(|(channel, minor)| (channel.word(), "fee", *minor));
        let rows = self
            .prices
            .iter()
            .map(|r| (r.category.as_str(), r.ticket_type.as_str(), r.minor));
        for (category, ticket_type, minor) in rows.chain(fees) {
            if !(0..=Self::PRICE_MINOR_MAX).contains(&minor) {
                let (category, ticket_type) = (category.to_owned(), ticket_type.to_owned());
                return Err(PriceCardError::OutOfRange {
                    category,
                    ticket_type,
                    minor,
                });
            }
        }
        for (i, row) in self.prices.iter().enumerate() {
            let pair =
                |r: &&PriceRow| r.category == row.category && r.ticket_type == row.ticket_type;
            if self.ticket_type(&row.ticket_type).is_none()
                || self.prices[..i].iter().any(|r| pair(&r))
            {
                return Err(PriceCardError::Inconsistent(format!(
                    "{}, {}",
                    row.category, row.ticket_type
                )));
            }
        }
        self.refunds.as_ref().map_or(Ok(()), RefundTerms::check)?;
        self.rules
            .as_ref()
            .map_or(Ok(()), |rules| rules.check(self))
    }

    /// Names the card by its content.
    #[must_use]
    pub fn hash(&self) -> PriceHash {
        // Serialising a card cannot fail: its keys are strings.
        PriceHash(digest16(&[&serde_json::to_vec(self).unwrap_or_default()]))
    }

    /// The ticket type with this code.
    #[must_use]
    pub fn ticket_type(&self, code: &str) -> Option<&TicketType> {
        self.ticket_types.iter().find(|t| t.code == code)
    }

    /// The price of a seat of `category` for `ticket_type` in the table, in minor units: before any
    /// rule.
    #[must_use]
    pub fn price_minor(&self, category: &str, ticket_type: &str) -> Option<i64> {
        self.prices
            .iter()
            .find(|r| r.category == category && r.ticket_type == ticket_type)
            .map(|r| r.minor)
    }

    /// The fee for each ticket sold through `channel`, in minor units, of the simple kind.
    #[must_use]
    pub fn fee_minor(&self, channel: Channel) -> i64 {
        self.fees.get(&channel).copied().unwrap_or(0)
    }

    /// The booking fee of a channel, of whichever kind.
    #[must_use]
    pub fn fee(&self, channel: Channel) -> BookingFee {
        let ruled = self
            .rules
            .as_ref()
            .and_then(|rules| rules.fees.get(&channel));
        ruled.copied().unwrap_or(BookingFee {
            minor: self.fee_minor(channel),
            per: Per::Ticket,
            max_minor: None,
        })
    }

    /// What a seat of `category` costs for `ticket_type` on an occasion, in minor units, by the table,
    /// the dayparts and the surcharges: what a list of prices says to everybody. Offers, fees and
    /// taxes that are added come on top. `None` where it is not sold.
    #[must_use]
    pub fn listed_minor(
        &self,
        category: &str,
        ticket_type: &str,
        occasion: &Occasion,
    ) -> Option<i64> {
        let rules = self.rules.as_deref();
        if rules.is_some_and(|rules| !rules.valid.hold(occasion.day())) {
            return None;
        }
        let mut steps = super::quote::Steps::start(self.price_minor(category, ticket_type)?);
        if let Some(rules) = rules {
            let listed = super::quote::Listed::new(rules, occasion);
            listed.apply((category, ticket_type), &mut steps);
        }
        Some(steps.minor())
    }

    /// The lowest price of the default ticket type in the table.
    #[must_use]
    pub fn from_price(&self) -> Money {
        let default = self.ticket_types.first().map(|t| t.code.as_str());
        let rows = self
            .prices
            .iter()
            .filter(|r| Some(r.ticket_type.as_str()) == default);
        Money::new(rows.map(|r| r.minor).min().unwrap_or(0), self.currency)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn card() -> PriceCard {
        let kind = |code: &str, key| TicketType {
            code: code.into(),
            name: code.into(),
            key,
        };
        let row = |category: &str, ticket_type: &str, minor| PriceRow {
            category: category.into(),
            ticket_type: ticket_type.into(),
            minor,
        };
        PriceCard {
            currency: "GBP".parse().expect("GBP"),
            ticket_types: vec![kind("adult", 'a'), kind("child", 'c')],
            prices: vec![row("standard", "adult", 950), row("standard", "child", 700)],
            fees: BTreeMap::from([(Channel::Web, 75)]),
            refunds: None,
            rules: None,
        }
    }

    #[test]
    fn a_card_knows_its_prices_and_fees() {
        assert_eq!(card().check(), Ok(()));
        assert_eq!(card().price_minor("standard", "child"), Some(700));
        assert_eq!(card().price_minor("premium", "child"), None);
        assert_eq!(
            (
                card().fee_minor(Channel::Web),
                card().fee_minor(Channel::Counter)
            ),
            (75, 0)
        );
        assert_eq!(card().from_price().minor, 950);
    }

    #[test]
    fn a_card_with_a_mistake_is_refused() {
        let broken = |change: fn(&mut PriceCard)| {
            let mut card = card();
            change(&mut card);
            card.check().is_err()
        };
        assert!(broken(|c| {
            c.refunds = Some(RefundTerms {
                clerk_max_minor: -1,
                ..RefundTerms::default()
            });
        }));
        assert!(broken(|c| c.prices.clear()));
        assert!(broken(|c| c.prices[0].minor = -1));
        assert!(broken(|c| c.prices[1].ticket_type = "adult".into()));
        assert!(broken(|c| c.prices[1].ticket_type = "dog".into()));
        assert!(broken(|c| c.ticket_types[1].key = 'a'));
        assert!(broken(
            |c| *c.fees.entry(Channel::Web).or_default() = i64::MAX
        ));
    }
}

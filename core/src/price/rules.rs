//! The rules of a price card beside its table of prices.
//!
//! Everything here may be absent; a card without rules has none of it and is the same card, with the
//! same hash, as before there were rules. So each field is left out of the JSON when it says nothing.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{
    BookingFee, Change, Channel, Dates, Offer, OfferTo, PriceCard, PriceCardError, Scope, Tax,
    TaxOn, TaxRounding, When,
};
use crate::{money::Rounding, text::Name};

/// Another price at some days and hours: a matinee, a Tuesday, a weekend, a holiday.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Daypart {
    /// For people.
    pub name: String,
    /// For which shows.
    pub when: When,
    /// For which tickets.
    #[serde(default, skip_serializing_if = "Scope::is_all")]
    pub scope: Scope,
    /// What it makes of the price.
    pub change: Change,
}

/// What a ticket costs more for how the film is shown: 3D, IMAX, a live event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Surcharge {
    /// For people.
    pub name: String,
    /// The formats it is for, as the catalogue says them; all of them if it is empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub formats: Vec<String>,
    /// For which tickets.
    #[serde(default, skip_serializing_if = "Scope::is_all")]
    pub scope: Scope,
    /// How much more, in minor units.
    pub minor: i64,
}

/// How amounts are made fit for cash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CashRounding {
    /// The smallest coin, in minor units.
    pub step_minor: i64,
    /// What becomes of less than a coin.
    #[serde(default)]
    pub rounding: Rounding,
}

/// The rules.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PriceRules {
    /// The days of shows that the card has prices for.
    #[serde(skip_serializing_if = "Dates::is_always")]
    pub valid: Dates,
    /// The days that count as public holidays.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub holidays: Vec<Date>,
    /// Other prices by day and hour. The first that fits a ticket is the one it gets.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dayparts: Vec<Daypart>,
    /// What is added by format. All that fit a ticket are added.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub surcharges: Vec<Surcharge>,
    /// Prices for members and codes, in the order in which they are given.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub offers: Vec<Offer>,
    /// Booking fees. A card with rules has its fees here and none in `PriceCard::fees`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub fees: BTreeMap<Channel, BookingFee>,
    /// Taxes, in the order in which they are told.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub taxes: Vec<Tax>,
    /// What of fractions, for percentages and taxes.
    #[serde(skip_serializing_if = "is_default")]
    pub rounding: Rounding,
    /// Whether taxes are rounded ticket by ticket or once for the booking.
    #[serde(skip_serializing_if = "is_default")]
    pub tax_rounding: TaxRounding,
    /// How cash is rounded, where it is not as the currency says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cash: Option<CashRounding>,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl PriceRules {
    /// The most of each kind of rule.
    pub const EACH_MAX: usize = 200;

    /// Checks the rules of `card`.
    pub(super) fn check(&self, card: &PriceCard) -> Result<(), PriceCardError> {
        let counts = [
            self.dayparts.len(),
            self.surcharges.len(),
            self.offers.len(),
            self.taxes.len(),
        ];
        if counts.iter().any(|n| *n > Self::EACH_MAX) || self.holidays.len() > 2_000 {
            return Err(PriceCardError::TooManyRules);
        }
        if self.valid.is_backwards() {
            return Err(wrong("valid", "its last day is before its first"));
        }
        self.check_parts(card)?;
        self.check_offers(card)?;
        for (channel, fee) in &self.fees {
            let amounts = [fee.minor, fee.max_minor.unwrap_or(0)];
            if amounts.iter().any(|minor| !is_amount(*minor)) {
                return Err(wrong(channel.word(), "its fee is out of range"));
            }
        }
        if let Some(channel) = card.fees.keys().next() {
            return Err(wrong(
                channel.word(),
                "its fee stands beside the rules, not in them",
            ));
        }
        self.check_taxes()?;
        match self.cash {
            Some(cash) if !(1..=PriceCard::PRICE_MINOR_MAX).contains(&cash.step_minor) => {
                Err(wrong("cash", "its step is out of range"))
            }
            _ => Ok(()),
        }
    }

    fn check_taxes(&self) -> Result<(), PriceCardError> {
        for tax in &self.taxes {
            named(&tax.name)?;
            tax.check().map_err(|problem| wrong(&tax.name, problem))?;
        }
        if let Some(first) = self.taxes.first().filter(|tax| tax.joined) {
            return Err(wrong(
                &first.name,
                "there is no tax before it to be rounded with",
            ));
        }
        let mut by_day: Vec<&Tax> = self.taxes.iter().collect();
        by_day.sort_by(|a, b| {
            let key = |tax: &Tax| (tax.on == TaxOn::Fees, tax.dates.from);
            a.name.cmp(&b.name).then_with(|| key(a).cmp(&key(b)))
        });
        for pair in by_day.windows(2) {
            if pair[1].follows_badly(pair[0]) {
                return Err(wrong(
                    &pair[1].name,
                    "it is there twice on a day, or on none between two rates",
                ));
            }
        }
        Ok(())
    }

    fn check_parts(&self, card: &PriceCard) -> Result<(), PriceCardError> {
        for part in &self.dayparts {
            named(&part.name)?;
            check_when(&part.name, &part.when)?;
            check_scope(&part.name, &part.scope, card)?;
            if !part.change.is_sound(PriceCard::PRICE_MINOR_MAX) {
                return Err(wrong(&part.name, "its change is out of range"));
            }
        }
        for surcharge in &self.surcharges {
            named(&surcharge.name)?;
            check_scope(&surcharge.name, &surcharge.scope, card)?;
            if !is_amount(surcharge.minor) {
                return Err(wrong(&surcharge.name, "its amount is out of range"));
            }
        }
        Ok(())
    }

    fn check_offers(&self, card: &PriceCard) -> Result<(), PriceCardError> {
        let mut names = BTreeSet::new();
        for offer in &self.offers {
            named(&offer.name)?;
            if !names.insert(&offer.name) {
                return Err(wrong(&offer.name, "two offers have this name"));
            }
            let (OfferTo::Code(code) | OfferTo::Member(code)) = &offer.to;
            let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
            if !(1..=40).contains(&code.chars().count()) || !code.chars().all(plain) {
                return Err(wrong(
                    &offer.name,
                    "its code is not 1 to 40 letters and digits",
                ));
            }
            check_when(&offer.name, &offer.when)?;
            check_scope(&offer.name, &offer.scope, card)?;
            if offer.sold.is_backwards() {
                return Err(wrong(
                    &offer.name,
                    "its last day of sale is before its first",
                ));
            }
            if !offer.gives.is_sound(PriceCard::PRICE_MINOR_MAX) {
                return Err(wrong(&offer.name, "what it gives is out of range"));
            }
        }
        Ok(())
    }
}

fn wrong(rule: &str, problem: &'static str) -> PriceCardError {
    PriceCardError::Rule {
        rule: crate::text::shown(rule, 60),
        problem,
    }
}

fn named(name: &str) -> Result<(), PriceCardError> {
    let fits = Name::new(name).is_ok_and(|n| n.as_str() == name);
    let short = name.chars().count() <= 60;
    (fits && short)
        .then_some(())
        .ok_or_else(|| wrong(name, "it has no plain name of 1 to 60 characters"))
}

const fn is_amount(minor: i64) -> bool {
    0 <= minor && minor <= PriceCard::PRICE_MINOR_MAX
}

fn check_when(rule: &str, when: &When) -> Result<(), PriceCardError> {
    if when.dates.is_backwards() {
        return Err(wrong(rule, "its last day is before its first"));
    }
    if when.hours.is_some_and(super::Hours::is_backwards) {
        return Err(wrong(
            rule,
            "its hours end before they begin (a day runs from 06:00 to 06:00)",
        ));
    }
    Ok(())
}

/// A rule for what the card does not sell would never be seen to be wrong.
fn check_scope(rule: &str, scope: &Scope, card: &PriceCard) -> Result<(), PriceCardError> {
    let sold = |category: &String| card.prices.iter().any(|row| row.category == *category);
    if !scope.categories.iter().all(sold) {
        return Err(wrong(rule, "it is for a category that has no price"));
    }
    let known = |code: &String| card.ticket_type(code).is_some();
    if !scope.ticket_types.iter().all(known) {
        return Err(wrong(
            rule,
            "it is for a ticket type that is not on the card",
        ));
    }
    Ok(())
}

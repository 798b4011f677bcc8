//! Taxes on cinema tickets that are known, by place, to make cards from.
//!
//! A card carries its taxes itself and never changes, so nothing here changes what was sold; this is
//! where whoever writes a card takes them from. Every row says where its rate was found and what was
//! not found. All sources were looked up on 2026-11-23 in stored copies of public pages, not in the
//! gazettes themselves; **a house asks its tax adviser before it opens**. Where a page could not be
//! seen, the row says `not checked`.
//!
//! Where a rate changed, the day of the sale decides here ([`TaxDay::Sale`]), as it does in India
//! for what was invoiced and paid before (section 14 of its CGST act; from general knowledge, not
//! checked). Some countries go by the day of the show instead; then the card says `day = "show"`.
//! That the booking fee is taxed like the ticket it is for follows the Dutch list (reservation costs of
//! tickets, at the rate of the ticket) and the Polish ruling on charges for 3D glasses; elsewhere
//! it is an assumption.

mod america;
mod asia_pacific;
mod europe;

use jiff::civil::Date;

use super::{Dates, Tax, TaxDay, TaxOn, TaxRate};
use crate::money::Percent;

/// A tax of a place.
#[derive(Clone, Copy, Debug)]
pub struct KnownTax {
    /// ISO 3166-1 country (`DE`), ISO 3166-2 part of it (`CA-QC`), or a city in that (`US-TX-AUSTIN`).
    pub place: &'static str,
    /// As people there know it.
    pub name: &'static str,
    /// What it lies on.
    pub on: TaxOn,
    /// Whether prices there include it by custom or law.
    pub included: bool,
    /// Up to which net price in minor units, and thousandths of a percent.
    pub rates: &'static [(Option<i64>, u32)],
    /// First day, as far as it matters here.
    pub from: Option<Date>,
    /// Last day.
    pub until: Option<Date>,
    /// Whether the law rounds it together with the one before it.
    pub joined: bool,
    /// Where the rate was found, and what was not.
    pub source: &'static str,
}

impl KnownTax {
    /// Value added tax on tickets and fee, in the price.
    const fn vat(
        place: &'static str,
        name: &'static str,
        rates: &'static [(Option<i64>, u32)],
        source: &'static str,
    ) -> Self {
        Self {
            place,
            name,
            on: TaxOn::All,
            included: true,
            rates,
            from: None,
            until: None,
            joined: false,
            source,
        }
    }

    /// Sales tax on tickets and fee, on top of the price.
    const fn sales(
        place: &'static str,
        name: &'static str,
        rates: &'static [(Option<i64>, u32)],
        source: &'static str,
    ) -> Self {
        Self {
            included: false,
            ..Self::vat(place, name, rates, source)
        }
    }

    const fn on(self, on: TaxOn) -> Self {
        Self { on, ..self }
    }

    const fn joined(self) -> Self {
        Self {
            joined: true,
            ..self
        }
    }

    const fn from(self, year: i16, month: i8, day: i8) -> Self {
        Self {
            from: Some(Date::constant(year, month, day)),
            ..self
        }
    }

    const fn until(self, year: i16, month: i8, day: i8) -> Self {
        Self {
            until: Some(Date::constant(year, month, day)),
            ..self
        }
    }

    /// The tax for a card.
    #[must_use]
    pub fn tax(&self) -> Tax {
        let rate = |(up_to_minor, thousandths): &(Option<i64>, u32)| TaxRate {
            up_to_minor: *up_to_minor,
            percent: Percent::thousandths(*thousandths),
        };
        Tax {
            name: self.name.to_owned(),
            on: self.on,
            included: self.included,
            rates: self.rates.iter().map(rate).collect(),
            dates: Dates {
                from: self.from,
                until: self.until,
            },
            day: TaxDay::Sale,
            joined: self.joined,
        }
    }
}

/// All that are known, in order of continent and place.
pub fn all() -> impl Iterator<Item = &'static KnownTax> {
    let tables = [europe::TAXES, america::TAXES, asia_pacific::TAXES];
    tables.into_iter().flatten()
}

/// The taxes of a place for a card, with the rates before and after each change; empty for a place
/// that is not known.
#[must_use]
pub fn taxes(place: &str) -> Vec<Tax> {
    let here = all().filter(|known| known.place == place);
    here.map(KnownTax::tax).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_tax_that_is_known_can_stand_on_a_card_and_says_where_it_is_from() {
        for known in all() {
            let tax = known.tax();
            assert_eq!(tax.check(), Ok(()), "{}", known.place);
            let parts: Vec<&str> = known.place.split('-').collect();
            assert!((1..=3).contains(&parts.len()) && parts[0].len() == 2);
            assert!(known.source.len() > 20, "{}: no source", known.place);
        }
        assert!(taxes("XX").is_empty());
    }

    #[test]
    fn no_day_has_a_tax_of_a_place_twice() {
        let known: Vec<&KnownTax> = all().collect();
        for (i, tax) in known.iter().enumerate() {
            for other in &known[..i] {
                let same = (tax.place, tax.name, tax.on) == (other.place, other.name, other.on);
                let before = |a: &KnownTax, b: &KnownTax| matches!((a.until, b.from), (Some(until), Some(from)) if until < from);
                let apart = before(tax, other) || before(other, tax);
                assert!(!same || apart, "{} {}", tax.place, tax.name);
            }
        }
    }

    #[test]
    fn eight_countries_and_more_have_a_reduced_rate_for_the_cinema() {
        // Below the standard rate of each, which is 17 percent or more everywhere in Europe.
        let today = Date::constant(2026, 11, 23);
        let reduced: BTreeSet<&str> = europe::TAXES
            .iter()
            .filter(|t| t.tax().dates.hold(today) && t.rates.iter().all(|r| r.1 < 17_000))
            .map(|t| t.place)
            .collect();
        assert!(reduced.len() >= 8, "{reduced:?}");
    }
}

//! Taxes on tickets and booking fees.
//!
//! A tax is *included* in the prices of the card (value added tax, as most of the world prints it)
//! or *added* to them (North America). Several may lie on one ticket; all of them are counted from
//! the same net price, none on top of another. The net price is the price without the taxes that it
//! includes, so a card may have both kinds.
//!
//! Each tax is rounded for itself, so two of one rate are equal; where the law rounds the sum of
//! several (sales taxes of a state and its cities), they are *joined* and then divided.
//!
//! A rate may depend on the ticket's price (a *slab*, as with GST on cinema tickets in India): it
//! is looked up by the **net** price of that ticket after all offers. Where the price includes the
//! tax, the slab is the lowest one whose own rate leaves a net price that belongs to it. Between two
//! slabs lie prices that no net price leads to (of 5 and 18 percent with a limit of 100: from 105.01
//! to 118.00); they belong to the upper slab, so the house never keeps tax back.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Dates, Occasion};
use crate::money::Percent;

/// What a tax lies on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum TaxOn {
    /// Tickets and the booking fee.
    #[default]
    All,
    /// Tickets alone.
    Tickets,
    /// The booking fee alone.
    Fees,
}

/// Which day decides about a rate that changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum TaxDay {
    /// The day of the sale.
    #[default]
    Sale,
    /// The day of the show.
    Show,
}

/// A rate, and up to which price it is the one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TaxRate {
    /// The highest net price it is for, in minor units; the last rate of a tax has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub up_to_minor: Option<i64>,
    /// How much of the net price.
    pub percent: Percent,
}

/// A tax.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tax {
    /// As it has to stand on the receipt.
    pub name: String,
    /// What it lies on.
    #[serde(default, skip_serializing_if = "Tax::is_default")]
    pub on: TaxOn,
    /// Whether the card's prices include it.
    pub included: bool,
    /// Its rates, the one for the lowest prices first.
    pub rates: Vec<TaxRate>,
    /// The days it is in force, by the calendar.
    #[serde(default, skip_serializing_if = "Dates::is_always")]
    pub dates: Dates,
    /// Which day is looked up in them.
    #[serde(default, skip_serializing_if = "Tax::is_default")]
    pub day: TaxDay,
    /// Whether it is rounded together with the tax before it, as one rate, and told apart from it
    /// after that: where the law rounds the sum of what several governments take.
    #[serde(default, skip_serializing_if = "Tax::is_default")]
    pub joined: bool,
}

/// When taxes are rounded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum TaxRounding {
    /// Ticket by ticket (and fee by fee).
    #[default]
    Line,
    /// Once for all that is taxed alike; what that makes is shared out to the tickets.
    Booking,
}

impl Tax {
    fn is_default<T: Default + PartialEq>(value: &T) -> bool {
        *value == T::default()
    }

    /// Whether it is in force. The law knows calendar days, not a cinema's.
    #[must_use]
    pub fn is_in_force(&self, occasion: &Occasion) -> bool {
        let day: Date = match self.day {
            TaxDay::Sale => occasion.sold.date(),
            TaxDay::Show => occasion.starts.date(),
        };
        self.dates.hold(day)
    }

    /// The rate for net prices up to `limit`, where `limit` is the end of some slab; `None` for
    /// prices above all slabs.
    pub(super) fn rate(&self, limit: Option<i64>) -> Percent {
        let fits = |rate: &&TaxRate| match (rate.up_to_minor, limit) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(up_to), Some(limit)) => limit <= up_to,
        };
        let rate = self.rates.iter().find(fits);
        rate.map_or(Percent::ZERO, |rate| rate.percent)
    }

    /// Whether both would be on one thing on one day, or on none between them: a rate that changes is
    /// two taxes, and the second begins on the day after the last of the first.
    pub(super) fn follows_badly(&self, before: &Self) -> bool {
        let apart = matches!(
            (self.on, before.on),
            (TaxOn::Tickets, TaxOn::Fees) | (TaxOn::Fees, TaxOn::Tickets)
        );
        let next = before.dates.until.and_then(|until| until.tomorrow().ok());
        self.name == before.name && !apart && (next.is_none() || next != self.dates.from)
    }

    /// What is wrong with it.
    pub(super) fn check(&self) -> Result<(), &'static str> {
        let Some((last, slabs)) = self.rates.split_last() else {
            return Err("a tax needs a rate");
        };
        if last.up_to_minor.is_some() || slabs.iter().any(|slab| slab.up_to_minor.is_none()) {
            return Err("every rate of a tax but the last one says up to which price it is for");
        }
        if !slabs.is_sorted_by(|a, b| a.up_to_minor < b.up_to_minor) {
            return Err("the rates of a tax stand in order of price");
        }
        if slabs.iter().any(|slab| slab.up_to_minor < Some(0)) || slabs.len() > 16 {
            return Err("a price of its rates is out of range");
        }
        if !slabs.is_empty() && self.on != TaxOn::Tickets {
            return Err("only a tax on tickets has rates by price");
        }
        if self.rates.iter().any(|rate| rate.percent > Percent::WHOLE) {
            return Err("a rate is 100 percent at most");
        }
        if self.dates.is_backwards() {
            return Err("its last day is before its first");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tax(json: &str) -> Tax {
        serde_json::from_str(json).expect(json)
    }

    #[test]
    fn a_tax_that_makes_no_sense_is_refused() {
        let slabs = r#"{"name":"GST","on":"tickets","included":false,"rates":
            [{"up_to_minor":10000,"percent":"5"},{"percent":"18"}]}"#;
        assert_eq!(tax(slabs).check(), Ok(()));
        let broken = |change: fn(&mut Tax)| {
            let mut tax = tax(slabs);
            change(&mut tax);
            tax.check().is_err()
        };
        assert!(broken(|t| t.rates.clear()));
        assert!(broken(|t| t.rates[1].up_to_minor = Some(20_000)));
        assert!(broken(|t| t.rates[0].up_to_minor = None));
        assert!(broken(|t| t.rates.insert(1, t.rates[0])));
        assert!(broken(|t| t.rates[0].up_to_minor = Some(-1)));
        assert!(broken(|t| t.on = TaxOn::All));
        assert!(broken(
            |t| t.rates[1].percent = Percent::thousandths(100_001)
        ));
        assert!(broken(|t| {
            t.dates.from = "2026-01-02".parse().ok();
            t.dates.until = "2026-01-01".parse().ok();
        }));
    }
}

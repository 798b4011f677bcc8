//! Taxes, laid on tickets and fees.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Fees;
use crate::{
    money::{Percent, Rounding, shares},
    price::{Occasion, PriceRules, Tax, TaxOn, TaxRounding},
};

/// A tax in one line. Amounts in minor units.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LineTax {
    /// Its name on the card.
    pub name: String,
    /// Its rate here.
    pub percent: Percent,
    /// Whether the card's price included it.
    pub included: bool,
    /// What is left of what it lies on, without any tax.
    pub net_minor: i64,
    /// How much of it is in the ticket.
    pub ticket_minor: i64,
    /// How much of it is in the booking fee.
    pub fee_minor: i64,
}

impl LineTax {
    /// All of it.
    #[must_use]
    pub const fn minor(&self) -> i64 {
        self.ticket_minor.saturating_add(self.fee_minor)
    }
}

/// A tax over all lines, at one rate. Amounts in minor units.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TaxTotal {
    /// Its name on the card.
    pub name: String,
    /// The rate.
    pub percent: Percent,
    /// What it was counted from.
    pub net_minor: i64,
    /// How much it is.
    pub tax_minor: i64,
}

/// The taxes of a line.
#[derive(Default)]
pub(super) struct Taxed {
    pub(super) taxes: Vec<LineTax>,
}

impl Taxed {
    /// What is added for each tax, with its name and rate for people.
    pub(super) fn added(&self) -> Vec<(String, i64)> {
        let added = self.taxes.iter().filter(|tax| !tax.included);
        let named = added.map(|tax| (format!("{} {}%", tax.name, tax.percent), tax.minor()));
        named.collect()
    }

    pub(super) fn added_to_ticket(&self) -> i64 {
        let added = self.taxes.iter().filter(|tax| !tax.included);
        added.fold(0, |sum, tax| sum.saturating_add(tax.ticket_minor))
    }

    pub(super) fn added_to_fee(&self) -> i64 {
        let added = self.taxes.iter().filter(|tax| !tax.included);
        added.fold(0, |sum, tax| sum.saturating_add(tax.fee_minor))
    }
}

/// What is taxed for itself.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Ticket,
    Fee,
}

/// One amount with the line it belongs to.
struct Part {
    line: usize,
    kind: Kind,
    minor: i64,
}

/// The taxes on a part, by their place on the card, with their rates.
type Rates = Vec<(usize, Percent)>;

/// Lays the taxes in force on prices and fees, line by line.
pub(super) fn tax(
    rules: &PriceRules,
    occasion: &Occasion,
    prices: &[i64],
    fees: &Fees,
) -> Vec<Taxed> {
    let in_force = |tax: &&Tax| tax.is_in_force(occasion);
    let taxes: Vec<&Tax> = rules.taxes.iter().filter(in_force).collect();
    let mut lines: Vec<Taxed> = prices.iter().map(|_| Taxed::default()).collect();
    if taxes.is_empty() {
        return lines;
    }
    let parts = |kind, amounts: &[i64]| -> Vec<Part> {
        let amounts = amounts.iter().copied().enumerate();
        let part = |(line, minor)| Part { line, kind, minor };
        amounts.map(part).collect()
    };
    // What is taxed alike is rounded together, or each for itself.
    let mut groups: BTreeMap<(Rates, Option<usize>), Vec<Part>> = BTreeMap::new();
    let all = parts(Kind::Ticket, prices)
        .into_iter()
        .chain(parts(Kind::Fee, &fees.each));
    for (number, part) in all.enumerate() {
        // Shares of one fee are one thing.
        let by_line = rules.tax_rounding == TaxRounding::Line;
        let whole_fee = part.kind == Kind::Fee && fees.is_one;
        let alone = (by_line && !whole_fee).then_some(number);
        let rates = rates(&taxes, &part);
        groups.entry((rates, alone)).or_default().push(part);
    }
    for ((rates, _), parts) in groups {
        lay(&taxes, &rates, &parts, rules.rounding, &mut lines);
    }
    for line in &mut lines {
        line.taxes
            .sort_by_key(|t| (place(rules, &t.name), t.percent));
    }
    lines
}

/// The taxes on a part with the rates for its net price: those of the lowest slab that the net
/// price is in.
fn rates(taxes: &[&Tax], part: &Part) -> Rates {
    let on = |tax: &Tax| match tax.on {
        TaxOn::All => true,
        TaxOn::Tickets => part.kind == Kind::Ticket,
        TaxOn::Fees => part.kind == Kind::Fee,
    };
    let on_it = || taxes.iter().enumerate().filter(|(_, tax)| on(tax));
    let mut limits: Vec<i64> = on_it()
        .flat_map(|(_, tax)| tax.rates.iter().filter_map(|rate| rate.up_to_minor))
        .collect();
    limits.sort_unstable();
    limits.dedup();
    let included = |limit| {
        on_it()
            .filter(|(_, tax)| tax.included)
            .fold(Percent::ZERO, |sum, (_, tax)| sum.plus(tax.rate(limit)))
    };
    let fits = |limit: &i64| included(Some(*limit)).leaves_at_most(part.minor, *limit);
    let limit = limits.into_iter().find(fits);
    on_it().map(|(i, tax)| (i, tax.rate(limit))).collect()
}

/// Lays taxes at these rates on all of the parts together. Each is reckoned from the price without
/// the included ones and rounded for itself; those that are joined are reckoned and rounded as one
/// rate, and divided by their own. What a tax makes is shared out to the parts by their amounts.
fn lay(taxes: &[&Tax], rates: &Rates, parts: &[Part], rounding: Rounding, lines: &mut [Taxed]) {
    let amounts: Vec<i64> = parts.iter().map(|part| part.minor).collect();
    let inside = rates.iter().filter(|(i, _)| taxes[*i].included);
    let all_inside = inside.fold(Percent::ZERO, |sum, (_, percent)| sum.plus(*percent));
    // What is left of each part, without included taxes in the end.
    let mut left = amounts.clone();
    let mut laid: Vec<(usize, Percent, Vec<i64>)> = Vec::new();
    for bundle in bundles(taxes, rates).filter(|b| taxes[b[0].0].included) {
        let all = sum(&amounts);
        let made = |percent: Percent| percent.part_within(all, all_inside, rounding);
        for (tax, percent, minor) in divided(bundle, made) {
            let each = shared(minor.min(sum(&left)), &amounts, &left);
            left.iter_mut()
                .zip(&each)
                .for_each(|(left, tax)| *left -= tax);
            laid.push((tax, percent, each));
        }
    }
    for bundle in bundles(taxes, rates).filter(|b| !taxes[b[0].0].included) {
        let made = |percent: Percent| percent.of(sum(&left), rounding);
        for (tax, percent, minor) in divided(bundle, made) {
            laid.push((tax, percent, shares(minor, &left)));
        }
    }
    for (tax, percent, each) in laid {
        for ((part, net), minor) in parts.iter().zip(&left).zip(each) {
            let line = &mut lines[part.line].taxes;
            note(line, taxes[tax], percent, (part.kind, *net, minor));
        }
    }
}

/// The taxes of `rates`, those together that are rounded together.
fn bundles<'a>(
    taxes: &'a [&Tax],
    rates: &'a Rates,
) -> impl Iterator<Item = &'a [(usize, Percent)]> {
    rates.chunk_by(move |(before, _), (tax, _)| {
        taxes[*tax].joined && taxes[*before].included == taxes[*tax].included
    })
}

/// A bundle as one rate, divided by the rates in it.
fn divided(
    bundle: &[(usize, Percent)],
    made: impl Fn(Percent) -> i64,
) -> Vec<(usize, Percent, i64)> {
    let whole = bundle
        .iter()
        .fold(Percent::ZERO, |sum, (_, percent)| sum.plus(*percent));
    let weights: Vec<i64> = bundle.iter().map(|(_, percent)| percent.weight()).collect();
    let parts = bundle.iter().zip(shares(made(whole), &weights));
    parts
        .map(|((tax, percent), minor)| (*tax, *percent, minor))
        .collect()
}

/// Shares a tax out by amount; where that would take more of a part than is left of it (of a few
/// minor units several taxes may take the same one), by what is left.
fn shared(minor: i64, amounts: &[i64], left: &[i64]) -> Vec<i64> {
    let each = shares(minor, amounts);
    let fits = each.iter().zip(left).all(|(tax, left)| tax <= left);
    if fits { each } else { shares(minor, left) }
}

fn sum(amounts: &[i64]) -> i64 {
    amounts.iter().fold(0, |sum, a| sum.saturating_add(*a))
}

/// Writes a tax of a ticket or fee into its line; nothing on nothing is not told.
fn note(
    line: &mut Vec<LineTax>,
    tax: &Tax,
    percent: Percent,
    (kind, net, minor): (Kind, i64, i64),
) {
    if net == 0 && minor == 0 {
        return;
    }
    let same = |known: &&mut LineTax| {
        known.name == tax.name && known.percent == percent && known.included == tax.included
    };
    let (ticket_minor, fee_minor) = match kind {
        Kind::Ticket => (minor, 0),
        Kind::Fee => (0, minor),
    };
    if let Some(known) = line.iter_mut().find(same) {
        known.net_minor = known.net_minor.saturating_add(net);
        known.ticket_minor = known.ticket_minor.saturating_add(ticket_minor);
        known.fee_minor = known.fee_minor.saturating_add(fee_minor);
        return;
    }
    line.push(LineTax {
        name: tax.name.clone(),
        percent,
        included: tax.included,
        net_minor: net,
        ticket_minor,
        fee_minor,
    });
}

/// Taxes over all lines, in the order of the card, a rate that is lower first.
pub(super) fn totals<'a>(
    rules: &PriceRules,
    taxes: impl Iterator<Item = &'a LineTax>,
) -> Vec<TaxTotal> {
    let mut totals: Vec<TaxTotal> = Vec::new();
    for tax in taxes {
        let same = |t: &&mut TaxTotal| t.name == tax.name && t.percent == tax.percent;
        if let Some(total) = totals.iter_mut().find(same) {
            total.net_minor = total.net_minor.saturating_add(tax.net_minor);
            total.tax_minor = total.tax_minor.saturating_add(tax.minor());
        } else {
            totals.push(TaxTotal {
                name: tax.name.clone(),
                percent: tax.percent,
                net_minor: tax.net_minor,
                tax_minor: tax.minor(),
            });
        }
    }
    totals.sort_by_key(|t| (place(rules, &t.name), t.percent));
    totals
}

/// Where on the card a tax stands first.
fn place(rules: &PriceRules, name: &str) -> Option<usize> {
    rules.taxes.iter().position(|tax| tax.name == name)
}

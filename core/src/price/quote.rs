//! A quote: what a purchase costs, line by line, with the rule behind every number.

mod offers;
mod steps;
mod taxes;

use serde::{Deserialize, Serialize};

pub(super) use self::steps::{Listed, Steps};
use self::{offers::Ticket, taxes::Taxed};
pub use self::{
    offers::{NotGiven, OfferUse},
    steps::{Reason, Step},
    taxes::{LineTax, TaxTotal},
};
use super::{CashRounding, Channel, Dates, Occasion, PriceCard, PriceRules, UsedBefore};
use crate::{
    money::{Currency, Money, shares},
    seat::{SEATS_MAX, SeatLabel},
};

/// A seat that somebody wants.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SeatWanted {
    /// Which one, if it was chosen already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seat: Option<SeatLabel>,
    /// Seat category code.
    pub category: String,
    /// Ticket type code.
    pub ticket_type: String,
}

/// What somebody wants to buy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Purchase {
    /// The show and the time of the sale.
    pub occasion: Occasion,
    /// Where it is sold.
    pub channel: Channel,
    /// The seats, in any order.
    pub seats: Vec<SeatWanted>,
    /// The codes that were said, in any order.
    pub codes: Vec<String>,
    /// The kind of member the customer is, proven by whoever asks for the quote.
    pub member: Option<String>,
    /// How often offers were used before; one that is absent never was.
    pub used: Vec<UsedBefore>,
}

impl Purchase {
    /// The most codes in one purchase.
    pub const CODES_MAX: usize = 16;
}

/// One ticket of a quote. All amounts in minor units.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QuoteLine {
    /// The seat, if it was chosen already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seat: Option<SeatLabel>,
    /// Seat category code.
    pub category: String,
    /// Ticket type code.
    pub ticket_type: String,
    /// How its total came about: from the table to what is paid, without a gap.
    pub steps: Vec<Step>,
    /// What is paid for the ticket, with all taxes on it.
    pub ticket_minor: i64,
    /// Its part of the booking fee, with all taxes on it.
    pub fee_minor: i64,
    /// The taxes in both, in the order of the card.
    pub taxes: Vec<LineTax>,
}

impl QuoteLine {
    /// What is paid for ticket and fee.
    #[must_use]
    pub const fn total_minor(&self) -> i64 {
        self.ticket_minor.saturating_add(self.fee_minor)
    }

    /// The taxes in it.
    #[must_use]
    pub fn tax_minor(&self) -> i64 {
        let taxes = self.taxes.iter().map(LineTax::minor);
        taxes.fold(0, i64::saturating_add)
    }

    /// What is left without taxes.
    #[must_use]
    pub fn net_minor(&self) -> i64 {
        self.total_minor() - self.tax_minor()
    }
}

/// What a purchase costs. All amounts in minor units of the currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Quote {
    /// Of every amount in it.
    pub currency: Currency,
    /// Ticket by ticket, in order of seat, category and ticket type.
    pub lines: Vec<QuoteLine>,
    /// Taxes by name and rate, in the order of the card.
    pub taxes: Vec<TaxTotal>,
    /// The offers that were given, in the order of the card.
    pub offers: Vec<OfferUse>,
    /// What was asked for and not given, and why.
    pub not_given: Vec<NotGiven>,
    /// Without taxes.
    pub net_minor: i64,
    /// All taxes.
    pub tax_minor: i64,
    /// The booking fee, with its taxes; part of the total.
    pub fee_minor: i64,
    /// What is to be paid: net and taxes, tickets and fee.
    pub total_minor: i64,
    /// The same for somebody who pays all of it in cash.
    pub cash_minor: i64,
}

impl Quote {
    /// What is to be paid.
    #[must_use]
    pub const fn total(&self) -> Money {
        Money::new(self.total_minor, self.currency)
    }
}

/// Why there is no quote.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QuoteError {
    /// Nothing is wanted.
    #[error("a quote needs at least one seat")]
    NoSeats,
    /// More seats than any hall has.
    #[error("a quote is for {max} seats at most", max = SEATS_MAX)]
    TooManySeats,
    /// More codes than anybody has.
    #[error("a quote is for {max} codes at most", max = Purchase::CODES_MAX)]
    TooManyCodes,
    /// The card does not know it.
    #[error("`{given}` is not a ticket type here; there are {}", known.join(", "))]
    UnknownTicketType {
        /// What came.
        given: String,
        /// What there is.
        known: Vec<String>,
    },
    /// The table has no price for the pair.
    #[error("{ticket_type} is not sold in {category}")]
    NotSold {
        /// Seat category.
        category: String,
        /// Ticket type.
        ticket_type: String,
    },
    /// The card has no prices for the show's day.
    #[error("the price card is not for shows of {day}")]
    NotValid {
        /// The cinema's day of the show.
        day: jiff::civil::Date,
        /// What it is for.
        valid: Dates,
    },
}

impl PriceCard {
    /// What `purchase` costs: a pure function of card and purchase. The card must have passed
    /// [`PriceCard::check_rules`]; of one that did not, numbers may be odd, and still nothing is below 0.
    ///
    /// # Errors
    /// Something is not sold under this card. A code that is good for nothing is no error: the quote
    /// says so.
    pub fn quote(&self, purchase: &Purchase) -> Result<Quote, QuoteError> {
        let none = PriceRules::default();
        let rules = self.rules.as_deref().unwrap_or(&none);
        let mut tickets = self.tickets(rules, purchase)?;
        let (offers, not_given) = offers::give(rules, purchase, &mut tickets);
        let prices: Vec<i64> = tickets.iter().map(|t| t.steps.minor()).collect();
        let fees = self.fees(rules, purchase.channel, &prices);
        let taxed = taxes::tax(rules, &purchase.occasion, &prices, &fees);
        let lines: Vec<QuoteLine> = tickets
            .into_iter()
            .zip(fees.each.iter().zip(taxed))
            .map(|(ticket, (fee, taxed))| line(ticket, (*fee, purchase.channel), taxed))
            .collect();
        let sum = |of: fn(&QuoteLine) -> i64| lines.iter().map(of).fold(0_i64, i64::saturating_add);
        let total_minor = sum(QuoteLine::total_minor);
        Ok(Quote {
            currency: self.currency,
            taxes: taxes::totals(rules, lines.iter().flat_map(|line| &line.taxes)),
            offers,
            not_given,
            net_minor: sum(QuoteLine::net_minor),
            tax_minor: sum(QuoteLine::tax_minor),
            fee_minor: sum(|line| line.fee_minor),
            total_minor,
            cash_minor: self.cash_minor(total_minor),
            lines,
        })
    }

    /// The taxes of lines by name and rate, in the order of the card.
    pub(crate) fn tax_totals<'a>(&self, taxes: impl Iterator<Item = &'a LineTax>) -> Vec<TaxTotal> {
        let rules = self.rules.as_deref();
        rules.map_or_else(Vec::new, |rules| taxes::totals(rules, taxes))
    }

    /// What is handed over for `minor` when all of it is paid in cash.
    #[must_use]
    pub fn cash_minor(&self, minor: i64) -> i64 {
        let by_currency = CashRounding {
            step_minor: self.currency.cash_step_minor(),
            rounding: self.currency.cash_rounding(),
        };
        let own = self.rules.as_ref().and_then(|rules| rules.cash);
        let cash = own.unwrap_or(by_currency);
        cash.rounding.to_step(minor, cash.step_minor)
    }

    /// The tickets with what the card says of each for itself, in order of seat.
    fn tickets<'a>(
        &self,
        rules: &PriceRules,
        purchase: &'a Purchase,
    ) -> Result<Vec<Ticket<'a>>, QuoteError> {
        match purchase.seats.len() {
            0 => return Err(QuoteError::NoSeats),
            seats if seats > SEATS_MAX => return Err(QuoteError::TooManySeats),
            _ if purchase.codes.len() > Purchase::CODES_MAX => {
                return Err(QuoteError::TooManyCodes);
            }
            _ => {}
        }
        let day = purchase.occasion.day();
        if !rules.valid.hold(day) {
            let valid = rules.valid;
            return Err(QuoteError::NotValid { day, valid });
        }
        let mut seats: Vec<&SeatWanted> = purchase.seats.iter().collect();
        seats.sort_unstable();
        let listed = Listed::new(rules, &purchase.occasion);
        let ticket = |wanted: &'a SeatWanted| {
            let pair = (wanted.category.as_str(), wanted.ticket_type.as_str());
            let mut steps = Steps::start(self.table(pair)?);
            listed.apply(pair, &mut steps);
            Ok(Ticket {
                wanted,
                steps,
                has_offer: false,
            })
        };
        seats.into_iter().map(ticket).collect()
    }

    fn table(&self, (category, ticket_type): (&str, &str)) -> Result<i64, QuoteError> {
        if self.ticket_type(ticket_type).is_none() {
            return Err(QuoteError::UnknownTicketType {
                given: crate::text::shown(ticket_type, 40),
                known: self.ticket_types.iter().map(|t| t.code.clone()).collect(),
            });
        }
        let minor = self.price_minor(category, ticket_type);
        minor.ok_or_else(|| QuoteError::NotSold {
            category: crate::text::shown(category, 40),
            ticket_type: ticket_type.to_owned(),
        })
    }

    /// Each ticket's part of the booking fee.
    fn fees(&self, rules: &PriceRules, channel: Channel, prices: &[i64]) -> Fees {
        let Some(fee) = rules.fees.get(&channel) else {
            // The simple kind is for every ticket, also for one that costs nothing.
            return Fees {
                each: vec![self.fee_minor(channel).max(0); prices.len()],
                is_one: false,
            };
        };
        let costs: Vec<i64> = prices.iter().map(|price| i64::from(*price > 0)).collect();
        let tickets = costs.iter().filter(|costs| **costs > 0).count();
        Fees {
            each: match fee.of(tickets) {
                0 => vec![0; prices.len()],
                all => shares(all, &costs),
            },
            is_one: fee.is_one(tickets),
        }
    }
}

/// The booking fee, ticket by ticket.
struct Fees {
    each: Vec<i64>,
    /// Whether they are shares of one fee, and not a fee for each.
    is_one: bool,
}

fn line(mut ticket: Ticket<'_>, (fee, channel): (i64, Channel), taxed: Taxed) -> QuoteLine {
    let price = ticket.steps.minor();
    ticket
        .steps
        .then(Reason::Fee(channel), price.saturating_add(fee));
    for (tax, added) in taxed.added() {
        let after = ticket.steps.minor().saturating_add(added);
        ticket.steps.then(Reason::Tax(tax), after);
    }
    QuoteLine {
        seat: ticket.wanted.seat,
        category: ticket.wanted.category.clone(),
        ticket_type: ticket.wanted.ticket_type.clone(),
        steps: ticket.steps.into_steps(),
        ticket_minor: price.saturating_add(taxed.added_to_ticket()),
        fee_minor: fee.saturating_add(taxed.added_to_fee()),
        taxes: taxed.taxes,
    }
}

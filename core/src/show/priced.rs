//! What the lines of a booking cost, and how that came about.
//!
//! A card without rules prices by its table and its simple fee, as it always did. One with rules
//! prices by [`PriceCard::quote`](crate::price::PriceCard::quote), and the booking keeps what was
//! quoted: it never changes afterwards, whatever becomes of the card.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::{BookingRecord, Line, Proof, ShowTerms, pick::category_of};
use crate::{
    price::{
        Channel, LineTax, NotGiven, Occasion, OfferTo, Purchase, Quote, QuoteError, QuoteLine,
        Reason, SeatWanted, Step, WhyNot,
    },
    refusal::{PriceRefused, Refusal},
    seat::SeatLabel,
    text::shown,
    time::UtcMillis,
};

/// What the rules of a price card ask of a show, beside its start.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PriceFacts {
    /// Of the cinema: its wall clock decides on days and hours.
    #[serde(with = "jiff::fmt::serde::tz::required")]
    pub zone: TimeZone,
    /// What is shown: `2D`, `3D`, as the catalogue says it.
    pub format: String,
}

/// How the price of a line came about, under a card with rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quoted {
    /// The line's part of the booking fee with its taxes, in minor units.
    pub fee_minor: i64,
    /// From the table to what is paid for ticket and fee.
    pub steps: Vec<Step>,
    /// The taxes in both.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub taxes: Vec<LineTax>,
}

/// Who buys, as far as prices go.
#[derive(Clone, Copy, Debug)]
pub(super) struct Buyer<'a> {
    /// Where it is sold.
    pub(super) channel: Channel,
    /// The codes that were said for a price.
    pub(super) codes: &'a [String],
    /// The kind of member, as staff say.
    pub(super) member: Option<&'a str>,
}

/// What somebody said for a price.
#[derive(Default)]
pub(super) struct Said {
    codes: Vec<String>,
    member: Option<String>,
}

impl Said {
    /// With a hold. A code that opens a prebook is not asked of the price card.
    pub(super) fn by(terms: &ShowTerms, proof: &Proof) -> Self {
        let codes = proof.codes.iter().filter(|code| !terms.rules.knows(code));
        Self {
            codes: codes.cloned().collect(),
            member: proof.member.clone(),
        }
    }

    /// With the hold of a booking, as far as it got something for it: other seats are had under the
    /// same offers.
    pub(super) fn before(terms: &ShowTerms, record: &BookingRecord) -> Self {
        let quoted = record.lines.iter().filter_map(|line| line.quoted.as_ref());
        let given: BTreeSet<&str> = quoted
            .flat_map(|quoted| &quoted.steps)
            .filter_map(|step| match &step.why {
                Reason::Offer(name) => Some(name.as_str()),
                _ => None,
            })
            .collect();
        let (mut codes, mut member) = (Vec::new(), None);
        let offers = terms.prices.rules.iter().flat_map(|rules| &rules.offers);
        for offer in offers.filter(|offer| given.contains(offer.name.as_str())) {
            match &offer.to {
                OfferTo::Code(code) if !codes.contains(code) => codes.push(code.clone()),
                OfferTo::Code(_) => {}
                OfferTo::Member(kind) => member = Some(kind.clone()),
            }
        }
        Self { codes, member }
    }

    /// What was said before, and what is said now.
    pub(super) fn and(mut self, now: Self) -> Self {
        for code in now.codes {
            if !self.codes.contains(&code) {
                self.codes.push(code);
            }
        }
        self.member = now.member.or(self.member);
        self
    }

    /// Whoever said so, where they buy.
    pub(super) fn buys_at(&self, channel: Channel) -> Buyer<'_> {
        Buyer {
            channel,
            codes: &self.codes,
            member: self.member.as_deref(),
        }
    }
}

/// Lines with what they cost, and the fee for all of them.
pub(super) struct Priced {
    pub(super) lines: Vec<Line>,
    pub(super) fee_minor: i64,
}

/// Prices `lines`, which have their prices from the table.
pub(super) fn priced(
    terms: &ShowTerms,
    buyer: Buyer<'_>,
    lines: Vec<Line>,
    now: UtcMillis,
) -> Result<Priced, Refusal> {
    if terms.prices.rules.is_none() {
        let seats = i64::try_from(lines.len()).unwrap_or(i64::MAX);
        let each = terms.prices.fee_minor(buyer.channel);
        let fee_minor = each.saturating_mul(seats);
        no_offers(buyer)?;
        return Ok(Priced { lines, fee_minor });
    }
    let wanted = |line: &Line| SeatWanted {
        seat: terms.layout.get(line.seat).map(|seat| seat.label),
        category: category_of(terms, line.seat).to_owned(),
        ticket_type: line.ticket_type.clone(),
    };
    let wanted = lines.iter().map(wanted).collect();
    let quote = quote(terms, buyer, wanted, now)?;
    no_code_refused(&quote)?;
    let fee_minor = quote.fee_minor;
    let of = |line: QuoteLine| Some((line.seat?, line));
    let mut quoted: BTreeMap<SeatLabel, QuoteLine> =
        quote.lines.into_iter().filter_map(of).collect();
    let keep = |line: Line| {
        let label = terms.layout.get(line.seat).map(|seat| seat.label);
        let quoted = label.and_then(|label| quoted.remove(&label));
        let quoted = quoted.ok_or(PriceRefused::NoFacts)?;
        Ok(Line {
            minor: quoted.ticket_minor,
            quoted: Some(Box::new(Quoted {
                fee_minor: quoted.fee_minor,
                steps: quoted.steps,
                taxes: quoted.taxes,
            })),
            ..line
        })
    };
    let lines = lines
        .into_iter()
        .map(keep)
        .collect::<Result<_, Refusal>>()?;
    Ok(Priced { lines, fee_minor })
}

/// Who said a code expects it to count; a member's card is shown for every purchase.
pub(super) fn no_code_refused(quote: &Quote) -> Result<(), Refusal> {
    let refused = |not_given: &NotGiven| match &not_given.to {
        OfferTo::Code(code) => Some((code.clone(), not_given.why)),
        OfferTo::Member(_) => None,
    };
    match quote.not_given.iter().find_map(refused) {
        Some((code, why)) => Err(PriceRefused::Code { code, why }.into()),
        None => Ok(()),
    }
}

/// What the card says of a purchase.
pub(super) fn quote(
    terms: &ShowTerms,
    buyer: Buyer<'_>,
    wanted: Vec<SeatWanted>,
    now: UtcMillis,
) -> Result<Quote, Refusal> {
    let count = wanted.len();
    let occasion = match (&terms.facts, &terms.prices.rules) {
        (Some(facts), _) => Occasion::in_zone(&facts.zone, terms.starts_at, now, &facts.format),
        // A card without rules never looks at the clock.
        (None, None) => Occasion::in_zone(&TimeZone::UTC, terms.starts_at, now, ""),
        (None, Some(_)) => return Err(PriceRefused::NoFacts.into()),
    };
    let purchase = Purchase {
        occasion,
        channel: buyer.channel,
        seats: wanted,
        codes: buyer.codes.to_vec(),
        member: buyer.member.map(str::to_owned),
        // Cards whose limits need it are refused: see `PriceCard::check`.
        used: Vec::new(),
    };
    let quote = terms.prices.quote(&purchase);
    quote.map_err(|why| refusal(why, count))
}

/// A card without rules has no offers: a code that does nothing is said, not passed over. Members
/// pay what everybody pays.
fn no_offers(buyer: Buyer<'_>) -> Result<(), Refusal> {
    let Some(code) = buyer.codes.first() else {
        return Ok(());
    };
    let (code, why) = (shown(code, 40), WhyNot::Unknown);
    Err(PriceRefused::Code { code, why }.into())
}

fn refusal(why: QuoteError, wanted: usize) -> Refusal {
    match why {
        QuoteError::NoSeats => Refusal::NoSeats,
        QuoteError::TooManySeats => Refusal::TooManySeats {
            max: u16::try_from(crate::seat::SEATS_MAX).unwrap_or(u16::MAX),
            wanted,
        },
        QuoteError::TooManyCodes => PriceRefused::TooManyCodes.into(),
        QuoteError::UnknownTicketType { given, known } => {
            Refusal::UnknownTicketType { given, known }
        }
        QuoteError::NotSold {
            category,
            ticket_type,
        } => Refusal::NotSoldInCategory {
            seats: Vec::new(),
            category,
            ticket_type,
        },
        QuoteError::NotValid { day, .. } => PriceRefused::OtherDay { day }.into(),
    }
}

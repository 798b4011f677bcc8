//! Offers, given to tickets.
//!
//! Where an offer is not for all tickets of a booking, it goes to those that cost most, which is
//! best for the customer; among equals to the first in order of seat. "3 for 2" frees the cheapest
//! tickets of all that take part.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Purchase, Reason, SeatWanted, Steps};
use crate::{
    money::shares,
    price::{Gives, Limits, Offer, OfferTo, PriceRules, WhyNot},
    text::shown,
};

/// A ticket whose price is being made.
pub(super) struct Ticket<'a> {
    pub(super) wanted: &'a SeatWanted,
    pub(super) steps: Steps,
    pub(super) has_offer: bool,
}

/// An offer that was given: what has to be counted against its limits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OfferUse {
    /// The offer's name.
    pub offer: String,
    /// Who got it.
    pub to: OfferTo,
    /// How often: once for each ticket that became cheaper, once for an amount off the booking.
    pub uses: u32,
    /// How much cheaper it made the booking, in minor units, before fees and added taxes.
    pub less_minor: i64,
}

/// What was asked for and not given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NotGiven {
    /// The code or membership.
    pub to: OfferTo,
    /// Why not.
    pub why: WhyNot,
}

/// Gives all offers that were asked for, in the order of the card.
pub(super) fn give(
    rules: &PriceRules,
    purchase: &Purchase,
    tickets: &mut [Ticket<'_>],
) -> (Vec<OfferUse>, Vec<NotGiven>) {
    let codes = purchase.codes.iter().map(|code| folded(code));
    // What came of each that was asked for; of several offers of one code the farthest reason.
    let mut asked: BTreeMap<OfferTo, Result<(), WhyNot>> = codes
        .map(|code| (OfferTo::Code(code), Err(WhyNot::Unknown)))
        .collect();
    let mut given = Vec::new();
    for offer in &rules.offers {
        let to = match &offer.to {
            OfferTo::Code(code) => OfferTo::Code(folded(code)),
            OfferTo::Member(kind) => OfferTo::Member(kind.clone()),
        };
        let wanted = match &to {
            OfferTo::Code(_) => asked.contains_key(&to),
            OfferTo::Member(kind) => purchase.member.as_ref() == Some(kind),
        };
        if !wanted {
            continue;
        }
        let outcome = give_one(offer, rules, purchase, tickets);
        let so_far = asked.entry(to).or_insert(Err(WhyNot::Unknown));
        match outcome {
            Ok(made) => {
                *so_far = Ok(());
                given.push(made);
            }
            Err(why) => *so_far = so_far.map_err(|before| before.max(why)),
        }
    }
    let not_given = asked.into_iter().filter_map(|(to, outcome)| {
        let to = match to {
            OfferTo::Code(code) => OfferTo::Code(shown(&code, 40)),
            OfferTo::Member(kind) => OfferTo::Member(kind),
        };
        outcome.err().map(|why| NotGiven { to, why })
    });
    (given, not_given.collect())
}

/// A code as it is compared.
fn folded(code: &str) -> String {
    code.trim().to_uppercase()
}

fn give_one(
    offer: &Offer,
    rules: &PriceRules,
    purchase: &Purchase,
    tickets: &mut [Ticket<'_>],
) -> Result<OfferUse, WhyNot> {
    let occasion = &purchase.occasion;
    if !offer.sold.hold(occasion.sold.date()) {
        return Err(WhyNot::NotSoldNow);
    }
    if !offer.when.holds(occasion, &rules.holidays) {
        return Err(WhyNot::OtherShow);
    }
    if !offer.channels.is_empty() && !offer.channels.contains(&purchase.channel) {
        return Err(WhyNot::OtherChannel);
    }
    let is_for = |t: &Ticket<'_>| {
        let wanted = t.wanted;
        offer.scope.holds(&wanted.category, &wanted.ticket_type)
    };
    let there = tickets.iter().filter(|t| is_for(t)).count();
    let least = offer.limits.tickets_min.unwrap_or(0);
    if u32::try_from(there).is_ok_and(|there| there < least) {
        return Err(WhyNot::TooFewTickets);
    }
    let room = room(&offer.name, offer.limits, purchase)?;
    let mut takers: Vec<usize> = (0..tickets.len())
        .filter(|i| {
            let ticket = &tickets[*i];
            let may = offer.on_top || !ticket.has_offer;
            may && is_for(ticket) && ticket.steps.minor() > 0
        })
        .collect();
    takers.sort_by_key(|i| std::cmp::Reverse(tickets[*i].steps.minor()));
    let prices = cheaper(offer.gives, rules, tickets, &takers, room);
    let (mut uses, mut less_minor) = (0_u32, 0_i64);
    for (i, price) in prices {
        let steps = &mut tickets[i].steps;
        let less = steps.minor() - price;
        uses += u32::from(less > 0);
        less_minor = less_minor.saturating_add(less);
        steps.then(Reason::Offer(offer.name.clone()), price);
        tickets[i].has_offer = true;
    }
    if less_minor == 0 {
        return Err(WhyNot::NothingCheaper);
    }
    if matches!(offer.gives, Gives::BookingLess(_)) {
        uses = 1;
    }
    Ok(OfferUse {
        offer: offer.name.clone(),
        to: offer.to.clone(),
        uses,
        less_minor,
    })
}

/// How many uses are left.
fn room(name: &str, limits: Limits, purchase: &Purchase) -> Result<usize, WhyNot> {
    let before = purchase.used.iter().find(|used| used.offer == name);
    let (customer, in_all) = before.map_or((0, 0), |used| (used.customer, used.in_all));
    let left = |limit: Option<u32>, used: u32| limit.map_or(u32::MAX, |l| l.saturating_sub(used));
    let by_customer = left(limits.customer, customer);
    if by_customer == 0 {
        return Err(WhyNot::CustomerHadIt);
    }
    let by_all = left(limits.in_all, in_all).min(left(limits.booking, 0));
    if by_all == 0 {
        return Err(WhyNot::UsedUp);
    }
    Ok(usize::try_from(by_all.min(by_customer)).unwrap_or(usize::MAX))
}

/// The tickets that take part, with their new prices; `takers` has the dearest first.
fn cheaper(
    gives: Gives,
    rules: &PriceRules,
    tickets: &[Ticket<'_>],
    takers: &[usize],
    room: usize,
) -> Vec<(usize, i64)> {
    let price = |i: &usize| tickets[*i].steps.minor();
    match gives {
        Gives::BookingLess(minor) => {
            let weights: Vec<i64> = takers.iter().map(price).collect();
            let all = weights.iter().fold(0_i64, |sum, w| sum.saturating_add(*w));
            let less = shares(minor.min(all), &weights);
            let after = takers
                .iter()
                .zip(less)
                .map(|(i, less)| (*i, price(i) - less));
            after.collect()
        }
        Gives::PayFor { pay, of } => {
            let (pay, of) = (usize::from(pay), usize::from(of));
            let in_a_group = of.saturating_sub(pay).max(1);
            let groups = takers.len().checked_div(of).unwrap_or(0);
            let free = groups.saturating_mul(in_a_group).min(room);
            let paid = free.div_ceil(in_a_group).saturating_mul(pay);
            let (dear, cheap) = takers.split_at(takers.len() - free);
            let dear = dear.iter().take(paid).map(|i| (*i, price(i)));
            dear.chain(cheap.iter().map(|i| (*i, 0))).collect()
        }
        Gives::Price(_) | Gives::Less(_) | Gives::LessPercent(_) => {
            let after = |i: &usize| {
                let change = gives.each()?;
                let after = change.of(price(i), rules.rounding);
                (after < price(i)).then_some((*i, after))
            };
            takers.iter().filter_map(after).take(room).collect()
        }
    }
}

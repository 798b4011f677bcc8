//! Whether a show sells, to whom and what: every rule, asked in one order.

use uuid::Uuid;

use super::{
    BookingRecord, HoldRules, OrphanRule, Proof, Sales, SalesWindow, ShowState, ShowTerms, Wish,
    pick::{Picked, labels},
};
use crate::{
    expiry::is_alive,
    layout::Place,
    orphan::orphans,
    price::Channel,
    refusal::{NotOnSale, Refusal},
    sale::{Audience, Chain, Fact, Prebook, Rule, RuleBroken, SaleAsk, Verdict},
    seat::{SeatNo, SeatSet},
    time::UtcMillis,
};

impl ShowState {
    /// What the rules say, one after the other, up to the first that refuses. A hold and a change
    /// of seats are granted by this, and refused by its last step.
    #[must_use]
    pub fn can_sell(&self, ask: &SaleAsk<'_>, now: UtcMillis) -> Verdict {
        let mut chain = Chain::default();
        let answer = match ask.wish {
            Some(wish) => self.judge(wish, ask, &mut chain, now).map(drop),
            None => self.sells(ask, &mut chain, now).map(drop),
        };
        Verdict {
            steps: chain.0,
            answer,
        }
    }

    /// The seats of a wish with their prices, if every rule allows it.
    pub(super) fn find(
        &self,
        wish: &Wish,
        ask: &SaleAsk<'_>,
        now: UtcMillis,
    ) -> Result<Picked, Refusal> {
        self.judge(wish, ask, &mut Chain::default(), now)
    }

    fn judge(
        &self,
        wish: &Wish,
        ask: &SaleAsk<'_>,
        chain: &mut Chain,
        now: UtcMillis,
    ) -> Result<Picked, Refusal> {
        let terms = self.sells(ask, chain, now)?;
        self.pick(terms, wish, ask, chain, now)
    }

    /// Whether it sells at all, whatever seats are wanted.
    fn sells(
        &self,
        ask: &SaleAsk<'_>,
        chain: &mut Chain,
        now: UtcMillis,
    ) -> Result<&ShowTerms, Refusal> {
        let terms = self.status_says().and_then(|()| {
            let terms = self.terms.as_ref().ok_or(Refusal::NotOpened)?;
            Ok(terms.as_ref())
        });
        let terms = chain.given(Rule::Status, terms)?;
        let lets_in = |prebook: &Prebook| ask.proof.is_none_or(|proof| proof.opens(prebook));
        chain.fact(Rule::Window, terms.window_says(ask.channel, lets_in, now))?;
        Ok(terms)
    }

    /// Whether a channel sells at `now` to somebody who was let in before.
    pub(super) fn is_sold_in(&self, channel: Channel, now: UtcMillis) -> Result<(), Refusal> {
        let terms = self.terms.as_ref().ok_or(Refusal::NotOpened)?;
        self.status_says()?;
        terms.window_says(channel, |_| true, now).map(drop)
    }

    fn status_says(&self) -> Result<(), Refusal> {
        match self.sales {
            Sales::Cancelled => Err(Refusal::ShowCancelled),
            Sales::Paused => Err(Refusal::NotOnSale(NotOnSale::Paused)),
            Sales::Open => Ok(()),
        }
    }

    /// Seats in the booking, and of the customer.
    pub(super) fn check_limits(
        &self,
        terms: &ShowTerms,
        wanted: usize,
        ask: &SaleAsk<'_>,
        chain: &mut Chain,
        now: UtcMillis,
    ) -> Result<(), Refusal> {
        let count = check_count(terms, wanted, ask.channel, ask.rules);
        chain.fact(Rule::BookingLimit, count)?;
        let max = terms.rules.per_customer.get(&ask.channel);
        let (Some(max), Some(owner)) = (max, ask.owner) else {
            return Ok(());
        };
        if ask.rules.over_limit {
            return chain.fact(Rule::CustomerLimit, Ok(Fact::Waived));
        }
        let theirs = |(id, record): &(Uuid, &BookingRecord)| {
            record.owner == owner && Some(*id) != ask.own && record.is_living(now)
        };
        let has: usize = self
            .bookings()
            .filter(theirs)
            .map(|(_, r)| r.lines.len())
            .sum();
        let max = *max;
        let wanted = has + wanted;
        let says = if wanted > usize::from(max) {
            Err(Refusal::RuleBroken(RuleBroken::CustomerLimit { max, has }))
        } else {
            Ok(Fact::Within { max, wanted })
        };
        chain.fact(Rule::CustomerLimit, says)
    }

    /// The last seats are the counter's. Who has seats may have others for them.
    pub(super) fn check_reserve(
        &self,
        terms: &ShowTerms,
        (wanted, free): (usize, usize),
        ask: &SaleAsk<'_>,
        chain: &mut Chain,
    ) -> Result<(), Refusal> {
        let kept = terms.rules.counter_reserve;
        if kept == 0 || ask.channel == Channel::Counter {
            return Ok(());
        }
        let own = ask.own.and_then(|id| self.booking(id));
        let has = own.map_or(0, |record| record.lines.len());
        let left = free.saturating_sub(wanted);
        let says = if wanted > has && left < usize::from(kept) {
            Err(Refusal::RuleBroken(RuleBroken::CounterOnly { kept, free }))
        } else {
            Ok(Fact::Free(free))
        };
        chain.fact(Rule::CounterReserve, says)
    }
}

impl Proof {
    /// Whether it lets into a prebook.
    fn opens(&self, prebook: &Prebook) -> bool {
        match &prebook.audience {
            Audience::Member(kind) => self.member.as_ref() == Some(kind),
            Audience::Code(hash) => self.codes.iter().any(|code| hash.is(code)),
        }
    }
}

impl ShowTerms {
    /// Whether a channel sells at `now` to those whom `lets_in` lets in, and until when. What is
    /// open to others only is not there for who is not let in.
    fn window_says(
        &self,
        channel: Channel,
        lets_in: impl Fn(&Prebook) -> bool,
        now: UtcMillis,
    ) -> Result<Fact, Refusal> {
        let general = self.windows.get(&channel);
        let is_open = |opens: UtcMillis, closes| !is_alive(opens, now) && is_alive(closes, now);
        if let Some(SalesWindow { closes_at, .. }) =
            general.filter(|w| is_open(w.opens_at, w.closes_at))
        {
            return Ok(Fact::OpenUntil(*closes_at));
        }
        let early = self.rules.prebook.iter();
        let early: Vec<SalesWindow> = early
            .filter(|prebook| prebook.channel == channel && lets_in(prebook))
            .map(|prebook| SalesWindow {
                opens_at: prebook.opens_at,
                closes_at: prebook.closes_at,
            })
            .collect();
        let open = early.iter().filter(|w| is_open(w.opens_at, w.closes_at));
        if let Some(until) = open.map(|w| w.closes_at).max() {
            return Ok(Fact::PrebookUntil(until));
        }
        let all = || general.into_iter().chain(&early);
        let to_come = all().map(|w| w.opens_at).filter(|at| is_alive(*at, now));
        Err(Refusal::NotOnSale(
            match (to_come.min(), all().map(|w| w.closes_at).max()) {
                (Some(opens_at), _) => NotOnSale::NotYet { opens_at },
                (None, Some(closed_at)) => NotOnSale::Closed { closed_at },
                (None, None) => NotOnSale::NotInChannel,
            },
        ))
    }
}

fn check_count(
    terms: &ShowTerms,
    wanted: usize,
    channel: Channel,
    rules: HoldRules,
) -> Result<Fact, Refusal> {
    if wanted == 0 {
        return Err(Refusal::NoSeats);
    }
    let max = if rules.over_limit {
        u16::try_from(terms.layout.len()).unwrap_or(u16::MAX)
    } else {
        let own = terms.rules.per_booking.get(&channel);
        own.copied().unwrap_or(terms.seats_max)
    };
    if wanted > usize::from(max) {
        return Err(Refusal::TooManySeats { max, wanted });
    }
    Ok(Fact::Within { max, wanted })
}

/// Seats that are sold together, and companion places.
pub(super) fn check_together(
    terms: &ShowTerms,
    seats: &[SeatNo],
    chain: &mut Chain,
) -> Result<(), Refusal> {
    let rules = &terms.rules;
    let has = |seat| seats.contains(&seat);
    if !rules.pairs.is_empty() {
        let missing = rules.pairs.iter().filter_map(|pair| {
            let [one, other] = pair.map(|label| terms.layout.find(label).filter(|s| has(*s)));
            match (one, other) {
                (Some(_), None) => Some(pair[1]),
                (None, Some(_)) => Some(pair[0]),
                _ => None,
            }
        });
        let missing: Vec<_> = missing.collect();
        let says = if missing.is_empty() {
            Ok(Fact::Passes)
        } else {
            let broken = RuleBroken::PairSplit { seats: missing };
            Err(Refusal::RuleBroken(broken))
        };
        chain.fact(Rule::Pairs, says)?;
    }
    if rules.companions {
        let at = |place| {
            let is = |s: &&SeatNo| terms.layout.get(**s).is_some_and(|s| s.place == place);
            seats.iter().filter(is).copied().collect::<Vec<_>>()
        };
        let alone = at(Place::Companion);
        let says = if alone.is_empty() || !at(Place::Wheelchair).is_empty() {
            Ok(Fact::Passes)
        } else {
            let seats = labels(terms, &alone);
            Err(Refusal::RuleBroken(RuleBroken::CompanionAlone { seats }))
        };
        chain.fact(Rule::Companions, says)?;
    }
    Ok(())
}

pub(super) fn check_orphans(
    terms: &ShowTerms,
    free: &SeatSet,
    seats: &[SeatNo],
    rules: HoldRules,
) -> Result<Fact, Refusal> {
    if rules.orphans == OrphanRule::Allow {
        return Ok(Fact::Waived);
    }
    let alone = orphans(&terms.layout, free, seats);
    if alone.is_empty() {
        Ok(Fact::Passes)
    } else {
        Err(Refusal::OrphanSeat {
            seats: labels(terms, &alone),
        })
    }
}

/// What is offered as the best: seats that are sold in pairs are chosen by name.
pub(super) fn without_pairs(terms: &ShowTerms, mut free: SeatSet) -> SeatSet {
    for label in terms.rules.pairs.iter().flatten() {
        if let Some(seat) = terms.layout.find(*label) {
            free.remove(seat);
        }
    }
    free
}

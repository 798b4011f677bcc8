//! From a wish to seats with prices, or the reason why not.

use uuid::Uuid;

use super::{
    Line, Party, SeatPick, ShowState, ShowTerms, Slot, Wish,
    sell::{check_orphans, check_together, without_pairs},
};
use crate::{
    best::{BestOffer, BestWish, Relaxed, Zone, best},
    layout::{CategoryNo, CategorySet, Place},
    refusal::{Refusal, TakenSeat},
    sale::{Chain, Rule, SaleAsk},
    seat::{SeatLabel, SeatNo, SeatSet},
    time::UtcMillis,
};

/// Seats that were found for a wish.
pub(super) struct Picked {
    pub(super) lines: Vec<Line>,
    pub(super) relaxed: Vec<Relaxed>,
}

/// A wish for the best seats, as the parts of [`Wish::Best`].
struct BestParts<'a> {
    party: &'a [Party],
    zone: Zone,
    category: Option<&'a str>,
    accessible: bool,
    skip: u16,
}

impl ShowState {
    /// The seats of a wish with their prices. Seats of `own` count as free.
    pub(super) fn pick(
        &self,
        terms: &ShowTerms,
        wish: &Wish,
        ask: &SaleAsk<'_>,
        chain: &mut Chain,
        now: UtcMillis,
    ) -> Result<Picked, Refusal> {
        match wish {
            Wish::Seats(picks) => self.pick_named(terms, picks, ask, chain, now),
            Wish::Best {
                party,
                zone,
                category,
                accessible,
                skip,
            } => {
                let category = category.as_deref();
                let (zone, accessible, skip) = (*zone, *accessible, *skip);
                let parts = BestParts {
                    party,
                    zone,
                    category,
                    accessible,
                    skip,
                };
                self.pick_best(terms, &parts, ask, chain, now)
            }
        }
    }

    fn pick_named(
        &self,
        terms: &ShowTerms,
        picks: &[SeatPick],
        ask: &SaleAsk<'_>,
        chain: &mut Chain,
        now: UtcMillis,
    ) -> Result<Picked, Refusal> {
        self.check_limits(terms, picks.len(), ask, chain, now)?;
        let seats = chain.given(Rule::Known, find_all(terms, picks))?;
        chain.given(Rule::Free, self.check_free(terms, &seats, ask.own, now))?;
        let free = self.free_for(ask.own, now);
        self.check_reserve(terms, (seats.len(), free.len()), ask, chain)?;
        check_together(terms, &seats, chain)?;
        chain.fact(
            Rule::Orphans,
            check_orphans(terms, &free, &seats, ask.rules),
        )?;
        let default = default_type(terms);
        let types = picks
            .iter()
            .map(|p| p.ticket_type.as_deref().unwrap_or(default));
        let lines = chain.given(Rule::Prices, price(terms, seats.into_iter().zip(types)))?;
        Ok(Picked {
            lines,
            relaxed: Vec::new(),
        })
    }

    fn pick_best(
        &self,
        terms: &ShowTerms,
        wish: &BestParts<'_>,
        ask: &SaleAsk<'_>,
        chain: &mut Chain,
        now: UtcMillis,
    ) -> Result<Picked, Refusal> {
        let wanted = wish.party.iter().map(|p| usize::from(p.count)).sum();
        self.check_limits(terms, wanted, ask, chain, now)?;
        let category = wish.category.map(|code| category_no(terms, code));
        let category = chain.given(Rule::Known, category.transpose())?;
        let barred = chain.given(Rule::Prices, barred(terms, wish.party, category))?;
        let free = self.free_for(ask.own, now);
        let left = free.len();
        let free = without_pairs(terms, free);
        let offer = offer(terms, &free, wanted, (category, barred), wish);
        let offer = offer.ok_or_else(|| Refusal::NotEnoughSeats {
            free: fitting(terms, &free, barred, wish.accessible),
            wanted,
        });
        let offer = chain.given(Rule::Free, offer)?;
        self.check_reserve(terms, (wanted, left), ask, chain)?;
        let types = wish
            .party
            .iter()
            .flat_map(|p| std::iter::repeat_n(p.ticket_type.as_str(), usize::from(p.count)));
        let lines = price(terms, offer.seats.into_iter().zip(types))?;
        Ok(Picked {
            lines,
            relaxed: offer.relaxed,
        })
    }

    /// The best seats for as many people as `wish` names, for somebody who just lost theirs.
    #[must_use]
    pub fn next_best(&self, seats: u16, now: UtcMillis) -> Option<BestOffer> {
        let terms = self.terms.as_ref()?;
        let wish = BestWish {
            seats,
            zone: Zone::Any,
            category: None,
            barred: CategorySet::default(),
            accessible: false,
            skip: 0,
        };
        best(&terms.layout, &without_pairs(terms, self.free(now)), &wish)
    }

    /// Refuses when a seat belongs to somebody else or to the house.
    fn check_free(
        &self,
        terms: &ShowTerms,
        seats: &[SeatNo],
        own: Option<Uuid>,
        now: UtcMillis,
    ) -> Result<(), Refusal> {
        let taken: Vec<TakenSeat> = seats
            .iter()
            .filter_map(|seat| {
                let slot = *self.slots.get(seat.index())?;
                let mine = own.is_some() && slot.booking() == own;
                (!mine && !slot.is_free(now))
                    .then(|| taken_seat(terms, *seat, slot))
                    .flatten()
            })
            .collect();
        if taken.is_empty() {
            Ok(())
        } else {
            Err(Refusal::SeatsTaken { seats: taken })
        }
    }

    /// Living bookings that have one of these seats, to be named in a refusal.
    pub(super) fn owned_among(
        &self,
        terms: &ShowTerms,
        seats: &[SeatNo],
        now: UtcMillis,
    ) -> Vec<TakenSeat> {
        let owned = |slot: Slot| slot.booking().is_some() && !slot.is_free(now);
        seats
            .iter()
            .filter_map(|seat| {
                let slot = *self.slots.get(seat.index())?;
                owned(slot)
                    .then(|| taken_seat(terms, *seat, slot))
                    .flatten()
            })
            .collect()
    }

    /// Bookings that are over and still stand in the journal on these free seats, other than `own`.
    pub(super) fn dead_among(&self, seats: &[SeatNo], own: Option<Uuid>) -> Vec<Uuid> {
        let mut dead: Vec<Uuid> = seats
            .iter()
            .filter_map(|seat| self.slots.get(seat.index())?.booking())
            .filter(|booking| Some(*booking) != own)
            .collect();
        dead.sort_unstable();
        dead.dedup();
        dead
    }
}

/// Seats by name, all known and none twice.
pub(super) fn find_seats(
    terms: &ShowTerms,
    seats: impl Iterator<Item = SeatLabel>,
) -> Result<Vec<SeatNo>, Refusal> {
    let (mut found, mut unknown, mut twice) = (Vec::new(), Vec::new(), Vec::new());
    let mut seen = SeatSet::with_seats(terms.layout.len());
    for label in seats {
        match terms.layout.find(label) {
            None => unknown.push(label),
            Some(seat) if seen.insert(seat) => found.push(seat),
            Some(_) => twice.push(label),
        }
    }
    if !unknown.is_empty() {
        return Err(Refusal::UnknownSeats { seats: unknown });
    }
    if !twice.is_empty() {
        return Err(Refusal::DuplicateSeats { seats: twice });
    }
    Ok(found)
}

pub(super) fn find_all(terms: &ShowTerms, picks: &[SeatPick]) -> Result<Vec<SeatNo>, Refusal> {
    find_seats(terms, picks.iter().map(|p| p.seat))
}

fn offer(
    terms: &ShowTerms,
    free: &SeatSet,
    wanted: usize,
    (category, barred): (Option<CategoryNo>, CategorySet),
    wish: &BestParts<'_>,
) -> Option<BestOffer> {
    let seats = u16::try_from(wanted).ok()?;
    let (zone, accessible, skip) = (wish.zone, wish.accessible, wish.skip);
    best(
        &terms.layout,
        free,
        &BestWish {
            seats,
            zone,
            category,
            barred,
            accessible,
            skip,
        },
    )
}

/// The categories in which not all of the party's ticket types are sold.
fn barred(
    terms: &ShowTerms,
    party: &[Party],
    wished: Option<CategoryNo>,
) -> Result<CategorySet, Refusal> {
    let types = || party.iter().filter(|p| p.count > 0);
    for p in types() {
        known_type(terms, &p.ticket_type)?;
    }
    let unsold = |category: &str| {
        types().find(|p| {
            let price = terms.prices.price_minor(category, &p.ticket_type);
            price.is_none()
        })
    };
    let barred = terms.layout.categories_where(|c| unsold(c).is_some());
    let categories = || (0_u8..).map(CategoryNo).zip(terms.layout.categories());
    let hopeless = categories().all(|(no, _)| barred.contains(no));
    let refused = categories().find_map(|(no, category)| {
        let said = wished.map_or(hopeless, |wished| wished == no);
        let unsold = unsold(&category.code).filter(|_| said)?;
        Some(Refusal::NotSoldInCategory {
            seats: Vec::new(),
            category: category.code.clone(),
            ticket_type: unsold.ticket_type.clone(),
        })
    });
    refused.map_or(Ok(barred), Err)
}

/// How many of the free seats are offered to such a party at all.
fn fitting(terms: &ShowTerms, free: &SeatSet, barred: CategorySet, accessible: bool) -> usize {
    let places = free.iter().filter_map(|seat| terms.layout.get(seat));
    let places = places.filter(|seat| !barred.contains(seat.category));
    let places: Vec<Place> = places.map(|seat| seat.place).collect();
    let fits = |place: Place| places.iter().filter(|p| **p == place).count();
    match (accessible, fits(Place::Wheelchair)) {
        (false, _) => fits(Place::Standard),
        (true, 0) => 0,
        (true, _) => places.len(),
    }
}

pub(super) fn category_no(terms: &ShowTerms, code: &str) -> Result<CategoryNo, Refusal> {
    let categories = terms.layout.categories();
    categories
        .iter()
        .position(|c| c.code == code)
        .and_then(|i| u8::try_from(i).ok())
        .map(CategoryNo)
        .ok_or_else(|| Refusal::UnknownCategory {
            given: code.to_owned(),
            known: categories.iter().map(|c| c.code.clone()).collect(),
        })
}

/// The code of a seat's category.
pub(super) fn category_of(terms: &ShowTerms, seat: SeatNo) -> &str {
    terms
        .layout
        .get(seat)
        .and_then(|s| terms.layout.categories().get(usize::from(s.category.0)))
        .map_or("", |c| c.code.as_str())
}

pub(super) fn default_type(terms: &ShowTerms) -> &str {
    terms
        .prices
        .ticket_types
        .first()
        .map_or("", |t| t.code.as_str())
}

fn price<'a>(
    terms: &ShowTerms,
    seats: impl Iterator<Item = (SeatNo, &'a str)>,
) -> Result<Vec<Line>, Refusal> {
    seats
        .map(|(seat, ticket_type)| {
            known_type(terms, ticket_type)?;
            let category = category_of(terms, seat);
            match terms.prices.price_minor(category, ticket_type) {
                Some(minor) => Ok(Line {
                    seat,
                    ticket_type: ticket_type.to_owned(),
                    minor,
                    quoted: None,
                }),
                None => Err(Refusal::NotSoldInCategory {
                    seats: labels(terms, &[seat]),
                    category: category.to_owned(),
                    ticket_type: ticket_type.to_owned(),
                }),
            }
        })
        .collect()
}

fn known_type(terms: &ShowTerms, ticket_type: &str) -> Result<(), Refusal> {
    if terms.prices.ticket_type(ticket_type).is_some() {
        return Ok(());
    }
    let known = terms.prices.ticket_types.iter();
    Err(Refusal::UnknownTicketType {
        given: ticket_type.into(),
        known: known.map(|t| t.code.clone()).collect(),
    })
}

fn label(terms: &ShowTerms, seat: SeatNo) -> Option<SeatLabel> {
    terms.layout.get(seat).map(|s| s.label)
}

pub(super) fn labels(terms: &ShowTerms, seats: &[SeatNo]) -> Vec<SeatLabel> {
    seats.iter().filter_map(|s| label(terms, *s)).collect()
}

fn taken_seat(terms: &ShowTerms, seat: SeatNo, slot: Slot) -> Option<TakenSeat> {
    let (why, until) = match slot {
        Slot::Free => ("free", None),
        Slot::Held { until, .. } => ("held", Some(until)),
        Slot::Booked { .. } => ("booked", None),
        Slot::Blocked(_) => ("blocked", None),
        Slot::Kept { until } => ("blocked", Some(until)),
    };
    Some(TakenSeat {
        seat: label(terms, seat)?,
        why,
        until,
    })
}

//! What `b` would bring, told ahead. The rule goes over the whole hall several times, so it is
//! asked only when something has changed that it depends on, and never for a frame.

use houseful_core::{
    best::{BestWish, Relaxed},
    seat::SeatLabel,
    time::UtcMillis,
    wire::seats::Version,
};

use super::{Seats, order::Wanted};
use crate::tui::desk::Desk;

/// How many offers are told ahead.
pub const OFFERS: u16 = 3;
/// The least columns beside the grid that have room for them.
pub const OFFERS_WIDTH: u16 = 34;

/// Seats, and which wishes had to be given up for them.
pub type Offer = (Vec<SeatLabel>, Vec<Relaxed>);

/// The offers, and what they were worked out from.
#[derive(Clone, Debug, Default)]
pub(super) struct Offers {
    basis: Option<Basis>,
    offers: Vec<Offer>,
}

/// All that offers depend on: the wish, and what is free to us.
#[derive(Clone, Debug, PartialEq)]
struct Basis {
    wish: BestWish,
    version: Version,
    /// Holds of others that are over make seats free without a new version.
    next_end: Option<UtcMillis>,
    ours: Vec<SeatLabel>,
    is_ours: bool,
    asked: Vec<SeatLabel>,
}

impl Seats {
    /// What `b` would ask for now; `None` without a party.
    #[must_use]
    pub fn next_wish(&self) -> Option<BestWish> {
        let rules = self.hall.as_ref().and_then(|hall| hall.rules());
        let category = self.category.as_deref().zip(rules);
        (self.party > 0).then_some(BestWish {
            seats: self.party,
            zone: self.zone,
            category: category.and_then(|(code, rules)| rules.category(code)),
            accessible: self.accessible,
            skip: self.skip.saturating_add(1),
            ..BestWish::default()
        })
    }

    /// The next offers, where the window has room for them.
    #[must_use]
    pub fn offers(&self) -> &[Offer] {
        &self.offers.offers
    }

    /// Works the next offers out anew if they may be others.
    pub fn look_ahead(&mut self, desk: &Desk) {
        let basis = self.basis(desk);
        if basis == self.offers.basis {
            return;
        }
        let wish = basis.as_ref().map(|basis| basis.wish);
        let offers = match wish.zip(self.picture(desk)) {
            Some((wish, picture)) => picture.offers(wish, OFFERS),
            None => Vec::new(),
        };
        self.offers = Offers { basis, offers };
    }

    fn basis(&self, desk: &Desk) -> Option<Basis> {
        let (hall, board) = (self.hall.as_ref()?, self.board.as_ref()?);
        let wish = self.next_wish()?;
        let arranged = self.arrangement(hall, self.window);
        let beside = self.window.0.saturating_sub(arranged.columns);
        if !arranged.beside || beside < OFFERS_WIDTH {
            return None;
        }
        let asking = self.asking.iter().flat_map(|a| a.seats.iter().copied());
        let waiting = self.ahead.iter().flat_map(Wanted::seats);
        Some(Basis {
            wish,
            version: board.version,
            next_end: board.next_end(desk.server_now()),
            ours: self.labels(),
            is_ours: (self.booking.as_ref()).is_some_and(|b| desk.alive(b.hold_until.0)),
            asked: asking.chain(waiting).collect(),
        })
    }
}

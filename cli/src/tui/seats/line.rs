//! A quick line as changes to the booking, once prices and hall are here.

use houseful_core::{
    seat::SeatLabel,
    wire::booking::{SeatWish, Wish},
};

use super::{
    Seats,
    order::{Leave, Wanted},
};
use crate::{
    tui::{desk::Desk, model::Step, quick::Ordered, wording},
    wish::{PayWord, Spot, WishError},
};

/// What a line asks for.
enum Read {
    /// Nothing now: at most it says where the best seats shall be.
    Nothing,
    /// The best seats.
    Best(Wish),
    /// These seats, as if they were named with `g`.
    Named(Vec<SeatLabel>),
    /// Exactly these seats, for the tickets that the line names.
    Exactly(Vec<SeatWish>),
}

impl Ordered {
    /// How it is paid, if the line goes on to that.
    #[must_use]
    pub fn pays(&self) -> Option<&PayWord> {
        let pay = self.words.pay.as_ref();
        pay.filter(|pay| **pay != PayWord::Hold)
    }
}

impl Seats {
    /// Does what a line says; one that can't be is given back for correction.
    pub(super) fn take_line(&mut self, desk: &mut Desk, line: Ordered) -> Step {
        let read = match self.read_line(&line) {
            Ok(read) => read,
            Err(error) => {
                self.ahead.clear();
                desk.quick.reopen(line);
                desk.say(error.to_string());
                return Step::Stay;
            }
        };
        // Who says where to sit does not pay unseen for seats somewhere else.
        let as_said = line.words.narrows() && matches!(read, Read::Best(_));
        match read {
            Read::Nothing => {}
            Read::Best(wish) => self.ask_seats(desk, wish, false, Leave::default()),
            Read::Named(labels) => self.take_named(desk, &labels),
            Read::Exactly(wishes) => self.take_exactly(desk, wishes),
        }
        let Some(word) = line.pays().cloned() else {
            return Step::Stay;
        };
        let wanted = Wanted::PayBy { word, as_said };
        if self.asking.is_some() {
            // What was pressed since the line is for what comes after it.
            self.ahead.push_front(wanted);
            return Step::Stay;
        }
        self.want(desk, wanted)
    }

    /// Takes just these seats, and tells which of those chosen by hand are given up for them.
    fn take_exactly(&mut self, desk: &mut Desk, wishes: Vec<SeatWish>) {
        let held = self.held_wishes();
        if wishes == held {
            return;
        }
        let stays = |label: SeatLabel| wishes.iter().any(|w| w.seat == label);
        let given_up: Vec<SeatLabel> = held
            .iter()
            .map(|w| w.seat)
            .filter(|label| !stays(*label))
            .collect();
        if !given_up.is_empty() {
            desk.say(wording::in_place_of(&given_up));
        }
        self.ask_seats(desk, Wish::Seats(wishes), false, Leave::default());
    }

    fn read_line(&mut self, line: &Ordered) -> Result<Read, WishError> {
        let (Some(detail), Some(hall)) = (&self.detail, &self.hall) else {
            return Ok(Read::Nothing);
        };
        let words = &line.words;
        let party = words.party(detail, Some(&hall.layout))?;
        if let Spot::Best {
            zone,
            category,
            accessible,
            ..
        } = &party.spot
        {
            if words.says_who() || words.narrows() {
                self.zone = *zone;
                self.category.clone_from(category);
                self.accessible = *accessible;
            }
            self.skip = 0;
        }
        if !words.says_who() {
            return Ok(Read::Nothing);
        }
        let size = u16::try_from(party.size()).unwrap_or(u16::MAX);
        let named = match &party.spot {
            Spot::Seats(labels) if words.tickets.is_empty() => Some(labels.clone()),
            _ => None,
        };
        let (wish, _) = party.wish(detail)?;
        Ok(match (wish, named) {
            (wish @ Wish::Best(_), _) => {
                self.party = size;
                Read::Best(wish)
            }
            (Wish::Seats(_), Some(labels)) => Read::Named(labels),
            (Wish::Seats(wishes), None) => Read::Exactly(wishes),
        })
    }
}

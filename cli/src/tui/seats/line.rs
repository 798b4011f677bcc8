//! A quick line as changes to the booking, once prices and hall are here.

use houseful_core::wire::booking::Wish;

use super::{
    Seats,
    order::{Leave, Wanted, wishes_of},
};
use crate::{
    tui::{desk::Desk, model::Step, quick::Ordered},
    wish::{PayWord, Spot, WishError},
};

impl Seats {
    /// Does what a line says; one that can't be is given back for correction.
    pub(super) fn take_line(&mut self, desk: &mut Desk, line: Ordered) -> Step {
        let pay = line.words.pay.clone().filter(|pay| *pay != PayWord::Hold);
        match self.read_line(&line) {
            Ok(Some(wish)) => {
                let same = match (&wish, &self.booking) {
                    (Wish::Seats(wishes), Some(booking)) => *wishes == wishes_of(booking),
                    _ => false,
                };
                if !same {
                    self.ask_seats(desk, wish, false, Leave::default());
                }
            }
            Ok(None) => {}
            Err(error) => {
                self.ahead.clear();
                desk.quick.open(line.text);
                desk.say(error.to_string());
                return Step::Stay;
            }
        }
        match pay {
            Some(pay) => self.want(desk, Wanted::PayBy(pay)),
            None => Step::Stay,
        }
    }

    /// The wish of a line, or `None` when it only says where the best seats shall be.
    fn read_line(&mut self, line: &Ordered) -> Result<Option<Wish>, WishError> {
        let (Some(detail), Some(hall)) = (&self.detail, &self.hall) else {
            return Ok(None);
        };
        let party = line.words.party(detail, Some(&hall.layout))?;
        if let Spot::Best {
            zone,
            category,
            accessible,
            ..
        } = &party.spot
        {
            if line.words.says_who() || line.words.narrows() {
                self.zone = *zone;
                self.category.clone_from(category);
                self.accessible = *accessible;
            }
            self.skip = 0;
        }
        if !line.words.says_who() {
            return Ok(None);
        }
        let size = u16::try_from(party.size()).unwrap_or(u16::MAX);
        let (wish, _) = party.wish(detail)?;
        if let Wish::Best(_) = wish {
            self.party = size;
        }
        Ok(Some(wish))
    }
}

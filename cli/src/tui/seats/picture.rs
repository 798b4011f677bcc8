//! What every seat is at one moment, worked out once for a whole frame.

use houseful_core::{
    best::{BestWish, best},
    layout::BlockReason,
    orphan::orphans,
    seat::{SeatLabel, SeatNo, SeatSet},
    wire::seats::SeatMark,
};

use super::{Offer, Seats, order::Wanted};
use crate::tui::{
    desk::Desk,
    hall::{Board, Hall, SeatLook},
};

/// All seats of a show at one moment.
#[derive(Clone, Debug)]
pub struct Picture<'a> {
    /// Their hall.
    pub hall: &'a Hall,
    /// Their states.
    pub board: &'a Board,
    /// What each is, in the order of the layout.
    pub looks: Vec<SeatLook>,
    /// How many can be bought.
    pub free: usize,
    /// How many are held, ours among them.
    pub held: usize,
}

/// What picking or dropping a seat would come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The seats that would be ours, in the order of the hall.
    pub seats: Vec<SeatLabel>,
    /// The seats that would be left alone, by the rule that the server goes by.
    pub alone: Vec<SeatLabel>,
}

impl Seats {
    /// What every seat is at this moment; `None` until hall and states are here.
    #[must_use]
    pub fn picture(&self, desk: &Desk) -> Option<Picture<'_>> {
        let (hall, board) = (self.hall.as_ref()?, self.board.as_ref()?);
        let server_now = desk.server_now();
        let (mut free, mut held) = (0, 0);
        let look = |(no, _)| match board.mark(no, server_now) {
            SeatMark::Free => {
                free += 1;
                SeatLook::Free(hall.letter(no))
            }
            SeatMark::Held => {
                held += 1;
                SeatLook::Held
            }
            SeatMark::Booked => SeatLook::Booked,
            SeatMark::Blocked(BlockReason::Broken) => SeatLook::Broken,
            SeatMark::Blocked(BlockReason::House | BlockReason::Companion) => SeatLook::House,
        };
        let mut looks: Vec<SeatLook> = hall.seats().map(look).collect();
        let mut set = |label: SeatLabel, look: SeatLook| {
            if let Some(slot) = hall.find(label).and_then(|no| looks.get_mut(no.index())) {
                *slot = look;
            }
        };
        if let Some(booking) = &self.booking {
            let mine = if desk.alive(booking.hold_until.0) {
                SeatLook::Mine
            } else {
                SeatLook::Asking
            };
            booking.lines.iter().for_each(|line| set(line.seat, mine));
        }
        let asked = self.asking.iter().flat_map(|a| a.seats.iter().copied());
        let waiting = self.ahead.iter().flat_map(Wanted::seats);
        asked
            .chain(waiting)
            .for_each(|label| set(label, SeatLook::Asking));
        Some(Picture {
            hall,
            board,
            looks,
            free,
            held,
        })
    }
}

impl Picture<'_> {
    /// What a seat is.
    #[must_use]
    pub fn look(&self, no: SeatNo) -> SeatLook {
        let look = self.looks.get(no.index()).copied();
        look.unwrap_or(SeatLook::Broken)
    }

    /// How many seats with this letter can be bought.
    #[must_use]
    pub fn free_of(&self, letter: char) -> usize {
        let free = SeatLook::Free(letter);
        self.looks.iter().filter(|look| **look == free).count()
    }

    /// What picking a free seat, or dropping one of ours, would come to; `None` for every other
    /// seat, and for a hall that this program can't judge.
    #[must_use]
    pub fn outcome(&self, no: SeatNo) -> Option<Outcome> {
        let rules = self.hall.rules()?;
        let ours = |look: &SeatLook| *look == SeatLook::Mine;
        let numbered = || (0..).map(SeatNo).zip(&self.looks);
        let mut taken: Vec<SeatNo> = numbered()
            .filter(|(_, look)| ours(look))
            .map(|(no, _)| no)
            .collect();
        match self.look(no) {
            SeatLook::Free(_) => taken.push(no),
            SeatLook::Mine => taken.retain(|seat| *seat != no),
            _ => return None,
        }
        taken.sort_unstable();
        Some(Outcome {
            seats: self.labels(&taken),
            alone: self.labels(&orphans(rules, &self.open(), &taken)),
        })
    }

    /// The best offers for a party after `skip` better ones, by what this screen knows. The server
    /// decides by the same rule, but it may know more: some ticket types are not sold everywhere.
    #[must_use]
    pub fn offers(&self, wish: BestWish, count: u16) -> Vec<Offer> {
        let Some(rules) = self.hall.rules() else {
            return Vec::new();
        };
        let open = self.open();
        let nth = |n| {
            let skip = wish.skip.saturating_add(n);
            best(rules, &open, &BestWish { skip, ..wish })
        };
        let mut offers: Vec<Offer> = Vec::new();
        for offer in (0..count).map_while(nth) {
            let seats = self.labels(&offer.seats);
            // After the last offer comes the best again.
            if offers.iter().any(|(known, _)| *known == seats) {
                break;
            }
            offers.push((seats, offer.relaxed));
        }
        offers
    }

    /// What is free to us: our own seats are, the rules are about what will be left of all.
    fn open(&self) -> SeatSet {
        let open = |look: &SeatLook| matches!(look, SeatLook::Free(_) | SeatLook::Mine);
        let seats = (0..).map(SeatNo).zip(&self.looks);
        seats
            .filter(|(_, look)| open(look))
            .map(|(no, _)| no)
            .collect()
    }

    fn labels(&self, seats: &[SeatNo]) -> Vec<SeatLabel> {
        let seats = seats.iter().filter_map(|no| self.hall.seat(*no));
        seats.map(|seat| seat.label).collect()
    }

    /// The numbers of a row that can be bought, neighbours joined: `2-4 6-7 13-22`.
    #[must_use]
    pub fn free_runs(&self, row: u16) -> String {
        let free = |no: &&SeatNo| matches!(self.look(**no), SeatLook::Free(_));
        let in_row = self.hall.row(row).iter().filter(free);
        let mut numbers: Vec<u16> = in_row
            .filter_map(|no| self.hall.seat(*no))
            .map(|seat| seat.label.number())
            .collect();
        numbers.sort_unstable();
        let runs =
            numbers
                .chunk_by(|a, b| a + 1 == *b)
                .map(|run| match (run.first(), run.last()) {
                    (Some(a), Some(b)) if a != b => format!("{a}-{b}"),
                    (Some(a), _) => a.to_string(),
                    _ => String::new(),
                });
        runs.collect::<Vec<_>>().join(" ")
    }
}

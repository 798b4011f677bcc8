//! The best seats left for somebody who lost theirs: found once for all losers of a version.

use houseful_core::{
    expiry::is_alive,
    refusal::Refusal,
    seat::SeatNo,
    show::{Ask, Command, ShowState, Wish},
    time::UtcMillis,
};

use super::NextBest;

/// The next best for each size of party, as found for a version.
#[derive(Default)]
pub(super) struct Memo {
    ver: u64,
    /// The earliest end of a hold: from then on more seats are free.
    until: Option<UtcMillis>,
    found: Vec<(u16, NextBest)>,
}

impl Memo {
    /// What whoever was refused so may take instead.
    pub(super) fn next_best(
        &mut self,
        state: &ShowState,
        (command, refusal): (&Command, &Refusal),
        now: UtcMillis,
    ) -> NextBest {
        let (Refusal::SeatsTaken { .. }, Ask::Hold { wish, .. } | Ask::ChangeSeats { wish, .. }) =
            (refusal, &command.ask)
        else {
            return NextBest::default();
        };
        let seats = match wish {
            Wish::Seats(picks) => u16::try_from(picks.len()).unwrap_or(u16::MAX),
            Wish::Best { .. } => return NextBest::default(),
        };
        if let Some(found) = self.recall(state, seats, now) {
            return found;
        }
        let offer = state.next_best(seats, now);
        let found = offer.map_or_else(NextBest::default, |offer| NextBest {
            seats: offer
                .seats
                .iter()
                .filter_map(|s: &SeatNo| state.label(*s))
                .collect(),
            relaxed: offer.relaxed,
        });
        self.found.push((seats, found.clone()));
        found
    }

    /// What was found for this many seats, if the show stands as it stood then.
    fn recall(&mut self, state: &ShowState, seats: u16, now: UtcMillis) -> Option<NextBest> {
        if self.ver != state.ver() || self.until.is_some_and(|end| !is_alive(end, now)) {
            *self = Self {
                ver: state.ver(),
                until: state.next_end(now),
                found: Vec::new(),
            };
        }
        let found = self.found.iter().find(|(size, _)| *size == seats);
        found.map(|(_, next_best)| next_best.clone())
    }
}

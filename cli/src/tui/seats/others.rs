//! What other people do to the seats of the show, as it happens.
//!
//! The feed tells seats and states and no names, so that is all there is to tell here.

use std::collections::VecDeque;

use houseful_core::{layout::BlockReason, seat::SeatNo, time::UtcMillis, wire::seats::SeatMark};

use crate::tui::hall::Board;

/// How long a seat that changed stands out.
const FRESH_MS: i64 = 2_000;
/// How many happenings are remembered.
const RECENT_MAX: usize = 32;

/// What happened to seats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// They were sold.
    Sold,
    /// Somebody holds them.
    Held,
    /// They are for sale again.
    FreeAgain,
    /// The house keeps them.
    Kept,
    /// They are broken.
    Broken,
}

impl What {
    fn of(mark: SeatMark) -> Self {
        match mark {
            SeatMark::Free => Self::FreeAgain,
            SeatMark::Held => Self::Held,
            SeatMark::Booked => Self::Sold,
            SeatMark::Blocked(BlockReason::Broken) => Self::Broken,
            SeatMark::Blocked(BlockReason::House | BlockReason::Companion) => Self::Kept,
        }
    }
}

/// Seats to which the same happened at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happening {
    /// When it was heard, by the server's clock.
    pub at: UtcMillis,
    /// What.
    pub what: What,
    /// To which seats, in the order of the hall.
    pub seats: Vec<SeatNo>,
}

/// What other people did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Others {
    /// The newest first.
    recent: VecDeque<Happening>,
    /// Seats that stand out, each until its time, locally.
    fresh: Vec<(SeatNo, UtcMillis)>,
    /// Seats that we gave back, until the feed tells of it.
    given_back: Vec<SeatNo>,
}

impl Others {
    /// Notes what became different from one board to the next, but for seats that are ours.
    pub fn note(
        &mut self,
        (older, newer): (&Board, &Board),
        ours: &[SeatNo],
        (server_now, now): (UtcMillis, UtcMillis),
    ) {
        self.fade(now);
        let mut happened: Vec<Happening> = Vec::new();
        for (no, _, is) in newer.since(older) {
            let was_given_back = self.given_back.contains(&no);
            self.given_back.retain(|seat| *seat != no);
            if ours.contains(&no) || was_given_back && is == SeatMark::Free {
                continue;
            }
            self.fresh.retain(|(seat, _)| *seat != no);
            self.fresh.push((no, now.plus_ms(FRESH_MS)));
            let what = What::of(is);
            match happened.iter_mut().find(|h| h.what == what) {
                Some(happening) => happening.seats.push(no),
                None => happened.push(Happening {
                    at: server_now,
                    what,
                    seats: vec![no],
                }),
            }
        }
        for happening in happened {
            self.recent.push_front(happening);
        }
        self.recent.truncate(RECENT_MAX);
    }

    /// These were ours: the feed told of our own hold before its answer came.
    pub fn were_ours(&mut self, ours: &[SeatNo]) {
        for happening in &mut self.recent {
            if happening.what == What::Held {
                happening.seats.retain(|no| !ours.contains(no));
            }
        }
        self.recent.retain(|happening| !happening.seats.is_empty());
        self.fresh.retain(|(no, _)| !ours.contains(no));
    }

    /// We give these back: that they are free again is our own doing.
    pub fn give_back(&mut self, ours: Vec<SeatNo>) {
        self.given_back = ours;
    }

    /// Lets seats stand out no longer whose time is over.
    pub fn fade(&mut self, now: UtcMillis) {
        self.fresh.retain(|(_, until)| *until > now);
    }

    /// When the next seat stops standing out.
    #[must_use]
    pub fn fades_at(&self) -> Option<UtcMillis> {
        self.fresh.iter().map(|(_, until)| *until).min()
    }

    /// Whether a seat changed just now.
    #[must_use]
    pub fn is_fresh(&self, no: SeatNo, now: UtcMillis) -> bool {
        self.fresh
            .iter()
            .any(|(seat, until)| *seat == no && *until > now)
    }

    /// What happened, the newest first.
    pub fn recent(&self) -> impl Iterator<Item = &Happening> {
        self.recent.iter()
    }
}

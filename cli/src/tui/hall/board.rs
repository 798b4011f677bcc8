//! What each seat of a show is at this moment, kept up by the feed.

use std::collections::VecDeque;

use houseful_core::{
    expiry::is_alive,
    ids::ShowId,
    layout::BlockReason,
    seat::SeatNo,
    time::UtcMillis,
    wire::{
        catalogue::ShowStatus,
        seats::{SeatChanges, SeatMap, SeatMark, Version},
    },
};

/// The states of all seats, kept up by the feed.
#[derive(Clone, Debug, PartialEq)]
pub struct Board {
    /// Which show.
    pub show: ShowId,
    /// At which version.
    pub version: Version,
    /// Whether it is for sale.
    pub status: ShowStatus,
    marks: Vec<SeatMark>,
    until: Vec<Option<UtcMillis>>,
    /// The versions it was at before, the newest last.
    line: VecDeque<Version>,
}

/// How many versions a board remembers: news that are later than so many changes are few.
const LINE_MAX: usize = 256;

impl Board {
    /// The states of a map; `None` when it has a letter that this program does not know.
    #[must_use]
    pub fn new(map: &SeatMap) -> Option<Self> {
        let marks: Option<Vec<SeatMark>> = map.states.chars().map(SeatMark::from_letter).collect();
        let marks = marks?;
        let mut until = vec![None; marks.len()];
        for hold in &map.holds {
            for seat in &hold.seats {
                *until.get_mut(seat.index())? = Some(hold.until.0);
            }
        }
        Some(Self {
            show: map.show,
            version: map.version,
            status: map.status,
            marks,
            until,
            line: VecDeque::new(),
        })
    }

    /// Remembers what the board before this one was at, if it is one of the same show.
    #[must_use]
    pub fn after(mut self, older: Option<&Self>) -> Self {
        if let Some(older) = older.filter(|older| older.show == self.show) {
            self.line.clone_from(&older.line);
            if older.version != self.version {
                self.was_at(older.version);
            }
        }
        self
    }

    /// Whether the board is or was at this version: what leads to it is no news. A number alone
    /// does not tell, for where the end of a show's history was lost its numbers come again.
    #[must_use]
    pub fn knows(&self, version: Version) -> bool {
        self.version == version || self.line.contains(&version)
    }

    fn was_at(&mut self, version: Version) {
        if self.line.len() == LINE_MAX {
            self.line.pop_front();
        }
        self.line.push_back(version);
    }

    /// Takes changes over; `false` when they do not follow this version.
    pub fn change(&mut self, changes: &SeatChanges) -> bool {
        if changes.from != self.version {
            return false;
        }
        for change in &changes.seats {
            let at = change.seat.index();
            let (Some(mark), Some(slot)) = (
                SeatMark::from_letter(change.state),
                self.marks.get_mut(at).zip(self.until.get_mut(at)),
            ) else {
                return false;
            };
            *slot.0 = mark;
            *slot.1 = change.until.map(|t| t.0);
        }
        self.was_at(self.version);
        self.version = changes.version;
        self.status = changes.status;
        true
    }

    /// What a seat is at this time of the server: a hold that is over is free.
    #[must_use]
    pub fn mark(&self, no: SeatNo, server_now: UtcMillis) -> SeatMark {
        let mark = self.marks.get(no.index()).copied();
        match mark.unwrap_or(SeatMark::Blocked(BlockReason::Broken)) {
            SeatMark::Held | SeatMark::Blocked(_) if !self.hold_alive(no, server_now) => {
                SeatMark::Free
            }
            mark => mark,
        }
    }

    fn hold_alive(&self, no: SeatNo, server_now: UtcMillis) -> bool {
        let until = self.until.get(no.index()).copied().flatten();
        until.is_none_or(|until| is_alive(until, server_now))
    }

    /// When the next hold on the map ends, after this time.
    #[must_use]
    pub fn next_end(&self, server_now: UtcMillis) -> Option<UtcMillis> {
        self.until
            .iter()
            .flatten()
            .copied()
            .filter(|until| is_alive(*until, server_now))
            .min()
    }

    /// How many seats there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.marks.len()
    }

    /// The seats that are not what they were on an older board of the same hall: each with what
    /// it was and is.
    pub fn since<'a>(
        &'a self,
        older: &'a Self,
    ) -> impl Iterator<Item = (SeatNo, SeatMark, SeatMark)> + 'a {
        let pairs = older.marks.iter().zip(&self.marks);
        (0..)
            .map(SeatNo)
            .zip(pairs)
            .filter(|(_, (was, is))| was != is)
            .map(|(no, (was, is))| (no, *was, *is))
    }
}

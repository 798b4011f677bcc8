//! A hall and the state of its seats, for one show: what stands where, and what each seat is now.

use std::collections::BTreeMap;

use houseful_core::{
    expiry::is_alive,
    ids::ShowId,
    layout::{BlockReason, Place},
    seat::{SeatLabel, SeatNo},
    time::UtcMillis,
    wire::{
        catalogue::ShowStatus,
        seats::{LayoutSeat, LayoutView, SeatChanges, SeatMap, SeatMark, Version},
    },
};

/// What a seat is at this moment, for the person at the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeatLook {
    /// For sale; the letter says what kind.
    Free(char),
    /// Held by this booking: the server said so.
    Mine,
    /// Asked for, not yet answered.
    Asking,
    /// Held by somebody else.
    Held,
    /// Sold.
    Booked,
    /// Kept back by the house.
    House,
    /// Broken.
    Broken,
}

impl SeatLook {
    /// The character on the grid. Letters can be bought, punctuation can't.
    #[must_use]
    pub const fn glyph(self) -> char {
        match self {
            Self::Free(letter) => letter,
            Self::Mine => '#',
            Self::Asking => '?',
            Self::Held => '~',
            Self::Booked => '.',
            Self::House => '%',
            Self::Broken => 'x',
        }
    }
}

/// One way to go on the grid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// To the screen.
    Up,
    /// Away from it.
    Down,
    /// Left.
    Left,
    /// Right.
    Right,
    /// Over the next aisle to the right.
    NextBlock,
    /// Over the next aisle to the left.
    PreviousBlock,
    /// To the start of the row.
    RowStart,
    /// To the end of the row.
    RowEnd,
}

/// The drawing of a hall.
#[derive(Clone, Debug, PartialEq)]
pub struct Hall {
    /// As the server told it.
    pub layout: LayoutView,
    /// Seats by drawn row, left to right.
    rows: BTreeMap<u16, Vec<SeatNo>>,
}

impl Hall {
    /// A hall from its layout.
    #[must_use]
    pub fn new(layout: LayoutView) -> Self {
        let mut rows: BTreeMap<u16, Vec<SeatNo>> = BTreeMap::new();
        for (no, seat) in numbered(&layout.seats) {
            rows.entry(seat.row).or_default().push(no);
        }
        for row in rows.values_mut() {
            row.sort_by_key(|no| layout.seats.get(no.index()).map_or(0, |s| s.column));
        }
        Self { layout, rows }
    }

    /// A seat.
    #[must_use]
    pub fn seat(&self, no: SeatNo) -> Option<&LayoutSeat> {
        self.layout.seats.get(no.index())
    }

    /// All seats with their numbers.
    pub fn seats(&self) -> impl Iterator<Item = (SeatNo, &LayoutSeat)> {
        numbered(&self.layout.seats)
    }

    /// The seat with this label.
    #[must_use]
    pub fn find(&self, label: SeatLabel) -> Option<SeatNo> {
        self.seats()
            .find(|(_, s)| s.label == label)
            .map(|(no, _)| no)
    }

    /// The seats of a drawn row, left to right.
    #[must_use]
    pub fn row(&self, row: u16) -> &[SeatNo] {
        self.rows.get(&row).map_or(&[], Vec::as_slice)
    }

    /// Where the cursor starts: the middle of the row two thirds back.
    #[must_use]
    pub fn middle(&self) -> SeatNo {
        let at = self.rows.len().saturating_sub(1) * 2 / 3;
        self.rows
            .values()
            .nth(at)
            .and_then(|row| row.get(row.len() / 2))
            .copied()
            .unwrap_or(SeatNo(0))
    }

    /// The letter of this seat when it is free.
    #[must_use]
    pub fn letter(&self, seat: &LayoutSeat) -> char {
        match seat.place {
            Place::Wheelchair => 'w',
            Place::Companion => 'c',
            Place::Standard => self
                .layout
                .categories
                .iter()
                .find(|c| c.code == seat.category)
                .map(|c| c.glyph)
                .filter(char::is_ascii_alphabetic)
                .unwrap_or('o'),
        }
    }

    /// The seat one step from here; the same one at the edge.
    #[must_use]
    pub fn step(&self, from: SeatNo, way: Way) -> SeatNo {
        let Some(seat) = self.seat(from) else {
            return self.middle();
        };
        let row = self.row(seat.row);
        let here = row.iter().position(|no| *no == from).unwrap_or(0);
        let column = |no: &SeatNo| self.seat(*no).map_or(0, |s| s.column);
        let found = match way {
            Way::Left => here.checked_sub(1).and_then(|i| row.get(i)),
            Way::Right => row.get(here + 1),
            Way::RowStart => row.first(),
            Way::RowEnd => row.last(),
            Way::Up => self
                .rows
                .range(..seat.row)
                .next_back()
                .and_then(|(_, above)| nearest(above, seat.column, column)),
            Way::Down => self
                .rows
                .range(seat.row + 1..)
                .next()
                .and_then(|(_, below)| nearest(below, seat.column, column)),
            Way::NextBlock => (here + 1..row.len())
                .find(|i| column(&row[*i]) > column(&row[i - 1]) + 1)
                .and_then(|i| row.get(i))
                .or(row.last()),
            Way::PreviousBlock => (1..=here)
                .rev()
                .find(|i| column(&row[*i]) > column(&row[i - 1]) + 1)
                .and_then(|i| row.get(i - 1))
                .or(row.first()),
        };
        found.copied().unwrap_or(from)
    }
}

fn numbered(seats: &[LayoutSeat]) -> impl Iterator<Item = (SeatNo, &LayoutSeat)> {
    (0..).map(SeatNo).zip(seats)
}

fn nearest(row: &[SeatNo], column: u16, of: impl Fn(&SeatNo) -> u16) -> Option<&SeatNo> {
    row.iter().min_by_key(|no| of(no).abs_diff(column))
}

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
}

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
        })
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
        self.version = changes.version;
        self.status = changes.status;
        true
    }

    /// What a seat is at this time of the server: a hold that is over is free.
    #[must_use]
    pub fn mark(&self, no: SeatNo, server_now: UtcMillis) -> SeatMark {
        let mark = self.marks.get(no.index()).copied();
        match mark.unwrap_or(SeatMark::Blocked(BlockReason::Broken)) {
            SeatMark::Held if !self.hold_alive(no, server_now) => SeatMark::Free,
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

    /// How many seats can be bought and how many others hold.
    #[must_use]
    pub fn count(&self, server_now: UtcMillis) -> (usize, usize) {
        let mut free = 0;
        let mut held = 0;
        for no in (0..).map(SeatNo).take(self.marks.len()) {
            match self.mark(no, server_now) {
                SeatMark::Free => free += 1,
                SeatMark::Held => held += 1,
                SeatMark::Booked | SeatMark::Blocked(_) => {}
            }
        }
        (free, held)
    }
}

//! A hall and the state of its seats, for one show: what stands where, and what each seat is now.

mod blocks;
mod board;

use std::{collections::BTreeMap, sync::Arc};

use houseful_core::{
    layout::{Place, SeatLayout},
    seat::{SeatLabel, SeatNo},
    wire::seats::{LayoutSeat, LayoutView},
};

pub use blocks::Blocks;
pub use board::Board;

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
    /// What is drawn for each seat while it is free.
    letters: Vec<char>,
    /// Seats by their labels, sorted.
    by_label: Vec<(SeatLabel, SeatNo)>,
    /// The drawn columns that have a seat in some row; the others are aisles.
    seat_columns: Vec<u16>,
    /// The number in each drawn column, if it is the same in every row.
    numbers: Option<Vec<Option<u16>>>,
    highest_number: u16,
    row_name_columns: u16,
    /// The same hall as the rules see it; `None` when this program can't read its drawing.
    rules: Option<Arc<SeatLayout>>,
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
        let mut seat_columns: Vec<u16> = layout.seats.iter().map(|s| s.column).collect();
        seat_columns.sort_unstable();
        seat_columns.dedup();
        let letters = layout.seats.iter().map(|s| letter(&layout, s)).collect();
        let mut by_label: Vec<_> = numbered(&layout.seats)
            .map(|(no, seat)| (seat.label, no))
            .collect();
        by_label.sort_unstable();
        let numbers = numbers(&layout);
        let labels = || layout.seats.iter().map(|s| s.label);
        let highest_number = labels().map(|l| l.number()).max().unwrap_or(1);
        let names = labels().map(|l| l.row().len());
        let row_name_columns = names.max().and_then(|n| u16::try_from(n).ok()).unwrap_or(1);
        let rules = SeatLayout::parse(&layout.text)
            .ok()
            .filter(|rules| rules.hash() == layout.hash)
            .map(Arc::new);
        Self {
            layout,
            rows,
            letters,
            by_label,
            seat_columns,
            numbers,
            highest_number,
            row_name_columns,
            rules,
        }
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
        let at = self
            .by_label
            .binary_search_by_key(&label, |(known, _)| *known)
            .ok()?;
        self.by_label.get(at).map(|(_, no)| *no)
    }

    /// The same hall as the rules see it.
    #[must_use]
    pub fn rules(&self) -> Option<&SeatLayout> {
        self.rules.as_deref()
    }

    /// The drawn rows that have seats, from the screen.
    pub fn seat_rows(&self) -> impl ExactSizeIterator<Item = u16> {
        self.rows.keys().copied()
    }

    /// The drawn columns that have a seat in some row, from the left.
    #[must_use]
    pub fn seat_columns(&self) -> &[u16] {
        &self.seat_columns
    }

    /// The letters of a row of seats.
    #[must_use]
    pub fn row_name(&self, row: u16) -> &str {
        let first = self.row(row).first().and_then(|no| self.seat(*no));
        first.map_or("", |seat| seat.label.row())
    }

    /// The number that all seats in each drawn column have; `None` where rows differ.
    #[must_use]
    pub fn column_numbers(&self) -> Option<&[Option<u16>]> {
        self.numbers.as_deref()
    }

    /// Columns of the longest letters of a row.
    #[must_use]
    pub fn row_name_columns(&self) -> u16 {
        self.row_name_columns
    }

    /// The highest number of a seat.
    #[must_use]
    pub fn highest_number(&self) -> u16 {
        self.highest_number
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
    pub fn letter(&self, no: SeatNo) -> char {
        self.letters.get(no.index()).copied().unwrap_or('o')
    }

    /// How many seats have this letter, free or not.
    #[must_use]
    pub fn count_of(&self, letter: char) -> usize {
        self.letters.iter().filter(|l| **l == letter).count()
    }

    /// The seats of this one's row up to another in the same row, both included, left to right.
    #[must_use]
    pub fn between(&self, from: SeatNo, to: SeatNo) -> &[SeatNo] {
        let row = self.seat(from).map_or(&[][..], |seat| self.row(seat.row));
        let at = |no: SeatNo| row.iter().position(|other| *other == no);
        match (at(from), at(to)) {
            (Some(a), Some(b)) => row.get(a.min(b)..=a.max(b)).unwrap_or(&[]),
            _ => &[],
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

/// What is drawn for a free seat.
fn letter(layout: &LayoutView, seat: &LayoutSeat) -> char {
    let glyph = || {
        let category = layout.categories.iter().find(|c| c.code == seat.category);
        category
            .map(|c| c.glyph)
            .filter(char::is_ascii_alphabetic)
            .unwrap_or('o')
    };
    match seat.place {
        Place::Wheelchair => 'w',
        Place::Companion => 'c',
        Place::Standard => glyph(),
    }
}

/// The number in each drawn column, if all rows agree.
fn numbers(layout: &LayoutView) -> Option<Vec<Option<u16>>> {
    let mut numbers = vec![None; usize::from(layout.columns)];
    for seat in &layout.seats {
        let slot: &mut Option<u16> = numbers.get_mut(usize::from(seat.column))?;
        let number = seat.label.number();
        if *slot.get_or_insert(number) != number {
            return None;
        }
    }
    Some(numbers)
}

fn numbered(seats: &[LayoutSeat]) -> impl Iterator<Item = (SeatNo, &LayoutSeat)> {
    (0..).map(SeatNo).zip(seats)
}

fn nearest(row: &[SeatNo], column: u16, of: impl Fn(&SeatNo) -> u16) -> Option<&SeatNo> {
    row.iter().min_by_key(|no| of(no).abs_diff(column))
}

//! The seats as one wish sees them, and the order of offers.

use super::{BestWish, Zone};
use crate::{
    layout::{Place, Row, SeatLayout},
    seat::{SeatNo, SeatSet},
};

/// Two rows are as far apart as four halves of a seat (behind the sweet spot) or five (before it,
/// where necks get stiff).
const ROW_BEHIND: u32 = 4;
const ROW_BEFORE: u32 = 5;

/// A point of the hall; columns in halves.
#[derive(Clone, Copy, Debug)]
pub(super) struct Point {
    pub row: u16,
    pub half_column: u16,
}

/// What each seat is to this wish.
pub(super) struct Field<'a> {
    pub layout: &'a SeatLayout,
    /// How many seats are wished.
    pub party: usize,
    /// Whether a wheelchair place has to be among them.
    pub accessible: bool,
    /// Where the party would like to sit.
    pub target: Point,
    marks: Vec<u8>,
}

impl<'a> Field<'a> {
    /// Free, not for others only, and sold to such a party.
    pub(super) const OPEN: u8 = 1;
    /// In the zone.
    pub(super) const ZONE: u8 = 2;
    /// Of the category.
    pub(super) const CATEGORY: u8 = 4;
    /// Free and standard: what the orphan rule looks at.
    const COUNTS: u8 = 8;
    /// Beside the seat with the number before.
    const TOUCHES: u8 = 16;
    const WHEELCHAIR: u8 = 32;

    pub(super) fn new(layout: &'a SeatLayout, free: &SeatSet, wish: &BestWish) -> Self {
        let mut marks = Vec::with_capacity(layout.len());
        let mut before = None;
        for (no, seat) in layout.seats() {
            let standard = seat.place == Place::Standard;
            let free = free.contains(no);
            let mut mark = 0;
            let sold = !wish.barred.contains(seat.category);
            if free && sold && (standard || wish.accessible) {
                mark |= Self::OPEN;
            }
            if free && standard {
                mark |= Self::COUNTS;
            }
            if before == Some((seat.row, seat.column)) {
                mark |= Self::TOUCHES;
            }
            if seat.place == Place::Wheelchair {
                mark |= Self::WHEELCHAIR;
            }
            if !standard || wish.category.is_none_or(|c| c == seat.category) {
                mark |= Self::CATEGORY;
            }
            marks.push(mark);
            before = Some((seat.row, seat.column + 1));
        }
        let sweet = layout.sweet_spot();
        let mut row = sweet.row;
        let zone = zone_rows(layout.rows(), wish.zone);
        if let (Some(first), Some(last)) = (zone.first(), zone.last()) {
            row = row.clamp(first.row, last.row);
            let seats = usize::from(first.seats.start)..usize::from(last.seats.end);
            for mark in marks.get_mut(seats).unwrap_or_default() {
                *mark |= Self::ZONE;
            }
        }
        Self {
            layout,
            party: usize::from(wish.seats),
            accessible: wish.accessible,
            target: Point {
                row,
                half_column: sweet.half_column,
            },
            marks,
        }
    }

    /// Whether the seat has all these marks.
    pub(super) fn fits(&self, seat: usize, needed: u8) -> bool {
        self.marks.get(seat).is_some_and(|m| m & needed == needed)
    }

    pub(super) fn touches(&self, seat: usize) -> bool {
        self.fits(seat, Self::TOUCHES)
    }

    pub(super) fn is_wheelchair(&self, seat: usize) -> bool {
        self.fits(seat, Self::WHEELCHAIR)
    }

    /// Whether there are seats for the party, and a wheelchair place if it needs one.
    pub(super) fn enough(&self, needed: u8) -> bool {
        let fit = self.marks.iter().filter(|m| **m & needed == needed);
        let wheelchair = needed | Self::WHEELCHAIR;
        fit.count() >= self.party
            && (!self.accessible || self.marks.iter().any(|m| m & wheelchair == wheelchair))
    }

    /// Takes a seat out of the search. It stays free for the orphan rule.
    pub(super) fn close(&mut self, seat: usize) {
        if let Some(mark) = self.marks.get_mut(seat) {
            *mark &= !Self::OPEN;
        }
    }

    /// The marks, to be given back with [`Field::restore`] after trying something out.
    pub(super) fn save(&self) -> Vec<u8> {
        self.marks.clone()
    }

    pub(super) fn restore(&mut self, marks: Vec<u8>) {
        self.marks = marks;
    }

    /// Takes a seat out of the search and of what is free.
    pub(super) fn take(&mut self, seat: usize) {
        if let Some(mark) = self.marks.get_mut(seat) {
            *mark &= !(Self::OPEN | Self::COUNTS);
        }
    }

    /// Whether taking the seats from `first` to `last` of one row leaves a seat beside them alone.
    pub(super) fn leaves_single(&self, first: usize, last: usize) -> bool {
        let counts = |seat: usize| self.fits(seat, Self::COUNTS);
        let left = counts(first)
            && self.touches(first)
            && first.checked_sub(1).is_some_and(|one| {
                let company = self.touches(one) && one.checked_sub(1).is_some_and(counts);
                counts(one) && !company
            });
        let one = last + 1;
        let company = self.touches(one + 1) && counts(one + 1);
        left || (counts(last) && self.touches(one) && counts(one) && !company)
    }

    /// How many wheelchair places there are from `first` to `last`.
    pub(super) fn wheelchairs(&self, first: usize, last: usize) -> usize {
        if !self.accessible {
            return 0;
        }
        (first..=last).filter(|s| self.is_wheelchair(*s)).count()
    }

    pub(super) fn column(&self, seat: usize) -> u16 {
        let no = u16::try_from(seat).map(SeatNo);
        no.ok()
            .and_then(|no| self.layout.get(no))
            .map_or(0, |seat| seat.column)
    }

    /// How far a point of this row is from the target, squared.
    pub(super) fn distance(&self, row: u16, half_column: u16) -> u32 {
        let rows = if row < self.target.row {
            ROW_BEFORE
        } else {
            ROW_BEHIND
        };
        squared(self.target, Point { row, half_column }, rows)
    }
}

/// How far two points are from each other, squared.
pub(super) fn apart(a: Point, b: Point) -> u32 {
    squared(a, b, ROW_BEHIND)
}

fn squared(a: Point, b: Point, rows: u32) -> u32 {
    // Rows and half columns are below 256, so none of this can overflow.
    let rows = rows * u32::from(a.row.abs_diff(b.row));
    let columns = u32::from(a.half_column.abs_diff(b.half_column));
    rows * rows + columns * columns
}

fn zone_rows(rows: &[Row], zone: Zone) -> &[Row] {
    // Rounded, so that front and rear are alike.
    let third = |n: usize| (rows.len() * n * 2 + 3) / 6;
    let range = match zone {
        Zone::Any => 0..rows.len(),
        Zone::Front => 0..third(1),
        Zone::Middle => third(1)..third(2),
        Zone::Rear => third(2)..rows.len(),
    };
    rows.get(range).unwrap_or_default()
}

/// A choice of seats: one stretch of numbers, or two.
///
/// The order of choices is the order of offers: what is wrong with them, how far they are, then
/// where they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Choice {
    /// What is wrong with it, the worst first.
    pub faults: [u16; 3],
    pub distance: u32,
    pub first: usize,
    pub first_len: usize,
    pub second: usize,
    pub second_len: usize,
}

impl Choice {
    fn seats(&self) -> impl Iterator<Item = usize> {
        let first = self.first..self.first + self.first_len;
        first.chain(self.second..self.second + self.second_len)
    }
}

/// Finds the best of many choices, after those to be passed over.
pub(super) struct Chooser {
    choices: Vec<Choice>,
    only_best: bool,
}

impl Chooser {
    pub(super) fn new(skip: u16) -> Self {
        Self {
            choices: Vec::new(),
            only_best: skip == 0,
        }
    }

    pub(super) fn offer(&mut self, choice: Choice) {
        match self.choices.first_mut() {
            Some(best) if self.only_best => *best = choice.min(*best),
            _ => self.choices.push(choice),
        }
    }

    /// The best choice. Each better one that shares no seat with those before it is passed over
    /// (and its seats closed) until `skip` is used up.
    pub(super) fn choose(mut self, field: &mut Field, skip: &mut u16) -> Option<Vec<SeatNo>> {
        self.choices.sort_unstable();
        for choice in self.choices {
            if !choice.seats().all(|seat| field.fits(seat, Field::OPEN)) {
                continue;
            }
            if *skip == 0 {
                return Some(numbers(choice.seats()));
            }
            *skip -= 1;
            choice.seats().for_each(|seat| field.close(seat));
        }
        None
    }
}

/// Indices stay below the number of seats, so none is cut.
pub(super) fn numbers(seats: impl Iterator<Item = usize>) -> Vec<SeatNo> {
    seats
        .map(|seat| SeatNo(u16::try_from(seat).unwrap_or(u16::MAX)))
        .collect()
}

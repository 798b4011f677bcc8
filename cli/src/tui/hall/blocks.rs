//! A hall as blocks of seats, for halls that are larger than the window.
//!
//! A block is ten columns of seats wide and overlaps the next by two (the last one by more), so
//! that a choice across its edge stands whole in one of them. It is as many rows deep as needed
//! for all blocks to fit.

use houseful_core::seat::SeatNo;

use super::{Hall, Way};

/// Columns of seats in a block; aisles do not count.
const BLOCK_COLUMNS: usize = 10;
/// From one block to the next: two less, that is how much they overlap.
const BLOCK_STEP: usize = 8;

/// A hall in blocks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blocks {
    /// Blocks side by side.
    pub across: usize,
    /// Blocks one behind the other.
    pub down: usize,
    /// Rows of seats in a block; the last may have fewer.
    pub rows_each: usize,
    rows: Vec<u16>,
}

impl Blocks {
    /// Blocks that take at most so many lines, one line each.
    #[must_use]
    pub fn of(hall: &Hall, lines: usize) -> Self {
        let rows: Vec<u16> = hall.seat_rows().collect();
        let columns = hall.seat_columns().len();
        let across = match columns {
            ..=BLOCK_COLUMNS => 1,
            _ => (columns - (BLOCK_COLUMNS - BLOCK_STEP)).div_ceil(BLOCK_STEP),
        };
        let rows_each = rows.len().div_ceil(lines.max(1)).max(1);
        Self {
            across,
            down: rows.len().div_ceil(rows_each).max(1),
            rows_each,
            rows,
        }
    }

    /// The drawn rows of a line of blocks.
    #[must_use]
    pub fn rows(&self, down: usize) -> &[u16] {
        let start = down * self.rows_each;
        let end = (start + self.rows_each).min(self.rows.len());
        self.rows.get(start..end).unwrap_or(&[])
    }

    /// The seats of a block.
    pub fn seats<'a>(
        &'a self,
        hall: &'a Hall,
        across: usize,
        down: usize,
    ) -> impl Iterator<Item = SeatNo> + 'a {
        let columns = hall.seat_columns();
        let flush_right = columns.len().saturating_sub(BLOCK_COLUMNS);
        let start = (across * BLOCK_STEP).min(flush_right);
        let last = (start + BLOCK_COLUMNS).min(columns.len()).saturating_sub(1);
        let range = columns.get(start).copied().zip(columns.get(last).copied());
        let inside = move |no: &SeatNo| {
            let column = hall.seat(*no).map(|s| s.column);
            range
                .zip(column)
                .is_some_and(|((a, b), c)| (a..=b).contains(&c))
        };
        let seats = self.rows(down).iter().flat_map(|row| hall.row(*row));
        seats.copied().filter(inside)
    }

    /// The block that a seat is in, the left one where two overlap at their inner edges.
    #[must_use]
    pub fn at(&self, hall: &Hall, no: SeatNo) -> (usize, usize) {
        let Some(seat) = hall.seat(no) else {
            return (0, 0);
        };
        let column = hall.seat_columns().partition_point(|c| *c < seat.column);
        let row = self.rows.partition_point(|r| *r < seat.row);
        let across = (column / BLOCK_STEP).min(self.across.saturating_sub(1));
        (across, row / self.rows_each)
    }

    /// A seat in the middle of the next block that way which has any; the same one at the edge.
    #[must_use]
    pub fn step(&self, hall: &Hall, from: SeatNo, way: Way) -> SeatNo {
        let (across, down) = self.at(hall, from);
        let beyond: Vec<(usize, usize)> = match way {
            Way::Left | Way::PreviousBlock => (0..across).rev().map(|a| (a, down)).collect(),
            Way::Right | Way::NextBlock => (across + 1..self.across).map(|a| (a, down)).collect(),
            Way::Up => (0..down).rev().map(|d| (across, d)).collect(),
            Way::Down => (down + 1..self.down).map(|d| (across, d)).collect(),
            Way::RowStart => (0..across).map(|a| (a, down)).collect(),
            Way::RowEnd => (across + 1..self.across).rev().map(|a| (a, down)).collect(),
        };
        let middle = |(across, down): (usize, usize)| {
            let seats: Vec<SeatNo> = self.seats(hall, across, down).collect();
            let home = |no: &&SeatNo| self.at(hall, **no) == (across, down);
            let own: Vec<SeatNo> = seats.iter().filter(home).copied().collect();
            own.get(own.len() / 2).copied()
        };
        beyond.into_iter().find_map(middle).unwrap_or(from)
    }
}

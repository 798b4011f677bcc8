//! The seats of a screen at one version, drawn as text.
//!
//! A [`SeatLayout`] is made by [`SeatLayout::parse`] alone, so whatever holds one holds a hall that
//! was checked: every label once, every seat in a category, every limit kept. It never changes;
//! another drawing is another layout with another [`LayoutHash`]. `docs/halls.md` describes the
//! text.

mod diff;
mod draw;
mod hash;
mod header;
mod lint;
mod parse;
mod seating;
#[cfg(test)]
pub(crate) mod tests;

use std::{fmt, ops::Range};

use serde::{Deserialize, Serialize};

pub use diff::{CategoryCount, Change, LayoutDiff, Look, Move, Renamed, diff};
pub use hash::{LayoutHash, LayoutHashError};
pub use lint::{Finding, Severity, lint};

use crate::seat::{SeatLabel, SeatNo};

/// The most drawn rows, walkways (blank lines) among them.
pub const ROWS_MAX: usize = 200;
/// The most drawn columns, aisles among them.
pub const COLUMNS_MAX: usize = 120;
/// The longest text that is read, in bytes.
pub const TEXT_BYTES_MAX: usize = 65_536;

/// An index into [`SeatLayout::categories`].
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CategoryNo(pub u8);

/// Some categories of a layout.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct CategorySet(u32);

impl CategorySet {
    /// Adds a category. A layout has fewer than this can hold: each has a small letter of its own.
    pub fn insert(&mut self, category: CategoryNo) {
        self.0 |= Self::bit(category);
    }

    /// Whether a category is among them.
    #[must_use]
    pub fn contains(self, category: CategoryNo) -> bool {
        self.0 & Self::bit(category) != 0
    }

    fn bit(category: CategoryNo) -> u32 {
        1_u32.checked_shl(u32::from(category.0)).unwrap_or(0)
    }
}

/// What kind of place a seat is.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Place {
    /// A seat for anybody.
    #[default]
    Standard,
    /// Room for a wheelchair.
    Wheelchair,
    /// A seat beside one, for whoever comes along.
    Companion,
}

impl Place {
    /// Whether it is for anybody.
    #[must_use]
    pub const fn is_standard(&self) -> bool {
        matches!(self, Self::Standard)
    }
}

/// Why staff keep a seat from sale.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum BlockReason {
    /// Kept for guests of the house.
    House,
    /// Nobody can sit there.
    Broken,
    /// Kept for a wheelchair user's companion.
    Companion,
}

/// Where one sits, as far as the price is concerned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeatCategory {
    /// What price cards call it: 1 to 24 of `a-z`, `0-9` and `_`.
    pub code: String,
    /// What people call it.
    pub name: String,
    /// The small letter that stands for a free seat of it, in the drawing and on the screen.
    pub glyph: char,
}

/// One seat of a layout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seat {
    /// What is written on it.
    pub label: SeatLabel,
    /// What kind of place it is.
    pub place: Place,
    /// What its price goes by.
    pub category: CategoryNo,
    /// Why it is kept from sale from the start, if it is.
    pub blocked: Option<BlockReason>,
    /// The drawn row, from 0 at the screen; walkways count.
    pub row: u16,
    /// The drawn column, from 0 at the left; aisles count.
    pub column: u16,
}

/// One drawn line of seats.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its letters.
    pub name: String,
    /// Its seats, as a range of [`SeatNo`].
    pub seats: Range<u16>,
    /// The drawn row, the same as its seats'.
    pub row: u16,
    /// The number of its first place.
    first: u16,
    /// The columns of places that have a number but no seat.
    missing: Vec<u16>,
}

/// The point people like to sit at; offers are made outwards from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SweetSpot {
    /// The drawn row.
    pub row: u16,
    /// Twice the drawn column, so that the middle between two seats is a whole number.
    pub half_column: u16,
}

/// What is wrong with a drawing, where, and what to write instead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {message}")]
pub struct LayoutError {
    /// The line, from 1.
    pub line: u32,
    /// The character in the line, from 1.
    pub column: u32,
    /// What is wrong and what to do.
    pub message: String,
}

/// The seats of a screen at one version.
#[derive(Clone, PartialEq, Eq)]
pub struct SeatLayout {
    name: String,
    categories: Vec<SeatCategory>,
    /// Where the header puts the sweet spot: a row's letters or a seat's label.
    sweet_at: Option<String>,
    sweet: SweetSpot,
    numbers_from_right: bool,
    seats: Vec<Seat>,
    rows: Vec<Row>,
    columns: u16,
    /// Sorted by label.
    by_label: Vec<(SeatLabel, SeatNo)>,
    hash: LayoutHash,
}

impl SeatLayout {
    /// Reads a drawing.
    ///
    /// # Errors
    /// Everything that is wrong with it, in the order of the lines.
    pub fn parse(text: &str) -> Result<Self, Vec<LayoutError>> {
        parse::parse(text).map(|(layout, _)| layout)
    }

    /// The drawing in its one canonical form; reading it gives this layout again.
    #[must_use]
    pub fn to_text(&self) -> String {
        draw::draw(self)
    }

    /// What tells this layout from every other.
    #[must_use]
    pub fn hash(&self) -> LayoutHash {
        self.hash
    }

    /// The name in the header.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How many seats there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.seats.len()
    }

    /// Whether there is no seat; a layout that was read has one at least.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.seats.is_empty()
    }

    /// The categories, in the order of the header.
    #[must_use]
    pub fn categories(&self) -> &[SeatCategory] {
        &self.categories
    }

    /// The category with this code.
    #[must_use]
    pub fn category(&self, code: &str) -> Option<CategoryNo> {
        let index = self.categories.iter().position(|c| c.code == code)?;
        u8::try_from(index).ok().map(CategoryNo)
    }

    /// The categories of which this is true, by their codes.
    pub fn categories_where(&self, is: impl Fn(&str) -> bool) -> CategorySet {
        let mut set = CategorySet::default();
        for (no, category) in (0_u8..).map(CategoryNo).zip(&self.categories) {
            if is(&category.code) {
                set.insert(no);
            }
        }
        set
    }

    /// A seat.
    #[must_use]
    pub fn get(&self, no: SeatNo) -> Option<&Seat> {
        self.seats.get(no.index())
    }

    /// The seat with this label.
    #[must_use]
    pub fn find(&self, label: SeatLabel) -> Option<SeatNo> {
        let at = self
            .by_label
            .binary_search_by(|(known, _)| known.cmp(&label))
            .ok()?;
        self.by_label.get(at).map(|(_, no)| *no)
    }

    /// All seats, row by row from the screen, left to right.
    pub fn seats(&self) -> impl ExactSizeIterator<Item = (SeatNo, &Seat)> {
        // A layout has at most `SEATS_MAX` seats, so no number is cut.
        self.seats
            .iter()
            .enumerate()
            .map(|(i, seat)| (SeatNo(u16::try_from(i).unwrap_or(u16::MAX)), seat))
    }

    /// The rows that have seats, from the screen.
    #[must_use]
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// How many columns the drawing has, aisles among them.
    #[must_use]
    pub fn columns(&self) -> u16 {
        self.columns
    }

    /// How many drawn rows there are, walkways among them.
    #[must_use]
    pub fn drawn_rows(&self) -> u16 {
        self.rows.last().map_or(0, |row| row.row + 1)
    }

    /// The seat drawn at this row and column.
    #[must_use]
    pub fn at(&self, row: u16, column: u16) -> Option<SeatNo> {
        let found = self
            .seats
            .binary_search_by_key(&(row, column), |seat| (seat.row, seat.column))
            .ok()?;
        u16::try_from(found).ok().map(SeatNo)
    }

    /// The seat directly to the left, without an aisle between.
    #[must_use]
    pub fn left_of(&self, no: SeatNo) -> Option<SeatNo> {
        let left = SeatNo(no.0.checked_sub(1)?);
        self.touch(left, no).then_some(left)
    }

    /// The seat directly to the right, without an aisle between.
    #[must_use]
    pub fn right_of(&self, no: SeatNo) -> Option<SeatNo> {
        let right = SeatNo(no.0.checked_add(1)?);
        self.touch(no, right).then_some(right)
    }

    /// Where offers start: what the header says, else two thirds back in the middle.
    #[must_use]
    pub fn sweet_spot(&self) -> SweetSpot {
        self.sweet
    }

    fn touch(&self, left: SeatNo, right: SeatNo) -> bool {
        match (self.get(left), self.get(right)) {
            (Some(a), Some(b)) => a.row == b.row && a.column + 1 == b.column,
            _ => false,
        }
    }
}

impl fmt::Debug for SeatLayout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "SeatLayout({:?}, {} seats, {})",
            self.name,
            self.len(),
            self.hash
        )
    }
}

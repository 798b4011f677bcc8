//! A layout back to text, in one canonical form: the text its hash is taken over.

use std::fmt::Write;

use super::{BlockReason, Place, Row, Seat, SeatLayout};

/// The canonical text.
pub(super) fn draw(layout: &SeatLayout) -> String {
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = writeln!(text, "name: {}", layout.name);
    for category in &layout.categories {
        let _ = writeln!(
            text,
            "category {}: {} \"{}\"",
            category.glyph, category.code, category.name
        );
    }
    if let Some(at) = &layout.sweet_at {
        let _ = writeln!(text, "sweet: {at}");
    }
    if layout.numbers_from_right {
        text.push_str("numbers: right\n");
    }
    text.push('\n');
    let head_width = layout
        .rows
        .iter()
        .map(|row| head(row).len())
        .max()
        .unwrap_or(0);
    let mut drawn = 0;
    for row in &layout.rows {
        for _ in drawn..row.row {
            text.push('\n');
        }
        drawn = row.row + 1;
        let cells = cells(layout, row);
        let _ = writeln!(text, "{:head_width$}  {}", head(row), cells.trim_end());
    }
    text
}

/// What stands before the places of a row: its letters, and its first number unless that is 1.
fn head(row: &Row) -> String {
    if row.first == 1 {
        row.name.clone()
    } else {
        format!("{}{}", row.name, row.first)
    }
}

fn cells(layout: &SeatLayout, row: &Row) -> String {
    let mut cells = vec![' '; usize::from(layout.columns)];
    let mut put = |column: u16, glyph: char| {
        if let Some(cell) = cells.get_mut(usize::from(column)) {
            *cell = glyph;
        }
    };
    for column in &row.missing {
        put(*column, '_');
    }
    let range = usize::from(row.seats.start)..usize::from(row.seats.end);
    for seat in layout.seats.get(range).unwrap_or_default() {
        put(seat.column, glyph(layout, seat));
    }
    cells.into_iter().collect()
}

fn glyph(layout: &SeatLayout, seat: &Seat) -> char {
    match (seat.blocked, seat.place) {
        (Some(BlockReason::Broken), _) => 'x',
        (Some(BlockReason::House | BlockReason::Companion), _) => '%',
        (None, Place::Wheelchair) => 'w',
        (None, Place::Companion) => 'c',
        (None, Place::Standard) => layout
            .categories
            .get(usize::from(seat.category.0))
            .map_or('?', |category| category.glyph),
    }
}

//! `houseful layout show`: a hall as it is drawn on seat maps, without anybody in it.

use std::{fmt::Write, path::Path};

use houseful_core::{
    layout::{BlockReason, LayoutHash, Place, Seat, SeatLayout},
    seat::SeatLabel,
};
use serde::Serialize;

use super::layout_of;
use crate::{
    context::Context,
    error::CliError,
    output::{Columns, Format, View, escaped, extra, usual},
};

/// One seat.
#[derive(Debug, Serialize)]
struct SeatRow {
    label: SeatLabel,
    category: String,
    place: Place,
    #[serde(skip_serializing_if = "Option::is_none")]
    blocked: Option<BlockReason>,
    row: u16,
    column: u16,
}

/// The whole hall.
#[derive(Debug, Serialize)]
struct Hall {
    name: String,
    hash: LayoutHash,
    rows: u16,
    columns: u16,
    seats: Vec<SeatRow>,
}

pub(super) static COLUMNS: Columns = Columns {
    id: "label",
    columns: &[
        usual("label", "Seat"),
        usual("category", "Category"),
        usual("place", "Place"),
        usual("blocked", "Blocked"),
        extra("row", "Row"),
        extra("column", "Column"),
    ],
};

pub(super) fn run(ctx: &mut Context, file: &Path) -> Result<(), CliError> {
    let layout = layout_of(file)?;
    let style = &ctx.style;
    if style.format == Format::Table && style.fields.is_none() && !style.ids_only {
        let text = drawn(&layout, &style.view);
        return ctx.text(&text);
    }
    let seats = layout.seats().map(|(_, seat)| SeatRow {
        label: seat.label,
        category: code(&layout, seat),
        place: seat.place,
        blocked: seat.blocked,
        row: seat.row,
        column: seat.column,
    });
    let hall = Hall {
        name: layout.name().to_owned(),
        hash: layout.hash(),
        rows: layout.drawn_rows(),
        columns: layout.columns(),
        seats: seats.collect(),
    };
    ctx.list(&COLUMNS, &hall, &hall.seats, "")
}

fn code(layout: &SeatLayout, seat: &Seat) -> String {
    let category = layout.categories().get(usize::from(seat.category.0));
    category.map(|c| c.code.clone()).unwrap_or_default()
}

fn drawn(layout: &SeatLayout, view: &View) -> String {
    let seat_at = |row, column| layout.at(row, column).and_then(|no| layout.get(no));
    let glyph = |row, column| match seat_at(row, column) {
        Some(seat) => glyph(layout, seat),
        None => ' ',
    };
    let mut text = format!(
        "{}\n{} seats in {} rows, {}\n\n",
        escaped(layout.name()),
        layout.len(),
        layout.rows().len(),
        layout.hash()
    );
    text += &grid(&[layout], view, glyph);
    text.push('\n');
    text += &legend(layout);
    text
}

/// The drawing, block by block where a line has no room for all of it: with the rows and columns of
/// all these layouts, and the rows' letters as the first has them.
pub(super) fn grid(
    layouts: &[&SeatLayout],
    view: &View,
    glyph: impl Fn(u16, u16) -> char,
) -> String {
    let columns = layouts.iter().map(|l| l.columns()).max().unwrap_or(0);
    let rows = layouts.iter().map(|l| l.drawn_rows()).max().unwrap_or(0);
    let room = view.width.map_or(usize::MAX, |w| usize::from(w).max(20));
    let step = if usize::from(columns) * 2 + 10 <= room {
        2
    } else {
        1
    };
    let parts = parts(layouts, columns, room.saturating_sub(10) / step);
    let mut text = String::new();
    for (at, &(from, to)) in parts.iter().enumerate() {
        let width = usize::from(to - from) * step;
        let title = match parts.len() {
            1 => " SCREEN ".to_owned(),
            count => format!(" SCREEN {} of {count} ", at + 1),
        };
        // Writing to a String cannot fail.
        let _ = writeln!(text, "     {title:=^width$}");
        for row in 0..rows {
            let mut drawn = layouts.iter().flat_map(|layout| layout.rows());
            let name = drawn.find(|r| r.row == row);
            let name = name.map_or("", |r| r.name.as_str());
            let mut cells = String::new();
            for column in from..to {
                let _ = write!(cells, "{:<step$}", glyph(row, column));
            }
            let line = format!("{name:>3}  {cells} {name}");
            let _ = writeln!(text, "{}", line.trim_end());
        }
        if at + 1 < parts.len() {
            text.push('\n');
        }
    }
    text
}

/// Ranges of columns that have room beside each other: cut at aisles, or in the middle of a block
/// that is too wide by itself.
fn parts(layouts: &[&SeatLayout], columns: u16, most: usize) -> Vec<(u16, u16)> {
    let most = u16::try_from(most.max(1)).unwrap_or(u16::MAX);
    let taken = |layout: &SeatLayout, column| layout.seats().any(|(_, s)| s.column == column);
    let is_aisle = |column: u16| !layouts.iter().any(|layout| taken(layout, column));
    let mut parts = Vec::new();
    let mut from = 0;
    while from < columns {
        let end = columns.min(from.saturating_add(most));
        let to = if end == columns {
            end
        } else {
            let cut = (from + 1..=end).rev().find(|column| is_aisle(*column));
            cut.unwrap_or(end)
        };
        parts.push((from, to));
        from = to;
    }
    parts
}

/// The letter of a seat, as in the text that drew it.
pub(super) fn glyph(layout: &SeatLayout, seat: &Seat) -> char {
    match (seat.blocked, seat.place) {
        (Some(BlockReason::Broken), _) => 'x',
        (Some(BlockReason::House | BlockReason::Companion), _) => '%',
        (None, Place::Wheelchair) => 'w',
        (None, Place::Companion) => 'c',
        (None, Place::Standard) => {
            let category = layout.categories().get(usize::from(seat.category.0));
            category.map_or('?', |c| c.glyph)
        }
    }
}

fn legend(layout: &SeatLayout) -> String {
    let mut text = String::new();
    let mut line = |glyph: char, name: &str, is: &dyn Fn(&Seat) -> bool| {
        let count = layout.seats().filter(|(_, seat)| is(seat)).count();
        if count > 0 {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "  {glyph} {:<24} {count:>5}", escaped(name));
        }
    };
    for category in layout.categories() {
        let is = |seat: &Seat| code(layout, seat) == category.code;
        line(category.glyph, &category.name, &is);
    }
    line('w', "wheelchair", &|s| s.place == Place::Wheelchair);
    line('c', "companion", &|s| s.place == Place::Companion);
    line('%', "house", &|s| s.blocked == Some(BlockReason::House));
    line('x', "broken", &|s| s.blocked == Some(BlockReason::Broken));
    text
}

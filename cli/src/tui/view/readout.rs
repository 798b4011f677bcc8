//! The line under the grid: the field for seat names, or what the seat under the cursor is, in
//! words. It is what a screen reader or a braille line has of the grid.

use houseful_core::{price::Channel, seat::SeatNo};

use super::sheet::{Part, Sheet, columns_of};
use crate::tui::{
    hall::{Blocks, SeatLook},
    model::Model,
    seats::{Arrangement, Picture, Seats, Zoom},
    wording,
};

/// Draws the line; gives the place of the cursor while names are typed. A message takes the
/// line's place.
pub(super) fn draw(
    model: &Model,
    seats: &Seats,
    picture: Option<&Picture<'_>>,
    sheet: &mut Sheet<'_>,
    body: Part,
) -> Option<(u16, u16)> {
    let theme = sheet.theme();
    let y = body.height;
    if model.desk.notice.is_some() {
        return None;
    }
    if let Some(goto) = &seats.goto {
        sheet.put(1, y, wording::GO_TO, theme.key());
        let left = 2 + columns_of(wording::GO_TO);
        let x = sheet.field(left, y, body.width.saturating_sub(left + 1), goto);
        return Some((x, y));
    }
    let room = body.width.saturating_sub(2);
    let size = (sheet.width(), sheet.height());
    if let Some(saying) = &seats.saying {
        sheet.put(1, y, wording::CODE, theme.key());
        let left = 2 + columns_of(wording::CODE);
        let x = sheet.field(left, y, body.width.saturating_sub(left + 1), saying);
        return Some((x, y));
    }
    let text = picture.and_then(|picture| {
        let arranged = seats.arrangement(picture.hall, size);
        readout(model, seats, picture, (&arranged, room))
    });
    sheet.clip(1, y, room, &text.unwrap_or_default(), theme.text());
    None
}

/// The seat under the cursor: its name, kind, price, state, what picking it would make, and what
/// is free in its row.
fn readout(
    model: &Model,
    seats: &Seats,
    picture: &Picture<'_>,
    (arranged, room): (&Arrangement, u16),
) -> Option<String> {
    if seats.range.is_some() {
        return range(seats, picture);
    }
    if arranged.zoom == Zoom::Blocks {
        return Some(block(seats, picture, arranged));
    }
    let seat = picture.hall.seat(seats.cursor)?;
    let look = picture.look(seats.cursor);
    let categories = &picture.hall.layout.categories;
    let category = categories
        .iter()
        .find(|c| c.code == seat.category)
        .map_or(seat.category.as_str(), |c| c.name.as_str());
    let price = seats
        .price_of(&seat.category)
        .map(|p| format!(" {}", p.plain()))
        .unwrap_or_default();
    let what = format!(
        "{} {}{price} - {}.",
        seat.label,
        category.to_lowercase(),
        wording::seat_is(look, seat.place)
    );
    let row = wording::row_free(seat.label.row(), &picture.free_runs(seat.row));
    let (full, short) = outcome(model, seats, picture, look);
    let line = |middle: &str| {
        let parts = [what.as_str(), middle, row.as_str()];
        let parts: Vec<&str> = parts.into_iter().filter(|p| !p.is_empty()).collect();
        parts.join(" ")
    };
    let whole = line(&full);
    Some(if columns_of(&whole) <= room {
        whole
    } else {
        line(&short)
    })
}

/// What picking or dropping the seat would come to, in full and in short.
fn outcome(
    model: &Model,
    seats: &Seats,
    picture: &Picture<'_>,
    look: SeatLook,
) -> (String, String) {
    let Some(outcome) = picture.outcome(seats.cursor) else {
        return (String::new(), String::new());
    };
    let info = model.desk.info.as_ref();
    let at_counter = info.is_some_and(|i| i.channel == Some(Channel::Counter));
    let (all, alone) = (&outcome.seats, &outcome.alone);
    let is_mine = look == SeatLook::Mine;
    let full = if is_mine {
        wording::dropping(all, alone, at_counter)
    } else {
        wording::picking(all, alone, at_counter)
    };
    (full, wording::leaves_alone(alone, is_mine))
}

/// The block under the cursor.
fn block(seats: &Seats, picture: &Picture<'_>, arranged: &Arrangement) -> String {
    let hall = picture.hall;
    let blocks = Blocks::of(hall, usize::from(arranged.lines()));
    let (across, down) = blocks.at(hall, seats.cursor);
    let inside: Vec<SeatNo> = blocks.seats(hall, across, down).collect();
    let free = inside
        .iter()
        .filter(|no| matches!(picture.look(**no), SeatLook::Free(_)));
    let labels = |no: Option<&SeatNo>| Some(hall.seat(*no?)?.label);
    let ends = labels(inside.first()).zip(labels(inside.last()));
    ends.map_or_else(String::new, |(first, last)| {
        wording::block(first, last, free.count(), inside.len())
    })
}

fn range(seats: &Seats, picture: &Picture<'_>) -> Option<String> {
    let label = |no| picture.hall.seat(no).map(|s| s.label);
    let (from, to) = (label(seats.range?)?, label(seats.cursor)?);
    let open = seats.range_labels(&picture.looks).len();
    Some(wording::range(from, to, open, seats.in_range().len()))
}

//! The seat grid with the booking beside or under it.

use super::{
    booking_panel,
    grid::{self, Drawn, Scene, Shown},
    header_of_show, hold_time, readout,
    sheet::{Part, Sheet},
};
use crate::tui::{
    model::Model,
    seats::{Picture, Seats, Zoom},
    wording,
};

/// Where the grid begins: header, counts.
const TOP: u16 = 2;
/// Columns of the booking beside the grid, at most.
const PANEL_MAX: u16 = 44;
/// Rows of the map of the hall beside the grid, at least, with its heading.
const MAP_ROWS: u16 = 3;
/// A dialog is this wide at least when it is drawn over the booking: in a wide window its sentences
/// may take more lines.
const DIALOG_MIN: u16 = 34;
/// The same in a window of 80 columns.
const DIALOG_MIN_NARROW: u16 = 44;

pub(super) fn draw(
    model: &Model,
    seats: &Seats,
    sheet: &mut Sheet<'_>,
    body: Part,
) -> Option<(u16, u16)> {
    let theme = sheet.theme();
    header_of_show(model, sheet, &seats.show, "", body.width >= 100);
    let picture = seats.picture(&model.desk);
    let counts = counts(model, seats, picture.as_ref());
    sheet.put(1, 1, &counts, theme.text());
    hold_time(model, sheet, 1);
    let Some(picture) = &picture else {
        sheet.put(1, 3, wording::LOADING, theme.text());
        return readout::draw(model, seats, None, sheet, body);
    };
    let scene = Scene {
        desk: &model.desk,
        seats,
        picture,
        arranged: seats.arrangement(picture.hall, (sheet.width(), sheet.height())),
        is_steered: true,
    };
    let arranged = scene.arranged;
    let at = sheet.part(0, TOP, arranged.columns, arranged.rows);
    let drawn = grid::draw(&scene, sheet, at);
    let panel = panel(&scene, sheet, body);
    if let (Some(shown), false) = (drawn.shown, arranged.beside) {
        draw_map_around(&scene, sheet, at, (drawn.right, shown));
    }
    if arranged.beside {
        draw_beside(&scene, &drawn, sheet, panel);
    } else {
        booking_panel::draw_under(&scene, sheet, panel);
    }
    readout::draw(model, seats, Some(picture), sheet, body).or(drawn.cursor)
}

/// Where the booking is under the grid, the map of the hall is right of the seats; where they leave
/// no room for one, a line tells how far down the hall they are.
fn draw_map_around(
    scene: &Scene<'_>,
    sheet: &mut Sheet<'_>,
    at: Part,
    (right, shown): (u16, Shown),
) {
    let left = right + 1;
    let room = sheet.part(
        left,
        at.y + 2,
        at.width.saturating_sub(left + 1),
        at.height - 2,
    );
    if grid::draw_map(scene, sheet, room, shown) > 0 {
        return;
    }
    // At one column a seat the cursor's own character is left of the rows.
    let x = if left < at.width { at.width - 1 } else { at.x };
    if left < at.width || scene.arranged.zoom != Zoom::One {
        let lines = sheet.part(x, at.y + 2, 1, at.height.saturating_sub(2));
        grid::draw_strip(scene, sheet, lines, shown);
    }
}

/// Booking, prices and characters; what room is left has the map and what other people did.
fn draw_beside(scene: &Scene<'_>, drawn: &Drawn, sheet: &mut Sheet<'_>, panel: Part) {
    let mut left = panel;
    let mut take = |lines: u16| {
        let lines = if lines == 0 { 0 } else { lines + 1 };
        let lines = lines.min(left.height);
        left.y += lines;
        left.height -= lines;
        left
    };
    // Of a hall that is on the screen in part there is always a map.
    let least = if drawn.shown.is_some() { MAP_ROWS } else { 0 };
    let height = panel.height.saturating_sub(least);
    let above = Part { height, ..panel };
    let rest = take(booking_panel::draw_beside(scene, sheet, above));
    let rest = match drawn.shown {
        Some(shown) => take(grid::draw_map(scene, sheet, rest, shown)),
        None => rest,
    };
    let rest = if panel.width >= booking_panel::WIDE {
        take(booking_panel::draw_offers(scene, sheet, rest))
    } else {
        rest
    };
    booking_panel::draw_others(scene, sheet, rest);
}

/// Where the booking is.
fn panel(scene: &Scene<'_>, sheet: &Sheet<'_>, body: Part) -> Part {
    let Scene { arranged, .. } = scene;
    let bottom = body.height;
    if !arranged.beside {
        let y = TOP + arranged.rows;
        return sheet.part(0, y, body.width, bottom.saturating_sub(y));
    }
    let gap = if body.width.saturating_sub(arranged.columns) >= PANEL_MAX - 4 {
        4
    } else {
        1
    };
    let x = arranged.columns + gap;
    let width = body.width.saturating_sub(x).min(PANEL_MAX);
    sheet.part(x, TOP, width, bottom.saturating_sub(TOP))
}

/// Where a dialog about seats leaves the grid in view: over the booking if that is wide enough,
/// else over the larger part of the screen that the cursor's row is not in.
pub(super) fn beside_seats(
    model: &Model,
    seats: &Seats,
    sheet: &Sheet<'_>,
    cursor: Option<(u16, u16)>,
) -> Part {
    let body = sheet.part(0, 0, sheet.width(), sheet.height().saturating_sub(2));
    let picture = seats.picture(&model.desk);
    if let Some(picture) = &picture {
        let scene = Scene {
            desk: &model.desk,
            seats,
            picture,
            arranged: seats.arrangement(picture.hall, (sheet.width(), sheet.height())),
            is_steered: true,
        };
        let panel = panel(&scene, sheet, body);
        let least = if body.width < 100 {
            DIALOG_MIN_NARROW
        } else {
            DIALOG_MIN
        };
        if scene.arranged.beside && panel.width >= least {
            return panel;
        }
    }
    let Some((_, y)) = cursor else { return body };
    let (above, below) = (y.saturating_sub(TOP), body.height.saturating_sub(y + 1));
    if above > below {
        sheet.part(0, TOP, body.width, above)
    } else {
        sheet.part(0, y + 1, body.width, below)
    }
}

/// How many are free, for how many is asked, where, and what is going on.
fn counts(model: &Model, seats: &Seats, picture: Option<&Picture<'_>>) -> String {
    let mut parts = Vec::new();
    if let Some(picture) = picture {
        parts.push(wording::free_of(picture.free, picture.board.len()));
        let mine = seats.booking.as_ref().map_or(0, |b| b.lines.len());
        let others = picture.held.saturating_sub(mine);
        if others > 0 {
            parts.push(wording::held_by_others(others));
        }
        parts.extend(wording::status_word(picture.board.status).map(str::to_owned));
    }
    parts.push(wording::party(seats.party, seats.zone));
    if seats.accessible {
        parts.push(wording::WITH_WHEELCHAIR.to_owned());
    }
    if let Some(asking) = &seats.asking {
        parts.push(wording::asking(asking, model.desk.now));
    }
    parts.join("  ")
}

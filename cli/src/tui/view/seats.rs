//! The seat grid with the booking beside or under it.

use super::{
    booking_panel, grid, header, hold_time,
    sheet::{Part, Sheet},
    show_title,
};
use crate::tui::{model::Model, seats::Seats, wording};

/// Columns of the booking at the side.
const PANEL_COLUMNS: u16 = 24;
/// Rows of the booking under the grid.
const PANEL_ROWS: u16 = 2;
/// Where the grid begins: header, counts.
const TOP: u16 = 2;

pub(super) fn draw(
    model: &Model,
    seats: &Seats,
    sheet: &mut Sheet<'_>,
    body: Part,
) -> Option<(u16, u16)> {
    let theme = sheet.theme();
    header(model, sheet, &show_title(&seats.show, body.width >= 100));
    sheet.put(1, 1, &counts(model, seats), theme.text());
    hold_time(model, sheet, 1);
    let (Some(hall), Some(_)) = (&seats.hall, &seats.board) else {
        sheet.put(1, 3, wording::LOADING, theme.text());
        return draw_bottom_line(model, seats, sheet, body);
    };
    let needed = grid::width(hall);
    let height = body.height.saturating_sub(TOP);
    let beside = needed + PANEL_COLUMNS <= body.width || body.width >= 110;
    let cursor = if beside {
        let width = needed.min(body.width - PANEL_COLUMNS);
        let at = Part {
            x: 0,
            y: TOP,
            width,
            height,
        };
        let cursor = grid::draw(model, seats, hall, sheet, at);
        let x = width + if body.width >= 100 { 4 } else { 1 };
        let x = x.min(body.width - PANEL_COLUMNS + 1);
        let wide = (body.width - x).min(44);
        let panel = sheet.part(x, TOP, wide, height);
        booking_panel::draw_beside(model, seats, sheet, panel);
        cursor
    } else {
        let at = Part {
            x: 0,
            y: TOP,
            width: body.width,
            height: height.saturating_sub(PANEL_ROWS),
        };
        let cursor = grid::draw(model, seats, hall, sheet, at);
        let panel = sheet.part(0, body.height - PANEL_ROWS, body.width, PANEL_ROWS);
        booking_panel::draw_under(seats, sheet, panel);
        cursor
    };
    draw_bottom_line(model, seats, sheet, body).or(cursor)
}

/// How many are free, for how many is asked, where, and what is going on.
fn counts(model: &Model, seats: &Seats) -> String {
    let mut parts = Vec::new();
    if let Some(board) = &seats.board {
        let (free, held) = board.count(model.desk.server_now());
        parts.push(wording::free_of(free, board.len()));
        let mine = seats.booking.as_ref().map_or(0, |b| b.lines.len());
        let others = held.saturating_sub(mine);
        if others > 0 {
            parts.push(wording::held_by_others(others));
        }
        parts.extend(wording::status_word(board.status).map(str::to_owned));
    }
    parts.push(wording::party(seats.party, seats.zone));
    if let Some(asking) = &seats.asking {
        parts.push(wording::asking(asking, model.desk.now));
    }
    parts.join("  ")
}

/// The field for seat names, or what the seat under the cursor is. A message takes its place.
fn draw_bottom_line(
    model: &Model,
    seats: &Seats,
    sheet: &mut Sheet<'_>,
    body: Part,
) -> Option<(u16, u16)> {
    let theme = sheet.theme();
    let y = body.height;
    if let Some(goto) = &seats.goto {
        if model.desk.notice.is_some() {
            return None;
        }
        sheet.put(1, y, wording::GO_TO, theme.key());
        sheet.put(14, y, goto.value(), theme.text());
        let at = u16::try_from(goto.visual_cursor()).unwrap_or(0);
        return Some(((14 + at).min(body.width.saturating_sub(1)), y));
    }
    if model.desk.notice.is_none() {
        let text = readout(model, seats).unwrap_or_default();
        sheet.put(1, y, &text, theme.text());
    }
    None
}

/// The seat under the cursor in words: its name, kind, price, state, and what is free in its row.
pub(super) fn readout(model: &Model, seats: &Seats) -> Option<String> {
    let hall = seats.hall.as_ref()?;
    let looks = seats.looks(&model.desk);
    let seat = hall.seat(seats.cursor)?;
    let look = *looks.get(seats.cursor.index())?;
    let category = hall
        .layout
        .categories
        .iter()
        .find(|c| c.code == seat.category)
        .map_or(seat.category.as_str(), |c| c.name.as_str());
    let price = seats
        .price_of(&seat.category)
        .map(|p| format!(" {}", p.plain()))
        .unwrap_or_default();
    let runs = grid::free_runs(hall, &looks, seat.row);
    Some(format!(
        "{} {}{price} - {}. Row {} free: {}.",
        seat.label,
        category.to_lowercase(),
        wording::look(look),
        seat.label.row(),
        if runs.is_empty() { "none" } else { &runs }
    ))
}

//! A small map of the whole hall: which part of it is on the screen, and where our own seats are.

use super::{Scene, Shown};
use crate::tui::{
    hall::SeatLook,
    view::sheet::{Part, Sheet, columns_of},
    wording,
};

/// Lines of the map at most, without its heading.
const ROWS_MAX: u16 = 9;
/// Fewer lines say nothing.
const ROWS_MIN: u16 = 2;

/// Draws the rows of the hall as a line from the screen down, as many of them to a character as it
/// takes: those that are on the screen, and our own.
pub(in crate::tui::view) fn draw_strip(
    scene: &Scene<'_>,
    sheet: &mut Sheet<'_>,
    part: Part,
    shown: Shown,
) {
    let hall = scene.picture.hall;
    let rows: Vec<u16> = hall.seat_rows().collect();
    let down = rows.len().div_ceil(usize::from(part.height.max(1))).max(1);
    let theme = sheet.theme();
    for (y, rows) in (part.y..).zip(rows.chunks(down)) {
        let seats = rows.iter().flat_map(|row| hall.row(*row));
        let mut looks = seats.map(|no| scene.picture.look(*no));
        let inside = rows
            .iter()
            .any(|row| (shown.rows.0..=shown.rows.1).contains(row));
        let (character, style) = if looks.any(|look| look == SeatLook::Mine) {
            ('#', theme.mine())
        } else if inside {
            ('+', theme.text())
        } else {
            ('-', theme.faint())
        };
        sheet.dot(part.x, y, character, style);
    }
}

/// Draws the map if there is room; gives the lines it took.
pub(in crate::tui::view) fn draw(
    scene: &Scene<'_>,
    sheet: &mut Sheet<'_>,
    part: Part,
    shown: Shown,
) -> u16 {
    let hall = scene.picture.hall;
    let rows: Vec<u16> = hall.seat_rows().collect();
    let room = part.height.saturating_sub(1).min(ROWS_MAX);
    let columns = part.width.saturating_sub(1);
    if room < ROWS_MIN || columns < 8 {
        return 0;
    }
    let theme = sheet.theme();
    let across = hall.layout.columns.div_ceil(columns).max(1);
    let down = rows.len().div_ceil(usize::from(room)).max(1);
    let lines = u16::try_from(rows.len().div_ceil(down)).unwrap_or(room);
    let width = hall.layout.columns.div_ceil(across);
    let mut cells = vec![' '; usize::from(lines) * usize::from(width)];
    for (no, seat) in hall.seats() {
        let row = rows.partition_point(|row| *row < seat.row) / down;
        let at = row * usize::from(width) + usize::from(seat.column / across);
        let Some(cell) = cells.get_mut(at) else {
            continue;
        };
        let inside = (shown.columns.0..shown.columns.1).contains(&seat.column)
            && (shown.rows.0..=shown.rows.1).contains(&seat.row);
        *cell = match (*cell, scene.picture.look(no)) {
            ('#', _) | (_, SeatLook::Mine) => '#',
            ('+', _) => '+',
            _ if inside => '+',
            _ => '-',
        };
    }
    let heading = if columns_of(wording::MAP) <= part.width {
        wording::MAP
    } else {
        wording::MAP_SHORT
    };
    sheet.clip(part.x, part.y, part.width, heading, theme.strong());
    for (y, line) in (part.y + 1..).zip(cells.chunks(usize::from(width.max(1)))) {
        for (x, c) in (part.x..).zip(line) {
            let style = match c {
                '#' => theme.mine(),
                '+' => theme.text(),
                _ => theme.faint(),
            };
            sheet.dot(x, y, *c, style);
        }
    }
    lines + 1
}

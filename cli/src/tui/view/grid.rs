//! The grid itself. ASCII only, readable without any style: letters can be bought, punctuation
//! can't, and the cursor is a character too.

mod blocks;
mod cell;
mod map;

use super::sheet::{Part, Sheet, columns_of};
use crate::tui::{
    desk::Desk,
    hall::Hall,
    msg::Hit,
    seats::{ABOVE_SEATS, Arrangement, Picture, Ruler, Seats, Zoom},
    wording,
};
use cell::Cell;

/// Rows of so many seats show all their numbers, even where those change with the row.
const SHORT_ROW: usize = 12;

/// What a grid is drawn from.
#[derive(Clone, Copy)]
pub(super) struct Scene<'a> {
    pub(super) desk: &'a Desk,
    pub(super) seats: &'a Seats,
    pub(super) picture: &'a Picture<'a>,
    pub(super) arranged: Arrangement,
    /// Whether somebody moves a cursor over it.
    pub(super) is_steered: bool,
}

/// What was drawn: the place of the cursor, and which part of the hall it was.
pub(super) struct Drawn {
    pub(super) cursor: Option<(u16, u16)>,
    /// The part of the hall that is on the screen; `None` when it is all of it.
    pub(super) shown: Option<Shown>,
    /// The first column right of it.
    pub(super) right: u16,
}

/// A part of the hall.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shown {
    /// Drawn columns, from the first to the one after the last.
    pub(super) columns: (u16, u16),
    /// Drawn rows, from the first to the last.
    pub(super) rows: (u16, u16),
}

pub(super) use map::{draw as draw_map, draw_strip};

/// Draws as much of the hall as fits, always with the cursor.
pub(super) fn draw(scene: &Scene<'_>, sheet: &mut Sheet<'_>, part: Part) -> Drawn {
    if scene.arranged.zoom == Zoom::Blocks {
        return blocks::draw(scene, sheet, part);
    }
    let hall = scene.picture.hall;
    let ruler = Ruler::new(hall, scene.arranged.zoom);
    let focus_row = hall.seat(scene.seats.cursor).map_or(0, |s| s.row);
    let section = scene.seats.section(hall, &scene.arranged);
    let window = Window {
        part,
        first: section.columns.0,
        end: section.columns.1,
        rows: section.rows,
        ruler,
    };
    draw_bar(hall, sheet, &window);
    draw_numbers(scene, sheet, &window, focus_row);
    let mut cursor = None;
    for (y, row) in (part.y + ABOVE_SEATS..).zip(&window.rows) {
        draw_name(scene, sheet, &window, (y, *row), *row == focus_row);
        cursor = draw_row(scene, sheet, &window, (y, *row)).or(cursor);
    }
    Drawn {
        cursor,
        shown: window.shown(hall),
        right: window.right() + hall.row_name_columns() + 2,
    }
}

/// The part of the hall that is drawn, and where.
struct Window {
    part: Part,
    first: u16,
    end: u16,
    rows: Vec<u16>,
    ruler: Ruler,
}

impl Window {
    /// Where a drawn column begins, if it is on the screen.
    fn x(&self, column: u16) -> Option<u16> {
        let inside = (self.first..self.end).contains(&column);
        let at = self.ruler.start(column) - self.ruler.start(self.first.min(column));
        inside.then_some(self.part.x + self.ruler.left + at)
    }

    /// Columns that the seats take.
    fn seats_width(&self) -> u16 {
        self.ruler.start(self.end) - self.ruler.start(self.first)
    }

    /// The first column right of the seats.
    fn right(&self) -> u16 {
        self.part.x + self.ruler.left + self.seats_width()
    }

    fn shown(&self, hall: &Hall) -> Option<Shown> {
        let rows = self.rows.first().copied().zip(self.rows.last().copied());
        let rows = rows.unwrap_or((0, 0));
        let seat_rows = || hall.seat_rows().filter(|r| (rows.0..=rows.1).contains(r));
        let whole = self.first == 0
            && self.end >= hall.layout.columns
            && seat_rows().count() == hall.seat_rows().len();
        (!whole).then_some(Shown {
            columns: (self.first, self.end),
            rows,
        })
    }
}

fn draw_row(
    scene: &Scene<'_>,
    sheet: &mut Sheet<'_>,
    window: &Window,
    (y, row): (u16, u16),
) -> Option<(u16, u16)> {
    let Scene { picture, seats, .. } = scene;
    let hall = picture.hall;
    let plain = hall.layout.categories.first().map(|c| c.glyph);
    let in_range = seats.in_range();
    let mut cursor = None;
    for no in hall.row(row) {
        let Some(seat) = hall.seat(*no) else { continue };
        let Some(x) = window.x(seat.column) else {
            continue;
        };
        let cell = Cell {
            look: picture.look(*no),
            number: seat.label.number(),
            is_plain: plain == Some(hall.letter(*no)),
            is_cursor: scene.is_steered && *no == seats.cursor,
            is_in_range: in_range.contains(no),
            is_fresh: seats.others.is_fresh(*no, scene.desk.now),
        };
        let at = cell.draw(sheet, (x, y), scene.arranged.zoom, window.ruler.seat);
        sheet.hit(x, y, window.ruler.seat, Hit::Seat(*no));
        if cell.is_cursor {
            cursor = Some((at, y));
        }
    }
    cursor
}

/// The letters of a row on both sides. At one column a seat there is no room for a cursor between
/// the seats, so the row has it.
fn draw_name(
    scene: &Scene<'_>,
    sheet: &mut Sheet<'_>,
    window: &Window,
    (y, row): (u16, u16),
    is_focus: bool,
) {
    let theme = sheet.theme();
    let name = scene.picture.hall.row_name(row);
    let room = scene.picture.hall.row_name_columns();
    let style = if is_focus {
        theme.strong()
    } else {
        theme.faint()
    };
    let (left, right) = (window.part.x, window.right());
    sheet.clip(left + 1, y, room, name, style);
    sheet.clip(right + 1, y, room, name, style);
    if is_focus && scene.arranged.zoom == Zoom::One {
        sheet.dot(left, y, '>', theme.strong());
        sheet.dot(right + 1 + room, y, '<', theme.strong());
    }
}

fn draw_bar(hall: &Hall, sheet: &mut Sheet<'_>, window: &Window) {
    let theme = sheet.theme();
    let Part { x: left, y, .. } = window.part;
    let width = window.seats_width().max(columns_of(wording::SCREEN_BAR));
    let bar = "=".repeat(usize::from(width));
    let x = left + window.ruler.left;
    sheet.clip(x, y, width, &bar, theme.faint());
    sheet.centre(x, y, width, wording::SCREEN_BAR, theme.text());
    // Arrows say on which sides there is more of the hall.
    if window.first > 0 {
        sheet.put(left, y, "<<", theme.strong());
    }
    if window.end < hall.layout.columns {
        sheet.clip(window.right() + 1, y, 2, ">>", theme.strong());
    }
    let (Some(top), Some(bottom)) = (window.rows.first(), window.rows.last()) else {
        return;
    };
    if hall.seat_rows().any(|row| row < *top) {
        sheet.put(left, y + 1, "^^", theme.strong());
    }
    if hall.seat_rows().any(|row| row > *bottom) {
        let lines = u16::try_from(window.rows.len()).unwrap_or(1);
        sheet.dot(left, y + ABOVE_SEATS + lines - 1, 'v', theme.strong());
    }
}

/// The numbers above the seats, those that fit without touching. Where every row is numbered alike
/// they stand still; else they are those of the row in focus, and few, because they change with it.
fn draw_numbers(scene: &Scene<'_>, sheet: &mut Sheet<'_>, window: &Window, focus_row: u16) {
    let hall = scene.picture.hall;
    let theme = sheet.theme();
    let y = window.part.y + 1;
    let zoom = scene.arranged.zoom;
    if zoom == Zoom::One {
        let focus = hall.seat(scene.seats.cursor);
        if let Some(x) = focus.and_then(|seat| window.x(seat.column)) {
            sheet.dot(x, y, '|', theme.strong());
        }
    }
    if zoom == Zoom::One || zoom == Zoom::Four {
        return;
    }
    let shown = |number: u16, all: bool| match number {
        _ if !all => number == 1 || number.is_multiple_of(5),
        ..10 => true,
        10..100 => zoom == Zoom::Three || number % 2 == 1,
        _ => number.is_multiple_of(5),
    };
    let in_row = hall.row(focus_row);
    if hall.column_numbers().is_none() {
        // Nobody would know whose they are where no row is in focus.
        if !scene.is_steered {
            return;
        }
        if let Some(seat) = in_row.first().and_then(|no| hall.seat(*no)) {
            let letters = window.ruler.left.saturating_sub(1);
            let x = window.part.x + 1;
            sheet.clip(x, y, letters, seat.label.row(), theme.faint());
        }
    }
    let mut put = |column: u16, number: u16| {
        if let Some(x) = window.x(column) {
            let text = number.to_string();
            // It ends over the seat's character.
            let start = (x + 2).saturating_sub(columns_of(&text));
            sheet.put(start, y, &text, theme.faint());
        }
    };
    if let Some(numbers) = hall.column_numbers() {
        for (column, number) in (0..).zip(numbers) {
            if let Some(number) = number.filter(|n| shown(*n, true)) {
                put(column, number);
            }
        }
        return;
    }
    let is_short = in_row.len() <= SHORT_ROW;
    let in_row = in_row.iter().filter_map(|no| hall.seat(*no));
    for seat in in_row.filter(|seat| shown(seat.label.number(), is_short)) {
        put(seat.column, seat.label.number());
    }
}

//! The grid itself: two columns a seat, the cursor's `>` in the first and the seat's character in
//! the second. ASCII only, readable without any style.

use houseful_core::seat::SeatNo;
use ratatui::style::Style;

use super::sheet::{Part, Sheet, columns_of, window};
use crate::tui::{
    hall::{Hall, SeatLook},
    model::Model,
    msg::Hit,
    seats::Seats,
    theme::Theme,
    wording,
};

/// Columns a seat takes.
const SEAT: u16 = 2;

/// Columns for the row's letters on each side, with one blank.
fn margin(hall: &Hall) -> u16 {
    let longest = hall.seats().map(|(_, s)| s.label.row().len()).max();
    u16::try_from(longest.unwrap_or(1)).unwrap_or(1) + 1
}

/// Columns the whole hall takes.
pub(super) fn width(hall: &Hall) -> u16 {
    hall.layout
        .columns
        .saturating_mul(SEAT)
        .saturating_add(2 * margin(hall))
}

/// Draws as much of the hall as fits, always with the cursor; gives the cursor's place.
pub(super) fn draw(
    model: &Model,
    seats: &Seats,
    hall: &Hall,
    sheet: &mut Sheet<'_>,
    part: Part,
) -> Option<(u16, u16)> {
    let looks = seats.looks(&model.desk);
    let focus = hall.seat(seats.cursor);
    let (focus_row, focus_column) = focus.map_or((0, 0), |s| (s.row, s.column));
    let margin = margin(hall);
    let columns = usize::from(part.width.saturating_sub(2 * margin) / SEAT);
    let rows = usize::from(part.height.saturating_sub(2));
    let view = Window {
        part,
        margin,
        left: first(focus_column, hall.layout.columns, columns),
        top: first(focus_row, hall.layout.rows, rows),
        columns: columns.min(usize::from(hall.layout.columns)) as u16,
        rows: rows.min(usize::from(hall.layout.rows)) as u16,
    };
    draw_screen_bar(hall, sheet, &view);
    draw_numbers(hall, sheet, &view, focus_row);
    let theme = sheet.theme();
    let mut cursor = None;
    for row in view.top..view.top.saturating_add(view.rows) {
        let y = view.y(row);
        let in_row = hall.row(row);
        if let Some(seat) = in_row.first().and_then(|no| hall.seat(*no)) {
            let letters = seat.label.row();
            let style = if row == focus_row {
                theme.strong()
            } else {
                theme.faint()
            };
            sheet.clip(part.x + 1, y, margin - 1, letters, style);
            sheet.clip(view.right() + 1, y, margin - 1, letters, style);
        }
        for no in in_row {
            let Some(seat) = hall.seat(*no) else { continue };
            let Some(x) = view.x(seat.column) else {
                continue;
            };
            let look = looks.get(no.index()).copied().unwrap_or(SeatLook::Broken);
            let mut style = seat_style(look, theme);
            if *no == seats.cursor {
                sheet.dot(x, y, '>', theme.strong());
                style = style.patch(theme.marked());
                cursor = Some((x + 1, y));
            }
            sheet.dot(x + 1, y, look.glyph(), style);
            sheet.hit(x, y, SEAT, Hit::Seat(*no));
        }
    }
    cursor
}

/// The part of the hall that is drawn.
struct Window {
    part: Part,
    margin: u16,
    left: u16,
    top: u16,
    columns: u16,
    rows: u16,
}

impl Window {
    fn x(&self, column: u16) -> Option<u16> {
        let at = column.checked_sub(self.left)?;
        (at < self.columns).then_some(self.part.x + self.margin + at * SEAT)
    }

    fn y(&self, row: u16) -> u16 {
        self.part.y + 2 + (row - self.top)
    }

    /// The first column right of the seats.
    fn right(&self) -> u16 {
        self.part.x + self.margin + self.columns * SEAT
    }
}

fn first(focus: u16, all: u16, room: usize) -> u16 {
    let at = window(usize::from(focus), usize::from(all), room);
    u16::try_from(at).unwrap_or(0)
}

fn draw_screen_bar(hall: &Hall, sheet: &mut Sheet<'_>, view: &Window) {
    let theme = sheet.theme();
    let width = (view.columns * SEAT).max(columns_of(wording::SCREEN_BAR));
    let bar = "=".repeat(usize::from(width));
    let (x, y) = (view.part.x + view.margin, view.part.y);
    sheet.clip(x, y, width, &bar, theme.faint());
    sheet.centre(x, y, width, wording::SCREEN_BAR, theme.text());
    // Arrows say on which sides there is more of the hall.
    if view.left > 0 {
        sheet.put(view.part.x, y, "<<", theme.strong());
    }
    if view.left + view.columns < hall.layout.columns {
        sheet.put(view.right() + 1, y, ">>", theme.strong());
    }
    if view.top > 0 {
        sheet.put(view.part.x, y + 1, "^^", theme.strong());
    }
    if view.top + view.rows < hall.layout.rows {
        let last = view.part.y + view.part.height.saturating_sub(1);
        sheet.put(
            view.part.x,
            last.min(view.y(view.top + view.rows - 1)),
            "v",
            theme.strong(),
        );
    }
}

/// The numbers of the focused row over its seats: all up to 9, then the odd ones, from 100 every
/// fifth, so that they never touch.
fn draw_numbers(hall: &Hall, sheet: &mut Sheet<'_>, view: &Window, focus_row: u16) {
    let theme = sheet.theme();
    for no in hall.row(focus_row) {
        let Some(seat) = hall.seat(*no) else { continue };
        let number = seat.label.number();
        let shown = match number {
            ..10 => true,
            10..100 => number % 2 == 1,
            _ => number % 5 == 0,
        };
        if let (true, Some(x)) = (shown, view.x(seat.column)) {
            let text = number.to_string();
            // It ends over the seat's character.
            let start = (x + SEAT).saturating_sub(columns_of(&text));
            sheet.put(start, view.part.y + 1, &text, theme.faint());
        }
    }
}

fn seat_style(look: SeatLook, theme: Theme) -> Style {
    match look {
        SeatLook::Free(_) => theme.text(),
        SeatLook::Mine => theme.mine(),
        SeatLook::Asking | SeatLook::Held => theme.waiting(),
        SeatLook::Booked | SeatLook::House | SeatLook::Broken => theme.faint(),
    }
}

/// The numbers of a row that can be bought, neighbours joined: `2-4 6-7 13-22`.
pub(super) fn free_runs(hall: &Hall, looks: &[SeatLook], row: u16) -> String {
    let free = |no: &&SeatNo| matches!(looks.get(no.index()), Some(SeatLook::Free(_)));
    let mut numbers: Vec<u16> = hall
        .row(row)
        .iter()
        .filter(free)
        .filter_map(|no| hall.seat(*no))
        .map(|seat| seat.label.number())
        .collect();
    numbers.sort_unstable();
    let runs = numbers
        .chunk_by(|a, b| a + 1 == *b)
        .map(|run| match (run.first(), run.last()) {
            (Some(a), Some(b)) if a != b => format!("{a}-{b}"),
            (Some(a), _) => a.to_string(),
            _ => String::new(),
        });
    runs.collect::<Vec<_>>().join(" ")
}

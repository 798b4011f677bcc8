//! Draws the model. Nothing here can change it.

mod booking_detail;
mod booking_panel;
mod bookings;
mod browse;
mod dialogs;
pub mod display;
mod footer;
mod grid;
mod home;
mod late;
mod live;
mod palette;
mod payment;
mod readout;
mod seats;
mod sheet;
mod show_columns;
mod small;
mod ticket;

use ratatui::{Frame, layout::Position};

use super::{
    local_time,
    model::{Model, View, WINDOW_MIN},
    overlay::Overlay,
    theme::Theme,
    wording,
};
pub use sheet::Hits;
use sheet::Sheet;

/// So much of a title is always shown.
const TITLE_MIN: u16 = 12;
/// Lines at the top of a view that say where we are and how long a hold has.
const HEAD_ROWS: u16 = 2;
/// Lines that the footer takes: a message or readout, two lines of keys.
const FOOTER_ROWS: u16 = 3;

/// Draws the whole screen.
///
/// Tells what was drawn where.
pub fn view(model: &Model, theme: Theme, frame: &mut Frame<'_>) -> Hits {
    let area = frame.area();
    let mut sheet = Sheet::new(frame.buffer_mut(), area, theme)
        .naming(&model.keymap)
        .in_zone(model.time_zone());
    let cursor = if area.width < WINDOW_MIN.0 || area.height < WINDOW_MIN.1 {
        small::draw(model, &mut sheet);
        None
    } else {
        let body = sheet.part(0, 0, area.width, area.height - FOOTER_ROWS);
        let cursor = draw_view(model, &mut sheet, body);
        let cursor = footer::draw(model, &mut sheet).or(cursor);
        let cursor = match model.desk.overlays.last() {
            Some(Overlay::Help(help)) => {
                // Over the readout, under which its own keys are.
                let height = body.height + 1 - HEAD_ROWS;
                let room = sheet.part(0, HEAD_ROWS, body.width, height);
                dialogs::draw_help(*help, &model.keymap, &mut sheet, room)
            }
            Some(overlay) => {
                let room = dialog_room(model, &sheet, overlay, cursor);
                dialogs::draw(overlay, &model.keymap, &mut sheet, room)
            }
            None => match &model.desk.palette {
                Some(palette) => palette::draw(model, palette, &mut sheet),
                None => cursor,
            },
        };
        // What has happened is told over whatever lies there.
        footer::draw_notice(model, &mut sheet);
        cursor
    };
    let hits = sheet.into_hits();
    if let Some((x, y)) = cursor {
        frame.set_cursor_position(Position::new(x, y));
    }
    hits
}

/// Where an overlay is drawn: what is about seats leaves them in view.
fn dialog_room(
    model: &Model,
    sheet: &Sheet<'_>,
    overlay: &Overlay,
    cursor: Option<(u16, u16)>,
) -> sheet::Part {
    match (overlay, model.above.last()) {
        (Overlay::LostRace { .. } | Overlay::Override { .. }, Some(View::Seats(seats))) => {
            seats::beside_seats(model, seats, sheet, cursor)
        }
        _ => sheet.part(0, 0, sheet.width(), sheet.height()),
    }
}

/// Draws the view on top into the rectangle above the footer; gives the place of the cursor.
fn draw_view(model: &Model, sheet: &mut Sheet<'_>, body: sheet::Part) -> Option<(u16, u16)> {
    match model.above.last() {
        None => home::draw(model, sheet, body),
        Some(View::Browse(browse)) => browse::draw(model, browse, sheet, body),
        Some(View::Seats(seats)) => seats::draw(model, seats, sheet, body),
        Some(View::Payment(payment)) => payment::draw(model, payment, sheet, body),
        Some(View::Ticket(ticket)) => ticket::draw(model, ticket, sheet, body),
        Some(View::Bookings(bookings)) => bookings::draw(model, bookings, sheet, body),
        Some(View::Live(live)) => live::draw(model, live, sheet, body),
        Some(View::Late(late)) => late::draw(model, late, sheet, body),
    }
}

/// The first line of every view: where we are on the left, who and when on the right.
fn header(model: &Model, sheet: &mut Sheet<'_>, title: &str) {
    let theme = sheet.theme();
    let left = 1 + sheet::columns_of(title);
    let right = header_right(model, sheet.width().saturating_sub(left));
    let room = sheet.width().saturating_sub(1 + sheet::columns_of(&right));
    sheet.clip(1, 0, room, title, theme.strong());
    sheet.right(0, &right, theme.text());
}

/// Who and when, on the right of the first line; without who where there is no room for it.
fn header_right(model: &Model, room: u16) -> String {
    // Whoever is nobody sells nothing; that is told before somebody has chosen seats.
    let account = model.desk.info.as_ref();
    let account = account.map(|i| i.account.as_deref().unwrap_or(wording::NOT_SIGNED_IN));
    let mode = model.desk.info.as_ref().map_or("", |i| mode_word(i.mode));
    let clock = model.wall_clock();
    let joined = |parts: &[&str]| {
        let parts = parts.iter().filter(|part| !part.is_empty());
        format!("  {} ", parts.copied().collect::<Vec<_>>().join("  "))
    };
    let whole = joined(&[mode, account.unwrap_or(""), &clock]);
    if sheet::columns_of(&whole) <= room {
        return whole;
    }
    joined(&[mode, &clock])
}

fn mode_word(mode: houseful_core::wire::admin::Mode) -> &'static str {
    match mode {
        houseful_core::wire::admin::Mode::Live => "",
        houseful_core::wire::admin::Mode::Training => wording::label::TRAINING,
        houseful_core::wire::admin::Mode::Demo => wording::label::DEMO,
    }
}

/// The countdown on the right of a line, bold in its last minute.
fn hold_time(model: &Model, sheet: &mut Sheet<'_>, y: u16) {
    let Some(booking) = model.counted() else {
        return;
    };
    let (now, theme) = (model.desk.server_now(), sheet.theme());
    let left = local_time::countdown(booking.hold_until.0, now);
    let last_minute = booking.hold_until.0.ms_since(now) <= 60_000;
    let (text, style) = if last_minute {
        (format!(" {} {left} ", wording::LAST_MINUTE), theme.alarm())
    } else {
        (format!(" {} {left} ", wording::HOLD), theme.strong())
    };
    sheet.right(y, &text, style);
}

/// A show on one line, with where it is: several cinemas may show the same film.
fn show_line(show: &houseful_core::wire::catalogue::Show) -> String {
    let price = wording::price_from(show.price_from);
    let free = wording::status_word(show.status);
    let free = free.map_or_else(|| wording::free(show.free), str::to_owned);
    format!(
        "{}, {}  {} {}  {free}  {price}",
        show.cinema_name,
        show.screen_name,
        local_time::day_name(&show.starts_local),
        local_time::time_of(&show.starts_local),
    )
}

/// The first line of a view of one show: a long title gives way, the time and the place do not.
fn header_of_show(
    model: &Model,
    sheet: &mut Sheet<'_>,
    show: &houseful_core::wire::catalogue::Show,
    lead: &str,
    is_wide: bool,
) {
    let when = format!(
        "{} {}",
        local_time::day_name(&show.starts_local),
        local_time::time_of(&show.starts_local)
    );
    let place = if is_wide {
        format!("{}, {}", show.cinema_name, show.screen_name)
    } else {
        show.screen_name.clone()
    };
    let lead_width = sheet::columns_of(lead);
    let least = sheet::columns_of(&show.title).min(TITLE_MIN);
    let short = sheet::columns_of(&format!("  {when}  {place}"));
    let left = 1 + lead_width + least + short;
    let right = header_right(model, sheet.width().saturating_sub(left));
    let around = 1 + lead_width + sheet::columns_of(&right);
    let room = sheet.width().saturating_sub(around);
    let whole = format!(" ({})  {when}  {place}", show.certificate);
    let short = format!("  {when}  {place}");
    // The certificate gives way before the title is unreadable.
    let rest = if sheet::columns_of(&whole) + least <= room {
        whole
    } else {
        short
    };
    let title = sheet::fit(
        &show.title,
        room.saturating_sub(sheet::columns_of(&rest)).max(least),
    );
    header(model, sheet, &format!("{lead}{title}{rest}"));
}

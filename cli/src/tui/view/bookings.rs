//! The list of bookings, with its search box.

use houseful_core::wire::{
    booking::{Booking, BookingState},
    catalogue::Show,
};
use ratatui::style::Style;

use super::{
    booking_detail, header,
    sheet::{Part, Sheet, columns_of, pad, window},
};
use crate::tui::{
    bookings::Bookings, desk::is_held, local_time, model::Model, theme::Theme, wording,
};

/// Where the list begins: header, search, state, headings.
const TOP: u16 = 4;
/// From this width on names stand in the list.
const WIDE: u16 = 100;
/// Below this width only what identifies a booking stands in the list: code, state, start, name.
const NARROW: u16 = 80;
/// With fewer columns for film and seats together, the seats stand in the readout alone.
const SHARED_MIN: u16 = 22;

pub(super) fn draw(
    model: &Model,
    view: &Bookings,
    sheet: &mut Sheet<'_>,
    body: Part,
) -> Option<(u16, u16)> {
    if let Some(detail) = &view.detail {
        let show = view.shows.get(&detail.booking.show);
        return booking_detail::draw(model, detail, show, sheet, body);
    }
    let theme = sheet.theme();
    header(
        model,
        sheet,
        &wording::view_title(wording::View::Bookings, None),
    );
    let typed_at = draw_search(view, sheet);
    sheet.put(1, 2, &state_line(view), theme.faint());
    if !view.away.is_empty() {
        sheet.put(1, 2, &wording::left_out(&view.away), theme.alarm());
    }
    let columns = Columns::new(view, body.width);
    sheet.put(1, 3, &columns.heading(), theme.faint());
    let mut cursor = None;
    let room = usize::from(body.height.saturating_sub(TOP));
    let first = window(view.cursor, view.found.len(), room);
    let lines = view.found.iter().enumerate().skip(first).take(room);
    for ((line, booking), y) in lines.zip(TOP..body.height) {
        let marked = line == view.cursor;
        let show = view.shows.get(&booking.show);
        let style = line_style(theme, booking, marked);
        let text = columns.line(model, booking, show);
        sheet.put(1, y, &text, style);
        if marked {
            sheet.put(0, y, ">", theme.strong());
            cursor = Some((0, y));
        }
    }
    draw_empty(model, view, sheet);
    if let (Some(booking), None) = (view.marked(), &model.desk.notice) {
        let text = readout(booking, view.shows.get(&booking.show), body.width);
        sheet.put(1, body.height, &text, theme.text());
    }
    if view.typing {
        cursor = Some((typed_at, 1));
    }
    cursor
}

/// The search box; gives the column of its cursor.
fn draw_search(view: &Bookings, sheet: &mut Sheet<'_>) -> u16 {
    let theme = sheet.theme();
    let x = columns_of(wording::FIND) + 1;
    if view.typing || !view.search.value().is_empty() {
        sheet.put(1, 1, wording::FIND, theme.key());
        let room = sheet.width().saturating_sub(x + 1);
        return sheet.field(x, 1, room, &view.search);
    } else {
        let title = wording::RECENT_BOOKINGS;
        sheet.put(1, 1, title, theme.text());
        let hint = sheet.said(&format!("{} ", wording::FIND_HINT));
        let used = 3 + columns_of(title);
        if used + columns_of(&hint) <= sheet.width() {
            sheet.right(1, &hint, theme.faint());
        }
    }
    x
}

fn state_line(view: &Bookings) -> String {
    if view.search.value().trim().is_empty() || !view.loaded {
        return String::new();
    }
    wording::found(view.found.len())
}

/// Why the list is empty, or old.
fn draw_empty(model: &Model, view: &Bookings, sheet: &mut Sheet<'_>) {
    let theme = sheet.theme();
    if let Some(why) = &view.refused {
        if view.found.is_empty() {
            sheet.put(1, TOP, wording::BOOKINGS_REFUSED, theme.text());
            sheet.put(1, TOP + 1, why, theme.alarm());
        } else {
            sheet.put(1, 2, why, theme.alarm());
        }
        return;
    }
    if !view.found.is_empty() {
        return;
    }
    let text = view.search.value().trim();
    let said = if model.desk.link.down.is_some() {
        wording::NO_SERVER.to_owned()
    } else if !view.loaded {
        wording::LOADING.to_owned()
    } else if text.is_empty() {
        wording::NO_BOOKINGS.to_owned()
    } else {
        sheet.put(1, TOP + 1, wording::FIND_HELP, theme.faint());
        wording::nothing_found(text)
    };
    sheet.put(1, TOP, &said, theme.text());
}

fn line_style(theme: Theme, booking: &Booking, marked: bool) -> Style {
    match booking.state {
        _ if marked => theme.strong(),
        BookingState::Held | BookingState::Secured => theme.waiting(),
        BookingState::Confirmed => theme.text(),
        BookingState::Cancelled | BookingState::Expired | BookingState::Released => theme.faint(),
    }
}

/// The seats a booking has, or had tickets for.
pub(super) fn seats_of(booking: &Booking) -> String {
    let held: Vec<_> = booking.lines.iter().map(|line| line.seat).collect();
    if held.is_empty() {
        let had: Vec<_> = booking.tickets.iter().map(|t| t.seat).collect();
        return wording::seat_list(&had);
    }
    wording::seat_list(&held)
}

/// The marked booking in full, whatever had to give way in its line.
fn readout(booking: &Booking, show: Option<&Show>, width: u16) -> String {
    if width < NARROW {
        let film = show.map_or(wording::SHOW_UNKNOWN, |show| &show.title);
        return format!("{}  {}  {film}", seats_of(booking), booking.total);
    }
    let film = show.map_or_else(String::new, |show| format!("  {}", show.title));
    let code = booking.code.map_or_else(String::new, |c| format!("{c}  "));
    let contact = wording::contact(booking);
    format!(
        "{code}{}{film}  {}  {contact}",
        wording::state_said(booking.state),
        seats_of(booking)
    )
}

/// The widths of the columns, each with a blank.
struct Columns {
    starts: u16,
    film: u16,
    seats: u16,
    total: u16,
    name: u16,
    zones_differ: bool,
    currencies_differ: bool,
}

/// The code.
const CODE: u16 = 13;
/// The state, with the time left of a hold.
const STATE: u16 = 11;

impl Columns {
    fn new(view: &Bookings, width: u16) -> Self {
        let shows = || view.found.iter().filter_map(|b| view.shows.get(&b.show));
        let zones_differ = differ(shows().map(|show| &show.time_zone));
        let currencies_differ = differ(view.found.iter().map(|b| b.total.currency));
        let starts = if zones_differ { 17 } else { 13 };
        let total = if currencies_differ { 13 } else { 9 };
        let total = if width < NARROW { 0 } else { total };
        let left = width.saturating_sub(2 + CODE + STATE + starts + total);
        let (film, seats, name) = if width >= WIDE {
            let (film, seats) = (left * 2 / 5, left / 4);
            (film, seats, left - film - seats)
        } else if width < NARROW {
            (0, 0, left)
        } else if left < SHARED_MIN {
            (left, 0, 0)
        } else {
            let film = left * 3 / 5;
            (film, left - film, 0)
        };
        Self {
            starts,
            film,
            seats,
            total,
            name,
            zones_differ,
            currencies_differ,
        }
    }

    fn heading(&self) -> String {
        let room = usize::from(self.total.saturating_sub(1));
        let total = format!("{:>room$}", wording::label::TOTAL);
        self.row([
            wording::label::CODE,
            wording::label::STATE,
            wording::label::STARTS,
            wording::label::FILM,
            wording::label::SEATS,
            &total,
            if self.film == 0 {
                wording::label::FOR_AND_FILM
            } else {
                wording::label::FOR
            },
        ])
    }

    fn line(&self, model: &Model, booking: &Booking, show: Option<&Show>) -> String {
        let mut state = wording::state_word(booking.state).to_owned();
        if is_held(booking) {
            let now = model.desk.server_now();
            state += &format!(" {}", local_time::countdown(booking.hold_until.0, now));
        }
        let starts = show.map_or_else(String::new, |show| self.starts(show));
        let code = booking
            .code
            .map_or_else(|| "-".to_owned(), |c| c.to_string());
        let film = show.map_or(wording::SHOW_UNKNOWN, |show| &show.title);
        let total = if self.currencies_differ {
            booking.total.to_string()
        } else {
            booking.total.plain()
        };
        let room = usize::from(self.total.saturating_sub(1));
        let total = format!("{total:>room$}");
        let mut contact = wording::contact(booking);
        if self.film == 0 {
            // Who it is for has the column first; most are for nobody in particular.
            let gap = if contact.is_empty() { "" } else { "  " };
            contact = format!("{contact}{gap}{film}");
        }
        let seats = seats_of(booking);
        self.row([&code, &state, &starts, film, &seats, &total, &contact])
    }

    fn starts(&self, show: &Show) -> String {
        let day = local_time::weekday_and_day(&show.starts_local);
        let mut starts = format!("{day} {}", local_time::time_of(&show.starts_local));
        if self.zones_differ {
            starts.push(' ');
            starts += &local_time::zone_name(show.starts_at.0, &show.time_zone);
        }
        starts
    }

    fn row(&self, cells: [&str; 7]) -> String {
        let widths = [
            CODE,
            STATE,
            self.starts,
            self.film,
            self.seats,
            self.total,
            self.name,
        ];
        let mut row = String::new();
        for (cell, width) in cells.into_iter().zip(widths) {
            if width > 0 {
                row += &pad(cell, width - 1);
                row.push(' ');
            }
        }
        row
    }
}

fn differ<T: PartialEq>(mut all: impl Iterator<Item = T>) -> bool {
    let first = all.next();
    all.any(|one| Some(one) != first)
}

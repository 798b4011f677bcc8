//! The numbered next shows.

use houseful_core::wire::{booking::BookingState, catalogue::Show};

use super::{
    header,
    sheet::{Part, Sheet, columns_of, window},
    show_columns::{Columns, film},
};
use crate::tui::{desk::is_held, home::Home, local_time, model::Model, msg::Hit, wording};

/// Where the list begins: header, day, blank, headings.
const TOP: u16 = 4;

pub(super) fn draw(model: &Model, sheet: &mut Sheet<'_>, body: Part) -> Option<(u16, u16)> {
    let home = &model.home;
    let theme = sheet.theme();
    let place = home
        .cinema
        .and_then(|_| home.shows.first())
        .map(|s| s.cinema_name.as_str());
    header(
        model,
        sheet,
        &wording::view_title(wording::View::Sell, place),
    );
    sheet.put(1, 1, &day_line(model), theme.text());
    let columns = Columns::new(model, body.width);
    sheet.put(1, 3, &columns.heading(), theme.faint());

    let bottom = body.height.saturating_sub(banner_rows(model));
    let room = usize::from(bottom.saturating_sub(TOP));
    let all = home.fitting.len();
    let first = window(home.cursor, all, room);
    let mut cursor = None;
    for ((line, show), y) in home
        .lines()
        .enumerate()
        .skip(first)
        .take(room)
        .zip(TOP..bottom)
    {
        let marked = line == home.cursor;
        let text = columns.show(model, line, show);
        let gone = show.free == 0 || wording::status_word(show.status).is_some();
        let style = match (marked, gone) {
            (true, _) => theme.strong(),
            (false, true) => theme.faint(),
            (false, false) => theme.text(),
        };
        sheet.put(1, y, &text, style);
        sheet.hit(0, y, body.width, Hit::Line(line));
        if marked {
            sheet.put(0, y, ">", theme.strong());
            cursor = Some((0, y));
        }
    }
    draw_state(model, sheet, all == 0);
    draw_banner(model, sheet, body.height.saturating_sub(1));
    if let (Some(show), None) = (home.marked(), &model.desk.notice) {
        sheet.put(1, body.height, &readout(home, show), theme.text());
    }
    if home.typing || !home.filter.value().is_empty() {
        let label = wording::label::FILTER;
        sheet.put(1, 2, label, theme.key());
        let left = 1 + columns_of(label);
        let x = sheet.field(left, 2, body.width.saturating_sub(left + 1), &home.filter);
        if home.typing {
            cursor = Some((x, 2));
        }
    }
    cursor
}

/// Why the list is empty, or old.
fn draw_state(model: &Model, sheet: &mut Sheet<'_>, is_empty: bool) {
    let (home, theme) = (&model.home, sheet.theme());
    if is_empty {
        let text = if model.desk.link.down.is_some() {
            wording::NO_SERVER
        } else if home.refused.is_some() {
            wording::LIST_REFUSED
        } else if !home.loaded {
            wording::LOADING
        } else if home.shows.is_empty() && home.begun {
            wording::NO_BEGUN_SHOWS
        } else if home.shows.is_empty() {
            wording::NO_SHOWS
        } else {
            wording::NOTHING_FITS
        };
        sheet.put(1, TOP, text, theme.text());
    }
    if let Some(why) = &home.refused {
        let y = if is_empty { TOP + 1 } else { 2 };
        sheet.put(1, y, why, theme.alarm());
    }
}

fn day_line(model: &Model) -> String {
    let home = &model.home;
    let now = model.desk.server_now();
    let day = home
        .date
        .clone()
        .or_else(|| local_time::day_from(now, home.time_zone(), 0))
        .filter(|_| model.desk.link.heard_at.is_some())
        .map(|day| local_time::day_name(&day))
        .unwrap_or_default();
    match home.day {
        0 if home.begun => wording::BEGUN_SHOWS.to_owned(),
        0 if day.is_empty() => wording::NEXT_SHOWS.to_owned(),
        0 => format!("{}, {day}", wording::NEXT_SHOWS),
        1 => wording::tomorrow(&day),
        _ => day,
    }
}

/// The marked show in full, whatever had to give way in its line.
fn readout(home: &Home, show: &Show) -> String {
    let place = match home.cinema {
        Some(_) => show.screen_name.clone(),
        None => format!("{}, {}", show.cinema_name, show.screen_name),
    };
    let price = wording::price_from(show.price_from);
    format!("{}  {place}  {price}", film(show, u16::MAX))
}

fn banner_rows(model: &Model) -> u16 {
    if model.desk.kept.is_some() { 2 } else { 0 }
}

/// The booking that `r` takes up again.
fn draw_banner(model: &Model, sheet: &mut Sheet<'_>, y: u16) {
    let Some(kept) = &model.desk.kept else { return };
    let theme = sheet.theme();
    let title = kept.show.as_ref().map_or("", |s| s.title.as_str());
    if let Some(why) = &kept.refused {
        return sheet.put(1, y, &wording::kept_refused(title, why), theme.alarm());
    }
    let Some(booking) = &kept.booking else { return };
    let seats: Vec<_> = booking.lines.iter().map(|line| line.seat).collect();
    let text = if kept.payment.is_some() && booking.state != BookingState::Confirmed {
        wording::kept_unsettled(title, &seats)
    } else if is_held(booking) {
        let left = local_time::countdown(booking.hold_until.0, model.desk.server_now());
        wording::kept_hold(title, &seats, &left)
    } else {
        wording::kept_paid(title, &seats)
    };
    sheet.put(1, y, &text, theme.strong());
}

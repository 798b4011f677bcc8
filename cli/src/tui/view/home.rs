//! The numbered next shows.

use houseful_core::wire::catalogue::Show;

use super::{
    header,
    sheet::{Part, Sheet, pad, window},
};
use crate::tui::{desk::is_held, home::Home, local_time, model::Model, wording};

/// Where the list begins: header, day, blank, headings.
const TOP: u16 = 4;

pub(super) fn draw(model: &Model, sheet: &mut Sheet<'_>, body: Part) -> Option<(u16, u16)> {
    let home = &model.home;
    let theme = sheet.theme();
    let place = home
        .cinema
        .and_then(|_| home.shows.first())
        .map_or(String::new(), |s| format!("  {}", s.cinema_name));
    header(model, sheet, &format!("{}  SELL{place}", wording::NAME));
    sheet.put(1, 1, &day_line(model), theme.text());
    let columns = Columns::new(home, body.width);
    let heading = columns.line([
        "#",
        "Starts",
        "In",
        "Film",
        columns.place,
        "Free",
        "From",
        "",
    ]);
    sheet.put(1, 3, &heading, theme.faint());

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
        if marked {
            sheet.put(0, y, ">", theme.strong());
            cursor = Some((0, y));
        }
    }
    if all == 0 {
        let text = match (home.loaded_at, home.shows.is_empty()) {
            _ if model.desk.link.down.is_some() => wording::NO_SERVER,
            (None, _) => wording::LOADING,
            (_, true) => wording::NO_SHOWS,
            (_, false) => wording::NOTHING_FITS,
        };
        sheet.put(1, TOP, text, theme.text());
    }
    draw_banner(model, sheet, body.height.saturating_sub(1));
    if home.typing || !home.filter.value().is_empty() {
        let label = "Filter: ";
        sheet.put(1, 2, label, theme.key());
        sheet.put(9, 2, home.filter.value(), theme.text());
        if home.typing {
            let at = u16::try_from(home.filter.visual_cursor()).unwrap_or(0);
            cursor = Some(((9 + at).min(body.width.saturating_sub(1)), 2));
        }
    }
    cursor
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
        0 if day.is_empty() => wording::NEXT_SHOWS.to_owned(),
        0 => format!("{}, {day}", wording::NEXT_SHOWS),
        1 => format!("Tomorrow, {day}"),
        _ => day,
    }
}

fn banner_rows(model: &Model) -> u16 {
    if model.desk.kept.is_some() { 2 } else { 0 }
}

/// The booking that `r` takes up again.
fn draw_banner(model: &Model, sheet: &mut Sheet<'_>, y: u16) {
    let Some(kept) = &model.desk.kept else { return };
    let Some(booking) = &kept.booking else { return };
    let theme = sheet.theme();
    let title = kept.show.as_ref().map_or("", |s| s.title.as_str());
    let seats: Vec<_> = booking.lines.iter().map(|line| line.seat).collect();
    let text = if is_held(booking) {
        let left = local_time::countdown(booking.hold_until.0, model.desk.server_now());
        wording::kept_hold(title, &seats, &left)
    } else {
        wording::kept_paid(title, &seats)
    };
    sheet.put(1, y, &text, theme.strong());
}

/// The columns of the list at one width.
struct Columns {
    film: u16,
    place_width: u16,
    note: u16,
    /// The heading of the place column.
    place: &'static str,
    one_cinema: bool,
}

impl Columns {
    fn new(home: &Home, width: u16) -> Self {
        let one_cinema = home.cinema.is_some();
        let place_width = match (one_cinema, width) {
            (true, _) => 11,
            (false, ..100) => 16,
            (false, _) => 30,
        };
        let note = if width >= 100 || one_cinema && width >= 90 {
            10
        } else {
            0
        };
        // Number 3, start 11, in 8, free 10, price 7, and the blank at the left.
        let fixed = 40 + place_width + note + 1;
        Self {
            film: width.saturating_sub(fixed).max(8),
            place_width,
            note,
            place: if one_cinema {
                "Screen"
            } else {
                "Cinema, screen"
            },
            one_cinema,
        }
    }

    fn line(&self, [number, starts, within, film, place, free, from, note]: [&str; 8]) -> String {
        format!(
            "{}{}{}{}{}{}{}{}",
            pad(&format!("{number:>2}"), 3),
            pad(&format!(" {starts}"), 11),
            pad(within, 8),
            pad(film, self.film.saturating_sub(1)) + " ",
            pad(place, self.place_width.saturating_sub(1)) + " ",
            pad(&format!("{free:>9}"), 10),
            pad(&format!("{from:>6}"), 7),
            pad(&format!(" {note}"), self.note),
        )
    }

    fn show(&self, model: &Model, line: usize, show: &Show) -> String {
        let number = if line < 9 {
            (line + 1).to_string()
        } else {
            String::new()
        };
        let now = model.desk.server_now();
        let date = model.home.date.clone();
        let today = date.or_else(|| local_time::day_from(now, &show.time_zone, 0));
        let starts = if today.is_some_and(|day| show.starts_local.starts_with(&day)) {
            local_time::time_of(&show.starts_local).to_owned()
        } else {
            format!(
                "{} {}",
                local_time::weekday(&show.starts_local),
                local_time::time_of(&show.starts_local)
            )
        };
        let place = if self.one_cinema {
            show.screen_name.clone()
        } else {
            format!("{}, {}", show.cinema_name, show.screen_name)
        };
        let state = wording::status_word(show.status);
        let fullness = wording::fullness(show.free, show.total);
        let free = match state {
            Some(word) => word.to_owned(),
            None if show.free == 0 => fullness.to_owned(),
            None => format!("{}/{}", show.free, show.total),
        };
        let note = if show.free == 0 { "" } else { fullness };
        self.line([
            &number,
            &starts,
            &local_time::time_until(show.starts_at.0, now),
            &film(show),
            &place,
            &free,
            &show.price_from.plain(),
            note,
        ])
    }
}

/// A title with what tells one show of a movie from another.
pub(super) fn film(show: &Show) -> String {
    let mut text = show.title.clone();
    if !matches!(show.format.as_str(), "" | "2D") {
        text.push(' ');
        text.push_str(&show.format);
    }
    if !show.subtitles.is_empty() {
        text.push_str(" sub");
    }
    format!("{text} ({})", show.certificate)
}

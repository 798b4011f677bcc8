//! The columns of the list of shows: as wide as what is in them, with film and place sharing what
//! is left. A time has its zone beside it when the list has several, and a screen's name is never
//! cut: two rooms must not look the same.

use houseful_core::{time::UtcMillis, wire::catalogue::Show};

use super::sheet::{columns_of, fit, fit_before, pad, right};
use crate::tui::{home::Home, local_time, model::Model, wording};

/// From this width on there is room for everything.
const WIDE: u16 = 100;
/// The number, with the blank after it.
const NUMBER: u16 = 3;
/// How long until then.
const WITHIN: u16 = 8;
/// The film's title, at least.
const FILM_MIN: u16 = 25;
/// A cinema's name beside its screen, at least.
const CINEMA_MIN: u16 = 6;

/// The widths of the columns, each with a blank.
pub(super) struct Columns {
    starts: u16,
    film: u16,
    place: u16,
    free: u16,
    /// 0 where several currencies leave no room for them.
    from: u16,
    note: u16,
    one_cinema: bool,
    zones_differ: bool,
    currencies_differ: bool,
    wide: bool,
}

impl Columns {
    pub(super) fn new(model: &Model, width: u16) -> Self {
        let home = &model.home;
        let one_cinema = home.cinema.is_some();
        let mut currencies = home.shows.iter().map(|s| s.price_from.currency);
        let first = currencies.next();
        let mut columns = Self {
            starts: 0,
            film: 0,
            place: 0,
            free: 0,
            from: 0,
            note: 0,
            one_cinema,
            zones_differ: home.zones_differ(),
            currencies_differ: currencies.any(|c| Some(c) != first),
            wide: width >= WIDE,
        };
        if columns.wide || one_cinema && width >= 90 {
            columns.note = 10;
        }
        let widest = |cell: &dyn Fn(&Show) -> String, least: u16| {
            let cells = home.lines().map(|show| columns_of(&cell(show)));
            cells.max().unwrap_or(0).max(least) + 1
        };
        let starts = widest(&|show| columns.starts(model, show), 9) + 1;
        let free = widest(&|show| columns.free(show), 9);
        let from = widest(&|show| columns.from(show), 6);
        let screen = widest(&|show| show.screen_name.clone(), 6);
        let place = widest(&|show| place(home, show), if one_cinema { 10 } else { 14 });
        columns.starts = starts;
        columns.free = free;
        columns.from = if columns.currencies_differ && !columns.wide {
            0
        } else {
            from
        };
        let taken = 2 + NUMBER + starts + WITHIN + free + columns.from + columns.note;
        let rest = width.saturating_sub(taken);
        let least = if one_cinema {
            screen
        } else {
            screen + CINEMA_MIN
        };
        columns.place = place.min(rest.saturating_sub(FILM_MIN).max(least));
        columns.film = rest.saturating_sub(columns.place).max(8);
        columns
    }

    pub(super) fn heading(&self) -> String {
        let place = if self.one_cinema {
            wording::label::SCREEN
        } else {
            wording::label::CINEMA_SCREEN
        };
        self.line([
            "#",
            wording::label::STARTS,
            wording::label::IN,
            wording::label::FILM,
            place,
            wording::label::FREE,
            wording::label::FROM,
            "",
        ])
    }

    fn line(&self, [number, starts, within, film, place, free, from, note]: [&str; 8]) -> String {
        let mut line = format!(
            "{}{}{}{}{}{}",
            pad(&format!("{number:>2}"), NUMBER),
            pad(&format!(" {starts}"), self.starts),
            pad(within, WITHIN),
            pad(film, self.film.saturating_sub(1)) + " ",
            pad(place, self.place.saturating_sub(1)) + " ",
            right(free, self.free),
        );
        if self.from > 0 {
            line.push_str(&right(from, self.from));
        }
        line + &pad(&format!(" {note}"), self.note)
    }

    pub(super) fn show(&self, model: &Model, line: usize, show: &Show) -> String {
        let number = if line < 9 {
            (line + 1).to_string()
        } else {
            String::new()
        };
        let fullness = wording::fullness(show.free, show.total);
        let note = if show.free == 0 { "" } else { fullness };
        let now = model.desk.server_now();
        self.line([
            &number,
            &self.starts(model, show),
            &within(show, now),
            &film(show, self.film.saturating_sub(1)),
            &self.place(&model.home, show),
            &self.free(show),
            &self.from(show),
            note,
        ])
    }

    fn starts(&self, model: &Model, show: &Show) -> String {
        let now = model.desk.server_now();
        let date = model.home.date.clone();
        // The day above the list; elsewhere it may be another day already.
        let today = date.or_else(|| local_time::day_from(now, model.home.time_zone(), 0));
        let mut starts = local_time::time_of(&show.starts_local).to_owned();
        if !today.is_some_and(|day| show.starts_local.starts_with(&day)) {
            let day = local_time::weekday(&show.starts_local);
            starts = format!("{day} {starts}");
        }
        if self.zones_differ {
            let zone = local_time::zone_name(show.starts_at.0, &show.time_zone);
            starts = format!("{starts} {zone}");
        }
        starts
    }

    /// Where it is: the screen in full, and as much of the cinema's name as there is room for.
    fn place(&self, home: &Home, show: &Show) -> String {
        let whole = place(home, show);
        let room = self.place.saturating_sub(1);
        if self.one_cinema || columns_of(&whole) <= room {
            return whole;
        }
        let cinema = room.saturating_sub(columns_of(&show.screen_name) + 1);
        format!("{} {}", fit(&show.cinema_name, cinema), show.screen_name)
    }

    fn free(&self, show: &Show) -> String {
        match wording::status_word(show.status) {
            Some(word) => word.to_owned(),
            None if show.free == 0 => wording::fullness(show.free, show.total).to_owned(),
            // Across cinemas the place needs the room.
            None if !self.wide && !self.one_cinema => show.free.to_string(),
            None => format!("{}/{}", show.free, show.total),
        }
    }

    fn from(&self, show: &Show) -> String {
        if self.currencies_differ {
            show.price_from.to_string()
        } else {
            show.price_from.plain()
        }
    }
}

/// How long it is until then, or since.
fn within(show: &Show, now: UtcMillis) -> String {
    if show.starts_at.0 < now {
        local_time::time_since(show.starts_at.0, now)
    } else {
        local_time::time_until(show.starts_at.0, now)
    }
}

fn place(home: &Home, show: &Show) -> String {
    match home.cinema {
        Some(_) => show.screen_name.clone(),
        None => format!("{}, {}", show.cinema_name, show.screen_name),
    }
}

/// A title with what tells one show of a movie from another, in at most so many columns: the
/// certificate is what stays longest, since it says who may come in.
pub(super) fn film(show: &Show, columns: u16) -> String {
    let mut text = show.title.clone();
    if !matches!(show.format.as_str(), "" | "2D") {
        text.push(' ');
        text.push_str(&show.format);
    }
    if !show.subtitles.is_empty() {
        text.push(' ');
        text.push_str(wording::label::SUBTITLED);
    }
    fit_before(&text, &format!(" ({})", show.certificate), columns)
}

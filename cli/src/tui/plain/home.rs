//! The next shows, in words.

use houseful_core::{
    ids::BookingId,
    wire::{
        booking::BookingState,
        catalogue::{Show, ShowStatus},
    },
};

use super::{clock, talk::Talk};
use crate::tui::{
    desk::is_held,
    home::Home,
    local_time,
    model::Model,
    wording::{self, plain},
};

/// The list, and the booking that can be taken up again.
pub(super) fn tell(model: &Model, talk: &mut Talk) -> Vec<String> {
    let mut lines = list(model, talk);
    lines.extend(kept(model));
    lines
}

/// As short as it can be said when somebody comes back to a list that they heard.
pub(super) fn tell_again(model: &Model, talk: &mut Talk) -> Vec<String> {
    let shows = model.home.lines().map(|s| s.id);
    if talk.shows.is_empty() || !shows.eq(talk.shows.iter().copied()) {
        return tell(model, talk);
    }
    let mut lines = vec![plain::same_shows(talk.shows.len())];
    lines.extend(kept(model));
    lines
}

/// What changed.
pub(super) fn news(before: &Model, after: &Model, talk: &mut Talk) -> Vec<String> {
    let (was, is) = (&before.home, &after.home);
    let mut lines = Vec::new();
    let another = was.day != is.day
        || was.begun != is.begun
        || was.filter.value() != is.filter.value()
        || was.loaded != is.loaded
        || was.refused != is.refused;
    if is.typing {
        if !was.typing {
            lines.push(plain::TYPE_FILTER.to_owned());
        }
        return lines;
    }
    if another || was.typing {
        lines.extend(list(after, talk));
    } else if was.cursor != is.cursor {
        lines.extend(marked(is));
    }
    if said_of(before) != said_of(after) {
        lines.extend(kept(after));
    }
    lines
}

/// The marked line.
fn marked(home: &Home) -> Option<String> {
    let show = home.marked()?;
    Some(plain::line(home.cursor + 1, &show_line(home, show)))
}

fn list(model: &Model, talk: &mut Talk) -> Vec<String> {
    let home = &model.home;
    talk.shows = home.lines().map(|s| s.id).collect();
    let numbered = (1..)
        .zip(home.lines())
        .map(|(number, show)| plain::line(number, &show_line(home, show)));
    let numbered: Vec<String> = numbered.collect();
    let mut lines = vec![heading(model, numbered.len())];
    let none = numbered.is_empty();
    lines.extend(talk.list(numbered));
    if none {
        lines.push(plain::sentence(why_none(model)));
    } else {
        let hints: Vec<&str> = talk.more_hint().into_iter().chain([plain::FIND]).collect();
        lines.push(hints.join(" "));
    }
    lines.extend(home.refused.as_deref().map(plain::sentence));
    lines
}

fn heading(model: &Model, count: usize) -> String {
    let home = &model.home;
    let filter = Some(home.filter.value()).filter(|text| !text.is_empty());
    let cinema = home.cinema.and_then(|_| home.shows.first());
    let cinema = cinema.map(|s| s.cinema_name.as_str());
    let day = home
        .date
        .clone()
        .or_else(|| local_time::day_from(model.desk.server_now(), home.time_zone(), 0))
        .filter(|_| model.desk.link.heard_at.is_some())
        .map(|day| local_time::day_name(&day))
        .unwrap_or_default();
    let day = if home.begun {
        wording::BEGUN_SHOWS.to_owned()
    } else {
        plain::day(&day, home.day)
    };
    plain::shows_heading(&day, cinema, count, filter)
}

fn why_none(model: &Model) -> &'static str {
    let home = &model.home;
    if model.desk.link.down.is_some() {
        wording::NO_SERVER
    } else if home.refused.is_some() {
        wording::LIST_REFUSED
    } else if !home.loaded {
        wording::LOADING
    } else if home.shows.is_empty() && home.begun {
        wording::NO_BEGUN_SHOWS
    } else if home.shows.is_empty() {
        plain::NO_SHOWS
    } else {
        plain::NOTHING_FITS
    }
}

/// A show as it is said in a list.
fn show_line(home: &Home, show: &Show) -> String {
    let place = match home.cinema {
        Some(_) => show.screen_name.clone(),
        None => format!("{}, {}", show.cinema_name, show.screen_name),
    };
    let first = home.shows.first().map(|s| &s.starts_local);
    let today = home.date.as_ref().or(first);
    plain::show_line(
        &when(show, today, home.zones_differ()),
        &show.title,
        &place,
        &state(show),
        show.price_from,
    )
}

/// When it starts, with the day when that is another one than this.
pub(super) fn when(show: &Show, day: Option<&String>, zones_differ: bool) -> String {
    let local = &show.starts_local;
    let same = day.is_some_and(|day| day.get(..10) == local.get(..10));
    let mut text = String::new();
    if !same {
        text = format!("{} ", local_time::day_name(local));
    }
    text.push_str(local_time::time_of(local));
    if zones_differ {
        let zone = local_time::zone_name(show.starts_at.0, &show.time_zone);
        text = format!("{text} {zone}");
    }
    text
}

/// How many seats are free, or why none can be had.
pub(super) fn state(show: &Show) -> String {
    match show.status {
        ShowStatus::OnSale => plain::free(show.free),
        other => wording::status_word(other)
            .unwrap_or_default()
            .to_lowercase(),
    }
}

/// The booking that can be taken up again.
fn kept(model: &Model) -> Option<String> {
    let kept = model.desk.kept.as_ref()?;
    let title = kept.show.as_ref().map_or("", |s| s.title.as_str());
    if let Some(why) = &kept.refused {
        return Some(plain::sentence(&wording::kept_refused(title, why)));
    }
    let booking = kept.booking.as_ref()?;
    let seats: Vec<_> = booking.lines.iter().map(|line| line.seat).collect();
    Some(
        if kept.payment.is_some() && booking.state != BookingState::Confirmed {
            plain::kept(&wording::kept_unsettled(title, &seats))
        } else if is_held(booking) {
            let left = clock::left(model).unwrap_or_default();
            plain::kept_hold(title, &plain::seats(&seats), left)
        } else {
            plain::kept(&wording::kept_paid(title, &seats))
        },
    )
}

/// What `kept` says, apart from the time.
fn said_of(model: &Model) -> Option<(BookingId, Option<BookingState>, Option<&str>, bool)> {
    let kept = model.desk.kept.as_ref()?;
    let state = kept.booking.as_ref().map(|b| b.state);
    let refused = kept.refused.as_deref();
    let known = state.is_some() || refused.is_some();
    Some((kept.owned.id, state, refused, kept.show.is_some())).filter(|_| known)
}

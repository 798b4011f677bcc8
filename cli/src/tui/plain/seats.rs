//! The seats of a show and the booking being made, in words.

use houseful_core::{seat::SeatLabel, wire::booking::Booking};

use super::{clock, hall, home, talk::Talk};
use crate::{
    tui::{
        desk::Desk,
        hall::{Hall, SeatLook},
        model::Model,
        seats::Seats,
        wording::{self, plain},
    },
    wish::WishError,
};

/// The show, and what is held of it.
pub(super) fn tell(model: &Model, seats: &Seats, talk: &mut Talk) -> Vec<String> {
    let show = &seats.show;
    let when = home::when(show, None, false);
    let place = format!("{}, {}", show.cinema_name, show.screen_name);
    let mut first = vec![plain::opened(&show.title, &show.certificate, &when, &place)];
    if let (Some(board), Some(picture)) = (&seats.board, seats.picture(&model.desk)) {
        first.push(plain::free_of(picture.free, board.len()));
        first
            .extend(wording::status_word(board.status).map(|w| plain::sentence(&w.to_lowercase())));
    }
    let mut lines = vec![first.join(" ")];
    if seats.goto.is_some() {
        lines.push(plain::TYPE_SEATS.to_owned());
    }
    if seats.saying.is_some() {
        lines.push(plain::TYPE_CODE.to_owned());
    }
    if seats.booking.is_some() {
        lines.push(holding(model, seats, true));
        lines.extend(choices(model, seats, talk));
    } else if !seats.is_loaded() {
        lines.push(plain::NOT_LOADED.to_owned());
    }
    lines
}

/// What changed.
pub(super) fn news(
    (before, was): (&Model, &Seats),
    (after, is): (&Model, &Seats),
    talk: &mut Talk,
) -> Vec<String> {
    let mut lines = Vec::new();
    if is.goto.is_some() {
        if was.goto.is_none() {
            lines.push(plain::TYPE_SEATS.to_owned());
        }
        return lines;
    }
    if is.saying.is_some() {
        if was.saying.is_none() {
            lines.push(plain::TYPE_CODE.to_owned());
        }
        return lines;
    }
    if !was.is_loaded() && is.is_loaded() {
        return tell(after, is, talk);
    }
    if was.zone != is.zone {
        lines.push(plain::zone(is.zone));
    }
    let held = held(was.booking.as_ref()) != held(is.booking.as_ref());
    if held && is.booking.is_some() {
        let another = was.booking.as_ref().map(|b| b.id) != is.booking.as_ref().map(|b| b.id);
        lines.push(holding(after, is, another));
        lines.extend(choices(after, is, talk));
    } else if was.cursor != is.cursor && !held {
        lines.extend(focused(after, is));
    } else {
        lines.extend(others(before, was, after, is));
    }
    lines
}

/// What somebody else changed, where it concerns this sale.
fn others(before: &Model, was: &Seats, after: &Model, is: &Seats) -> Vec<String> {
    let mut lines = Vec::new();
    let (Some(old), Some(new)) = (&was.board, &is.board) else {
        return lines;
    };
    if old.status != new.status {
        let show = houseful_core::wire::catalogue::Show {
            status: new.status,
            ..is.show.clone()
        };
        let why = wording::not_for_sale(&show);
        lines.push(why.map_or_else(
            || plain::sentence(&home::state(&show)),
            |why| plain::sentence(&why),
        ));
    }
    let free = |model: &Model, seats: &Seats| {
        let picture = seats.picture(&model.desk);
        picture.map_or(0, |p| p.free)
    };
    if free(before, was) > 0 && free(after, is) == 0 {
        lines.push(plain::NONE_FREE.to_owned());
    }
    let look = |desk: &Desk, seats: &Seats| seats.looks(desk).get(is.cursor.index()).copied();
    if let (Some(label), Some(now)) = (label_at_cursor(is), look(&after.desk, is))
        && is.is_pointed_at()
        && look(&before.desk, was) != Some(now)
    {
        lines.push(plain::seat_changed(label, now));
    }
    lines
}

/// What is said to a line that changed nothing.
pub(super) fn summary(model: &Model, seats: &Seats, talk: &mut Talk) -> Vec<String> {
    if seats.is_pointed_at() || seats.booking.is_none() {
        let focused = focused(model, seats);
        if !focused.is_empty() && seats.is_pointed_at() {
            return focused;
        }
        return tell(model, seats, talk);
    }
    vec![holding(model, seats, true)]
}

/// The seats and types of a booking.
fn held(booking: Option<&Booking>) -> Option<Vec<(SeatLabel, &str)>> {
    let lines = booking?.lines.iter();
    Some(lines.map(|l| (l.seat, l.ticket_type.as_str())).collect())
}

fn holding(model: &Model, seats: &Seats, with_time: bool) -> String {
    let Some(booking) = &seats.booking else {
        return plain::EMPTY_BOOKING.to_owned();
    };
    let labels: Vec<SeatLabel> = booking.lines.iter().map(|l| l.seat).collect();
    let place = seats.hall.as_ref().and_then(|h| place(h, booking));
    let mut parts = vec![plain::holding(&plain::seats(&labels), place.as_deref())];
    let mut counts: Vec<(String, usize)> = Vec::new();
    for line in &booking.lines {
        let name = seats.type_name(&line.ticket_type);
        match counts.iter_mut().find(|(n, _)| n == name) {
            Some((_, count)) => *count += 1,
            None => counts.push((name.to_owned(), 1)),
        }
    }
    parts.push(plain::tickets(&counts, booking.total));
    if with_time {
        parts.extend(clock::left(model).map(plain::time_left));
    }
    parts.join(" ")
}

/// Where the seats are, when they are in one row; what kind of seats when they are not the usual.
fn place(hall: &Hall, booking: &Booking) -> Option<String> {
    let seats: Vec<_> = booking
        .lines
        .iter()
        .filter_map(|line| hall.seat(hall.find(line.seat)?))
        .collect();
    let first = seats.first()?;
    let mut parts = Vec::new();
    for seat in &seats {
        if let Some(name) = hall::category(hall, &seat.category) {
            let name = name.to_lowercase();
            if !parts.contains(&name) {
                parts.push(name);
            }
        }
    }
    if seats.iter().all(|s| s.row == first.row) {
        let row = hall.row(first.row);
        let columns: Vec<u16> = row
            .iter()
            .filter_map(|no| hall.seat(*no))
            .map(|s| s.column)
            .collect();
        let (from, to) = (*columns.first()?, *columns.last()?);
        let sum: usize = seats.iter().map(|s| usize::from(s.column - from)).sum();
        // The middle of the seats as a part of the row, in thirds.
        let third = sum * 3 / (seats.len() * (usize::from(to - from) + 1)).max(1);
        parts.push(plain::in_row(third, first.label.row()));
    }
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// What else can be done, once for each sale.
fn choices(model: &Model, seats: &Seats, talk: &mut Talk) -> Option<String> {
    if std::mem::replace(&mut talk.choices_told, true) {
        return None;
    }
    Some(plain::other_choices(example(model, seats).as_deref()))
}

/// Two free neighbours, to show how seats are named.
fn example(model: &Model, seats: &Seats) -> Option<String> {
    let hall = seats.hall.as_ref()?;
    let looks = seats.looks(&model.desk);
    let free = |no: &houseful_core::seat::SeatNo| matches!(looks.get(no.index()), Some(SeatLook::Free(letter)) if !"wc".contains(*letter));
    let here = hall.seat(seats.cursor)?.row;
    (here..hall.layout.rows).chain(0..here).find_map(|row| {
        let pair = hall
            .row(row)
            .windows(2)
            .find(|pair| pair.iter().all(free))?;
        let names: Vec<SeatLabel> = pair
            .iter()
            .filter_map(|no| hall.seat(*no).map(|s| s.label))
            .collect();
        Some(wording::seat_list(&names))
    })
}

fn label_at_cursor(seats: &Seats) -> Option<SeatLabel> {
    let hall = seats.hall.as_ref()?;
    hall.seat(seats.cursor).map(|s| s.label)
}

/// The seat under the cursor.
fn focused(model: &Model, seats: &Seats) -> Vec<String> {
    let label = label_at_cursor(seats);
    label.map_or(Vec::new(), |label| seat(model, seats, label))
}

/// A seat: its kind, price and state.
pub(super) fn seat(model: &Model, seats: &Seats, label: SeatLabel) -> Vec<String> {
    let Some(hall) = &seats.hall else {
        return vec![plain::NOT_LOADED.to_owned()];
    };
    let looks = seats.looks(&model.desk);
    let found = hall.find(label).and_then(|no| {
        let (seat, look) = (hall.seat(no)?, looks.get(no.index())?);
        let categories = &hall.layout.categories;
        let named = categories.iter().find(|c| c.code == seat.category);
        let category = named.map_or(seat.category.as_str(), |c| c.name.as_str());
        let price = seats.price_of(&seat.category);
        Some(plain::seat(label, category, price, (*look, seat.place)))
    });
    vec![found.unwrap_or_else(|| plain::sentence(&WishError::NoSuchSeat(label).to_string()))]
}

/// What tickets cost, by type and category.
pub(super) fn prices(seats: &Seats) -> Vec<String> {
    let (Some(detail), Some(hall)) = (&seats.detail, &seats.hall) else {
        return vec![plain::NOT_LOADED.to_owned()];
    };
    let name = |code: &str| {
        let found = hall.layout.categories.iter().find(|c| c.code == code);
        found.map_or(code.to_owned(), |c| c.name.clone())
    };
    let types = detail.ticket_types.iter();
    types
        .map(|kind| {
            let prices: Vec<_> = detail
                .prices
                .iter()
                .filter(|p| p.ticket_type == kind.code)
                .map(|p| (name(&p.category), p.price))
                .collect();
            plain::prices(kind, &prices)
        })
        .collect()
}

/// Each seat with its price.
pub(super) fn booking(seats: &Seats, talk: &mut Talk) -> Vec<String> {
    match &seats.booking {
        Some(booking) => booking_lines(booking, |code| seats.type_name(code).to_owned(), talk),
        None => vec![plain::EMPTY_BOOKING.to_owned()],
    }
}

/// Each seat of a booking with its price.
pub(super) fn booking_lines(
    booking: &Booking,
    name: impl Fn(&str) -> String,
    talk: &mut Talk,
) -> Vec<String> {
    let lines = booking.lines.iter();
    let lines = lines
        .map(|l| plain::booking_line(l.seat, &name(&l.ticket_type), l.price))
        .collect();
    let mut lines = talk.list(lines);
    lines.extend(talk.more_hint().map(str::to_owned));
    lines.push(plain::total(booking.fee, booking.total));
    lines
}

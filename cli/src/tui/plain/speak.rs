//! What is said: the difference between the model that the user knows and the model as it is.
//! Each view has its own file; here they come together.

use houseful_core::{ids::ShowId, seat::SeatLabel};

use super::{
    bookings, browse, clock, dialogs, hall, hear::Tell, home, late, link, live, payment, seats,
    talk::Talk, ticket, vocabulary,
};
use crate::tui::{
    desk::is_held,
    model::{Model, View},
    overlay::Overlay,
    wording::plain,
};

/// Which view somebody is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum At {
    Home,
    Browse,
    Seats(ShowId),
    Payment(ShowId),
    Ticket(ShowId),
    Bookings,
    Live(ShowId),
    Late,
}

fn at(model: &Model) -> At {
    match model.above.last() {
        None => At::Home,
        Some(View::Browse(_)) => At::Browse,
        Some(View::Seats(seats)) => At::Seats(seats.show.id),
        Some(View::Payment(payment)) => At::Payment(payment.show.id),
        Some(View::Ticket(ticket)) => At::Ticket(ticket.show.id),
        Some(View::Bookings(_)) => At::Bookings,
        Some(View::Live(live)) => At::Live(live.show.id),
        Some(View::Late(_)) => At::Late,
    }
}

/// Whether the server is asked something that has to be known before anything is said here.
pub(super) fn awaits(model: &Model) -> bool {
    let desk = &model.desk;
    if !desk.overlays.is_empty() {
        return false;
    }
    if !desk.releasing.is_empty() || desk.info.is_none() && desk.asks_info.is_out() {
        return true;
    }
    match model.above.last() {
        None => {
            let home = &model.home;
            let kept = desk.kept.as_ref();
            home.asks.is_out()
                || !home.loaded && home.refused.is_none()
                || kept.is_some_and(|k| {
                    let hold = k.hold.as_ref().is_some_and(|hold| hold.question.is_out());
                    hold || k.asks_booking.is_out() || k.asks_show.is_out()
                })
        }
        Some(View::Browse(browse)) => browse::awaits(browse),
        Some(View::Seats(seats)) => seats.is_waiting(),
        Some(View::Payment(payment)) => payment.is_paying(),
        Some(View::Ticket(_)) => false,
        Some(View::Bookings(view)) => bookings::awaits(view),
        Some(View::Live(live)) => live::awaits(live),
        Some(View::Late(view)) => late::awaits(view),
    }
}

/// What happened since the user was told last.
pub(super) fn news(before: &Model, after: &Model, talk: &mut Talk) -> Vec<String> {
    let mut lines = link::news(before, after);
    if let (None, Some(info)) = (&before.desk.info, &after.desk.info) {
        lines.push(plain::hello(info.mode, info.account.as_deref()));
    }
    lines.extend(released(before, after));
    match after.desk.overlays.last() {
        Some(overlay) => {
            if before.desk.overlays.last() != Some(overlay) {
                lines.extend(tell_overlay(overlay, after));
            }
        }
        None if talk.told != Some(at(after)) => lines.extend(arrive(after, talk)),
        None => lines.extend(view_news(before, after, talk)),
    }
    lines.extend(clock::news(before, after));
    let notice = after.desk.notice.as_ref();
    if after.desk.notice != before.desk.notice {
        lines.extend(notice.map(|text| plain::notice(text)));
    }
    lines
}

/// Another view is on top.
fn arrive(model: &Model, talk: &mut Talk) -> Vec<String> {
    let first = talk.told.is_none();
    talk.told = Some(at(model));
    talk.amount = false;
    talk.choices_told = false;
    match model.above.last() {
        None if first => home::tell(model, talk),
        None => home::tell_again(model, talk),
        _ => tell_view(model, talk),
    }
}

fn tell_view(model: &Model, talk: &mut Talk) -> Vec<String> {
    match model.above.last() {
        None => home::tell(model, talk),
        Some(View::Browse(browse)) => browse::tell(browse, talk),
        Some(View::Seats(seats)) => seats::tell(model, seats, talk),
        Some(View::Payment(payment)) => payment::tell(model, payment),
        Some(View::Ticket(ticket)) => ticket::tell(ticket),
        Some(View::Bookings(view)) => bookings::tell(model, view, talk),
        Some(View::Live(live)) => live::tell(model, live, talk),
        Some(View::Late(view)) => late::tell(model, view, talk),
    }
}

fn view_news(before: &Model, after: &Model, talk: &mut Talk) -> Vec<String> {
    match (before.above.last(), after.above.last()) {
        (None, None) => home::news(before, after, talk),
        (Some(View::Browse(was)), Some(View::Browse(is))) => browse::news(was, is, talk),
        (Some(View::Seats(was)), Some(View::Seats(is))) => {
            seats::news((before, was), (after, is), talk)
        }
        (Some(View::Payment(was)), Some(View::Payment(is))) => payment::news(after, was, is),
        (Some(View::Ticket(was)), Some(View::Ticket(is))) => ticket::news(was, is),
        (Some(View::Bookings(was)), Some(View::Bookings(is))) => {
            bookings::news(was, (after, is), talk)
        }
        (Some(View::Live(was)), Some(View::Live(is))) => live::news(was, is),
        (Some(View::Late(was)), Some(View::Late(is))) => late::news(was, (after, is), talk),
        // Another one of the same kind, whose name is the same.
        _ => tell_view(after, talk),
    }
}

/// What is said to a line that changed nothing.
pub(super) fn summary(model: &Model, talk: &mut Talk) -> Vec<String> {
    if let Some(overlay) = model.desk.overlays.last() {
        return tell_overlay(overlay, model);
    }
    match model.above.last() {
        None => home::tell(model, talk),
        Some(View::Browse(browse)) => browse::tell(browse, talk),
        Some(View::Seats(seats)) => seats::summary(model, seats, talk),
        Some(View::Payment(payment)) => payment::tell(model, payment),
        Some(View::Ticket(ticket)) => ticket::summary(ticket),
        Some(View::Bookings(view)) => bookings::tell(model, view, talk),
        Some(View::Live(live)) => live::tell(model, live, talk),
        Some(View::Late(view)) => late::tell(model, view, talk),
    }
}

fn tell_overlay(overlay: &Overlay, model: &Model) -> Vec<String> {
    match overlay {
        Overlay::Help(_) => vocabulary::help(model, model.view_place()),
        overlay => dialogs::tell(model, overlay),
    }
}

/// Tells what somebody asked for.
pub(super) fn tell(tell: &Tell, model: &Model, talk: &mut Talk) -> Vec<String> {
    let seats = match model.above.last() {
        Some(View::Seats(seats)) => Some(seats),
        _ => None,
    };
    match (tell, seats) {
        (Tell::More, _) => {
            let mut lines = talk.more();
            if lines.is_empty() {
                lines.push(plain::NO_MORE.to_owned());
            }
            lines.extend(talk.more_hint().map(str::to_owned));
            lines
        }
        (Tell::Words, _) => {
            let words = vocabulary::help(model, model.place());
            let mut lines = talk.list(words);
            lines.extend(talk.more_hint().map(str::to_owned));
            lines
        }
        (Tell::Time, _) => clock::tell(model),
        (Tell::Again, _) => match model.desk.overlays.last() {
            Some(overlay) => tell_overlay(overlay, model),
            None => tell_view(model, talk),
        },
        (Tell::Hall, Some(seats)) => hall::tell(model, seats, talk),
        (Tell::Row(name), Some(seats)) => hall::row(model, seats, name),
        (Tell::Seat(label), Some(seats)) => seats::seat(model, seats, *label),
        (Tell::Prices, Some(seats)) => seats::prices(seats),
        (Tell::Booking, Some(seats)) => seats::booking(seats, talk),
        (Tell::Booking, None) => match model.above.last() {
            Some(View::Payment(payment)) => payment::booking(payment, talk),
            _ => vec![plain::EMPTY_BOOKING.to_owned()],
        },
        (Tell::Hall | Tell::Row(_) | Tell::Seat(_) | Tell::Prices, None) => {
            vec![plain::NOT_LOADED.to_owned()]
        }
    }
}

/// The seats that a view holds.
fn holds(model: &Model) -> Vec<SeatLabel> {
    let booking = match model.above.last() {
        None => model.desk.kept.as_ref().and_then(|k| k.booking.as_ref()),
        Some(View::Seats(seats)) => seats.booking.as_ref(),
        Some(View::Payment(payment)) => Some(&payment.booking),
        Some(
            View::Browse(_) | View::Ticket(_) | View::Bookings(_) | View::Live(_) | View::Late(_),
        ) => None,
    };
    let held = booking.filter(|b| is_held(b));
    held.iter()
        .flat_map(|b| b.lines.iter().map(|l| l.seat))
        .collect()
}

/// Seats that were given up, and not only left or lost.
fn released(before: &Model, after: &Model) -> Option<String> {
    let seats = holds(before);
    let over = matches!(after.desk.overlays.last(), Some(Overlay::HoldOver { .. }));
    let gone = !seats.is_empty() && holds(after).is_empty() && !over;
    let same_show = matches!(at(after), At::Home | At::Browse | At::Seats(_));
    // A notice says why a booking that was kept is gone.
    let told = after.desk.notice.is_some() && at(before) == At::Home;
    if !gone || !same_show || after.desk.kept.is_some() || told {
        return None;
    }
    Some(if after.desk.link.down.is_some() {
        plain::RELEASE_UNHEARD.to_owned()
    } else {
        plain::released(&plain::seats(&seats))
    })
}

/// What is said when the program ends by itself: a hold that stays, or was released.
pub(super) fn farewell(before: &Model, after: &Model) -> Vec<String> {
    let mut lines = Vec::new();
    let seats = holds(after);
    if seats.is_empty() {
        lines.extend(released(before, after));
    } else if let Some(left) = clock::left(after) {
        lines.push(plain::stays_held(&plain::seats(&seats), left));
    }
    lines.push(plain::LEFT.to_owned());
    lines
}

//! Bookings, in words: the list with numbers, and one booking in full.

use houseful_core::wire::{booking::Booking, catalogue::Show};

use super::talk::Talk;
use crate::tui::{
    bookings::{Bookings, Detail},
    desk::is_held,
    local_time,
    model::Model,
    wording::{self, plain},
};

/// Whether the list or the open booking has to be known before anything is said.
pub(super) fn awaits(view: &Bookings) -> bool {
    match &view.detail {
        Some(detail) => detail.doing.is_some(),
        None => !view.loaded && view.refused.is_none() || view.is_asking(),
    }
}

/// The list, or the booking that is open.
pub(super) fn tell(model: &Model, view: &Bookings, talk: &mut Talk) -> Vec<String> {
    match &view.detail {
        Some(detail) => booking(model, view, detail),
        None => list(view, talk),
    }
}

fn list(view: &Bookings, talk: &mut Talk) -> Vec<String> {
    let searched = view.search.value().trim();
    let mut lines = vec![match &view.refused {
        Some(why) => format!("{} {}", wording::BOOKINGS_REFUSED, plain::sentence(why)),
        None if view.found.is_empty() && searched.is_empty() => {
            plain::sentence(wording::NO_BOOKINGS)
        }
        None if view.found.is_empty() => plain::sentence(&wording::nothing_found(searched)),
        None if searched.is_empty() => plain::bookings(view.found.len()),
        None => plain::sentence(&wording::found(view.found.len())),
    }];
    let numbered = (1..).zip(&view.found).map(|(number, booking)| {
        plain::numbered(number, &line(booking, view.shows.get(&booking.show)))
    });
    lines.extend(talk.list(numbered.collect()));
    lines.extend(talk.more_hint().map(str::to_owned));
    if !view.away.is_empty() {
        lines.push(plain::sentence(&wording::left_out(&view.away)));
    }
    lines
}

/// A booking on one line.
fn line(booking: &Booking, show: Option<&Show>) -> String {
    let code = booking.code.map(|code| code.to_string());
    let film = show.map(|show| format!("{} {}", show.title, when(show)));
    let parts = [
        code,
        Some(wording::state_said(booking.state).to_owned()),
        film,
        Some(seats(booking)),
        Some(booking.total.to_string()),
        Some(wording::contact(booking)),
    ];
    let parts: Vec<String> = parts
        .into_iter()
        .flatten()
        .filter(|p| !p.is_empty())
        .collect();
    parts.join(", ")
}

fn when(show: &Show) -> String {
    let (day, time) = (
        local_time::day_name(&show.starts_local),
        local_time::time_of(&show.starts_local),
    );
    format!("{day} {time}")
}

fn seats(booking: &Booking) -> String {
    let held = booking.lines.iter().map(|l| l.seat);
    let sold = booking.tickets.iter().map(|t| t.seat);
    let seats: Vec<_> = if booking.lines.is_empty() {
        sold.collect()
    } else {
        held.collect()
    };
    wording::seat_list(&seats)
}

fn booking(model: &Model, view: &Bookings, detail: &Detail) -> Vec<String> {
    let booking = &detail.booking;
    let mut lines = vec![plain::sentence(&line(
        booking,
        view.shows.get(&booking.show),
    ))];
    if is_held(booking) && model.desk.alive(booking.hold_until.0) {
        let left = booking.hold_until.0.seconds_left(model.desk.server_now());
        lines.push(plain::held_by(&wording::holder(booking), left));
    }
    lines.extend(booking.payments.iter().map(wording::payment));
    let tenders = detail.payment.iter().flat_map(|p| &p.tenders);
    lines.extend(tenders.map(wording::tender_said));
    lines.extend(booking.refunds.iter().map(wording::refund_made));
    lines.extend(booking.refund_asked.as_deref().map(wording::refund_waits));
    let declined = booking.refunds_declined.iter();
    lines.extend(declined.map(wording::refund_declined));
    if let Some(form) = &detail.form {
        lines.push(plain::contact_form(form.name.value(), form.phone.value()));
    }
    lines
}

/// What is new of the list, or of the open booking.
pub(super) fn news(
    was: &Bookings,
    (after, is): (&Model, &Bookings),
    talk: &mut Talk,
) -> Vec<String> {
    let open = |view: &Bookings| {
        let detail = view.detail.as_deref()?;
        Some((detail.booking.clone(), detail.form.is_some()))
    };
    let ids = |view: &Bookings| -> Vec<_> {
        let bookings = view.found.iter();
        bookings.map(|b| (b.id, b.state)).collect()
    };
    let (was_open, is_open) = (open(was), open(is));
    let searched = was.search.value() != is.search.value();
    let changed = if is_open.is_some() {
        was_open.map(|(b, form)| (b.state, b.payments, b.contact, form))
            != is_open.map(|(b, form)| (b.state, b.payments, b.contact, form))
    } else {
        was_open.is_some() || searched || ids(was) != ids(is) || was.away != is.away
    };
    if changed {
        tell(after, is, talk)
    } else {
        Vec::new()
    }
}

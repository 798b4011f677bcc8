//! A booking for people: what was bought, where, when, and what is left to do.

use std::fmt::Write;

use houseful_core::{
    time::UtcMillis,
    wire::{
        booking::{Booking, BookingState},
        catalogue::ShowDetail,
        payment::Payment,
    },
};

use crate::{
    commands::{price::write_taxes, show::in_words},
    output::{View, escaped},
    tui,
};

/// What is known beside the booking itself.
pub(super) struct About<'a> {
    /// Its show.
    pub(super) detail: Option<&'a ShowDetail>,
    /// What paid it, where that was several means.
    pub(super) paid: Option<&'a Payment>,
    /// The server's time, for the time that is left.
    pub(super) now: Option<UtcMillis>,
}

/// The receipt.
pub(super) fn drawn(booking: &Booking, about: &About<'_>, view: &View) -> String {
    let About { detail, paid, now } = *about;
    let own = detail.map(|d| d.show.time_zone.as_str());
    let end = view.clock(booking.hold_until.0, own);
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = match detail {
        Some(detail) => writeln!(text, "{}", in_words(detail, view)),
        None => writeln!(text, "show {}", booking.show),
    };
    let _ = writeln!(text, "{}", standing(booking, now, &end));
    if let Some(contact) = &booking.contact {
        let parts = [contact.name.as_deref(), contact.phone.as_deref()];
        let parts: Vec<String> = parts.into_iter().flatten().map(escaped).collect();
        let _ = writeln!(text, "for {}", parts.join(", "));
    }
    write_seats(&mut text, booking);
    if booking.fee.minor != 0 {
        let _ = writeln!(text, "  {:<29} {:>12}", "fee", booking.fee.to_string());
    }
    let _ = writeln!(text, "  {:<29} {:>12}", "TOTAL", booking.total.to_string());
    write_taxes(&mut text, &booking.taxes, booking.total.currency);
    let once = || tui::paid_with(booking).and_then(tui::paid_once);
    if let Some(paid) = paid.map(tui::paid_by).or_else(once) {
        let _ = writeln!(text, "  {:<29} {}", "PAID", escaped(&paid));
    }
    if let Some(change) = booking.change {
        let _ = writeln!(text, "  {:<29} {:>12}", "CHANGE", change.to_string());
    }
    for relaxed in &booking.relaxed {
        let _ = writeln!(text, "  note: {relaxed}");
    }
    write_returns(&mut text, booking);
    write_refunds(&mut text, booking);
    match booking.code {
        Some(code) => {
            let _ = writeln!(text, "booking {code}  {}", booking.id);
        }
        None => {
            let _ = writeln!(text, "booking {}", booking.id);
        }
    }
    if booking.state == BookingState::Held {
        let _ = writeln!(
            text,
            "pay with: houseful booking pay {} --pay cash",
            booking.id
        );
    }
    text
}

/// Where the booking stands; a hold with what is left of it.
fn standing(booking: &Booking, now: Option<UtcMillis>, end: &str) -> String {
    match booking.state {
        BookingState::Held => {
            let left = now.map_or(0, |now| booking.hold_until.0.seconds_left(now));
            format!("HELD until {end}, {}:{:02} left", left / 60, left % 60)
        }
        BookingState::Secured => "PAID, waiting for the bank".to_owned(),
        BookingState::Confirmed => "BOOKED".to_owned(),
        BookingState::Cancelled => "CANCELLED, the money goes back".to_owned(),
        BookingState::Expired => format!("EXPIRED at {end}, the seats are for sale again"),
        BookingState::Released => "RELEASED, the seats are for sale again".to_owned(),
    }
}

/// The seats with their prices, and their tickets once there are some.
fn write_seats(text: &mut String, booking: &Booking) {
    for line in &booking.lines {
        let ticket = booking.tickets.iter().find(|t| t.seat == line.seat);
        let ticket = ticket.map_or_else(String::new, |t| {
            format!(
                "  ticket {}{}",
                t.code,
                if t.valid { "" } else { " (void)" }
            )
        });
        let _ = writeln!(
            text,
            "  {:<5} {:<10} {:<12} {:>12}{ticket}",
            line.seat,
            escaped(&line.ticket_type),
            escaped(&line.category),
            line.price.to_string()
        );
    }
}

/// Tickets that were given back, that wait for a manager, and that were not given back after all.
fn write_refunds(text: &mut String, booking: &Booking) {
    let made = booking.refunds.iter().map(tui::refund_made);
    let waits = booking.refund_asked.as_deref().map(tui::refund_waits);
    let declined = booking.refunds_declined.iter().map(tui::refund_declined);
    for line in made.chain(waits).chain(declined) {
        let _ = writeln!(text, "  {}", escaped(&line));
    }
}

/// Payments whose money goes back, and why.
fn write_returns(text: &mut String, booking: &Booking) {
    for payment in booking
        .payments
        .iter()
        .filter(|p| p.returned_because.is_some())
    {
        let why = payment.returned_because.as_deref().unwrap_or_default();
        let done = if payment.settled {
            "went back"
        } else {
            "goes back"
        };
        let _ = writeln!(
            text,
            "  payment {}: money {done} ({})",
            payment.id,
            escaped(why)
        );
    }
}

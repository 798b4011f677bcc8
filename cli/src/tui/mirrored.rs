//! What the customer at this till may see of the views: the seats being chosen, paid or sold.

use houseful_core::wire::booking::Booking;

use super::model::{Model, View};
use crate::mirror::{Line, Picture, Stage};

/// What the customer sees now; nothing while no show is on the screen.
#[must_use]
pub fn picture(model: &Model) -> Option<Picture> {
    // What lies under the payment has the names of the ticket types.
    let names = model.above.iter().find_map(|view| match view {
        View::Seats(seats) => Some(seats),
        _ => None,
    });
    let name = |code: &str| names.map_or(code, |seats| seats.type_name(code)).to_owned();
    let of = |show, stage, booking: Option<&Booking>| Picture {
        show,
        stage,
        lines: booking.map_or_else(Vec::new, |b| lines(b, name)),
        fee: booking.map(|b| b.fee),
        total: booking.map(|b| b.total),
        change: booking.and_then(|b| b.change),
    };
    match model.above.last()? {
        View::Seats(seats) => Some(of(seats.show.id, Stage::Seats, seats.booking.as_ref())),
        View::Payment(payment) => Some(of(payment.show.id, Stage::Payment, Some(&payment.booking))),
        View::Ticket(ticket) if ticket.tender.is_some() && !ticket.is_again => {
            Some(of(ticket.show.id, Stage::Sold, Some(&ticket.booking)))
        }
        View::Browse(_) | View::Ticket(_) | View::Bookings(_) | View::Live(_) | View::Late(_) => {
            None
        }
    }
}

fn lines(booking: &Booking, name: impl Fn(&str) -> String) -> Vec<Line> {
    let line = |l: &houseful_core::wire::booking::BookingLine| Line {
        seat: l.seat,
        ticket_type: name(&l.ticket_type),
        price: l.price,
    };
    booking.lines.iter().map(line).collect()
}

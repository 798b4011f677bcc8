//! The present thing as a command to type: what the screens do can be done without them.

use houseful_core::wire::booking::Booking;

use super::{
    browse::{Browse, Column},
    model::{Model, View},
    payment::{Payment, Stage},
    seats::Seats,
};

/// The command for what is on the screen; `None` when there is nothing to say.
///
/// It is made of ids and codes alone, so no shell finds anything in it to take for itself.
#[must_use]
pub fn command(model: &Model) -> Option<String> {
    match model.above.last() {
        None => {
            let show = model.home.marked()?;
            Some(format!("houseful sell {}", show.id))
        }
        Some(View::Browse(browse)) => Some(browsed(browse)),
        Some(View::Seats(seats)) => Some(sale(seats)),
        Some(View::Payment(payment)) => Some(pay(payment)),
        Some(View::Ticket(ticket)) => {
            Some(format!("houseful ticket list {}", name(&ticket.booking)))
        }
        Some(View::Bookings(view)) => {
            let open = view.detail.as_ref().map(|detail| &detail.booking);
            let booking = open.or(view.marked())?;
            Some(format!("houseful booking view {}", name(booking)))
        }
        Some(View::Live(live)) => Some(format!("houseful show watch {}", live.show.id)),
        Some(View::Late(late)) => {
            let open = late.page.as_ref().map(|page| &page.case);
            let case = open.or(late.marked())?;
            let name = match (case.payment, case.code) {
                (Some(payment), _) => payment.to_string(),
                (None, Some(code)) => code.to_string(),
                (None, None) => case.booking.to_string(),
            };
            Some(format!("houseful payment late view {name}"))
        }
    }
}

/// A booking's code, or its id while it has none.
fn name(booking: &Booking) -> String {
    let code = booking.code.map(|code| code.to_string());
    code.unwrap_or_else(|| booking.id.to_string())
}

/// The marked show can be sold; of a city or a movie the shows are listed.
fn browsed(browse: &Browse) -> String {
    if let (Column::Show, Some(show)) = (browse.column, browse.marked_show()) {
        return format!("houseful sell {}", show.id);
    }
    let mut command = "houseful show list".to_owned();
    if let Some(city) = browse.marked_city() {
        command += &format!(" --city {city}");
    }
    let movie = browse
        .marked_movie()
        .filter(|_| browse.column != Column::City);
    if let Some(movie) = movie {
        command += &format!(" --movie {}", movie.id);
    }
    command
}

fn sale(seats: &Seats) -> String {
    let id = seats.show.id;
    match &seats.booking {
        Some(booking) if !booking.lines.is_empty() => {
            let (names, tickets) = seats_and_tickets(booking);
            format!("houseful sell {id} --seats {names} --ticket {tickets} --hold-only")
        }
        _ => format!("houseful show seats {id}"),
    }
}

/// The seats in the order of their ticket types, since the types are given to them in turn.
fn seats_and_tickets(booking: &Booking) -> (String, String) {
    let mut types: Vec<(&str, Vec<String>)> = Vec::new();
    for line in &booking.lines {
        let kind = line.ticket_type.as_str();
        let seat = line.seat.to_string();
        match types.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, seats)) => seats.push(seat),
            None => types.push((kind, vec![seat])),
        }
    }
    let seats: Vec<&str> = types
        .iter()
        .flat_map(|(_, seats)| seats.iter().map(String::as_str))
        .collect();
    let tickets: Vec<String> = types
        .iter()
        .map(|(kind, seats)| format!("{kind}={}", seats.len()))
        .collect();
    (seats.join(","), tickets.join(","))
}

fn pay(payment: &Payment) -> String {
    let id = payment.booking.id;
    match payment.stage {
        Stage::Choose => match payment.change() {
            Some(_) => format!("houseful booking pay {id} --pay cash={}", payment.given),
            None => format!("houseful booking pay {id} --pay cash"),
        },
        Stage::Voucher(_) => format!("houseful booking pay {id} --pay voucher:CODE,cash"),
        Stage::Card | Stage::CardNumber(_) => format!("houseful booking pay {id} --pay card"),
        Stage::Paying(_) => format!("houseful booking view {id}"),
    }
}

//! Bookings and the live board.

use super::duration;
use crate::tui::{bookings::GiveBack, live::Counts};

/// What is asked before money goes back.
pub const REFUND_PROMPT: &str = "Reason 1 to 4, then Enter? ";

/// What is asked before tickets are given back.
pub const GIVE_BACK_PROMPT: &str = "Seats, or a reason 1 to 6, then Enter? ";

/// Which tickets come back, as chosen.
#[must_use]
pub fn give_back(form: &GiveBack) -> String {
    let words = |wanted: bool| {
        let seats = form.seats.iter().filter(|(_, chosen)| *chosen == wanted);
        let seats: Vec<String> = seats.map(|(seat, _)| seat.to_string()).collect();
        seats.join(", ")
    };
    match (words(true), words(false)) {
        (chosen, stays) if stays.is_empty() => {
            format!("Coming back: {chosen}. Type seats to give back only those.")
        }
        (chosen, stays) if chosen.is_empty() => {
            format!("Nothing comes back; these stay: {stays}. Type the seats that come back.")
        }
        (chosen, stays) => format!("Coming back: {chosen}. These stay: {stays}."),
    }
}

/// Above the list of bookings.
#[must_use]
pub fn bookings(count: usize) -> String {
    match count {
        1 => "The newest booking.".to_owned(),
        count => format!("The newest {count} bookings."),
    }
}

/// A line of a list with its number.
#[must_use]
pub fn numbered(number: usize, line: &str) -> String {
    format!("{number}. {line}")
}

/// Who holds seats, and for how long yet.
#[must_use]
pub fn held_by(holder: &str, seconds_left: i64) -> String {
    format!("held by {holder}, {} left.", duration(seconds_left))
}

/// The form for who a booking is for.
#[must_use]
pub fn contact_form(name: &str, phone: &str) -> String {
    let now = match (name, phone) {
        ("", "") => "nobody in particular".to_owned(),
        (name, "") => name.to_owned(),
        ("", phone) => phone.to_owned(),
        (name, phone) => format!("{name}, {phone}"),
    };
    format!(
        "For: {now}. Type a name, or a name and a telephone number with a comma between. A dash in place of one takes it away; cancel leaves it as it was."
    )
}

/// Above the live board of a show.
#[must_use]
pub fn board_of(title: &str) -> String {
    format!("Live board of {title}.")
}

/// How full a show is.
#[must_use]
pub fn counts(counts: Counts) -> String {
    format!(
        "{} free, {} held, {} sold, {} blocked.",
        counts.free, counts.held, counts.sold, counts.blocked
    )
}

/// Seats became something.
#[must_use]
pub fn became(seats: &str, what: &str) -> String {
    format!("{seats}: {what}.")
}

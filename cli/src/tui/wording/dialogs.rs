//! What stands in the dialogs over a view.

use houseful_core::{best::Relaxed, money::Money, seat::SeatLabel};

use super::seat_list;

/// Before a payment under way is left.
pub const ASK_LEAVE: &str = "The payment is under way and its outcome is not known yet. Leave it? It goes on by itself, and ⟨home.resume⟩ on the first view shows what became of it.";

/// Before seats are released.
#[must_use]
pub fn ask_release(seats: &[SeatLabel], quit: bool) -> String {
    let what = if seats.is_empty() {
        "what was asked for".to_owned()
    } else {
        seat_list(seats)
    };
    if quit {
        format!("Release {what} and quit?")
    } else {
        format!("Release {what}?")
    }
}

/// Much more cash than anybody gives.
#[must_use]
pub fn ask_cash(given: Money, total: Money) -> String {
    let change = Money::new(given.minor.saturating_sub(total.minor), total.currency);
    format!("{given} given for {total}? {change} would go back as change.")
}

/// Seats that a lost race left.
#[must_use]
pub fn still_yours(seats: &[SeatLabel]) -> String {
    format!("Still yours: {}", seat_list(seats))
}

/// Seats that were held until just now.
#[must_use]
pub fn had_seats(seats: &[SeatLabel]) -> String {
    format!("It was for {}", seat_list(seats))
}

/// The offer after a lost race.
#[must_use]
pub fn next_best(seats: &[SeatLabel], kept: &[SeatLabel], give_way: &[Relaxed]) -> String {
    if seats.is_empty() {
        return "There is no other offer for this party.".to_owned();
    }
    let but = if give_way.is_empty() {
        String::new()
    } else {
        let parts: Vec<String> = give_way.iter().map(ToString::to_string).collect();
        format!(" ({})", parts.join(", "))
    };
    let given_up: Vec<SeatLabel> = kept
        .iter()
        .copied()
        .filter(|k| !seats.contains(k))
        .collect();
    let instead = if given_up.is_empty() {
        String::new()
    } else {
        format!(", in place of {}", seat_list(&given_up))
    };
    format!("Next best: {}{instead}{but}", seat_list(seats))
}

/// Why one seat could not be had.
#[must_use]
pub fn seat_fact(seat: &str, why: &str) -> String {
    let why = match why {
        "held" => "held by somebody else",
        "booked" => "sold",
        "blocked" => "kept by the house",
        "alone" => "would be left alone",
        "unknown" => "not in this hall",
        "twice" => "named twice",
        other => other,
    };
    format!("{seat}: {why}")
}

/// The stable code of a problem.
#[must_use]
pub fn code(code: &str) -> String {
    format!("code {code}")
}

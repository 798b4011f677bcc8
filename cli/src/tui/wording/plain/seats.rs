//! What is said of seats and of the booking being made.

use houseful_core::{best::Zone, layout::Place, money::Money, price::TicketType, seat::SeatLabel};

use crate::tui::{hall::SeatLook, wording};

/// No seat can be had.
pub const NONE_FREE: &str = "No seat is free any more.";

/// Seats are not there yet.
pub const NOT_LOADED: &str = "The seats of this show are not here yet. Type again to hear more.";

/// Nothing is written there.
pub const EMPTY_BOOKING: &str = "No seats yet.";

/// Nothing was chosen.
pub const AT_LEAST_ONE: &str = "At least one.";

/// `H8`, `H8 and H9`, `H8 to H12`, `B4, B6 and J1 to J3`.
#[must_use]
pub fn seats(seats: &[SeatLabel]) -> String {
    let runs: Vec<String> = runs(seats);
    match runs.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => String::new(),
    }
}

/// Neighbours of three and more as one; two are two.
fn runs(seats: &[SeatLabel]) -> Vec<String> {
    let next = |a: &SeatLabel, b: &SeatLabel| {
        a.row() == b.row() && a.number().checked_add(1) == Some(b.number())
    };
    let mut words = Vec::new();
    for run in seats.chunk_by(next) {
        match run {
            [first, _, .., last] => words.push(to(first, last)),
            few => words.extend(few.iter().map(ToString::to_string)),
        }
    }
    words
}

/// From here to there.
#[must_use]
pub fn to(first: impl std::fmt::Display, last: impl std::fmt::Display) -> String {
    format!("{first} to {last}")
}

/// A show that was opened.
#[must_use]
pub fn opened(title: &str, certificate: &str, when: &str, place: &str) -> String {
    format!("{title} ({certificate}), {when}, {place}.")
}

/// How many seats it has left.
#[must_use]
pub fn free_of(free: usize, all: usize) -> String {
    format!("{free} of {all} free.")
}

/// Where the best seats shall be.
#[must_use]
pub fn zone(zone: Zone) -> String {
    format!("Best seats from zone {zone}.")
}

/// The seats of the booking, where they are.
#[must_use]
pub fn holding(seats: &str, place: Option<&str>) -> String {
    match place {
        Some(place) => format!("Holding {seats}, {place}."),
        None => format!("Holding {seats}."),
    }
}

/// Where seats are in their row, as seen on a drawing with the screen above.
#[must_use]
pub fn in_row(third: usize, row: &str) -> String {
    let part = ["left", "middle", "right"].get(third).unwrap_or(&"middle");
    format!("{part} of row {row}")
}

/// Tickets by type and their price.
#[must_use]
pub fn tickets(counts: &[(String, usize)], total: Money) -> String {
    let parts: Vec<String> = counts
        .iter()
        .map(|(name, count)| format!("{count} {}", name.to_lowercase()))
        .collect();
    format!("{}, {total}.", parts.join(", "))
}

/// What else can be done with seats in hand.
#[must_use]
pub fn other_choices(example: Option<&str>) -> String {
    let example = example.map_or(String::new(), |names| format!(" like {names}"));
    format!(
        "Other choices: b next best, front, middle or rear, u undo, or seat names{example}. \
         seats tells the hall, help all words."
    )
}

/// Seats that were given up.
#[must_use]
pub fn released(seats: &str) -> String {
    format!("Released {seats}.")
}

/// The field for seats wants names.
pub const TYPE_CODE: &str =
    "Type a code, or member and its kind; nothing takes back what was said; cancel leaves this.";

/// Before seat names are typed.
pub const TYPE_SEATS: &str = "Type seat names, as in h8-9 or h8,j3; cancel leaves this.";

/// What a seat is, for somebody who asks for it.
#[must_use]
pub fn seat(
    label: SeatLabel,
    category: &str,
    price: Option<Money>,
    (look, place): (SeatLook, Place),
) -> String {
    let price = price.map_or(String::new(), |p| format!(" {p}"));
    format!(
        "{label}, {}{price}, {}.",
        category.to_lowercase(),
        wording::seat_is(look, place)
    )
}

/// The seat under the cursor changed by itself.
#[must_use]
pub fn seat_changed(label: SeatLabel, look: SeatLook) -> String {
    format!("{label} is {} now.", wording::look(look))
}

/// A row with what is in it.
#[must_use]
pub fn row(row: &str, parts: &[String]) -> String {
    format!("Row {row}: {}.", parts.join("; "))
}

/// Some seats of a row: `free 2 to 4, 7`.
#[must_use]
pub fn row_part(what: &str, numbers: &[u16]) -> String {
    let next = |a: &u16, b: &u16| a.checked_add(1) == Some(*b);
    let mut words = Vec::new();
    for run in numbers.chunk_by(next) {
        match run {
            [first, _, .., last] => words.push(to(first, last)),
            few => words.extend(few.iter().map(ToString::to_string)),
        }
    }
    format!("{what} {}", words.join(", "))
}

/// What a group of seats in a row is called.
#[must_use]
pub fn group(look: SeatLook, category: Option<&str>) -> String {
    match (look, category) {
        (SeatLook::Free('w'), _) => "free wheelchair places".to_owned(),
        (SeatLook::Free('c'), _) => "free carer's places".to_owned(),
        (SeatLook::Free(_), Some(category)) => format!("free {}", category.to_lowercase()),
        (SeatLook::Held, _) => "held".to_owned(),
        (look, _) => wording::look(look).to_owned(),
    }
}

/// No row has that name.
#[must_use]
pub fn no_row(name: &str) -> String {
    format!("This hall has no row {}.", name.to_uppercase())
}

/// How many rows, and where they are counted from.
#[must_use]
pub fn hall(free: usize, all: usize, rows: usize) -> String {
    format!("{free} of {all} free, {rows} rows, the first at the screen.")
}

/// What tickets of a type cost.
#[must_use]
pub fn prices(kind: &TicketType, prices: &[(String, Money)]) -> String {
    let parts: Vec<String> = prices
        .iter()
        .map(|(category, price)| format!("{} {price}", category.to_lowercase()))
        .collect();
    format!("{}, letter {}: {}.", kind.name, kind.key, parts.join(", "))
}

/// One seat of the booking.
#[must_use]
pub fn booking_line(seat: SeatLabel, kind: &str, price: Money) -> String {
    format!("{seat} {} {price}.", kind.to_lowercase())
}

/// The end of the booking.
#[must_use]
pub fn total(fee: Money, total: Money) -> String {
    format!("Fee {fee}, total {total}.")
}

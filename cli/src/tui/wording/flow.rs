//! What the quick line, the palette, copying and scanning say.

use houseful_core::seat::SeatLabel;

use crate::wish::PayWord;

/// Before the quick line.
pub const QUICK: &str = ":";
/// A line names a show that has to be asked for.
pub const LOOKING_FOR_SHOW: &str = "asking the server for that show ...";
/// A line came while a payment is open.
pub const PAYING_FIRST: &str = "finish this payment first, or go back with Esc";

/// A line is for another show than the seats that are held.
#[must_use]
pub fn held_first(seats: &[SeatLabel]) -> String {
    if seats.is_empty() {
        return "seats of this show are being asked for; release them with Esc first".to_owned();
    }
    let seats = super::seat_list(seats);
    format!("{seats} of this show are held; pay for them, or release them with Esc first")
}

/// A line says how it is paid but not for whom.
#[must_use]
pub fn who_first(pay: &PayWord) -> String {
    format!("`{pay}` needs tickets or seats before it, as in `1 2 {pay}`")
}

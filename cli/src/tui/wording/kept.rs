//! The booking that a key takes up again, and how a hold can end.

use houseful_core::{
    seat::SeatLabel,
    wire::{booking::BookingState, catalogue::Show},
};

use super::{BOOKING_CANCELLED, HOLD_EXPIRED, HOLD_RELEASED, seat_list};

/// A hold that `r` takes up again.
#[must_use]
pub fn kept_hold(title: &str, seats: &[SeatLabel], left: &str) -> String {
    format!(
        "On hold: {title} {}, {left} left. ⟨home.resume⟩ takes it up again.",
        seat_list(seats)
    )
}

/// A booking whose payment was left alone.
#[must_use]
pub fn kept_paid(title: &str, seats: &[SeatLabel]) -> String {
    format!(
        "Paid or being paid: {title} {}. ⟨home.resume⟩ shows it.",
        seat_list(seats)
    )
}

/// A booking whose card payment was left alone before the bank answered.
#[must_use]
pub fn kept_unsettled(title: &str, seats: &[SeatLabel]) -> String {
    if seats.is_empty() {
        return format!(
            "Card not settled, the five minutes are over: {title}. ⟨home.resume⟩ shows more."
        );
    }
    let seats = seat_list(seats);
    format!("Card not settled: {title} {seats}. ⟨home.resume⟩ shows what became of it.")
}

/// A booking that can't be looked at.
#[must_use]
pub fn kept_refused(title: &str, why: &str) -> String {
    if title.is_empty() {
        return format!("An unfinished sale can't be looked at: {why}");
    }
    format!("{title}, unfinished sale: {why}")
}

/// A kept booking for which nothing is left to do; its time is told, for another sale may be under
/// way, even of the same film.
#[must_use]
pub fn kept_over(show: Option<&Show>, why: &str) -> String {
    let at = show.and_then(|show| show.starts_local.get(11..16));
    at.map_or_else(|| why.to_owned(), |at| format!("Kept sale of {at}: {why}"))
}

/// Why a booking holds nothing any more; `None` when it does, or is paid.
#[must_use]
pub const fn over(state: BookingState) -> Option<&'static str> {
    match state {
        BookingState::Held | BookingState::Secured | BookingState::Confirmed => None,
        BookingState::Expired => Some(HOLD_EXPIRED),
        BookingState::Released => Some(HOLD_RELEASED),
        BookingState::Cancelled => Some(BOOKING_CANCELLED),
    }
}

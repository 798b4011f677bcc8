//! What is said about tickets that are given back.

use houseful_core::{
    ids::CommandId,
    refund::RefundReason,
    seat::SeatLabel,
    wire::{
        booking::Booking,
        refund::{DeclinedHow, RefundDeclined, RefundMade, RefundWaiting},
    },
};

use super::{bookings::cash_told, seat_list};
use crate::tui::bookings::{GiveBack, Quoted};

/// Why tickets are given back, by the digit that chooses it.
#[must_use]
pub const fn give_back_reason(reason: RefundReason) -> &'static str {
    match reason {
        RefundReason::Customer => "customer changed their mind",
        RefundReason::Unable => "customer can't come",
        RefundReason::Mistake => "wrong show or seats",
        RefundReason::Fault => "fault of the house",
        RefundReason::Goodwill => "goodwill",
        RefundReason::Other => "other, as the receipt says",
    }
}
/// Enter before a reason for giving tickets back.
pub const GIVE_BACK_REASON_FIRST: &str = "choose the reason first: 1 to 6";
/// A digit without a reason there.
pub const NO_SUCH_GIVE_BACK_REASON: &str = "there are six reasons: 1 to 6";
/// Enter before the sum is known.
pub const GIVE_BACK_COMES: &str = "still asking what goes back";
/// Enter without a seat.
pub const GIVE_BACK_NOTHING: &str = "choose a seat first";
/// Another refund of the booking waits.
pub const GIVE_BACK_WAITS: &str = "a refund of it waits for a manager";
/// Above the seats that may be given back.
pub const GIVE_BACK_WHICH: &str = "Which tickets come back?";

/// A seat that may be given back: the mark, whether it is chosen, and what was told of it.
#[must_use]
pub fn give_back_seat(form: &GiveBack, at: usize) -> String {
    let Some((seat, chosen)) = form.seats.get(at) else {
        return String::new();
    };
    let mark = if form.at == at { '>' } else { ' ' };
    let pick = if *chosen { 'x' } else { ' ' };
    let told = form.told(*seat).map_or_else(String::new, |line| {
        let (back, kept) = (line.back.plain(), line.kept.plain());
        if line.kept.minor > 0 {
            format!("  {back} back, {kept} kept")
        } else {
            format!("  {back} back")
        }
    });
    format!("{mark} [{pick}] {:<5}{told}", seat.to_string())
}

/// What goes back in all.
#[must_use]
pub fn give_back_sum(quote: &Quoted) -> String {
    match quote {
        Quoted::Asked => GIVE_BACK_COMES.to_owned(),
        Quoted::Nothing => GIVE_BACK_NOTHING.to_owned(),
        Quoted::Refused(why) => why.clone(),
        Quoted::Told(quote) => {
            let manager = if quote.needs_approval {
                "; a manager has to approve it"
            } else {
                ""
            };
            format!("{} back, {} kept{manager}", quote.back, quote.kept.plain())
        }
    }
}

/// A reason for giving tickets back with its digit; `>` stands before the one that was chosen.
#[must_use]
pub fn give_back_reason_line(at: usize, chosen: Option<RefundReason>) -> String {
    let Some(reason) = RefundReason::ALL.get(at).copied() else {
        return String::new();
    };
    let mark = if chosen == Some(reason) { '>' } else { ' ' };
    format!("{mark} {} {}", at + 1, give_back_reason(reason))
}

/// Tickets that were given back before.
#[must_use]
pub fn refund_made(made: &RefundMade) -> String {
    let seats: Vec<SeatLabel> = made.lines.iter().map(|line| line.seat).collect();
    let (back, kept) = (made.back, made.kept.plain());
    format!("{} given back: {back} back, {kept} kept", seat_list(&seats))
}

/// A refund that waits.
#[must_use]
pub fn refund_waits(asked: &RefundWaiting) -> String {
    let seats: Vec<SeatLabel> = asked.lines.iter().map(|line| line.seat).collect();
    format!("{}: {} wait for a manager", seat_list(&seats), asked.back)
}

/// A refund that was asked for and not made: how that ended, and what was said to it.
#[must_use]
pub fn refund_declined(one: &RefundDeclined) -> String {
    let seats: Vec<SeatLabel> = one.lines.iter().map(|line| line.seat).collect();
    let how = match one.how {
        DeclinedHow::Refused => "refused",
        DeclinedHow::Withdrawn => "taken back by whoever asked",
        DeclinedHow::Lapsed => "not answered in time",
        DeclinedHow::Overtaken => "given back otherwise meanwhile",
    };
    let note = match one.note.as_str() {
        "" => String::new(),
        note => format!(": {note}"),
    };
    format!("{}: refund of {} {how}{note}", seat_list(&seats), one.back)
}

/// Tickets were given back, or wait for a manager.
#[must_use]
pub fn gave_back(booking: &Booking, command: CommandId) -> String {
    if let Some(asked) = booking.refund_asked.as_ref().filter(|a| a.id == command) {
        return format!("{} wait for a manager to approve it", asked.back);
    }
    let made = booking.refunds.iter().find(|made| made.id == command);
    let Some(made) = made else {
        return "given back".to_owned();
    };
    let seats: Vec<SeatLabel> = made.lines.iter().map(|line| line.seat).collect();
    let seats = seat_list(&seats);
    format!("{seats} given back: {}", cash_told(booking, made.back))
}

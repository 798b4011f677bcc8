//! What is said about bookings and on the live board.

use houseful_core::{
    ids::ShardName,
    money::Money,
    seat::SeatLabel,
    wire::{
        admin::Role,
        booking::{AppliedPayment, Booking, BookingState},
        seats::SeatMark,
    },
};

use super::seat_list;
use crate::tui::{bookings::What, live::Holder};

/// Why money goes back, by the digit that chooses it. The audit trail keeps these words.
pub const REFUND_REASONS: [&str; 4] = [
    "customer changed their mind",
    "wrong show or seats",
    "fault of the house",
    "other",
];
/// Enter before a reason.
pub const REASON_FIRST: &str = "choose the reason first: 1 to 4";
/// A digit without a reason.
pub const NO_SUCH_REASON: &str = "there are four reasons: 1 to 4";
/// `.` before the first sale.
pub const NO_LAST_SALE: &str = "nothing was sold here yet; ⟨home.bookings⟩ finds every booking";
/// `B` while somebody pays.
pub const PAY_FIRST: &str =
    "somebody is paying: ⟨payment.back⟩ goes back to the seats, from there ⟨seats.bookings⟩ works";
/// A booking can't be opened from the board.
pub const SEATS_BELOW: &str = "your seats are on hold below: ⟨live.bookings⟩ asks about them first";
/// `L` without a show.
pub const NO_SHOW_MARKED: &str = "no show is marked, or its name is still on its way";
/// Enter on an empty list.
pub const NO_BOOKING_MARKED: &str = "there is no booking to open";
/// Enter before the list.
pub const LIST_COMES: &str = "still asking the server for the list";
/// A key that needs the show.
pub const SHOW_COMES: &str = "still asking the server about the show";
/// A key while a change is out.
pub const CHANGE_UNANSWERED: &str = "the last change is not answered yet";
/// A booking was left while a change was out.
pub const LEFT_UNANSWERED: &str = "that change was asked for and not answered yet; look again";
/// Who a booking is for was written down.
pub const CONTACT_KEPT: &str = "written down";
/// Enter on an empty live board.
pub const NOBODY_HOLDS: &str = "nobody holds a seat of this show now";
/// The list of the newest bookings.
pub const RECENT_BOOKINGS: &str = "The newest bookings";
/// Before the search box.
pub const FIND: &str = "Find: ";
/// An empty search box.
pub const FIND_HINT: &str = "⟨bookings.filter⟩ finds by code, ticket, name or telephone number";
/// The newest, when there are none.
pub const NO_BOOKINGS: &str =
    "nothing was sold yet; a hold is on the live board of its show (⟨home.live⟩)";
/// A list that the server would not give; why follows.
pub const BOOKINGS_REFUSED: &str = "the server does not give the list; it is asked again:";
/// The same of who holds what.
pub const HELD_REFUSED: &str = "the server does not tell who holds what; it is asked again:";
/// What can be typed when nothing was found.
pub const FIND_HELP: &str =
    "type 4 characters of a code, how a name begins, or 4 digits a number ends in";
/// A booking that is for nobody in particular.
pub const NO_CONTACT: &str = "nobody in particular";
/// A show whose name is not known.
pub const SHOW_UNKNOWN: &str = "(show on its way)";

/// What a search is for.
#[must_use]
pub fn nothing_found(text: &str) -> String {
    format!("nothing was found for `{text}`")
}

/// Databases that the server could not ask for a list.
#[must_use]
pub fn left_out(away: &[ShardName]) -> String {
    let names: Vec<&str> = away.iter().map(ShardName::as_str).collect();
    match names.as_slice() {
        [one] => format!("without what is in shard {one}, which does not answer"),
        more => format!(
            "without what is in {}, which do not answer",
            more.join(", ")
        ),
    }
}

/// How many were found.
#[must_use]
pub fn found(count: usize) -> String {
    match count {
        1 => "1 booking found".to_owned(),
        count => format!("{count} bookings found"),
    }
}

/// A code was scanned in the middle of something.
#[must_use]
pub fn scanned_for_later(text: &str) -> String {
    format!("scanned {text}: ⟨home.bookings⟩ looks it up when this is done")
}

/// Where a booking stands, in one word.
#[must_use]
pub const fn state_word(state: BookingState) -> &'static str {
    match state {
        BookingState::Held => "HELD",
        BookingState::Secured => "PAYING",
        BookingState::Confirmed => "SOLD",
        BookingState::Cancelled => "REFUNDED",
        BookingState::Expired => "EXPIRED",
        BookingState::Released => "RELEASED",
    }
}

/// Where a booking stands, in a sentence.
#[must_use]
pub const fn state_said(state: BookingState) -> &'static str {
    match state {
        BookingState::Held => "held, not paid yet",
        BookingState::Secured => "paid, waiting for the bank",
        BookingState::Confirmed => "sold, the tickets are valid",
        BookingState::Cancelled => "cancelled, the seats are for sale again",
        BookingState::Expired => "the hold ran out, the seats are for sale again",
        BookingState::Released => "released, the seats are for sale again",
    }
}

/// Why a booking can't be taken up.
#[must_use]
pub const fn cannot_resume(state: BookingState) -> &'static str {
    match state {
        BookingState::Held => "its time is up; asking the server",
        BookingState::Secured | BookingState::Confirmed => "it is paid: nothing to take up",
        BookingState::Cancelled | BookingState::Expired | BookingState::Released => {
            "it holds no seats any more; sell them again from the first view"
        }
    }
}

/// Why a booking's seats can't be given back.
#[must_use]
pub const fn cannot_release(state: BookingState) -> &'static str {
    match state {
        BookingState::Held => "its time is up; asking the server",
        BookingState::Secured | BookingState::Confirmed => {
            "it is paid: ⟨booking_detail.refund⟩ gives the money and the seats back"
        }
        BookingState::Cancelled | BookingState::Expired | BookingState::Released => {
            "it holds no seats any more"
        }
    }
}

/// Why a booking's money can't go back.
#[must_use]
pub const fn cannot_refund(state: BookingState) -> &'static str {
    match state {
        BookingState::Held => {
            "nothing was paid for it: ⟨booking_detail.give_up⟩ gives the seats back"
        }
        BookingState::Cancelled => "its money went back already",
        _ => "nothing was paid for it, or it went back by itself",
    }
}

/// Why there are no tickets.
#[must_use]
pub const fn no_tickets(state: BookingState) -> &'static str {
    match state {
        BookingState::Held => "no tickets before it is paid",
        BookingState::Secured => "the tickets come when the bank has answered",
        _ => "it has no tickets",
    }
}

/// A refund without the right.
#[must_use]
pub fn refund_needs_manager(role: Option<Role>) -> String {
    let role = role.map_or("nobody's", |role| match role {
        Role::Customer => "a customer's",
        Role::Clerk => "a clerk's",
        Role::Manager => "a manager's",
        Role::Admin => "an admin's",
    });
    format!("a refund needs a manager's token, this till has {role}")
}

/// What goes back, and whose.
#[must_use]
pub fn refund_what(booking: &Booking) -> String {
    let seats: Vec<SeatLabel> = booking.lines.iter().map(|line| line.seat).collect();
    let code = booking
        .code
        .map_or_else(String::new, |c| format!(" of {c}"));
    let seats = seat_list(&seats);
    format!(
        "Give {} back and take {seats}{code} from the customer?",
        booking.total
    )
}

/// A reason with its digit; `>` stands before the one that was chosen.
#[must_use]
pub fn refund_reason(at: usize, chosen: Option<usize>) -> String {
    let mark = if chosen == Some(at) { '>' } else { ' ' };
    let reason = REFUND_REASONS.get(at).copied().unwrap_or_default();
    format!("{mark} {} {reason}", at + 1)
}

/// Before the seats of any booking are released.
#[must_use]
pub fn ask_give_up(seats: &[SeatLabel]) -> String {
    format!(
        "Give {} back? Whoever holds them loses them at once.",
        seat_list(seats)
    )
}

/// The money went back.
#[must_use]
pub fn refunded(booking: &Booking) -> String {
    match booking.total.minor {
        0 => "cancelled; it had cost nothing".to_owned(),
        _ if booking.cash_back.is_some() => {
            format!("refunded: {}", cash_told(booking, booking.total))
        }
        _ => format!("cancelled: {}", cash_told(booking, booking.total)),
    }
}

/// What becomes of money that goes back: what of it somebody has to hand out.
pub(super) fn cash_told(booking: &Booking, back: Money) -> String {
    match booking.cash_back.as_deref().copied() {
        Some(cash) if cash == back => format!("hand back {cash} in cash"),
        Some(cash) => {
            let rest = Money::new(back.minor.saturating_sub(cash.minor), back.currency);
            format!("hand back {cash} in cash, {rest} goes back the way it came")
        }
        None if booking.cash_unknown => format!(
            "{back} goes back; payment can't be asked now what of it to hand back in cash, look \
             again in a moment"
        ),
        None => format!("{back} goes back the way it came"),
    }
}

/// The code of a refund whose answer was not heard.
pub const REFUND_UNHEARD: &str = "refund_unheard";

/// A refund of an earlier run was made after all.
#[must_use]
pub fn old_refund(booking: &Booking) -> String {
    format!(
        "The refund of {} was asked for before this till was started again, and was made: {}",
        code_or_id(booking),
        refunded(booking)
    )
}

/// A refund of an earlier run was not made.
#[must_use]
pub fn refund_not_made(booking: &Booking) -> String {
    format!(
        "The refund of {} was asked for before this till was started again, and was not made. \
         Open the booking and refund it once more if it is still wanted.",
        code_or_id(booking)
    )
}

fn code_or_id(booking: &Booking) -> String {
    let code = booking.code.map(|code| code.to_string());
    code.unwrap_or_else(|| booking.id.to_string())
}

/// What became of a payment.
#[must_use]
pub fn payment(payment: &AppliedPayment) -> String {
    let tender = payment.tender.as_deref().unwrap_or("paid");
    let (keep, done) = (payment.keep, payment.settled);
    let Some(amount) = payment.amount else {
        return format!("{tender}  {keep} kept");
    };
    let back = Money::new(amount.minor.saturating_sub(keep.minor), amount.currency);
    let said = match (back.minor, done) {
        (..=0, true) => "kept".to_owned(),
        (..=0, false) => "kept, being settled".to_owned(),
        (_, true) => format!("{back} went back"),
        (_, false) => format!("{back} is going back"),
    };
    let why = payment.returned_because.as_deref().map(returned_because);
    let why = why.map_or_else(String::new, |why| format!(" ({why})"));
    format!("{tender:<5} {amount}  {said}{why}")
}

/// Why money went back.
pub(super) fn returned_because(code: &str) -> &str {
    match code {
        "booking_unknown" => "no such booking",
        "quote_changed" => "the price had changed",
        "wrong_amount" => "not the right amount",
        "paid_already" => "it was paid already",
        "released" => "the seats were released",
        "cancelled" | "refunded" => "refunded",
        "refunded_elsewhere" => "given back by the provider",
        "seats_gone" => "the seats were gone",
        "too_late" => "it came too late",
        "booked_again" => "booked again",
        "not_on_sale" => "not on sale any more",
        "show_cancelled" => "the show was cancelled",
        "capture_overdue" => "the bank took too long",
        "capture_refused" => "the bank refused after all",
        other => other,
    }
}

/// Who holds a booking: the channel, and the account when it is staff.
#[must_use]
pub fn holder(booking: &Booking) -> String {
    holder_of(&Holder::of(booking))
}

/// Who has seats: the channel, and the account when it is staff.
#[must_use]
pub fn holder_of(holder: &Holder) -> String {
    match &holder.account {
        Some(account) => format!("{}, {account}", holder.channel.word()),
        None => holder.channel.word().to_owned(),
    }
}

/// Whose seats changed, after the seats.
#[must_use]
pub fn changed_by(by: Option<&Holder>) -> String {
    by.map_or_else(String::new, |by| format!("  {}", holder_of(by)))
}

/// Who a booking is for, on one line; nothing when nobody said.
#[must_use]
pub fn contact(booking: &Booking) -> String {
    let Some(contact) = &booking.contact else {
        return String::new();
    };
    let parts = [contact.name.as_deref(), contact.phone.as_deref()];
    let parts: Vec<&str> = parts.into_iter().flatten().collect();
    parts.join("  ")
}

/// How full a show is.
#[must_use]
pub fn counts(counts: crate::tui::live::Counts) -> String {
    let all = counts.free + counts.held + counts.sold + counts.blocked;
    format!(
        "{} free   {} held   {} sold   {} blocked   of {all}",
        counts.free, counts.held, counts.sold, counts.blocked
    )
}

/// Above who holds what.
#[must_use]
pub fn holds(bookings: usize, seats: usize) -> String {
    match (bookings, seats) {
        (0, _) => "HELD NOW  nothing".to_owned(),
        (1, 1) => "HELD NOW  1 seat, 1 booking".to_owned(),
        (1, seats) => format!("HELD NOW  {seats} seats, 1 booking"),
        (bookings, seats) => format!("HELD NOW  {seats} seats, {bookings} bookings"),
    }
}

/// A number without a booking.
#[must_use]
pub fn no_booking_line(number: usize) -> String {
    format!("there is no booking number {number} on this list")
}

/// A booking's state while something is being done about it.
#[must_use]
pub fn being_done(what: What, state: &str) -> String {
    match what {
        What::Release => "being released ...".to_owned(),
        What::Refund | What::GiveBack => "being refunded ...".to_owned(),
        What::Contact => format!("{state}; writing down ..."),
    }
}

/// Since when, and by whom, seats are held.
#[must_use]
pub fn held_since(at: &str, booking: &Booking) -> String {
    format!("{at} by {}", holder(booking))
}

/// Above what changed.
pub const LATEST: &str = "LATEST CHANGES";
/// Nothing has changed since the board was opened.
pub const NO_CHANGE_YET: &str = "none since this board was opened";

/// What seats became.
#[must_use]
pub const fn became(mark: SeatMark) -> &'static str {
    match mark {
        SeatMark::Free => "free again",
        SeatMark::Held => "held",
        SeatMark::Booked => "sold",
        SeatMark::Blocked(_) => "blocked",
    }
}

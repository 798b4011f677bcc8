//! What is said of money and tickets.

use houseful_core::{money::Money, wire::booking::Ticket};

use super::{duration, sentence};
use crate::tui::wording;

/// The amount in hand.
pub const TYPE_AMOUNT: &str = "Type what the customer gives, or an empty line to choose again.";

/// What can be paid with, with its number.
#[must_use]
pub fn tenders(takes_cash: bool) -> &'static str {
    if takes_cash {
        "1 cash exact, 2 cash other amount, 3 card, voucher."
    } else {
        "3 card, voucher. Taking cash needs a clerk's token."
    }
}

/// The words of an amount that is none.
#[must_use]
pub fn no_amount(text: &str) -> String {
    format!("`{text}` is no amount of money. Type it as in 50 or 50.00.")
}

/// What is to pay.
#[must_use]
pub fn pay(total: Money) -> String {
    format!("Pay {total}.")
}

/// The cards of the terminal.
#[must_use]
pub fn card(number: usize, last: &str, what: &str) -> String {
    format!("{number} ends in {last}, {what}.")
}

/// Before the cards.
pub const CARDS: &str = "Simulated card terminal. Enter is card 1, n another number.";

/// The card terminal wants a number.
pub const TYPE_CARD: &str = "Type the number of the card; cancel leaves this.";
/// A voucher wants its code.
pub const TYPE_VOUCHER: &str = "Type or scan the code of the voucher; cancel leaves this.";

/// It is paid.
#[must_use]
pub fn paid(how: &str, code: &str) -> String {
    format!("{how} Booking {code}.")
}

/// Paid now, in cash.
pub const PAID: &str = "Paid.";

/// Paid by card.
pub const PAID_BY_CARD: &str = "Paid by card.";
/// Paid by vouchers.
pub const PAID_BY_VOUCHER: &str = "Paid by voucher.";
/// Paid by vouchers and cash.
pub const PAID_BY_VOUCHER_AND_CASH: &str = "Paid by voucher and cash.";
/// Paid by vouchers and a card.
pub const PAID_BY_VOUCHER_AND_CARD: &str = "Paid by voucher and card.";

/// Paid earlier, or elsewhere.
pub const SOLD: &str = "Sold.";

/// The seats of the tickets, and where to go when.
#[must_use]
pub fn ticket_seats(seats: &str, screen: &str, time: &str) -> String {
    format!("Seats {seats}, {screen}, {time}.")
}

/// What goes back to the customer.
#[must_use]
pub fn change(change: Money) -> String {
    format!("Change {change}.")
}

/// A ticket's code.
#[must_use]
pub fn ticket(ticket: &Ticket) -> String {
    let (seat, code) = (ticket.seat, ticket.code);
    match wording::place(ticket.place) {
        Some(place) => format!("Ticket for {seat}, {place}: {code}."),
        None => format!("Ticket for {seat}: {code}."),
    }
}

/// A ticket among several.
#[must_use]
pub fn ticket_of(at: usize, of: usize, ticket: &Ticket) -> String {
    let (seat, code) = (wording::of_seat(ticket), ticket.code);
    format!("Ticket {at} of {of}, {seat}: {code}.")
}

/// The bank takes its time.
#[must_use]
pub fn still_paying(what: &str, seconds: i64) -> String {
    format!(
        "{} For {} now; leave leaves it alone.",
        sentence(what),
        duration(seconds)
    )
}

//! What plain mode says: whole sentences, for ears and for scripts. No signs that only mean
//! something beside others, and nothing that sounds like its neighbour.

mod lists;
mod paying;
mod seats;
mod staff;
mod words;

use houseful_core::wire::admin::Mode;

pub use lists::*;
pub use paying::*;
pub use seats::*;
pub use staff::*;
pub use words::*;

use crate::tui::keymap::Place;

/// An answer is late.
pub const ASKING: &str = "Asking the server ...";

/// A line for the seats while the payment is about to open.
pub const PAYMENT_COMES: &str = "The payment opens as soon as the server has answered about the seats. Wait for it, or type back first.";

/// Nothing was typed where a rule of the house would be broken.
pub const OVERRIDE_IS_TYPED: &str =
    "Nothing was done: type the number or the words of what you want. again tells the choices.";

/// The input ended.
pub const END_OF_INPUT: &str = "End of input.";

/// The program ends and holds nothing.
pub const LEFT: &str = "Goodbye.";

/// Nobody answers and nobody is known to have answered.
pub const LINK_DOWN: &str = "The server can't be reached. It is asked again by itself.";

/// It answers again.
pub const LINK_UP: &str = "The server answers again.";

/// The live feed broke.
pub const FEED_DOWN: &str = "What others do is not told at the moment.";

/// The live feed stands again.
pub const FEED_UP: &str = "What others do is told again.";

/// No hold and no clock.
pub const NO_HOLD: &str = "Nothing is on hold.";

/// The answer about a release did not come.
pub const RELEASE_UNHEARD: &str =
    "The server did not say that the seats are released; they are free within five minutes.";

/// What is asked in a place.
#[must_use]
pub fn prompt(place: Place, holds: bool, amount: bool) -> &'static str {
    match place {
        Place::Home => "Show? ",
        Place::Filter | Place::BrowseFilter => "Find? ",
        Place::Seats if holds => "Enter to pay, or choose? ",
        Place::Seats => "How many seats, or seat names? ",
        Place::GoTo => "Seat names? ",
        Place::Code => "Code? ",
        Place::Payment if amount => "Amount given? ",
        Place::Payment => "Pay? ",
        Place::Card => "Card? ",
        Place::CardNumber => "Card number? ",
        Place::VoucherCode => "Voucher code? ",
        Place::Paying => "Wait, or leave? ",
        Place::Ticket => "Next show? ",
        Place::Bookings => "Booking? ",
        Place::BookingsSearch => "Find? ",
        Place::ContactForm => "Name, telephone? ",
        Place::Late => "Case? ",
        Place::CaseNote => "Note? ",
        Place::Trouble => "Enter to go on? ",
        _ => "Which? ",
    }
}

/// A sentence from a message: it begins with a capital and ends with a stop.
#[must_use]
pub fn sentence(text: &str) -> String {
    let text = text.trim();
    let mut chars = text.chars();
    let mut out: String = match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => return String::new(),
    };
    if !out.ends_with(['.', '!', '?', ':']) {
        out.push('.');
    }
    out
}

/// A message that names keys, in words that can be typed here.
#[must_use]
pub fn notice(text: &str) -> String {
    // Nothing is put into a clipboard here: the line itself can be taken.
    if let Some(command) = super::copied_command(text) {
        return format!("As a command: {command}");
    }
    let said = match text {
        super::SEATS_FIRST => "no seats yet: type how many, or seat names",
        super::PARTY_FIRST => "type a number first: how many come",
        super::NO_SEAT_OF_THAT_TYPE => {
            "no seat left to change; `at h8` and then `ticket type` changes that one"
        }
        super::INTERRUPT_AGAIN => "type quit again to release the seats and leave",
        super::INTERRUPT_AGAIN_EMPTY => "type quit again to leave",
        super::INTERRUPT_AGAIN_PAYING => "type quit again to leave; the payment goes on by itself",
        super::INTERRUPT_AGAIN_KEEPS => {
            "type quit again to leave; the seats of the unfinished sale stay on hold"
        }
        super::CASH_NEEDS_CLERK => "taking cash needs a clerk's token; card pays by card",
        super::NO_SUCH_CARD => "type 1 to 5 for a card, or its number",
        super::NO_SHELL => "there is no shell to go back to; quit leaves",
        other => other,
    };
    sentence(said)
}

/// `5 minutes`, `4 minutes 10 seconds`, `30 seconds`.
#[must_use]
pub fn duration(seconds: i64) -> String {
    let part = |number: i64, word: &str| match number {
        1 => format!("1 {word}"),
        _ => format!("{number} {word}s"),
    };
    match (seconds / 60, seconds % 60) {
        (0, seconds) => part(seconds, "second"),
        (minutes, 0) => part(minutes, "minute"),
        (minutes, seconds) => format!("{} {}", part(minutes, "minute"), part(seconds, "second")),
    }
}

/// What is left of a hold.
#[must_use]
pub fn time_left(seconds: i64) -> String {
    format!("Time left {}.", duration(seconds))
}

/// The wall clock at the cinema.
#[must_use]
pub fn clock(time: &str) -> String {
    format!("It is {time}.")
}

/// Where somebody has come to.
#[must_use]
pub fn hello(mode: Mode, account: Option<&str>) -> String {
    let mode = match mode {
        Mode::Live => "",
        Mode::Training => ", training",
        Mode::Demo => ", demo",
    };
    let account = account.map_or(String::new(), |name| format!(", {name}"));
    format!("{}{mode}{account}. Type help for all words.", super::NAME)
}

/// The sale stops here, its seats do not.
#[must_use]
pub fn stays_held(seats: &str, left: i64) -> String {
    format!(
        "{seats} stay on hold for {}; the next start offers them.",
        duration(left)
    )
}

/// A choice of a dialog with its number.
#[must_use]
pub fn choices(choices: &[&str]) -> String {
    let parts: Vec<String> = (1..)
        .zip(choices)
        .map(|(number, choice): (usize, _)| format!("{number} {choice}"))
        .collect();
    format!("{}.", parts.join(", "))
}

#[cfg(test)]
mod tests {
    use houseful_core::seat::SeatLabel;

    use super::*;

    #[test]
    fn seats_and_times_are_said_in_words() {
        let named = |names: &[&str]| {
            let labels: Vec<SeatLabel> = names.iter().map(|n| n.parse().expect("a seat")).collect();
            seats(&labels)
        };
        assert_eq!(named(&["H8"]), "H8");
        assert_eq!(named(&["H8", "H9"]), "H8 and H9");
        assert_eq!(named(&["H8", "H9", "H10", "J1"]), "H8 to H10 and J1");
        assert_eq!(named(&["B4", "H8", "H9"]), "B4, H8 and H9");
        assert_eq!(row_part("free", &[1, 2, 4, 5, 6]), "free 1, 2, 4 to 6");
        assert_eq!(duration(300), "5 minutes");
        assert_eq!(duration(61), "1 minute 1 second");
        assert_eq!(duration(30), "30 seconds");
        assert_eq!(sentence("seat H9 was taken"), "Seat H9 was taken.");
        assert_eq!(sentence(""), "");
    }
}

//! The words that can be said, and what is said about words.

use crate::tui::keymap::{Action, Place};

/// The list of words of the face itself, with what they tell.
pub const WORDS_ANYWHERE: [(&str, &str); 5] = [
    ("again", "tells where you are once more, with its list"),
    ("more, or m", "the next lines of the list"),
    ("time", "the time, and what is left of the five minutes"),
    ("help", "these words"),
    (
        "quit",
        "leaves; with seats on hold it has to be typed twice, and releases them",
    ),
];

/// The same for the seats.
pub const WORDS_OF_SEATS: [(&str, &str); 9] = [
    ("2", "the best seats for two; also 2a1c or 2 adult 1 child"),
    ("h8 h9, or H8-9", "those seats"),
    ("drop h9", "without that seat"),
    (
        "at h9",
        "moves there without taking it; pick and ticket type act there",
    ),
    ("look h9", "what that seat is"),
    ("any, front, middle, rear", "where the best seats shall be"),
    ("seats", "the whole hall, row by row; row h tells one row"),
    ("prices", "what tickets cost"),
    ("booking", "each seat of the booking with its price"),
];

/// The same for the list of shows.
pub const WORDS_OF_LISTS: [(&str, &str); 2] = [
    ("1, 2 and so on", "that line of the list"),
    (
        "find dune",
        "the lines that fit; at the list of shows a word alone does",
    ),
];

/// The same for the payment.
pub const WORDS_OF_PAYMENT: [(&str, &str); 2] = [
    ("50 or 50.00", "cash given, with change"),
    ("booking", "each seat of the booking with its price"),
];

/// More words for an action in a place than its key and its label.
#[must_use]
pub fn words_in(place: Place, action: Action) -> &'static [&'static str] {
    match (place, action) {
        // Esc gives the rest up here, but who says `back` wants back to the seats.
        (Place::LostRace | Place::NoOffer, Action::Back) => &[],
        (Place::LostRace | Place::NoOffer, Action::Accept) => &["back", "keep"],
        _ => action_words(action),
    }
}

/// More words for an action than its key and its label.
#[must_use]
pub fn action_words(action: Action) -> &'static [&'static str] {
    match action {
        Action::Help => &["help", "words"],
        Action::Back => &["back"],
        Action::Quit => &["quit", "exit"],
        Action::Interrupt => &["interrupt"],
        Action::Redraw => &["redraw"],
        Action::Suspend => &["suspend"],
        Action::Refresh => &["refresh"],
        Action::PageUp => &["page up"],
        Action::PageDown => &["page down"],
        Action::First => &["first"],
        Action::Last => &["last"],
        Action::Next => &["next"],
        Action::Previous => &["previous"],
        Action::Filter => &["filter", "find", "search"],
        Action::NextDay => &["next day", "tomorrow"],
        Action::PreviousDay => &["previous day", "day before"],
        Action::Resume => &["resume"],
        Action::Browse => &["browse"],
        Action::Pick => &["pick"],
        Action::NextBest => &["next best", "best", "next"],
        Action::Zone => &["zone"],
        Action::GoTo => &["go to"],
        Action::Code => &["code"],
        Action::TurnTicketType => &["ticket type"],
        Action::Undo => &["undo"],
        Action::Card => &["card"],
        Action::CardNumber => &["card number"],
        Action::Voucher => &["voucher"],
        Action::NextTicket => &["next ticket"],
        Action::PreviousTicket => &["previous ticket"],
        Action::Yes => &["yes"],
        Action::Keep => &["keep"],
        Action::Bookings => &["bookings"],
        Action::Live => &["live"],
        Action::LastSale => &["last sale", "reprint"],
        Action::GiveUp => &["release"],
        Action::Refund => &["refund"],
        Action::GiveBack => &["give back"],
        Action::Late => &["late payments"],
        Action::Turn => &["ended", "open or ended"],
        Action::Older => &["older"],
        Action::Approve => &["approve"],
        Action::Refuse => &["refuse"],
        Action::Resolve => &["resolve", "done"],
        Action::SellOthers => &["sell others", "new sale"],
        Action::Tickets => &["tickets"],
        Action::EditContact => &["contact", "name and phone"],
        Action::Quick => &["quick line"],
        Action::Copy => &["command"],
        Action::Erase => &["erase"],
        Action::Point => &["point"],
        _ => &[],
    }
}

/// A line that is no word here.
#[must_use]
pub fn unknown(line: &str) -> String {
    format!("`{line}` is no word here.")
}

/// A beginning that several words have.
#[must_use]
pub fn ambiguous(line: &str, words: &[String]) -> String {
    format!("`{line}` could be {}. Type more of it.", or(words))
}

/// All words of a place on one line.
#[must_use]
pub fn words_here(words: &[String]) -> String {
    format!("Words here: {}.", words.join(", "))
}

/// A word and what it does.
#[must_use]
pub fn word(word: &str, does: &str) -> String {
    format!("{word}: {does}.")
}

/// `one, two or three`.
fn or(words: &[String]) -> String {
    match words.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        None => String::new(),
    }
}

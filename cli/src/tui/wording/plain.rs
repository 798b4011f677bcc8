//! What plain mode says: whole sentences, for ears and for scripts. No signs that only mean
//! something beside others, and nothing that sounds like its neighbour.

use houseful_core::{
    best::Zone, money::Money, price::TicketType, seat::SeatLabel, wire::admin::Mode,
};

use crate::tui::{
    hall::SeatLook,
    keymap::{Action, Place},
};

/// An answer is late.
pub const ASKING: &str = "Asking the server ...";
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
/// There is nothing more of a list.
pub const NO_MORE: &str = "That was all of it.";
/// The whole list can be heard.
pub const MORE: &str = "More: type m.";
/// Beside it.
pub const FIND: &str = "Find: type a word.";
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
/// No seat can be had.
pub const NONE_FREE: &str = "No seat is free any more.";
/// No hold and no clock.
pub const NO_HOLD: &str = "Nothing is on hold.";
/// The answer about a release did not come.
pub const RELEASE_UNHEARD: &str =
    "The server did not say that the seats are released; they are free within five minutes.";
/// Seats are not there yet.
pub const NOT_LOADED: &str = "The seats of this show are not here yet. Type again to hear more.";
/// Nothing is written there.
pub const EMPTY_BOOKING: &str = "No seats yet.";
/// The show on that line is over.
pub const LINE_GONE: &str = "That show is no longer on the list. Type list to hear it anew.";
/// Nothing was chosen.
pub const AT_LEAST_ONE: &str = "At least one.";
/// A list without a line.
pub const NO_SHOWS: &str =
    "no shows on sale here; next day and previous day change the day, browse tells other cities";
/// A filter that nothing fits.
pub const NOTHING_FITS: &str = "nothing fits; clear shows all again";
/// The field for the filter.
pub const TYPE_FILTER: &str = "Type a part of a film, a place or a time.";
/// The amount in hand.
pub const TYPE_AMOUNT: &str = "Type what the customer gives, or an empty line to choose again.";
/// What a digit is for in Browse.
pub const ALL_CITIES: &str = "0 is all cities.";

/// What can be paid with, with its number.
#[must_use]
pub fn tenders(takes_cash: bool) -> &'static str {
    if takes_cash {
        "1 cash exact, 2 cash other amount, 3 card."
    } else {
        "3 card. Taking cash needs a clerk's token."
    }
}

/// What is asked in a place.
#[must_use]
pub fn prompt(place: Place, holds: bool, amount: bool) -> &'static str {
    match place {
        Place::Home => "Show? ",
        Place::Filter | Place::BrowseFilter => "Find? ",
        Place::Seats if holds => "Enter to pay, or choose? ",
        Place::Seats => "How many seats, or seat names? ",
        Place::GoTo => "Seat names? ",
        Place::Payment if amount => "Amount given? ",
        Place::Payment => "Pay? ",
        Place::Card => "Card? ",
        Place::CardNumber => "Card number? ",
        Place::Paying => "Wait, or leave? ",
        Place::Ticket => "Next show? ",
        Place::Trouble => "Enter to go on? ",
        _ => "Which? ",
    }
}

/// What is asked of a column of Browse.
pub const BROWSE_PROMPTS: [&str; 3] = ["City? ", "Film? ", "Show? "];

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
        Action::TurnTicketType => &["ticket type"],
        Action::Undo => &["undo"],
        Action::Card => &["card"],
        Action::CardNumber => &["card number"],
        Action::NextTicket => &["next ticket"],
        Action::PreviousTicket => &["previous ticket"],
        Action::Yes => &["yes"],
        Action::Keep => &["keep"],
        Action::Erase => &["erase"],
        Action::Point => &["point"],
        _ => &[],
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
    let said = match text {
        super::SEATS_FIRST => "no seats yet: type how many, or seat names",
        super::PARTY_FIRST => "type a number first: how many come",
        super::NO_SEAT_OF_THAT_TYPE => {
            "no seat left to change; `at h8` and then `ticket type` changes that one"
        }
        super::INTERRUPT_AGAIN => "type quit again to release the seats and leave",
        super::CASH_NEEDS_CLERK => "taking cash needs a clerk's token; card pays by card",
        super::NO_SUCH_CARD => "type 1 to 5 for a card, or its number",
        super::NO_SHELL => "there is no shell to go back to; quit leaves",
        other => other,
    };
    sentence(said)
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

/// A number without a line.
#[must_use]
pub fn no_line(number: usize, lines: usize) -> String {
    match lines {
        0 => "There is no line to choose.".to_owned(),
        1 => format!("There is no line {number}; there is 1."),
        _ => format!("There is no line {number}; there are 1 to {lines}."),
    }
}

/// The words of an amount that is none.
#[must_use]
pub fn no_amount(text: &str) -> String {
    format!("`{text}` is no amount of money. Type it as in 50 or 50.00.")
}

/// `one, two or three`.
fn or(words: &[String]) -> String {
    match words.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        None => String::new(),
    }
}

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

/// A list's heading.
#[must_use]
pub fn shows_heading(day: &str, at: Option<&str>, count: usize, filter: Option<&str>) -> String {
    let at = at.map_or(String::new(), |cinema| format!(" at {cinema}"));
    let shows = count_of(count, "show");
    match (filter, count) {
        (None, _) => format!("{day}{at}. {shows}."),
        (Some(text), 1) => format!("{day}{at}. {shows} fits `{text}`. Type clear for all."),
        (Some(text), _) => format!("{day}{at}. {shows} fit `{text}`. Type clear for all."),
    }
}

/// The list as it was.
#[must_use]
pub fn same_shows(count: usize) -> String {
    format!("{} as before; list tells them.", count_of(count, "show"))
}

/// `1 show`, `2 shows`.
#[must_use]
pub fn count_of(count: usize, thing: &str) -> String {
    match count {
        1 => format!("1 {thing}"),
        _ => format!("{count} {thing}s"),
    }
}

/// The next shows of a day.
#[must_use]
pub fn day(day: &str, days: u16) -> String {
    match (days, day.is_empty()) {
        (0, true) => "Next shows".to_owned(),
        (0, false) => format!("Next shows, {day},"),
        (1, _) => format!("Tomorrow, {day},"),
        _ => format!("{day},"),
    }
}

/// A numbered line.
#[must_use]
pub fn line(number: usize, text: &str) -> String {
    format!("{number}. {text}")
}

/// How many seats a show has left, in a list.
#[must_use]
pub fn free(free: u32) -> String {
    match free {
        0 => "sold out".to_owned(),
        _ => format!("{free} free"),
    }
}

/// A show in a list.
#[must_use]
pub fn show_line(when: &str, title: &str, place: &str, state: &str, from: Money) -> String {
    format!("{when} {title}, {place}, {state}, from {}", from.plain())
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
    format!("{}, {}.", parts.join(", "), total.plain())
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

/// The sale stops here, its seats do not.
#[must_use]
pub fn stays_held(seats: &str, left: i64) -> String {
    format!(
        "{seats} stay on hold for {}; the next start offers them.",
        duration(left)
    )
}

/// A held booking that can be taken up again.
#[must_use]
pub fn kept_hold(title: &str, seats: &str, left: i64) -> String {
    format!(
        "On hold: {title}, {seats}, {} left. Type resume to take it up again.",
        duration(left)
    )
}

/// A line about a kept booking, with what to type.
#[must_use]
pub fn kept(text: &str) -> String {
    text.replace("r takes it up again", "resume takes it up again")
        .replace("r shows", "resume shows")
}

/// The field for seats wants names.
pub const TYPE_SEATS: &str = "Type seat names, as in h8-9 or h8,j3; cancel leaves this.";

/// What a seat is, for somebody who asks for it.
#[must_use]
pub fn seat(label: SeatLabel, category: &str, price: Option<Money>, look: SeatLook) -> String {
    let price = price.map_or(String::new(), |p| format!(" {}", p.plain()));
    format!(
        "{label}, {}{price}, {}.",
        category.to_lowercase(),
        super::look(look)
    )
}

/// The seat under the cursor changed by itself.
#[must_use]
pub fn seat_changed(label: SeatLabel, look: SeatLook) -> String {
    format!("{label} is {} now.", super::look(look))
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
        (SeatLook::Free('c'), _) => "free companion places".to_owned(),
        (SeatLook::Free(_), Some(category)) => format!("free {}", category.to_lowercase()),
        (SeatLook::Held, _) => "held".to_owned(),
        (look, _) => super::look(look).to_owned(),
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
        .map(|(category, price)| format!("{} {}", category.to_lowercase(), price.plain()))
        .collect();
    format!("{}, letter {}: {}.", kind.name, kind.key, parts.join(", "))
}

/// One seat of the booking.
#[must_use]
pub fn booking_line(seat: SeatLabel, kind: &str, price: Money) -> String {
    format!("{seat} {} {}.", kind.to_lowercase(), price.plain())
}

/// The end of the booking.
#[must_use]
pub fn total(fee: Money, total: Money) -> String {
    format!("Fee {}, total {total}.", fee.plain())
}

/// What is to pay.
#[must_use]
pub fn pay(total: Money) -> String {
    format!("Pay {}.", total.plain())
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

/// It is paid.
#[must_use]
pub fn paid(how: &str, code: &str) -> String {
    format!("{how} Booking {code}.")
}

/// Paid now, in cash.
pub const PAID: &str = "Paid.";
/// Paid by card.
pub const PAID_BY_CARD: &str = "Paid by card.";
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
    format!("Change {}.", change.plain())
}

/// A ticket's code.
#[must_use]
pub fn ticket(seat: SeatLabel, code: &str) -> String {
    format!("Ticket for {seat}: {code}.")
}

/// A ticket among several.
#[must_use]
pub fn ticket_of(at: usize, of: usize, seat: SeatLabel, code: &str) -> String {
    format!("Ticket {at} of {of}, seat {seat}: {code}.")
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

/// Cities to choose from.
#[must_use]
pub fn cities(count: usize) -> String {
    let count = match count {
        1 => "1 city".to_owned(),
        _ => format!("{count} cities"),
    };
    format!("{count}. {ALL_CITIES}")
}

/// A city in the list.
#[must_use]
pub fn city(name: &str, cinemas: u32) -> String {
    let count = usize::try_from(cinemas).unwrap_or(usize::MAX);
    format!("{name}, {}", count_of(count, "cinema"))
}

/// Films to choose from.
#[must_use]
pub fn films(city: Option<&str>, count: usize) -> String {
    let place = city.map_or("in all cities".to_owned(), |city| format!("in {city}"));
    format!("{} {place}.", count_of(count, "film"))
}

/// A film in the list.
#[must_use]
pub fn film(title: &str, certificate: &str, minutes: u32) -> String {
    format!("{title} ({certificate}), {minutes} minutes")
}

/// Shows of a film to choose from.
#[must_use]
pub fn shows_of(title: &str, count: usize) -> String {
    format!("{title}. {}.", count_of(count, "show"))
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

#[cfg(test)]
mod tests {
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

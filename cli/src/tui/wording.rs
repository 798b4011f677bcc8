//! Every sentence that the screens say, in one place.

mod bookings;
mod dialogs;
mod display;
mod flow;
mod give_back;
mod kept;
pub mod keys;
pub mod label;
mod late;
mod payment;
pub mod plain;
mod seats;
mod title;

use houseful_core::{
    best::{Relaxed, Zone},
    layout::Place,
    money::Money,
    price::TicketType,
    seat::SeatLabel,
    time::UtcMillis,
    wire::{
        booking::{Ticket, Wish},
        catalogue::{Movie, Show, ShowStatus},
    },
};

pub use bookings::*;
pub use dialogs::*;
pub use display::*;
pub use flow::*;
pub use give_back::*;
pub use kept::*;
pub use late::*;
pub use payment::*;
pub use seats::*;
pub use title::*;

use super::{hall::SeatLook, keymap::BoundLine, seats::Asking};

/// The program's name in the header.
pub const NAME: &str = "Houseful";
/// In place of who sells, where the server does not know that.
pub const NOT_SIGNED_IN: &str = "not signed in";
/// A show was opened by somebody who can't sell it.
pub const SIGN_IN_FIRST: &str =
    "not signed in: seats can be looked at, and sold after `houseful auth login`";
/// Above the list of shows.
pub const NEXT_SHOWS: &str = "Next shows";
/// Above the list of shows that have begun and are still sold.
pub const BEGUN_SHOWS: &str = "Shows that have begun";
/// There are none.
pub const NO_BEGUN_SHOWS: &str = "nothing that has begun is still sold";
/// There is no day before what has begun.
pub const NOTHING_BEFORE: &str = "shows that began earlier are not sold any more";
/// `r` without a booking.
pub const NOTHING_TO_RESUME: &str = "no held booking to take up again";
/// `r` before the answer.
pub const STILL_ASKING: &str = "still asking the server about that booking";
/// `b` without a party.
pub const PARTY_FIRST: &str = "press a number first: how many come";
/// Enter without seats.
pub const SEATS_FIRST: &str =
    "no seats yet: press ⟨seats.digit⟩ for the best ones, or ⟨seats.pick⟩ to pick this one";
/// `u` without a change.
pub const NOTHING_TO_UNDO: &str = "nothing to take back";
/// A ticket type's key when no seat is left to change.
pub const NO_SEAT_OF_THAT_TYPE: &str =
    "no seat left to change; ⟨seats.turn_ticket_type⟩ changes the seat under the cursor";
/// The countdown is at its end.
pub const HOLD_ENDING: &str = "the five minutes are over; asking the server";
/// The hold ran out.
pub const HOLD_EXPIRED: &str = "the five minutes are over and the seats are for sale again";
/// The hold was given up, by staff or on another screen.
pub const HOLD_RELEASED: &str = "the seats were released";
/// The booking was cancelled.
pub const BOOKING_CANCELLED: &str = "the booking was cancelled";
/// The feed told something unknown.
pub const MAP_NOT_UNDERSTOOD: &str =
    "the server's seat map has a mark that this program does not know; update it";
/// Ctrl-C once, with seats on hold.
pub const INTERRUPT_AGAIN: &str = "press ⟨home.interrupt⟩ again to release the seats and quit";
/// The same while a payment is under way, which nobody takes back.
pub const INTERRUPT_AGAIN_PAYING: &str =
    "press ⟨home.interrupt⟩ again to quit; the payment goes on by itself";
/// The same where nothing is held.
pub const INTERRUPT_AGAIN_EMPTY: &str = "press ⟨home.interrupt⟩ again to quit";
/// The same where only an earlier run's seats are on hold.
pub const INTERRUPT_AGAIN_KEEPS: &str =
    "press ⟨home.interrupt⟩ again to quit; the seats of the unfinished sale stay on hold";
/// Ctrl-Z where nobody could bring the program back.
pub const NO_SHELL: &str = "there is no shell to go back to; ⟨home.quit⟩ quits";
/// On the terminal while the screens stand aside.
pub const STANDS_ASIDE: &str =
    "houseful stands still. `fg` brings it back; `bg` lets a database that it serves go on";
/// On the terminal after the screens, when something still has to be sent.
pub const FAREWELL: &str = "giving the seats back ... (Ctrl-C leaves at once)";
/// On the terminal when that came to nothing.
pub const NO_FAREWELL: &str =
    "the server did not answer; what was held is free again within five minutes";
/// Cash without the right.
pub const CASH_NEEDS_CLERK: &str = "taking cash needs a clerk's token; ⟨payment.card⟩ pays by card";
/// No card with that number.
pub const NO_SUCH_CARD: &str = "press 1 to 5 for a card, or ⟨card.card_number⟩ to type its number";
/// A card number that is none.
pub const CARD_NUMBER_DIGITS: &str = "a card number has 12 to 19 digits";
/// A part of the program broke.
#[must_use]
pub fn mishap(what: &str) -> String {
    format!("A part of this program broke, the screens go on: {what}")
}

/// Where the report of a crash is.
#[must_use]
pub fn report(file: &str) -> String {
    format!("please report it with the file {file}")
}

/// A number without a line.
#[must_use]
pub fn no_line(number: usize) -> String {
    format!("there is no show number {number} on this list")
}

/// A key that does nothing here.
#[must_use]
pub fn no_such_key(key: char) -> String {
    format!("`{key}` does nothing here; ⟨home.help⟩ lists the keys")
}

/// The least a ticket costs.
#[must_use]
pub fn price_from(price: Money) -> String {
    format!("from {price}")
}

/// The day after today.
#[must_use]
pub fn tomorrow(day: &str) -> String {
    format!("Tomorrow, {day}")
}

/// How many seats can be had.
#[must_use]
pub fn free(seats: u32) -> String {
    format!("{seats} free")
}

/// A film on one line.
#[must_use]
pub fn about_film(movie: &Movie) -> String {
    format!(
        "{} ({})  {} min  {}  {}",
        movie.title,
        movie.certificate,
        movie.minutes,
        movie.genres.join(", "),
        movie.language
    )
}

/// Which of a booking's tickets is shown.
#[must_use]
pub fn code_of(number: usize, of: usize) -> String {
    format!("Code {number}/{of}")
}

/// A ticket's code with its seat.
#[must_use]
pub fn code_and_seat(ticket: &Ticket) -> String {
    format!("{}  {}", ticket.code, of_seat(ticket))
}

/// The seat of a ticket, on a line of its own.
#[must_use]
pub fn of_seat(ticket: &Ticket) -> String {
    match place(ticket.place) {
        Some(place) => format!("seat {}, {place}", ticket.seat),
        None => format!("seat {}", ticket.seat),
    }
}

/// The picture of a ticket's code has no room.
#[must_use]
pub fn picture_needs(rows: u16) -> String {
    format!("its QR code needs a window of {rows} rows")
}

/// Why a show can't be sold; `None` when it can.
#[must_use]
pub fn not_for_sale(show: &Show) -> Option<String> {
    let why = match show.status {
        ShowStatus::OnSale => return None,
        ShowStatus::Paused => "sales are paused by the house",
        ShowStatus::Cancelled => "it is cancelled",
        ShowStatus::Closed => "sales have closed",
        ShowStatus::ReadOnly => "its journal can't be read by this server",
        ShowStatus::Away => {
            "the database it is in does not answer; others sell, try this one later"
        }
    };
    Some(format!("{} is not for sale: {why}", show.title))
}

/// A show's state in a narrow column; `None` when it is for sale.
#[must_use]
pub const fn status_word(status: ShowStatus) -> Option<&'static str> {
    match status {
        ShowStatus::OnSale => None,
        ShowStatus::Paused => Some("PAUSED"),
        ShowStatus::Cancelled => Some("CANCELLED"),
        ShowStatus::Closed => Some("CLOSED"),
        ShowStatus::ReadOnly => Some("READ ONLY"),
        ShowStatus::Away => Some("AWAY"),
    }
}

/// How full a show is, when that is worth a word.
#[must_use]
pub const fn fullness(free: u32, total: u32) -> &'static str {
    if free == 0 {
        "SOLD OUT"
    } else if free * 10 <= total {
        "FEW LEFT"
    } else if free * 3 <= total {
        "FILLING"
    } else {
        ""
    }
}

/// A seat that is not in the booking.
#[must_use]
pub fn not_yours(label: SeatLabel) -> String {
    format!("{label} is not in this booking; ⟨seats.pick⟩ picks it")
}

/// What kind of place a seat is, where it is not for anybody.
#[must_use]
pub const fn place(place: Place) -> Option<&'static str> {
    match place {
        Place::Standard => None,
        Place::Wheelchair => Some("wheelchair place"),
        Place::Companion => Some("carer's place"),
    }
}

/// What a seat is, in words, whoever has it.
#[must_use]
pub fn seat_is(seat: SeatLook, kind: Place) -> String {
    match place(kind) {
        Some(place) => format!("{}, {place}", look(seat)),
        None => look(seat).to_owned(),
    }
}

/// How a seat stands.
#[must_use]
pub fn look(look: SeatLook) -> &'static str {
    match look {
        SeatLook::Free(_) => "free",
        SeatLook::Mine => "yours",
        SeatLook::Asking => "asking the server",
        SeatLook::Held => "held by somebody else",
        SeatLook::Booked => "sold",
        SeatLook::House => "kept by the house",
        SeatLook::Broken => "broken",
    }
}

/// Why a seat can't be picked.
#[must_use]
pub fn cannot_pick(label: SeatLabel, seat: SeatLook) -> String {
    format!("{label} can't be picked: {}", look(seat))
}

/// A letter that is no ticket type's key.
#[must_use]
pub fn unknown_key(key: char, types: &[TicketType]) -> String {
    let keys: Vec<String> = types
        .iter()
        .map(|t| format!("{} {}", t.key, t.name))
        .collect();
    format!(
        "`{key}` does nothing here; ticket types are {}",
        keys.join(", ")
    )
}

/// What had to give way.
#[must_use]
pub fn relaxed(relaxed: &[Relaxed]) -> String {
    let parts: Vec<String> = relaxed.iter().map(ToString::to_string).collect();
    format!("the best there is: {}", parts.join(", "))
}

/// Seat names in a row: `H8 H9`.
#[must_use]
pub fn seat_list(seats: &[SeatLabel]) -> String {
    let names: Vec<String> = seats.iter().map(ToString::to_string).collect();
    names.join(" ")
}

/// How long ago something was, for the connection line.
#[must_use]
pub fn age(since: UtcMillis, now: UtcMillis) -> String {
    format!("{} s", now.ms_since(since).max(0) / 1_000)
}

/// In place of lines for which there is no room.
pub const AND_MORE_LINES: &str = "and more ..";

/// Before the countdown.
pub const HOLD: &str = "HOLD";
/// Before the countdown in its last minute.
pub const LAST_MINUTE: &str = "LAST MINUTE";
/// The focal point of a hall.
pub const SCREEN_BAR: &str = " S C R E E N ";
/// While a list is on its way.
pub const LOADING: &str = "asking the server ...";
/// A list without a line.
pub const NO_SHOWS: &str = "no shows on sale here; ⟨home.next_day⟩ and ⟨home.previous_day⟩ change the day, ⟨home.browse⟩ browses other cities";
/// A list that the server would not give; why follows.
pub const LIST_REFUSED: &str = "the server does not give the list of shows; it is asked again:";
/// A list without a server.
pub const NO_SERVER: &str = "the server can't be reached; this goes on by itself when it can";
/// A filter that nothing fits.
pub const NOTHING_FITS: &str = "nothing fits; ⟨filter.back⟩ clears the filter";
/// Before the first answer.
pub const CONNECTING: &str = "connecting";
/// No answer since the start.
pub const NEVER_REACHED: &str = "server not reached, trying";

/// Since when there is no answer.
#[must_use]
pub fn offline(since: UtcMillis, now: UtcMillis) -> String {
    format!("offline {}, selling paused", age(since, now))
}
/// After the countdown.
pub const LEFT: &str = "left";

/// The seats of a hold, for a small window.
#[must_use]
pub fn on_hold(seats: &[SeatLabel]) -> String {
    format!("{} on hold: {}", seats.len(), seat_list(seats))
}

/// A release that was not answered.
pub const RELEASE_UNHEARD: &str = "the server did not say that the seats are released; ⟨home.resume⟩ takes them up, else they end by themselves";

/// The window is too small.
#[must_use]
pub fn too_small(needed: (u16, u16), has: (u16, u16)) -> [String; 5] {
    [
        format!("Houseful needs {} x {}.", needed.0, needed.1),
        format!("This window is {} x {}.", has.0, has.1),
        "Make it larger to go on, or use".to_owned(),
        "  houseful sell --plain".to_owned(),
        "⟨home.interrupt⟩ twice releases and quits.".to_owned(),
    ]
}

/// The first line of the cities.
pub const ALL_CITIES: &str = "(all cities)";
/// A column without a line.
pub const NONE_HERE: &str = "none";
/// Before the field for seat names.
pub const GO_TO: &str = "Seats, h8-9:";

/// How many seats can be bought.
#[must_use]
pub fn free_of(free: usize, all: usize) -> String {
    format!("{free} of {all} free")
}

/// How many seats others hold.
#[must_use]
pub fn held_by_others(held: usize) -> String {
    format!("{held} held")
}

/// The party and where it shall sit.
#[must_use]
pub fn party(party: u16, zone: Zone) -> String {
    match party {
        0 => format!("zone {zone}"),
        _ => format!("party {party}, zone {zone}"),
    }
}

/// A question about seats that is out.
#[must_use]
pub fn asking(asking: &Asking, now: UtcMillis) -> String {
    let what = match asking.wish() {
        Some(Wish::Best(best)) => {
            let seats: u32 = best.tickets.iter().map(|t| u32::from(t.count)).sum();
            format!("asking for the best {seats}")
        }
        _ => "asking".to_owned(),
    };
    let waited = now.ms_since(asking.since) / 1_000;
    match (waited, asking.question.again_at()) {
        (..1, _) => format!("{what} ..."),
        (_, None) => format!("{what}, {waited} s"),
        (_, Some(_)) => format!("{what}, no answer for {waited} s"),
    }
}

/// A booking without seats.
pub const NO_SEATS_YET: &str = "none: ⟨seats.digit⟩ or ⟨seats.pick⟩";
/// The booking fee.
pub const FEE: &str = "fee";

/// More seats than there is room for.
#[must_use]
pub fn and_more(more: usize) -> String {
    format!("and {more} more")
}

/// Above the seats of the booking.
#[must_use]
pub fn booking(seats: usize, asking: bool) -> String {
    match (seats, asking) {
        (_, true) => "BOOKING  asking ...".to_owned(),
        (0, false) => "BOOKING".to_owned(),
        (1, false) => "BOOKING  1 seat".to_owned(),
        (_, false) => format!("BOOKING  {seats} seats"),
    }
}

/// Before the total.
#[must_use]
pub fn total(currency: &str) -> String {
    format!("TOTAL {currency}")
}

/// Above the tickets.
pub const SOLD: &str = "SOLD";
/// Above the keys of a place.
pub const KEYS_HERE: &str = "Keys of this view";

/// Above a part of them: which lines it has, and how to see the others.
#[must_use]
pub fn keys_here(first: usize, last: usize, all: usize) -> String {
    format!("{KEYS_HERE}, {first}-{last} of {all}; ⟨help.up⟩ ⟨help.down⟩ ⟨help.page_down⟩ scroll")
}

/// A key with what it does.
#[must_use]
pub fn help_line(help: &str, line: &BoundLine) -> String {
    let also = line
        .also()
        .map_or_else(String::new, |key| format!(" (also {key})"));
    format!("{:<9} {help}{also}", line.shown)
}

//! What the seat grid says.

use houseful_core::{best::Relaxed, price::TicketType, seat::SeatLabel};

use crate::tui::{
    hall::SeatLook,
    seats::{Said, What, Zoom},
};

/// `v` over seats that nobody can pick.
pub const NONE_FREE_IN_RANGE: &str = "no seat of that range is free";
/// Above the small map.
pub const MAP: &str = "MAP  + shown  # yours";
/// The same where there is little room.
pub const MAP_SHORT: &str = "MAP";
/// Above what other people did.
pub const LAST_ON_THIS_SHOW: &str = "LAST ON THIS SHOW";
/// Above the offers that `b` would bring, by what this screen knows.
#[must_use]
pub fn next_offers(party: u16) -> String {
    format!("NEXT BEST FOR {party}, as seen from here")
}

/// One of them.
#[must_use]
pub fn next_offer(nth: usize, seats: &[SeatLabel], relaxed: &[Relaxed]) -> String {
    let relaxed: Vec<String> = relaxed.iter().map(ToString::to_string).collect();
    let seats = super::seat_list(seats);
    let text = format!("{nth}  {seats}  {}", relaxed.join(", "));
    text.trim_end().to_owned()
}

/// Nothing of that.
pub const NOTHING_YET: &str = "nothing yet";
/// A category without a free seat.
pub const SOLD_OUT: &str = "sold out";
/// Above the prices.
pub const PRICES: &str = "PRICES";
/// Above the characters of the grid.
pub const KEY: &str = "KEY";

/// `+` and `-` at their ends.
#[must_use]
pub const fn no_zoom(closer: bool) -> &'static str {
    if closer {
        "seats can't be drawn larger"
    } else {
        "this is the whole hall"
    }
}

/// What `w` has done.
#[must_use]
pub const fn accessible(on: bool) -> &'static str {
    if on {
        "best seats with a wheelchair place; ⟨seats.accessible⟩ again for any seats"
    } else {
        "best seats anywhere"
    }
}

/// For whom the best seats are looked for, beside party and zone.
pub const WITH_WHEELCHAIR: &str = "with wheelchair";

/// How large the blocks are.
#[must_use]
pub fn blocks_of(rows: usize) -> String {
    match rows {
        1 => "free in blocks of 10; ⟨seats.pick⟩ opens one".to_owned(),
        _ => format!("free in blocks of 10 x {rows}; ⟨seats.pick⟩ opens one"),
    }
}

/// How many of a category are free.
#[must_use]
pub fn free_seats(free: usize) -> String {
    format!("{free} free")
}

/// A wheelchair place and a companion's, each if the hall has any.
#[must_use]
pub fn places(wheelchair: bool, companion: bool) -> Option<&'static str> {
    match (wheelchair, companion) {
        (true, true) => Some("w wheelchair  c carer"),
        (true, false) => Some("w wheelchair"),
        (false, true) => Some("c carer"),
        (false, false) => None,
    }
}

/// The other characters of the grid.
#[must_use]
pub fn marks(zoom: Zoom) -> [String; 3] {
    let glyph = SeatLook::glyph;
    let (mine, asking) = (glyph(SeatLook::Mine), glyph(SeatLook::Asking));
    let (sold, held) = (glyph(SeatLook::Booked), glyph(SeatLook::Held));
    let (house, broken) = (glyph(SeatLook::House), glyph(SeatLook::Broken));
    match zoom {
        Zoom::Four => [
            format!("[ 8] yours   {asking} asking"),
            format!("{sold} sold       {held} held"),
            format!("{house} house      {broken} broken"),
        ],
        _ => [
            format!("{mine} yours   {asking} asking"),
            format!("{sold} sold    {held} held"),
            format!("{house} house   {broken} broken"),
        ],
    }
}

/// What happened to seats.
#[must_use]
pub const fn happened(what: What) -> &'static str {
    match what {
        What::Sold => "sold",
        What::Held => "held",
        What::FreeAgain => "free again",
        What::Kept => "kept by the house",
        What::Broken => "broken",
    }
}

/// What picking a free seat would come to, in full.
#[must_use]
pub fn picking(seats: &[SeatLabel], alone: &[SeatLabel], at_counter: bool) -> String {
    let makes = match seats {
        [] | [_] => String::new(),
        seats => format!(" makes {}", super::seat_list(seats)),
    };
    let leaves = leaves(alone, at_counter);
    match (makes.is_empty(), leaves.is_empty()) {
        (true, true) => String::new(),
        (false, true) => format!("Picking it{makes}."),
        (true, false) => format!("Picking it {leaves}."),
        (false, false) => format!("Picking it{makes} and {leaves}."),
    }
}

/// What dropping a seat would leave, in full.
#[must_use]
pub fn dropping(seats: &[SeatLabel], alone: &[SeatLabel], at_counter: bool) -> String {
    let keeps = match seats {
        [] => "Dropping it releases the booking".to_owned(),
        seats => format!("Dropping it keeps {}", super::seat_list(seats)),
    };
    match leaves(alone, at_counter) {
        leaves if leaves.is_empty() => format!("{keeps}."),
        leaves => format!("{keeps} and {leaves}."),
    }
}

fn leaves(alone: &[SeatLabel], at_counter: bool) -> String {
    let then = if at_counter {
        "allowed, but asks"
    } else {
        "not allowed"
    };
    match alone {
        [] => String::new(),
        alone => format!("leaves {} alone ({then})", super::seat_list(alone)),
    }
}

/// The same where there is little room; empty when nobody is left alone.
#[must_use]
pub fn leaves_alone(alone: &[SeatLabel], is_mine: bool) -> String {
    let what = if is_mine { "Dropping" } else { "Picking" };
    match alone {
        [] => String::new(),
        alone => format!("{what} leaves {} alone.", super::seat_list(alone)),
    }
}

/// The seats of a row that can be bought.
#[must_use]
pub fn row_free(row: &str, runs: &str) -> String {
    match runs {
        "" => format!("Row {row} free: none."),
        runs => format!("Row {row} free: {runs}."),
    }
}

/// The block under the cursor.
#[must_use]
pub fn block(first: SeatLabel, last: SeatLabel, free: usize, all: usize) -> String {
    format!("Block {first} to {last}: {free} of {all} free. ⟨seats.pick⟩ opens it.")
}

/// The range that is being chosen.
#[must_use]
pub fn range(from: SeatLabel, to: SeatLabel, open: usize, all: usize) -> String {
    let (from, to) = (from.min(to), from.max(to));
    format!(
        "Range {from} to {to}: {open} of {all} can be picked. ⟨range.pick⟩ picks them, ⟨range.back⟩ cancels."
    )
}

/// A ticket type whose letter is the key of something else.
#[must_use]
pub fn hidden_type(kind: &TicketType, does: &str) -> String {
    format!(
        "`{}` of {} is the key for {does} here; ⟨seats.turn_ticket_type⟩ changes the type",
        kind.key, kind.name
    )
}

/// Before the field for codes.
pub const CODE: &str = "Code, or member gold:";
/// All that was said for another price is taken back.
pub const SAID_NOTHING: &str = "No code goes with the next seats.";
/// It is said already.
pub const SAID_ALREADY: &str = "That is said already.";

/// What goes with the first seats.
#[must_use]
pub fn said(said: &Said) -> String {
    let codes = said.codes.iter().map(|code| format!("code {code}"));
    let member = said.member.iter().map(|kind| format!("{kind} member"));
    let all: Vec<String> = codes.chain(member).collect();
    format!("{} goes with the seats you choose.", all.join(", "))
}

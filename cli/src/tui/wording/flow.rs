//! What the quick line, the palette, copying and scanning say.

use houseful_core::{best::Relaxed, seat::SeatLabel, time::UtcMillis};

use crate::{tui::desk::Feed, wish::PayWord};

/// How long the last answer took, and whether changes come by themselves.
#[must_use]
pub fn round_trip(ms: i64, feed: Feed) -> String {
    let feed = match feed {
        Feed::Off => "",
        Feed::Opening => ", opening",
        Feed::Live => ", live",
        Feed::Down => ", not live",
    };
    format!("{ms} ms{feed}")
}

/// Changes do not come by themselves.
#[must_use]
pub fn feed_down(since: UtcMillis, now: UtcMillis) -> String {
    format!("live feed down {}", super::age(since, now))
}

/// The server was asked and says nothing.
#[must_use]
pub fn no_answer(since: UtcMillis, now: UtcMillis) -> String {
    format!("no answer for {}", super::age(since, now))
}

/// How old what is on the screen is.
#[must_use]
pub fn heard_ago(since: UtcMillis, now: UtcMillis) -> String {
    format!("as of {} min ago", now.ms_since(since).max(0) / 60_000)
}

/// Before the field of the palette.
pub const PALETTE: &str = "Do:";
/// Nothing in the palette fits.
pub const NOTHING_TO_DO: &str = "nothing fits; ⟨palette.back⟩ closes this list";
/// The palette was opened for a view that is not here any more.
pub const ANOTHER_VIEW: &str = "another view has come up meanwhile; nothing was done";
/// `y` where there is nothing to copy.
pub const NOTHING_TO_COPY: &str = "there is nothing here to copy";

/// A command was copied.
#[must_use]
pub fn copied(command: &str) -> String {
    format!("{COPIED}{command}")
}

/// The command in what [`copied`] says.
#[must_use]
pub fn copied_command(notice: &str) -> Option<&str> {
    notice.strip_prefix(COPIED)
}

const COPIED: &str = "copied: ";

/// The mouse was turned on or off.
#[must_use]
pub const fn mouse(on: bool) -> &'static str {
    if on {
        "the mouse is on: click marks, a second click opens; text is marked with Shift now"
    } else {
        "the mouse is off"
    }
}

/// Before the quick line.
pub const QUICK: &str = ":";
/// A line names a show that has to be asked for.
pub const LOOKING_FOR_SHOW: &str = "asking the server for that show ...";
/// A line came while a payment is open.
pub const PAYING_FIRST: &str = "finish this payment first, or go back with ⟨payment.back⟩";

/// A line is for another show than the seats that are held.
#[must_use]
pub fn held_first(seats: &[SeatLabel]) -> String {
    if seats.is_empty() {
        return "seats of this show are being asked for; release them with ⟨seats.back⟩ first"
            .to_owned();
    }
    let seats = super::seat_list(seats);
    format!("{seats} of this show are held; pay for them, or release them with ⟨seats.back⟩ first")
}

/// The best seats are not what a paying line said: nothing is paid without a look.
#[must_use]
pub fn gave_way(relaxed: &[Relaxed]) -> String {
    let parts: Vec<String> = relaxed.iter().map(ToString::to_string).collect();
    let parts = parts.join(", ");
    format!("not as the line says: {parts}; nothing is paid yet, ⟨seats.accept⟩ pays")
}

/// A line for other seats takes the place of those that were chosen by hand.
#[must_use]
pub fn in_place_of(seats: &[SeatLabel]) -> String {
    format!("in place of {}", super::seat_list(seats))
}

/// A line says how it is paid but not for whom.
#[must_use]
pub fn who_first(pay: &PayWord) -> String {
    format!("`{pay}` needs tickets or seats before it, as in `1 2 {pay}`")
}

//! What the customer's display says.

use houseful_core::seat::SeatLabel;

use super::seat_list;
use crate::mirror::{Picture, Stage};

/// Between two customers.
pub const DISPLAY_WELCOME: &str = "Welcome";
/// Above the customer's seats.
pub const YOUR_SEATS: &str = "YOUR SEATS";
/// Before what it comes to.
pub const COMES_TO: &str = "TOTAL";
/// What the characters of the hall mean.
pub const DISPLAY_KEY: [&str; 3] = ["# your seats", ". taken", "letters are free"];

/// Nobody sells at that till.
#[must_use]
pub fn display_closed(till: &str) -> String {
    format!("{till} is closed")
}

/// The customer's seats on one line.
#[must_use]
pub fn display_seats(seats: &[SeatLabel], total: &str) -> String {
    if seats.is_empty() {
        return "No seats yet".to_owned();
    }
    format!("Your seats  {}   {total}", seat_list(seats))
}

/// What is to do now.
#[must_use]
pub fn display_stage(picture: &Picture) -> String {
    match picture.stage {
        Stage::Seats if picture.lines.is_empty() => "Which seats would you like?".to_owned(),
        Stage::Seats => "Please check the seats before you pay.".to_owned(),
        Stage::Payment => match picture.total {
            Some(total) => format!("To pay: {total}"),
            None => String::new(),
        },
        Stage::Sold => match picture.change.filter(|change| change.minor > 0) {
            Some(change) => format!("Thank you. Your change: {change}"),
            None => "Thank you. Enjoy the film.".to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::hall::SeatLook;

    #[test]
    fn the_key_has_the_characters_of_the_hall() {
        for (words, look) in DISPLAY_KEY.iter().zip([SeatLook::Mine, SeatLook::Booked]) {
            assert!(words.starts_with(look.glyph()), "{words}");
        }
    }
}

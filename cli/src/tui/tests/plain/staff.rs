//! Bookings and the live board, spoken.

use super::Talk;
use crate::tui::{
    keymap::Place,
    msg::{Ask, BookingsWanted},
};

#[test]
fn a_booking_is_found_and_its_money_goes_back() {
    let mut talk = Talk::open();
    talk.all(&["1", "2", "", "1", ""]);
    let said = talk.say("bookings");
    assert!(said.starts_with("The newest booking."), "{said}");
    assert!(said.contains("1. "), "{said}");
    let said = talk.say("1");
    assert!(said.contains("H11 H12") && said.contains("19.00"), "{said}");
    let said = talk.say("contact");
    assert!(said.contains("Type a name"), "{said}");
    let said = talk.say("Ann Lee, 0113 496 0000");
    assert!(said.contains("Ann Lee"), "{said}");
    let said = talk.say("refund");
    assert!(said.contains("1 ") && said.contains("4 "), "{said}");
    assert_eq!(talk.prompt(), "Reason 1 to 4, then Enter? ");
    talk.say("2");
    let said = talk.say("");
    assert!(said.to_lowercase().contains("refund"), "{said}");
    assert_eq!(talk.till.reasons.len(), 1);
    let said = talk.say("refund");
    assert_eq!(said, "Its money went back already.");
}

#[test]
fn one_seat_is_given_back_in_words() {
    let mut talk = Talk::open();
    talk.all(&["1", "2", "", "1", "", "bookings", "1"]);
    let said = talk.say("give back");
    assert!(said.contains("Coming back: H11, H12."), "{said}");
    assert_eq!(talk.prompt(), "Seats, or a reason 1 to 6, then Enter? ");
    let said = talk.say("h12");
    assert!(said.contains("Coming back: H12."), "{said}");
    assert!(said.contains("GBP 9.50 back"), "{said}");
    talk.say("2");
    let said = talk.say("");
    assert!(said.contains("hand back GBP 9.50 in cash"), "{said}");
    assert!(said.contains("H12 given back"), "{said}");
}

#[test]
fn the_live_board_tells_who_holds_what_and_what_changes() {
    let mut talk = Talk::open();
    talk.till.somebody_holds(&["C5", "C6"]);
    let said = talk.say("live");
    assert!(said.contains("Live board of The Lantern Keeper."), "{said}");
    assert!(said.contains("2 held"), "{said}");
    assert!(said.contains("C5 C6: held by"), "{said}");
    talk.till.somebody_holds(&["D1"]);
    talk.look();
    assert_eq!(talk.news(), "D1: held.");
    talk.say("back");
    assert_eq!(talk.prompt(), "Show? ");
}

#[test]
fn a_contact_keeps_what_was_not_named() {
    let mut talk = Talk::open();
    talk.all(&["1", "2", "", "1", "", "bookings", "1"]);
    let mut kept = |line: &str| {
        talk.say("contact");
        talk.say(line);
        let contact = talk.till.contacts.values().next().cloned();
        let contact = contact.expect("a contact");
        let or_none = |text: Option<String>| text.unwrap_or_default();
        (or_none(contact.name), or_none(contact.phone))
    };
    let both = |name: &str, phone: &str| (name.to_owned(), phone.to_owned());
    let number = "0113 496 0000";
    assert_eq!(kept("Ann Lee, 0113 496 0000"), both("Ann Lee", number));
    assert_eq!(kept("Ann Leigh"), both("Ann Leigh", number));
    assert_eq!(kept(", 0113 496 0001"), both("Ann Leigh", "0113 496 0001"));
    assert_eq!(kept(""), both("Ann Leigh", "0113 496 0001"));
    assert_eq!(kept("Quit"), both("Quit", "0113 496 0001"));
    assert_eq!(kept("Down, -"), both("Down", ""));
    talk.all(&["contact", "back"]);
    assert_eq!(talk.till.model.place(), Place::BookingDetail);
    // The other field by itself.
    talk.all(&["contact", "other field", "0113 496 0002"]);
    let contact = talk.till.contacts.values().next().cloned();
    let contact = contact.expect("a contact");
    assert_eq!(contact.name.as_deref(), Some("Down"));
    assert_eq!(contact.phone.as_deref(), Some("0113 496 0002"));
}

#[test]
fn whoever_is_looked_for_may_be_called_like_a_key() {
    for name in ["down", "Up", "quit", "back"] {
        let mut talk = Talk::open();
        talk.all(&["1", "2", "", "1", "", "bookings", "find"]);
        assert_eq!(talk.till.model.place(), Place::BookingsSearch);
        talk.say(name);
        let found = BookingsWanted::Found(name.to_owned());
        assert!(
            talk.till.asked.contains(&Ask::Bookings(found)),
            "{name}\n{}",
            talk.paper
        );
        let mut talk = Talk::open();
        talk.all(&["find", name]);
        assert_eq!(talk.till.model.home.filter.value(), name);
    }
}

//! Bookings and the live board, spoken.

use super::Talk;

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

//! Bookings that are looked for, listed, or scanned.

use super::*;

#[test]
fn name_and_phone_are_written_down_and_found() {
    let mut till = sold();
    till.press("B\ne");
    assert_eq!(till.model.place(), Place::ContactForm);
    till.press("Zoë qB?.");
    till.key(Key::Tab);
    till.press("0113 496 0123\n");
    let screen = till.screen();
    assert!(screen.contains("Zoë qB?.  0113 496 0123"), "{screen}");
    assert!(screen.contains(wording::CONTACT_KEPT));
    till.press("\u{1b}/zoë");
    till.pass(300);
    assert_eq!(view(&till).found.len(), 1, "{}", till.screen());
    // Esc leaves the form as it was, and an empty one takes the contact away.
    till.press("\n\neX\u{1b}");
    assert!(till.screen().contains("Zoë qB?."));
    till.press("e");
    till.key(Key::Ctrl('u'));
    till.key(Key::Tab);
    till.key(Key::Ctrl('u'));
    till.press("\n");
    assert_eq!(till.contacts.values().filter(|c| !c.is_empty()).count(), 0);
}

#[test]
fn a_word_that_is_typed_is_one_question() {
    let mut till = sold();
    till.press("B");
    let before = lists_asked(&till).len();
    till.press("/");
    for c in ["n", "o", "b", "o", "d", "y"] {
        till.press(c);
        till.pass(100);
    }
    assert_eq!(lists_asked(&till).len(), before, "typing has not rested");
    till.pass(300);
    let asked = lists_asked(&till);
    assert_eq!(asked.len(), before + 1);
    assert_eq!(asked.last(), Some(&&BookingsWanted::Found("nobody".into())));
    let screen = till.screen();
    assert!(
        screen.contains("nothing was found for `nobody`"),
        "{screen}"
    );
    assert!(screen.contains(wording::FIND_HELP), "{screen}");
    till.press("\u{1b}");
    assert_eq!(view(&till).found.len(), 1, "the newest are listed again");
    till.press("\u{1b}");
    assert_eq!(till.model.place(), Place::Home);
}

#[test]
fn an_answer_to_an_older_search_is_not_opened_under_the_new_one() {
    let mut till = sold();
    till.slow = true;
    till.press("B");
    till.press("/x");
    assert!(view(&till).found.is_empty());
    till.press("\n");
    till.answer();
    assert!(view(&till).found.is_empty(), "{}", till.screen());
    till.press("\n");
    assert!(view(&till).detail.is_none());
}

#[test]
fn a_scanned_code_opens_its_booking_from_every_view() {
    for keys in ["", "/x", "b", "b/x", "1", "12\n\n", "B", "L", "?"] {
        let mut till = sold();
        let sale = till.model.desk.last_sale.as_ref().expect("a sale");
        let (id, code) = (sale.booking.id, sale.booking.tickets[1].code.to_string());
        till.press(keys);
        // The ticket view of `12` is of another booking.
        till.send(Msg::Scanned(format!(" {code}\r\n\u{1b}")));
        assert_eq!(till.model.place(), Place::BookingDetail, "{keys:?}");
        assert_eq!(detail(&till).booking.id, id, "{keys:?}");
    }
}

#[test]
fn a_scanned_code_waits_while_seats_are_held_or_paid() {
    for keys in ["12", "12\n", "12\u{1b}"] {
        let mut till = sold();
        let sale = till.model.desk.last_sale.as_ref().expect("a sale");
        let (id, code) = (sale.booking.id, sale.booking.code.expect("a code"));
        till.press(keys);
        let place = till.model.place();
        till.send(Msg::Scanned(code.to_string()));
        assert_eq!(till.model.place(), place, "{keys:?}");
        let told = format!("scanned {code}: B looks it up when this is done");
        assert!(till.screen().contains(&told), "{}", till.screen());
        if keys == "12\n" {
            till.press("B");
            assert!(
                till.screen()
                    .contains(&till.model.keymap.say(wording::PAY_FIRST))
            );
            till.press("\n");
            till.press("B");
        } else {
            till.press(if keys == "12" { "B" } else { "nB" });
            assert_eq!(till.model.place(), Place::AskRelease);
            till.press("k");
            assert!(till.model.desk.kept.is_some(), "the hold is kept for r");
        }
        assert_eq!(till.model.place(), Place::BookingDetail);
        assert_eq!(detail(&till).booking.id, id);
    }
}

#[test]
fn an_unknown_code_is_told() {
    let mut till = sold();
    till.send(Msg::Scanned("5012345678900".into()));
    let screen = till.screen();
    assert!(
        screen.contains("nothing was found for `5012345678900`"),
        "{screen}"
    );
    till.send(Msg::Scanned("\u{1b}\r\n ".into()));
    assert_eq!(till.model.place(), Place::Bookings);
}

#[test]
fn a_refused_or_lost_list_says_so_and_comes_by_itself() {
    let mut till = sold();
    till.refusal = Some("role_too_low");
    till.press("B");
    let screen = till.screen();
    assert!(screen.contains(wording::BOOKINGS_REFUSED), "{screen}");
    assert!(screen.contains("refused: role_too_low"), "{screen}");
    till.refusal = None;
    till.pass(6_000);
    assert_eq!(view(&till).found.len(), 1);

    let mut till = sold();
    till.cut_off = true;
    till.press("B");
    assert!(
        till.screen().contains(wording::NO_SERVER),
        "{}",
        till.screen()
    );
    till.press("\n");
    assert!(view(&till).detail.is_none());
    till.cut_off = false;
    till.pass(6_000);
    assert_eq!(view(&till).found.len(), 1);
}

#[test]
fn a_house_that_sold_nothing_says_so() {
    let mut till = Till::open();
    till.press("B");
    assert!(
        till.screen()
            .contains(&till.model.keymap.say(wording::NO_BOOKINGS)),
        "{}",
        till.screen()
    );
    till.press("\n");
    assert!(till.screen().contains(wording::NO_BOOKING_MARKED));
}

#[test]
fn a_list_that_is_not_whole_says_whose_bookings_are_missing() {
    let mut till = sold();
    till.away = vec!["south".parse().expect("a name")];
    till.press("B");
    let missing = "without what is in shard south, which does not answer";
    assert!(till.screen().contains(missing), "{}", till.screen());
    assert_eq!(view(&till).found.len(), 1);
    till.away.push("west".parse().expect("a name"));
    till.press("/zzzz");
    till.pass(1_000);
    let missing = "without what is in south, west, which do not answer";
    assert!(till.screen().contains(missing), "{}", till.screen());
    till.away.clear();
    till.pass(20_000);
    assert!(!till.screen().contains("without what"), "{}", till.screen());
}

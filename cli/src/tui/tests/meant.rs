//! What was typed does what it meant when it was typed: to the show that had the number then, for
//! as many as the line said, on the view that it was typed over. Money depends on it.

use houseful_core::{ids::ShowId, wire::booking::Booking};

use super::house::Till;
use crate::tui::{
    key::Key,
    keymap::Place,
    model::View,
    msg::{Hit, Msg},
    wording,
};

fn sold(till: &Till) -> (ShowId, &Booking) {
    assert_eq!(till.model.place(), Place::Ticket, "{}", till.screen());
    let sale = till.model.desk.last_sale.as_ref().expect("a sale");
    (sale.show.id, &sale.booking)
}

#[test]
fn a_scan_does_not_change_what_a_typed_number_means() {
    let mut till = Till::open();
    till.shows.remove(0);
    till.press("b\n\n");
    assert_eq!(till.model.place(), Place::Browse);
    till.press(":2 1 cash");
    till.send(Msg::Scanned("5012345678900".into()));
    assert_eq!(till.model.place(), Place::QuickLine, "{}", till.screen());
    let told = "scanned 5012345678900: B looks it up";
    assert!(till.screen().contains(told), "{}", till.screen());
    till.press("\n");
    assert_eq!(sold(&till).0, ShowId(3));
    assert!(till.model.desk.scanned.is_some(), "it is kept for later");
}

#[test]
fn a_scan_waits_while_the_palette_is_open() {
    let mut till = Till::open();
    till.press("\u{10}quick");
    till.send(Msg::Scanned("5012345678900".into()));
    assert_eq!(till.model.place(), Place::Palette);
    assert!(till.model.above.is_empty());
}

#[test]
fn a_list_that_changes_under_a_line_does_not_change_its_number() {
    // By itself it does not change, ...
    let mut till = Till::open();
    till.press(":3 1 cash");
    till.shows.remove(0);
    till.pass(60_000);
    assert_eq!(till.model.home.shows.len(), 5, "as it was when it was read");
    till.press("\n");
    assert_eq!(sold(&till).0, ShowId(3));
    // ... and an answer that was on its way changes no meaning.
    let mut till = Till::open();
    till.slow = true;
    till.key(Key::Ctrl('r'));
    till.press(":3 1 cash");
    till.slow = false;
    till.shows.remove(0);
    till.answer();
    assert_eq!(till.model.home.shows.len(), 4);
    till.press("\n");
    assert_eq!(sold(&till).0, ShowId(3));
    // Without a line it goes on as ever.
    let mut till = Till::open();
    till.press(":3\u{1b}");
    till.shows.remove(0);
    till.pass(60_000);
    assert_eq!(till.model.home.shows.len(), 4);
}

#[test]
fn on_the_tickets_a_number_is_of_the_list_that_was_seen() {
    let mut till = Till::open();
    till.slow = true;
    till.key(Key::Ctrl('r'));
    let (late, ask) = till.unanswered.pop_back().expect("a question");
    till.slow = false;
    till.press("12\n\n");
    assert_eq!(sold(&till).0, ShowId(1));
    till.shows.remove(0);
    let shows = till.result(&ask);
    till.tell(late, shows);
    assert_eq!(till.model.home.shows.len(), 4, "nobody has seen these");
    till.press(":3 1 cash\n");
    assert_eq!(sold(&till).0, ShowId(3));
}

#[test]
fn a_number_that_was_on_no_list_is_refused() {
    let mut till = Till::unstarted(super::house::GRAND);
    till.slow = true;
    till.send(Msg::Started(Vec::new()));
    till.press(":1 2 cash");
    till.slow = false;
    till.answer();
    till.press("\n");
    assert_eq!(till.model.place(), Place::QuickLine);
    assert!(
        till.screen().contains("no show number 1"),
        "{}",
        till.screen()
    );
    till.press("\n");
    assert_eq!(sold(&till).0, ShowId(1), "now that the list was looked at");
}

#[test]
fn a_corrected_line_is_for_the_show_that_it_was_typed_for() {
    let mut till = Till::open();
    till.shows.remove(0);
    till.press("b\n\n:2 1x cash\n");
    assert_eq!(till.model.place(), Place::QuickLine, "{}", till.screen());
    assert!(matches!(till.model.above.last(), Some(View::Seats(_))));
    (0..6).for_each(|_| till.press("\u{8}"));
    till.press(" cash\n");
    assert_eq!(sold(&till).0, ShowId(3));
}

#[test]
fn a_paying_line_sells_what_it_says_and_not_what_is_pressed_after_it() {
    let number = Msg::Number(3);
    for after in [Msg::Key(Key::Char('3')), Msg::Key(Key::Char('b')), number] {
        let mut till = Till::open();
        till.slow = true;
        till.press(":1 2 cash\n");
        till.send(after.clone());
        till.slow = false;
        till.answer();
        assert_eq!(sold(&till).1.lines.len(), 2, "{after:?}");
    }
    let mut till = Till::open();
    till.slow = true;
    till.press(":1 2\n3");
    till.slow = false;
    till.answer();
    assert_eq!(
        till.held().len(),
        3,
        "a line that only holds can be changed"
    );
    let mut till = Till::open();
    till.slow = true;
    till.press(":1 2 card\n1");
    till.slow = false;
    till.answer();
    assert_eq!(sold(&till).1.lines.len(), 2, "`1` was for the cards");
}

#[test]
fn a_paying_line_stops_where_its_words_had_to_give_way() {
    let hall = "name: T\ncategory o: standard \"Standard\"\ncategory p: premium \"Premium\"\n\n\
                A oooooo pppp\nB oooooo oooo\n";
    let mut till = Till::open_with(hall);
    till.somebody_holds(&["A7", "A8", "A9"]);
    till.press(":1 2 premium cash\n");
    assert_eq!(till.model.place(), Place::Seats, "{}", till.screen());
    let screen = till.screen();
    assert!(screen.contains("not as the line says: "), "{screen}");
    assert!(screen.contains("nothing is paid yet"), "{screen}");
    assert_eq!(till.held().len(), 2);
    till.press(":1 cash\n");
    assert_eq!(sold(&till).1.lines.len(), 2, "once it was seen");
    let mut till = Till::open_with(hall);
    till.press(":1 2 premium cash\n");
    assert_eq!(sold(&till).1.lines.len(), 2, "as it was said");
    // Who does not say where takes what there is.
    let mut till = Till::open_with("name: T\n\nA oo oo\nB oo\n");
    till.press(":1 3 cash\n");
    assert_eq!(sold(&till).1.lines.len(), 3);
}

#[test]
fn what_is_scanned_clicked_or_said_gives_up_a_show_that_is_asked_for() {
    for (msg, place) in [
        (Msg::Scanned("5012345678900".into()), Place::Bookings),
        (Msg::Pointed(Hit::Line(2)), Place::Home),
        (Msg::Number(1), Place::Seats),
    ] {
        let mut till = Till::open();
        till.slow = true;
        till.press(":shw_77 2\n");
        till.send(msg.clone());
        till.slow = false;
        till.answer();
        assert_eq!(till.model.place(), place, "{msg:?}: {}", till.screen());
        if place == Place::Seats {
            assert_eq!(till.seats().show.id, ShowId(1));
            assert!(till.held().is_empty());
        }
    }
}

#[test]
fn the_palette_does_nothing_to_another_view_than_its_own() {
    let mut till = Till::open();
    till.press("12\n\u{10}");
    assert_eq!(till.model.place(), Place::Palette);
    till.pass(300_000);
    assert_eq!(till.model.place(), Place::HoldOver, "{}", till.screen());
    till.press("\n");
    assert!(till.model.desk.palette.is_none());
    assert_eq!(till.model.place(), Place::Seats);
    // A view that comes up by itself under an open list: the list does nothing to it.
    let mut till = Till::open();
    till.slow = true;
    till.press(":shw_77 2\n\u{10}");
    assert_eq!(till.model.place(), Place::Palette);
    till.model.desk.palette = Some(crate::tui::palette::Palette::open(Place::Ticket));
    till.press("\n");
    let screen = till.screen();
    assert!(screen.contains(wording::ANOTHER_VIEW), "{screen}");
}

#[test]
fn seats_named_in_a_line_come_beside_those_chosen_by_hand() {
    let mut till = Till::open();
    till.press("1gh8-9\n:1 h12\n");
    assert_eq!(till.held(), ["H8 adult", "H9 adult", "H12 adult"]);
    // For tickets that are named they come in their place, and that is told.
    till.press(":1 1c h12\n");
    assert_eq!(till.held(), ["H12 child"]);
    let screen = till.screen();
    assert!(screen.contains("in place of H8 H9"), "{screen}");
    // What the server chose gives way without a word.
    let mut till = Till::open();
    till.press("12:1 h8-9\n");
    assert_eq!(till.held(), ["H8 adult", "H9 adult"], "{}", till.screen());
}

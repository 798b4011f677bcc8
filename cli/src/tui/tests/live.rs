//! The live board of a show: who holds what, for how long, and what changed.

use houseful_core::wire::seats::{SeatChanges, Version};

use super::house::Till;
use crate::tui::{
    keymap::Place,
    live::{Counts, Live},
    model::View,
    msg::{Ask, BookingsWanted, Generation, Msg, News},
    wording,
};

fn view(till: &Till) -> &Live {
    match till.model.above.last() {
        Some(View::Live(live)) => live,
        other => panic!("no live board, but {other:?}"),
    }
}

fn counts(till: &Till) -> Counts {
    view(till).counts(till.now).expect("a board")
}

fn held_asked(till: &Till) -> usize {
    let held = |ask: &&Ask| matches!(ask, Ask::Bookings(BookingsWanted::HeldOf(_)));
    till.asked.iter().filter(held).count()
}

#[test]
fn who_holds_what_is_told_with_the_soonest_end_first() {
    let mut till = Till::open();
    till.somebody_holds(&["C3", "C4"]);
    till.pass(60_000);
    till.somebody_holds(&["D5"]);
    till.press("L");
    let seats = view(&till).held.iter().map(|b| b.lines[0].seat.to_string());
    assert_eq!(seats.collect::<Vec<_>>(), ["C3", "D5"]);
    let screen = till.screen();
    for said in [
        "HELD NOW  3 seats, 2 bookings",
        "04:00 held C3 C4",
        "05:00 held D5",
        "counter, other",
        "3 held   0 sold   5 blocked   of",
        "none since this board was opened",
    ] {
        assert!(screen.contains(said), "{said}:\n{screen}");
    }
    till.pass(10_000);
    assert!(till.screen().contains("03:50 held C3 C4"));
}

/// The end of a show's history was lost with a server, and its numbers come again.
#[test]
fn changes_and_maps_of_the_feed_are_taken_whatever_their_number() {
    let mut till = Till::open();
    till.press("L");
    for seat in ["C3", "C4", "D5"] {
        till.somebody_holds(&[seat]);
    }
    let feed = (1..100)
        .map(Generation)
        .find(|g| view(&till).follows(*g))
        .expect("a feed");
    let board = view(&till).board.clone().expect("a board");
    let older = Version {
        ver: board.version.ver - 1,
        tip: 9,
    };
    let back = SeatChanges {
        from: board.version,
        version: older,
        status: board.status,
        seats: Vec::new(),
    };
    till.send(Msg::Feed(feed, News::Changes(back)));
    assert_eq!(view(&till).board.as_ref().expect("a board").version, older);
    let mut map = till.state.seat_map(7);
    map.version = Version {
        ver: older.ver - 1,
        tip: 11,
    };
    till.send(Msg::Feed(feed, News::Map(Box::new(map.clone()))));
    let board = view(&till).board.as_ref().expect("a board");
    assert_eq!(board.version, map.version);
}

#[test]
fn changes_come_as_they_happen() {
    let mut till = Till::open();
    till.press("L");
    let before = counts(&till);
    till.somebody_holds(&["C3", "C4"]);
    assert_eq!(counts(&till).held, before.held + 2);
    assert!(
        till.screen().contains("19:12:00  held        C3 C4"),
        "{}",
        till.screen()
    );
    till.pass(1_000);
    assert_eq!(view(&till).held.len(), 1, "who holds it is asked for");
    till.somebody_buys(&["E1", "E2"]);
    assert!(
        till.screen().contains("19:12:01  sold        E1 E2"),
        "{}",
        till.screen()
    );
    assert_eq!(counts(&till).sold, before.sold + 2);
}

#[test]
fn changes_tell_whose_seats_they_are() {
    let mut till = Till::open();
    till.press("L");
    till.somebody_holds(&["C3", "C4"]);
    till.pass(1_000);
    let screen = till.screen();
    assert!(
        screen.contains("held        C3 C4  counter, other"),
        "{screen}"
    );
    // Sold faster than anybody saw it held: it is looked up.
    till.somebody_buys(&["E1", "E2"]);
    till.pass(2_000);
    let screen = till.screen();
    assert!(
        screen.contains("sold        E1 E2  counter, other"),
        "{screen}"
    );
    let small = till.lines(60, 16).join("\n");
    assert!(small.contains("E1 E2  counter, other"), "{small}");
    // A hold that has ended was somebody's.
    till.pass(300_000);
    till.somebody_holds(&["C3"]);
    let screen = till.lines(140, 40).join("\n");
    assert!(
        screen.contains("free again  C4  counter, other"),
        "{screen}"
    );
}

#[test]
fn a_crowd_asks_for_the_holds_once_a_second() {
    let mut till = Till::open();
    till.press("L");
    let before = held_asked(&till);
    for (n, seat) in ["C1", "C2", "C3", "C4", "C5", "C6", "C7", "C8"]
        .iter()
        .enumerate()
    {
        till.somebody_holds(&[seat]);
        till.pass(if n == 7 { 2_000 } else { 250 });
    }
    let asked = held_asked(&till) - before;
    assert!(
        (2..=4).contains(&asked),
        "{asked} questions in four seconds"
    );
    assert_eq!(view(&till).held.len(), 8);
}

#[test]
fn a_hold_that_is_over_leaves_the_board_by_the_server_s_word() {
    let mut till = Till::open();
    till.somebody_holds(&["C3", "C4"]);
    till.press("L");
    till.pass(302_000);
    assert!(view(&till).held.is_empty());
    assert_eq!(counts(&till).held, 0);
    assert!(till.screen().contains("HELD NOW  nothing"));
    till.press("\n");
    assert!(till.screen().contains(wording::NOBODY_HOLDS));
}

#[test]
fn the_seat_grid_is_as_it_was_and_lives_again() {
    let mut till = Till::open();
    till.press("12");
    let held = till.held();
    till.press("Lk");
    assert_eq!(till.model.place(), Place::Live);
    assert!(till.screen().contains("HOLD 05:00"), "{}", till.screen());
    till.somebody_holds(&["C3", "C4"]);
    till.press("\n");
    assert!(
        till.screen()
            .contains(&till.model.keymap.say(wording::SEATS_BELOW))
    );
    till.press("\u{1b}");
    assert_eq!(till.model.place(), Place::Seats);
    assert_eq!(till.held(), held);
    let others = |till: &Till| {
        let picture = till.seats().picture(&till.model.desk);
        picture.expect("a board").held
    };
    assert_eq!(others(&till), 4, "what happened meanwhile is on the grid");
    till.somebody_holds(&["D3", "D4"]);
    assert_eq!(others(&till), 6, "and what happens now");
    till.press("\n\n");
    assert_eq!(till.model.place(), Place::Ticket);
}

#[test]
fn it_opens_from_every_view_with_a_show_and_goes_back_there() {
    for (keys, place) in [
        ("", Place::Home),
        ("b\n\n", Place::Browse),
        ("1", Place::Seats),
        ("12\n\n", Place::Ticket),
        ("12\n\n\nB", Place::Bookings),
        ("12\n\n\nB\n", Place::BookingDetail),
    ] {
        let mut till = Till::open();
        till.press(keys);
        assert_eq!(till.model.place(), place, "{keys:?}");
        till.press("L");
        assert_eq!(view(&till).show.title, "The Lantern Keeper", "{keys:?}");
        till.press("q");
        assert_eq!(till.model.place(), place, "{keys:?}");
    }
    let mut till = Till::open();
    till.press("/zzzz\nL");
    assert!(till.screen().contains(wording::NO_SHOW_MARKED));
}

#[test]
fn who_may_not_know_is_told_and_still_sees_the_counts() {
    let mut till = Till::open();
    till.press("L");
    till.refusal = Some("role_too_low");
    till.key(crate::tui::key::Key::Ctrl('r'));
    let screen = till.screen();
    assert!(screen.contains(wording::HELD_REFUSED), "{screen}");
    assert!(screen.contains(" free   0 held"), "{screen}");
    till.refusal = None;
    till.pass(6_000);
    assert!(!till.screen().contains(wording::HELD_REFUSED));
}

#[test]
fn without_a_server_it_says_so_and_goes_on_by_itself() {
    let mut till = Till::open();
    till.cut_off = true;
    till.press("L");
    assert!(
        till.screen().contains(wording::NO_SERVER),
        "{}",
        till.screen()
    );
    till.cut_off = false;
    till.somebody_holds(&["C3"]);
    till.pass(6_000);
    assert_eq!(view(&till).held.len(), 1);
    assert_eq!(counts(&till).held, 1);
}

#[test]
fn a_hold_that_ends_below_the_board_is_told_over_its_seats() {
    let mut till = Till::open();
    till.press("12L");
    assert_eq!(till.model.place(), Place::Live);
    till.pass(299_000);
    assert_eq!(till.model.place(), Place::Live);
    till.pass(2_000);
    assert_eq!(till.model.place(), Place::HoldOver, "{}", till.screen());
    assert!(matches!(till.model.above.as_slice(), [View::Seats(_)]));
    till.press("r");
    assert_eq!(till.held().len(), 2, "taken again: {}", till.screen());
    till.somebody_holds(&["C3", "C4"]);
    let picture = till.seats().picture(&till.model.desk);
    assert_eq!(picture.expect("a board").held, 4, "and the grid lives");
}

#[test]
fn what_the_seats_asked_is_asked_again_below_the_board() {
    let mut till = Till::open();
    till.press("1");
    till.cut_off = true;
    till.press("2L");
    till.cut_off = false;
    till.pass(10_000);
    assert_eq!(till.model.place(), Place::Live);
    assert_eq!(till.held().len(), 2, "the question went out again");
}

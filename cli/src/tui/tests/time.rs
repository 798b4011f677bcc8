//! The countdown, and what happens at its end.

use super::house::{START, Till};
use crate::tui::{keymap::Place, server_clock::Heard, update::update};
use houseful_core::time::UtcMillis;

#[test]
fn a_hold_that_is_over_is_told_at_its_instant() {
    let mut till = Till::open();
    till.press("12");
    till.pass(299_999);
    assert_eq!(till.model.place(), Place::Seats);
    assert!(
        till.screen().contains("LAST MINUTE 00:01"),
        "{}",
        till.screen()
    );
    assert_eq!(till.model.wake_at(), Some(START.plus_ms(300_000)));
    till.pass(1);
    assert_eq!(till.model.place(), Place::HoldOver);
    let screen = till.screen();
    assert!(screen.contains("the seats are for sale again"), "{screen}");
    till.press("r");
    assert_eq!(
        till.held(),
        ["H11 adult", "H12 adult"],
        "the same seats again"
    );
    assert!(till.screen().contains("HOLD 05:00"));
}

#[test]
fn the_server_alone_says_that_a_hold_is_over() {
    let mut till = Till::open();
    till.press("12");
    till.slow = true;
    till.pass(300_000);
    assert_eq!(till.model.place(), Place::Seats);
    let screen = till.screen();
    assert!(screen.contains("asking the server"), "{screen}");
    assert!(
        !screen
            .lines()
            .any(|l| l.starts_with(" H") && l.contains('#')),
        "{screen}"
    );
    assert_eq!(till.held().len(), 2, "not given up before the answer");
    till.slow = false;
    till.answer();
    assert_eq!(till.model.place(), Place::HoldOver);
}

#[test]
fn a_hold_that_ends_during_payment_leads_back_to_the_seats() {
    let mut till = Till::open();
    till.press("12\n");
    till.pass(300_000);
    assert_eq!(till.model.place(), Place::HoldOver);
    till.press("\n");
    assert_eq!(till.model.place(), Place::Seats);
    assert!(till.held().is_empty());
}

#[test]
fn the_countdown_follows_the_server_s_clock() {
    let mut till = Till::open();
    till.press("12");
    let heard = Heard {
        at: till.now,
        server_at: till.now.plus_ms(60_000),
        round_trip_ms: 0,
    };
    till.model.desk.clock.hear(heard);
    assert!(till.screen().contains("HOLD 04:00"));
}

#[test]
fn nothing_wakes_the_screen_when_nothing_changes() {
    let mut till = Till::open();
    till.press("12\n\n");
    assert_eq!(till.model.place(), Place::Ticket);
    assert_eq!(till.model.wake_at(), None);
}

#[test]
fn a_countdown_wakes_the_screen_once_a_second() {
    let mut till = Till::open();
    till.press("12");
    till.pass(2_500);
    assert_eq!(till.model.wake_at(), Some(till.now.plus_ms(500)));
    till.pass(500);
    assert_eq!(till.model.wake_at(), Some(till.now.plus_ms(1_000)));
}

#[test]
fn local_time_never_goes_back() {
    let mut till = Till::open();
    let before = till.model.desk.now;
    update(&mut till.model, crate::tui::msg::Msg::Tick, UtcMillis(0));
    assert_eq!(till.model.desk.now, before);
}

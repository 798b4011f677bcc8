//! Bookings: found, opened, taken up, given back, refunded; and what a scanner reads.

mod finding;
mod kept;

use houseful_core::wire::{admin::Role, booking::BookingState};

use super::house::Till;
use crate::tui::{
    bookings::{Bookings, Detail},
    key::Key,
    keymap::Place,
    model::View,
    msg::{Ask, BookingsWanted, Msg},
    wording,
};

fn view(till: &Till) -> &Bookings {
    match till.model.above.last() {
        Some(View::Bookings(bookings)) => bookings,
        other => panic!("no bookings, but {other:?}"),
    }
}

fn detail(till: &Till) -> &Detail {
    view(till).detail.as_deref().expect("an open booking")
}

/// A till that has sold two seats and is back on its first view.
fn sold() -> Till {
    let mut till = Till::open();
    till.press("12\n\n\n");
    till
}

fn lists_asked(till: &Till) -> Vec<&BookingsWanted> {
    let wanted = till.asked.iter().filter_map(|ask| match ask {
        Ask::Bookings(wanted) => Some(wanted),
        _ => None,
    });
    wanted.collect()
}

#[test]
fn the_last_order_is_refunded_with_five_keys() {
    let mut till = sold();
    till.press("B\nR2\n");
    assert_eq!(detail(&till).booking.state, BookingState::Cancelled);
    assert_eq!(till.reasons, ["wrong show or seats"]);
    let screen = till.screen();
    assert!(
        screen.contains("refunded: hand back GBP 19.00 in cash"),
        "{screen}"
    );
    assert!(
        screen.contains("19.00 is going back (refunded)"),
        "{screen}"
    );
    assert!(screen.contains("VOID"), "{screen}");
    assert_eq!(till.state.free(till.now).len(), till.layout.len() - 5);
}

#[test]
fn the_last_order_is_this_till_s_own() {
    let mut till = sold();
    let own = till.model.desk.last_sale.as_ref().map(|s| s.booking.id);
    till.pass(1_000);
    till.somebody_buys(&["A1", "A2"]);
    till.press("B");
    assert_eq!(view(&till).cursor, 1, "another till's is newer");
    assert_eq!(view(&till).marked().map(|b| b.id), own);
}

#[test]
fn a_refund_needs_a_reason_and_a_manager() {
    let mut till = sold();
    till.press("B\nR\n");
    assert_eq!(till.model.place(), Place::AskRefund);
    assert!(till.screen().contains(wording::REASON_FIRST));
    till.press("9");
    assert!(till.screen().contains(wording::NO_SUCH_REASON));
    till.press("34");
    assert!(till.screen().contains("> 4 other"), "{}", till.screen());
    till.press("\u{1b}");
    assert_eq!(detail(&till).booking.state, BookingState::Confirmed);
    assert!(till.reasons.is_empty());

    let mut till = Till::open();
    till.role = Role::Clerk;
    till.key(Key::Ctrl('r'));
    till.model.desk.info = None;
    till.send(Msg::Started(Vec::new()));
    till.press("12\n\n\nB\n");
    assert!(!till.screen().contains("R refund"), "{}", till.screen());
    till.press("R");
    assert_eq!(till.model.place(), Place::BookingDetail);
    let why = "a refund needs a manager's token, this till has a clerk's";
    assert!(till.screen().contains(why), "{}", till.screen());
}

#[test]
fn one_seat_is_given_back_and_the_sum_is_told_before() {
    let mut till = sold();
    till.press("B\ng");
    assert_eq!(till.model.place(), Place::AskGiveBack);
    let screen = till.screen();
    assert!(screen.contains("GBP 19.00 back, 0.00 kept"), "{screen}");
    // Without a reason nothing goes back; without the first seat half of it does.
    till.press("\n");
    assert!(till.screen().contains(wording::GIVE_BACK_REASON_FIRST));
    till.press(" ");
    let screen = till.screen();
    assert!(screen.contains("GBP 9.50 back, 0.00 kept"), "{screen}");
    till.press("2\n");
    let booking = &detail(&till).booking;
    assert_eq!(booking.state, BookingState::Confirmed);
    assert_eq!((booking.lines.len(), booking.total.minor), (1, 950));
    assert_eq!(booking.refunds.len(), 1);
    let screen = till.screen();
    assert!(screen.contains("hand back GBP 9.50 in cash"), "{screen}");
    assert!(screen.contains("GBP 9.50 back, 0.00 kept"), "{screen}");
    assert_eq!(till.state.free(till.now).len(), till.layout.len() - 6);
}

#[test]
fn cash_that_went_back_for_a_ticket_does_not_go_back_twice() {
    let mut till = sold();
    till.press("B\ng 2\n");
    assert!(till.screen().contains("hand back GBP 9.50 in cash"));
    till.press("R2\n");
    assert_eq!(detail(&till).booking.state, BookingState::Cancelled);
    let screen = till.screen();
    assert!(
        screen.contains("refunded: hand back GBP 9.50 in cash"),
        "{screen}"
    );
}

#[test]
fn a_clerk_asks_a_manager_and_nothing_is_confirmed_without_a_sum() {
    let mut till = Till::open();
    till.role = Role::Clerk;
    till.press("12\n\n\nB\n");
    till.cut_off = true;
    till.press("g1\n");
    assert_eq!(till.model.place(), Place::AskGiveBack);
    assert!(till.screen().contains(wording::GIVE_BACK_COMES));
    till.cut_off = false;
    till.pass(2_000);
    let screen = till.screen();
    assert!(screen.contains("a manager has to approve it"), "{screen}");
    till.press("\n");
    let screen = till.screen();
    assert!(screen.contains("wait for a manager"), "{screen}");
    let booking = &detail(&till).booking;
    assert!(booking.refund_asked.is_some() && booking.lines.len() == 2);
    till.press("g");
    assert!(till.screen().contains(wording::GIVE_BACK_WAITS));
    // No seat, no sum, no refund.
    let mut till = sold();
    till.press("B\ng ");
    till.key(Key::Down);
    till.press(" 1\n");
    assert!(till.screen().contains(wording::GIVE_BACK_NOTHING));
    till.key(Key::Esc);
    assert_eq!(detail(&till).booking.state, BookingState::Confirmed);
}

#[test]
fn a_refund_whose_answer_is_lost_is_asked_again_with_the_same_command() {
    let mut till = sold();
    till.press("B\nR2");
    till.cut_off = true;
    till.press("\n");
    assert!(till.screen().contains("being refunded ..."));
    till.press("R");
    assert!(till.screen().contains(wording::CHANGE_UNANSWERED));
    till.cut_off = false;
    till.pass(5_000);
    assert_eq!(detail(&till).booking.state, BookingState::Cancelled);
    let mut commands: Vec<_> = till
        .asked
        .iter()
        .filter_map(|ask| match ask {
            Ask::Cancel(_, request) => Some(request.command),
            _ => None,
        })
        .collect();
    assert!(commands.len() > 1);
    commands.dedup();
    assert_eq!(commands.len(), 1);
}

#[test]
fn a_held_booking_is_taken_up_where_it_was() {
    let mut till = Till::open();
    till.somebody_holds(&["C3", "C4"]);
    till.press("L\n");
    let booking = detail(&till).booking.clone();
    assert_eq!(booking.by.as_deref(), Some("other"));
    assert!(till.screen().contains("r resume"), "{}", till.screen());
    till.press("r");
    assert_eq!(till.held(), ["C3 adult", "C4 adult"]);
    till.press("\n\n");
    let Some(View::Ticket(ticket)) = till.model.above.last() else {
        panic!("no ticket");
    };
    assert_eq!(ticket.booking.id, booking.id);
}

#[test]
fn leaving_a_hold_that_was_taken_up_comes_back_to_its_booking() {
    let mut till = Till::open();
    till.somebody_holds(&["C3", "C4"]);
    till.press("L\nr\u{1b}");
    assert_eq!(till.model.place(), Place::AskRelease);
    till.press("y");
    assert_eq!(till.model.place(), Place::BookingDetail);
    till.key(Key::Ctrl('r'));
    assert_eq!(detail(&till).booking.state, BookingState::Released);
    till.press("r");
    assert!(till.screen().contains("it holds no seats any more"));
}

#[test]
fn a_hold_is_given_back_after_a_question() {
    let mut till = Till::open();
    till.somebody_holds(&["C3", "C4"]);
    let free = till.state.free(till.now).len();
    till.press("L\nx");
    assert_eq!(till.model.place(), Place::AskGiveUp);
    till.press("nx");
    assert_eq!(till.state.free(till.now).len(), free);
    till.press("y");
    assert_eq!(till.state.free(till.now).len(), free + 2);
    assert_eq!(detail(&till).booking.state, BookingState::Released);
    assert!(till.screen().contains(wording::HOLD_RELEASED));
}

#[test]
fn what_can_not_be_done_says_why() {
    let mut till = sold();
    till.press("B\n");
    for (key, why) in [
        ("r", "it is paid: nothing to take up"),
        ("x", "it is paid: R gives the money and the seats back"),
    ] {
        till.press(key);
        assert!(till.screen().contains(why), "{key}:\n{}", till.screen());
    }
    assert!(!till.screen().contains("r resume"));
    till.press("R1\nR");
    assert!(till.screen().contains("its money went back already"));
}

#[test]
fn the_hold_s_end_is_asked_for_and_told() {
    let mut till = Till::open();
    till.somebody_holds(&["C3", "C4"]);
    till.press("L\n");
    assert!(till.screen().contains("held, not paid yet, 05:00 left"));
    till.pass(90_000);
    assert!(till.screen().contains("03:30 left"), "{}", till.screen());
    till.pass(211_000);
    assert_eq!(detail(&till).booking.state, BookingState::Expired);
    assert!(
        till.screen().contains("the hold ran out"),
        "{}",
        till.screen()
    );
}

#[test]
fn one_key_shows_the_last_tickets_again() {
    let mut till = Till::open();
    till.press(".");
    assert!(
        till.screen()
            .contains(&till.model.keymap.say(wording::NO_LAST_SALE))
    );
    till.press("12\n\n\n");
    till.press(".");
    assert_eq!(till.model.place(), Place::Ticket);
    assert!(till.screen().contains("sold, the tickets are valid"));
    till.press("\u{1b}");
    assert_eq!(till.model.place(), Place::Home);
    // What was refunded since opens no door.
    till.press("B\nR2\n\u{1b}\u{1b}.");
    let screen = till.screen();
    assert!(screen.contains("cancelled"), "{screen}");
    assert!(!screen.contains('\u{2588}'), "no code to scan:\n{screen}");
}

#[test]
fn tickets_are_shown_over_their_booking() {
    let mut till = sold();
    till.press("B\nt");
    assert_eq!(till.model.place(), Place::Ticket);
    assert!(till.screen().contains('\u{2588}'));
    till.press("\u{1b}");
    assert_eq!(till.model.place(), Place::BookingDetail);
    till.press("\u{1b}\u{1b}");
    assert_eq!(till.model.place(), Place::Home);
}

#[test]
fn bookings_over_a_seat_grid_give_its_feed_back() {
    let mut till = Till::open();
    till.press("1");
    let opened = till.seats().clone();
    till.press("B\u{1b}");
    assert_eq!(till.model.place(), Place::Seats);
    assert_eq!(till.seats().cursor, opened.cursor);
    till.somebody_holds(&["C3", "C4"]);
    let picture = till.seats().picture(&till.model.desk).expect("a board");
    assert_eq!(picture.held, 2, "the grid lives");
}

#[test]
fn a_change_that_is_not_answered_keeps_its_booking_on_the_screen() {
    for key in ["t", "L"] {
        let mut till = sold();
        till.press("B\n");
        till.cut_off = true;
        till.press("R2\n");
        assert!(view(&till).is_changing());
        till.press(key);
        assert_eq!(till.model.place(), Place::BookingDetail, "{key}");
        let notice = till.model.desk.notice.as_deref();
        assert_eq!(notice, Some(wording::CHANGE_UNANSWERED), "{key}");
        till.cut_off = false;
        till.pass(5_000);
        assert_eq!(detail(&till).booking.state, BookingState::Cancelled);
        assert_eq!(till.reasons.len(), 1);
    }
}

#[test]
fn enter_on_tickets_that_are_shown_again_goes_back() {
    let mut till = sold();
    till.press("B\nt\n");
    assert_eq!(till.model.place(), Place::BookingDetail);
}

#[test]
fn sentences_about_bookings_name_the_keys_as_they_are_bound() {
    let setting = |place: &str, action: &str, key: &str| crate::config::KeySetting {
        place: place.to_owned(),
        action: action.to_owned(),
        keys: vec![key.to_owned()],
        at: "houseful.toml:1".to_owned(),
    };
    let mut till = Till::open();
    till.model.keymap = crate::tui::Keymap::of(&[
        setting("home", "bookings", "K"),
        setting("bookings", "filter", "%"),
        setting("home", "live", "W"),
    ])
    .expect("keys");
    till.press(".");
    let screen = till.screen();
    assert!(screen.contains("yet; K finds every booking"), "{screen}");
    till.press("K");
    let screen = till.screen();
    assert!(screen.contains("% finds by code"), "{screen}");
    assert!(screen.contains("of its show (W)"), "{screen}");
}

//! Refusals that say nothing about the sale, payments left alone, and things that end elsewhere:
//! nothing is forgotten, and nothing is done twice.

use houseful_core::{
    show::Ask as CoreAsk,
    wire::{booking::BookingState, payment::PaymentState},
};

use super::house::{Till, refused};
use crate::tui::{
    key::Key,
    keymap::Place,
    model::View,
    msg::{Ask, Failure, Msg, Reply, Unfinished},
};

/// Refusals after which a booking may well stand.
const PASSING: [&str; 3] = ["token_invalid", "too_many_attempts", "internal"];

/// A booking of an earlier run.
fn earlier(till: &Till) -> crate::tui::msg::Owned {
    till.seats().owned.clone().expect("a booking")
}

#[test]
fn a_start_with_a_wrong_token_forgets_no_sale() {
    for code in PASSING {
        let mut first = Till::open();
        first.press("12");
        let mut till = Till::unstarted(super::house::GRAND);
        till.refusal = Some(code);
        let sale = Unfinished {
            owned: earlier(&first),
            payment: None,
        };
        till.send(Msg::Started(vec![sale.clone(), sale]));
        till.pass(60_000);
        assert_eq!(till.forgotten, 0, "{code}");
        let screen = till.screen();
        assert!(screen.contains(&format!("refused: {code}")), "{screen}");
    }
}

#[test]
fn a_check_that_is_refused_keeps_the_hold() {
    for code in PASSING {
        let mut till = Till::open();
        till.press("12");
        till.pass(299_000);
        till.refusal = Some(code);
        till.pass(10_000);
        assert_eq!(till.model.place(), Place::Seats, "{code}");
        assert_eq!((till.held().len(), till.forgotten), (2, 0), "{code}");
        till.refusal = None;
        till.pass(10_000);
        assert_eq!(till.model.place(), Place::HoldOver, "{code}");
    }
}

#[test]
fn a_check_that_is_refused_during_payment_keeps_the_hold() {
    for code in PASSING {
        let mut till = Till::open();
        till.press("12\n");
        till.refusal = Some(code);
        till.pass(310_000);
        assert_eq!(till.model.place(), Place::Payment, "{code}");
        assert_eq!(till.forgotten, 0, "{code}");
    }
}

#[test]
fn an_answer_behind_the_release_dialog_opens_nothing() {
    let mut till = Till::open();
    till.press("12");
    till.slow = true;
    till.press("3\n\u{1b}");
    assert_eq!(till.model.place(), Place::AskRelease);
    till.slow = false;
    till.answer();
    assert_eq!(till.model.place(), Place::AskRelease);
    let asked = super::house::lines_of(&till.model, 80, 24).join("\n");
    let seats: Vec<String> = till.held();
    assert_eq!(seats.len(), 3, "the change came through");
    let names: Vec<&str> = seats.iter().filter_map(|s| s.split(' ').next()).collect();
    assert!(
        asked.contains(&format!("Release {}?", names.join(" "))),
        "{asked}"
    );
    till.press("y");
    assert_eq!(till.model.place(), Place::Home);
    assert_eq!(till.state.free(till.now).len(), till.layout.len() - 5);
}

#[test]
fn a_server_that_is_away_at_the_end_of_a_hold_is_not_asked_all_the_time() {
    for keys in ["12", "12\n", "12\u{1b}k"] {
        let mut till = Till::open();
        till.press(keys);
        till.pass(299_000);
        till.cut_off = true;
        let before = till.ticks;
        till.pass(61_000);
        till.slow = true;
        till.pass(10_000);
        let ticks = till.ticks - before;
        assert!(ticks < 200, "{ticks} ticks after {keys:?}");
        let wake = till.model.wake_at().map(|at| at.ms_since(till.now));
        assert!(wake.is_none_or(|ms| ms >= 200), "{wake:?} after {keys:?}");
    }
}

#[test]
fn a_booking_that_was_paid_elsewhere_is_sold_and_not_over() {
    let mut till = Till::open();
    till.press("12");
    let booking = earlier(&till).id.uuid;
    till.decide(
        CoreAsk::PayCash {
            booking,
            payment: till_payment(),
            given_minor: None,
        },
        None,
        super::house::clerk(),
    )
    .expect("paid");
    till.press("3");
    assert_eq!(till.model.place(), Place::Ticket, "{}", till.screen());
}

fn till_payment() -> houseful_core::ids::PaymentId {
    houseful_core::ids::PaymentId(uuid::Uuid::from_u128(77))
}

#[test]
fn a_booking_that_is_being_paid_elsewhere_is_followed() {
    let mut till = Till::open();
    till.press("12");
    till.slow = true;
    till.pass(300_000);
    let (generation, ask) = till
        .unanswered
        .iter()
        .rev()
        .find(|(_, ask)| matches!(ask, Ask::Booking(_)))
        .cloned()
        .expect("a check");
    till.slow = false;
    let Ok(Reply::Booking(mut booking)) = till.result(&ask) else {
        panic!("a booking");
    };
    booking.state = BookingState::Secured;
    till.unanswered.clear();
    till.slow = true;
    till.tell(generation, Ok(Reply::Booking(booking)));
    assert_eq!(till.model.place(), Place::Paying, "{}", till.screen());
    assert_eq!(till.forgotten, 0);
}

#[test]
fn a_card_left_alone_is_followed_and_not_paid_again() {
    let mut till = Till::open();
    till.card = PaymentState::Pending;
    till.press("12\nd4");
    assert_eq!(till.model.place(), Place::Paying);
    till.press("\u{1b}y");
    assert_eq!(till.model.place(), Place::Home);
    let screen = till.screen();
    assert!(screen.contains("Card not settled"), "{screen}");
    till.press("r");
    assert_eq!(till.model.place(), Place::Paying, "{}", till.screen());
    till.press("\n\n");
    assert_eq!(till.model.place(), Place::Paying, "no second tender");
    till.card = PaymentState::Declined;
    till.pass(2_000);
    assert_eq!(till.model.place(), Place::Payment, "{}", till.screen());
}

#[test]
fn a_list_that_was_refused_says_why_and_opens_no_dialog() {
    let mut till = Till::unstarted(super::house::GRAND);
    till.refusal = Some("token_invalid");
    till.send(Msg::Started(Vec::new()));
    till.pass(30_000);
    let screen = till.screen();
    assert!(!screen.contains("no shows on sale here"), "{screen}");
    assert!(screen.contains("refused: token_invalid"), "{screen}");
    assert_eq!(till.model.place(), Place::Home, "{screen}");
    till.refusal = None;
    till.pass(10_000);
    assert!(till.screen().contains("The Lantern Keeper"));
}

#[test]
fn another_day_does_not_sell_this_one() {
    let mut till = Till::open();
    till.slow = true;
    till.press("n1");
    assert_eq!(till.model.place(), Place::Home, "{}", till.screen());
}

#[test]
fn a_hold_that_broke_at_the_server_is_given_back() {
    let mut till = Till::open();
    till.press("1");
    till.slow = true;
    till.press("2");
    let (generation, ask) = till.unanswered.pop_back().expect("a question");
    // Carried out, and then something broke.
    till.slow = false;
    assert!(till.result(&ask).is_ok());
    till.tell(generation, Err(refused("internal")));
    assert_eq!(till.state.free(till.now).len(), till.layout.len() - 5);
    assert!(till.held().is_empty());
}

#[test]
fn a_charge_whose_answer_is_refused_is_looked_for_before_another_tender() {
    let mut till = Till::open();
    till.press("12\n");
    till.slow = true;
    till.press("d1");
    let (token, ask) = till.unanswered.pop_back().expect("a question");
    let reply = till.result(&ask);
    till.tell(token, reply);
    let (charge, _) = till.unanswered.pop_back().expect("the charge");
    till.tell(charge, Err(Failure::NoAnswer("timed out".into())));
    till.pass(1_000);
    let (again, _) = till.unanswered.pop_back().expect("the charge again");
    till.tell(again, Err(refused("token_invalid")));
    assert_eq!(till.model.place(), Place::Paying, "{}", till.screen());
    let (_, looked) = till.unanswered.pop_back().expect("a question");
    assert!(matches!(looked, Ask::Payment(..)), "{looked:?}");
}

#[test]
fn a_refused_release_keeps_the_booking_in_sight() {
    let mut till = Till::open();
    till.press("12\u{1b}");
    till.refusal = Some("token_invalid");
    till.press("y");
    assert_eq!(till.forgotten, 0);
    till.refusal = None;
    till.pass(10_000);
    assert!(till.screen().contains("On hold"), "{}", till.screen());
    assert!(!till.model.above.iter().any(|v| matches!(v, View::Seats(_))));
}

#[test]
fn control_z_stands_aside_and_comes_back() {
    let mut till = Till::open();
    till.press("12");
    till.key(Key::Ctrl('z'));
    assert!(!till.aside);
    assert!(till.screen().contains("there is no shell to go back to"));
    till.model.desk.has_shell = true;
    till.key(Key::Ctrl('z'));
    assert!(till.aside);
    till.send(Msg::Continued);
    assert!(!till.aside);
    till.send(Msg::Suspend);
    assert!(till.aside && till.held().len() == 2);
}

#[test]
fn what_broke_elsewhere_is_told_and_the_sale_goes_on() {
    let mut till = Till::open();
    till.press("12");
    till.send(Msg::Mishap {
        what: "the feed broke (feed.rs:7)".into(),
        file: Some("/tmp/crash.txt".into()),
    });
    let screen = till.screen();
    assert!(screen.contains("broke (feed.rs:7)"), "{screen}");
    assert!(screen.contains("/tmp/crash.txt"), "{screen}");
    till.press("\n\n\n");
    assert_eq!(till.model.place(), Place::Ticket);
}

#[test]
fn sales_left_by_earlier_runs_come_one_after_the_other() {
    let mut till = Till::open();
    till.press("12\u{1b}k");
    let first = till.model.desk.kept.clone().expect("a booking").owned.id;
    till.press("12\u{1b}k");
    let kept = |till: &Till| till.model.desk.kept.as_ref().map(|k| k.owned.id);
    assert_ne!(kept(&till), Some(first), "the newest first");
    till.press("r\u{1b}y");
    assert_eq!(kept(&till), Some(first));
}

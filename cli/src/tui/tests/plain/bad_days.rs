//! Lost races, declined cards, holds that end, servers that are silent: said once, and what then.

use houseful_core::wire::payment::PaymentState;

use super::{Talk, agreed};
use crate::tui::{
    msg::{Ask, Msg, News},
    tests::house::{GRAND, Till},
};

#[test]
fn a_lost_race_keeps_the_rest_and_offers_the_next_best() {
    let mut talk = Talk::open();
    talk.all(&["1", "c5"]);
    talk.till.slow = true;
    talk.say_ahead("h8-9");
    talk.till.slow = false;
    talk.till.somebody_holds(&["H9", "H10"]);
    talk.till.answer();
    talk.look();
    talk.all(&["row h", "next"]);
    agreed("lost-race", &talk.paper);
    assert_eq!(talk.till.held().len(), 2);
}

#[test]
fn a_declined_card_leaves_the_choice() {
    let mut talk = Talk::open();
    talk.till.card = PaymentState::Declined;
    talk.all(&["1", "2", "", "3"]);
    let declined = "Insufficient funds; the seats stay held, pay another way.\n\
                    Pay 19.00. 1 cash exact, 2 cash other amount, 3 card.";
    assert_eq!(talk.say("2"), declined);
    // The same once more is news once more.
    talk.say("card");
    assert_eq!(talk.say("2"), declined);
    talk.say("1");
    assert!(talk.is_sold());
}

#[test]
fn the_time_is_told_at_fixed_points_and_the_end_in_full() {
    let mut talk = Talk::open();
    talk.all(&["1", "2"]);
    assert_eq!(talk.pass(179_000), "");
    assert_eq!(talk.pass(2_000), "Time left 2 minutes.");
    assert_eq!(talk.prompt(), "Enter to pay, or choose? ");
    assert_eq!(talk.pass(60_000), "Time left 1 minute.");
    talk.say("");
    assert_eq!(talk.pass(30_000), "Time left 30 seconds.");
    let over = talk.pass(60_000);
    assert!(
        over.contains("It was for H11 H12.")
            && over.ends_with("1 try the same seats again, 2 choose other seats."),
        "{over}"
    );
    let again = talk.say("1");
    assert!(again.contains("Holding H11 and H12"), "{again}");
    assert!(again.contains("Time left 5 minutes."), "{again}");
}

#[test]
fn a_late_answer_is_told_once_and_somebody_may_go_on_after_a_while() {
    let mut talk = Talk::open();
    talk.say("1");
    talk.till.slow = true;
    talk.say_ahead("2");
    assert_eq!(talk.pass(900), "");
    assert_eq!(talk.pass(200), "Asking the server ...");
    assert_eq!(talk.pass(2_000), "");
    talk.till.slow = false;
    talk.till.answer();
    talk.look();
    let said = talk.news();
    assert!(said.starts_with("Holding H11 and H12"), "{said}");
    talk.till.slow = true;
    talk.say_ahead("next best");
    talk.pass(6_000);
    assert_eq!(talk.prompt(), "Enter to pay, or choose? ");
}

#[test]
fn a_server_that_is_gone_and_comes_back_is_told() {
    let mut talk = Talk::open();
    talk.say("1");
    talk.till.cut_off = true;
    talk.say_ahead("2");
    assert_eq!(
        talk.news(),
        "The server can't be reached. It is asked again by itself."
    );
    assert_eq!(talk.pass(3_000), "");
    talk.till.cut_off = false;
    let said = talk.pass(5_000);
    assert!(
        said.starts_with("The server answers again.\nHolding H11 and H12"),
        "{said}"
    );
}

#[test]
fn a_till_without_a_server_can_be_left_and_goes_on_by_itself() {
    let mut till = Till::unstarted(GRAND);
    till.cut_off = true;
    till.send(Msg::Started(Vec::new()));
    let mut talk = Talk::at(till);
    talk.pass(6_000);
    assert_eq!(talk.prompt(), "Show? ");
    assert!(
        talk.paper.contains("this goes on by itself when it can"),
        "{}",
        talk.paper
    );
    talk.till.cut_off = false;
    let said = talk.pass(10_000);
    assert!(said.contains("The server answers again."), "{said}");
    assert!(said.contains("1. 19:15 The Lantern Keeper"), "{said}");
    talk.say("quit");
    assert!(talk.till.quit);
}

#[test]
fn what_others_do_is_told_only_where_it_concerns_us() {
    let mut talk = Talk::open();
    talk.all(&["1", "at h9"]);
    talk.till.somebody_holds(&["C5", "C6"]);
    talk.look();
    assert_eq!(talk.news(), "");
    talk.till.somebody_holds(&["H9", "H8"]);
    talk.look();
    assert_eq!(talk.news(), "H9 is held by somebody else now.");
}

#[test]
fn a_feed_that_breaks_is_told_until_it_stands_again() {
    let mut talk = Talk::open();
    talk.all(&["1", "2"]);
    let feed = (1..100)
        .map(crate::tui::msg::Generation)
        .find(|g| talk.till.seats().follows(*g))
        .expect("a feed");
    talk.till.send(Msg::Feed(feed, News::Down("closed".into())));
    talk.look();
    assert_eq!(talk.news(), "What others do is not told at the moment.");
    talk.till.send(Msg::Feed(feed, News::Up));
    talk.look();
    assert_eq!(talk.news(), "What others do is told again.");
}

#[test]
fn leaving_with_seats_asks_and_quitting_has_to_be_said_twice() {
    let mut talk = Talk::open();
    talk.all(&["1", "2"]);
    assert_eq!(
        talk.say("back"),
        "Release H11 H12?\n1 release, 2 keep them and leave, 3 stay."
    );
    assert!(talk.say("release").starts_with("Released H11 and H12."));
    talk.all(&["1", "2"]);
    assert_eq!(
        talk.say("quit"),
        "Type quit again to release the seats and leave."
    );
    assert!(!talk.till.quit);
    talk.say_ahead("quit");
    assert!(talk.till.quit);
    talk.farewell();
    assert_eq!(talk.news(), "Released H11 and H12.\nGoodbye.");
}

#[test]
fn a_signal_leaves_the_seats_held_and_says_so() {
    let mut talk = Talk::open();
    talk.all(&["1", "2"]);
    talk.till.send(Msg::Stop);
    talk.farewell();
    assert_eq!(
        talk.news(),
        "H11 and H12 stay on hold for 5 minutes; the next start offers them.\nGoodbye."
    );
}

#[test]
fn a_silent_bank_can_be_waited_for_or_left() {
    let mut talk = Talk::open();
    talk.till.card = PaymentState::Pending;
    talk.all(&["1", "2", "", "3"]);
    talk.say_ahead("5");
    let said = talk.pass(6_000);
    assert!(said.starts_with("Asking the server ...\n"), "{said}");
    assert!(said.contains("leave leaves it alone."), "{said}");
    assert_eq!(talk.prompt(), "Wait, or leave? ");
    let said = talk.say("leave");
    assert!(said.contains("1 leave, 2 stay."), "{said}");
    let said = talk.say("1");
    assert!(said.contains("resume shows what became of it."), "{said}");
    talk.till.card = PaymentState::Captured;
    let said = talk.say("resume");
    assert!(said.contains("Booking "), "{said}");
}

#[test]
fn a_refusal_is_said_in_a_sentence() {
    let mut talk = Talk::open();
    talk.till.refusal = Some("internal");
    talk.say("1");
    assert!(talk.paper.contains("Refused: internal."), "{}", talk.paper);
    assert_eq!(talk.prompt(), "Enter to go on? ");
    assert!(
        talk.till
            .unanswered
            .iter()
            .all(|(_, ask)| !matches!(ask, Ask::Hold(..)))
    );
}

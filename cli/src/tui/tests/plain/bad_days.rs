//! Lost races, declined cards, holds that end, servers that are silent: said once, and what then.

use houseful_core::wire::payment::PaymentState;

use super::{Talk, agreed};
use crate::tui::{
    keymap::Place,
    model::View,
    msg::{Ask, Msg, News, Unfinished},
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
                    Pay GBP 19.00. 1 cash exact, 2 cash other amount, 3 card, voucher.";
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

#[test]
fn a_line_for_the_seats_is_no_payment() {
    for line in ["d9", "h12", "12", "undo", "", "h8 h9", "2a1c"] {
        let mut talk = Talk::open();
        talk.all(&["1", "2"]);
        talk.till.slow = true;
        talk.say_ahead("c5");
        talk.pass(6_000);
        talk.say_ahead("pay");
        talk.pass(6_000);
        assert_eq!(talk.prompt(), "Enter to pay, or choose? ");
        let said = talk.say(line);
        assert!(said.starts_with("The payment opens as soon as"), "{said}");
        talk.till.slow = false;
        talk.till.answer();
        assert!(
            matches!(talk.till.model.above.last(), Some(View::Payment(_))),
            "`{line}`\n{}",
            talk.paper
        );
        let money = |ask: &Ask| matches!(ask, Ask::Cash(..) | Ask::Pay(..) | Ask::Token(..));
        assert!(!talk.till.asked.iter().any(money), "`{line}`");
        assert_eq!(talk.till.model.place(), Place::Payment, "`{line}`");
    }
    // Only looking, and leaving, are as ever.
    let mut talk = Talk::open();
    talk.all(&["1", "2"]);
    talk.till.slow = true;
    talk.say_ahead("c5");
    talk.pass(6_000);
    talk.say_ahead("pay");
    talk.pass(6_000);
    assert!(talk.say("time").contains("Time left"));
    talk.pass(6_000);
    talk.say_ahead("back");
    assert_eq!(talk.till.model.place(), Place::AskRelease);
}

/// A till that starts with a hold that another run left, with its name and secret.
fn with_a_hold_of_another_run() -> Till {
    let mut before = Till::open();
    before.press("12");
    let owned = before.seats().owned.clone().expect("a hold");
    before.press("\u{1b}k");
    let mut model = crate::tui::model::Model::new(None);
    std::mem::swap(&mut before.model, &mut model);
    before.send(Msg::Resized(80, 24));
    let payment = None;
    before.send(Msg::Started(vec![Unfinished { owned, payment }]));
    before.send(Msg::Tick);
    before.asked.clear();
    assert!(before.model.desk.kept.is_some());
    before
}

fn releases(till: &Till) -> usize {
    let releases = till.asked.iter();
    releases
        .filter(|ask| matches!(ask, Ask::Release(..)))
        .count()
}

#[test]
fn the_end_of_the_input_gives_back_only_what_this_run_holds() {
    let mut till = with_a_hold_of_another_run();
    till.send(Msg::InputEnded);
    assert!(till.quit);
    assert_eq!(releases(&till), 0);
    let mut talk = Talk::at(with_a_hold_of_another_run());
    talk.till.send(Msg::InputEnded);
    talk.farewell();
    let said = talk.news();
    assert!(said.starts_with("H11 and H12 stay on hold for"), "{said}");

    for keys in ["1", "12", "12\u{1b}k"] {
        let mut till = Till::open();
        till.press(keys);
        till.send(Msg::InputEnded);
        assert!(till.quit);
        assert_eq!(releases(&till), keys.len().min(2) - 1, "{keys:?}");
    }
    // Seats that were taken up again are in this run's hands.
    let mut till = with_a_hold_of_another_run();
    till.press("r");
    till.send(Msg::InputEnded);
    assert_eq!(releases(&till), 1);
}

#[test]
fn an_interrupt_leaves_what_another_run_holds() {
    use crate::tui::key::Key;
    let mut till = with_a_hold_of_another_run();
    till.key(Key::Ctrl('c'));
    let notice = till.model.desk.notice.clone().unwrap_or_default();
    assert!(notice.contains("stay on hold"), "{notice}");
    till.key(Key::Ctrl('c'));
    assert!(till.quit);
    assert_eq!(releases(&till), 0);
    let mut till = Till::open();
    till.press("12\u{1b}k");
    till.key(Key::Ctrl('c'));
    till.key(Key::Ctrl('c'));
    assert_eq!(releases(&till), 1);
}

#[test]
fn back_from_a_lost_race_keeps_and_release_asks() {
    let lost = || {
        let mut talk = Talk::open();
        talk.all(&["1", "c5"]);
        talk.till.slow = true;
        talk.say_ahead("h8-9");
        talk.till.slow = false;
        talk.till.somebody_holds(&["H9", "H10"]);
        talk.till.answer();
        talk.look();
        assert_eq!(talk.till.model.place(), Place::LostRace);
        talk
    };
    let mut talk = lost();
    talk.say("back");
    assert_eq!(talk.till.model.place(), Place::Seats);
    assert_eq!(talk.till.held(), ["C5 adult"]);
    let mut talk = lost();
    let said = talk.say("release");
    assert!(said.starts_with("Release C5?"), "{said}");
    assert_eq!(talk.till.held(), ["C5 adult"]);
}

#[test]
fn a_rule_of_the_house_is_overruled_by_words_and_only_once() {
    let mut talk = Talk::open();
    talk.say("1");
    let asked = talk.say("12");
    assert!(asked.contains("one booking has at most 10"), "{asked}");
    for _ in 0..3 {
        assert!(
            talk.say("").starts_with("Nothing was done"),
            "{}",
            talk.paper
        );
        assert_eq!(talk.till.model.place(), Place::Override);
    }
    assert!(talk.till.held().is_empty());
    assert!(talk.say("again").contains("1 do it all the same"));
    talk.say("do it all the same");
    assert_eq!(talk.till.held().len(), 12);

    let mut talk = Talk::open();
    talk.all(&["1", "999"]);
    let refused = talk.say("1");
    assert!(refused.contains("one booking has at most 308"), "{refused}");
    assert_eq!(talk.till.model.place(), Place::Trouble, "and not again");
    talk.all(&["", "2"]);
    assert_eq!(talk.till.held().len(), 2);
}

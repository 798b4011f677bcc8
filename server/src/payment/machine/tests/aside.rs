//! What is heard of a charge by the way, and money of which less is here than booking keeps.

use super::*;

fn heard(status: ChargeStatus, captured: i64, refunded: i64) -> Input {
    Input::Heard(charge(status, captured, refunded))
}

#[test]
fn old_news_put_nothing_off_that_is_owed() {
    let mut owed = after(&[learned(ChargeStatus::Captured, AMOUNT, 0), settle(0, 5)]);
    step(&mut owed, &missed(), 10);
    let before = owed.clone();
    assert!(owed.due_call(UtcMillis(20_000)).is_some() && owed.tries == 1);
    for news in [
        heard(ChargeStatus::Authorised, 0, 0),
        heard(ChargeStatus::Captured, AMOUNT, 0),
    ] {
        let done = step(&mut owed, &news, 500);
        assert_eq!((done.changed, done.notable), (false, false), "{news:?}");
        assert_eq!(owed, before, "{news:?}");
    }
    // An answer is another thing: it says that the call was made in vain.
    step(&mut owed, &learned(ChargeStatus::Captured, AMOUNT, 0), 500);
    assert_eq!(owed.tries, 2);
}

#[test]
fn what_is_heard_and_new_counts() {
    let mut account = fresh();
    let done = step(&mut account, &heard(ChargeStatus::Authorised, 0, 0), 1);
    assert!(done.announce && account.state == PaymentState::Authorised);
    step(&mut account, &settle(AMOUNT, 5), 2);
    step(&mut account, &heard(ChargeStatus::Captured, AMOUNT, 0), 3);
    assert!(account.is_settled());
    // What staff gave back at the provider's own desk, all of it: booking draws the end.
    let done = step(
        &mut account,
        &heard(ChargeStatus::Captured, AMOUNT, AMOUNT),
        4,
    );
    assert!(done.announce && !done.short && account.reason.is_none());
}

#[test]
fn a_part_that_went_back_elsewhere_is_flagged_and_told_ever_more_rarely() {
    let mut account = after(&[
        learned(ChargeStatus::Captured, AMOUNT, 0),
        settle(AMOUNT, 5),
    ]);
    let done = step(
        &mut account,
        &heard(ChargeStatus::Captured, AMOUNT, 500),
        10,
    );
    assert!(done.short && done.announce, "somebody is told at once");
    let why = account.reason.clone().unwrap_or_default();
    assert!(why.contains("somebody should look"), "{why}");
    // Booking notes that it is short, and keeps what it kept.
    let done = step(&mut account, &settle(AMOUNT, 6), 20);
    assert!(!done.short, "once");
    let mut now = 20;
    let mut gap = 0;
    for _ in 0..30 {
        let at = account
            .tell_at
            .expect("it is open until somebody has looked")
            .0;
        (gap, now) = (at - now, at);
        step(&mut account, &Input::Tell, now);
    }
    assert_eq!(gap, 6 * 60 * 60_000, "and the talk about it all but ends");
    // Somebody takes a ticket back: what is left is what is kept.
    step(&mut account, &settle(AMOUNT - 500, 7), now + 1);
    assert_eq!((account.reason.clone(), account.is_settled()), (None, true));
    assert_eq!(account.refunded, 500, "nothing goes back twice");
}

#[test]
fn less_that_was_taken_at_the_providers_desk_is_flagged() {
    let mut account = after(&[learned(ChargeStatus::Authorised, 0, 0), settle(AMOUNT, 5)]);
    let done = step(&mut account, &heard(ChargeStatus::Captured, 1_500, 0), 10);
    assert!(done.short && account.reason.is_some());
}

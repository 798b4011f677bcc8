//! Booking says nothing: its server is gone, its show can't be written, or it knows no such show.

use houseful_core::expiry::{HOLD_MS, LATE_MS};

use super::*;

/// Tells booking, whenever that is due, until the account no longer has anything to tell or the
/// time is up; says when it was told last.
fn tell_on(account: &mut Account, until_ms: i64) -> i64 {
    let mut last = 0;
    while let Some(due) = account.tell_at.filter(|due| due.0 <= until_ms) {
        last = due.0;
        step(account, &Input::Tell, last);
    }
    last
}

#[test]
fn a_promise_that_booking_never_speaks_of_is_given_back() {
    let mut account = after(&[learned(ChargeStatus::Authorised, 0, 0)]);
    tell_on(&mut account, LATE_MS);
    assert_eq!((account.keep, account.call()), (None, None), "still time");
    let last = tell_on(&mut account, LATE_MS + 60_000);
    assert!(last <= LATE_MS + 60_000);
    assert_eq!(account.call(), Some(Call::Void));
    step(&mut account, &learned(ChargeStatus::Voided, 0, 0), last);
    assert!(account.is_settled() && account.is_final());
    assert_eq!(account.tell_at, None, "nobody is told for ever");
    assert!(account.reason.is_some_and(|why| why.contains("given back")));
}

#[test]
fn after_a_long_stop_booking_is_asked_once_more_first() {
    let mut account = after(&[learned(ChargeStatus::Authorised, 0, 0)]);
    let told = step(&mut account, &Input::Tell, 5 * LATE_MS);
    assert!(told.announce && !told.flagged);
    assert_eq!((account.keep, account.call()), (None, None));
    let due = account.tell_at.expect("told again").0;
    assert_eq!(due, 5 * LATE_MS + 30_000, "a server that starts needs time");
    step(&mut account, &settle(AMOUNT, 5), due - 1);
    assert_eq!(account.call(), Some(Call::Capture { minor: AMOUNT }));
}

#[test]
fn whoever_speaks_after_it_was_given_back_is_told_so_until_they_let_go() {
    let mut account = after(&[learned(ChargeStatus::Authorised, 0, 0)]);
    tell_on(&mut account, 2 * LATE_MS);
    let mut raced = account.clone();
    // Before the promise was given back at the provider's, booking still gets its way.
    step(&mut raced, &settle(AMOUNT, 5), 2 * LATE_MS);
    assert_eq!(raced.call(), Some(Call::Capture { minor: AMOUNT }));
    step(
        &mut account,
        &learned(ChargeStatus::Voided, 0, 0),
        2 * LATE_MS,
    );
    step(&mut account, &settle(AMOUNT, 5), 2 * LATE_MS + 1);
    assert!(!account.is_settled() && account.tell_at.is_some());
    assert_eq!(account.announcement().state, PaymentState::Voided);
    step(&mut account, &settle(0, 6), 2 * LATE_MS + 2);
    assert!(account.is_settled() && account.tell_at.is_none());
}

#[test]
fn money_that_was_taken_may_be_in_tickets_so_silence_is_for_a_person() {
    let mut account = after(&[learned(ChargeStatus::Captured, AMOUNT, 0)]);
    let mut flagged = 0;
    for _ in 0..200 {
        let due = account.tell_at.expect("told again").0;
        flagged += u32::from(step(&mut account, &Input::Tell, due).flagged);
    }
    assert_eq!(flagged, 1);
    assert_eq!((account.keep, account.refund_due()), (None, 0));
    assert!(
        account
            .reason
            .as_ref()
            .is_some_and(|why| why.contains("look"))
    );
    step(&mut account, &settle(AMOUNT, 5), 9 * LATE_MS);
    assert!(account.is_settled());
    assert_eq!(account.reason, None);
}

#[test]
fn where_there_is_no_journal_money_goes_back_when_no_seat_can_be_won() {
    for status in [ChargeStatus::Captured, ChargeStatus::Authorised] {
        let taken = if status == ChargeStatus::Captured {
            AMOUNT
        } else {
            0
        };
        let mut account = after(&[learned(status, taken, 0)]);
        let before = account.clone();
        step(&mut account, &settle(0, 0), LATE_MS);
        assert_eq!(account, before, "the journal may be on its way");
        let given_up = step(&mut account, &settle(0, 0), LATE_MS + 1);
        assert!(given_up.flagged);
        let mut truth = charge(status, taken, 0);
        play_out(&mut account, &mut truth);
        assert!(account.is_settled());
        assert_eq!(truth.captured - truth.refunded, 0);
        assert_ne!(truth.status, ChargeStatus::Authorised);
        assert!(account.reason.is_some());
    }
}

#[test]
fn a_show_that_has_spoken_is_not_overruled_by_one_that_is_not_there() {
    let mut account = after(&[
        learned(ChargeStatus::Captured, AMOUNT, 0),
        settle(AMOUNT, 1),
    ]);
    step(&mut account, &settle(0, 0), 9 * LATE_MS);
    assert_eq!(
        account.keep,
        Some(Keep {
            minor: AMOUNT,
            ver: 1
        })
    );
    assert!(account.is_settled());
}

#[test]
fn a_payment_that_the_provider_never_decides_about_is_called_off() {
    let undecided = learned(ChargeStatus::Pending, 0, 0);
    let end = HOLD_MS + LATE_MS;
    for input in [undecided, missed()] {
        let mut account = fresh();
        step(&mut account, &input, end - 1);
        assert_eq!(account.call(), Some(Call::Resolve));
        step(&mut account, &input, end);
        assert_eq!(account.call(), Some(Call::Void));
        // It was captured while nobody heard of it.
        let mut truth = charge(ChargeStatus::Captured, AMOUNT, 0);
        step(&mut account, &Input::Learned(truth.clone()), end + 1);
        play_out(&mut account, &mut truth);
        assert!(account.is_settled());
        assert_eq!(truth.captured - truth.refunded, 0);
    }
}

#[test]
fn money_that_turns_up_after_the_end_goes_back_too() {
    let mut account = after(&[learned(ChargeStatus::Declined, 0, 0), settle(0, 5)]);
    assert!(account.is_settled());
    let mut truth = charge(ChargeStatus::Captured, AMOUNT, 0);
    step(&mut account, &Input::Learned(truth.clone()), 9);
    assert!(!account.is_settled() && account.refund_due() == AMOUNT);
    play_out(&mut account, &mut truth);
    assert!(account.is_settled());
    assert_eq!(truth.captured - truth.refunded, 0);
}

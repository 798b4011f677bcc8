mod aside;
mod lost;
mod silence;
mod split;

use houseful_core::ids::ShowId;
use proptest::prelude::*;
use uuid::Uuid;

use super::*;

const AMOUNT: i64 = 1_900;

fn at(ms: i64) -> Moment {
    Moment {
        now: UtcMillis(ms),
        floor_ms: 0,
    }
}

fn money() -> Money {
    Money::new(AMOUNT, "GBP".parse().expect("a currency"))
}

fn fresh() -> Account {
    let booking = BookingId {
        show: ShowId(1042),
        uuid: Uuid::from_u128(1),
    };
    let quote = QuoteHash(Uuid::from_u128(2));
    Account::begin(
        PaymentId(Uuid::from_u128(3)),
        (booking, quote),
        money(),
        UtcMillis(0),
    )
}

fn charge(status: ChargeStatus, captured: i64, refunded: i64) -> Charge {
    let account = fresh();
    Charge {
        payment: account.id,
        booking: account.booking,
        quote: account.quote,
        amount: account.amount,
        status,
        captured,
        refunded,
        bounced: 0,
        reason: None,
        updated_at: UtcMillis(0),
    }
}

fn learned(status: ChargeStatus, captured: i64, refunded: i64) -> Input {
    Input::Learned(charge(status, captured, refunded))
}

fn settle(minor: i64, ver: u64) -> Input {
    Input::Settle {
        keep: Keep { minor, ver },
        reopened_at: None,
    }
}

fn missed() -> Input {
    Input::Missed {
        why: "no answer".to_owned(),
    }
}

/// Steps and holds the account to its rules.
fn step(account: &mut Account, input: &Input, ms: i64) -> Step {
    let step = account.step(input, at(ms));
    assert_eq!(account.check(), Ok(()), "after {input:?}: {account:?}");
    step
}

fn after(inputs: &[Input]) -> Account {
    let mut account = fresh();
    for (i, input) in (1..).zip(inputs) {
        step(&mut account, input, i);
    }
    account
}

#[test]
fn authorised_then_kept_is_captured_and_settled() {
    let mut account = after(&[learned(ChargeStatus::Authorised, 0, 0)]);
    assert_eq!(account.call(), None, "booking has not spoken");
    assert!(account.tell_at.is_some());
    step(&mut account, &settle(AMOUNT, 5), 10);
    assert_eq!(
        account.due_call(UtcMillis(10)),
        Some(Call::Capture { minor: AMOUNT })
    );
    let done = step(
        &mut account,
        &learned(ChargeStatus::Captured, AMOUNT, 0),
        11,
    );
    assert!(done.announce && account.is_settled() && account.is_final());
    assert_eq!(account.announcement().settled_ver, Some(5));
    assert_eq!((account.tell_at, account.next_at), (None, None));
}

#[test]
fn nothing_kept_voids_a_promise_and_refunds_money() {
    let mut promised = after(&[learned(ChargeStatus::Authorised, 0, 0), settle(0, 5)]);
    assert_eq!(promised.call(), Some(Call::Void));
    step(&mut promised, &learned(ChargeStatus::Voided, 0, 0), 9);
    assert_eq!(
        (promised.state, promised.settled_ver),
        (PaymentState::Voided, Some(5))
    );

    let mut taken = after(&[learned(ChargeStatus::Captured, AMOUNT, 0), settle(0, 5)]);
    assert_eq!(taken.state, PaymentState::RefundDue);
    assert_eq!(taken.refund_due(), AMOUNT);
    assert_eq!(
        taken.call(),
        Some(Call::Refund {
            total_minor: AMOUNT
        })
    );
    assert!(!taken.is_settled());
    step(
        &mut taken,
        &learned(ChargeStatus::Captured, AMOUNT, AMOUNT),
        9,
    );
    assert_eq!(
        (taken.state, taken.settled_ver),
        (PaymentState::Refunded, Some(5))
    );
}

#[test]
fn an_order_that_never_arrived_tried_no_card() {
    let never = after(&[learned(ChargeStatus::Never, 0, 0)]);
    assert_eq!((never.state, never.tried), (PaymentState::Declined, false));
    let declined = after(&[learned(ChargeStatus::Declined, 0, 0)]);
    assert!(declined.tried);
}

#[test]
fn a_part_kept_gives_back_the_difference() {
    let mut account = after(&[learned(ChargeStatus::Captured, AMOUNT, 0), settle(900, 5)]);
    assert_eq!(account.call(), Some(Call::Refund { total_minor: 1_000 }));
    step(
        &mut account,
        &learned(ChargeStatus::Captured, AMOUNT, 1_000),
        9,
    );
    assert_eq!((account.applied(), account.settled_ver), (900, Some(5)));
    step(&mut account, &settle(0, 6), 10);
    assert_eq!(
        account.call(),
        Some(Call::Refund {
            total_minor: AMOUNT
        })
    );
}

#[test]
fn an_old_or_repeated_settle_changes_nothing() {
    let mut account = after(&[learned(ChargeStatus::Captured, AMOUNT, 0), settle(0, 7)]);
    for old in [settle(AMOUNT, 6), settle(AMOUNT, 7), settle(0, 1)] {
        let before = account.clone();
        assert_eq!(step(&mut account, &old, 20), Step::default());
        assert_eq!(account, before);
    }
}

#[test]
fn a_repeated_settle_that_is_done_is_answered_again() {
    let mut account = after(&[
        learned(ChargeStatus::Authorised, 0, 0),
        settle(AMOUNT, 5),
        learned(ChargeStatus::Captured, AMOUNT, 0),
    ]);
    let before = account.clone();
    let again = step(&mut account, &settle(AMOUNT, 5), 30);
    assert!(again.announce && !again.changed);
    assert_eq!(account, before);
}

#[test]
fn a_declined_card_needs_no_settling_and_is_no_news() {
    let mut account = fresh();
    let told = step(&mut account, &learned(ChargeStatus::Declined, 0, 0), 1);
    assert!(!told.announce && account.is_settled() && account.is_final());
}

#[test]
fn a_refused_capture_is_told_until_booking_lets_go() {
    let mut account = after(&[
        learned(ChargeStatus::Authorised, 0, 0),
        settle(AMOUNT, 5),
        learned(ChargeStatus::CaptureRefused, 0, 0),
    ]);
    assert!(account.is_final() && !account.is_settled());
    assert!(step(&mut account, &Input::Tell, 500).announce);
    step(&mut account, &settle(0, 6), 600);
    assert!(account.is_settled());
}

#[test]
fn a_promise_that_was_gone_when_called_in_is_a_refused_capture() {
    let account = after(&[
        learned(ChargeStatus::Authorised, 0, 0),
        settle(AMOUNT, 5),
        learned(ChargeStatus::Voided, 0, 0),
    ]);
    assert_eq!(account.state, PaymentState::CaptureRefused);
}

#[test]
fn calls_in_vain_wait_longer_each_time_and_are_flagged() {
    let mut account = after(&[learned(ChargeStatus::Captured, AMOUNT, 0), settle(0, 5)]);
    let (mut waits, mut alarms) = (Vec::new(), 0);
    for i in 0..10 {
        alarms += u32::from(step(&mut account, &missed(), 1_000 * i).stuck);
        waits.extend(account.next_at.map(|next| next.0 - 1_000 * i));
    }
    assert_eq!(waits[..6], [1_000, 2_000, 4_000, 8_000, 16_000, 30_000]);
    assert_eq!((waits[9], alarms), (30_000, 1));
    assert_eq!(account.reason.as_deref(), Some("no answer; tried 10 times"));
    assert_eq!(account.due_call(UtcMillis(38_999)), None);
    assert!(account.due_call(UtcMillis(39_000)).is_some());
}

#[test]
fn news_are_told_again_and_less_often_until_they_are_settled() {
    let mut account = after(&[learned(ChargeStatus::Authorised, 0, 0)]);
    let mut waits = Vec::new();
    for i in 0..12 {
        assert!(step(&mut account, &Input::Tell, 1_000 * i).announce);
        waits.extend(account.tell_at.map(|next| next.0 - 1_000 * i));
    }
    assert!(
        waits.is_sorted() && waits[0] == 400 && waits[11] == 30_000,
        "{waits:?}"
    );
}

#[test]
fn what_was_said_before_a_reopening_is_asked_about_and_not_done() {
    let mut account = after(&[
        learned(ChargeStatus::Authorised, 0, 0),
        settle(AMOUNT, 100),
        learned(ChargeStatus::Captured, AMOUNT, 0),
    ]);
    assert!(account.is_settled());
    let reopened = step(&mut account, &Input::Reopen, 5_000);
    assert!(reopened.announce && reopened.notable);
    let asked = account.announcement().reopened_at;
    assert_eq!(asked, Some(UtcMillis(5_000)));
    let answer = |minor, ver, reopened_at| Input::Settle {
        keep: Keep { minor, ver },
        reopened_at,
    };
    // The journal that said so is lost, and a carrier brings it all the same.
    for old in [settle(AMOUNT, 100), settle(0, 101)] {
        assert!(
            step(&mut account, &old, 5_001).announce,
            "it is asked about"
        );
        assert_eq!((account.keep, account.is_settled()), (None, false));
    }
    // The journal in its place has not come as far.
    step(&mut account, &answer(0, 84, asked), 5_002);
    step(
        &mut account,
        &learned(ChargeStatus::Captured, AMOUNT, AMOUNT),
        5_003,
    );
    assert!(account.is_settled() && account.settled_ver == Some(84));
    assert!(step(&mut account, &settle(AMOUNT, 100), 5_004).announce);
    assert_eq!(account.keep, Some(Keep { minor: 0, ver: 84 }));
    // Once more, by a clock that stands still: what was asked before is no answer now.
    step(&mut account, &Input::Reopen, 5_000);
    assert_eq!(account.reopened_at, Some(UtcMillis(5_001)));
    step(&mut account, &answer(AMOUNT, 90, asked), 5_005);
    assert_eq!(account.keep, None);
}

#[test]
fn a_declined_payment_answers_after_a_reopening_too() {
    let mut account = after(&[learned(ChargeStatus::Declined, 0, 0), settle(0, 4)]);
    assert!(account.is_settled());
    step(&mut account, &Input::Reopen, 5_000);
    // Booking has yet to see it done, and says so until it does.
    assert!(step(&mut account, &settle(0, 4), 5_001).announce);
    let answer = Input::Settle {
        keep: Keep { minor: 0, ver: 4 },
        reopened_at: account.reopened_at,
    };
    assert!(step(&mut account, &answer, 5_002).announce);
    assert_eq!(account.settled_ver, Some(4));
    // What is at work is not asked about again.
    assert!(!step(&mut account, &Input::Tell, 60_000).announce);
}

#[test]
fn money_given_back_elsewhere_is_written_down() {
    let account = after(&[
        learned(ChargeStatus::Captured, AMOUNT, 0),
        settle(AMOUNT, 5),
        learned(ChargeStatus::Captured, AMOUNT, AMOUNT),
    ]);
    assert_eq!(
        (account.state, account.applied()),
        (PaymentState::Refunded, 0)
    );
}

#[test]
fn cash_booking_speaks_of_is_taken_at_once() {
    let known = fresh();
    let ask = Settle {
        payment: known.id,
        booking: known.booking,
        amount: money(),
        tender: Tender::Cash,
        keep_minor: AMOUNT,
        ver: 4,
        reopened_at: None,
    };
    let mut account = Account::unheard(&ask, UtcMillis(0));
    assert!(step(&mut account, &settle(AMOUNT, 4), 1).announce);
    assert!(account.is_settled() && account.state == PaymentState::Captured);
}

/// What a provider does when it is asked, so that an order of messages can be played to its end.
fn obey(charge: &mut Charge, call: Call) {
    match (call, charge.status) {
        (Call::Capture { minor }, ChargeStatus::Authorised) => {
            charge.status = ChargeStatus::Captured;
            charge.captured = minor;
        }
        (Call::Void, ChargeStatus::Authorised | ChargeStatus::Pending) => {
            charge.status = ChargeStatus::Voided;
        }
        (Call::Refund { total_minor }, ChargeStatus::Captured) => {
            charge.refunded = charge.refunded.max(total_minor.min(charge.captured));
        }
        _ => {}
    }
}

/// Plays until nothing is left to ask.
fn play_out(account: &mut Account, charge: &mut Charge) {
    for i in 0..20 {
        let Some(call) = account.call() else {
            return;
        };
        obey(charge, call);
        step(account, &Input::Learned(charge.clone()), 10_000 + i);
    }
    panic!("it never ends: {account:?}");
}

/// All orders of a list.
fn orders<T: Clone>(all: &[T]) -> Vec<Vec<T>> {
    if all.is_empty() {
        return vec![Vec::new()];
    }
    (0..all.len())
        .flat_map(|i| {
            let mut rest = all.to_vec();
            let first = rest.remove(i);
            orders(&rest).into_iter().map(move |mut tail| {
                tail.insert(0, first.clone());
                tail
            })
        })
        .collect()
}

#[test]
fn every_order_of_messages_ends_the_same() {
    let messages = [
        learned(ChargeStatus::Authorised, 0, 0),
        settle(AMOUNT, 5),
        settle(AMOUNT, 5),
        settle(0, 9),
        missed(),
        Input::Tell,
    ];
    for order in orders(&messages) {
        let mut account = fresh();
        for (i, input) in (1..).zip(&order) {
            step(&mut account, input, i);
        }
        let mut truth = charge(ChargeStatus::Authorised, 0, 0);
        play_out(&mut account, &mut truth);
        assert!(account.is_settled(), "{order:?}");
        assert_eq!(account.keep, Some(Keep { minor: 0, ver: 9 }));
        assert_eq!(account.captured - account.refunded, 0);
    }
}

fn any_charge() -> impl Strategy<Value = Charge> {
    let status = prop_oneof![
        Just(ChargeStatus::Pending),
        Just(ChargeStatus::Authorised),
        Just(ChargeStatus::Captured),
        Just(ChargeStatus::Declined),
        Just(ChargeStatus::Never),
        Just(ChargeStatus::Voided),
        Just(ChargeStatus::CaptureRefused),
    ];
    (status, 1..=AMOUNT, 0..=AMOUNT).prop_map(|(status, captured, refunded)| {
        let captured = if status == ChargeStatus::Captured {
            captured
        } else {
            0
        };
        charge(status, captured, refunded.min(captured))
    })
}

fn any_input() -> impl Strategy<Value = Input> {
    prop_oneof![
        any_charge().prop_map(Input::Learned),
        Just(missed()),
        (0..=AMOUNT, 1..6_u64).prop_map(|(minor, ver)| settle(minor, ver)),
        Just(settle(0, 0)),
        Just(Input::Tell),
    ]
}

proptest! {
    #[test]
    fn money_adds_up_and_never_comes_back_whatever_happens(
        inputs in proptest::collection::vec((any_input(), 0..400_000_i64), 1..24)
    ) {
        let mut account = fresh();
        let mut now = 0;
        for (input, passed) in &inputs {
            now += passed;
            let before = account.clone();
            account.step(input, at(now));
            prop_assert_eq!(account.check(), Ok(()));
            prop_assert_eq!(
                account.captured,
                account.applied() + account.refund_due() + account.refunded
            );
            prop_assert!(account.captured >= before.captured);
            prop_assert!(account.ordered_back >= before.ordered_back);
            prop_assert!(account.refunded >= before.refunded);
            prop_assert!(account.settled_ver >= before.settled_ver);
            prop_assert!(account.keep.map(|k| k.ver) >= before.keep.map(|k| k.ver));
            // Told the same once more, nothing moves.
            let once = account.clone();
            account.step(input, at(now));
            prop_assert_eq!(account.standing(), once.standing());
            prop_assert_eq!(account.keep, once.keep);
        }
    }

    #[test]
    fn the_highest_version_is_obeyed_in_the_end(
        mut settles in proptest::collection::vec((0..=AMOUNT, 1..9_u64), 1..8),
        at_once in any::<bool>(),
    ) {
        // Booking never asks for more than it did before, and says one thing a version.
        settles.sort_by_key(|(_, ver)| *ver);
        settles.dedup_by_key(|(_, ver)| *ver);
        let mut least = AMOUNT;
        for (keep, _) in &mut settles {
            least = least.min(*keep);
            *keep = least;
        }
        for order in orders(&settles[..settles.len().min(4)]) {
            let mut account = fresh();
            let mut truth = if at_once {
                charge(ChargeStatus::Captured, AMOUNT, 0)
            } else {
                charge(ChargeStatus::Authorised, 0, 0)
            };
            step(&mut account, &Input::Learned(truth.clone()), 1);
            for (minor, ver) in &order {
                step(&mut account, &settle(*minor, *ver), 2);
            }
            play_out(&mut account, &mut truth);
            let (keep, ver) = settles[settles.len().min(4) - 1];
            prop_assert_eq!(account.settled_ver, Some(ver));
            prop_assert_eq!(truth.captured - truth.refunded, keep);
        }
    }
}

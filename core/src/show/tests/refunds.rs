//! The guards around tickets that are given back: what a clerk may do alone, the ladder to its very
//! minute, what was told, and when a wish ends.

use super::{
    cases::{MANAGER, ask_back, by, house_with, must, sold, verdict},
    *,
};
use crate::{
    money::Money,
    refund::RefundStep,
    time::{DAY_MS, MINUTE_MS},
};

/// Everything goes back until two hours before the show, half until it begins.
fn ladder() -> Vec<RefundStep> {
    let step = |before_minutes, keep_percent| RefundStep {
        before_minutes,
        keep_percent,
    };
    vec![step(120, 0), step(0, 50)]
}

/// The same wish with what was told of it.
fn told(ask: Ask, minor: i64) -> Ask {
    match ask {
        Ask::Refund {
            booking,
            seats,
            reason,
            note,
            rules,
            ..
        } => Ask::Refund {
            booking,
            seats,
            reason,
            note,
            rules,
            told_minor: Some(minor),
        },
        other => other,
    }
}

fn record(state: &ShowState) -> &crate::show::BookingRecord {
    state.booking(Uuid::from_u128(7)).expect("a booking")
}

#[test]
fn a_clerk_gives_back_alone_what_the_card_says_and_no_more_in_parts() {
    let mut state = house_with(ladder(), 950);
    sold(&mut state);
    must(&mut state, &by(7, 3, ask_back(&["A1"])), NOW);
    assert_eq!(record(&state).refunds.len(), 1, "up to the limit alone");
    must(&mut state, &by(7, 4, ask_back(&["A2"])), NOW);
    assert_eq!(record(&state).refunds.len(), 1);
    assert!(record(&state).refund_asked.is_some(), "above it a manager");
    let own = by(7, 5, verdict(4, true, ""));
    let Ask::RefundVerdict { booking, asked, .. } = own.ask else {
        unreachable!("a verdict");
    };
    let ask = Ask::RefundVerdict {
        booking,
        asked,
        approve: true,
        note: String::new(),
        manager: false,
    };
    let own = by(7, 6, ask);
    assert_eq!(state.decide(&own, NOW), Err(Refusal::RefundByManager));
}

#[test]
fn a_rung_holds_at_its_very_minute_and_not_a_millisecond_longer() {
    let rung = NOW.plus_ms(DAY_MS - 120 * MINUTE_MS);
    for (at, back) in [(rung, 950), (rung.plus_ms(1), 475)] {
        let mut state = house_with(ladder(), 10_000);
        sold(&mut state);
        must(&mut state, &by(7, 3, ask_back(&["A1"])), at);
        let made = &record(&state).refunds[0].refund;
        assert_eq!(made.back_minor(), back, "{at:?}");
    }
}

#[test]
fn less_than_was_told_is_not_given_back() {
    let mut state = house_with(ladder(), 10_000);
    sold(&mut state);
    let late = NOW.plus_ms(DAY_MS - 119 * MINUTE_MS);
    let wish = by(7, 3, told(ask_back(&["A1"]), 950));
    let back = Money::new(475, "GBP".parse().expect("GBP"));
    assert_eq!(
        state.decide(&wish, late),
        Err(Refusal::RefundChanged { back })
    );
    // What is no less is given back.
    must(&mut state, &by(7, 4, told(ask_back(&["A1"]), 475)), late);
}

#[test]
fn a_refund_waits_until_the_show_begins_and_not_at_that_instant() {
    let start = NOW.plus_ms(DAY_MS);
    let asked_at = start.plus_ms(-130 * MINUTE_MS);
    let mut state = house_with(ladder(), 0);
    sold(&mut state);
    must(&mut state, &by(7, 3, ask_back(&["A1"])), asked_at);
    let yes = by(MANAGER, 4, verdict(3, true, ""));
    assert_eq!(
        state.decide(&yes, start),
        Err(Refusal::RefundClosed { at: Some(start) })
    );
    let last = start.plus_ms(-1);
    let mut early = state.clone();
    must(&mut early, &yes, last);
    // The sum is the one of the hour it was asked in.
    assert_eq!(record(&early).refunds[0].refund.back_minor(), 950);
}

#[test]
fn what_was_handed_back_before_is_not_handed_back_again() {
    let mut state = house_with(ladder(), 10_000);
    sold(&mut state);
    must(&mut state, &by(7, 3, ask_back(&["A1"])), NOW);
    let first = record(&state).refunds[0].less.expect("money goes back");
    assert_eq!((first.from_minor, first.to_minor), (1_900, 950));
    let cancel = Ask::Cancel {
        booking: Uuid::from_u128(7),
        reason: "ill".into(),
    };
    must(&mut state, &by(MANAGER, 4, cancel), NOW);
    let rest = record(&state).taken_back.expect("money goes back");
    assert_eq!(rest.back_minor(), 950, "the first half went back before");
}

//! Money that went back without our order.

use super::*;
use crate::wire::booking::BookingState;

/// A show with a booking that was paid for.
fn paid() -> ShowState {
    let mut state = opened();
    does(&mut state, &hold(2, 1, &["A1", "A2"]), NOW).expect("held");
    for at in [PaymentState::Authorised, PaymentState::Captured] {
        let news = news(&state, 1, 9, at);
        does(&mut state, &news, NOW).expect("taken");
    }
    assert_eq!(stands(&state), BookingState::Confirmed);
    state
}

fn stands(state: &ShowState) -> BookingState {
    state.booking(Uuid::from_u128(1)).expect("a booking").state
}

/// News that so much has gone back.
fn back(state: &ShowState, payment: u128, minor: i64) -> Command {
    let mut news = news(state, 1, payment, PaymentState::Refunded);
    if let Ask::Announced(news) = &mut news.ask {
        news.refunded_minor = minor;
    }
    news
}

fn total(state: &ShowState) -> i64 {
    let record = state.booking(Uuid::from_u128(1)).expect("a booking");
    record.total().minor
}

#[test]
fn money_that_is_gone_takes_the_tickets_along() {
    let mut state = paid();
    let gone = back(&state, 9, total(&state));
    let events = does(&mut state, &gone, NOW).expect("taken");
    assert!(
        matches!(events[..], [Event::MoneyGone { .. }]),
        "{events:?}"
    );
    assert_eq!(stands(&state), BookingState::Cancelled);
    let asked = state.settle(PaymentId(Uuid::from_u128(9))).expect("asked");
    assert_eq!(asked.keep_minor, 0);
    // The seats are for sale, and the same news again are no news.
    does(&mut state, &hold(3, 2, &["A1", "A2"]), NOW).expect("free again");
    assert_eq!(does(&mut state, &gone, NOW), Ok(Vec::new()));
}

#[test]
fn a_part_that_is_gone_or_another_payments_money_takes_nothing() {
    let mut state = paid();
    let total = total(&state);
    for news in [back(&state, 9, total - 1), back(&state, 8, total)] {
        does(&mut state, &news, NOW).expect("taken");
        assert_eq!(stands(&state), BookingState::Confirmed);
    }
}

#[test]
fn money_that_had_gone_back_before_it_was_heard_of_is_kept_by_nobody() {
    let mut state = opened();
    does(&mut state, &hold(2, 1, &["A1"]), NOW).expect("held");
    for at in [PaymentState::Refunded, PaymentState::RefundDue] {
        let mut state = state.clone();
        let news = news(&state, 1, 9, at);
        let events = does(&mut state, &news, NOW).expect("taken");
        assert!(
            matches!(events[..], [Event::PaymentReturned { .. }]),
            "{events:?}"
        );
        let asked = state.settle(PaymentId(Uuid::from_u128(9))).expect("asked");
        assert_eq!(asked.keep_minor, 0);
        assert_eq!(stands(&state), BookingState::Held);
    }
}

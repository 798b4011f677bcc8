//! What a booking looks like from outside.

use uuid::Uuid;

use super::{NOW, does, hold, news, opened};
use crate::{ids::PaymentId, wire::payment::PaymentState};

#[test]
fn payments_stand_in_the_order_in_which_they_came() {
    let mut state = opened();
    does(&mut state, &hold(2, 10, &["A1", "A2"]), NOW).expect("held");
    // By their ids they would stand the other way round.
    for (payment, at) in [
        (300, PaymentState::Authorised),
        (300, PaymentState::CaptureRefused),
        (200, PaymentState::Captured),
        (100, PaymentState::Authorised),
    ] {
        let news = news(&state, 10, payment, at);
        does(&mut state, &news, NOW).expect("told");
    }
    let view = state.booking_view(Uuid::from_u128(10), 0, NOW);
    let payments = view.expect("a booking").payments;
    let ids: Vec<_> = payments.iter().map(|p| p.id).collect();
    let wanted = [300, 200, 100].map(|n| PaymentId(Uuid::from_u128(n)));
    assert_eq!(ids, wanted);
    let back: Vec<_> = payments
        .iter()
        .map(|p| p.returned_because.as_deref())
        .collect();
    assert_eq!(back, [Some("capture_refused"), None, Some("paid_already")]);
}

//! Payments were restored from a copy that knows nothing of a payment by several tenders: its card is
//! found again, nothing is given back that nobody asked for, and what has to go back later does.

use houseful_core::wire::payment::{LostPart, LostPartRequest, TenderWish};

use super::{
    split::{by_means, card, cash, request, voucher},
    *,
};

/// A payment of 6.00 by voucher, 10.00 by card and 3.00 in cash, taken; then all rows about it are
/// gone.
async fn sold_and_lost(role: &Role) -> PayRequest {
    let code = role.voucher(600).await;
    let request = request(role, vec![cash(300), card(APPROVES), voucher(code)]);
    role.pay(&request).await.expect("begun");
    role.until(request.payment, PaymentState::Authorised).await;
    role.settles(role.keep_split(&request, 1_900, 5)).await;
    role.until(request.payment, PaymentState::Captured).await;
    role.idle(request.payment).await;
    for table in ["payment", "payment_tender", "payment_outbox"] {
        let gone = role.sql(format!("DELETE FROM {table}")).await;
        gone.expect("deleted");
    }
    request
}

fn whole(paid: &Payment, states: [(i64, i64); 2]) {
    let [card, rest] = states;
    assert_eq!(
        by_means(paid),
        [("card", card.0, card.1), ("split", rest.0, rest.1)]
    );
    let why = paid.reason.as_deref().unwrap_or_default();
    assert!(why.contains("by hand"), "{paid:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_split_whose_card_is_found_first_is_made_whole_and_nothing_goes_back() {
    let folder = Folder::new();
    let role = role(folder.open()).await;
    let request = sold_and_lost(&role).await;
    let done = role.payments.reconcile().await.expect("compared");
    assert_eq!(done.unknown, 1);
    // Booking knows it as a whole, and says so.
    role.settles(role.keep_split(&request, 1_900, 5)).await;
    let paid = role.until(request.payment, PaymentState::Captured).await;
    assert!(paid.settled);
    whole(&paid, [(1_000, 0), (900, 0)]);
    let done = role.payments.reconcile().await.expect("compared");
    assert_eq!((done.repaired, done.differing), (0, 0));
    // Its show is called off.
    role.settles(role.keep_split(&request, 0, 9)).await;
    let began = Clock::stopwatch();
    let back = loop {
        let back = role.until(request.payment, PaymentState::RefundDue).await;
        if back.refunded.minor > 0 {
            break back;
        }
        assert!(Clock::stopwatch().duration_since(began).as_secs() < 30);
        role.clock.rest_real(2).await;
    };
    // The rest is owed until somebody has seen to it.
    assert!(!back.settled);
    whole(&back, [(1_000, 1_000), (900, 0)]);
    let says = |told_minor| {
        let request = LostPartRequest {
            how: LostPart::NotOwed,
            told_minor,
            note: "the voucher has its value".to_owned(),
        };
        role.payments.see_to_lost(back.id, request, "m")
    };
    let other = says(800).await;
    assert!(
        matches!(&other, Err(PaymentError::LostPartChanged { owed }) if owed.minor == 900),
        "{other:?}"
    );
    let seen = says(900).await.expect("written").expect("a payment");
    assert!(
        seen.settled && seen.state == PaymentState::Refunded,
        "{seen:?}"
    );
    assert_eq!(
        by_means(&seen),
        [("card", 1_000, 1_000), ("split", 900, 900)]
    );
    assert_eq!(says(900).await, Err(PaymentError::NothingLost));
    let none = role.payments.list(true, None).await.expect("readable");
    assert_eq!(none, [], "an end of it");
}

#[tokio::test(flavor = "multi_thread")]
async fn value_that_came_back_after_the_end_of_a_voucher_pays_as_far_as_it_goes() {
    let folder = Folder::new();
    let role = role(folder.open()).await;
    let code = role.voucher_until(2_000, Some(3_600_000)).await;
    let part = TenderWish::Voucher {
        code,
        amount_minor: Some(1_500),
    };
    let first = request(&role, vec![card(APPROVES), part]);
    role.pay(&first).await.expect("begun");
    role.until(first.payment, PaymentState::Authorised).await;
    role.settles(role.keep_split(&first, 1_900, 5)).await;
    role.until(first.payment, PaymentState::Captured).await;
    role.idle(first.payment).await;
    role.clock.advance(7_200_000);
    role.settles(role.keep_split(&first, 0, 6)).await;
    role.until(first.payment, PaymentState::Refunded).await;
    // 5.00 have ended, 15.00 came back.
    let second = request(&role, vec![card(APPROVES), voucher(code)]);
    role.pay(&second).await.expect("it pays 15.00");
    role.until(second.payment, PaymentState::Authorised).await;
    role.settles(role.keep_split(&second, 1_900, 7)).await;
    let paid = role.until(second.payment, PaymentState::Captured).await;
    assert_eq!(by_means(&paid), [("voucher", 1_500, 0), ("card", 400, 0)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_split_that_booking_speaks_of_first_is_made_whole_by_its_card() {
    let folder = Folder::new();
    let role = role(folder.open()).await;
    let request = sold_and_lost(&role).await;
    role.settles(role.keep_split(&request, 1_900, 6)).await;
    let paid = role.until(request.payment, PaymentState::Captured).await;
    assert!(paid.settled);
    whole(&paid, [(1_000, 0), (900, 0)]);
    let done = role.payments.reconcile().await.expect("compared");
    assert_eq!((done.repaired, done.differing), (0, 0));
    role.idle(request.payment).await;
    let told = role.tape.all().pop().expect("news");
    assert_eq!((told.tender, told.amount.minor), (Tender::Split, 1_900));
}

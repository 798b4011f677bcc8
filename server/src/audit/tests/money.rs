//! Money that is not where the books say: each kind counts, and only once its time is over.

use houseful_core::{ids::PaymentId, show::Ask, wire::payment::PaymentState};

use super::{House, sick};
use crate::chance;

#[tokio::test]
async fn money_without_tickets_counts_when_its_time_is_over() {
    let house = House::open().await;
    let booking = house.hold(&["A1"]).await;
    let payment = PaymentId(chance::uuid());
    house.payment(payment, booking, 900, 0).await;
    house.later(14).await;
    assert_eq!(
        house.audit().await.money_mismatch,
        0,
        "booking may not have heard yet"
    );
    house.later(2).await;
    assert_eq!(house.audit().await.money_mismatch, 1);
    house
        .announce(payment, booking, PaymentState::Captured)
        .await;
    assert_eq!(
        sick(&house.audit().await),
        (0, 0, 0),
        "it won the seat after all"
    );
    let cancel = Ask::Cancel {
        booking,
        reason: String::new(),
    };
    house.must(cancel).await;
    house.later(14).await;
    assert_eq!(
        house.audit().await.money_mismatch,
        0,
        "it is on its way back"
    );
    house.later(2).await;
    assert_eq!(house.audit().await.money_mismatch, 1, "it never came back");
    house.payment(payment, booking, 900, 900).await;
    assert_eq!(sick(&house.audit().await), (0, 0, 0));
}

#[tokio::test]
async fn tickets_without_money_count_when_its_time_is_over() {
    let house = House::open().await;
    let booking = house.hold(&["A1"]).await;
    let payment = house.cash(booking).await;
    house.later(16).await;
    assert_eq!(
        house.audit().await.money_mismatch,
        1,
        "payment never heard of it"
    );
    house.payment(payment, booking, 800, 0).await;
    assert_eq!(house.audit().await.money_mismatch, 1, "it took too little");
    house.payment(payment, booking, 900, 0).await;
    assert_eq!(house.audit().await.money_mismatch, 0);
    house.payment(payment, chance::uuid(), 900, 0).await;
    assert_eq!(
        house.audit().await.money_mismatch,
        1,
        "it was for another booking"
    );
}

#[tokio::test]
async fn what_both_sides_call_settled_counts_at_once() {
    let house = House::open().await;
    let booking = house.hold(&["A1"]).await;
    let payment = PaymentId(chance::uuid());
    house
        .announce(payment, booking, PaymentState::Captured)
        .await;
    assert_eq!(house.audit().await.money_mismatch, 1, "it is in no books");
    house.payment(payment, booking, 800, 0).await;
    assert_eq!(house.audit().await.money_mismatch, 1, "it took too little");
    house.payment(payment, booking, 900, 0).await;
    assert_eq!(house.audit().await.money_mismatch, 0);
    let cancel = Ask::Cancel {
        booking,
        reason: String::new(),
    };
    house.must(cancel).await;
    assert_eq!(house.audit().await.money_mismatch, 0, "it is on its way");
}

#[tokio::test]
async fn a_payment_that_is_open_for_ever_counts() {
    let house = House::open().await;
    let booking = house.hold(&["A1"]).await;
    house
        .payment(PaymentId(chance::uuid()), booking, 0, 0)
        .await;
    house
        .harm(|conn| conn.execute("UPDATE payment SET state = 'authorised', settled = 0", ()))
        .await;
    house.later(49).await;
    assert_eq!(house.audit().await.money_mismatch, 0);
    house.later(2).await;
    assert_eq!(house.audit().await.money_mismatch, 1);
}

#[tokio::test]
async fn a_capture_that_was_never_confirmed_counts_when_its_time_is_over() {
    let house = House::open().await;
    let booking = house.hold(&["A1"]).await;
    let payment = PaymentId(chance::uuid());
    house
        .announce(payment, booking, PaymentState::Authorised)
        .await;
    house.payment(payment, booking, 900, 0).await;
    assert_eq!(sick(&house.audit().await), (0, 0, 0));
    house.later(16).await;
    let audit = house.audit().await;
    assert_eq!(
        (audit.money_mismatch, audit.stuck_seats),
        (1, 0),
        "the seat is for sale"
    );
}

#[tokio::test]
async fn books_that_disagree_with_the_journal_count() {
    let house = House::open().await;
    let booking = house.hold(&["A1"]).await;
    let payment = house.cash(booking).await;
    house.payment(payment, booking, 900, 0).await;
    assert_eq!(house.audit().await.money_mismatch, 0);
    house
        .harm(|conn| conn.execute("UPDATE booking SET total = 1", []))
        .await;
    assert_eq!(house.audit().await.money_mismatch, 1);
    house
        .harm(|conn| conn.execute("UPDATE booking SET total = 900, state = 'held'", []))
        .await;
    assert_eq!(house.audit().await.money_mismatch, 1);
    house
        .harm(|conn| conn.execute("UPDATE booking SET state = 'confirmed'", []))
        .await;
    assert_eq!(house.audit().await.money_mismatch, 0);
    house
        .harm(|conn| {
            let sql = "INSERT INTO money_line SELECT show_id, ver, 9, payment, booking, tender, -1,
                           currency, at FROM money_line";
            conn.execute(sql, [])
        })
        .await;
    assert_eq!(house.audit().await.money_mismatch, 1);
}

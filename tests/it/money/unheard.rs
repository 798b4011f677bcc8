//! Money that booking knows nothing of, or never hears of.

use houseful_core::{
    ids::ShowId,
    message::{Announcement, Tender},
    wire::{booking::BookingState, payment::PaymentState},
};
use houseful_server::{
    bus::{heard, local::Weather},
    chance,
};
use houseful_tests::folder::Folder;

use super::{
    APPROVES, AT_ONCE, CALM,
    house::{House, SHOW},
};

#[tokio::test(flavor = "multi_thread")]
async fn an_announcement_for_a_booking_nobody_made_is_returned() {
    let folder = Folder::new();
    let house = House::open(&folder, CALM).await;
    let booking = house.hold(1, "ann").await;
    let mut claims = house.claims(booking).await;
    claims.booking.uuid = chance::uuid();
    let request = house.request_for(&claims, APPROVES);
    let payment = house.payments.pay(request, 20_000).await.expect("answered");
    assert_eq!(payment.state, PaymentState::Voided);
    house.comes_to_rest().await;
    // Said once more by a carrier that repeats itself: nothing happens.
    let news = Announcement {
        payment: payment.id,
        booking: claims.booking,
        quote: claims.quote,
        amount: claims.amount,
        tender: Tender::Card,
        state: PaymentState::Authorised,
        settled_ver: None,
        refunded_minor: 0,
        reopened_at: None,
    };
    let answer = house
        .lane
        .ask(SHOW, heard::announced(news))
        .await
        .expect("taken");
    assert!(!answer.fresh);
    house.comes_to_rest().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn money_that_booking_never_hears_of_goes_back_after_fifteen_minutes() {
    let silence = Weather {
        lose: 1_000,
        ..CALM
    };
    let folder = Folder::new();
    let house = House::open(&folder, silence).await;
    let booking = house.hold(2, "ann").await;
    let id = house.begin(booking, APPROVES).await;
    house.until_state(id, PaymentState::Authorised).await;
    let took = house
        .advance_until(15_000, 1_200_000, async || {
            house.payment(id).await.state == PaymentState::Voided
        })
        .await;
    assert!((900_000..=1_200_000).contains(&took), "{took}");
    let payment = house.payment(id).await;
    assert!(payment.settled && payment.reason.is_some());
    assert_eq!(house.booking(booking).await.state, BookingState::Expired);
    house.comes_to_rest().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn money_for_a_show_without_a_journal_goes_back_after_fifteen_minutes() {
    let folder = Folder::new();
    let house = House::open(&folder, CALM).await;
    let booking = house.hold(1, "ann").await;
    let mut claims = house.claims(booking).await;
    claims.booking.show = ShowId(SHOW.0 + 1);
    let mut begun = Vec::new();
    for (card, state) in [
        (APPROVES, PaymentState::Authorised),
        (AT_ONCE, PaymentState::Captured),
    ] {
        let request = house.request_for(&claims, card);
        begun.push(request.payment);
        let payment = house.payments.pay(request, 0).await.expect("begun");
        house.until_state(payment.id, state).await;
    }
    let took = house
        .advance_until(15_000, 1_200_000, async || house.is_at_rest().await)
        .await;
    assert!((900_000..=1_200_000).contains(&took), "{took}");
    let (one, two) = (house.payment(begun[0]).await, house.payment(begun[1]).await);
    assert_eq!(
        (one.state, two.state),
        (PaymentState::Voided, PaymentState::Refunded)
    );
    house.comes_to_rest().await;
}

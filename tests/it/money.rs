//! Money meets seats: each way a payment can go, played against lane, store and timer with a
//! manual clock. In the end nothing is open and what was kept is what the tickets cost.

mod copies;
mod house;
mod restored;
mod unheard;
mod weather;

use houseful_core::{
    ids::PaymentId,
    message::Tender,
    show::Ask,
    wire::{
        admin::CardDial,
        booking::BookingState,
        payment::{Card, PayRequest, PaymentState},
    },
};
use houseful_server::{bus::local::Weather, chance, clock::ClockKind, payment::PaymentError};
use houseful_tests::{folder::Folder, made_up};

use self::house::{House, PRICE, till};

const APPROVES: &str = "4242424242424242";
const DECLINES: &str = "4000000000000002";
const SLOW: &str = "4000000000000069";
const TIMES_OUT_CHARGED: &str = "4000000000000119";
const TIMES_OUT_UNCHARGED: &str = "4000000000000127";
const LATE: &str = "4000000000000259";
const AT_ONCE: &str = "4000000000000077";
const REFUSES_CAPTURE: &str = "4000000000000341";

const CALM: Weather = Weather {
    lose: 0,
    repeat: 0,
    shuffle: 0,
    seed: 0,
};

#[tokio::test(flavor = "multi_thread")]
async fn an_approved_card_makes_tickets() {
    let folder = Folder::new();
    let house = House::open(&folder, CALM).await;
    let booking = house.hold(2, "ann").await;
    let paid = house.pay(booking, APPROVES).await.expect("paid");
    assert_eq!((paid.state, paid.settled), (PaymentState::Captured, true));
    assert_eq!(paid.captured.minor, 2 * PRICE);
    house
        .until(async || house.booking(booking).await.state == BookingState::Confirmed)
        .await;
    assert_eq!(house.booking(booking).await.tickets.len(), 2);
    house.comes_to_rest().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_declined_card_leaves_the_hold_for_the_time_that_is_left() {
    let folder = Folder::new();
    let house = House::open(&folder, CALM).await;
    let booking = house.hold(2, "ann").await;
    let until = house.booking(booking).await.hold_until;
    house.clock.advance(100_000);
    for _ in 0..3 {
        let declined = house.pay(booking, DECLINES).await.expect("an answer");
        assert_eq!(declined.state, PaymentState::Declined);
        assert_eq!(declined.reason.as_deref(), Some("the card was declined"));
    }
    let held = house.booking(booking).await;
    assert_eq!((held.state, held.hold_until), (BookingState::Held, until));
    let fourth = house.pay(booking, APPROVES).await;
    assert_eq!(fourth, Err(PaymentError::TooManyAttempts { max: 3 }));
    house.clock.advance(200_000);
    assert_eq!(house.booking(booking).await.state, BookingState::Expired);
    house.comes_to_rest().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_card_is_waited_for() {
    let folder = Folder::new();
    let house = House::open(&folder, CALM).await;
    let booking = house.hold(2, "ann").await;
    let id = house.begin(booking, SLOW).await;
    assert_eq!(house.payment(id).await.state, PaymentState::Pending);
    let took = house
        .advance_until(200, 10_000, async || {
            house.booking(booking).await.state == BookingState::Confirmed
        })
        .await;
    assert!(took >= 2_000, "{took}");
    house.comes_to_rest().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_charge_whose_answer_was_lost_is_found() {
    let folder = Folder::new();
    let house = House::open(&folder, CALM).await;
    let booking = house.hold(2, "ann").await;
    let id = house.begin(booking, TIMES_OUT_CHARGED).await;
    let took = house
        .advance_until(500, 30_000, async || {
            house.booking(booking).await.state == BookingState::Confirmed
        })
        .await;
    assert!(took >= 3_000, "{took}");
    assert_eq!(house.payment(id).await.state, PaymentState::Captured);
    house.comes_to_rest().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_charge_that_never_arrived_is_declined_for_good() {
    let folder = Folder::new();
    let house = House::open(&folder, CALM).await;
    let booking = house.hold(2, "ann").await;
    let id = house.begin(booking, TIMES_OUT_UNCHARGED).await;
    house
        .advance_until(500, 30_000, async || {
            house.payment(id).await.state == PaymentState::Declined
        })
        .await;
    assert_eq!(house.booking(booking).await.state, BookingState::Held);
    let paid = house.pay(booking, APPROVES).await.expect("paid");
    assert_eq!(paid.state, PaymentState::Captured);
    house.comes_to_rest().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn late_money_wins_back_seats_that_are_free() {
    let folder = Folder::new();
    let house = House::open(&folder, CALM).await;
    let booking = house.hold(2, "ann").await;
    let id = house.begin(booking, LATE).await;
    house.clock.advance(300_000);
    house
        .until(async || house.booking(booking).await.state == BookingState::Expired)
        .await;
    assert_eq!(house.payment(id).await.state, PaymentState::Pending);
    house
        .advance_until(1_000, 120_000, async || {
            house.booking(booking).await.state == BookingState::Confirmed
        })
        .await;
    assert_eq!(house.payment(id).await.state, PaymentState::Captured);
    house.comes_to_rest().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn late_money_goes_back_when_a_seat_is_gone() {
    let folder = Folder::new();
    let house = House::open(&folder, CALM).await;
    let booking = house.hold(2, "ann").await;
    let seats: Vec<_> = house
        .booking(booking)
        .await
        .lines
        .iter()
        .map(|l| l.seat)
        .collect();
    let id = house.begin(booking, LATE).await;
    house.clock.advance(300_000);
    let other = house.hold_seats(&seats[..1], "bob").await.expect("free");
    let paid = house.pay(other, APPROVES).await.expect("paid");
    assert_eq!(paid.state, PaymentState::Captured);
    house
        .advance_until(1_000, 120_000, async || {
            house.payment(id).await.state == PaymentState::Voided
        })
        .await;
    assert_eq!(house.booking(booking).await.state, BookingState::Expired);
    let told = &house.booking(booking).await.payments[0];
    assert_eq!(told.returned_because.as_deref(), Some("seats_gone"));
    house.comes_to_rest().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn money_taken_at_once_is_refunded_when_the_seats_were_given_up() {
    let folder = Folder::new();
    let house = House::open(&folder, CALM).await;
    house.payments.set_dial(CardDial {
        refund_fails: 1_000,
        ..CardDial::default()
    });
    let booking = house.hold(2, "ann").await;
    let request = house.request(booking, AT_ONCE).await;
    let release = Ask::Release {
        booking: booking.uuid,
    };
    house
        .ask(release, made_up::customer("ann"))
        .await
        .expect("released");
    let id = request.payment;
    let first = house.payments.pay(request, 0).await.expect("begun");
    assert_eq!(first.id, id);
    // The first attempt to give it back fails, the second comes by itself.
    house.until_state(id, PaymentState::RefundDue).await;
    house
        .advance_until(500, 60_000, async || {
            house.payment(id).await.state == PaymentState::Refunded
        })
        .await;
    house.comes_to_rest().await;
    let payment = house.payment(id).await;
    assert_eq!(payment.refunded, payment.captured);
}

#[tokio::test(flavor = "multi_thread")]
async fn money_taken_at_once_makes_tickets_at_once() {
    let folder = Folder::new();
    let house = House::open(&folder, CALM).await;
    let booking = house.hold(2, "ann").await;
    let paid = house.pay(booking, AT_ONCE).await.expect("paid");
    assert_eq!((paid.state, paid.settled), (PaymentState::Captured, true));
    assert_eq!(house.booking(booking).await.state, BookingState::Confirmed);
    house.comes_to_rest().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_capture_leads_back_to_the_hold() {
    let folder = Folder::new();
    let house = House::open(&folder, CALM).await;
    let booking = house.hold(2, "ann").await;
    let refused = house
        .pay(booking, REFUSES_CAPTURE)
        .await
        .expect("an answer");
    assert_eq!(refused.state, PaymentState::CaptureRefused);
    house
        .until(async || house.booking(booking).await.state == BookingState::Held)
        .await;
    let paid = house.pay(booking, APPROVES).await.expect("paid");
    assert_eq!(paid.state, PaymentState::Captured);
    house.comes_to_rest().await;
    assert_eq!(house.booking(booking).await.state, BookingState::Confirmed);
}

#[tokio::test(flavor = "multi_thread")]
async fn cash_is_learned_and_handed_back_when_the_booking_is_cancelled() {
    let folder = Folder::new();
    let house = House::open(&folder, CALM).await;
    let booking = house.hold(2, "ann").await;
    let payment = PaymentId(chance::uuid());
    let cash = Ask::PayCash {
        booking: booking.uuid,
        payment,
        given_minor: None,
    };
    house.ask(cash, till()).await.expect("sold");
    house.comes_to_rest().await;
    let learned = house.payment(payment).await;
    assert_eq!(learned.provider, Tender::Cash.word());
    assert_eq!(
        (learned.state, learned.settled),
        (PaymentState::Captured, true)
    );
    let cancel = Ask::Cancel {
        booking: booking.uuid,
        reason: "ill".to_owned(),
    };
    house.ask(cancel, till()).await.expect("cancelled");
    house.until_state(payment, PaymentState::Refunded).await;
    house.comes_to_rest().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_payments_for_one_booking_one_goes_back() {
    let folder = Folder::new();
    let house = House::open(&folder, CALM).await;
    let booking = house.hold(2, "ann").await;
    let (one, two) = tokio::join!(house.pay(booking, AT_ONCE), house.pay(booking, AT_ONCE));
    let (one, two) = (one.expect("answered"), two.expect("answered"));
    house.comes_to_rest().await;
    let mut states = [
        house.payment(one.id).await.state,
        house.payment(two.id).await.state,
    ];
    states.sort();
    assert_eq!(states, [PaymentState::Captured, PaymentState::Refunded]);
    assert_eq!(house.booking(booking).await.state, BookingState::Confirmed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_show_gives_all_money_back() {
    let folder = Folder::new();
    let house = House::open(&folder, CALM).await;
    for who in ["ann", "bob", "cat"] {
        let booking = house.hold(3, who).await;
        house.pay(booking, APPROVES).await.expect("paid");
    }
    let open = house.hold(2, "dan").await;
    let late = house.begin(open, SLOW).await;
    let reason = "the projector is broken".to_owned();
    house
        .ask(Ask::CancelShow { reason }, till())
        .await
        .expect("cancelled");
    house
        .advance_until(500, 60_000, async || house.is_at_rest().await)
        .await;
    house.comes_to_rest().await;
    assert_eq!(house.payment(late).await.state, PaymentState::Voided);
    let payments = house.payments.list(false, None).await.expect("readable");
    let back = payments
        .iter()
        .filter(|p| p.state == PaymentState::Refunded);
    assert_eq!(back.count(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_request_has_the_same_answer_and_another_is_refused() {
    let folder = Folder::new();
    let house = House::open(&folder, CALM).await;
    let booking = house.hold(1, "ann").await;
    let request = house.request(booking, APPROVES).await;
    let first = house
        .payments
        .pay(request.clone(), 20_000)
        .await
        .expect("paid");
    // Long after the hold is over a repeat is still answered.
    house.comes_to_rest().await;
    house.clock.advance(3_600_000);
    let again = house
        .payments
        .pay(request.clone(), 20_000)
        .await
        .expect("paid");
    assert_eq!(again, first);
    let other_card = PayRequest {
        card: Some(Card::number(DECLINES)),
        ..request.clone()
    };
    assert_eq!(
        house.payments.pay(other_card, 0).await,
        Err(PaymentError::IdReused)
    );
    let late = PayRequest {
        payment: PaymentId(chance::uuid()),
        ..request.clone()
    };
    let told = house.payments.pay(late, 0).await;
    assert!(
        matches!(told, Err(PaymentError::TokenExpired { .. })),
        "{told:?}"
    );
    for number in ["4242", "4242 4242 4242 4242", "42424242424242424242", ""] {
        let bad = PayRequest {
            payment: PaymentId(chance::uuid()),
            card: Some(Card::number(number)),
            ..request.clone()
        };
        assert_eq!(house.payments.pay(bad, 0).await, Err(PaymentError::BadCard));
    }
    let forged = PayRequest {
        token: request.token.replace("v1.", "v2."),
        ..request
    };
    assert_eq!(
        house.payments.pay(forged, 0).await,
        Err(PaymentError::TokenInvalid)
    );
    assert_eq!(
        house
            .payments
            .list(false, None)
            .await
            .expect("readable")
            .len(),
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_stop_cut_off_is_finished_by_the_next_start() {
    let folder = Folder::new();
    let house = House::open(&folder, CALM).await;
    let mut begun = Vec::new();
    for (who, card) in [
        ("ann", TIMES_OUT_CHARGED),
        ("bob", TIMES_OUT_UNCHARGED),
        ("cat", LATE),
    ] {
        let booking = house.hold(2, who).await;
        begun.push((booking, house.begin(booking, card).await));
    }
    // The terminal has written down what it took by then; we have not heard of it.
    house
        .until(async || {
            house
                .payments
                .reconcile()
                .await
                .is_ok_and(|done| done.checked == 2)
        })
        .await;
    let closed_at = house.close().await;
    let house = House::open_with(&folder, CALM, ClockKind::Manual, closed_at).await;
    house.until_state(begun[0].1, PaymentState::Captured).await;
    house.until_state(begun[1].1, PaymentState::Declined).await;
    assert_eq!(house.payment(begun[2].1).await.state, PaymentState::Pending);
    house.comes_to_rest().await;
    assert_eq!(
        house.booking(begun[0].0).await.state,
        BookingState::Confirmed
    );
    assert_eq!(
        house.booking(begun[2].0).await.state,
        BookingState::Confirmed
    );
}

//! Messages of Stripe: those that are believed wake a payment and do nothing else; the others do
//! nothing at all, and each has its own line in the log.

use houseful_server::{clock::Clock, payment::stripe::sign};
use houseful_tests::{
    stripe_double::{Dial, WEBHOOK_SECRET},
    test_app::{As, booking},
};
use serde_json::{Value, json};

use super::shop::{ASKS_BANK, Shop, VISA};
use crate::http_log::logged;

fn event(id: &str, object: &Value) -> String {
    json!({
        "id": id, "object": "event", "type": "payment_intent.succeeded", "livemode": false,
        "data": {"object": object},
    })
    .to_string()
}

/// Everything that a message could change.
async fn all_of(shop: &Shop) -> (Value, Value, u64) {
    let payments = shop.app.get(As::Clerk, "/v1/payments").await.expect(200);
    let journal = format!("/v1/shows/{}/journal", shop.show);
    let journal = shop.app.get(As::Manager, &journal).await.expect(200);
    (payments, journal, shop.double.calls())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_believed_changes_nothing_and_has_a_line_in_the_log() {
    logged();
    let shop = Shop::deaf(11).await;
    // Somebody waits for the bank: what could be won is to have that decided.
    let (payer, said) = shop.pay(&["A1", "A2"], ASKS_BANK, 20_000).await;
    assert_eq!(said.status, 202, "{}", said.text);
    let intent = shop.kept(&payer).intent;
    let body = event("evt_bad", &json!({"id": intent, "status": "succeeded"}));
    let now = Clock::wall();
    let good = sign(WEBHOOK_SECRET, now, body.as_bytes());
    let of = |secret: &str, ms: i64| Some(sign(secret, now.plus_ms(ms), body.as_bytes()));
    let altered = body.replace("succeeded", "canceled");
    let live = body.replace("\"livemode\":false", "\"livemode\":true");
    let before = all_of(&shop).await;
    for (header, body, why) in [
        (None, &body, "it is not signed"),
        (Some("t=1".to_owned()), &body, "its signature can't be read"),
        (
            of("whsec_of_a_forger", 0),
            &body,
            "its signature is not Stripe's, or it was altered",
        ),
        (
            Some(good.clone()),
            &altered,
            "its signature is not Stripe's, or it was altered",
        ),
        (
            of(WEBHOOK_SECRET, -301_000),
            &body,
            "it was signed too long ago",
        ),
        (
            of(WEBHOOK_SECRET, 310_000),
            &body,
            "it was signed in the future",
        ),
        (
            Some(sign(WEBHOOK_SECRET, now, b"{}")),
            &"{}".to_owned(),
            "it is signed and can't be read",
        ),
        (
            Some(sign(WEBHOOK_SECRET, now, live.as_bytes())),
            &live,
            "it is of another mode than this house's",
        ),
    ] {
        let said = shop.message(header, body).await;
        assert_eq!((said.status, said.code()), (400, "bad_request"), "{why}");
        let line = logged();
        let line = line
            .lines()
            .find(|l| l.contains("a webhook is not believed") && l.contains(why));
        assert!(line.is_some(), "{why}");
    }
    let long = "x".repeat(70_000);
    let said = shop.signed(&long).await;
    assert_eq!((said.status, said.code()), (413, "too_large"));
    assert_eq!(all_of(&shop).await, before, "not even Stripe was asked");
    shop.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_lies_sells_nothing_and_one_that_comes_again_is_not_heard() {
    logged();
    let shop = Shop::deaf(12).await;
    let (payer, _) = shop.pay(&["A1", "A2"], ASKS_BANK, 20_000).await;
    let intent = shop.kept(&payer).intent;
    let other = booking(shop.show);
    for (n, object) in [
        // Paid, a penny, another booking, another payment: all of it is asked for at Stripe.
        json!({"id": intent, "status": "succeeded", "amount_received": 2_200}),
        json!({"id": intent, "status": "requires_capture", "amount": 1}),
        json!({"id": intent, "status": "succeeded", "metadata": {"booking": other}}),
        json!({"id": "re_1", "payment_intent": intent, "amount": 2_200, "status": "succeeded"}),
        json!({"id": "pi_of_somebody_else", "status": "succeeded"}),
        json!({"id": "cus_1"}),
    ]
    .iter()
    .enumerate()
    {
        let body = event(&format!("evt_lie{n}"), object);
        assert_eq!(shop.signed(&body).await.status, 200, "{body}");
        Clock::rest_before_any(50).await;
        assert_eq!(shop.payment(&payer).await["state"], "pending", "{body}");
    }
    assert!(logged().contains("a message is about nothing of ours"));
    shop.until_booking(&payer, "held").await;
    // The same message again: Stripe is not even asked.
    let before = shop.double.calls();
    let body = event("evt_lie0", &json!({"id": intent, "status": "succeeded"}));
    assert_eq!(shop.signed(&body).await.status, 200);
    assert_eq!(shop.double.calls(), before);
    assert!(logged().contains("a webhook came again"));
    shop.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payer_who_has_to_see_the_bank_is_told_where_and_the_payment_goes_on() {
    let shop = Shop::open(13).await;
    let (payer, said) = shop.pay(&["A1", "A2"], ASKS_BANK, 20_000).await;
    let told = said.expect(202);
    assert_eq!(told["state"], "pending");
    let intent = shop.kept(&payer).intent;
    assert_eq!(
        told["action"]["redirect_url"],
        format!("https://bank.example/{intent}")
    );
    assert_eq!(
        told["action"]["client_secret"],
        format!("{intent}_secret_abc")
    );
    assert_eq!(shop.payment(&payer).await["action"], told["action"]);
    // The clock stands still: nothing but the message wakes the payment.
    shop.double
        .at_the_desk(|books| books.authenticate(&intent, true));
    shop.until_booking(&payer, "confirmed").await;
    let paid = shop.until_payment(&payer, |p| p["settled"] == true).await;
    assert_eq!(
        (&paid["state"], &paid["action"]),
        (&json!("captured"), &Value::Null)
    );
    shop.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payer_whom_the_bank_refuses_keeps_the_hold() {
    let shop = Shop::open(14).await;
    let (payer, _) = shop.pay(&["A1", "A2"], ASKS_BANK, 20_000).await;
    let intent = shop.kept(&payer).intent;
    shop.double
        .at_the_desk(|books| books.authenticate(&intent, false));
    shop.advance_until(1_000, async || {
        shop.payment(&payer).await["state"] == "declined"
    })
    .await;
    assert_eq!(
        shop.kept(&payer).status,
        "canceled",
        "nobody can try again on it"
    );
    shop.until_booking(&payer, "held").await;
    let again = super::shop::Payer {
        payment: houseful_tests::test_app::payment(),
        ..payer
    };
    assert_eq!(
        shop.pay_for(&again, VISA, 20_000).await.expect(201)["state"],
        "captured"
    );
    shop.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payer_who_never_comes_back_from_the_bank_costs_nobody_a_seat() {
    let shop = Shop::open(15).await;
    let (payer, _) = shop.pay(&["A1", "A2"], ASKS_BANK, 20_000).await;
    shop.app.advance_ms(300_000);
    shop.until_booking(&payer, "expired").await;
    let other = shop.sell(&["A1", "A2"]).await;
    // The bank says yes at last: the seats are gone, so the promise is given back.
    let intent = shop.kept(&payer).intent;
    shop.double
        .at_the_desk(|books| books.authenticate(&intent, true));
    shop.until_payment(&payer, |p| p["state"] == "voided").await;
    assert_eq!(shop.kept(&payer).status, "canceled");
    assert_eq!(shop.kept(&other).captured, 2_200);
    shop.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_that_comes_back_is_made_again() {
    let shop = Shop::open(16).await;
    let payer = shop.sell(&["A1", "A2"]).await;
    shop.cancel(&payer).await;
    shop.until_payment(&payer, |p| p["state"] == "refunded")
        .await;
    let intent = shop.kept(&payer).intent;
    shop.double.at_the_desk(|books| books.bounce(&intent));
    assert_eq!(shop.kept(&payer).refunded, 0);
    shop.advance_until(1_000, async || shop.kept(&payer).refunded == 2_200)
        .await;
    shop.until_payment(&payer, |p| p["state"] == "refunded" && p["settled"] == true)
        .await;
    shop.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_at_stripes_own_desk_is_heard_of() {
    let shop = Shop::open(17).await;
    let payer = shop.sell(&["A1", "A2"]).await;
    let intent = shop.kept(&payer).intent;
    shop.double
        .at_the_desk(|books| books.refund_by_hand(&intent, 2_200));
    shop.until_payment(&payer, |p| p["refunded"]["minor"] == 2_200)
        .await;
    shop.app.abandon().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_can_not_be_seen_to_comes_again_until_it_was() {
    let shop = Shop::deaf(18).await;
    let payer = shop.sell(&["A1", "A2"]).await;
    shop.until_payment(&payer, |p| p["settled"] == true).await;
    let intent = shop.kept(&payer).intent;
    shop.double
        .at_the_desk(|books| books.refund_by_hand(&intent, 2_200));
    let body = event("evt_later", &json!({"id": intent}));
    // Stripe can't be asked, so nothing is known yet. The clock stands still: nobody else looks.
    shop.double.set_dial(Dial {
        outage: true,
        ..Dial::default()
    });
    for _ in 0..2 {
        assert_eq!(shop.signed(&body).await.status, 503);
        assert_eq!(shop.payment(&payer).await["refunded"]["minor"], 0);
    }
    // The same message again does it, and its answer says that it is done.
    shop.double.set_dial(Dial::default());
    assert_eq!(shop.signed(&body).await.status, 200);
    assert_eq!(shop.payment(&payer).await["refunded"]["minor"], 2_200);
    let calls = shop.double.calls();
    assert_eq!(shop.signed(&body).await.status, 200);
    assert_eq!(shop.double.calls(), calls, "it was remembered");
    shop.app.abandon().await;
}

//! What only Stripe's list knows of: payments that no message told of, and charges that are not
//! what was ordered.

use houseful_tests::{
    stripe_double::HOUSE,
    test_app::{As, booking},
};
use serde_json::json;

use super::shop::{ASKS_BANK, Payer, Shop};
use crate::http_log::logged;

async fn reconcile(shop: &Shop) -> serde_json::Value {
    let done = shop
        .app
        .post(As::Manager, "/v1/payments/reconcile", &json!({}))
        .await;
    done.expect(200)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_message_told_of_is_found_on_the_list() {
    let shop = Shop::deaf(21).await;
    let (payer, _) = shop.pay(&["A1", "A2"], ASKS_BANK, 20_000).await;
    let intent = shop.kept(&payer).intent;
    shop.double
        .at_the_desk(|books| books.authenticate(&intent, true));
    let done = reconcile(&shop).await;
    assert_eq!(
        (&done["repaired"], &done["unknown"]),
        (&json!(1), &json!(0)),
        "{done}"
    );
    shop.until_booking(&payer, "confirmed").await;
    shop.until_payment(&payer, |p| p["settled"] == true).await;
    let done = reconcile(&shop).await;
    assert_eq!(
        (&done["repaired"], &done["checked"]),
        (&json!(0), &json!(1)),
        "{done}"
    );
    shop.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_compares_by_itself_after_a_while() {
    let shop = Shop::deaf(22).await;
    let payer = shop.sell(&["A1", "A2"]).await;
    let intent = shop.kept(&payer).intent;
    shop.double
        .at_the_desk(|books| books.refund_by_hand(&intent, 2_200));
    shop.advance_until(10_000, async || {
        shop.payment(&payer).await["refunded"]["minor"] == 2_200
    })
    .await;
    shop.app.abandon().await;
}

/// Has a promise made at the double that no payment here knows of; says for which payment.
fn promised_elsewhere(shop: &Shop, house: &str) -> Payer {
    let (payment, booking) = (houseful_tests::test_app::payment(), booking(shop.show));
    let form = format!(
        "amount=2200&currency=gbp&payment_method=pm_card_visa{house}&metadata%5Bpayment%5D={payment}\
         &metadata%5Bbooking%5D={booking}&metadata%5Bquote%5D=0192f0c1a2b34c5d8e6f708192a3b4c5"
    );
    shop.double.make_and_promise(&form);
    Payer { booking, payment }
}

#[tokio::test(flavor = "multi_thread")]
async fn money_that_nobody_here_knows_of_is_booked_or_goes_back() {
    let shop = Shop::deaf(23).await;
    // This house, before its database was lost.
    let house = format!("&metadata%5Bhouse%5D={HOUSE}");
    let payer = promised_elsewhere(&shop, &house);
    let done = reconcile(&shop).await;
    assert_eq!(done["unknown"], 1, "{done}");
    shop.until_payment(&payer, |p| p["state"] == "voided").await;
    assert_eq!(shop.kept(&payer).status, "canceled");
    shop.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_house_sold_by_the_same_account_is_left_alone() {
    let shop = Shop::open(26).await;
    let ours = shop.sell(&["A1", "A2"]).await;
    for house in ["&metadata%5Bhouse%5D=gaumont", ""] {
        let payer = promised_elsewhere(&shop, house);
        let intent = shop.kept(&payer).intent;
        shop.double
            .at_the_desk(|books| books.capture(&intent, None));
        // By a message, and by the list.
        let body = json!({
            "id": format!("evt_{intent}"), "type": "payment_intent.succeeded",
            "data": {"object": {"id": intent}},
        });
        assert_eq!(shop.signed(&body.to_string()).await.status, 200);
        let done = reconcile(&shop).await;
        assert_eq!(
            (&done["checked"], &done["unknown"], &done["differing"]),
            (&json!(1), &json!(0), &json!(0)),
            "{done}"
        );
        let path = format!("/v1/payments/{}", payer.payment);
        assert_eq!(shop.app.get(As::Clerk, &path).await.status, 404);
        let kept = shop.kept(&payer);
        assert_eq!((kept.captured, kept.refunded), (2_200, 0), "{house}");
    }
    let kept = shop.kept(&ours);
    assert_eq!((kept.captured, kept.refunded), (2_200, 0));
    shop.app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_charge_that_is_not_what_was_ordered_sells_nothing_and_somebody_is_told() {
    logged();
    let shop = Shop::deaf(24).await;
    let (payer, _) = shop.pay(&["A1", "A2"], ASKS_BANK, 20_000).await;
    let intent = shop.kept(&payer).intent;
    let other = booking(shop.show);
    shop.double.at_the_desk(|books| {
        books.tamper(&intent, 1, &other)?;
        books.authenticate(&intent, true)
    });
    let done = reconcile(&shop).await;
    assert_eq!(
        (&done["differing"], &done["repaired"]),
        (&json!(1), &json!(0)),
        "{done}"
    );
    assert!(logged().contains("a charge is not what its payment ordered"));
    assert_eq!(shop.payment(&payer).await["state"], "pending");
    shop.until_booking(&payer, "held").await;
    // Nor when it is looked up by itself, again and again.
    let calls = shop.double.calls();
    shop.advance_until(1_000, async || shop.double.calls() > calls + 3)
        .await;
    assert_eq!(shop.payment(&payer).await["state"], "pending");
    shop.until_booking(&payer, "held").await;
    shop.app.abandon().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_changes_while_it_is_read_loses_nothing() {
    let shop = Shop::deaf(25).await;
    // More than a page of them, most of them another shop's.
    for _ in 0..230 {
        shop.double
            .make_and_promise("amount=100&currency=gbp&payment_method=pm_card_visa");
    }
    let (payer, _) = shop.pay(&["A1", "A2"], ASKS_BANK, 20_000).await;
    let intent = shop.kept(&payer).intent;
    for _ in 0..120 {
        shop.double
            .make_and_promise("amount=100&currency=gbp&payment_method=pm_card_visa");
    }
    let also = intent.clone();
    // New ones come in at the front, and the one in question changes on its page.
    shop.double.between_pages(move |books| {
        for _ in 0..30 {
            let _ = books.make_and_promise("amount=100&currency=gbp&payment_method=pm_card_visa");
        }
        let _ = books.authenticate(&also, true);
    });
    let done = reconcile(&shop).await;
    assert_eq!(
        (&done["checked"], &done["repaired"]),
        (&json!(1), &json!(1)),
        "{done}"
    );
    shop.until_booking(&payer, "confirmed").await;
    shop.app.abandon().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_intent_that_makes_no_sense_keeps_none_of_the_others_from_being_compared() {
    logged();
    let shop = Shop::deaf(27).await;
    let (odd, _) = shop.pay(&["A1", "A2"], ASKS_BANK, 20_000).await;
    let (payer, _) = shop.pay(&["B1", "B2"], ASKS_BANK, 20_000).await;
    let (renamed, intent) = (shop.kept(&odd).intent, shop.kept(&payer).intent);
    // One click in the dashboard: it names a payment that is another one's, or nobody's.
    for name in [payer.payment.clone(), houseful_tests::test_app::payment()] {
        shop.double
            .at_the_desk(|books| books.rename(&renamed, &name));
        let done = reconcile(&shop).await;
        assert_eq!(
            (&done["differing"], &done["repaired"], &done["unknown"]),
            (&json!(1), &json!(0), &json!(0)),
            "{done}"
        );
    }
    assert!(logged().contains("an intent at Stripe names another payment than it was made for"));
    shop.double
        .at_the_desk(|books| books.authenticate(&intent, true));
    let done = reconcile(&shop).await;
    assert_eq!(
        (&done["differing"], &done["repaired"]),
        (&json!(1), &json!(1)),
        "{done}"
    );
    shop.until_booking(&payer, "confirmed").await;
    shop.app.abandon().await;
}

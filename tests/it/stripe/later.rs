//! What happens to money days after its sale, where no message comes: Stripe's own record of events
//! has it.

use houseful_core::time::DAY_MS;
use houseful_tests::{stripe_double::Dial, test_app::As};
use serde_json::json;

use super::shop::{Payer, Shop};

/// Lets days go by: for the house, and in the books of the double. By then the list is compared back
/// to half an hour ago again, so nothing of today is on it.
async fn days_later(shop: &Shop, days: i64) {
    shop.app.advance_ms(days * DAY_MS);
    shop.double.at_the_desk(|books| {
        books.age(days * DAY_MS / 1_000);
        Ok(json!({}))
    });
    let calls = shop.double.calls();
    shop.advance_until(20_000, async || shop.double.calls() > calls + 10)
        .await;
}

/// Sells, and waits until nothing is left to do.
async fn sold(shop: &Shop) -> Payer {
    let payer = shop.sell(&["A1", "A2"]).await;
    shop.until_payment(&payer, |p| p["settled"] == true).await;
    payer
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_that_fails_on_thursday_is_made_again_without_a_message() {
    let shop = Shop::deaf(61).await;
    let payer = sold(&shop).await;
    shop.cancel(&payer).await;
    shop.advance_until(1_000, async || {
        let paid = shop.payment(&payer).await;
        paid["state"] == "refunded" && paid["settled"] == true
    })
    .await;
    days_later(&shop, 3).await;
    let intent = shop.kept(&payer).intent;
    shop.double.at_the_desk(|books| books.bounce(&intent));
    assert_eq!(shop.kept(&payer).refunded, 0);
    shop.advance_until(10_000, async || shop.kept(&payer).refunded == 2_200)
        .await;
    shop.until_payment(&payer, |p| p["state"] == "refunded" && p["settled"] == true)
        .await;
    shop.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_of_stripes_own_desk_a_day_later_takes_the_tickets_without_a_message() {
    let shop = Shop::deaf(62).await;
    let payer = sold(&shop).await;
    days_later(&shop, 1).await;
    let intent = shop.kept(&payer).intent;
    shop.double
        .at_the_desk(|books| books.refund_by_hand(&intent, 2_200));
    shop.advance_until(10_000, async || {
        shop.payment(&payer).await["refunded"]["minor"] == 2_200
    })
    .await;
    shop.until_booking(&payer, "cancelled").await;
    shop.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_not_be_looked_at_has_its_turn_when_it_can() {
    let shop = Shop::deaf(63).await;
    let payer = sold(&shop).await;
    days_later(&shop, 1).await;
    let intent = shop.kept(&payer).intent;
    shop.double
        .at_the_desk(|books| books.refund_by_hand(&intent, 2_200));
    // The record of events is there, and nothing else.
    shop.double.set_dial(Dial {
        only_news: true,
        ..Dial::default()
    });
    let calls = shop.double.calls();
    shop.advance_until(10_000, async || shop.double.calls() > calls + 8)
        .await;
    assert_eq!(shop.payment(&payer).await["refunded"]["minor"], 0);
    shop.double.set_dial(Dial::default());
    shop.advance_until(10_000, async || {
        shop.payment(&payer).await["refunded"]["minor"] == 2_200
    })
    .await;
    // What was seen to is not looked at again, minute after minute.
    shop.until_booking(&payer, "cancelled").await;
    shop.until_payment(&payer, |p| p["settled"] == true).await;
    let looks = shop.double.looks();
    shop.advance_until(20_000, async || shop.double.calls() > calls + 40)
        .await;
    assert_eq!(shop.double.looks(), looks);
    shop.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_list_finds_a_refund_that_came_back() {
    // As at a start: the whole list, by hand, where the list itself says nothing of the refund.
    let shop = Shop::deaf(64).await;
    let payer = sold(&shop).await;
    shop.cancel(&payer).await;
    shop.advance_until(1_000, async || {
        shop.payment(&payer).await["state"] == "refunded"
    })
    .await;
    let intent = shop.kept(&payer).intent;
    shop.double.at_the_desk(|books| {
        let bounced = books.bounce(&intent);
        books.forget_events();
        bounced
    });
    // While somebody is at the payment it is left to them.
    shop.advance_until(1_000, async || {
        let nothing = json!({});
        let again = shop
            .app
            .post(As::Manager, "/v1/payments/reconcile", &nothing);
        again.await.expect(200);
        shop.kept(&payer).refunded == 2_200
    })
    .await;
    shop.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_given_back_at_stripes_own_desk_is_for_a_person_and_the_talk_about_it_ends() {
    let shop = Shop::open(65).await;
    let payer = sold(&shop).await;
    let intent = shop.kept(&payer).intent;
    shop.double
        .at_the_desk(|books| books.refund_by_hand(&intent, 500));
    let paid = shop
        .until_payment(&payer, |p| p["refunded"]["minor"] == 500)
        .await;
    let why = paid["reason"].as_str().unwrap_or_default();
    assert!(why.contains("somebody should look"), "{paid}");
    // Its tickets stand.
    shop.until_booking(&payer, "confirmed").await;
    shop.app.abandon().await;
}

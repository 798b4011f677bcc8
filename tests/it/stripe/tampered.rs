//! An intent that somebody changed in Stripe's dashboard is not what was ordered: each thing alone
//! is enough for it to sell nothing.

use houseful_core::wire::payment::Card;
use houseful_server::payment::provider::{ChargeStatus, Order, ProviderError};
use houseful_tests::{
    folder::Folder,
    stripe_double::StripeDouble,
    test_app::{As, booking},
};
use serde_json::json;

use super::{
    contract::{order, stripe},
    shop::{ASKS_BANK, Shop, VISA},
};

#[tokio::test]
async fn a_look_up_that_finds_another_amount_or_booking_or_house_is_no_promise() {
    let folder = Folder::new();
    let double = StripeDouble::start(81).await;
    let (books, provider) = stripe(&folder, &double.file()).await;
    let elsewhere = order("GBP", 1_900).booking.to_string();
    for what in ["nothing", "amount", "booking", "house"] {
        let order = order("GBP", 1_900);
        let begun = provider.authorise(order.clone(), Card::named(ASKS_BANK));
        assert_eq!(begun.await.expect("begun").status, ChargeStatus::Pending);
        let mut kept = double.kept().into_iter();
        let intent = kept.find(|kept| kept.payment == order.payment.to_string());
        let intent = intent.expect("an intent").intent;
        let same = order.booking.to_string();
        double.at_the_desk(|books| {
            match what {
                "amount" => books.tamper(&intent, 1, &same)?,
                "booking" => books.tamper(&intent, 1_900, &elsewhere)?,
                "house" => books.move_to(&intent, "gaumont")?,
                _ => json!({}),
            };
            books.authenticate(&intent, true)
        });
        let found = provider.look_up(order).await;
        if what == "nothing" {
            let status = found.expect("an answer").map(|charge| charge.status);
            assert_eq!(status, Some(ChargeStatus::Authorised));
        } else {
            assert!(
                matches!(found, Err(ProviderError::Fault(_))),
                "{what}: {found:?}"
            );
        }
    }
    books.ground.close().await;
}

#[tokio::test]
async fn what_was_changed_after_its_promise_is_not_taken_and_after_it_was_taken_goes_back() {
    let folder = Folder::new();
    let double = StripeDouble::start(84).await;
    let (books, provider) = stripe(&folder, &double.file()).await;
    let elsewhere = order("GBP", 1_900).booking.to_string();
    let taken = |order: &Order| {
        let id = order.payment.to_string();
        let kept = double.kept().into_iter();
        let intents = kept.filter(|kept| kept.payment == id);
        intents.map(|kept| kept.captured).sum::<i64>()
    };
    for what in ["booking", "house"] {
        let change = |intent: &str| {
            double.at_the_desk(|books| match what {
                "booking" => books.tamper(intent, 1_900, &elsewhere),
                _ => books.move_to(intent, "gaumont"),
            });
        };
        let (promised, sold) = (order("GBP", 1_900), order("GBP", 1_900));
        let mut intents = Vec::new();
        for order in [&promised, &sold] {
            let charge = provider.authorise(order.clone(), Card::named(VISA));
            charge.await.expect("a promise");
            let last = double.kept().pop().expect("an intent");
            intents.push(last.intent);
        }
        change(&intents[0]);
        let refused = provider.capture(promised.clone(), 1_900).await;
        let is_fault = matches!(refused, Err(ProviderError::Fault(_)));
        assert!(is_fault && taken(&promised) == 0, "{what}: {refused:?}");
        // Nobody's card is held for it.
        let voided = provider.void(promised).await.expect("an answer");
        assert_eq!(voided.status, ChargeStatus::Voided, "{what}");

        let charge = provider.capture(sold.clone(), 1_900).await;
        assert_eq!(charge.expect("an answer").captured, 1_900);
        change(&intents[1]);
        let back = provider.refund(sold.clone(), 1_900).await;
        assert_eq!(back.expect("an answer").refunded, 1_900, "{what}");
    }
    books.ground.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_with_another_amount_or_booking_sells_nothing() {
    let shop = Shop::deaf(82).await;
    let elsewhere = booking(shop.show);
    for (row, amount, other) in [("A", 1, false), ("B", 2_200, true)] {
        let seats = [format!("{row}1"), format!("{row}2")];
        let (payer, _) = shop.pay(&[&seats[0], &seats[1]], ASKS_BANK, 20_000).await;
        let intent = shop.kept(&payer).intent;
        let named = if other { &elsewhere } else { &payer.booking };
        shop.double.at_the_desk(|books| {
            books.tamper(&intent, amount, named)?;
            books.authenticate(&intent, true)
        });
        let done = shop
            .app
            .post(As::Manager, "/v1/payments/reconcile", &json!({}))
            .await
            .expect(200);
        assert_eq!(done["repaired"], 0, "{done}");
        assert!(done["differing"].as_u64() >= Some(1), "{done}");
        assert_eq!(shop.payment(&payer).await["state"], "pending");
        shop.until_booking(&payer, "held").await;
    }
    // It ends, and nothing was taken.
    shop.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_checked_as_it_came_and_not_as_it_reads() {
    let shop = Shop::deaf(83).await;
    let (payer, _) = shop.pay(&["A1", "A2"], ASKS_BANK, 20_000).await;
    let intent = shop.kept(&payer).intent;
    shop.double
        .at_the_desk(|books| books.authenticate(&intent, true));
    // Fields in another order, spaces, an escape: as Stripe writes, and not as we would.
    let body = format!(
        "{{\n  \"type\": \"a.b\",  \"id\": \"evt_raw\",\n \"data\": {{\"object\": {{\"object\":\"pa\\u0079ment_intent\", \"id\": \"{intent}\"}}}} }}"
    );
    let read: serde_json::Value = serde_json::from_str(&body).expect("json");
    let header = houseful_server::payment::stripe::sign(
        houseful_tests::stripe_double::WEBHOOK_SECRET,
        houseful_server::clock::Clock::wall(),
        body.as_bytes(),
    );
    let again = shop.message(Some(header.clone()), &read.to_string()).await;
    assert_eq!(again.status, 400, "it says the same in other bytes");
    assert_eq!(shop.payment(&payer).await["state"], "pending");
    assert_eq!(shop.message(Some(header), &body).await.status, 200);
    shop.until_booking(&payer, "confirmed").await;
    shop.finish().await;
}

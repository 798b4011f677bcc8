//! Stripe on a bad day: silent, broken or busy before or after it did what was asked. In the end
//! money is where it should be, to the penny, and nothing was done twice.

use houseful_tests::stripe_double::Dial;

use super::shop::{ASKS_BANK, Payer, Shop, VISA};

/// Each way to come to nothing, every time.
fn ways() -> [(&'static str, Dial); 5] {
    let calm = Dial::default();
    [
        (
            "lost",
            Dial {
                lost: 1_000,
                ..calm
            },
        ),
        (
            "silent",
            Dial {
                silent: 1_000,
                ..calm
            },
        ),
        (
            "broken before",
            Dial {
                broken_before: 1_000,
                ..calm
            },
        ),
        (
            "broken after",
            Dial {
                broken_after: 1_000,
                ..calm
            },
        ),
        (
            "too many",
            Dial {
                too_many: 1_000,
                ..calm
            },
        ),
    ]
}

/// Has the double fail so while the clock goes on, and then no more.
async fn endure(shop: &Shop, dial: Dial, seconds: i64) {
    shop.double.set_dial(dial);
    for _ in 0..seconds {
        shop.app.advance_ms(1_000);
        houseful_server::clock::Clock::rest_before_any(15).await;
    }
    shop.double.set_dial(Dial::default());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_promise_whose_answer_is_lost_is_found_or_never_was() {
    let shop = Shop::open(31).await;
    let rows = ["A", "B", "C", "D"];
    for (n, (way, dial)) in ways().into_iter().enumerate() {
        let seats = [format!("{}1", rows[n % 4]), format!("{}2", rows[n % 4])];
        let seats = [seats[0].as_str(), seats[1].as_str()];
        shop.double.set_dial(dial);
        let (payer, said) = shop.pay(&seats, VISA, 0).await;
        assert_eq!(said.status, 202, "{way}: {}", said.text);
        endure(&shop, dial, 40).await;
        let ended = |p: &serde_json::Value| {
            p["state"] == "declined" || (p["state"] == "captured" && p["settled"] == true)
        };
        shop.advance_until(1_000, async || ended(&shop.payment(&payer).await))
            .await;
        let paid = shop.payment(&payer).await;
        if paid["state"] == "captured" {
            shop.until_booking(&payer, "confirmed").await;
        } else {
            // Nothing was taken, nothing will be, and the payer may try again.
            let kept = shop.double.kept();
            let kept = kept.into_iter().find(|kept| kept.payment == payer.payment);
            assert!(
                kept.is_none_or(|kept| kept.captured == 0 && kept.status != "requires_capture"),
                "{way}"
            );
            let again = Payer {
                payment: houseful_tests::test_app::payment(),
                ..payer
            };
            let said = shop.pay_for(&again, VISA, 20_000).await;
            assert_eq!(said.expect(201)["state"], "captured", "{way}");
            shop.until_booking(&again, "confirmed").await;
            shop.cancel(&again).await;
        }
        if n == 0 {
            shop.comes_to_rest().await;
        }
    }
    shop.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_capture_whose_answer_is_lost_is_made_once() {
    let shop = Shop::open(32).await;
    for (n, (way, dial)) in ways().into_iter().enumerate() {
        let row = ["A", "B", "C", "D", "A"][n];
        let from = if n < 4 { 1 } else { 5 };
        let seats = [format!("{row}{from}"), format!("{row}{}", from + 1)];
        let seats = [seats[0].as_str(), seats[1].as_str()];
        let (payer, _) = shop.pay(&seats, ASKS_BANK, 20_000).await;
        let intent = shop.kept(&payer).intent;
        shop.double.set_dial(dial);
        shop.double
            .at_the_desk(|books| books.authenticate(&intent, true));
        endure(&shop, dial, 60).await;
        shop.advance_until(1_000, async || {
            let paid = shop.payment(&payer).await;
            paid["state"] == "captured" && paid["settled"] == true
        })
        .await;
        shop.until_booking(&payer, "confirmed").await;
        let kept = shop.kept(&payer);
        assert_eq!((kept.captured, kept.refunded), (kept.amount, 0), "{way}");
    }
    shop.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_whose_answer_is_lost_is_made_once() {
    let shop = Shop::open(33).await;
    let mut ways = ways().to_vec();
    ways.push((
        "refused",
        Dial {
            refund_fails: 1_000,
            ..Dial::default()
        },
    ));
    for (way, dial) in ways {
        let payer = shop.sell(&["A1", "A2"]).await;
        shop.double.set_dial(dial);
        shop.cancel(&payer).await;
        endure(&shop, dial, 90).await;
        shop.advance_until(1_000, async || {
            let paid = shop.payment(&payer).await;
            paid["state"] == "refunded" && paid["settled"] == true
        })
        .await;
        let kept = shop.kept(&payer);
        assert_eq!((kept.captured, kept.refunded), (2_200, 2_200), "{way}");
    }
    shop.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bank_that_does_not_keep_its_promise_leaves_the_hold() {
    let shop = Shop::open(34).await;
    let (payer, said) = shop
        .pay(&["A1", "A2"], "pm_card_captureRefused", 20_000)
        .await;
    assert_eq!(said.expect(201)["state"], "capture_refused");
    shop.until_booking(&payer, "held").await;
    assert_eq!(
        shop.kept(&payer).status,
        "canceled",
        "nothing is promised any more"
    );
    shop.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_that_is_declined_and_one_that_does_not_exist_are_told_apart() {
    let shop = Shop::open(35).await;
    let (payer, said) = shop
        .pay(&["A1", "A2"], "pm_card_visa_chargeDeclined", 20_000)
        .await;
    let told = said.expect(201);
    assert_eq!(
        (&told["state"], &told["reason"]),
        (&"declined".into(), &"Your card was declined.".into())
    );
    assert_eq!(shop.kept(&payer).status, "canceled");
    let again = |id: &Payer| Payer {
        payment: houseful_tests::test_app::payment(),
        ..id.clone()
    };
    let told = shop
        .pay_for(&again(&payer), "pm_none", 20_000)
        .await
        .expect(201);
    assert_eq!(told["state"], "declined", "{told}");
    // What can't be one is not even asked about.
    for method in ["pm_", "pm_a/../refunds", "4242424242424242", "cus_1", ""] {
        let said = shop.pay_for(&again(&payer), method, 0).await;
        assert_eq!((said.status, said.code()), (422, "bad_value"), "{method}");
        assert_eq!(said.body["field"], "card.payment_method");
    }
    let token = shop.token(&payer.booking).await;
    let number = serde_json::json!({
        "payment": houseful_tests::test_app::payment(), "token": token,
        "card": {"number": "4242424242424242"},
    });
    let said = shop
        .app
        .post(super::shop::GUEST, "/v1/payments", &number)
        .await;
    assert_eq!((said.status, said.code()), (422, "bad_value"));
    assert_eq!(said.body["field"], "card.number");
    shop.finish().await;
}

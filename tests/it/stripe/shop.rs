//! A house whose cards go through the double of Stripe, over HTTP from end to end.

#![expect(clippy::expect_used, reason = "a test ends where it can not go on")]

use houseful_core::ids::ShowId;
use houseful_server::{
    clock::Clock,
    payment::stripe::{StripeConfig, sign},
};
use houseful_tests::{
    stripe_double::{Kept, StripeDouble, WEBHOOK_SECRET},
    test_app::{As, PATIENCE, Said, Setup, TestApp, booking, command, payment},
};
use reqwest::Method;
use serde_json::{Value, json};

pub const GUEST: As<'_> = As::Customer("a-secret-of-twenty-two-or-more");
pub const VISA: &str = "pm_card_visa";
pub const ASKS_BANK: &str = "pm_card_authenticationRequired";
pub const WEBHOOK: &str = "/v1/webhooks/stripe";

/// The house.
pub struct Shop {
    pub app: TestApp,
    pub double: StripeDouble,
    pub show: ShowId,
}

/// Somebody who pays.
#[derive(Clone, Debug)]
pub struct Payer {
    pub booking: String,
    pub payment: String,
}

impl Shop {
    /// Opens it with one show, and has the double send its messages.
    pub async fn open(seed: u64) -> Self {
        let shop = Self::deaf(seed).await;
        shop.double.tell(&format!("{}{WEBHOOK}", shop.app.url()));
        shop
    }

    /// The same, to which no message comes.
    pub async fn deaf(seed: u64) -> Self {
        let double = StripeDouble::start(seed).await;
        let mut setup = Setup::default();
        let config = StripeConfig::parse(&double.file());
        setup.config.stripe = Some(config.expect("a configuration"));
        let app = setup.start().await;
        let show = app.open_show(1).await;
        Self { app, double, show }
    }

    /// Holds seats and begins to pay for them.
    pub async fn pay(&self, seats: &[&str], method: &str, wait_ms: u32) -> (Payer, Said) {
        let payer = Payer {
            booking: booking(self.show),
            payment: payment(),
        };
        let held = self.app.hold(GUEST, &payer.booking, seats).await;
        held.expect(201);
        let said = self.pay_for(&payer, method, wait_ms).await;
        (payer, said)
    }

    /// Pays for what is held.
    pub async fn pay_for(&self, payer: &Payer, method: &str, wait_ms: u32) -> Said {
        let token = self.token(&payer.booking).await;
        let request = json!({
            "payment": payer.payment, "token": token, "card": {"payment_method": method},
        });
        let path = format!("/v1/payments?wait_ms={wait_ms}");
        self.app.post(GUEST, &path, &request).await
    }

    pub async fn token(&self, booking: &str) -> String {
        let path = format!("/v1/bookings/{booking}/payment-token");
        let leave = self.app.post(GUEST, &path, &json!({})).await.expect(200);
        leave["token"].as_str().expect("a token").to_owned()
    }

    /// Pays, and waits until the tickets are there.
    pub async fn sell(&self, seats: &[&str]) -> Payer {
        let (payer, said) = self.pay(seats, VISA, 20_000).await;
        assert_eq!(said.expect(201)["state"], "captured");
        self.until_booking(&payer, "confirmed").await;
        payer
    }

    /// Takes the tickets back.
    pub async fn cancel(&self, payer: &Payer) {
        let path = format!("/v1/bookings/{}/cancel", payer.booking);
        let request = json!({"command": command(), "reason": "a test"});
        let said = self.app.post(As::Manager, &path, &request).await;
        assert_eq!(said.status, 200, "{}", said.text);
    }

    pub async fn until_booking(&self, payer: &Payer, state: &str) -> Value {
        let path = format!("/v1/bookings/{}", payer.booking);
        self.app.until(GUEST, &path, |b| b["state"] == state).await
    }

    pub async fn payment(&self, payer: &Payer) -> Value {
        let path = format!("/v1/payments/{}", payer.payment);
        self.app.get(As::Clerk, &path).await.expect(200)
    }

    pub async fn until_payment(&self, payer: &Payer, wanted: impl Fn(&Value) -> bool) -> Value {
        let path = format!("/v1/payments/{}", payer.payment);
        self.app.until(As::Clerk, &path, wanted).await
    }

    /// Moves the clock by steps until something holds.
    pub async fn advance_until(&self, step_ms: i64, holds: impl AsyncFn() -> bool) {
        let began = Clock::stopwatch();
        while !holds().await {
            assert!(
                Clock::stopwatch().duration_since(began) < PATIENCE * 3,
                "it does not happen"
            );
            self.app.advance_ms(step_ms);
            Clock::rest_before_any(20).await;
        }
    }

    /// Whether nothing is open.
    pub async fn is_at_rest(&self) -> bool {
        let open = self
            .app
            .get(As::Clerk, "/v1/payments?open=true&limit=1")
            .await;
        open.expect(200)["items"]
            .as_array()
            .is_some_and(Vec::is_empty)
    }

    /// What the double has of a payment.
    pub fn kept(&self, payer: &Payer) -> Kept {
        let kept = self.double.kept();
        let found = kept.into_iter().find(|kept| kept.payment == payer.payment);
        found.expect("an intent")
    }

    /// Sends a message as Stripe would, signed so.
    pub async fn message(&self, header: Option<String>, body: &str) -> Said {
        let mut request = self.app.request(As::Nobody, Method::POST, WEBHOOK);
        if let Some(header) = header {
            request = request.header("Stripe-Signature", header);
        }
        self.app.send(request.body(body.to_owned())).await
    }

    /// Sends a message that is signed well, now.
    pub async fn signed(&self, body: &str) -> Said {
        let header = sign(WEBHOOK_SECRET, Clock::wall(), body.as_bytes());
        self.message(Some(header), body).await
    }

    /// Lets it come to rest, and compares it with the double to the last penny.
    pub async fn comes_to_rest(&self) {
        self.advance_until(5_000, async || self.is_at_rest().await)
            .await;
        for kept in self.double.kept() {
            let path = format!("/v1/payments/{}", kept.payment);
            let ours = self.app.get(As::Clerk, &path).await.expect(200);
            let money = |name: &str| ours[name]["minor"].as_i64();
            let theirs = (Some(kept.captured), Some(kept.refunded));
            assert_eq!((money("captured"), money("refunded")), theirs, "{ours}");
            assert_ne!(kept.status, "requires_capture", "a promise is left: {ours}");
        }
    }

    pub async fn finish(self) {
        self.comes_to_rest().await;
        self.app.finish().await;
    }
}

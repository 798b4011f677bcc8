//! What is in the log of a whole sale, and what is never in it.

#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

use std::{
    io,
    sync::{Arc, Mutex, OnceLock},
};

use houseful_tests::test_app::{As, TestApp, booking, payment};
use reqwest::Method;
use serde_json::json;
use tracing_subscriber::{
    filter::{LevelFilter, Targets},
    fmt::{self, MakeWriter},
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

/// All that was logged in this process since the log was caught.
#[derive(Clone, Default)]
struct Caught(Arc<Mutex<Vec<u8>>>);

impl io::Write for Caught {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Caught {
    type Writer = Self;
    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// All that this process has logged; nothing before the first call of it.
pub fn logged() -> String {
    String::from_utf8_lossy(&caught().0.lock().unwrap()).into_owned()
}

fn caught() -> &'static Caught {
    static CAUGHT: OnceLock<Caught> = OnceLock::new();
    CAUGHT.get_or_init(|| {
        let caught = Caught::default();
        let lines = fmt::layer().with_ansi(false).with_writer(caught.clone());
        tracing_subscriber::registry()
            .with(Targets::new().with_target("houseful", LevelFilter::TRACE))
            .with(lines)
            .init();
        caught
    })
}

#[tokio::test]
async fn the_log_names_requests_and_no_secret_token_card_or_account() {
    let log = caught();
    let app = TestApp::start().await;
    let show = app.open_show(1).await;
    let secret = "the-secret-of-a-customer-in-a-log";
    let (guest, card) = (As::Customer(secret), "4242424242424242");
    let id = booking(show);
    app.hold(guest, &id, &["A1", "A2"]).await.expect(201);
    let path = format!("/v1/bookings/{id}/payment-token");
    let leave = app.post(guest, &path, &json!({})).await.expect(200);
    let leave = leave["token"].as_str().unwrap();
    let pay = json!({"payment": payment(), "token": leave, "card": {"number": card}});
    app.post(guest, "/v1/payments", &pay).await.expect(201);
    // What can't be read is not repeated in the log either.
    let broken = format!(r#"{{"card":{{"number":{card}}},"token":"{leave}"}}"#);
    app.post_text(guest, "/v1/payments", broken)
        .await
        .expect(400);
    let account = "somebody-with-a-name";
    let request = json!({"account": account, "role": "clerk", "channel": "counter"});
    let made = app
        .post(As::Admin, "/v1/tokens", &request)
        .await
        .expect(201);
    let token = made["secret"].as_str().unwrap();
    let asked = app
        .request(As::Nobody, Method::GET, "/v1/bookings/bkg_1_x?q=somebody")
        .header("authorization", format!("Bearer {token}"))
        .header("x-request-id", "req_of_the_log_test");
    app.send(asked).await.expect(400);
    app.finish().await;

    let text = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
    let line = text
        .lines()
        .find(|l| l.contains("req_of_the_log_test") && l.contains("answered"));
    let line = line.expect("a line for the request");
    for part in [
        "GET",
        "/v1/bookings/{id}",
        "status=400",
        "bad_request",
        "ms=",
    ] {
        assert!(line.contains(part), "{part}: {line}");
    }
    for never in [secret, card, leave, account, token, "q=somebody"] {
        let found = text.lines().find(|l| l.contains(never));
        assert_eq!(found, None, "the log has {never}");
    }
}

//! Money over HTTP: one payment, one id; what costs nothing; who is answered what while it waits.

#![expect(clippy::expect_used, reason = "a test stops at what it did not expect")]

use std::sync::Arc;

use houseful_core::{ids::ShowId, show::Ask};
use houseful_tests::{
    made_up,
    test_app::{As, Said, TestApp, booking, command, payment},
};
use serde_json::{Value, json};

const GUEST: As<'_> = As::Customer("a-secret-of-twenty-two-or-more");
const OTHER: As<'_> = As::Customer("another-secret-that-is-as-long");
const APPROVES: &str = "4242424242424242";
const DECLINES: &str = "4000000000000002";
const LATE: &str = "4000000000000259";

/// Pays for a booking by card under this id.
async fn by_card(app: &TestApp, who: As<'_>, id: &str, payment: &str, card: &str) -> Said {
    let path = format!("/v1/bookings/{id}/payment-token");
    let token = app.post(who, &path, &json!({})).await.expect(200);
    let pay = json!({"payment": payment, "token": token["token"], "card": {"number": card}});
    let wait = if card == LATE { 0 } else { 20_000 };
    app.post(who, &format!("/v1/payments?wait_ms={wait}"), &pay)
        .await
}

/// Pays for a booking in cash under this id.
async fn by_cash(app: &TestApp, who: As<'_>, id: &str, payment: &str) -> Said {
    let cash = json!({"command": command(), "payment": payment});
    app.post(who, &format!("/v1/bookings/{id}/cash"), &cash)
        .await
}

/// Nothing is open any more.
async fn at_rest(app: &TestApp) {
    let empty = |list: &Value| list["items"].as_array().is_some_and(Vec::is_empty);
    app.until(As::Clerk, "/v1/payments?open=true", empty).await;
}

#[tokio::test]
async fn an_id_that_a_card_has_is_not_cashs_too() {
    let app = TestApp::start().await;
    let show = app.open_show(1).await;
    for (seats, card) in [(["A1", "A2"], LATE), (["B1", "B2"], DECLINES)] {
        let (id, one) = (booking(show), payment());
        app.hold(GUEST, &id, &seats).await.expect(201);
        by_card(&app, GUEST, &id, &one, card).await;
        let said = by_cash(&app, As::Clerk, &id, &one).await;
        assert_eq!((said.status, said.code()), (422, "id_reused"), "{card}");
        let held = app.get(GUEST, &format!("/v1/bookings/{id}")).await;
        assert_eq!(held.expect(200)["state"], "held");
        let paid = by_cash(&app, As::Clerk, &id, &payment()).await.expect(200);
        assert_eq!(paid["state"], "confirmed");
    }
    // What the late card promises in the end goes back.
    app.advance_ms(320_000);
    let back = |list: &Value| {
        let items = list["items"].as_array().cloned().unwrap_or_default();
        items.iter().any(|p| p["state"] == "voided")
    };
    app.until(As::Clerk, "/v1/payments", back).await;
    at_rest(&app).await;
    app.finish().await;
}

#[tokio::test]
async fn an_id_that_cash_has_is_nobody_elses() {
    let app = TestApp::start().await;
    let (show, second) = (app.open_show(1).await, app.open_show(2).await);
    let (first, one) = (booking(show), payment());
    app.hold(As::Clerk, &first, &["A1", "A2"]).await.expect(201);
    let others = [booking(show), booking(second)];
    for id in &others {
        app.hold(GUEST, id, &["B1", "B2"]).await.expect(201);
    }
    by_cash(&app, As::Clerk, &first, &one).await.expect(200);
    for id in &others {
        let said = by_cash(&app, As::Clerk, id, &one).await;
        assert_eq!((said.status, said.code()), (422, "id_reused"));
        let said = by_card(&app, GUEST, id, &one, APPROVES).await;
        assert_eq!((said.status, said.code()), (422, "id_reused"));
        let held = app.get(GUEST, &format!("/v1/bookings/{id}")).await;
        assert_eq!(held.expect(200)["state"], "held");
    }
    at_rest(&app).await;
    app.finish().await;
}

/// A show where guests pay nothing on the web and at the counter, and adults pay 10.00.
async fn open_free_show(app: &TestApp) -> ShowId {
    let hall = "name: Free\n\nA  oooooooooo\n";
    let prices = made_up::card(&[("standard", "guest", 0), ("standard", "adult", 1_000)]);
    let open = Ask::Open(Arc::new(made_up::terms(hall, prices)));
    let command = made_up::command(made_up::staff("test"), open);
    let opened = app.server().lane().ask(ShowId(9), command).await;
    opened.expect("an opened show");
    ShowId(9)
}

#[tokio::test]
async fn what_costs_nothing_is_confirmed_without_payment() {
    let app = TestApp::start().await;
    let show = open_free_show(&app).await;
    let (till, web) = (booking(show), booking(show));
    app.hold(As::Clerk, &till, &["A1", "A2"]).await.expect(201);
    let paid = by_cash(&app, As::Clerk, &till, &payment()).await;
    assert_eq!(paid.expect(200)["state"], "confirmed");
    // On the web there is nothing to pay by card, and the owner says so.
    app.hold(GUEST, &web, &["A3", "A4"]).await.expect(201);
    let path = format!("/v1/bookings/{web}/payment-token");
    let token = app.post(GUEST, &path, &json!({})).await;
    assert_eq!((token.status, token.code()), (409, "nothing_to_pay"));
    let theft = by_cash(&app, OTHER, &web, &payment()).await;
    assert_eq!((theft.status, theft.code()), (404, "not_found"));
    let done = by_cash(&app, GUEST, &web, &payment()).await.expect(200);
    assert_eq!(done["state"], "confirmed");
    assert_eq!(done["payments"][0]["settled"], true);
    assert_eq!(done["tickets"].as_array().map(Vec::len), Some(2));
    // No customer takes cash.
    let dear = booking(show);
    let wish = json!({"seats": [{"seat": "A8", "ticket_type": "adult"}]});
    let hold = json!({"booking": dear, "command": command(), "wish": wish});
    app.post(GUEST, "/v1/bookings", &hold).await.expect(201);
    let refused = by_cash(&app, GUEST, &dear, &payment()).await;
    assert_eq!((refused.status, refused.code()), (403, "forbidden"));
    // Nothing is left to be said between booking and payment, now and after the timer's turn.
    let waits = |state: &houseful_core::show::ShowState| state.unsettled().count();
    let waiting = app.server().lane().read(show, move |s, _, _| waits(s));
    assert_eq!(waiting.await, Ok(0));
    app.advance_ms(60_000);
    at_rest(&app).await;
    app.finish().await;
}

#[tokio::test]
async fn a_list_of_payments_has_pages() {
    let app = TestApp::start().await;
    let show = app.open_show(1).await;
    for row in ["A", "B", "C"] {
        let id = booking(show);
        let seats = [format!("{row}1"), format!("{row}2")];
        let seats: Vec<&str> = seats.iter().map(String::as_str).collect();
        app.hold(As::Clerk, &id, &seats).await.expect(201);
        by_cash(&app, As::Clerk, &id, &payment()).await.expect(200);
    }
    let three = |list: &Value| list["items"].as_array().is_some_and(|all| all.len() == 3);
    let all = app.until(As::Clerk, "/v1/payments", three).await;
    let first = app.get(As::Clerk, "/v1/payments?limit=2").await.expect(200);
    let next = first["next"].as_str().expect("a second page");
    let path = format!("/v1/payments?limit=2&cursor={next}");
    let second = app.get(As::Clerk, &path).await.expect(200);
    let mut items = first["items"].as_array().cloned().unwrap_or_default();
    items.extend(second["items"].as_array().cloned().unwrap_or_default());
    let ids = |items: &[Value]| items.iter().map(|p| p["id"].clone()).collect::<Vec<_>>();
    assert_eq!(Some(ids(&items)), all["items"].as_array().map(|a| ids(a)));
    assert_eq!(second["next"], Value::Null);
    for bad in ["limit=0", "limit=1001", "cursor=x", "cursor=1.pay_x"] {
        let said = app.get(As::Clerk, &format!("/v1/payments?{bad}")).await;
        assert!(matches!(said.status, 400 | 422), "{bad}: {}", said.status);
    }
    app.finish().await;
}

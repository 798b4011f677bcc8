//! Tickets that are given back over HTTP: the sum before, who may, what waits, and the books after.

use houseful_core::{
    ids::ShowId,
    refund::{RefundStep, RefundTerms},
    show::ShowTerms,
    time::DAY_MS,
};
use houseful_server::bus::local::Weather;
use houseful_tests::{
    made_up,
    test_app::{As, Setup, TestApp, booking, command, payment},
};
use serde_json::{Value, json};

const GUEST: As<'_> = As::Customer("a-secret-of-twenty-two-or-more");
const SHOW: ShowId = ShowId(4);

/// A show in a day: a quarter is kept, a clerk gives 10.00 back alone.
async fn open(app: &TestApp) {
    let mut prices = made_up::card(&[("standard", "adult", 950)]);
    prices.refunds = Some(RefundTerms {
        steps: vec![RefundStep {
            before_minutes: 120,
            keep_percent: 25,
        }],
        booking_fee_kept: true,
        clerk_max_minor: 1_000,
    });
    let hall = "name: N\nA  oooooo\nB  oooooo\n";
    let terms = ShowTerms {
        facts: None,
        starts_at: app.now().plus_ms(DAY_MS),
        ..made_up::terms(hall, prices)
    };
    app.open(SHOW, terms.into()).await;
}

/// A booking of these seats that is paid by card.
async fn paid(app: &TestApp, seats: &[&str]) -> String {
    let id = booking(SHOW);
    app.hold(GUEST, &id, seats).await.expect(201);
    let path = format!("/v1/bookings/{id}/payment-token");
    let token = app.post(GUEST, &path, &json!({})).await.expect(200);
    let card = json!({"number": "4242424242424242"});
    let pay = json!({"payment": payment(), "token": token["token"], "card": card});
    app.post(GUEST, "/v1/payments?wait_ms=20000", &pay)
        .await
        .expect(201);
    let confirmed = |b: &Value| b["state"] == "confirmed";
    app.until(GUEST, &format!("/v1/bookings/{id}"), confirmed)
        .await;
    id
}

fn refund(seats: &[&str]) -> Value {
    json!({"command": command(), "seats": seats, "reason": "unable"})
}

#[tokio::test]
async fn seats_are_given_back_by_the_terms_and_the_books_stay_sound() {
    let app = TestApp::start().await;
    open(&app).await;
    let id = paid(&app, &["A1", "A2", "A3"]).await;
    let quote = format!("/v1/bookings/{id}/refund-quote");
    let told = app.get(As::Clerk, &format!("{quote}?seats=A1")).await;
    let told = told.expect(200);
    // A quarter of 9.50 is 2.375: rounded down, 2.37 are kept.
    assert_eq!(
        (&told["kept"]["minor"], &told["back"]["minor"]),
        (&json!(237), &json!(713))
    );
    assert_eq!(told["needs_approval"], false);
    let bad = app.get(As::Clerk, &format!("{quote}?seats=A1,what")).await;
    assert_eq!(bad.status, 400, "{}", bad.text);
    let path = format!("/v1/bookings/{id}/refunds");
    let said = app.post(GUEST, &path, &refund(&["A1"])).await;
    assert_eq!((said.status, said.code()), (403, "forbidden"));
    let ask = refund(&["A1"]);
    let said = app.post(As::Clerk, &path, &ask).await.expect(200);
    assert_eq!(said["total"]["minor"], 1_900);
    assert_eq!(said["refunds"][0]["back"]["minor"], 713);
    // The ticket that came back opens no door, and is told so.
    let code = said["refunds"][0]["tickets"][0]["code"]
        .as_str()
        .expect("a code");
    let ticket = app.get(As::Clerk, &format!("/v1/tickets/{code}")).await;
    assert_eq!(ticket.expect(200)["valid"], false);
    let again = app.post(As::Clerk, &path, &ask).await.expect(200);
    assert_eq!(again["refunds"], said["refunds"]);
    app.hold(GUEST, &booking(SHOW), &["A1"]).await.expect(201);

    let settled = |b: &Value| b["payments"][0]["settled"] == true;
    let now = app
        .until(As::Clerk, &format!("/v1/bookings/{id}"), settled)
        .await;
    assert_eq!(now["payments"][0]["keep"]["minor"], 1_900 + 237);
    let payments = app
        .get(As::Clerk, &format!("/v1/payments?booking={id}"))
        .await;
    assert_eq!(payments.expect(200)["items"][0]["refunded"]["minor"], 713);
    let report = app.get(As::Manager, "/v1/reports/money").await.expect(200);
    assert_eq!(report["sound"], true, "{report}");
    let row = &report["rows"][0];
    let sums = ["captured", "refunded", "tickets", "fees_kept", "difference"];
    let sums: Vec<i64> = sums
        .iter()
        .filter_map(|s| row[s]["minor"].as_i64())
        .collect();
    assert_eq!(sums, [2_850, 713, 1_900, 237, 0]);
    app.finish().await;
}

#[tokio::test]
async fn what_a_clerk_may_not_give_back_waits_for_a_manager_on_the_desk() {
    let app = TestApp::start().await;
    open(&app).await;
    let id = paid(&app, &["B1", "B2"]).await;
    let path = format!("/v1/bookings/{id}/refunds");
    let ask = refund(&[]);
    let said = app.post(As::Clerk, &path, &ask).await.expect(202);
    assert_eq!(said["state"], "confirmed");
    let desk = app.get(As::Clerk, "/v1/desk").await.expect(200);
    assert_eq!(desk["items"].as_array().map(Vec::len), Some(1), "{desk}");
    assert_eq!(desk["items"][0]["end"], "waits");
    let waits = &desk["items"][0]["refund"];
    assert_eq!(
        (&waits["id"], &waits["back"]["minor"]),
        (&ask["command"], &json!(1_426))
    );
    let verdict = format!("/v1/bookings/{id}/refund-verdict");
    let yes = json!({"command": command(), "refund": ask["command"], "approve": true});
    let said = app.post(As::Clerk, &verdict, &yes).await;
    assert_eq!((said.status, said.code()), (403, "forbidden"));
    let said = app.post(As::Manager, &verdict, &yes).await.expect(200);
    assert_eq!(said["state"], "cancelled");
    let desk = app.get(As::Clerk, "/v1/desk?kind=refund_waits").await;
    let desk = desk.expect(200);
    assert_eq!(desk["items"].as_array().map(Vec::len), Some(1), "{desk}");
    assert_eq!(
        desk["items"][0]["end"], "approved",
        "a card waits for no till"
    );
    // `other` and setting the terms aside need a note.
    let id = paid(&app, &["B1"]).await;
    let path = format!("/v1/bookings/{id}/refunds");
    let mute = json!({"command": command(), "reason": "other"});
    let said = app.post(As::Manager, &path, &mute).await;
    assert_eq!((said.status, said.code()), (422, "bad_value"));
    let waive = json!({"command": command(), "reason": "fault", "note": "cold", "waive": true});
    let said = app.post(As::Manager, &path, &waive).await.expect(200);
    assert_eq!(said["refunds"][0]["kept"]["minor"], 0);
    let settled = |b: &Value| b["payments"][0]["settled"] == true;
    app.until(As::Clerk, &format!("/v1/bookings/{id}"), settled)
        .await;
    app.finish().await;
}

#[tokio::test]
async fn money_that_came_too_late_is_on_the_desk_with_how_it_ended() {
    let app = TestApp::start().await;
    open(&app).await;
    let id = booking(SHOW);
    app.hold(GUEST, &id, &["A1", "A2"]).await.expect(201);
    let path = format!("/v1/bookings/{id}/payment-token");
    let token = app.post(GUEST, &path, &json!({})).await.expect(200);
    let card = json!({"number": "4000000000000259"});
    let pay = json!({"payment": payment(), "token": token["token"], "card": card});
    app.post(GUEST, "/v1/payments?wait_ms=0", &pay).await;
    app.advance_ms(300_000);
    app.hold(As::Clerk, &booking(SHOW), &["A1"])
        .await
        .expect(201);
    app.advance_ms(30_000);
    let ended = |desk: &Value| desk["items"][0]["end"] == "given_back";
    let desk = app.until(As::Clerk, "/v1/desk", ended).await;
    let case = &desk["items"][0];
    assert_eq!(
        (&case["kind"], &case["why"]),
        (&json!("money_back"), &json!("seats_gone"))
    );
    assert_eq!(
        (&case["seats"], &case["amount"]["minor"]),
        (&json!(2), &json!(1_900))
    );
    let none = app.get(As::Clerk, "/v1/desk?kind=late_won").await;
    assert_eq!(none.expect(200)["items"], json!([]));
    app.finish().await;
}

#[tokio::test]
async fn the_repeat_of_a_cash_sale_is_told_the_same_change_after_a_refund() {
    let app = TestApp::start().await;
    open(&app).await;
    let id = booking(SHOW);
    app.hold(As::Clerk, &id, &["A1", "A2"]).await.expect(201);
    let path = format!("/v1/bookings/{id}/cash");
    let cash = json!({"command": command(), "payment": payment(), "given_minor": 3_000});
    let sold = app.post(As::Clerk, &path, &cash).await.expect(200);
    assert_eq!(sold["change"]["minor"], 1_100);
    let refunds = format!("/v1/bookings/{id}/refunds");
    // What was told is what goes back, or nothing does.
    let mut ask = refund(&["A1"]);
    ask["told_minor"] = json!(714);
    let said = app.post(As::Clerk, &refunds, &ask).await;
    assert_eq!((said.status, said.code()), (409, "refund_changed"));
    ask["told_minor"] = json!(713);
    app.post(As::Clerk, &refunds, &ask).await.expect(200);
    let again = app.post(As::Clerk, &path, &cash).await.expect(200);
    assert_eq!(again["change"]["minor"], 1_100, "{again}");
    app.finish().await;
}

#[tokio::test]
async fn what_payment_does_not_do_stays_on_the_desk_whatever_its_age() {
    let silence = Weather {
        lose: 1_000,
        ..Weather::default()
    };
    let app = Setup::default().weather(silence).start().await;
    open(&app).await;
    let id = booking(SHOW);
    app.hold(As::Clerk, &id, &["A1", "A2"]).await.expect(201);
    let cash = json!({"command": command(), "payment": payment()});
    let path = format!("/v1/bookings/{id}/cash");
    app.post(As::Clerk, &path, &cash).await.expect(200);
    let cancel = json!({"command": command(), "reason": "ill"});
    let path = format!("/v1/bookings/{id}/cancel");
    app.post(As::Manager, &path, &cancel).await.expect(200);
    let desk = app.get(As::Clerk, "/v1/desk").await.expect(200);
    assert_eq!(desk["items"], json!([]), "for a while it is on its way");
    app.advance_ms(2 * DAY_MS);
    let desk = app.get(As::Clerk, "/v1/desk").await.expect(200);
    let case = &desk["items"][0];
    assert_eq!(
        (&case["kind"], &case["overdue"]),
        (&json!("overdue"), &json!(true))
    );
    assert_eq!(
        (&case["why"], &case["booking"]),
        (&json!("cancelled"), &json!(id))
    );
    app.abandon().await;
}

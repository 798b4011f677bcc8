//! Vouchers and split payments from outside: over HTTP, and by the command line.

#![expect(clippy::expect_used, reason = "a test stops at what it did not expect")]

use houseful_tests::{
    folder::Folder,
    test_app::{As, Said, TestApp, booking, command, payment},
};
use serde_json::{Value, json};

use super::program::Server;

const GUEST: As<'_> = As::Customer("a-secret-of-twenty-two-or-more");
const DECLINES: &str = "4000000000000002";

/// A voucher that is worth so much: its id and its code.
async fn voucher(app: &TestApp, minor: i64) -> (String, String) {
    let value = json!({"minor": minor, "currency": "GBP"});
    let seed = "a-seed-of-twenty-two-chars";
    let make = json!({"command": command(), "seed": seed, "value": value, "count": 1});
    let made = app.post(As::Manager, "/v1/vouchers", &make).await;
    let made = made.expect(201)["items"][0].clone();
    let text = |field: &str| made[field].as_str().expect("a text").to_owned();
    (text("id"), text("code"))
}

/// Pays for a booking by these tenders.
async fn pay(app: &TestApp, who: As<'_>, id: &str, tenders: Value) -> Said {
    let path = format!("/v1/bookings/{id}/payment-token");
    let token = app.post(who, &path, &json!({})).await.expect(200);
    let pay = json!({"payment": payment(), "token": token["token"], "tenders": tenders});
    app.post(who, "/v1/payments?wait_ms=20000", &pay).await
}

async fn left(app: &TestApp, code: &str) -> i64 {
    let check = json!({"code": code});
    let told = app.post(GUEST, "/v1/vouchers/check", &check).await;
    told.expect(200)["left"]["minor"]
        .as_i64()
        .expect("minor units")
}

#[tokio::test]
async fn a_voucher_a_card_and_cash_make_tickets_and_a_refund_fills_the_voucher() {
    let app = TestApp::start().await;
    let show = app.open_show(1).await;
    let (voucher, code) = voucher(&app, 500).await;
    let id = booking(show);
    let held = app.hold(As::Clerk, &id, &["A1", "A2"]).await.expect(201);
    let total = held["total"]["minor"].as_i64().expect("a total");
    let tenders = json!([{"means": "voucher", "code": code},
                         {"means": "cash", "amount_minor": 300},
                         {"means": "card", "card": {"number": "4242424242424242"}}]);
    let paid = pay(&app, As::Clerk, &id, tenders).await.expect(201);
    assert_eq!(
        (&paid["provider"], &paid["state"]),
        (&json!("split"), &json!("captured"))
    );
    let each = paid["tenders"].as_array().expect("tenders").iter();
    let each: Vec<_> = each
        .map(|t| (t["means"].clone(), t["captured"]["minor"].clone()))
        .collect();
    let rest = total - 800;
    assert_eq!(
        each,
        [
            (json!("voucher"), json!(500)),
            (json!("card"), json!(rest)),
            (json!("cash"), json!(300))
        ]
    );
    let path = format!("/v1/bookings/{id}");
    let confirmed = |b: &Value| b["state"] == "confirmed";
    let sold = app.until(As::Clerk, &path, confirmed).await;
    assert_eq!(sold["payments"][0]["tender"], "split");
    assert_eq!(sold["tickets"].as_array().map(Vec::len), Some(2));
    assert_eq!(left(&app, &code).await, 0);
    let cancel = json!({"command": command(), "reason": "ill"});
    app.post(As::Manager, &format!("{path}/cancel"), &cancel)
        .await
        .expect(200);
    let back = format!("/v1/vouchers/{voucher}");
    let full = |v: &Value| v["voucher"]["left"]["minor"] == 500;
    let detail = app.until(As::Manager, &back, full).await;
    assert_eq!(detail["uses"][0]["returned"]["minor"], 500);
    let settled = |list: &Value| list["items"].as_array().is_some_and(Vec::is_empty);
    app.until(As::Clerk, "/v1/payments?open=true", settled)
        .await;
    app.finish().await;
}

#[tokio::test]
async fn a_customer_pays_by_voucher_and_a_declined_card_leaves_hold_and_voucher() {
    let app = TestApp::start().await;
    let show = app.open_show(1).await;
    let (_, code) = voucher(&app, 500).await;
    let id = booking(show);
    app.hold(GUEST, &id, &["A1", "A2"]).await.expect(201);
    let voucher = json!({"means": "voucher", "code": code});
    let declined = json!([voucher, {"means": "card", "card": {"number": DECLINES}}]);
    let said = pay(&app, GUEST, &id, declined).await.expect(201);
    assert_eq!(said["state"], "declined");
    let why = said["reason"].as_str().expect("a reason");
    assert!(why.starts_with("card: "), "{why}");
    assert_eq!(left(&app, &code).await, 500);
    let cash = pay(&app, GUEST, &id, json!([voucher, {"means": "cash"}])).await;
    assert_eq!(
        (cash.status, cash.code()),
        (403, "forbidden"),
        "no customer takes cash"
    );
    let short = pay(&app, GUEST, &id, json!([voucher])).await;
    assert_eq!((short.status, short.code()), (422, "tenders_too_little"));
    let card = json!([voucher, {"means": "card", "card": {"number": "4242424242424242"}}]);
    pay(&app, GUEST, &id, card).await.expect(201);
    let confirmed = |b: &Value| b["state"] == "confirmed";
    app.until(GUEST, &format!("/v1/bookings/{id}"), confirmed)
        .await;
    app.finish().await;
}

#[tokio::test]
async fn vouchers_are_made_listed_and_taken_back_by_managers_alone() {
    let app = TestApp::start().await;
    let value = json!({"minor": 2_000, "currency": "GBP"});
    let seed = "another-seed-of-twenty-two";
    let make =
        json!({"command": command(), "seed": seed, "value": value, "count": 3, "uses_max": 1});
    for who in [GUEST, As::Website, As::Clerk] {
        let said = app.post(who, "/v1/vouchers", &make).await;
        assert_eq!(said.status, 403);
        assert_eq!(app.get(who, "/v1/vouchers").await.status, 403);
    }
    let made = app
        .post(As::Manager, "/v1/vouchers", &make)
        .await
        .expect(201);
    assert_eq!(made["items"].as_array().map(Vec::len), Some(3));
    let again = app.post(As::Manager, "/v1/vouchers", &make).await;
    assert_eq!(again.expect(201), made, "a lost answer is told again");
    let mut other = make.clone();
    other["seed"] = json!("a-third-seed-of-22-characters");
    let other = app.post(As::Manager, "/v1/vouchers", &other).await;
    assert_eq!((other.status, other.code()), (409, "vouchers_made"));
    let list = app
        .get(As::Manager, "/v1/vouchers?limit=2")
        .await
        .expect(200);
    assert!(
        !list.to_string().contains("\"code\""),
        "no code is told twice"
    );
    let next = list["next"].as_str().expect("a second page");
    let path = format!("/v1/vouchers?limit=2&cursor={next}");
    let rest = app.get(As::Manager, &path).await.expect(200);
    assert_eq!(rest["items"].as_array().map(Vec::len), Some(1));
    let first = &made["items"][0];
    let path = format!(
        "/v1/vouchers/{}/cancel",
        first["id"].as_str().expect("an id")
    );
    let long = json!({"reason": "x".repeat(121)});
    assert_eq!(app.post(As::Manager, &path, &long).await.status, 422);
    let why = json!({"reason": "it was lost"});
    let gone = app.post(As::Manager, &path, &why).await.expect(200);
    assert_eq!(gone["state"], "cancelled");
    let again = app.post(As::Manager, &path, &json!({})).await.expect(200);
    assert_eq!(again["cancelled_at"], gone["cancelled_at"]);
    let view = app.get(As::Manager, path.trim_end_matches("/cancel")).await;
    let view = view.expect(200);
    let line = |n: usize| {
        let line = &view["trail"][n];
        (
            line["kind"].as_str(),
            line["reason"].as_str(),
            line["by"].is_string(),
        )
    };
    assert_eq!(line(0), (Some("made"), None, true), "{view}");
    assert_eq!(
        line(1),
        (Some("cancelled"), Some("it was lost"), true),
        "{view}"
    );
    assert_eq!(view["trail"].as_array().map(Vec::len), Some(2));
    assert!(
        gone["made_by"].is_string() && gone["cancelled_by"].is_string(),
        "{gone}"
    );
    let check = json!({"code": first["code"]});
    let told = app
        .post(As::Clerk, "/v1/vouchers/check", &check)
        .await
        .expect(200);
    assert_eq!(told["state"], "cancelled");
    for bad in [
        json!({"command": command(), "seed": seed, "value": {"minor": 0, "currency": "GBP"}, "count": 1}),
        json!({"command": command(), "seed": "short", "value": value, "count": 1}),
        json!({"command": command(), "seed": seed, "value": value, "count": 0}),
        json!({"command": command(), "seed": seed, "value": value, "count": 1_001}),
        json!({"command": command(), "seed": seed, "value": value, "count": 1, "uses_max": 0}),
        json!({"command": command(), "seed": seed, "value": value, "count": 1, "valid_until": "2001-01-01T00:00:00Z"}),
    ] {
        let said = app.post(As::Manager, "/v1/vouchers", &bad).await;
        assert_eq!(said.status, 422, "{bad}");
    }
    let unknown = json!({"code": "0000-0000-0000-0000"});
    let said = app.post(GUEST, "/v1/vouchers/check", &unknown).await;
    assert_eq!((said.status, said.code()), (422, "voucher_unknown"));
    app.finish().await;
}

/// The code of a voucher that was just made, worth so much.
fn made(folder: &Folder, value: &str, currency: &str) -> String {
    let make = [
        "--embedded",
        "x.db",
        "voucher",
        "create",
        "--value",
        value,
        "--currency",
        currency,
        "-o",
        "json",
    ];
    let made = folder.run(&make).done().json();
    made["items"][0]["code"]
        .as_str()
        .expect("a code")
        .to_owned()
}

#[test]
fn a_sale_is_paid_by_a_voucher_and_cash_at_the_command_line() {
    let folder = Folder::new();
    let file = folder.chain("x.db");
    let _server = Server::start(&folder, &file, &[]);
    // What is on at place 9 depends on the time of day.
    let quote = folder.run(&[
        "--embedded",
        "x.db",
        "sell",
        "9",
        "--adult",
        "2",
        "--best",
        "--dry-run",
        "-o",
        "json",
    ]);
    let quote = quote.done().json();
    let currency = quote["total"]["currency"].as_str().expect("a currency");
    // Some of the demo's shows are sold in yen, which have no decimals.
    let unit = if currency == "JPY" { 1 } else { 100 };
    let given = quote["total"]["minor"].as_i64().expect("a total") / unit + 10;
    let code = made(&folder, "5", currency);
    let sell = |pay: &str| {
        let line = [
            "--embedded",
            "x.db",
            "sell",
            "9",
            "--adult",
            "2",
            "--best",
            "--pay",
            pay,
        ];
        folder.run(&[&line[..], &["-o", "json"]].concat())
    };
    let sold = sell(&format!("voucher:{code},cash={given}")).done().json();
    assert_eq!(sold["state"], "confirmed");
    assert_eq!(sold["payments"][0]["tender"], "split");
    let total = sold["total"]["minor"].as_i64().expect("a total");
    let change = sold["change"]["minor"].as_i64().expect("change");
    assert_eq!(change, given * unit - (total - 5 * unit));
    let empty = sell(&format!("voucher:{code},card")).ended(3).error();
    assert_eq!(empty["code"], "voucher_refused");
    let message = empty["message"].as_str().expect("a message");
    assert!(message.contains(&format!("..{}", &code[15..])), "{message}");
    assert!(!message.contains(&code), "{message}");
    // In words, with a voucher that pays all of it.
    let code = made(&folder, "100000", currency);
    let words = [
        "--embedded",
        "x.db",
        "sell",
        "9",
        "2",
        &format!("voucher:{code}"),
    ];
    let sold = folder
        .run(&[&words[..], &["-o", "json"]].concat())
        .done()
        .json();
    assert_eq!(sold["payments"][0]["tender"], "voucher");
    let pay = sold["payments"][0]["id"].as_str().expect("an id");
    let view = ["--embedded", "x.db", "payment", "view", pay, "-o", "json"];
    let view = folder.run(&view).done().json();
    assert_eq!(view["tenders"][0]["means"], "voucher");
}

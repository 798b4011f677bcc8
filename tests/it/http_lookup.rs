//! Looking bookings up: by what people know of them, the newest, those that hold seats; and who
//! they are for.

#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

use houseful_core::ids::ShowId;
use houseful_tests::test_app::{As, Said, TestApp, booking, command, payment};
use reqwest::Method;
use serde_json::{Value, json};

const GUEST: As<'_> = As::Customer("a-secret-of-twenty-two-or-more");
const OTHER: As<'_> = As::Customer("another-secret-that-is-as-long");

/// A booking that the till sold for cash.
async fn sold(app: &TestApp, show: ShowId, seats: &[&str]) -> Value {
    let id = booking(show);
    app.hold(As::Clerk, &id, seats).await.expect(201);
    let cash = json!({"command": command(), "payment": payment()});
    let path = format!("/v1/bookings/{id}/cash");
    app.post(As::Clerk, &path, &cash).await.expect(200)
}

async fn put(app: &TestApp, who: As<'_>, id: &str, body: &Value) -> Said {
    let path = format!("/v1/bookings/{id}/contact");
    let request = app.request(who, Method::PUT, &path).json(body);
    app.send(request).await
}

async fn found(app: &TestApp, query: &str) -> Vec<String> {
    let said = app.get(As::Clerk, &format!("/v1/bookings?{query}")).await;
    let page = said.expect(200);
    let ids = page["items"].as_array().unwrap().iter();
    ids.map(|b| b["id"].as_str().unwrap().to_owned()).collect()
}

fn id(booking: &Value) -> String {
    booking["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_booking_is_found_by_code_ticket_id_name_and_number() {
    let app = TestApp::start().await;
    let show = app.open_show(1).await;
    let first = sold(&app, show, &["A1", "A2"]).await;
    app.advance_ms(1_000);
    let second = sold(&app, show, &["B1", "B2"]).await;
    let told = json!({"name": "Łukasz Żółty", "phone": "+48 601 222 333"});
    put(&app, As::Clerk, &id(&first), &told).await.expect(200);
    let code = first["code"].as_str().unwrap();
    let plain = code.replace('-', "").to_lowercase();
    let ticket = first["tickets"][1]["code"].as_str().unwrap();
    for text in [
        code,
        &plain,
        ticket,
        &id(&first),
        "zolty",
        "LUK",
        "luk żół",
        "2333",
    ] {
        assert_eq!(
            found(&app, &format!("q={text}")).await,
            [id(&first)],
            "{text}"
        );
    }
    // A beginning of six finds it too, and may find others.
    let begun = found(&app, &format!("q={}", &plain[..6])).await;
    assert!(begun.contains(&id(&first)), "{begun:?}");
    for nothing in ["q=", "q=%20", "q=zol+nobody", "q=333", "q=!"] {
        assert!(found(&app, nothing).await.is_empty(), "{nothing}");
    }
    assert_eq!(found(&app, "recent=true").await, [id(&second), id(&first)]);
    assert_eq!(found(&app, "recent=true&limit=1").await, [id(&second)]);
    app.finish().await;
}

#[tokio::test]
async fn who_holds_what_is_told_to_staff_alone() {
    let app = TestApp::start().await;
    let show = app.open_show(1).await;
    let (till, guest) = (booking(show), booking(show));
    app.hold(As::Clerk, &till, &["A1", "A2"]).await.expect(201);
    app.hold(GUEST, &guest, &["B1", "B2"]).await.expect(201);
    sold(&app, show, &["C1", "C2"]).await;
    let held = format!("/v1/bookings?show={show}&state=held");
    let page = app.get(As::Manager, &held).await.expect(200);
    let mut items = page["items"].as_array().unwrap().clone();
    items.sort_by_key(|b| b["id"] != json!(till));
    let of = |b: &Value| (b["channel"].clone(), b["by"].clone());
    let account = app.get(As::Clerk, "/v1").await.expect(200)["account"].take();
    assert_eq!(items.len(), 2);
    assert_eq!(of(&items[0]), (json!("counter"), account));
    assert_eq!(of(&items[1]), (json!("web"), Value::Null));
    let own = app.get(GUEST, &format!("/v1/bookings/{guest}")).await;
    assert!(own.expect(200).get("by").is_none());
    // A hold that is over holds nothing, written down or not.
    app.advance_ms(300_000);
    assert!(found(&app, &held["/v1/bookings?".len()..]).await.is_empty());
    app.finish().await;
}

#[tokio::test]
async fn a_contact_is_for_its_owner_and_staff_and_can_be_taken_away() {
    let app = TestApp::start().await;
    let show = app.open_show(1).await;
    let held = booking(show);
    app.hold(GUEST, &held, &["A1", "A2"]).await.expect(201);
    let told = json!({"name": "  Ann Lee ", "phone": "0113 496 0123"});
    let kept = json!({"name": "Ann Lee", "phone": "0113 496 0123"});
    for _ in 0..2 {
        let said = put(&app, GUEST, &held, &told).await.expect(200);
        assert_eq!(said["contact"], kept);
    }
    let path = format!("/v1/bookings/{held}");
    let theirs = app.get(As::Clerk, &path).await.expect(200);
    assert_eq!(theirs["contact"], kept);
    for who in [OTHER, As::Website] {
        let said = put(&app, who, &held, &json!({"name": "Eve"})).await;
        assert_eq!((said.status, said.code()), (404, "not_found"), "{who:?}");
    }
    let none = put(&app, As::Clerk, &booking(show), &told).await;
    assert_eq!((none.status, none.code()), (404, "not_found"));
    for (field, bad) in [
        ("name", "x".repeat(121)),
        ("name", "a\u{1b}[2J".to_owned()),
        ("name", "a\u{202e}b".to_owned()),
        ("phone", "1".repeat(41)),
        ("phone", "1\n2".to_owned()),
    ] {
        let said = put(&app, GUEST, &held, &json!({ field: bad })).await;
        assert_eq!((said.status, said.code()), (422, "bad_value"), "{bad:?}");
        assert_eq!(said.body["field"], field);
    }
    let said = put(&app, GUEST, &held, &json!({"mail": "a@b"})).await;
    assert_eq!(said.status, 400);
    assert_eq!(app.get(GUEST, &path).await.expect(200)["contact"], kept);
    // No event has a word of it.
    let journal = app
        .get(As::Manager, &format!("/v1/shows/{show}/journal"))
        .await;
    assert!(!journal.text.contains("Lee") && !journal.text.contains("0113"));
    let empty = json!({"name": "", "phone": " "});
    let said = put(&app, As::Clerk, &held, &empty).await.expect(200);
    assert!(said.get("contact").is_none());
    assert!(found(&app, "q=ann").await.is_empty());
    app.finish().await;
}

#[tokio::test]
async fn a_refund_tells_what_became_of_the_money() {
    let app = TestApp::start().await;
    let show = app.open_show(1).await;
    let booked = sold(&app, show, &["A1", "A2"]).await;
    put(&app, As::Clerk, &id(&booked), &json!({"name": "Ann"}))
        .await
        .expect(200);
    let path = format!("/v1/bookings/{}/cancel", id(&booked));
    let why = json!({"command": command(), "reason": "wrong show or seats"});
    assert_eq!(app.post(As::Clerk, &path, &why).await.status, 403);
    let back = app.post(As::Manager, &path, &why).await.expect(200);
    assert_eq!(back["state"], "cancelled");
    assert_eq!(back["contact"]["name"], "Ann");
    let payment = &back["payments"][0];
    assert_eq!(payment["keep"]["minor"], 0);
    assert_eq!(payment["amount"], booked["total"]);
    assert_eq!(payment["tender"], "cash");
    app.finish().await;
}

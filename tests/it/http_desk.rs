//! The late-payments desk over HTTP: what needs somebody, how cases ended, what a person did, and
//! what of money that goes back is cash.

#![expect(clippy::expect_used, reason = "a test ends where it can not go on")]

use houseful_core::{
    ids::ShowId,
    refund::{RefundStep, RefundTerms},
    show::ShowTerms,
    time::DAY_MS,
};
use houseful_tests::{
    made_up,
    test_app::{As, TestApp, booking, command, payment},
};
use serde_json::{Value, json};

const GUEST: As<'_> = As::Customer("a-secret-of-twenty-two-or-more");
const SHOW: ShowId = ShowId(4);

/// A show in two days that gives everything back, of which a clerk gives back nothing alone.
async fn open(app: &TestApp) {
    let mut prices = made_up::card(&[("standard", "adult", 950)]);
    prices.refunds = Some(RefundTerms {
        steps: vec![RefundStep {
            before_minutes: 0,
            keep_percent: 0,
        }],
        booking_fee_kept: false,
        clerk_max_minor: 0,
    });
    let hall = "name: N\nA  oooooooo\nB  oooooooo\n";
    let terms = ShowTerms {
        facts: None,
        starts_at: app.now().plus_ms(2 * DAY_MS),
        ..made_up::terms(hall, prices)
    };
    app.open(SHOW, terms.into()).await;
}

/// A booking that was paid in cash: its id, and its payment's.
async fn sold(app: &TestApp, seats: &[&str]) -> (String, String) {
    sold_of(app, SHOW, seats).await
}

async fn sold_of(app: &TestApp, show: ShowId, seats: &[&str]) -> (String, String) {
    let (id, paid) = (booking(show), payment());
    app.hold(As::Clerk, &id, seats).await.expect(201);
    let cash = json!({"command": command(), "payment": paid});
    let path = format!("/v1/bookings/{id}/cash");
    app.post(As::Clerk, &path, &cash).await.expect(200);
    (id, paid)
}

/// A clerk asks for seats to be given back, and has to wait; gives the refund's id.
async fn asked(app: &TestApp, id: &str, seats: &[&str]) -> String {
    let refund = command();
    let ask = json!({"command": refund, "seats": seats, "reason": "unable"});
    let path = format!("/v1/bookings/{id}/refunds");
    app.post(As::Clerk, &path, &ask).await.expect(202);
    refund
}

async fn verdict(app: &TestApp, id: &str, refund: &str, approve: bool) -> Value {
    let note = if approve { "" } else { "they came after all" };
    let said = json!({"command": command(), "refund": refund, "approve": approve, "note": note});
    let path = format!("/v1/bookings/{id}/refund-verdict");
    app.post(As::Manager, &path, &said).await.expect(200)
}

/// The cases that a question has, each as its kind and its end.
fn cases(page: &Value) -> Vec<(String, String)> {
    let word = |case: &Value, field: &str| case[field].as_str().unwrap_or_default().to_owned();
    let items = page["items"].as_array().expect("cases").iter();
    items.map(|c| (word(c, "kind"), word(c, "end"))).collect()
}

fn case(kind: &str, end: &str) -> (String, String) {
    (kind.to_owned(), end.to_owned())
}

async fn desk(app: &TestApp, query: &str) -> Value {
    app.get(As::Clerk, &format!("/v1/desk?{query}"))
        .await
        .expect(200)
}

#[tokio::test]
async fn approved_cash_stays_on_the_desk_until_a_till_has_handed_it_out() {
    let app = TestApp::start().await;
    open(&app).await;
    let (id, paid) = sold(&app, &["A1", "A2"]).await;
    let refund = asked(&app, &id, &["A1"]).await;
    let told = verdict(&app, &id, &refund, true).await;
    assert_eq!(told["cash_back"]["minor"], 950, "{told}");
    let settled = |b: &Value| b["payments"][0]["settled"] == true;
    app.until(As::Clerk, &format!("/v1/bookings/{id}"), settled)
        .await;
    // Whatever its age.
    app.advance_ms(3 * DAY_MS);
    let open = desk(&app, "state=open").await;
    assert_eq!(cases(&open), [case("cash_waits", "waits")]);
    let waits = &open["items"][0];
    assert_eq!(waits["cash"]["minor"], 950, "{waits}");
    assert_eq!(waits["payment"], json!(paid));

    let path = format!("/v1/bookings/{id}/case-resolution");
    let mute = json!({"command": command(), "payment": paid, "how": "other"});
    let said = app.post(As::Clerk, &path, &mute).await;
    assert_eq!((said.status, said.code()), (422, "bad_value"));
    let told = json!({"command": command(), "payment": paid, "how": "told"});
    let said = app.post(As::Clerk, &path, &told).await;
    assert_eq!((said.status, said.code()), (409, "cash_due"));
    let blind = json!({"command": command(), "payment": paid, "how": "handed_out"});
    let said = app.post(As::Clerk, &path, &blind).await;
    assert_eq!((said.status, said.code()), (409, "cash_due"));
    let out = json!({"command": command(), "payment": paid, "how": "handed_out",
                     "note": "till 2", "told_minor": 950});
    let guest = app.post(GUEST, &path, &out).await;
    assert_eq!((guest.status, guest.code()), (403, "forbidden"));
    let done = app.post(As::Clerk, &path, &out).await.expect(200);
    assert_eq!(done["resolution"]["how"], "handed_out");
    assert!(done["resolution"]["by"].is_string(), "{done}");
    let again = app.post(As::Clerk, &path, &out).await.expect(200);
    assert_eq!(again, done, "the same again is told the same");
    assert_eq!(done["amount"]["minor"], 950, "{done}");
    let second = json!({"command": command(), "payment": paid, "how": "handed_out",
                        "told_minor": 950});
    let said = app.post(As::Clerk, &path, &second).await;
    assert_eq!((said.status, said.code()), (409, "case_resolved"));

    assert_eq!(cases(&desk(&app, "state=open").await), []);
    let ended = desk(&app, "state=ended").await;
    assert_eq!(cases(&ended), [case("cash_waits", "given_back")]);
    assert_eq!(ended["items"][0]["resolution"]["note"], "till 2");
    // No money moved by it.
    let books = app.get(As::Manager, "/v1/reports/money").await.expect(200);
    assert_eq!(books["rows"][0]["refunded"]["minor"], 950);
    app.finish().await;
}

#[tokio::test]
async fn every_answer_that_gives_back_tells_what_of_several_means_is_cash() {
    let app = TestApp::start().await;
    open(&app).await;
    let value = json!({"minor": 800, "currency": "GBP"});
    let seed = "a-seed-of-twenty-two-chars";
    let make = json!({"command": command(), "seed": seed, "value": value, "count": 1});
    let made = app.post(As::Manager, "/v1/vouchers", &make).await;
    let code = made.expect(201)["items"][0]["code"].clone();
    let id = booking(SHOW);
    app.hold(As::Clerk, &id, &["A1", "A2"]).await.expect(201);
    let path = format!("/v1/bookings/{id}/payment-token");
    let token = app.post(As::Clerk, &path, &json!({})).await.expect(200);
    let tenders = json!([{"means": "voucher", "code": code}, {"means": "cash"}]);
    let pay = json!({"payment": payment(), "token": token["token"], "tenders": tenders});
    app.post(As::Clerk, "/v1/payments?wait_ms=20000", &pay)
        .await
        .expect(201);
    let confirmed = |b: &Value| b["state"] == "confirmed";
    app.until(As::Clerk, &format!("/v1/bookings/{id}"), confirmed)
        .await;
    // 19.00: 8.00 by voucher, 11.00 in cash. Of the first 9.50 that go back all is cash, of the
    // next 9.50 the rest.
    let refund = asked(&app, &id, &["A1"]).await;
    let told = verdict(&app, &id, &refund, true).await;
    assert_eq!(told["cash_back"]["minor"], 950, "{told}");
    let open = desk(&app, "state=open").await;
    assert_eq!(open["items"][0]["cash"]["minor"], 950, "{open}");
    let cancel = json!({"command": command(), "reason": "ill"});
    let path = format!("/v1/bookings/{id}/cancel");
    let told = app.post(As::Manager, &path, &cancel).await.expect(200);
    assert_eq!(told["cash_back"]["minor"], 150, "{told}");
    let again = app.post(As::Manager, &path, &cancel).await.expect(200);
    assert_eq!(again["cash_back"], told["cash_back"]);
    let settled = |b: &Value| b["payments"][0]["settled"] == true;
    app.until(As::Clerk, &format!("/v1/bookings/{id}"), settled)
        .await;
    let list = app
        .get(As::Clerk, &format!("/v1/payments?booking={id}"))
        .await
        .expect(200);
    let tenders = list["items"][0]["tenders"].as_array().expect("tenders");
    let cash = tenders.iter().find(|t| t["means"] == "cash");
    assert_eq!(cash.expect("cash")["refunded"]["minor"], 1_100);
    app.finish().await;
}

#[tokio::test]
async fn several_means_without_cash_wait_for_no_till_and_are_told_as_approved() {
    let app = TestApp::start().await;
    open(&app).await;
    let value = json!({"minor": 800, "currency": "GBP"});
    let seed = "a-seed-of-twenty-two-chars";
    let make = json!({"command": command(), "seed": seed, "value": value, "count": 1});
    let made = app.post(As::Manager, "/v1/vouchers", &make).await;
    let code = made.expect(201)["items"][0]["code"].clone();
    let id = booking(SHOW);
    app.hold(As::Clerk, &id, &["A1", "A2"]).await.expect(201);
    let path = format!("/v1/bookings/{id}/payment-token");
    let token = app.post(As::Clerk, &path, &json!({})).await.expect(200);
    let tenders = json!([{"means": "voucher", "code": code},
                         {"means": "card", "card": {"number": "4242424242424242"}}]);
    let pay = json!({"payment": payment(), "token": token["token"], "tenders": tenders});
    app.post(As::Clerk, "/v1/payments?wait_ms=20000", &pay)
        .await
        .expect(201);
    let confirmed = |b: &Value| b["state"] == "confirmed";
    app.until(As::Clerk, &format!("/v1/bookings/{id}"), confirmed)
        .await;
    let refund = asked(&app, &id, &["A1"]).await;
    let told = verdict(&app, &id, &refund, true).await;
    assert_eq!(told["cash_back"], Value::Null, "{told}");
    assert_eq!(cases(&desk(&app, "state=open").await), []);
    let ended = desk(&app, "state=ended").await;
    assert_eq!(cases(&ended), [case("refund_waits", "approved")]);
    let settled = |b: &Value| b["payments"][0]["settled"] == true;
    app.until(As::Clerk, &format!("/v1/bookings/{id}"), settled)
        .await;
    app.finish().await;
}

#[tokio::test]
async fn what_waits_is_told_whatever_the_limit_and_what_ended_comes_in_pages() {
    let app = TestApp::start().await;
    open(&app).await;
    let (id, _) = sold(&app, &["A1"]).await;
    let waits = asked(&app, &id, &[]).await;
    // Newer ones that were refused stand before it in the journal.
    for seats in [["B1"], ["B2"], ["B3"]] {
        let (id, _) = sold(&app, &seats).await;
        let refund = asked(&app, &id, &[]).await;
        app.advance_ms(1_000);
        verdict(&app, &id, &refund, false).await;
    }
    let first = desk(&app, "kind=refund_waits&limit=1").await;
    assert_eq!(
        cases(&first),
        [
            case("refund_waits", "waits"),
            case("refund_waits", "declined")
        ]
    );
    assert_eq!(first["items"][0]["refund"]["id"], json!(waits));
    let mut ended = vec![first["items"][1].clone()];
    let mut next = first["next"].clone();
    while let Some(cursor) = next.as_str() {
        let page = desk(&app, &format!("kind=refund_waits&limit=1&cursor={cursor}")).await;
        ended.extend(page["items"].as_array().expect("cases").clone());
        next = page["next"].clone();
    }
    assert_eq!(ended.len(), 3, "{ended:?}");
    let at: Vec<&str> = ended.iter().filter_map(|c| c["at"].as_str()).collect();
    assert!(
        at.windows(2).all(|w| w[0] > w[1]),
        "the newest first: {at:?}"
    );
    assert_eq!(ended[0]["declined"]["note"], "they came after all");
    let odd = app.get(As::Clerk, "/v1/desk?cursor=1.2").await;
    assert_eq!((odd.status, odd.code()), (400, "bad_request"));
    app.finish().await;
}

#[tokio::test]
async fn a_refused_refund_is_told_with_its_note_to_staff_and_in_the_story() {
    let app = TestApp::start().await;
    open(&app).await;
    let id = booking(SHOW);
    app.hold(GUEST, &id, &["A1", "A2"]).await.expect(201);
    let path = format!("/v1/bookings/{id}/payment-token");
    let token = app.post(GUEST, &path, &json!({})).await.expect(200);
    let card = json!({"number": "4242424242424242"});
    let pay = json!({"payment": payment(), "token": token["token"], "card": card});
    app.post(GUEST, "/v1/payments?wait_ms=20000", &pay)
        .await
        .expect(201);
    let path = format!("/v1/bookings/{id}");
    let confirmed = |b: &Value| b["state"] == "confirmed";
    app.until(GUEST, &path, confirmed).await;
    let refund = asked(&app, &id, &["A1"]).await;
    verdict(&app, &id, &refund, false).await;
    let staff = app.get(As::Clerk, &path).await.expect(200);
    let note = &staff["refunds_declined"][0]["note"];
    assert_eq!(note, "they came after all", "{staff}");
    let guest = app.get(GUEST, &path).await.expect(200);
    assert_eq!(guest["refunds_declined"][0]["how"], "refused");
    assert_eq!(guest["refunds_declined"][0]["note"], Value::Null);

    let story = app.get(As::Clerk, &format!("{path}/story")).await;
    let story = story.expect(200);
    let steps = story["items"].as_array().expect("steps").iter();
    let steps: Vec<&str> = steps.filter_map(|s| s["what"].as_str()).collect();
    let wanted = [
        "held",
        "paid",
        "confirmed",
        "refund_asked",
        "refund_refused",
    ];
    assert_eq!(steps, wanted, "{story}");
    assert_eq!(story["items"][4]["note"], "they came after all");
    let guest = app.get(GUEST, &format!("{path}/story")).await;
    assert_eq!((guest.status, guest.code()), (403, "forbidden"));
    let nobody = booking(SHOW);
    let none = app
        .get(As::Clerk, &format!("/v1/bookings/{nobody}/story"))
        .await;
    assert_eq!((none.status, none.code()), (404, "not_found"));
    app.finish().await;
}

#[tokio::test]
async fn a_show_that_is_called_off_leaves_its_cash_on_the_desk() {
    let app = TestApp::start().await;
    let show = app.open_show(1).await;
    let (id, _) = sold_of(&app, show, &["A1", "A2"]).await;
    let sold = app.get(As::Clerk, &format!("/v1/bookings/{id}")).await;
    let total = sold.expect(200)["total"].clone();
    let off = json!({"command": command(), "action": "cancel", "reason": "projector"});
    // It is on no list that could tell how it stands then; it is called off all the same.
    app.post(As::Manager, &format!("/v1/shows/{show}/status"), &off)
        .await;
    let open = desk(&app, "state=open&kind=cash_waits").await;
    assert_eq!(cases(&open), [case("cash_waits", "waits")]);
    assert_eq!(open["items"][0]["cash"], total);
    let settled = |list: &Value| list["items"].as_array().is_some_and(Vec::is_empty);
    app.until(As::Clerk, "/v1/payments?open=true", settled)
        .await;
    app.finish().await;
}

#[tokio::test]
async fn money_that_came_too_late_is_seen_to_once_the_customer_was_told() {
    let app = TestApp::start().await;
    open(&app).await;
    let id = booking(SHOW);
    app.hold(GUEST, &id, &["A1", "A2"]).await.expect(201);
    let path = format!("/v1/bookings/{id}/payment-token");
    let token = app.post(GUEST, &path, &json!({})).await.expect(200);
    let card = json!({"number": "4000000000000259"});
    let paid = payment();
    let pay = json!({"payment": paid, "token": token["token"], "card": card});
    app.post(GUEST, "/v1/payments?wait_ms=0", &pay).await;
    app.advance_ms(300_000);
    app.hold(As::Clerk, &booking(SHOW), &["A1"])
        .await
        .expect(201);
    app.advance_ms(30_000);
    let ended = |desk: &Value| desk["items"][0]["end"] == "given_back";
    app.until(As::Clerk, "/v1/desk?state=ended", ended).await;
    let path = format!("/v1/bookings/{id}/case-resolution");
    let cash = json!({"command": command(), "payment": paid, "how": "handed_out"});
    let said = app.post(As::Clerk, &path, &cash).await;
    assert_eq!((said.status, said.code()), (409, "no_cash_due"));
    let told = json!({"command": command(), "payment": paid, "how": "told"});
    app.post(As::Clerk, &path, &told).await.expect(200);
    // It is listed once: where it was seen to.
    let ended = desk(&app, "state=ended").await;
    assert_eq!(cases(&ended), [case("money_back", "given_back")]);
    assert_eq!(ended["items"][0]["resolution"]["how"], "told");
    app.finish().await;
}

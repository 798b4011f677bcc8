//! Sales over HTTP, from the wish for seats to the tickets.

use houseful_server::bus::local::Weather;
use houseful_tests::test_app::{As, Setup, TestApp, booking, command, payment};
use serde_json::json;

const GUEST: As<'_> = As::Customer("a-secret-of-twenty-two-or-more");
const OTHER: As<'_> = As::Customer("another-secret-that-is-as-long");

#[tokio::test]
async fn seats_are_sold_for_cash_at_the_counter() {
    let app = TestApp::start().await;
    let show = app.open_show(1).await;
    let id = booking(show);
    let held = app.hold(As::Clerk, &id, &["A1", "A2"]).await.expect(201);
    assert_eq!(held["state"], "held");
    assert_eq!(held["total"]["minor"], 2_000);
    let cash = json!({"command": command(), "payment": payment(), "given_minor": 5_000});
    let path = format!("/v1/bookings/{id}/cash");
    let paid = app.post(As::Clerk, &path, &cash).await.expect(200);
    assert_eq!(paid["state"], "confirmed");
    assert_eq!(paid["change"]["minor"], 3_000);
    assert_eq!(paid["tickets"].as_array().map(Vec::len), Some(2));
    // But for what payment has told the show since, a repeat is told the same.
    let again = app.post(As::Clerk, &path, &cash).await.expect(200);
    for field in ["id", "state", "code", "tickets", "total", "change"] {
        assert_eq!(again[field], paid[field], "{field}");
    }

    let tickets = app
        .get(As::Clerk, &format!("/v1/bookings/{id}/tickets"))
        .await;
    let tickets = tickets.expect(200);
    let code = tickets["items"][0]["code"].as_str().unwrap().to_lowercase();
    let ticket = app.get(As::Clerk, &format!("/v1/tickets/{code}")).await;
    assert_eq!(ticket.expect(200), tickets["items"][0]);
    let code = paid["code"].as_str().unwrap();
    let found = app
        .get(As::Clerk, &format!("/v1/bookings?code={code}"))
        .await;
    assert_eq!(found.expect(200)["items"][0]["id"], json!(id));
    let all = app
        .get(As::Clerk, &format!("/v1/bookings?show={show}"))
        .await;
    assert_eq!(all.expect(200)["items"].as_array().map(Vec::len), Some(1));
    app.finish().await;
}

#[tokio::test]
async fn seats_are_sold_by_card_on_the_web() {
    let app = TestApp::start().await;
    let show = app.open_show(1).await;
    let id = booking(show);
    let held = app.hold(GUEST, &id, &["D5", "D6"]).await.expect(201);
    assert_eq!(
        held["total"]["minor"], 3_200,
        "two premium seats and two fees"
    );
    let path = format!("/v1/bookings/{id}/payment-token");
    let token = app.post(GUEST, &path, &json!({})).await.expect(200);
    assert_eq!(token["amount"], held["total"]);
    let pay = json!({"payment": payment(), "token": token["token"], "card": {"number": "4242424242424242"}});
    let paid = app.post(GUEST, "/v1/payments?wait_ms=20000", &pay).await;
    assert_eq!(paid.expect(201)["state"], "captured");
    let path = format!("/v1/bookings/{id}");
    let booking = app.until(GUEST, &path, |b| b["state"] == "confirmed").await;
    assert_eq!(booking["tickets"].as_array().map(Vec::len), Some(2));
    let again = app.post(GUEST, "/v1/payments", &pay).await;
    assert_eq!(again.expect(200)["state"], "captured");
    let path = format!("/v1/payments/{}", pay["payment"].as_str().unwrap());
    assert_eq!(app.get(GUEST, &path).await.expect(200)["state"], "captured");
    assert_eq!(app.get(OTHER, &path).await.status, 404);
    app.finish().await;
}

#[tokio::test]
async fn a_decline_leaves_the_hold_for_the_time_that_is_left() {
    let app = TestApp::start().await;
    let show = app.open_show(1).await;
    let id = booking(show);
    let held = app.hold(GUEST, &id, &["B1", "B2"]).await.expect(201);
    let path = format!("/v1/bookings/{id}/payment-token");
    let token = app.post(GUEST, &path, &json!({})).await.expect(200);
    let pay = json!({"payment": payment(), "token": token["token"], "card": {"number": "4000000000000002"}});
    let paid = app.post(GUEST, "/v1/payments?wait_ms=20000", &pay).await;
    assert_eq!(paid.expect(201)["state"], "declined");
    let after = app
        .get(GUEST, &format!("/v1/bookings/{id}"))
        .await
        .expect(200);
    assert_eq!(after["state"], "held");
    assert_eq!(after["hold_until"], held["hold_until"]);
    app.finish().await;
}

#[tokio::test]
async fn who_comes_second_is_told_which_seats_are_lost_and_what_is_left() {
    let app = TestApp::start().await;
    let show = app.open_show(1).await;
    let first = app
        .hold(GUEST, &booking(show), &["B5", "B6"])
        .await
        .expect(201);
    let lost = app.hold(OTHER, &booking(show), &["B6", "B7"]).await;
    assert_eq!((lost.status, lost.code()), (409, "seats_taken"));
    let seats = lost.body["seats"].as_array().unwrap();
    assert_eq!(seats.len(), 1);
    assert_eq!(seats[0]["seat"], "B6");
    assert_eq!(seats[0]["why"], "held");
    assert_eq!(seats[0]["until"], first["hold_until"]);
    let next: Vec<&str> = lost.body["next_best"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|s| s.as_str())
        .collect();
    assert_eq!(next.len(), 2);
    app.hold(OTHER, &booking(show), &next).await.expect(201);
    app.finish().await;
}

#[tokio::test]
async fn a_request_sent_twice_is_answered_twice_and_done_once() {
    let app = TestApp::start().await;
    let show = app.open_show(1).await;
    let wish = json!({"best": {"tickets": [{"ticket_type": "adult", "count": 2}]}});
    let request = json!({"booking": booking(show), "command": command(), "wish": wish});
    let first = app.post(GUEST, "/v1/bookings", &request).await.expect(201);
    let again = app.post(GUEST, "/v1/bookings", &request).await.expect(200);
    assert_eq!(first, again);
    let mut other = request.clone();
    other["wish"]["best"]["tickets"][0]["count"] = json!(3);
    let reused = app.post(GUEST, "/v1/bookings", &other).await;
    assert_eq!((reused.status, reused.code()), (422, "id_reused"));
    // The id of somebody else's booking can't be taken over, whatever the command.
    let mut theft = request.clone();
    theft["command"] = json!(command());
    let theft = app.post(OTHER, "/v1/bookings", &theft).await;
    assert_eq!((theft.status, theft.code()), (404, "not_found"));
    let path = format!("/v1/bookings?show={show}");
    let all = app.get(As::Clerk, &path).await.expect(200);
    assert_eq!(all["items"].as_array().map(Vec::len), Some(1));
    app.finish().await;
}

#[tokio::test]
async fn a_hold_that_ran_out_can_not_be_paid_and_its_seats_are_sold_on() {
    let app = TestApp::start().await;
    let show = app.open_show(1).await;
    let id = booking(show);
    app.hold(GUEST, &id, &["C1", "C2"]).await.expect(201);
    app.advance_ms(300_000);
    let gone = app
        .post(
            GUEST,
            &format!("/v1/bookings/{id}/payment-token"),
            &json!({}),
        )
        .await;
    assert_eq!((gone.status, gone.code()), (410, "hold_expired"));
    let after = app
        .get(GUEST, &format!("/v1/bookings/{id}"))
        .await
        .expect(200);
    assert_eq!(after["state"], "expired");
    app.hold(OTHER, &booking(show), &["C1", "C2"])
        .await
        .expect(201);
    app.finish().await;
}

#[tokio::test]
async fn seats_are_changed_and_given_back() {
    let app = TestApp::start().await;
    let show = app.open_show(1).await;
    let id = booking(show);
    let held = app.hold(GUEST, &id, &["A1", "A2"]).await.expect(201);
    app.advance_ms(60_000);
    let wish = json!({"seats": [{"seat": "A1"}, {"seat": "A2", "ticket_type": "child"}]});
    let change = json!({"command": command(), "wish": wish});
    let path = format!("/v1/bookings/{id}/seats");
    let changed = app.post(GUEST, &path, &change).await.expect(200);
    assert_eq!(changed["hold_until"], held["hold_until"]);
    assert_eq!(changed["total"]["minor"], 1_900);
    let release = json!({"command": command()});
    let path = format!("/v1/bookings/{id}/release");
    let released = app.post(GUEST, &path, &release).await.expect(200);
    assert_eq!(released["state"], "released");
    assert_eq!(app.post(GUEST, &path, &release).await.expect(200), released);
    app.hold(OTHER, &booking(show), &["A1", "A2"])
        .await
        .expect(201);
    app.finish().await;
}

#[tokio::test]
async fn a_cancelled_booking_and_a_cancelled_show_return_all_money() {
    let app = TestApp::start().await;
    let show = app.open_cinema().await[1];
    let mut ids = Vec::new();
    for seats in [["D1", "D2"], ["E1", "E2"]] {
        let id = booking(show);
        app.hold(As::Clerk, &id, &seats).await.expect(201);
        let cash = json!({"command": command(), "payment": payment()});
        let path = format!("/v1/bookings/{id}/cash");
        app.post(As::Clerk, &path, &cash).await.expect(200);
        ids.push(id);
    }
    let path = format!("/v1/bookings/{}/cancel", ids[0]);
    let cancel = json!({"command": command(), "reason": "ill"});
    let said = app.post(As::Manager, &path, &cancel).await.expect(200);
    assert_eq!(said["state"], "cancelled");
    let status = json!({"command": command(), "action": "cancel", "reason": "no power"});
    let path = format!("/v1/shows/{show}/status");
    let said = app.post(As::Manager, &path, &status).await.expect(200);
    assert_eq!(said["status"], "cancelled");
    let late = app.hold(As::Clerk, &booking(show), &["D1", "D2"]).await;
    assert_eq!((late.status, late.code()), (409, "show_cancelled"));
    let second = format!("/v1/bookings/{}", ids[1]);
    let second = app.get(As::Clerk, &second).await.expect(200);
    assert_eq!(second["state"], "cancelled");
    let returned = |list: &serde_json::Value| {
        let items = list["items"].as_array().cloned().unwrap_or_default();
        items.len() == 2
            && items
                .iter()
                .all(|p| p["state"] == "refunded" && p["settled"] == true)
    };
    app.until(As::Clerk, "/v1/payments", returned).await;
    app.finish().await;
}

#[tokio::test]
async fn money_taken_at_once_is_final_when_booking_has_said_what_becomes_of_it() {
    let silence = Weather {
        lose: 1_000,
        ..Weather::default()
    };
    let app = Setup::default().weather(silence).start().await;
    let show = app.open_show(1).await;
    let id = booking(show);
    app.hold(GUEST, &id, &["A1", "A2"]).await.expect(201);
    let path = format!("/v1/bookings/{id}/payment-token");
    let token = app.post(GUEST, &path, &json!({})).await.expect(200);
    let pay = json!({"payment": payment(), "token": token["token"], "card": {"number": "4000000000000077"}});
    app.post(GUEST, "/v1/payments?wait_ms=0", &pay)
        .await
        .expect(202);
    let path = format!("/v1/payments/{}", pay["payment"].as_str().unwrap());
    let taken = app.until(GUEST, &path, |p| p["state"] == "captured").await;
    assert_eq!(taken["settled"], false);
    let again = app.post(GUEST, "/v1/payments?wait_ms=0", &pay).await;
    assert_eq!(again.expect(202), taken);
    app.finish().await;
}

#[tokio::test]
async fn all_bookings_of_a_show_are_listed_each_once() {
    let app = TestApp::start().await;
    let show = app.open_show(1).await;
    let mut ids = Vec::new();
    for _ in 0..205 {
        // Giving up what never came leaves a booking, too.
        let id = booking(show);
        let path = format!("/v1/bookings/{id}/release");
        let release = json!({"command": command()});
        app.post(As::Clerk, &path, &release).await.expect(200);
        ids.push(id);
    }
    let path = format!("/v1/bookings?show={show}");
    let all = app.get(As::Clerk, &path).await.expect(200);
    let listed = all["items"].as_array().unwrap().iter();
    let mut listed: Vec<_> = listed
        .map(|b| b["id"].as_str().unwrap().to_owned())
        .collect();
    listed.sort_unstable();
    ids.sort_unstable();
    assert_eq!(listed, ids);
    app.finish().await;
}

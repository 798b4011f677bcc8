//! Each role a process of its own: one address is enough, each may die, and nobody else is believed.

#![expect(clippy::expect_used, reason = "a test says what it expected and stops")]

mod messages;
mod spread;
mod starts;

use houseful_core::wire::BOOKING_SECRET_HEADER;
use houseful_server::roles::ServerRole::{self, Booking, Catalogue, Payment};
use houseful_tests::{
    apart::Apart,
    test_app::{As, Said, Setup, command, http, payment, said},
    wait,
};
use reqwest::{Method, header::CONTENT_TYPE};
use serde_json::{Value, json};

const SECRET: &str = "a-secret-of-twenty-two-or-more";
const APPROVES: &str = "4242424242424242";
/// The longest a test waits for anything, in seconds.
const PATIENCE: u64 = 40;

/// Somebody who knows one address of the house.
struct Desk {
    http: reqwest::Client,
    url: String,
    token: Option<String>,
}

impl Desk {
    fn new(url: String, token: Option<String>) -> Self {
        Self {
            http: http(),
            url,
            token,
        }
    }

    async fn ask(&self, method: Method, path: &str, body: Option<&Value>) -> Said {
        // A connection of its own each time: the server may have been killed since the last.
        let mut request = http().request(method, format!("{}{path}", self.url));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        request = request.header(BOOKING_SECRET_HEADER, SECRET);
        if let Some(body) = body {
            request = request
                .header(CONTENT_TYPE, "application/json")
                .body(body.to_string());
        }
        said(request).await
    }

    async fn get(&self, path: &str) -> Said {
        self.ask(Method::GET, path, None).await
    }

    async fn post(&self, path: &str, body: &Value) -> Said {
        self.ask(Method::POST, path, Some(body)).await
    }

    /// Waits until an answer is as it should be, whatever is said meanwhile.
    async fn until(&self, path: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        wait::until_async(path, PATIENCE, async || {
            let said = self.get(path).await;
            (said.status == 200 && wanted(&said.body)).then_some(said.body)
        })
        .await
    }

    /// A show that sells.
    async fn show(&self, nth: usize) -> String {
        let path = format!("/v1/shows?limit={}", nth + 1);
        let shows = self.get(&path).await.expect(200);
        let id = shows["items"][nth]["id"].as_str();
        id.expect("a show").to_owned()
    }

    /// Holds the best two seats.
    async fn hold(&self, show: &str) -> String {
        let id = fresh_booking(show);
        let wish = json!({"best": {"tickets": [{"ticket_type": "adult", "count": 2}]}});
        let hold = json!({"booking": id, "command": command(), "wish": wish});
        let held = self.post("/v1/bookings", &hold).await.expect(201);
        assert_eq!(held["state"], "held");
        id
    }

    /// What to send to pay for a booking by card.
    async fn leave(&self, booking: &str) -> Value {
        let path = format!("/v1/bookings/{booking}/payment-token");
        let leave = self.post(&path, &json!({})).await.expect(200);
        let card = json!({"number": APPROVES});
        json!({"payment": payment(), "token": leave["token"], "card": card})
    }

    async fn cash(&self, booking: &str) -> Said {
        let cash = json!({"command": command(), "payment": payment()});
        self.post(&format!("/v1/bookings/{booking}/cash"), &cash)
            .await
    }

    /// Waits until every payment has come to its end, and has the house counted.
    async fn at_rest(&self) {
        let none = |list: &Value| list["items"].as_array().is_some_and(Vec::is_empty);
        self.until("/v1/payments?open=true", none).await;
        let audit = self.get("/v1/audit").await.expect(200);
        for wrong in ["double_sold", "money_mismatch", "stuck_seats"] {
            assert_eq!(audit[wrong], 0, "{audit}");
        }
    }

    async fn advance(&self, ms: u64) {
        let body = json!({"advance_ms": ms});
        self.post("/v1/test/clock", &body).await.expect(200);
    }
}

fn fresh_booking(show: &str) -> String {
    houseful_tests::test_app::booking(show.parse().expect("a show"))
}

/// The operator at a role's server.
fn operator(house: &Apart, role: ServerRole) -> Desk {
    Desk::new(house.url(role), Some(house.admin_token(role)))
}

/// A token of the catalogue server's that lasts: an operator's own ends with its server.
async fn token(house: &Apart, role: &str) -> String {
    let request = json!({"account": "till 1", "role": role, "channel": "counter"});
    let made = operator(house, Catalogue)
        .post("/v1/tokens", &request)
        .await;
    let made = made.expect(201);
    made["secret"].as_str().expect("a secret").to_owned()
}

#[tokio::test]
async fn one_address_is_enough_to_browse_hold_and_pay() {
    let house = Apart::started();
    let customer = {
        let request = json!({"account": "web", "role": "customer", "channel": "web"});
        let made = operator(&house, Payment).post("/v1/tokens", &request).await;
        made.expect(201)["secret"].as_str().map(str::to_owned)
    };
    for role in ServerRole::ALL {
        // Made at one server, a token opens every other one at once.
        let desk = Desk::new(house.url(role), customer.clone());
        let cities = desk.get("/v1/cities").await.expect(200);
        assert!(cities["items"].as_array().is_some_and(|c| !c.is_empty()));
        let movies = desk.get("/v1/movies").await.expect(200);
        assert!(movies["items"].as_array().is_some_and(|m| !m.is_empty()));
        let show = desk.show(0).await;
        let layout = format!("/v1/shows/{show}/layout");
        desk.get(&layout).await.expect(200);
        let id = desk.hold(&show).await;
        let pay = desk.leave(&id).await;
        let paid = desk.post("/v1/payments?wait_ms=20000", &pay).await;
        assert_eq!(paid.expect(201)["state"], "captured", "at {role}");
        let booking = desk
            .until(&format!("/v1/bookings/{id}"), |b| b["state"] == "confirmed")
            .await;
        assert_eq!(booking["tickets"].as_array().map(Vec::len), Some(2));
        let paid = format!("/v1/payments/{}", pay["payment"].as_str().expect("an id"));
        assert_eq!(desk.get(&paid).await.expect(200)["state"], "captured");
        operator(&house, role).at_rest().await;
    }
}

#[tokio::test]
async fn a_token_is_made_and_revoked_everywhere_at_once() {
    let app = Setup::default().apart().start().await;
    let (sells, pays) = (app.server().url(), app.payment_server().url());
    for n in 0..5 {
        let request =
            json!({"account": format!("till {n}"), "role": "clerk", "channel": "counter"});
        let made = app
            .post(As::Admin, "/v1/tokens", &request)
            .await
            .expect(201);
        let token = made["secret"].as_str().map(str::to_owned);
        let everywhere = async |wanted: u16| {
            for url in [&sells, &pays] {
                let desk = Desk::new(url.clone(), token.clone());
                let said = desk.get("/v1/bookings?recent=true").await;
                assert_eq!(said.status, wanted, "{}", said.text);
            }
        };
        everywhere(200).await;
        let path = format!("/v1/tokens/{}", made["id"].as_str().expect("an id"));
        let revoke = app.request(As::Admin, Method::DELETE, &path);
        assert_eq!(app.send(revoke).await.status, 204);
        everywhere(401).await;
    }
    app.finish().await;
}

#[tokio::test]
async fn each_server_says_what_it_does_and_how_the_others_do() {
    let mut house = Apart::started();
    let desk = operator(&house, Booking);
    let up = |info: &Value| {
        let peers = info["peers"].as_array().cloned().unwrap_or_default();
        peers.len() == 2 && peers.iter().all(|peer| peer["state"] == "up")
    };
    let info = desk.until("/v1", up).await;
    assert_eq!(info["roles"], json!(["booking"]));
    let address = info["peers"][0]["server"].as_str();
    assert_eq!(address, Some(house.url(Catalogue).as_str()));
    let stranger = Desk::new(house.url(Booking), None);
    let told = stranger.get("/v1").await.expect(200);
    assert!(told["peers"][0].get("server").is_none(), "{told}");
    house.kill(Payment);
    let down = |info: &Value| info["peers"][1]["state"] == "down";
    desk.until("/v1", down).await;
    assert_eq!(desk.get("/readyz").await.status, 200, "it sells for cash");
}

#[tokio::test]
async fn a_feed_goes_through_another_server_as_it_comes() {
    let house = Apart::started();
    let desk = operator(&house, Payment);
    let show = desk.show(1).await;
    let feed = format!("{}/v1/shows/{show}/feed", desk.url);
    let mut feed = desk.http.get(feed).send().await.expect("a feed");
    assert_eq!(feed.status(), 200);
    let mut heard = String::new();
    let mut until = async |wanted: &str| {
        while !heard.contains(wanted) {
            let piece = feed.chunk().await.expect("a feed that goes on");
            heard += &String::from_utf8_lossy(&piece.expect("more of it"));
        }
    };
    until("event: map").await;
    desk.hold(&show).await;
    until("event: seats").await;
}

#[tokio::test]
async fn without_a_payment_server_seats_are_held_sold_for_cash_and_never_stuck() {
    let mut house = Apart::started();
    let desk = operator(&house, Booking);
    let show = desk.show(2).await;
    let id = desk.hold(&show).await;
    let pay = desk.leave(&id).await;
    house.kill(Payment);
    let refused = desk.post("/v1/payments", &pay).await;
    assert_eq!((refused.status, refused.code()), (503, "role_unavailable"));
    assert_eq!(refused.header("retry-after"), "2");
    let audit = desk.get("/v1/audit").await;
    assert_eq!((audit.status, audit.code()), (503, "role_unavailable"));
    let second = desk.hold(&show).await;
    let sold = desk.cash(&second).await.expect(200);
    assert_eq!(sold["state"], "confirmed");
    // Five minutes after its hold the seat is for sale again.
    let free = async || {
        let shown = desk.get(&format!("/v1/shows/{show}")).await.expect(200);
        shown["free"].as_u64().expect("a number")
    };
    let before = free().await;
    desk.advance(300_000).await;
    assert_eq!(free().await, before + 2);
    let gone = desk.get(&format!("/v1/bookings/{id}")).await.expect(200);
    assert_eq!(gone["state"], "expired");
    // The server hears of the cash when it is back, and the late payer is refused.
    house.start(Payment);
    let late = desk.post("/v1/payments", &pay).await;
    assert_eq!((late.status, late.code()), (410, "payment_token_expired"));
    let cash = |list: &Value| list["items"].as_array().is_some_and(|all| all.len() == 1);
    desk.until("/v1/payments", cash).await;
    desk.at_rest().await;
}

#[tokio::test]
async fn without_a_catalogue_server_booking_starts_and_sells() {
    let mut house = Apart::started();
    let till = token(&house, "clerk").await;
    let desk = Desk::new(house.url(Payment), Some(till));
    desk.get("/v1").await.expect(200);
    house.kill(Catalogue);
    house.kill(Booking);
    house.kill(Payment);
    house.start(Booking);
    house.start(Payment);
    let info = desk.get("/v1").await.expect(200);
    assert_eq!(info["account"], "till 1", "its token is known");
    let cities = desk.get("/v1/cities").await.expect(200);
    assert!(cities["items"].as_array().is_some_and(|c| !c.is_empty()));
    let show = desk.show(3).await;
    let id = desk.hold(&show).await;
    let pay = desk.leave(&id).await;
    let paid = desk.post("/v1/payments?wait_ms=20000", &pay).await;
    assert_eq!(paid.expect(201)["state"], "captured");
    let refused = operator(&house, Booking).get("/v1/tokens").await;
    assert_eq!((refused.status, refused.code()), (503, "role_unavailable"));
    operator(&house, Booking).at_rest().await;
}

#[tokio::test]
async fn a_sale_during_which_a_server_dies_ends_in_tickets() {
    let mut house = Apart::new();
    for role in ServerRole::ALL {
        // By real time: what is said again is said again by itself.
        house.with(role, &[]);
        house.start(role);
    }
    let till = token(&house, "clerk").await;
    let desk = Desk::new(house.url(Payment), Some(till));
    let show = desk.show(4).await;
    for (dies, before_it_is_paid) in [
        (Booking, true),
        (Payment, true),
        (Booking, false),
        (Payment, false),
        (Catalogue, false),
    ] {
        let id = desk.hold(&show).await;
        let pay = desk.leave(&id).await;
        if before_it_is_paid {
            house.kill(dies);
        }
        if dies != Payment || !before_it_is_paid {
            // The payment server needs nobody else to begin.
            let said = desk.post("/v1/payments?wait_ms=0", &pay).await;
            assert!(matches!(said.status, 200..=202), "{}", said.text);
        }
        if !before_it_is_paid {
            house.kill(dies);
        }
        house.start(dies);
        let told = desk.post("/v1/payments?wait_ms=20000", &pay).await;
        assert!(matches!(told.status, 200 | 201), "{}", told.text);
        assert_eq!(told.body["state"], "captured", "{dies} {before_it_is_paid}");
        let path = format!("/v1/bookings/{id}");
        let sold = desk.until(&path, |b| b["state"] == "confirmed").await;
        assert_eq!(sold["tickets"].as_array().map(Vec::len), Some(2));
    }
    operator(&house, Booking).at_rest().await;
}

#[tokio::test]
async fn money_that_comes_for_seats_that_are_gone_goes_back() {
    let mut house = Apart::started();
    let till = token(&house, "clerk").await;
    let desk = Desk::new(house.url(Payment), Some(till));
    let show = desk.show(5).await;
    let id = desk.hold(&show).await;
    let pay = desk.leave(&id).await;
    house.kill(Booking);
    let said = desk.post("/v1/payments?wait_ms=0", &pay).await;
    assert_eq!(said.status, 202, "{}", said.text);
    // Longer than late money may come for seats that are still free.
    operator(&house, Payment).advance(25 * 60_000).await;
    house.start(Booking);
    let path = format!("/v1/payments/{}", pay["payment"].as_str().expect("an id"));
    let back = desk.until(&path, |p| p["state"] == "voided").await;
    assert_eq!(back["captured"]["minor"], 0, "{back}");
    operator(&house, Booking).at_rest().await;
}

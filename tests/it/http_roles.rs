//! Who may ask what: each route with each role, other people's bookings, and the table of roles
//! beside the router and the OpenAPI document.

#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

use std::collections::BTreeSet;

use houseful_core::wire::admin::Role;
use houseful_server::{
    auth::policy::{API, Access},
    openapi,
};
use houseful_tests::test_app::{As, TestApp, booking, command, payment};
use reqwest::Method;
use serde_json::{Value, json};

const SECRET: &str = "a-secret-of-twenty-two-or-more";
const GUEST: As<'_> = As::Customer(SECRET);
const OTHER: As<'_> = As::Customer("another-secret-that-is-as-long");

/// Each asker with the role they have.
const ASKERS: [(As<'_>, Option<Role>); 5] = [
    (As::Nobody, None),
    (GUEST, Some(Role::Customer)),
    (As::Clerk, Some(Role::Clerk)),
    (As::Manager, Some(Role::Manager)),
    (As::Admin, Some(Role::Admin)),
];

/// A path that the route matches.
fn path_of(route: &str, id: &str) -> String {
    let ticket = "7KQM-4T2X-PA9D";
    let id = match route {
        r if r.starts_with("/v1/bookings") => id,
        r if r.starts_with("/v1/shows") => "shw_1",
        r if r.starts_with("/v1/cities") => "cty_1",
        r if r.starts_with("/v1/cinemas") => "cin_1",
        r if r.starts_with("/v1/movies") => "mov_1",
        r if r.starts_with("/v1/payments") => "pay_0192f0c1a2b34c5d8e6f708192a3b4c5",
        _ => "tok_1",
    };
    route.replace("{id}", id).replace("{code}", ticket)
}

fn method(text: &str) -> Method {
    text.parse().unwrap()
}

#[tokio::test]
async fn each_route_lets_in_its_role_and_those_above_and_nobody_else() {
    let app = TestApp::start().await;
    let show = app.open_show(1).await;
    let id = booking(show);
    app.hold(GUEST, &id, &["A1", "A2"]).await.expect(201);
    for (verb, route, access) in API {
        let path = path_of(route, &id);
        for (who, role) in ASKERS {
            let request = app.request(who, method(verb), &path);
            // A body that no route accepts: who is let in is told so, and nothing is changed.
            let request = if matches!(*verb, "POST" | "PUT") {
                request.body("!")
            } else {
                request
            };
            let response = request.send().await.unwrap();
            let status = response.status().as_u16();
            let wanted = match access {
                Access::Open | Access::Anyone | Access::Signed => None,
                Access::Role(_) if role.is_none() => Some(401),
                Access::Role(needs) if role < Some(*needs) => Some(403),
                Access::Role(_) => None,
            };
            match wanted {
                Some(wanted) => assert_eq!(status, wanted, "{verb} {path} as {who:?}"),
                None => assert!(
                    !matches!(status, 401 | 403 | 405 | 500..),
                    "{verb} {path} as {who:?}: {status}"
                ),
            }
        }
        let request = app.request(As::Stranger, method(verb), &path);
        let status = request.send().await.unwrap().status().as_u16();
        let open = matches!(access, Access::Open | Access::Signed);
        assert_eq!(
            status == 401,
            !open,
            "{verb} {path} with a token that is none"
        );
    }
    app.finish().await;
}

#[tokio::test]
async fn somebody_elses_booking_and_one_that_is_not_there_look_the_same() {
    let app = TestApp::start().await;
    let show = app.open_show(1).await;
    let (theirs, none) = (booking(show), booking(show));
    app.hold(GUEST, &theirs, &["A1", "A2"]).await.expect(201);
    let before = app
        .get(GUEST, &format!("/v1/bookings/{theirs}"))
        .await
        .expect(200);
    let routes = [
        (Method::GET, "", Value::Null),
        (Method::GET, "/tickets", Value::Null),
        (Method::POST, "/payment-token", json!({})),
        (
            Method::POST,
            "/seats",
            json!({"command": command(), "wish": {"seats": [{"seat": "B1"}, {"seat": "B2"}]}}),
        ),
    ];
    for (method, end, body) in routes {
        let mut bodies = Vec::new();
        for id in [&theirs, &none] {
            let path = format!("/v1/bookings/{id}{end}");
            let mut said = if method == Method::GET {
                app.get(OTHER, &path).await
            } else {
                app.post(OTHER, &path, &body).await
            };
            assert_eq!(said.status, 404, "{path}");
            said.body["request_id"].take();
            bodies.push(said.body);
        }
        assert_eq!(bodies[0], bodies[1], "{end}");
    }
    let release = json!({"command": command()});
    let path = format!("/v1/bookings/{theirs}/release");
    assert_eq!(app.post(OTHER, &path, &release).await.status, 404);
    let after = app
        .get(GUEST, &format!("/v1/bookings/{theirs}"))
        .await
        .expect(200);
    assert_eq!(before, after);
    app.finish().await;
}

#[tokio::test]
async fn a_customer_proves_whose_a_booking_is_with_its_secret() {
    let app = TestApp::start().await;
    let show = app.open_show(1).await;
    let id = booking(show);
    let bare = app.hold(As::Website, &id, &["A1", "A2"]).await;
    assert_eq!((bare.status, bare.code()), (400, "bad_request"));
    assert_eq!(bare.body["field"], "houseful-booking-secret");
    let short = app.hold(As::Customer("short"), &id, &["A1", "A2"]).await;
    assert_eq!((short.status, short.code()), (400, "bad_request"));
    app.hold(GUEST, &id, &["A1", "A2"]).await.expect(201);
    // Without it, nobody learns that a booking is there.
    let path = format!("/v1/bookings/{id}");
    let release = json!({"command": command()});
    for said in [
        app.get(As::Website, &path).await,
        app.get(As::Website, &format!("{path}/tickets")).await,
        app.post(As::Website, &format!("{path}/payment-token"), &json!({}))
            .await,
        app.post(As::Website, &format!("{path}/release"), &release)
            .await,
    ] {
        assert_eq!((said.status, said.code()), (404, "not_found"));
    }
    // Staff need none, and act on every booking.
    assert_eq!(app.get(As::Clerk, &path).await.expect(200)["state"], "held");
    app.finish().await;
}

#[tokio::test]
async fn only_the_counter_goes_above_the_limit() {
    let app = TestApp::start().await;
    let show = app.open_show(1).await;
    let wish = json!({"best": {"tickets": [{"ticket_type": "adult", "count": 11}]}});
    let ask = |over: bool| json!({"booking": booking(show), "command": command(), "wish": wish, "over_limit": over});
    for (who, over) in [(GUEST, true), (GUEST, false), (As::Clerk, false)] {
        let said = app.post(who, "/v1/bookings", &ask(over)).await;
        assert_eq!(
            (said.status, said.code()),
            (422, "too_many_seats"),
            "{who:?}"
        );
        assert_eq!(said.body["max"], 10);
    }
    app.post(As::Clerk, "/v1/bookings", &ask(true))
        .await
        .expect(201);
    app.finish().await;
}

#[tokio::test]
async fn tokens_are_made_told_once_and_revoked_at_once() {
    let app = TestApp::start().await;
    let request = json!({"account": "till 2", "role": "clerk", "channel": "counter"});
    let made = app
        .post(As::Admin, "/v1/tokens", &request)
        .await
        .expect(201);
    let (secret, id) = (
        made["secret"].as_str().unwrap(),
        made["id"].as_str().unwrap(),
    );
    let info = || async {
        let request = app
            .request(As::Nobody, Method::GET, "/v1")
            .header("authorization", format!("bearer {secret}"));
        app.send(request).await
    };
    let who = info().await.expect(200);
    assert_eq!(
        (&who["account"], &who["role"]),
        (&json!("till 2"), &json!("clerk"))
    );
    let list = app.get(As::Admin, "/v1/tokens").await;
    assert!(!list.text.contains(secret) && list.text.contains(id));
    let gone = app.request(As::Admin, Method::DELETE, &format!("/v1/tokens/{id}"));
    assert_eq!(app.send(gone).await.status, 204);
    let refused = info().await;
    assert_eq!((refused.status, refused.code()), (401, "token_invalid"));
    assert!(refused.header("www-authenticate").starts_with("Bearer"));
    let list = app.get(As::Admin, "/v1/tokens").await;
    assert!(!list.text.contains(id));
    for account in ["", "a\u{202e}b", &"x".repeat(200)] {
        let request = json!({"account": account, "role": "clerk", "channel": "counter"});
        let said = app.post(As::Admin, "/v1/tokens", &request).await;
        assert_eq!(
            (said.status, said.code()),
            (422, "bad_value"),
            "{account:?}"
        );
    }
    app.finish().await;
}

#[tokio::test]
async fn a_payment_token_pays_for_its_booking_only_and_for_its_owner_only() {
    let app = TestApp::start().await;
    let show = app.open_show(1).await;
    let id = booking(show);
    app.hold(GUEST, &id, &["A1", "A2"]).await.expect(201);
    let path = format!("/v1/bookings/{id}/payment-token");
    let token = app.post(GUEST, &path, &json!({})).await.expect(200);
    let token = token["token"].as_str().unwrap();
    let pay = |token: &str| json!({"payment": payment(), "token": token, "card": {"number": "4242424242424242"}});
    let theft = app.post(OTHER, "/v1/payments", &pay(token)).await;
    assert_eq!((theft.status, theft.code()), (404, "not_found"));
    let mut forged = token.to_owned();
    forged.replace_range(0..1, if token.starts_with('A') { "B" } else { "A" });
    for bad in [forged.as_str(), "", "x", "\u{202e}"] {
        let said = app.post(GUEST, "/v1/payments", &pay(bad)).await;
        assert_eq!((said.status, said.code()), (422, "payment_token_invalid"));
    }
    app.finish().await;
}

#[test]
fn the_table_of_roles_and_the_openapi_document_know_the_same_routes() {
    let document = serde_json::to_value(openapi::document()).unwrap();
    let mut described = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            described.insert((method.to_uppercase(), path.clone()));
        }
    }
    let table: BTreeSet<_> = API
        .iter()
        .map(|(method, path, _)| ((*method).to_owned(), (*path).to_owned()))
        .collect();
    assert_eq!(described, table);
}

#[test]
fn the_pages_about_the_api_name_every_route() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/");
    let text = std::fs::read_to_string(format!("{root}api.md")).unwrap();
    for (method, path, _) in API {
        let line = text.lines().find(|line| {
            line.contains(method)
                && [format!("`{path}`"), format!("`{path}?")]
                    .iter()
                    .any(|path| line.contains(path))
        });
        assert!(line.is_some(), "{method} {path}");
    }
}

#[test]
fn the_openapi_document_in_the_repository_is_the_one_that_is_served() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/openapi.json");
    let served = openapi::document().to_pretty_json().unwrap() + "\n";
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        std::fs::write(path, &served).unwrap();
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        kept == served,
        "docs/openapi.json is not what the routes say; run this test with UPDATE_OPENAPI=1 and read the difference"
    );
}

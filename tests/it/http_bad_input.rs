//! Whatever is sent, the server answers with a problem document that names the mistake, never
//! with a failure of its own.

use houseful_core::{
    ids::ShowId,
    text::is_unsafe,
    wire::problem::{PROBLEM_JSON, Problem},
};
use houseful_server::auth::policy::API;
use houseful_tests::test_app::{As, Said, TestApp, booking, command};
use reqwest::Method;
use serde_json::{Value, json};

const GUEST: As<'_> = As::Customer("a-secret-of-twenty-two-or-more");

/// Checks that an answer is a refusal as they all are.
fn refusal(said: &Said, what: &str) -> Problem {
    assert!(
        (400..500).contains(&said.status),
        "{what}: {} {}",
        said.status,
        said.text
    );
    assert_eq!(said.header("content-type"), PROBLEM_JSON, "{what}");
    let problem: Problem = serde_json::from_value(said.body.clone())
        .unwrap_or_else(|e| panic!("{what}: {e}: {}", said.text));
    assert_eq!(problem.status, said.status, "{what}");
    assert_eq!(problem.request_id, said.header("x-request-id"), "{what}");
    assert!(
        !problem.detail.chars().any(is_unsafe),
        "{what}: {}",
        problem.detail
    );
    problem
}

/// Bodies of a hold in this show, each with the code of its refusal.
fn bad_bodies(show: ShowId) -> Vec<(String, &'static str)> {
    let ids = format!(r#""booking":"{}","command":"{}""#, booking(show), command());
    let wish = |wish: &str| format!(r#"{{{ids},"wish":{{{wish}}}}}"#);
    let seats = |seats: &str| wish(&format!(r#""seats":{seats}"#));
    let best = |count: &str, more: &str| {
        let tickets = format!(r#""tickets":[{{"ticket_type":"adult","count":{count}}}]"#);
        wish(&format!(r#""best":{{{tickets}{more}}}"#))
    };
    let deep = "[".repeat(30_000);
    let unreadable = [
        String::new(),
        "null".to_owned(),
        "{".to_owned(),
        "[]".to_owned(),
        "\u{0}".to_owned(),
        r#"{"booking": "bkg_1_x"}"#.to_owned(),
        deep.clone(),
        seats(&deep),
        seats("{}"),
        seats(r#"[{"seat":"A1"}"#),
        seats(r#"[{"seat":1}]"#),
        seats(r#"[{"seat":"A1","price":1}]"#),
        seats("[{\"seat\":\"\u{202e}A1\"}]"),
        seats(r#"[{"seat":"A1\u001b[2J"}]"#),
        best("99999999999", ""),
        best("2", r#","skip":1e309"#),
        wish(r#""seats":[],"best":{"tickets":[]}"#),
        format!(r#"{{{ids},{ids},"wish":{{"seats":[]}}}}"#),
    ];
    let refused = [
        (seats("[]"), "no_seats"),
        (seats(r#"[{"seat":"Z99"}]"#), "unknown_seats"),
        (seats(r#"[{"seat":"A1"},{"seat":"A1"}]"#), "duplicate_seats"),
        (
            seats(r#"[{"seat":"A1","ticket_type":"\u202e\u0007"}]"#),
            "unknown_ticket_type",
        ),
        (
            seats(r#"[{"seat":"D1","ticket_type":"child"},{"seat":"D2"}]"#),
            "not_sold_in_category",
        ),
        (best("0", ""), "no_seats"),
        (best("11", ""), "too_many_seats"),
    ];
    let unreadable = unreadable.map(|body| (body, "bad_request"));
    unreadable.into_iter().chain(refused).collect()
}

#[tokio::test]
async fn bodies_that_can_not_be_read_are_refused() {
    let app = TestApp::start().await;
    let show = app.open_show(1).await;
    for (body, code) in bad_bodies(show) {
        let what: String = body.chars().take(120).collect();
        let said = app.post_text(GUEST, "/v1/bookings", body).await;
        assert_eq!(refusal(&said, &what).code, code, "{what}");
    }
    let many: Vec<Value> = (0..11).map(|n| json!({"seat": format!("A{n}")})).collect();
    let request = json!({"booking": booking(show), "command": command(), "wish": {"seats": many}});
    let said = app.post(GUEST, "/v1/bookings", &request).await;
    assert!(
        matches!(said.code(), "too_many_seats" | "bad_request"),
        "{}",
        said.text
    );
    app.finish().await;
}

#[tokio::test]
async fn what_the_server_decides_is_never_taken_from_a_client() {
    let app = TestApp::start().await;
    let show = app.open_show(1).await;
    for field in [
        "price",
        "total",
        "state",
        "owner",
        "hold_until",
        "channel",
        "fee",
        "role",
    ] {
        let mut request = json!({"booking": booking(show), "command": command(), "wish": {"seats": [{"seat": "A1"}, {"seat": "A2"}]}});
        request[field] = json!("1");
        let said = app.post(GUEST, "/v1/bookings", &request).await;
        let problem = refusal(&said, field);
        assert_eq!((said.status, problem.code.as_str()), (400, "bad_request"));
        assert!(problem.detail.contains(field), "{}", problem.detail);
    }
    let map = app
        .get(As::Nobody, &format!("/v1/shows/{show}/seats"))
        .await
        .expect(200);
    assert_eq!(map["states"], "f".repeat(40));
    app.finish().await;
}

#[tokio::test]
async fn long_bodies_and_other_media_are_refused() {
    let app = TestApp::start().await;
    let show = app.open_show(1).await;
    let long = vec![b' '; 10_000_000];
    // The server answers before all is sent and may close the connection while the client writes.
    let request = app
        .request(GUEST, Method::POST, "/v1/bookings")
        .header("content-type", "application/json")
        .body(long);
    if let Ok(response) = request.send().await {
        assert_eq!(response.status().as_u16(), 413);
    }
    let said = app
        .post_text(GUEST, "/v1/bookings", vec![b' '; 65_537])
        .await;
    assert_eq!(refusal(&said, "65,537 bytes").code, "too_large");
    assert_eq!(said.body["max"], 65_536);
    for kind in ["text/plain", "application/x-www-form-urlencoded", ""] {
        let request = app
            .request(GUEST, Method::POST, "/v1/bookings")
            .header("content-type", kind)
            .body("{}");
        assert_eq!(refusal(&app.send(request).await, kind).code, "not_json");
    }
    let path = format!("/v1/bookings/{}/payment-token", booking(show));
    let bare = app.request(GUEST, Method::POST, &path);
    assert_eq!(refusal(&app.send(bare).await, "no body").code, "not_found");
    app.finish().await;
}

#[tokio::test]
async fn addresses_that_make_no_sense_are_refused() {
    let app = TestApp::start().await;
    let show = app.open_show(1).await;
    let long = format!("/v1/search?q={}", "x".repeat(2_000));
    let too_long = format!("/v1/bookings?q={}", "x".repeat(121));
    let cases = [
        ("/", 404, "not_found"),
        ("/v1/", 404, "not_found"),
        ("/v2/shows", 404, "not_found"),
        ("/v1/shows/1", 400, "bad_request"),
        ("/v1/shows/shw_0", 400, "bad_request"),
        ("/v1/shows/shw_99999999999999999999", 400, "bad_request"),
        ("/v1/shows/shw_%1b%5b2J", 400, "bad_request"),
        ("/v1/shows/%ff", 400, "bad_request"),
        ("/v1/shows/shw_999", 404, "not_found"),
        ("/v1/shows/shw_999/seats", 404, "not_found"),
        ("/v1/shows/shw_999/layout", 404, "not_found"),
        ("/v1/shows/shw_9223372036854775807/seats", 404, "not_found"),
        ("/v1/shows/../../etc/passwd", 404, "not_found"),
        ("/v1/shows?limit=0", 422, "bad_value"),
        ("/v1/shows?limit=501", 422, "bad_value"),
        ("/v1/shows?limit=-1", 400, "bad_request"),
        ("/v1/shows?limit=1&limit=2", 400, "bad_request"),
        ("/v1/shows?date=2026-13-45", 400, "bad_request"),
        ("/v1/shows?date=%E2%80%AE", 400, "bad_request"),
        ("/v1/shows?from=yesterday", 400, "bad_request"),
        ("/v1/shows?cursor=%00", 400, "bad_request"),
        ("/v1/shows?order=price", 400, "bad_request"),
        ("/v1/cities?near=1", 422, "bad_value"),
        ("/v1/cities?near=NaN,0", 422, "bad_value"),
        ("/v1/cities?country=Britain", 422, "bad_value"),
        ("/v1/cinemas?near=0,0&near_city=cty_1", 422, "bad_value"),
        ("/v1/cinemas?near_city=Leeds", 400, "bad_request"),
        ("/v1/movies/mov_1/calendar", 422, "bad_value"),
        (
            "/v1/movies/mov_1/calendar?city=cty_1&days=0",
            422,
            "bad_value",
        ),
        (
            "/v1/movies/mov_1/calendar?city=cty_1&days=32",
            422,
            "bad_value",
        ),
        (
            "/v1/movies/mov_1/calendar?city=cty_1&date=soon",
            400,
            "bad_request",
        ),
        ("/v1/cities?near=0,0&within_km=-1", 422, "bad_value"),
        ("/v1/search", 400, "bad_request"),
        (&long, 422, "bad_value"),
        ("/v1/bookings", 400, "bad_request"),
        ("/v1/bookings?code=x", 400, "bad_request"),
        (
            "/v1/bookings?code=7K-QM4T-2XPA&show=shw_1",
            400,
            "bad_request",
        ),
        ("/v1/bookings?q=a&recent=true", 400, "bad_request"),
        ("/v1/bookings?q=a&show=shw_1", 400, "bad_request"),
        ("/v1/bookings?q=a&state=held", 400, "bad_request"),
        ("/v1/bookings?recent=false", 400, "bad_request"),
        ("/v1/bookings?recent=perhaps", 400, "bad_request"),
        ("/v1/bookings?show=shw_1&state=gone", 400, "bad_request"),
        ("/v1/bookings?show=shw_1&limit=5", 400, "bad_request"),
        ("/v1/bookings?q=a&limit=0", 422, "bad_value"),
        ("/v1/bookings?q=a&limit=101", 422, "bad_value"),
        ("/v1/bookings?recent=true&limit=-1", 400, "bad_request"),
        (&too_long, 422, "bad_value"),
        ("/v1/bookings/bkg_1_", 400, "bad_request"),
        ("/v1/tickets/x", 400, "bad_request"),
        ("/v1/tickets/7KQM-4T2X-PA9D", 404, "not_found"),
        ("/v1/payments/pay_x", 400, "bad_request"),
        (
            "/v1/payments/pay_0192f0c1a2b34c5d8e6f708192a3b4c5",
            404,
            "not_found",
        ),
        ("/v1/payments?open=maybe", 400, "bad_request"),
    ];
    for (path, status, code) in cases {
        let said = app.get(As::Manager, path).await;
        let problem = refusal(&said, path);
        assert_eq!(
            (said.status, problem.code.as_str()),
            (status, code),
            "{path}: {}",
            said.text
        );
    }
    let path = format!("/v1/shows/{show}/journal?limit=1001");
    assert_eq!(
        refusal(&app.get(As::Manager, &path).await, &path).code,
        "bad_value"
    );
    let path = format!("/v1/shows/{show}/journal?after=18446744073709551615");
    assert_eq!(app.get(As::Manager, &path).await.status, 200);
    app.finish().await;
}

#[tokio::test]
async fn methods_that_a_route_does_not_know_are_refused_with_those_it_does() {
    let app = TestApp::start().await;
    app.open_show(1).await;
    for method in ["PUT", "PATCH", "OPTIONS", "DELETE", "TRACE", "BREW"] {
        let method: Method = method.parse().unwrap();
        let said = app
            .send(app.request(As::Admin, method.clone(), "/v1/bookings"))
            .await;
        assert_eq!(
            (said.status, said.code()),
            (405, "method_not_allowed"),
            "{method}"
        );
        assert_eq!(said.header("allow"), "POST, GET, HEAD");
    }
    let said = app.send(app.request(As::Admin, Method::HEAD, "/v1")).await;
    assert_eq!((said.status, said.text.as_str()), (200, ""));
    app.finish().await;
}

#[tokio::test]
async fn nonsense_on_every_route_is_never_a_failure_of_the_server() {
    let app = TestApp::start().await;
    app.open_show(1).await;
    let bodies = [
        "",
        "{}",
        "[]",
        "null",
        "1e309",
        "\"\\u0000\"",
        "{\"command\":null}",
        "{\"a\":",
        "{\"command\":\"cmd_0192f0c1a2b34c5d8e6f708192a3b4c5\",\"reason\":\"\\u202e\",\"action\":\"cancel\"}",
        "{\"advance_ms\":-9223372036854775808}",
        "{\"advance_ms\":9223372036854775807}",
        "{\"decline\":65535}",
    ];
    let ids = [
        "x",
        "shw_1",
        "bkg_1_0192f0c1a2b34c5d8e6f708192a3b4c5",
        "%00",
        "%F0%9F%8E%AC",
        "-1",
    ];
    for (verb, route, _) in API {
        if *route == "/v1/shows/{id}/feed" {
            continue;
        }
        for id in ids {
            let path = route.replace("{id}", id).replace("{code}", id);
            for body in bodies {
                for who in [As::Nobody, GUEST, As::Admin] {
                    let said = if *verb == "POST" {
                        app.post_text(who, &path, body).await
                    } else if *verb == "PUT" {
                        let put = app.request(who, Method::PUT, &path);
                        let put = put.header("content-type", "application/json");
                        app.send(put.body(body)).await
                    } else {
                        app.send(app.request(who, verb.parse().unwrap(), &path))
                            .await
                    };
                    assert!(said.status < 500, "{verb} {path} {body}: {}", said.text);
                }
                if !matches!(*verb, "POST" | "PUT") {
                    break;
                }
            }
            if !route.contains('{') {
                break;
            }
        }
    }
    app.finish().await;
}

#[tokio::test]
async fn a_show_that_began_is_not_sold_and_its_map_is_still_there() {
    let app = TestApp::start().await;
    let show = app.open_show(1).await;
    app.advance_ms(7_200_000);
    let late = app.hold(GUEST, &booking(show), &["A1", "A2"]).await;
    assert_eq!((late.status, late.code()), (409, "not_on_sale"));
    assert!(late.body["at"].is_string());
    let map = app
        .get(As::Nobody, &format!("/v1/shows/{show}/seats"))
        .await;
    assert_eq!(map.status, 200);
    let none = app
        .hold(GUEST, "bkg_999_0192f0c1a2b34c5d8e6f708192a3b4c5", &["A1"])
        .await;
    assert!((400..500).contains(&none.status), "{}", none.text);
    app.finish().await;
}

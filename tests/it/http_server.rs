//! The server itself: how it starts and does not start, what it says about itself, how it stops.

use houseful_core::wire::admin::Mode;
use houseful_server::{
    app::{DemoChain, ServerConfig, StartError, serve},
    clock::ClockKind,
    limits::{LimitConfig, Rates},
};
use houseful_tests::test_app::{As, Setup, TestApp, booking, command};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::net::TcpListener;

const GUEST: As<'_> = As::Customer("a-secret-of-twenty-two-or-more");

#[tokio::test]
async fn a_server_says_who_it_is_and_whether_it_can_work() {
    let app = TestApp::start().await;
    let info = app.get(As::Clerk, "/v1").await.expect(200);
    assert_eq!(info["name"], "houseful");
    assert_eq!(
        (&info["mode"], &info["clock"]),
        (&json!("training"), &json!("manual"))
    );
    assert_eq!(
        (&info["role"], &info["channel"]),
        (&json!("clerk"), &json!("counter"))
    );
    let anonymous = app.get(As::Nobody, "/v1").await.expect(200);
    assert!(anonymous.get("role").is_none());
    assert_eq!(app.get(As::Nobody, "/healthz").await.text, "ok\n");
    assert_eq!(app.get(As::Nobody, "/readyz").await.text, "ready\n");
    let numbers = app.get(As::Nobody, "/metrics").await;
    assert!(
        numbers.text.contains("http_requests_total{"),
        "{}",
        numbers.text
    );
    assert!(numbers.text.contains("route=\"/readyz\""));
    let document = app.get(As::Nobody, "/openapi.json").await.expect(200);
    assert_eq!(document["info"]["title"], "Houseful");
    let pages = app.get(As::Nobody, "/docs/").await;
    assert_eq!(pages.status, 200);
    // The pages are packed; this small file that names the document is not.
    assert_eq!(pages.header("content-encoding"), "gzip");
    let begins = app.get(As::Nobody, "/docs/swagger-initializer.js").await;
    assert!(begins.text.contains("/openapi.json"), "{}", begins.text);
    app.finish().await;
}

#[tokio::test]
async fn every_answer_carries_the_time_and_the_request_id() {
    let app = TestApp::start().await;
    for (path, status) in [("/v1", 200), ("/nowhere", 404), ("/v1/audit", 401)] {
        let request = app.request(As::Nobody, Method::GET, path);
        let said = app.send(request.header("x-request-id", "req_7")).await;
        assert_eq!(said.status, status);
        assert_eq!(said.header("x-request-id"), "req_7");
        assert_eq!(said.header("houseful-time"), app.now().0.to_string());
        assert_eq!(said.header("x-content-type-options"), "nosniff");
        assert_eq!(said.header("cache-control"), "no-store");
    }
    let request = app.request(As::Nobody, Method::GET, "/v1");
    let said = app.send(request.header("x-request-id", "not one")).await;
    assert!(said.header("x-request-id").starts_with("req_"));
    app.finish().await;
}

#[tokio::test]
async fn long_answers_are_compressed_for_who_can_read_them() {
    let app = TestApp::start().await;
    let path = "/openapi.json";
    let request = app.request(As::Nobody, Method::GET, path);
    let said = app.send(request.header("accept-encoding", "gzip")).await;
    assert_eq!(said.header("content-encoding"), "gzip");
    assert_eq!(
        app.get(As::Nobody, path).await.header("content-encoding"),
        ""
    );
    app.finish().await;
}

#[tokio::test]
async fn who_asks_too_often_is_told_when_to_come_back() {
    let one = std::num::NonZeroU32::MIN;
    let rates = Rates {
        anonymous_per_s: one,
        ..Rates::default()
    };
    let limits = LimitConfig {
        rates: Some(rates),
        ..LimitConfig::default()
    };
    let app = Setup::default().limits(limits).start().await;
    let mut refused = None;
    for _ in 0..20 {
        let said = app.get(As::Nobody, "/v1").await;
        if said.status != 200 {
            refused = Some(said);
            break;
        }
    }
    let refused = refused.expect("a refusal");
    assert_eq!((refused.status, refused.code()), (429, "too_many_requests"));
    assert!(
        refused
            .header("retry-after")
            .parse::<u32>()
            .is_ok_and(|s| s > 0)
    );
    // Probes are not counted, and neither are others.
    assert_eq!(app.get(As::Nobody, "/healthz").await.status, 200);
    assert_eq!(app.get(As::Clerk, "/v1").await.status, 200);
    app.finish().await;
}

#[tokio::test]
async fn what_was_sold_is_there_after_a_restart_and_so_are_tokens() {
    let app = TestApp::start().await;
    let show = app.open_show(1).await;
    let id = booking(show);
    let held = app.hold(GUEST, &id, &["A1", "A2"]).await.expect(201);
    let request = json!({"account": "web", "role": "customer", "channel": "web"});
    let token = app
        .post(As::Admin, "/v1/tokens", &request)
        .await
        .expect(201);
    let map = app
        .get(As::Nobody, "/v1/shows/shw_1/seats")
        .await
        .expect(200);
    let admin = app.server().admin_token.clone();
    let now = app.now();
    let folder = app.stop().await;

    let app = Setup::default().start_in(folder).await;
    assert_eq!(
        app.now(),
        now,
        "a clock that is moved by hand goes on where it was left"
    );
    assert!(app.server().first_admin_token.is_none());
    let again = app.get(As::Nobody, "/v1/shows/shw_1/seats").await;
    assert_eq!(again.expect(200), map);
    let path = format!("/v1/bookings/{id}");
    assert_eq!(app.get(GUEST, &path).await.expect(200), held);
    for (token, status) in [
        (token["secret"].as_str().unwrap(), 200),
        (admin.as_str(), 401),
    ] {
        let request = app
            .request(As::Nobody, Method::GET, "/v1")
            .header("authorization", format!("Bearer {token}"));
        assert_eq!(
            app.send(request).await.status,
            status,
            "one-off tokens end with their run"
        );
    }
    app.finish().await;
}

#[tokio::test]
async fn a_house_with_the_demos_week_starts_again_with_what_it_has() {
    let mut setup = Setup::default().chain(7);
    setup.config.chain = setup.config.chain.map(|chain| DemoChain {
        sold_shows: 3,
        ..chain
    });
    let app = setup.clone().start().await;
    let list = || async {
        let page = app.get(As::Nobody, "/v1/shows?limit=500").await;
        page.expect(200)["items"].clone()
    };
    let shows = list().await;
    let all = shows.as_array().map_or(0, Vec::len);
    assert!(all > 100, "{all} shows");
    let sold = |shows: &Value| {
        let few = shows.as_array().into_iter().flatten();
        few.filter(|show| show["free"] != show["total"]).count()
    };
    assert!(sold(&shows) > 0);
    let confirmed = app.get(As::Manager, "/v1/audit").await.expect(200)["confirmed"].clone();
    let folder = app.stop().await;

    let app = setup.clone().start_in(folder).await;
    let page = app.get(As::Nobody, "/v1/shows?limit=500").await.expect(200);
    assert_eq!(page["items"], shows);
    let audit = app.get(As::Manager, "/v1/audit").await.expect(200);
    assert_eq!(audit["confirmed"], confirmed, "nothing is sold twice over");
    let day = json!({"advance_ms": 86_400_000});
    let _ = app
        .post(As::Admin, "/v1/test/clock", &day)
        .await
        .expect(200);
    let folder = app.stop().await;

    let app = setup.start_in(folder).await;
    let page = app.get(As::Nobody, "/v1/shows?limit=1").await.expect(200);
    assert_eq!(page["items"].as_array().map(Vec::len), Some(1));
    app.finish().await;
}

#[tokio::test]
async fn the_first_start_tells_an_admins_token() {
    let app = TestApp::start().await;
    let token = app
        .catalogue_server()
        .first_admin_token
        .clone()
        .expect("a token");
    let request = app
        .request(As::Nobody, Method::GET, "/v1")
        .header("authorization", format!("Bearer {token}"));
    assert_eq!(app.send(request).await.expect(200)["role"], "admin");
    app.finish().await;
}

async fn start(config: ServerConfig) -> Result<(), StartError> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let server = serve(config, listener).await?;
    server.stop().await;
    Ok(())
}

#[tokio::test]
async fn a_server_that_can_not_start_says_why() {
    let app = TestApp::start().await;
    let file = app.folder().join("house.db");
    let config = || ServerConfig::new(file.clone(), None);
    let said = |result: Result<(), StartError>| result.unwrap_err().to_string();
    assert!(said(start(config()).await).contains("another server has"));
    let folder = app.stop().await;

    let live = ServerConfig {
        mode: Some(Mode::Live),
        ..config()
    };
    let said_of_mode = said(start(live.clone()).await);
    assert!(
        said_of_mode.contains("is for training, not for live"),
        "{said_of_mode}"
    );
    for clock in [ClockKind::Manual, ClockKind::Fast(10)] {
        let practice = ServerConfig {
            db: folder.join("live.db").into(),
            clock,
            ..live.clone()
        };
        assert!(said(start(practice).await).contains("real time"));
    }
    std::fs::write(folder.join("other.db"), "hello, this is a text").unwrap();
    let other = ServerConfig::new(folder.join("other.db"), None);
    assert!(said(start(other).await).contains("is not a Houseful database"));
    let nowhere = ServerConfig::new(folder.join("no/such/house.db"), None);
    assert!(said(start(nowhere).await).contains("does not exist"));
    assert!(start(config()).await.is_ok(), "nothing is left locked");
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn a_manual_clock_is_moved_by_admins_and_no_other_clock_is() {
    let app = TestApp::start().await;
    let before = app.now();
    let request = json!({"advance_ms": 1_000});
    let info = app
        .post(As::Admin, "/v1/test/clock", &request)
        .await
        .expect(200);
    assert_eq!(info["time"], before.plus_ms(1_000).rfc3339());
    app.finish().await;
    let mut setup = Setup::default();
    setup.config.clock = ClockKind::System;
    let app = setup.start().await;
    let said = app.post(As::Admin, "/v1/test/clock", &request).await;
    assert_eq!((said.status, said.code()), (409, "clock_not_manual"));
    app.finish().await;
}

#[tokio::test]
async fn the_dial_of_the_card_terminal_is_for_practice() {
    let app = TestApp::start().await;
    let dial = json!({"decline": 1_000});
    let said = app
        .post(As::Admin, "/v1/test/card-dial", &dial)
        .await
        .expect(200);
    assert_eq!(said["decline"], 1_000);
    let said = app
        .post(As::Admin, "/v1/test/card-dial", &json!({"slow": 1_001}))
        .await;
    assert_eq!((said.status, said.code()), (422, "bad_value"));
    app.finish().await;
    let mut setup = Setup::default();
    setup.config.mode = Some(Mode::Live);
    setup.config.clock = ClockKind::System;
    let app = setup.start().await;
    let said = app.post(As::Admin, "/v1/test/card-dial", &dial).await;
    assert_eq!((said.status, said.code()), (403, "forbidden"));
    app.finish().await;
}

#[tokio::test]
async fn managers_stop_sales_keep_seats_back_and_read_the_journal() {
    let app = TestApp::start().await;
    let show = app.open_cinema().await[0];
    let status = |action: &str| json!({"command": command(), "action": action});
    let path = format!("/v1/shows/{show}/status");
    let paused = app
        .post(As::Manager, &path, &status("pause"))
        .await
        .expect(200);
    assert_eq!(paused["status"], "paused");
    let held = app.hold(As::Clerk, &booking(show), &["D1", "D2"]).await;
    assert_eq!((held.status, held.code()), (409, "not_on_sale"));
    let resumed = app
        .post(As::Manager, &path, &status("resume"))
        .await
        .expect(200);
    assert_eq!(resumed["status"], "on_sale");
    let house = |map: &Value| map["states"].as_str().unwrap_or("").matches('b').count();
    let seats = format!("/v1/shows/{show}/seats");
    let before = house(&app.get(As::Nobody, &seats).await.expect(200));
    let block = json!({"command": command(), "seats": ["D1", "D2"], "block": "house"});
    let blocks = format!("/v1/shows/{show}/blocks");
    let map = app.post(As::Manager, &blocks, &block).await.expect(200);
    assert_eq!(house(&map), before + 2);
    let held = app.hold(As::Clerk, &booking(show), &["D1", "D2"]).await;
    assert_eq!((held.status, held.code()), (409, "seats_taken"));
    assert_eq!(held.body["seats"][0]["why"], "blocked");
    let give = json!({"command": command(), "seats": ["D1", "D2"]});
    app.post(As::Manager, &blocks, &give).await.expect(200);
    app.hold(As::Clerk, &booking(show), &["D1", "D2"])
        .await
        .expect(201);
    let all = app
        .get(As::Manager, &format!("/v1/shows/{show}/journal"))
        .await
        .expect(200);
    let all = all["items"].as_array().unwrap();
    let page = format!("/v1/shows/{show}/journal?after=1&limit=2");
    let page = app.get(As::Manager, &page).await.expect(200);
    assert_eq!(page["items"].as_array().unwrap()[..], all[1..3]);
    assert_eq!(page["next"], "3");
    app.finish().await;
}

#[tokio::test]
async fn the_catalogue_is_browsed_from_a_city_to_a_show() {
    let app = TestApp::start().await;
    let shows = app.open_cinema().await;
    let cities = app.get(As::Nobody, "/v1/cities").await.expect(200);
    let city = &cities["items"][0];
    let id = city["id"].as_str().unwrap();
    assert_eq!(
        app.get(As::Nobody, &format!("/v1/cities/{id}"))
            .await
            .expect(200)["name"],
        city["name"]
    );
    let near = format!(
        "/v1/cinemas?city={id}&near={},{}",
        city["latitude"], city["longitude"]
    );
    let cinemas = app.get(As::Nobody, &near).await.expect(200);
    assert!(cinemas["items"][0]["distance_km"].is_number());
    let movies = app
        .get(As::Nobody, &format!("/v1/movies?city={id}"))
        .await
        .expect(200);
    assert!(!movies["items"].as_array().unwrap().is_empty());
    let first = app.get(As::Nobody, "/v1/shows?limit=3").await.expect(200);
    assert_eq!(first["items"].as_array().map(Vec::len), Some(3));
    let cursor = first["next"].as_str().unwrap();
    let rest = app
        .get(As::Nobody, &format!("/v1/shows?limit=3&cursor={cursor}"))
        .await
        .expect(200);
    assert_eq!(rest["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(rest["next"], json!(null));
    let show = app
        .get(As::Nobody, &format!("/v1/shows/{}", shows[0]))
        .await
        .expect(200);
    assert_eq!(show["free"], first["items"][0]["free"]);
    assert!(!show["prices"].as_array().unwrap().is_empty());
    app.hold(As::Clerk, &booking(shows[0]), &["D1", "D2"])
        .await
        .expect(201);
    let after = app
        .get(As::Nobody, &format!("/v1/shows/{}", shows[0]))
        .await
        .expect(200);
    assert_eq!(after["free"].as_u64(), show["free"].as_u64().map(|n| n - 2));
    let title = show["title"].as_str().unwrap().split(' ').next().unwrap();
    let request = app
        .request(As::Nobody, Method::GET, "/v1/search")
        .query(&[("q", title)]);
    let found = app.send(request).await.expect(200);
    assert!(
        !found["movies"].as_array().unwrap().is_empty(),
        "{title}: {found}"
    );
    app.finish().await;
}

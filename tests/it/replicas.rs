//! Servers that read from replicas: what somebody wrote they see, how old it is is told, nothing is
//! decided from it, and a replica that is late, stopped, gone or another one is left out.

#![expect(clippy::expect_used, reason = "a test stops at what it did not expect")]

mod lost;
mod spread;
mod told;
mod wrong;

use std::time::{Duration, Instant};

use houseful_core::ids::ShowId;
use houseful_server::{
    clock::{Clock, ClockKind},
    database::{Address, PostgresUrl},
};
use houseful_tests::{
    cluster::Cluster,
    test_app::{As, Said, Setup, TestApp, booking, command},
    wait,
};
use reqwest::Method;
use serde_json::{Value, json};

const GUEST: As<'_> = As::Customer("a-secret-of-twenty-two-or-more");

/// How long a test waits for a server to find out about its replicas.
const NOTICED_S: u64 = 20;

/// A server on this database that reads from these replicas, without a timer: nobody writes but
/// those who ask.
async fn server(url: &str, replicas: &[String]) -> TestApp {
    let mut setup = Setup::default().on(Address::new(url.as_ref()));
    setup.config.clock = ClockKind::System;
    setup.config.timer = false;
    let address = |url: &String| PostgresUrl::new(url).expect("an address");
    setup.config.replicas = replicas.iter().map(address).collect();
    setup.start().await
}

/// How its replicas stand, as a manager is told.
async fn states(app: &TestApp) -> Vec<(String, Value)> {
    let info = app.get(As::Manager, "/v1").await.expect(200);
    let of = |r: &Value| (r["state"].as_str().unwrap_or("").to_owned(), r.clone());
    let list = info["replicas"].as_array().cloned().unwrap_or_default();
    list.iter().map(of).collect()
}

/// Waits until its replicas stand so, in the order they were named.
async fn until_states(app: &TestApp, wanted: &[&str]) -> Vec<(String, Value)> {
    let mut last = Vec::new();
    let found = wait::within_async(NOTICED_S, async || {
        last = states(app).await;
        let is: Vec<&str> = last.iter().map(|(state, _)| state.as_str()).collect();
        (is == wanted).then(|| last.clone())
    });
    let found = found.await;
    found.unwrap_or_else(|| panic!("not {wanted:?} but {last:?}"))
}

fn seats_path(show: ShowId) -> String {
    format!("/v1/shows/{show}/seats")
}

/// The seats of a show, for a reader who has to see this version.
async fn seats_after(app: &TestApp, show: ShowId, version: &str) -> Said {
    let request = app.request(GUEST, Method::GET, &seats_path(show));
    let said = app
        .send(request.header("if-version-at-least", version))
        .await;
    assert_eq!(said.status, 200, "{}", said.text);
    said
}

/// The seats of a show, for anybody.
async fn seats(app: &TestApp, show: ShowId) -> Said {
    let said = app.get(GUEST, &seats_path(show)).await;
    assert_eq!(said.status, 200, "{}", said.text);
    said
}

/// The letter of a seat on a map; the hall has four rows of ten.
fn letter(map: &Value, seat: usize) -> char {
    let states = map["states"].as_str().expect("letters");
    states.chars().nth(seat).expect("a seat")
}

/// Holds a seat for a guest: the booking's id and the show's version.
async fn hold(app: &TestApp, show: ShowId, seat: &str) -> (String, String) {
    let id = booking(show);
    let held = app.hold(GUEST, &id, &[seat]).await.expect(201);
    (id, version(&held))
}

/// Gives it back; the show's version.
async fn release(app: &TestApp, id: &str) -> String {
    let path = format!("/v1/bookings/{id}/release");
    let request = json!({"command": command()});
    version(&app.post(GUEST, &path, &request).await.expect(200))
}

fn version(body: &Value) -> String {
    body["version"].as_str().expect("a version").to_owned()
}

/// Its number.
fn number(version: &str) -> u64 {
    let number = version.split('-').next().and_then(|n| n.parse().ok());
    number.expect("a number")
}

/// How long ago that was.
fn since(then: Instant) -> Duration {
    Clock::stopwatch().saturating_duration_since(then)
}

fn age_ms(said: &Said) -> u64 {
    said.header("x-age-ms").parse().expect("an age")
}

/// A primary with a house in it, and the address of that.
fn primary() -> (Cluster, String) {
    let primary = Cluster::quick();
    let url = primary.database();
    (primary, url)
}

#[tokio::test(flavor = "multi_thread")]
async fn maps_lists_and_the_catalogue_are_read_from_a_replica() {
    let (first, url) = primary();
    let second = first.standby("second");
    let selling = server(&url, &[]).await;
    let showing = server(&url, &[second.here(&url)]).await;
    let shows = selling.open_cinema().await;
    until_states(&showing, &["in_use"]).await;
    let show = *shows.last().expect("a show");
    let path = format!("/v1/shows/{show}");
    // Opened, imported and sold elsewhere; it gets here over the replica and nothing else.
    let known = |said: &Said| said.status == 200 && said.header("x-read-from") == "replica";
    let found = wait::until_async("the show", NOTICED_S, async || {
        let said = showing.get(GUEST, &path).await;
        known(&said).then_some(said)
    })
    .await;
    assert!(age_ms(&found) < 10_000, "{}", found.header("x-age-ms"));
    let map = seats(&showing, show).await;
    assert_eq!(map.header("x-read-from"), "replica");
    assert!(age_ms(&map) <= 2_000);
    for list in ["/v1/cities", "/v1/movies", "/v1/shows"] {
        let said = showing.get(GUEST, list).await;
        assert_eq!(said.header("x-read-from"), "replica", "{list}");
        assert!(age_ms(&said) < 10_000, "{list}");
    }
    // Who has none reads at the primary, and where replicas are is nobody else's business.
    assert_eq!(seats(&selling, show).await.header("x-read-from"), "primary");
    assert!(states(&selling).await.is_empty());
    let info = showing.get(As::Clerk, "/v1").await.expect(200);
    assert_eq!(info["replicas"], Value::Null);
    selling.finish().await;
    showing.finish().await;
}

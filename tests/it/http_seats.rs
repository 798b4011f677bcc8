//! Seat maps: fresh, cheap for who has them already, and live.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test stops at what it did not expect"
)]

use std::time::Duration;

use houseful_core::wire::seats::{SeatChanges, SeatMap};
use houseful_tests::test_app::{As, PATIENCE, Setup, TestApp, booking, command};
use reqwest::Method;
use serde_json::json;

const GUEST: As<'_> = As::Customer("a-secret-of-twenty-two-or-more");

/// One event of a feed.
#[derive(Debug)]
pub(super) struct Event {
    pub(super) name: String,
    pub(super) id: String,
    pub(super) data: String,
}

/// A feed that is being read.
pub(super) struct Feed {
    pub(super) response: reqwest::Response,
    text: String,
}

impl Feed {
    pub(super) async fn open(app: &TestApp, path: &str, last: Option<&str>) -> Self {
        let mut request = app.request(As::Nobody, Method::GET, path);
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let response = request.send().await.unwrap();
        assert_eq!(response.status().as_u16(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        assert!(!response.headers().contains_key("content-encoding"));
        Self {
            response,
            text: String::new(),
        }
    }

    /// The next event; `None` at the end. Comments are skipped.
    pub(super) async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let (event, rest) = (event.to_owned(), rest.to_owned());
                self.text = rest;
                let field = |name: &str| {
                    let line = event.lines().find_map(|l| l.strip_prefix(name));
                    line.unwrap_or("").trim().to_owned()
                };
                let (name, id, data) = (field("event:"), field("id:"), field("data:"));
                if !name.is_empty() {
                    return Some(Event { name, id, data });
                }
                continue;
            }
            let chunk = tokio::time::timeout(PATIENCE, self.response.chunk()).await;
            let chunk = chunk.expect("a feed that says something").ok()??;
            self.text.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }
}

#[tokio::test]
async fn who_has_the_map_already_gets_no_body_until_it_changes() {
    let app = TestApp::start().await;
    let show = app.open_show(1).await;
    let path = format!("/v1/shows/{show}/seats");
    let first = app.get(As::Nobody, &path).await;
    let etag = first.header("etag").to_owned();
    assert_eq!(first.header("cache-control"), "no-cache");
    let map: SeatMap = serde_json::from_value(first.expect(200)).unwrap();
    assert_eq!(etag, format!("\"{}\"", map.version));
    assert_eq!(map.states, "f".repeat(40));
    let again = || async {
        let request = app.request(As::Nobody, Method::GET, &path);
        app.send(request.header("if-none-match", &etag)).await
    };
    let same = again().await;
    assert_eq!((same.status, same.text.as_str()), (304, ""));
    assert_eq!(same.header("etag"), etag);
    app.hold(GUEST, &booking(show), &["A1", "A2"])
        .await
        .expect(201);
    let map: SeatMap = serde_json::from_value(again().await.expect(200)).unwrap();
    assert!(map.states.starts_with("hhf"));
    assert_eq!(map.holds.len(), 1);
    app.finish().await;
}

#[tokio::test]
async fn a_layout_is_drawn_once_and_kept() {
    let app = TestApp::start().await;
    let show = app.open_cinema().await[0];
    let path = format!("/v1/shows/{show}/layout");
    let first = app.get(As::Nobody, &path).await;
    let etag = first.header("etag").to_owned();
    let layout = first.expect(200);
    assert_eq!(etag, format!("\"{}\"", layout["hash"].as_str().unwrap()));
    let seats = app
        .get(As::Nobody, &format!("/v1/shows/{show}/seats"))
        .await;
    let map: SeatMap = serde_json::from_value(seats.expect(200)).unwrap();
    assert_eq!(
        layout["seats"].as_array().map(Vec::len),
        Some(map.states.len())
    );
    assert_eq!(layout["hash"], json!(map.layout));
    let request = app.request(As::Nobody, Method::GET, &path);
    let same = app.send(request.header("if-none-match", &etag)).await;
    assert_eq!(same.status, 304);
    app.finish().await;
}

#[tokio::test]
async fn a_feed_brings_the_map_and_then_what_changes() {
    let app = TestApp::start().await;
    let show = app.open_show(1).await;
    let path = format!("/v1/shows/{show}/feed");
    let mut feed = Feed::open(&app, &path, None).await;
    let first = feed.next().await.unwrap();
    assert_eq!(first.name, "map");
    let map: SeatMap = serde_json::from_str(&first.data).unwrap();
    assert_eq!(first.id, map.version.to_string());
    let id = booking(show);
    let held = app.hold(GUEST, &id, &["A1", "A2"]).await.expect(201);
    let second = feed.next().await.unwrap();
    assert_eq!(second.name, "seats");
    let changes: SeatChanges = serde_json::from_str(&second.data).unwrap();
    assert_eq!(changes.from, map.version);
    assert_eq!(json!(changes.version), held["version"]);
    assert_eq!(
        changes.seats.iter().map(|s| s.state).collect::<String>(),
        "hh"
    );
    // The holder is nobody's business.
    assert!(!second.data.contains(id.rsplit('_').next().unwrap()));
    let release = json!({"command": command()});
    let release_path = format!("/v1/bookings/{id}/release");
    app.post(GUEST, &release_path, &release).await.expect(200);
    let third = feed.next().await.unwrap();
    let changes: SeatChanges = serde_json::from_str(&third.data).unwrap();
    assert_eq!(
        changes.seats.iter().map(|s| s.state).collect::<String>(),
        "ff"
    );
    app.finish().await;
}

#[tokio::test]
async fn a_feed_goes_on_where_its_reader_was_and_starts_anew_for_a_stranger() {
    let app = TestApp::start().await;
    let show = app.open_show(1).await;
    let path = format!("/v1/shows/{show}/feed");
    let mut feed = Feed::open(&app, &path, None).await;
    let first = feed.next().await.unwrap();
    let mut versions = vec![first.id];
    for seats in [["A1", "A2"], ["B1", "B2"]] {
        app.hold(GUEST, &booking(show), &seats).await.expect(201);
        versions.push(feed.next().await.unwrap().id);
    }
    drop(feed);
    let mut back = Feed::open(&app, &path, Some(&versions[0])).await;
    let missed = back.next().await.unwrap();
    assert_eq!(missed.name, "seats");
    let changes: SeatChanges = serde_json::from_str(&missed.data).unwrap();
    assert_eq!(changes.from.to_string(), versions[0]);
    assert_eq!(changes.version.to_string(), versions[2]);
    assert_eq!(changes.seats.len(), 4);
    // Who is up to date hears of the next change only.
    let mut up = Feed::open(&app, &path, Some(&versions[2])).await;
    app.hold(GUEST, &booking(show), &["C1", "C2"])
        .await
        .expect(201);
    let next = up.next().await.unwrap();
    assert_eq!(next.name, "seats");
    for unknown in ["7-0000000000000000", "x", ""] {
        let mut feed = Feed::open(&app, &path, Some(unknown)).await;
        assert_eq!(feed.next().await.unwrap().name, "map", "{unknown:?}");
    }
    app.finish().await;
}

#[tokio::test]
async fn feeds_end_when_the_server_stops_and_no_more_are_open_than_it_bears() {
    let mut setup = Setup::default();
    setup.config.limits.feeds_max = 2;
    let app = setup.start().await;
    let show = app.open_show(1).await;
    let path = format!("/v1/shows/{show}/feed");
    let mut one = Feed::open(&app, &path, None).await;
    let two = Feed::open(&app, &path, None).await;
    let third = app.get(As::Nobody, &path).await;
    assert_eq!((third.status, third.code()), (503, "busy"));
    assert_eq!(third.header("retry-after"), "1");
    drop(two);
    assert_eq!(one.next().await.unwrap().name, "map");
    let unknown = app.get(As::Nobody, "/v1/shows/shw_999/feed").await;
    assert!(matches!(unknown.status, 404 | 503));
    let stop = tokio::time::timeout(Duration::from_secs(10), app.finish());
    let (stopped, end) = tokio::join!(stop, one.next());
    assert!(stopped.is_ok() && end.is_none());
}

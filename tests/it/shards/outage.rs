//! A shard that is away, and the rest of the house.

use houseful_tests::{
    cluster::Cluster,
    test_app::{As, booking},
};

use super::{Ground, by_cash, found, in_north, in_south, open, shows, text};

fn ground(other: &Cluster) -> Ground {
    let here = Cluster::shared();
    Ground::of([here.database(), here.database(), other.database()])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_shard_keeps_nobody_from_the_shows_of_the_others() {
    let mut other = Cluster::quick();
    let ground = ground(&other);
    let app = ground.server().await;
    let (north, south) = (shows(2, in_north), shows(1, in_south)[0]);
    open(&app, &north).await;
    open(&app, &[south]).await;
    let sold = by_cash(&app, north[0], &["A1"]).await;
    let lost = by_cash(&app, south, &["A1"]).await;
    other.kill();
    // The code names the shard, and no other is asked.
    let code = format!("code={}", text(&sold, "code"));
    assert_eq!(found(&app, &code).await, [text(&sold, "id")]);
    let begun = format!("q={}", &text(&sold, "code")[..7]);
    assert_eq!(found(&app, &begun).await, [text(&sold, "id")]);
    let ticket = format!("/v1/tickets/{}", text(&sold["tickets"][0], "code"));
    app.get(As::Clerk, &ticket).await.expect(200);
    by_cash(&app, north[1], &["B1", "B2"]).await;
    let ready = app.get(As::Nobody, "/readyz").await;
    assert_eq!(ready.status, 200, "{}", ready.text);
    assert_eq!(found(&app, "recent=true").await.len(), 2);
    // What would have to be whole is not told in part.
    for path in [
        "/v1/bookings?q=ann",
        "/v1/audit",
        "/v1/tickets/7KQM-4T2X-PA9D",
    ] {
        let said = app.get(As::Manager, path).await;
        assert_eq!(said.status, 503, "{path}: {}", said.text);
    }
    let refused = app.hold(As::Clerk, &booking(south), &["A2"]).await;
    assert_eq!(refused.status, 503, "{}", refused.text);
    other.restart();
    let path = format!("/v1/bookings/{}", text(&lost, "id"));
    app.until(As::Clerk, &path, |b| b["state"] == "confirmed")
        .await;
    by_cash(&app, south, &["A2"]).await;
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_starts_without_a_shard_and_takes_it_in_when_it_is_there() {
    let mut other = Cluster::quick();
    let ground = ground(&other);
    let app = ground.server().await;
    let (north, south) = (shows(1, in_north)[0], shows(1, in_south)[0]);
    open(&app, &[north, south]).await;
    let sold = by_cash(&app, south, &["A1"]).await;
    let mut all = app.open_cinema().await;
    app.finish().await;
    other.stop();
    let app = ground.server().await;
    by_cash(&app, north, &["A1"]).await;
    let refused = app.hold(As::Clerk, &booking(south), &["A2"]).await;
    assert_eq!(refused.status, 503, "{}", refused.text);
    other.restart();
    let path = format!("/v1/bookings/{}", text(&sold, "id"));
    app.until(As::Clerk, &path, |b| b["state"] == "confirmed")
        .await;
    by_cash(&app, south, &["A2"]).await;
    all.push(north);
    for show in all {
        let path = format!("/v1/shows/{show}/seats");
        app.get(As::Nobody, &path).await.expect(200);
    }
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shard_joins_only_when_all_are_there() {
    let mut other = Cluster::quick();
    let ground = ground(&other);
    other.stop();
    let mut config = ground.setup().config;
    config.token = None;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
    let started = houseful_server::app::serve(config, listener.expect("a port")).await;
    let told = started.map(drop).expect_err("a refusal").to_string();
    assert!(
        told.starts_with("shard north is new and shard south can't be reached"),
        "{told}"
    );
    assert!(
        told.ends_with("when a shard joins, all have to be there"),
        "{told}"
    );
    other.restart();
    let app = ground.server().await;
    app.finish().await;
}

//! Roles apart, and the database of one of them spread: over shards, or with replicas. A client knows
//! the payment server's address alone.

use std::path::Path;

use houseful_core::{code::slot_of, ids::ShowId, wire::admin::Mode};
use houseful_server::{
    app::{ServerConfig, serve},
    catalogue::demo,
    clock::ClockKind,
    database::{Address, PostgresUrl},
    roles::{ClusterKey, RolesConfig},
    shards::{self, ShardFile},
};
use houseful_tests::{
    cluster::Cluster,
    test_app::{TestApp, booking},
};
use tokio::net::TcpListener;

use super::*;
use crate::http_seats::Feed;

/// How long replicas and shards may take to be seen, in seconds.
const NOTICED_S: u64 = 30;

const GUEST: As<'_> = As::Customer(SECRET);

/// Sells the best two seats of a show by card; the booking with its tickets.
async fn by_card(app: &TestApp, show: ShowId) -> Value {
    let id = booking(show);
    let wish = json!({"best": {"tickets": [{"ticket_type": "adult", "count": 2}]}});
    let hold = json!({"booking": id, "command": command(), "wish": wish});
    // A shard that has just come back may have connections that died with it.
    wait::until_async("a hold", NOTICED_S, async || {
        let said = app.post(GUEST, "/v1/bookings", &hold).await;
        (said.status != 503).then(|| said.expect(201))
    })
    .await;
    let path = format!("/v1/bookings/{id}");
    let token = app
        .post(GUEST, &format!("{path}/payment-token"), &json!({}))
        .await;
    let card = json!({"number": APPROVES});
    let pay = json!({"payment": payment(), "token": token.expect(200)["token"], "card": card});
    let paid = app.post(GUEST, "/v1/payments?wait_ms=20000", &pay).await;
    assert_eq!(paid.expect(201)["state"], "captured");
    app.until(GUEST, &path, |b| b["state"] == "confirmed").await
}

/// What the booking server says of itself to a manager.
async fn told_by_booking(app: &TestApp) -> Value {
    let manager = app.token_of(houseful_core::wire::admin::Role::Manager);
    let desk = Desk::new(app.server().url(), Some(manager.to_owned()));
    desk.get("/v1").await.expect(200)
}

/// Waits until what the booking server tells of a kind stands so.
async fn until_stand(app: &TestApp, what: &str, wanted: &[&str]) {
    wait::until_async(what, NOTICED_S, async || {
        let told = told_by_booking(app).await;
        let states = told[what].as_array().cloned().unwrap_or_default();
        let are = states.iter().map(|s| s["state"].as_str().unwrap_or(""));
        are.eq(wanted.iter().copied()).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn booking_on_two_shards_sells_for_the_others() {
    let (here, mut other) = (Cluster::shared(), Cluster::quick());
    let (north, south) = (here.database(), other.database());
    // The first show of the catalogue is in a shard of its own.
    let own = slot_of(ShowId(1));
    let (before, behind) = (own - 1, own + 1);
    let text = format!(
        "[[shard]]\nname = \"north\"\nprimary = \"{north}\"\nslots = \"0-{before}, {behind}-1023\"\n\
         [[shard]]\nname = \"south\"\nprimary = \"{south}\"\nslots = \"{own}\"\n"
    );
    let file = ShardFile::of(Path::new("shards.toml"), &text).expect("a file");
    let setup = Setup::default().apart().shards(file.clone());
    let app = setup
        .on(Address::new(here.database().as_ref()))
        .start()
        .await;
    let shows = app.open_cinema().await;
    let homes = app.server().lane().homes().clone();
    let of = |shard: usize| shows.iter().copied().find(|show| homes.of(*show) == shard);
    let (in_north, in_south) = (of(0).expect("a show"), of(1).expect("a show"));
    let sold = [by_card(&app, in_north).await, by_card(&app, in_south).await];
    for sold in &sold {
        let code = sold["code"].as_str().expect("a code");
        let found = app.get(As::Clerk, &format!("/v1/bookings?q={code}")).await;
        assert_eq!(found.expect(200)["items"][0]["id"], sold["id"]);
    }

    // A slot moves; the payment server knows nothing of slots.
    let slot = slot_of(in_north);
    let to = "south".parse().expect("a name");
    let moved = shards::move_slot(&file, (slot, &to), &mut |_| ()).await;
    assert_eq!(moved.expect("a move").shows, 1);
    by_card(&app, in_north).await;
    let back = "north".parse().expect("a name");
    let moved = shards::move_slot(&file, (slot, &back), &mut |_| ()).await;
    assert_eq!(moved.expect("a move").shows, 1);
    // Booking has heard from both that it is back.
    by_card(&app, in_north).await;

    // Without one of its shards booking goes on, and says so to whoever asks anywhere.
    other.kill();
    until_stand(&app, "shards", &["in_use", "away"]).await;
    by_card(&app, in_north).await;
    let recent = app.get(As::Clerk, "/v1/bookings?recent=true").await;
    let recent = recent.expect(200);
    assert_eq!(recent["away"], json!(["south"]));
    assert_eq!(recent["items"].as_array().map(Vec::len), Some(4));
    let audit = app.get(As::Manager, "/v1/audit").await;
    assert_eq!((audit.status, audit.code()), (503, "shard_unavailable"));
    other.restart();
    until_stand(&app, "shards", &["in_use", "in_use"]).await;
    by_card(&app, in_south).await;
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_booking_reads_from_a_replica_is_told_by_the_others_with_its_age() {
    let first = Cluster::quick();
    let url = first.database();
    let mut second = first.standby("second");
    let mut setup = Setup::default().apart();
    setup.config.clock = ClockKind::System;
    setup.config.replicas = vec![PostgresUrl::new(&second.here(&url)).expect("an address")];
    let app = setup.on(Address::new(url.as_ref())).start().await;
    let show = app.open_cinema().await[0];
    until_stand(&app, "replicas", &["in_use"]).await;
    let seats = format!("/v1/shows/{show}/seats");
    let from = async |path: &str, wanted: &str| {
        wait::until_async(path, NOTICED_S, async || {
            let said = app.get(As::Nobody, path).await;
            (said.status == 200 && said.header("x-read-from") == wanted).then_some(())
        })
        .await;
    };
    for path in [&seats, "/v1/shows"] {
        from(path, "replica").await;
        let said = app.get(As::Nobody, path).await;
        let age_ms: u64 = said.header("x-age-ms").parse().expect("an age");
        assert!(age_ms <= 2_000, "{path}: {age_ms}");
    }
    // A feed comes through two servers from a replica, and whoever wrote sees it.
    let mut feed = Feed::open(&app, &format!("/v1/shows/{show}/feed"), None).await;
    assert_eq!(feed.response.headers()["x-read-from"], "replica");
    feed.next().await.expect("a map");
    let sold = by_card(&app, show).await;
    let version = sold["version"].as_str().expect("a version");
    let get = app.request(As::Nobody, Method::GET, &seats);
    let own = app.send(get.header("if-version-at-least", version)).await;
    let own = own.expect(200);
    let number = |version: &Value| -> u64 {
        let text = version.as_str().expect("a version");
        text.split('-')
            .next()
            .and_then(|n| n.parse().ok())
            .expect("a number")
    };
    assert!(number(&own["version"]) >= number(&sold["version"]), "{own}");
    loop {
        let event = feed.next().await.expect("an event");
        if number(&json!(event.id)) >= number(&sold["version"]) {
            break;
        }
    }
    drop(feed);
    second.kill();
    from(&seats, "primary").await;
    by_card(&app, show).await;
    second.restart();
    from(&seats, "replica").await;
    app.finish().await;
}

/// A catalogue server may have replicas of its own.
#[tokio::test(flavor = "multi_thread")]
async fn a_catalogue_server_reads_from_its_own_replica() {
    let first = Cluster::quick();
    let url = first.database();
    let second = first.standby("second");
    let nobody = |role: ServerRole| {
        let address = "http://127.0.0.1:1".parse().expect("an address");
        (role, address)
    };
    let mut config = ServerConfig::new(Address::new(url.as_ref()), Some(Mode::Training));
    config.roles = RolesConfig {
        own: [Catalogue].into_iter().collect(),
        peers: vec![nobody(Booking), nobody(Payment)],
        key: Some(ClusterKey::parse(&"k".repeat(32)).expect("a key")),
    };
    config.replicas = vec![PostgresUrl::new(&second.here(&url)).expect("an address")];
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let server = serve(config, listener).await.expect("a server");
    let chain = demo::small(server.clock().now()).expect("a small chain");
    server.catalogue().import(chain).await.expect("an import");
    let desk = Desk::new(server.url(), Some(server.admin_token.clone()));
    wait::until_async("cities from the replica", NOTICED_S, async || {
        let said = desk.get("/v1/cities").await;
        let cities = said.body["items"].as_array().map(Vec::len);
        let from = said.header("x-read-from");
        (from == "replica" && cities > Some(0)).then_some(())
    })
    .await;
    let told = desk.get("/v1").await.expect(200);
    assert_eq!(told["replicas"][0]["state"], "in_use", "{told}");
    server.stop().await;
}

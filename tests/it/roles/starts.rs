//! How servers of a house start together, and with whom they do not.

use houseful_core::wire::admin::Mode;
use houseful_server::{
    app::{ServerConfig, StartError, serve},
    database::Address,
    roles::{
        ClusterKey, RolesConfig,
        ServerRole::{Booking, Catalogue, Payment},
    },
};
use houseful_tests::{
    apart::Apart,
    cluster::Cluster,
    program::Ran,
    test_app::{As, Setup, booking, payment},
};
use serde_json::json;
use tokio::net::TcpListener;

use super::operator;

fn refused(house: &Apart, role: houseful_server::roles::ServerRole) -> Ran {
    let args = house.args(role);
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    house.folder.run(&args)
}

#[tokio::test]
async fn practice_and_real_sales_are_not_of_one_house() {
    let mut house = Apart::new();
    house.start(Catalogue);
    house.with(Booking, &["--clock", "manual", "--training"]);
    let ran = refused(&house, Booking).ended(1);
    assert!(
        ran.err.contains("the catalogue server is of a house"),
        "{ran:?}"
    );
    // The clock makes another house, too.
    house.with(Payment, &[]);
    let ran = refused(&house, Payment).ended(1);
    assert!(ran.err.contains("demo manual"), "{ran:?}");
}

#[tokio::test]
async fn two_that_became_strangers_do_not_hear_each_other() {
    let mut house = Apart::started();
    let desk = operator(&house, Booking);
    house.kill(Payment);
    // The catalogue server is not there to ask, so it starts; the others still refuse it.
    house.kill(Catalogue);
    house.put(Payment, &house.folder.arg("practice.db"));
    house.with(Payment, &["--clock", "manual", "--training"]);
    house.start(Payment);
    let stranger = |info: &serde_json::Value| info["peers"][1]["state"] == "stranger";
    desk.until("/v1", stranger).await;
    let said = desk.get("/v1/payments").await;
    assert_eq!((said.status, said.code()), (503, "role_unavailable"));
}

#[tokio::test]
async fn the_shows_of_one_catalogue_are_not_sold_under_another() {
    let mut house = Apart::started();
    house.stop(Booking);
    house.stop(Catalogue);
    house.folder.chain("another.db");
    house.put(Catalogue, &house.folder.arg("another.db"));
    house.start(Catalogue);
    let ran = refused(&house, Booking).ended(1);
    assert!(ran.err.contains("has another catalogue"), "{ran:?}");
}

#[tokio::test]
async fn a_server_without_its_key_or_its_peers_says_what_is_missing() {
    let house = Apart::new();
    let db = house.folder.arg("x.db");
    let key = house.folder.arg("house.key");
    let run = |more: &[&str]| {
        let mut args = vec!["serve", "--db", &db, "--listen", "127.0.0.1:0"];
        args.extend(more);
        house.folder.run(&args)
    };
    let peers = [
        "--peer",
        "catalogue=http://127.0.0.1:1",
        "--peer",
        "payment=http://127.0.0.1:1",
    ];
    let mut more = vec!["--role", "booking"];
    more.extend(peers);
    let ran = run(&more).ended(2);
    assert!(ran.err.contains("--cluster-key-file"), "{ran:?}");
    let ran = run(&[
        "--role",
        "booking",
        "--cluster-key-file",
        &key,
        peers[0],
        peers[1],
    ])
    .ended(2);
    assert!(
        ran.err.contains("nobody is named for the role payment"),
        "{ran:?}"
    );
    let ran = run(&["--peer", "booking=https://x/"]).ended(2);
    assert!(ran.err.contains("is no address of a server"), "{ran:?}");
    std::fs::write(house.folder.path("short.key"), "short").expect("written");
    houseful_tests::apart::private(&house.folder.path("short.key"));
    let short = house.folder.arg("short.key");
    let ran = run(&["--cluster-key-file", &short]).ended(2);
    assert!(ran.err.contains("line 1 is too short"), "{ran:?}");
    assert!(!ran.err.contains("short\n"), "nothing of it is told");
    assert!(!house.folder.path("x.db").exists(), "nothing was begun");
}

#[tokio::test]
async fn a_role_may_be_on_postgres_and_the_others_on_files() {
    let url = Cluster::shared().database();
    let app = Setup::default()
        .apart()
        .on(Address::new(url.as_ref()))
        .start()
        .await;
    let show = app.open_cinema().await[0];
    let id = booking(show);
    app.hold(As::Clerk, &id, &["A1", "A2"]).await.expect(201);
    let path = format!("/v1/bookings/{id}/payment-token");
    let token = app.post(As::Clerk, &path, &json!({})).await.expect(200);
    let card = json!({"number": "4242424242424242"});
    let pay = json!({"payment": payment(), "token": token["token"], "card": card});
    let paid = app
        .post(As::Clerk, "/v1/payments?wait_ms=20000", &pay)
        .await;
    assert_eq!(paid.expect(201)["state"], "captured");
    app.until(As::Clerk, &format!("/v1/bookings/{id}"), |b| {
        b["state"] == "confirmed"
    })
    .await;
    app.finish().await;
}

#[tokio::test]
async fn two_servers_that_take_each_other_for_a_third_do_not_ask_in_a_circle() {
    let folder = houseful_tests::folder::Folder::new();
    let mut listeners = Vec::new();
    for _ in 0..2 {
        listeners.push(TcpListener::bind("127.0.0.1:0").await.expect("a port"));
    }
    let addresses: Vec<_> = listeners
        .iter()
        .map(|l| format!("http://{}", l.local_addr().expect("an address")))
        .collect();
    let mut servers = Vec::new();
    for (n, (listener, own)) in listeners.into_iter().zip([Catalogue, Payment]).enumerate() {
        let mut config = ServerConfig::new(folder.path(&format!("{n}.db")), Some(Mode::Training));
        let other = addresses[1 - n].parse().expect("an address");
        let others = [Catalogue, Booking, Payment]
            .into_iter()
            .filter(|r| *r != own);
        config.roles = RolesConfig {
            own: [own].into_iter().collect(),
            peers: others
                .map(|role| (role, houseful_server::roles::PeerAddress::clone(&other)))
                .collect(),
            key: Some(ClusterKey::parse(&"k".repeat(32)).expect("a key")),
        };
        servers.push(serve(config, listener).await.expect("a server"));
    }
    let http = houseful_tests::test_app::http();
    for address in &addresses {
        let asked = http.get(format!("{address}/v1/shows"));
        let said = houseful_tests::test_app::said(asked).await;
        assert_eq!(
            (said.status, said.code()),
            (503, "role_unavailable"),
            "{}",
            said.text
        );
    }
    for server in servers {
        server.stop().await;
    }
}

#[tokio::test]
async fn a_new_booking_server_waits_for_nobody_who_was_never_there_forever() {
    let folder = houseful_tests::folder::Folder::new();
    let mut config = ServerConfig::new(folder.path("new.db"), None);
    let nobody: houseful_server::roles::PeerAddress =
        "http://127.0.0.1:1".parse().expect("an address");
    config.roles = RolesConfig {
        own: [Booking].into_iter().collect(),
        peers: vec![(Catalogue, nobody.clone()), (Payment, nobody)],
        key: Some(ClusterKey::parse(&"k".repeat(32)).expect("a key")),
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let refused = serve(config, listener).await;
    assert!(
        matches!(refused, Err(StartError::NobodyToAsk)),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_second_database_sells_nothing_of_a_house() {
    let mut house = Apart::started();
    for (role, sentence) in [
        (Booking, "are sold from another database"),
        (Payment, "are in another database"),
    ] {
        house.stop(role);
        let first = house.folder.arg(&format!("{role}.db"));
        house.put(role, &house.folder.arg(&format!("{role}-2.db")));
        let ran = refused(&house, role).ended(1);
        assert!(ran.err.contains(sentence), "{ran:?}");
        house.put(role, &first);
        house.start(role);
    }
    operator(&house, Booking).at_rest().await;
}

#[tokio::test]
async fn a_server_that_learns_late_that_its_database_is_another_stops_selling() {
    let house = Apart::started();
    let desk = operator(&house, Booking);
    let show = desk.show(0).await;
    desk.hold(&show).await;
    // The house goes over to another database, as an operator would have it do.
    let db = house.folder.path("catalogue.db");
    let conn = rusqlite::Connection::open(db).expect("the catalogue's database");
    let other = "UPDATE house SET value = 'another' WHERE name = 'booking_database'";
    assert_eq!(conn.execute(other, []).expect("written"), 1);
    houseful_tests::wait::until_async("not ready", 40, async || {
        (desk.get("/readyz").await.status == 503).then_some(())
    })
    .await;
    let wish = json!({"best": {"tickets": [{"ticket_type": "adult", "count": 2}]}});
    let id = booking(show.parse().expect("a show"));
    let hold = json!({"booking": id, "command": houseful_tests::test_app::command(), "wish": wish});
    assert_eq!(desk.post("/v1/bookings", &hold).await.status, 503);
    assert!(
        house
            .log(Booking)
            .contains("are sold from another database")
    );
    // The documented way back: the first database that asks is the house's.
    let forget = "DELETE FROM house WHERE name = 'booking_database'";
    conn.execute(forget, []).expect("written");
    houseful_tests::wait::until_async("ready", 40, async || {
        (desk.get("/readyz").await.status == 200).then_some(())
    })
    .await;
    desk.hold(&show).await;
}

//! All connections are taken: whoever asks is told to come back, in time.

use std::{sync::Arc, time::Duration};

use houseful_core::ids::ShowId;
use houseful_server::database::Address;
use houseful_tests::{
    cluster::{ADMIN, Cluster, ROLE},
    test_app::{As, Said, Setup, TestApp, booking},
    wait,
};

/// The longest that anybody may wait for an answer: a batch that can't be written, and a try of
/// those that came meanwhile.
const DEADLINE: Duration = Duration::from_secs(15);

/// Asks for two seats of a show; the answer, and how long it took.
async fn hold(app: Arc<TestApp>, show: ShowId, seats: [&str; 2]) -> (Said, Duration) {
    let secret = format!("the-secret-of-a-customer-{show}");
    let began = wait::now();
    let said = app
        .hold(As::Customer(&secret), &booking(show), &seats)
        .await;
    (said, wait::since(began))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn who_finds_no_connection_is_told_to_come_back_in_time() {
    let url = Cluster::shared().database();
    let address = format!("{url}?pool_max=4");
    let app = Setup::default()
        .on(Address::new(address.as_ref()))
        .start()
        .await;
    let app = Arc::new(app);
    let mut shows = Vec::new();
    for number in 1..=24 {
        shows.push(app.open_show(number).await);
    }
    // The house may not lock its own journal so.
    let admin = url.replace(&format!("{ROLE}@"), &format!("{ADMIN}@"));
    let connected = tokio_postgres::connect(&admin, tokio_postgres::NoTls).await;
    let (client, connection) = connected.expect("a connection");
    tokio::spawn(connection);
    let lock = "BEGIN; LOCK TABLE show_event, show_head IN ACCESS EXCLUSIVE MODE";
    client.batch_execute(lock).await.expect("a lock");

    let asked: Vec<_> = shows
        .iter()
        .cycle()
        .take(72)
        .map(|show| tokio::spawn(hold(Arc::clone(&app), *show, ["A1", "A2"])))
        .collect();
    for asked in asked {
        let (said, took) = asked.await.expect("an answer");
        assert_eq!(said.status, 503, "{}", said.text);
        let code = said.code();
        assert!(["busy", "outcome_unknown"].contains(&code), "{}", said.text);
        assert_ne!(said.header("retry-after"), "");
        assert!(took < DEADLINE, "{took:?}");
    }
    let list = app.get(As::Nobody, "/v1/shows").await;
    assert_eq!(list.status, 200, "what is in memory is told: {}", list.text);

    client.batch_execute("ROLLBACK").await.expect("given free");
    for show in shows {
        // The first ones may have been written after all, by whoever was told that nobody knows.
        let (said, _) = hold(Arc::clone(&app), show, ["B1", "B2"]).await;
        assert_eq!(said.status, 201, "{}", said.text);
    }
    let app = Arc::into_inner(app).expect("nobody else is here");
    app.finish().await;
}

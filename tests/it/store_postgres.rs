//! Postgres keeps the store's contract, also with several servers on it and on its bad days.

#![expect(clippy::expect_used, reason = "a test says what it expected and stops")]

mod bad_days;
mod changes;
mod citus;
mod passwords;
mod refusals;
mod refused_shows;
mod servers;
mod tls;
mod undone;

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use houseful_core::ids::ShowId;
use houseful_server::{
    postgres::{Database, Settings},
    store::{Outcome, Store, postgres::PostgresStore},
};
use houseful_tests::cluster::{Cluster, tables_of_nodes};
use tokio::sync::OnceCell;

use crate::store_contract::{contract, opening, terms};

/// An empty database of the shared cluster with the schema in it: its address. A copy of one that
/// was migrated once.
async fn fresh() -> String {
    static PLAIN: OnceCell<String> = OnceCell::const_new();
    static SPREAD: OnceCell<String> = OnceCell::const_new();
    let cluster = Cluster::shared();
    let spread = citus::is_wanted();
    let template = if spread { &SPREAD } else { &PLAIN };
    let template = template.get_or_init(|| async {
        let url = cluster.database();
        let db = open(&url).await;
        db.close();
        drop(db);
        if spread {
            cluster.pretend_nodes(&url, &tables_of_nodes());
        }
        url.rsplit('/').next().expect("a name").to_owned()
    });
    cluster.copy_of(template.await)
}

fn settings(url: &str) -> Settings {
    Cluster::settings(url)
}

async fn open(url: &str) -> Database {
    Database::open(settings(url))
        .await
        .expect("a database that can be used")
}

/// A server's store on a database; times of the tests are made up.
async fn server(url: &str) -> PostgresStore {
    let spread = citus::is_wanted();
    let store = PostgresStore::new(open(url).await).by_another_clock();
    if spread {
        return store.one_show_at_a_time();
    }
    store
}

/// The same with shows that are open, numbered from 1.
async fn server_with(url: &str, shows: u64) -> PostgresStore {
    let store = server(url).await;
    let terms = terms(900);
    let batch = (1..=shows).map(|n| opening(ShowId(n), &terms)).collect();
    let outcomes = store.commit(batch).await.expect("open the shows");
    assert!(
        outcomes.iter().all(|o| *o == Outcome::Committed),
        "{outcomes:?}"
    );
    store
}

/// A connection that is none of ours, to harm things with.
async fn stranger(url: &str) -> tokio_postgres::Client {
    let connected = tokio_postgres::connect(url, tokio_postgres::NoTls).await;
    let (client, connection) = connected.expect("connect");
    tokio::spawn(connection);
    client
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_keeps_the_contract() {
    let count = AtomicU32::new(0);
    contract(|| async {
        count.fetch_add(1, Ordering::Relaxed);
        let store: Arc<dyn Store> = Arc::new(server(&fresh().await).await);
        store
    })
    .await;
    assert!(
        count.load(Ordering::Relaxed) >= 16,
        "every clause has a store of its own"
    );
}

//! Journals that are spread over nodes: every show is written by itself, with statements that Citus
//! takes.
//!
//! There is no Citus here. A database says that it has one (its catalogue lists our tables as spread),
//! so what is shown is that the program then sells by the other statements, that those keep every
//! promise on plain Postgres, and that none has a shape that Citus is known to refuse. That Citus
//! takes them is not shown here.

mod calls;
mod schema;
mod shapes;

use std::{
    cell::Cell,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use houseful_core::{
    code::slot_of,
    ids::{BookingId, ShowId},
    time::UtcMillis,
    wire::booking::Contact,
};
use houseful_server::{
    app::serve,
    audit::{PostgresBooks, ShowBooks},
    database::{Address, PostgresUrl},
    postgres::{Database, OpenError, REFERENCE},
    shards::{PostgresSlots, SlotStore},
    store::{ContactRow, Outcome, Store, StoreError, postgres::PostgresStore},
};
use houseful_tests::{
    cluster::{Cluster, tables_of_nodes},
    test_app::Setup,
};
use tokio::net::TcpListener;
use uuid::Uuid;

use super::{bad_days, fresh, open, refused_shows, server, server_with, servers, settings, undone};
use crate::store_contract::{adding, contract, held, opening, terms};

thread_local! {
    static SPREAD: Cell<bool> = const { Cell::new(false) };
}

/// Whether tests of this thread want databases that are spread over nodes.
pub(super) fn is_wanted() -> bool {
    SPREAD.get()
}

/// Tells a test again on databases that are spread over nodes.
fn again(test: fn()) {
    SPREAD.set(true);
    test();
    SPREAD.set(false);
}

/// A server's store on a database of any cluster, as the database says it is.
async fn open_there(url: &str) -> PostgresStore {
    PostgresStore::new(open(url).await).by_another_clock()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_show_at_a_time_keeps_the_contract() {
    SPREAD.set(true);
    let count = AtomicU32::new(0);
    contract(|| async {
        count.fetch_add(1, Ordering::Relaxed);
        let store: Arc<dyn Store> = Arc::new(server(&fresh().await).await);
        store
    })
    .await;
    assert!(count.load(Ordering::Relaxed) >= 16);
}

#[test]
fn what_is_true_of_one_batch_is_true_of_one_show_at_a_time() {
    again(servers::servers_race_without_a_gap_and_without_a_deadlock);
    again(servers::a_row_that_somebody_holds_keeps_nobody_else_waiting);
    again(servers::what_was_decided_by_a_wrong_clock_is_not_admitted);
    again(servers::who_finds_no_free_connection_is_told_so);
    again(servers::a_wrong_clock_takes_and_puts_off_nothing_before_its_time);
    again(servers::shows_are_opened_by_one_of_those_who_try);
    again(servers::who_was_dropped_halfway_leaves_nothing_behind);
    again(servers::a_show_is_born_whole_in_the_eyes_of_whoever_reads_it);
    again(refused_shows::a_show_that_is_refused_stops_no_other_wherever_it_stands);
    again(refused_shows::a_show_that_was_not_opened_leaves_no_layout);
}

#[test]
fn what_is_unknown_of_one_batch_is_unknown_of_one_show() {
    again(bad_days::a_commit_that_was_not_waited_for_is_unknown);
    again(bad_days::a_commit_without_an_answer_in_time_is_unknown);
    again(bad_days::a_server_without_a_database_says_so_and_goes_on_when_it_is_back);
    again(bad_days::what_was_answered_is_there_after_a_kill);
    again(undone::a_commit_that_was_answered_with_rollback_is_none);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_was_given_away_by_half_is_not_sold_from() {
    let cluster = Cluster::shared();
    let url = fresh().await;
    let (left, given) = (REFERENCE[REFERENCE.len() - 1], tables_of_nodes());
    cluster.pretend_nodes(&url, &given[..given.len() - 1]);
    let opened = Database::open(settings(&url)).await.map(|_| ());
    let Err(OpenError::HalfDistributed { missing, .. }) = opened else {
        panic!("{opened:?}")
    };
    assert_eq!(missing, left);
    let rest = format!("INSERT INTO pg_dist_partition VALUES ('{left}')");
    cluster.admin_in(&url, &rest);
    let whole = Database::open(settings(&url)).await.expect("open");
    // Citus can't plan everything without its values.
    let plans = whole.setting("plan_cache_mode").await;
    assert_eq!(plans.as_deref(), Ok("auto"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_of_nodes_is_not_read_from_replicas() {
    let url = Cluster::shared().database_of_nodes().await;
    let mut config = Setup::default().on(Address::new(url.as_ref())).config;
    config.replicas = vec![PostgresUrl::new(&url).expect("an address")];
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    match serve(config, listener).await {
        Ok(running) => {
            running.stop().await;
            panic!("the server has started")
        }
        Err(why) => assert!(
            why.to_string().contains("is not read from replicas"),
            "{why}"
        ),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_show_that_moves_on_while_it_is_read_is_read_again() {
    const MOVES: u64 = 400;
    let url = Cluster::shared().database_of_nodes().await;
    let store = open_there(&url).await;
    let opened = store.commit(vec![opening(ShowId(1), &terms(900))]).await;
    assert_eq!(opened, Ok(vec![Outcome::Committed]));
    let books = PostgresBooks::new(open(&url).await);
    let selling = tokio::spawn(async move {
        for ver in 1..=MOVES {
            let next = adding(ShowId(1), ver, &[held(ver + 1)]);
            assert_eq!(store.commit(vec![next]).await, Ok(vec![Outcome::Committed]));
        }
    });
    let mut reads = 0;
    while !selling.is_finished() {
        match books.show(ShowId(1)).await {
            Ok(Some(rows)) => assert_eq!(rows.facts.len() as u64, rows.ver, "as of one moment"),
            // Each time it had moved on.
            Err(StoreError::Busy) => {}
            other => panic!("{:?}", other.map(|rows| rows.is_some())),
        }
        reads += 1;
    }
    selling.await.expect("task");
    assert!(reads > 3, "it was hardly read meanwhile");
    let rows = books.show(ShowId(1)).await.expect("rows").expect("a show");
    assert_eq!(rows.ver, MOVES + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_another_shards_is_not_written_here() {
    let cluster = Cluster::shared();
    let url = cluster.database_of_nodes().await;
    let store = open_there(&url).await;
    let slots = PostgresSlots::new(open(&url).await);
    let (show, south) = (ShowId(1), "south".parse().expect("a name"));
    slots.give(slot_of(show), south).await.expect("given");
    let open = || store.commit(vec![opening(show, &terms(900))]);
    assert_eq!(open().await, Ok(vec![Outcome::Lost]));
    assert_eq!(
        cluster.admin_in(&url, "SELECT count(*) FROM show_head"),
        "0"
    );
    slots.take(slot_of(show)).await.expect("taken");
    assert_eq!(open().await, Ok(vec![Outcome::Committed]));
    // Who a booking is for is written where the show is.
    let booking = BookingId {
        show,
        uuid: Uuid::nil(),
    };
    let contact = || ContactRow {
        contact: Contact {
            name: Some("Ann".to_owned()),
            phone: None,
        },
        words: vec!["ann".to_owned()],
        digits: String::new(),
    };
    let keep = || store.keep_contact(booking, Some(contact()), UtcMillis(1));
    cluster.admin_in(&url, "UPDATE show_head SET sales = 'moved'");
    assert_eq!(keep().await, Err(StoreError::Busy));
    let words = "SELECT count(*) FROM contact_word";
    assert_eq!(cluster.admin_in(&url, words), "0");
    cluster.admin_in(&url, "UPDATE show_head SET sales = 'open'");
    assert_eq!(keep().await, Ok(()));
    assert_eq!(cluster.admin_in(&url, words), "1");
}

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

use houseful_server::{
    postgres::{DISTRIBUTED, Database, OpenError, REFERENCE},
    store::{Store, postgres::PostgresStore},
};
use houseful_tests::cluster::Cluster;

use super::{bad_days, fresh, open, refused_shows, server, server_with, servers, settings};
use crate::store_contract::contract;

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

/// Has a database say that Citus has these tables.
pub(super) fn pretend(cluster: &Cluster, url: &str, tables: &[&str]) {
    let rows: Vec<String> = tables.iter().map(|t| format!("('{t}')")).collect();
    let rows = rows.join(", ");
    cluster.admin_in(
        url,
        &format!(
            "SET allow_system_table_mods = on;
             CREATE TABLE pg_catalog.pg_dist_partition (logicalrelid regclass);
             GRANT SELECT ON pg_catalog.pg_dist_partition TO PUBLIC;
             INSERT INTO pg_catalog.pg_dist_partition VALUES {rows}"
        ),
    );
}

/// A server's store on a database of any cluster, as the database says it is.
async fn open_there(url: &str) -> PostgresStore {
    PostgresStore::new(open(url).await).by_another_clock()
}

/// All tables that it would have.
pub(super) fn all() -> Vec<&'static str> {
    DISTRIBUTED.iter().chain(REFERENCE).copied().collect()
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
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_was_given_away_by_half_is_not_sold_from() {
    let cluster = Cluster::shared();
    let url = fresh().await;
    let (left, given) = (REFERENCE[REFERENCE.len() - 1], all());
    pretend(cluster, &url, &given[..given.len() - 1]);
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

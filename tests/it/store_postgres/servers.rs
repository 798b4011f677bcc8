//! Several servers on one database.

use std::{sync::Arc, time::Duration};

use houseful_core::{
    ids::{BookingId, ShowId},
    time::UtcMillis,
    wire::booking::Contact,
};
use houseful_server::{
    postgres::Database,
    store::{ContactRow, Outcome, ShowCommit, Store, StoreError, Tail, postgres::PostgresStore},
};
use houseful_tests::{cluster::Cluster, wait};
use uuid::Uuid;

use super::{fresh, open, server, server_with, settings, stranger};
use crate::store_contract::{adding, held, opening, terms, version};

/// What one server adds to each of `shows`, all in one batch, until it has done so `rounds` times.
/// Whoever loses reads on and decides again.
async fn sell(store: PostgresStore, shows: Vec<u64>, rounds: u64) -> u64 {
    let mut lost = 0;
    for _ in 0..rounds {
        let mut left = shows.clone();
        while !left.is_empty() {
            let ids: Vec<_> = left.iter().copied().map(ShowId).collect();
            let stand = store.stand(ids).await.expect("heads");
            let next = |(show, stands): (&u64, _)| {
                let ver = Option::map_or(stands, 0, |v: houseful_core::wire::seats::Version| v.ver);
                adding(ShowId(*show), ver, &[held(ver + 1), held(ver + 2)])
            };
            let batch: Vec<ShowCommit> = left.iter().zip(stand).map(next).collect();
            let outcomes = store.commit(batch).await.expect("commit");
            let fair = |o: &Outcome| matches!(o, Outcome::Committed | Outcome::Lost);
            assert!(outcomes.iter().all(fair), "{outcomes:?}");
            let mut outcomes = outcomes.into_iter();
            left.retain(|_| outcomes.next() != Some(Outcome::Committed));
            lost += left.len() as u64;
        }
    }
    lost
}

fn deadlocks(url: &str) -> String {
    let sql = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()";
    Cluster::shared().admin_in(url, sql)
}

#[tokio::test(flavor = "multi_thread")]
pub(super) async fn servers_race_without_a_gap_and_without_a_deadlock() {
    const SHOWS: u64 = 12;
    const ROUNDS: u64 = 12;
    const SERVERS: u64 = 4;
    let url = fresh().await;
    server_with(&url, SHOWS).await;
    let mut selling = Vec::new();
    for n in 0..SERVERS {
        // Each goes through the shows in another order.
        let mut shows: Vec<u64> = (1..=SHOWS).collect();
        let by = usize::try_from(n).expect("few") * 3;
        shows.rotate_left(by);
        if n % 2 == 1 {
            shows.reverse();
        }
        selling.push(tokio::spawn(sell(server(&url).await, shows, ROUNDS)));
    }
    let mut lost = 0;
    for task in selling {
        lost += task.await.expect("task");
    }
    assert!(lost > 0, "they were never in each other's way");
    let store = server(&url).await;
    let ver = 1 + SERVERS * ROUNDS * 2;
    for show in 1..=SHOWS {
        // A gap, or two rows of one version, can't be loaded.
        let loaded = store.load(ShowId(show)).await.expect("a whole journal");
        assert_eq!(loaded.head.map(|h| h.version), Some(version(ver)));
    }
    assert_eq!(deadlocks(&url), "0");
}

#[tokio::test(flavor = "multi_thread")]
pub(super) async fn a_row_that_somebody_holds_keeps_nobody_else_waiting() {
    let url = fresh().await;
    let store = server_with(&url, 3).await;
    let other = stranger(&url).await;
    other
        .batch_execute("BEGIN; SELECT 1 FROM show_head WHERE show_id = 2 FOR UPDATE")
        .await
        .expect("a lock");
    let batch = (1..=3).map(|n| adding(ShowId(n), 1, &[held(2)])).collect();
    let done = tokio::time::timeout(Duration::from_secs(1), store.commit(batch)).await;
    let outcomes = done.expect("at once").expect("commit");
    assert_eq!(
        outcomes,
        [Outcome::Committed, Outcome::Lost, Outcome::Committed]
    );
    // Who has it alone waits for the lock, for a while.
    let busy = store.alone(ShowId(2), None).await.map(|_| ());
    assert_eq!(busy, Err(StoreError::Busy));
    other.batch_execute("ROLLBACK").await.expect("given free");
    let (seen, alone) = store
        .alone(ShowId(2), Some(version(1)))
        .await
        .expect("alone");
    assert!(matches!(seen, Tail::Rows { ref events, .. } if events.is_empty()));
    let outcome = alone.commit(adding(ShowId(2), 1, &[held(2)])).await;
    assert_eq!(outcome, Ok(Outcome::Committed));
}

/// The commit `n` versions on, decided at `at`.
fn at(show: u64, after: u64, at: UtcMillis) -> ShowCommit {
    let mut commit = adding(ShowId(show), after, &[held(after + 1)]);
    commit.rows.iter_mut().for_each(|row| row.0 = at);
    commit
}

#[tokio::test(flavor = "multi_thread")]
pub(super) async fn what_was_decided_by_a_wrong_clock_is_not_admitted() {
    let url = fresh().await;
    server_with(&url, 4).await;
    let store = PostgresStore::new(open(&url).await);
    let now = store
        .time()
        .await
        .expect("the time")
        .expect("a clock of its own");
    let batch = vec![
        at(1, 1, now.plus_ms(-3_000)),
        at(2, 1, now),
        at(3, 1, now.plus_ms(60_000)),
        adding(ShowId(4), 1, &[]),
    ];
    let outcomes = store.commit(batch).await.expect("commit");
    for n in [0, 2] {
        let Outcome::OutOfTime { primary } = outcomes[n] else {
            panic!("{outcomes:?}")
        };
        let since_ms = primary.ms_since(now);
        assert!((0..5_000).contains(&since_ms), "{since_ms}");
    }
    assert_eq!([&outcomes[1], &outcomes[3]], [&Outcome::Committed; 2]);
    let stand = store.stand([1, 2, 3].map(ShowId).to_vec()).await;
    assert_eq!(stand, Ok([1, 2, 1].map(|v| Some(version(v))).to_vec()));
    // A show without a journal is held to it as well.
    let opened = store
        .commit(vec![opening(ShowId(9), &terms(900))])
        .await
        .expect("commit");
    assert!(
        matches!(opened[..], [Outcome::OutOfTime { .. }]),
        "{opened:?}"
    );
    // A house whose clock is not the world's goes by its own.
    let other = server(&url).await;
    assert_eq!(other.time().await, Ok(None));
    let outcome = other.commit(vec![at(1, 1, UtcMillis(5))]).await;
    assert_eq!(outcome, Ok(vec![Outcome::Committed]));
}

#[tokio::test(flavor = "multi_thread")]
pub(super) async fn who_finds_no_free_connection_is_told_so() {
    let url = fresh().await;
    server_with(&url, 2).await;
    let few = settings(&format!("{url}?pool_max=4")).waiting(Duration::from_millis(100));
    let db = Database::open(few).await.expect("open");
    let store = PostgresStore::new(db).by_another_clock();
    // Two of the four write. One has a show alone, and that leaves one to sell with.
    let (_, alone) = store.alone(ShowId(9), None).await.expect("alone");
    let next = |ver| store.commit(vec![adding(ShowId(2), ver, &[held(ver + 1)])]);
    assert_eq!(next(1).await, Ok(vec![Outcome::Committed]));
    // Nobody else has one alone until then.
    let second = store.alone(ShowId(1), None).await.map(|_| ());
    assert_eq!(second, Err(StoreError::Busy));
    // The other one is waited on too.
    let stranger = stranger(&url).await;
    let lock = "BEGIN; LOCK TABLE contact IN EXCLUSIVE MODE";
    stranger.batch_execute(lock).await.expect("a lock");
    let (keeping, booking) = (
        store.clone(),
        BookingId {
            show: ShowId(2),
            uuid: Uuid::nil(),
        },
    );
    let keeping = tokio::spawn(async move {
        let contact = ContactRow {
            contact: Contact::default(),
            words: Vec::new(),
            digits: String::new(),
        };
        keeping
            .keep_contact(booking, Some(contact), UtcMillis(1))
            .await
    });
    let stuck = "SELECT count(*) FROM pg_stat_activity
                 WHERE datname = current_database() AND wait_event_type = 'Lock'";
    wait::until("somebody who waits", 10, || {
        (Cluster::shared().admin_in(&url, stuck) == "1").then_some(())
    });
    assert_eq!(next(2).await, Err(StoreError::Busy));
    assert_eq!(
        store
            .heads()
            .await
            .expect("who reads stands in another queue")
            .len(),
        2
    );
    // Who has a show alone needs no other connection, whatever it writes.
    let opened = alone.commit(opening(ShowId(9), &terms(700))).await;
    assert_eq!(opened, Ok(Outcome::Committed));
    assert_eq!(next(2).await, Ok(vec![Outcome::Committed]));
    stranger
        .batch_execute("ROLLBACK")
        .await
        .expect("given free");
    let _ = keeping.await.expect("task");
}

#[tokio::test(flavor = "multi_thread")]
pub(super) async fn a_wrong_clock_takes_and_puts_off_nothing_before_its_time() {
    let url = fresh().await;
    server_with(&url, 2).await;
    let store = PostgresStore::new(open(&url).await);
    let now = store.time().await.expect("the time").expect("a clock");
    for (show, due_ms) in [(1, -1_000), (2, 600_000)] {
        let mut waits = at(show, 1, now);
        waits.head.next_due = Some(now.plus_ms(due_ms));
        let outcome = store.commit(vec![waits]).await;
        assert_eq!(outcome, Ok(vec![Outcome::Committed]));
    }
    // An hour ahead.
    let wrong = now.plus_ms(3_600_000);
    let taken = store.lease(wrong, wrong.plus_ms(30_000), 10).await;
    assert_eq!(taken, Ok(vec![ShowId(1)]));
    let due = "SELECT next_due FROM show_head WHERE show_id = 1";
    let due: i64 = Cluster::shared()
        .admin_in(&url, due)
        .parse()
        .expect("a time");
    let for_ms = UtcMillis(due).ms_since(now);
    assert!((30_000..60_000).contains(&for_ms), "{for_ms}");
    // A house whose clock is not the world's goes by its own.
    let other = server(&url).await;
    let taken = other.lease(wrong, wrong.plus_ms(30_000), 10).await;
    assert_eq!(taken.expect("taken").len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_that_start_at_once_bring_up_one_schema() {
    let url = Cluster::shared().database();
    let starting: Vec<_> = (0..8)
        .map(|n| {
            let settings = settings(&url);
            tokio::spawn(async move {
                let db = Database::open(settings).await.expect("open");
                let store = PostgresStore::new(db).by_another_clock();
                store.commit(vec![opening(ShowId(n), &terms(900))]).await
            })
        })
        .collect();
    for task in starting {
        let opened = task.await.expect("task");
        assert_eq!(opened, Ok(vec![Outcome::Committed]));
    }
    assert_eq!(server(&url).await.heads().await.expect("heads").len(), 8);
}

#[tokio::test(flavor = "multi_thread")]
pub(super) async fn shows_are_opened_by_one_of_those_who_try() {
    const SHOWS: u64 = 40;
    let url = fresh().await;
    let mut opening_all = Vec::new();
    for n in 0..4 {
        let store = server(&url).await;
        opening_all.push(tokio::spawn(async move {
            let mut shows: Vec<u64> = (1..=SHOWS).collect();
            shows.rotate_left(n * 7);
            let terms = terms(900);
            let batch = shows.iter().map(|n| opening(ShowId(*n), &terms)).collect();
            let outcomes = store.commit(batch).await.expect("commit");
            outcomes
                .iter()
                .filter(|o| **o == Outcome::Committed)
                .count() as u64
        }));
    }
    let mut opened = 0;
    for task in opening_all {
        opened += task.await.expect("task");
    }
    assert_eq!(opened, SHOWS, "each of them once");
    assert_eq!(deadlocks(&url), "0");
}

#[tokio::test(flavor = "multi_thread")]
pub(super) async fn who_was_dropped_halfway_leaves_nothing_behind() {
    let url = fresh().await;
    let store = Arc::new(server_with(&url, 1).await);
    for _ in 0..8 {
        let (_, alone) = store.alone(ShowId(1), None).await.expect("alone");
        drop(alone);
    }
    let waiting = || {
        let sql = "SELECT count(*) FROM pg_stat_activity
                   WHERE datname = current_database() AND state LIKE 'idle in transaction%'";
        (Cluster::shared().admin_in(&url, sql) == "0").then_some(())
    };
    wait::until("the end of what was dropped", 10, waiting);
    let outcome = store.commit(vec![adding(ShowId(1), 1, &[held(2)])]).await;
    assert_eq!(outcome, Ok(vec![Outcome::Committed]));
}

#[tokio::test(flavor = "multi_thread")]
pub(super) async fn a_show_is_born_whole_in_the_eyes_of_whoever_reads_it() {
    const SHOWS: u64 = 200;
    let url = fresh().await;
    let writer = server(&url).await;
    let mut reading = Vec::new();
    for _ in 0..3 {
        let reader = server(&url).await;
        reading.push(tokio::spawn(async move {
            for show in (1..=SHOWS).map(ShowId) {
                // Again and again until it is there.
                while reader.load(show).await.expect("a journal").head.is_none() {}
            }
        }));
    }
    for show in (1..=SHOWS).map(ShowId) {
        let outcomes = writer.commit(vec![opening(show, &terms(900))]).await;
        assert_eq!(outcomes, Ok(vec![Outcome::Committed]));
    }
    for task in reading {
        task.await.expect("a reader");
    }
    // Rows that have lost their head are told for what they are.
    let other = stranger(&url).await;
    let cut = "DELETE FROM show_head WHERE show_id = 7";
    other.batch_execute(cut).await.expect("a head is gone");
    for known in [None, Some(version(1))] {
        let read = match known {
            None => writer.load(ShowId(7)).await.map(drop),
            Some(known) => writer.tail(ShowId(7), known).await.map(drop),
        };
        assert!(matches!(read, Err(StoreError::Unreadable(_))), "{read:?}");
    }
}

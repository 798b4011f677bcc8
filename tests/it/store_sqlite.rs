//! SQLite keeps the store's contract, and what it has committed it has.

#![expect(clippy::expect_used, reason = "a test says what it expected and stops")]

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use houseful_core::ids::ShowId;
use houseful_server::store::{
    Outcome, Store, StoreError,
    sqlite::{Database, SqliteStore},
};

use houseful_tests::folder::Folder;

use crate::store_contract::{adding, contract, held, opening, terms, version};

/// The database in a folder.
fn file(folder: &Folder) -> PathBuf {
    folder.path("cinema.db")
}

fn store_in(folder: &Folder) -> SqliteStore {
    SqliteStore::new(Database::open(&file(folder)).expect("open"))
}

/// A store with `shows` open shows, numbered from 1.
async fn opened(folder: &Folder, shows: u64) -> SqliteStore {
    let (store, terms) = (store_in(folder), terms(900));
    let batch = (1..=shows).map(|n| opening(ShowId(n), &terms)).collect();
    store.commit(batch).await.expect("open the shows");
    store
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_keeps_the_contract() {
    let parent = Folder::new();
    let count = AtomicU32::new(0);
    contract(|| async {
        let file = format!("{}.db", count.fetch_add(1, Ordering::Relaxed));
        let db = Database::open(&parent.path(&file)).expect("open");
        let store: Arc<dyn Store> = Arc::new(SqliteStore::new(db));
        store
    })
    .await;
    assert!(
        count.load(Ordering::Relaxed) >= 16,
        "every clause has a store of its own"
    );
}

/// The files as a crash of the machine at this instant would leave them, in another folder.
fn crash(from: &Path) -> Folder {
    let folder = Folder::new();
    for entry in std::fs::read_dir(from).expect("list") {
        let entry = entry.expect("entry");
        let name = entry.file_name();
        // The shared index is rebuilt after a crash, and the lock was the dead process's.
        if name.to_string_lossy().ends_with("-shm") || name.to_string_lossy().ends_with(".lock") {
            continue;
        }
        std::fs::copy(entry.path(), folder.whole().join(name)).expect("copy");
    }
    folder
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answered_commit_is_there_after_a_crash_and_none_by_half() {
    // Few enough that no checkpoint runs: then only the log changes while it is copied, and a copy
    // of a file that grows is what a crash leaves.
    const SHOWS: u64 = 8;
    const ROUNDS: u64 = 25;
    let folder = Folder::new();
    let store = opened(&folder, SHOWS).await;
    let answered: Arc<Vec<AtomicU32>> = Arc::new((0..=SHOWS).map(|_| AtomicU32::new(1)).collect());
    let tasks: Vec<_> = (1..=SHOWS)
        .map(|n| {
            let (store, answered) = (store.clone(), Arc::clone(&answered));
            tokio::spawn(async move {
                for ver in 1..=ROUNDS {
                    let two = [held(ver * 2), held(ver * 2 + 1)];
                    let commit = adding(ShowId(n), ver * 2 - 1, &two);
                    let outcome = store.commit(vec![commit]).await.expect("commit");
                    assert_eq!(outcome, [Outcome::Committed]);
                    let slot = usize::try_from(n).expect("small");
                    answered[slot].fetch_add(2, Ordering::SeqCst);
                }
            })
        })
        .collect();
    // Once everybody is under way: what was answered before the copy began has to be in it.
    while answered
        .iter()
        .skip(1)
        .any(|n| n.load(Ordering::SeqCst) < 21)
    {
        tokio::task::yield_now().await;
    }
    let before: Vec<u32> = answered.iter().map(|n| n.load(Ordering::SeqCst)).collect();
    let copy = crash(folder.whole());
    for task in tasks {
        task.await.expect("task");
    }
    let after = store_in(&copy);
    for n in 1..=SHOWS {
        let loaded = after.load(ShowId(n)).await.expect("a whole journal");
        let ver = loaded.head.expect("head").version;
        assert!(
            ver.ver >= u64::from(before[usize::try_from(n).expect("small")]),
            "{n}: {ver}"
        );
        assert_eq!(
            (ver, ver.ver % 2),
            (version(ver.ver), 1),
            "both events or none"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_was_dropped_without_closing_is_complete() {
    let folder = Folder::new();
    let store = opened(&folder, 3).await;
    let added = store.commit(vec![adding(ShowId(2), 1, &[held(2)])]).await;
    assert_eq!(added, Ok(vec![Outcome::Committed]));
    drop(store);
    let again = store_in(&folder);
    assert_eq!(again.heads().await.expect("heads").len(), 3);
    let loaded = again.load(ShowId(2)).await.expect("load");
    assert_eq!(loaded.events.len(), 2);
    let latest = loaded.events.last().map(|(at, _)| *at);
    assert_eq!(Some(again.database().latest_time()), latest);
}

/// A change behind the store's back.
fn harm(folder: &Folder, sql: &str) {
    let conn = rusqlite::Connection::open(file(folder)).expect("open");
    conn.execute_batch(sql).expect("harm");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_journal_that_cannot_be_read_is_named_and_its_neighbours_go_on() {
    let folder = Folder::new();
    opened(&folder, 5).await;
    harm(
        &folder,
        "DROP TRIGGER show_event_no_delete;
         DROP TRIGGER immutable_no_delete;
         INSERT INTO show_event VALUES (1, 2, 0, 'held', 9, '{}', 0);
         UPDATE show_head SET ver = 2 WHERE show_id = 1;
         INSERT INTO show_event VALUES (2, 3, 0, 'held', 1, '{}', 0);
         UPDATE show_head SET ver = 4 WHERE show_id = 3;
         INSERT INTO show_event VALUES (4, 2, 0, 'invented', 1, '{\"invented\":{}}', 0);
         UPDATE show_head SET ver = 2 WHERE show_id = 4;",
    );
    let store = store_in(&folder);
    for (show, says) in [
        (1, "shw_1 at version 2: format 9 is newer"),
        (2, "shw_2 has version 3 where 2 belongs"),
        (3, "shw_3 ends at version 1, its head says 4"),
        (4, "shw_4 at version 2: not an event"),
    ] {
        match store.load(ShowId(show)).await {
            Err(StoreError::Unreadable(why)) => assert!(why.contains(says), "{why}"),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(store.load(ShowId(5)).await.expect("load").events.len(), 1);
    drop(store);
    harm(&folder, "DELETE FROM immutable WHERE kind = 'layout'");
    match store_in(&folder).load(ShowId(5)).await {
        Err(StoreError::Unreadable(why)) => assert!(why.contains("shw_5 at version 1"), "{why}"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_journal_is_only_added_to() {
    let folder = Folder::new();
    opened(&folder, 1).await;
    let conn = rusqlite::Connection::open(file(&folder)).expect("open");
    for sql in [
        "UPDATE show_event SET body = ''",
        "DELETE FROM show_event",
        "UPDATE immutable SET body = ''",
        "DELETE FROM immutable",
    ] {
        assert!(conn.execute(sql, []).is_err(), "{sql}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn commits_of_a_moment_share_one_wait_for_the_disk() {
    const SHOWS: u64 = 64;
    const ROUNDS: u64 = 20;
    let folder = Folder::new();
    let store = opened(&folder, SHOWS).await;
    let before = store.database().traffic();
    let tasks: Vec<_> = (1..=SHOWS)
        .map(|n| {
            let store = store.clone();
            tokio::spawn(async move {
                for ver in 1..=ROUNDS {
                    let commit = adding(ShowId(n), ver, &[held(ver + 1)]);
                    let outcome = store.commit(vec![commit]).await;
                    assert_eq!(outcome, Ok(vec![Outcome::Committed]));
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("task");
    }
    let after = store.database().traffic();
    let (commits, jobs) = (after.commits - before.commits, after.jobs - before.jobs);
    assert_eq!(jobs, SHOWS * ROUNDS);
    assert!(commits * 2 < jobs, "{jobs} jobs took {commits} commits");
}

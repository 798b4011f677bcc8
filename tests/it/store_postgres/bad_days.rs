//! What may be written is unknown, what can't be is not, and what was answered stays.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use houseful_core::ids::ShowId;
use houseful_server::{
    postgres::{Database, OpenError},
    store::{Outcome, Store, StoreError, postgres::PostgresStore},
};
use houseful_tests::{
    cluster::{Cluster, ROLE},
    wait,
};

use super::{server, server_with, settings};
use crate::store_contract::{adding, held, opening, terms, version};

/// Has every commit wait for a standby that does not exist.
fn wait_for_nobody(cluster: &Cluster, wait: bool) {
    let names = if wait { "nobody" } else { "" };
    cluster.set(&[("synchronous_standby_names", names)]);
    cluster.reload();
    let shown = || (cluster.admin("SHOW synchronous_standby_names") == names).then_some(());
    wait::until("the setting", 10, shown);
    // Whether anybody waits is what the checkpointer has read, which it does before its work.
    cluster.admin("CHECKPOINT");
}

/// Does something to the connection that waits for a standby.
async fn to_the_one_that_waits(cluster: &Cluster, does: &str) {
    let sql = format!("SELECT {does}(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'");
    wait::until_async("somebody who waits", 20, async || {
        (cluster.admin(&sql) == "t").then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
pub(super) async fn a_commit_that_was_not_waited_for_is_unknown() {
    for (show, does, quiet) in [
        (1, "pg_cancel_backend", false),
        (1, "pg_cancel_backend", true),
        (2, "pg_terminate_backend", false),
    ] {
        let cluster = Cluster::quick();
        if quiet {
            // The warning is all that is said of it.
            let set = "SET client_min_messages = error";
            cluster.admin(&format!("ALTER ROLE {ROLE} {set}"));
        }
        let url = cluster.database();
        let store = Arc::new(server_with(&url, 2).await);
        wait_for_nobody(&cluster, true);
        let committing = Arc::clone(&store);
        let commit = adding(ShowId(show), 1, &[held(2)]);
        let done = tokio::spawn(async move { committing.commit(vec![commit]).await });
        to_the_one_that_waits(&cluster, does).await;
        assert_eq!(
            done.await.expect("task"),
            Err(StoreError::Unknown),
            "{does}"
        );
        wait_for_nobody(&cluster, false);
        // It is there after all; a server that asks again finds out.
        let stand = store.stand(vec![ShowId(show)]).await;
        assert_eq!(stand, Ok(vec![Some(version(2))]), "{does}");
        let again = store.commit(vec![adding(ShowId(show), 2, &[])]).await;
        assert_eq!(again, Ok(vec![Outcome::Committed]), "{does}");
    }
}

#[tokio::test(flavor = "multi_thread")]
pub(super) async fn a_commit_without_an_answer_in_time_is_unknown() {
    let cluster = Cluster::quick();
    let url = cluster.database();
    server_with(&url, 1).await;
    let hasty = settings(&url).answering(Duration::from_millis(400));
    let store = PostgresStore::new(Database::open(hasty).await.expect("open")).by_another_clock();
    wait_for_nobody(&cluster, true);
    let commit = store.commit(vec![adding(ShowId(1), 1, &[held(2)])]).await;
    assert_eq!(commit, Err(StoreError::Unknown));
    // A plain look sees nothing of it, and a fence would wait: nothing is acknowledged from it.
    let fence = store.commit(vec![adding(ShowId(1), 1, &[])]).await;
    assert!(
        matches!(fence, Err(StoreError::Unknown) | Ok(_)),
        "{fence:?}"
    );
    assert_ne!(fence, Ok(vec![Outcome::Committed]));
    wait_for_nobody(&cluster, false);
}

#[tokio::test(flavor = "multi_thread")]
pub(super) async fn a_server_without_a_database_says_so_and_goes_on_when_it_is_back() {
    let mut cluster = Cluster::quick();
    let url = cluster.database();
    let store = server_with(&url, 1).await;
    cluster.stop();
    let commit = store.commit(vec![adding(ShowId(1), 1, &[held(2)])]).await;
    assert_eq!(commit, Err(StoreError::Busy));
    assert!(matches!(store.load(ShowId(1)).await, Err(StoreError::Busy)));
    cluster.restart();
    let commit = store.commit(vec![adding(ShowId(1), 1, &[held(2)])]).await;
    assert_eq!(commit, Ok(vec![Outcome::Committed]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_primary_that_became_a_standby_is_left_alone() {
    let mut cluster = Cluster::quick();
    let url = cluster.database();
    let store = server_with(&url, 1).await;
    cluster.stop();
    cluster.make_standby();
    cluster.restart();
    let next = || store.commit(vec![adding(ShowId(1), 1, &[held(2)])]);
    assert_eq!(next().await, Err(StoreError::Busy));
    let opened = Database::open(settings(&url)).await.map(|_| ());
    let Err(OpenError::NoPrimary { tried }) = opened else {
        panic!("{opened:?}")
    };
    assert!(tried[0].contains("is a standby"), "{tried:?}");
    assert_eq!(cluster.admin("SELECT pg_promote()"), "t");
    assert_eq!(next().await, Ok(vec![Outcome::Committed]));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_primaries_the_one_with_the_later_history_is_sold_from() {
    let mut old = Cluster::quick();
    let url = old.database();
    server_with(&url, 1).await.database().close();
    let new = old.promoted_copy();
    let both = url.replace(
        "@127.0.0.1:",
        &format!("@127.0.0.1:{},127.0.0.1:", old.port()),
    );
    let (first, last) = (format!(":{}/", old.port()), format!(":{}/", new.port()));
    let both = both.replace(&first, &last);
    let store = server(&both).await;
    let commit = store.commit(vec![adding(ShowId(1), 1, &[held(2)])]).await;
    assert_eq!(commit, Ok(vec![Outcome::Committed]));
    let ver = "SELECT ver FROM show_head";
    assert_eq!(old.admin_in(&url, ver), "1");
    assert_eq!(new.admin_in(&url.replace(&first, &last), ver), "2");
    // With the new one gone for a while, the old one is not gone back to.
    drop(new);
    let commit = store.commit(vec![adding(ShowId(1), 2, &[held(3)])]).await;
    assert!(
        matches!(commit, Err(StoreError::Busy | StoreError::Unknown)),
        "{commit:?}"
    );
    let again = store.commit(vec![adding(ShowId(1), 1, &[held(3)])]).await;
    assert_eq!(again, Err(StoreError::Busy));
    assert_eq!(old.admin_in(&url, ver), "1");
}

/// A server that hangs keeps its connections and says nothing, not even that it hangs.
#[tokio::test(flavor = "multi_thread")]
async fn a_primary_that_hangs_is_not_waited_for_when_another_one_leads() {
    let old = Cluster::quick();
    let url = old.database();
    let new = old.standby("two");
    let store = server(&Cluster::one_of(&[&old, &new], &url)).await;
    let opened = store.commit(vec![opening(ShowId(1), &terms(900))]).await;
    assert_eq!(opened, Ok(vec![Outcome::Committed]));
    // So that nothing is left to prepare, and the next one is sent at once.
    let commit = store.commit(vec![adding(ShowId(1), 1, &[held(2)])]).await;
    assert_eq!(commit, Ok(vec![Outcome::Committed]));
    new.catch_up(&old);
    old.freeze();
    let committing = {
        let store = store.clone();
        let commit = adding(ShowId(1), 2, &[held(3)]);
        tokio::spawn(async move { store.commit(vec![commit]).await })
    };
    new.promote();
    let told = tokio::time::timeout(Duration::from_secs(6), async {
        let first = committing.await.expect("task");
        // Nobody knows whether it was written there before.
        assert_eq!(first, Err(StoreError::Unknown));
        store.commit(vec![adding(ShowId(1), 2, &[held(3)])]).await
    });
    let next = told.await.expect("long before a server may be late");
    assert_eq!(next, Ok(vec![Outcome::Committed]));
    // What was asked of the old one may be done there still, and nobody sees it.
    old.thaw();
    let stand = store.stand(vec![ShowId(1)]).await;
    assert_eq!(stand, Ok(vec![Some(version(3))]));
    let ver = "SELECT ver FROM show_head";
    assert_eq!(new.admin_in(&new.here(&url), ver), "3");
}

/// Adds events to a show until that does not go well any more; the version it came to, and why.
async fn until_refused(store: &PostgresStore, show: ShowId) -> (u64, StoreError) {
    for ver in 1.. {
        match store
            .commit(vec![adding(show, ver, &[held(ver + 1)])])
            .await
        {
            Ok(outcome) => assert_eq!(outcome, [Outcome::Committed]),
            Err(why) => return (ver, why),
        }
    }
    unreachable!("a journal without an end")
}

/// A server that is full says so, at once and for ever, and takes connections as before.
#[tokio::test(flavor = "multi_thread")]
async fn a_primary_that_is_full_is_left_when_another_one_leads() {
    let old = Cluster::quick();
    let url = old.database();
    let new = old.standby("two");
    let store = server(&Cluster::one_of(&[&old, &new], &url)).await;
    let opened = store.commit(vec![opening(ShowId(1), &terms(900))]).await;
    assert_eq!(opened, Ok(vec![Outcome::Committed]));
    old.fill_disk(&url);
    let (ver, why) = until_refused(&store, ShowId(1)).await;
    assert_eq!(why, StoreError::Unwritable("the disk is full".to_owned()));
    new.catch_up(&old);
    new.promote();
    // Sooner than somebody would look round without a reason.
    wait::until_async("the one that can write", 3, async || {
        let next = adding(ShowId(1), ver, &[held(ver + 1)]);
        match store.commit(vec![next]).await {
            Ok(outcome) if outcome == [Outcome::Committed] => Some(()),
            // Whoever was not told whether it is written looks.
            Ok(_) | Err(StoreError::Unwritable(_) | StoreError::Busy | StoreError::Unknown) => {
                let stand = store.stand(vec![ShowId(1)]).await;
                (stand == Ok(vec![Some(version(ver + 1))])).then_some(())
            }
            Err(why) => panic!("{why}"),
        }
    })
    .await;
    let head = "SELECT ver FROM show_head";
    assert_eq!(new.admin_in(&new.here(&url), head), (ver + 1).to_string());
    assert_eq!(old.admin_in(&url, head), ver.to_string());
}

/// Whoever only reads never waits and is never refused, and would read an old primary for ever.
#[tokio::test(flavor = "multi_thread")]
async fn an_old_primary_is_not_read_from_for_long() {
    let old = Cluster::quick();
    let url = old.database();
    let new = old.standby("two");
    let store = server(&Cluster::one_of(&[&old, &new], &url)).await;
    let opened = store.commit(vec![opening(ShowId(1), &terms(900))]).await;
    assert_eq!(opened, Ok(vec![Outcome::Committed]));
    // From here on there is a connection to read with, and none has to be made.
    let stand = store.stand(vec![ShowId(1)]).await;
    assert_eq!(stand, Ok(vec![Some(version(1))]));
    new.catch_up(&old);
    new.promote();
    // Somebody else sells at the new one.
    let other = server(&new.here(&url)).await;
    let sold = other.commit(vec![adding(ShowId(1), 1, &[held(2)])]).await;
    assert_eq!(sold, Ok(vec![Outcome::Committed]));
    wait::until_async("what was sold", 12, async || {
        let stand = store.stand(vec![ShowId(1)]).await;
        (stand == Ok(vec![Some(version(2))])).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
pub(super) async fn what_was_answered_is_there_after_a_kill() {
    const SHOWS: u64 = 6;
    let mut cluster = Cluster::start();
    let url = cluster.database();
    let store = server_with(&url, SHOWS).await;
    let stop = Arc::new(AtomicBool::new(false));
    let answered: Arc<Vec<AtomicU64>> = Arc::new((0..=SHOWS).map(|_| AtomicU64::new(1)).collect());
    let selling: Vec<_> = (1..=SHOWS)
        .map(|show| {
            let (store, stop, answered) = (store.clone(), Arc::clone(&stop), Arc::clone(&answered));
            tokio::spawn(async move {
                let slot = &answered[usize::try_from(show).expect("few")];
                while !stop.load(Ordering::SeqCst) {
                    let ver = slot.load(Ordering::SeqCst);
                    let two = [held(ver + 1), held(ver + 2)];
                    match store.commit(vec![adding(ShowId(show), ver, &two)]).await {
                        Ok(outcome) if outcome == [Outcome::Committed] => {
                            slot.store(ver + 2, Ordering::SeqCst);
                        }
                        Ok(other) => panic!("{other:?}"),
                        Err(StoreError::Busy | StoreError::Unknown) => return,
                        Err(other) => panic!("{other}"),
                    }
                }
            })
        })
        .collect();
    let under_way = || {
        answered
            .iter()
            .skip(1)
            .all(|n| n.load(Ordering::SeqCst) >= 21)
            .then_some(())
    };
    wait::until_async("commits", 60, async || under_way()).await;
    cluster.kill();
    stop.store(true, Ordering::SeqCst);
    for task in selling {
        task.await.expect("task");
    }
    cluster.restart();
    let store = server(&url).await;
    for show in 1..=SHOWS {
        let loaded = store.load(ShowId(show)).await.expect("a whole journal");
        let ver = loaded.head.expect("head").version;
        let least = answered[usize::try_from(show).expect("few")].load(Ordering::SeqCst);
        assert!(
            ver.ver == least || ver.ver == least + 2,
            "{show}: {ver}, answered {least}"
        );
        assert_eq!(ver, version(ver.ver), "both events or none");
    }
}

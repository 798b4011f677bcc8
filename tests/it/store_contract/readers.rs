//! What is told without deciding anything: what is due, heads, journals.

use std::sync::Arc;

use houseful_core::ids::ShowId;
use houseful_server::store::{Head, Outcome, SalesWord, Store};

use super::{START, adding, commit, head, held, open, stands, version};

pub(super) async fn what_is_due_is_taken_by_one(store: Arc<dyn Store>) {
    open(&*store, [1, 2, 3, 4]).await;
    let at = |ms| Some(START.plus_ms(ms));
    for (n, due) in [(1, at(30)), (2, at(10)), (3, None), (4, at(20))] {
        let mut waits = adding(ShowId(n), 1, &[held(2)]);
        waits.head.next_due = due;
        assert_eq!(commit(&*store, vec![waits]).await, [Outcome::Committed]);
    }
    let lease = |ms, until, limit| store.lease(START.plus_ms(ms), START.plus_ms(until), limit);
    assert_eq!(lease(9, 60, 10).await, Ok(vec![]));
    let first = lease(10, 60, 10).await;
    assert_eq!(first, Ok(vec![ShowId(2)]), "at its instant it is over");
    let two = lease(50, 70, 1).await.expect("leased");
    assert_eq!(two, [ShowId(4)], "the longest wait first");
    assert_eq!(lease(59, 70, 10).await, Ok(vec![ShowId(1)]));
    assert_eq!(lease(59, 70, 10).await, Ok(vec![]), "each was taken");
    // Whoever took it did not come back.
    assert_eq!(lease(60, 90, 10).await, Ok(vec![ShowId(2)]));
    let stood = stands(&*store, ShowId(2)).await;
    assert_eq!(stood, (version(2), 2), "the version did not move");
    let mut sooner = adding(ShowId(2), 2, &[held(3)]);
    sooner.head.next_due = at(65);
    assert_eq!(commit(&*store, vec![sooner]).await, [Outcome::Committed]);
    assert_eq!(
        lease(65, 90, 10).await,
        Ok(vec![ShowId(2)]),
        "a commit said so"
    );
    // Several servers at once: every show is taken, and none twice.
    let takers: Vec<_> = (0..8)
        .map(|_| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                let (now, until) = (START.plus_ms(200), START.plus_ms(300));
                store.lease(now, until, 2).await.expect("leased")
            })
        })
        .collect();
    let mut taken = Vec::new();
    for taker in takers {
        taken.extend(taker.await.expect("task"));
    }
    taken.sort_unstable();
    assert_eq!(taken, [ShowId(1), ShowId(2), ShowId(4)]);
}

pub(super) async fn all_heads_are_told(store: &dyn Store) {
    open(store, [5, 3, 9]).await;
    let mut last = adding(ShowId(9), 1, &[held(2)]);
    last.head = Head {
        next_due: Some(START),
        taken: 3,
        total: 300,
        sales: SalesWord::Cancelled,
        ..last.head
    };
    assert_eq!(
        commit(store, vec![last.clone()]).await,
        [Outcome::Committed]
    );
    let mut heads = store.heads().await.expect("heads");
    heads.sort_by_key(|h| h.show);
    assert_eq!(heads, [head(ShowId(3), 1), head(ShowId(5), 1), last.head]);
}

pub(super) async fn the_journal_is_told_from_a_version_on(store: &dyn Store) {
    open(store, [1, 2]).await;
    let events = [held(2), held(3), held(4)];
    assert_eq!(
        commit(store, vec![adding(ShowId(1), 1, &events)]).await,
        [Outcome::Committed]
    );
    let vers = |after, limit| async move {
        let entries = store
            .journal(ShowId(1), after, limit)
            .await
            .expect("journal");
        entries.into_iter().map(|e| e.ver).collect::<Vec<_>>()
    };
    assert_eq!(vers(0, 10).await, [1, 2, 3, 4]);
    assert_eq!(vers(2, 1).await, [3]);
    assert_eq!(vers(4, 10).await, [0_u64; 0]);
    assert_eq!(vers(u64::MAX, 10).await, [0_u64; 0]);
    let entry = store
        .journal(ShowId(1), 1, 1)
        .await
        .expect("journal")
        .remove(0);
    assert_eq!(
        (entry.show, entry.at.0, entry.kind.as_str()),
        (ShowId(1), START.plus_ms(2), "held")
    );
    let hold = entry.event.get("held").expect("the event as it is stored");
    assert_eq!(hold.get("fee_minor"), Some(&serde_json::json!(0)));
}

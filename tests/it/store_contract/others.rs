//! What somebody who is not the only writer has to know.

use std::sync::Arc;

use houseful_core::{ids::ShowId, show::Event, wire::seats::Version};
use houseful_server::store::{Outcome, Store, StoreError, Tail};
use houseful_tests::wait;

use super::{START, adding, commit, held, open, opening, stands, terms, version, with};

const SHOW: ShowId = ShowId(1);

/// A version on a line that this journal never was on.
fn lost(ver: u64) -> Version {
    Version { ver, tip: 77 }
}

/// Where the journal ends and what it adds; `None` for a version that is not on its line.
fn rows(tail: Tail) -> Option<(Version, Vec<Event>)> {
    match tail {
        Tail::Rows { head, events } => {
            let events = events.into_iter().map(|(_, event)| event).collect();
            Some((head.version, events))
        }
        Tail::Elsewhere(_) => None,
    }
}

/// Where the whole show stands, as it is told to whoever knows nothing of use.
fn whole(tail: Tail) -> Option<(Option<Version>, usize)> {
    match tail {
        Tail::Rows { .. } => None,
        Tail::Elsewhere(loaded) => Some((loaded.head.map(|h| h.version), loaded.events.len())),
    }
}

pub(super) async fn where_shows_stand_is_told(store: &dyn Store) {
    open(store, [1, 3]).await;
    let moved = commit(store, vec![adding(ShowId(3), 1, &[held(2), held(3)])]).await;
    assert_eq!(moved, [Outcome::Committed]);
    let asked = vec![ShowId(3), ShowId(2), ShowId(1), ShowId(3)];
    let stand = store.stand(asked).await.expect("heads");
    let three = Some(version(3));
    assert_eq!(stand, [three, None, Some(version(1)), three]);
    assert_eq!(store.stand(Vec::new()).await, Ok(Vec::new()));
}

pub(super) async fn a_journal_goes_on_from_a_version_on_its_line(store: &dyn Store) {
    open(store, [1, 2]).await;
    let first = commit(store, vec![adding(SHOW, 1, &[held(2), held(3)])]).await;
    assert_eq!(first, [Outcome::Committed]);
    let second = commit(store, vec![adding(SHOW, 3, &[held(4)])]).await;
    assert_eq!(second, [Outcome::Committed]);
    let after = async |known| store.tail(SHOW, known).await.expect("a tail");
    let goes_on = async |ver| rows(after(version(ver)).await);
    assert_eq!(goes_on(4).await, Some((version(4), vec![])));
    assert_eq!(goes_on(3).await, Some((version(4), vec![held(4)])));
    let all = vec![held(2), held(3), held(4)];
    assert_eq!(goes_on(1).await, Some((version(4), all)));
    // The head never stood in the middle of a commit, and never beyond its end.
    let everything = Some((Some(version(4)), 4));
    for known in [version(2), version(5), lost(1), lost(3), lost(4), lost(9)] {
        assert_eq!(whole(after(known).await), everything, "{known}");
    }
    let nothing = store.tail(ShowId(9), version(1)).await.expect("a tail");
    assert_eq!(whole(nothing), Some((None, 0)));
}

pub(super) async fn a_fence_stands_only_where_the_head_stands(store: &dyn Store) {
    open(store, [1]).await;
    let mut due = adding(SHOW, 1, &[held(2)]);
    due.head.next_due = Some(START);
    assert_eq!(commit(store, vec![due]).await, [Outcome::Committed]);
    let before = store.load(SHOW).await.expect("load").head;
    let mut other_tip = adding(SHOW, 2, &[]);
    other_tip.expect = Some(lost(2));
    other_tip.head.version = lost(2);
    let fences = vec![adding(SHOW, 2, &[]), adding(SHOW, 1, &[]), other_tip];
    let outcomes = commit(store, fences).await;
    assert_eq!(outcomes, [Outcome::Committed, Outcome::Lost, Outcome::Lost]);
    assert_eq!(store.load(SHOW).await.expect("load").head, before);
}

pub(super) async fn who_has_a_show_alone_cannot_lose_it(store: Arc<dyn Store>) {
    open(&*store, [1, 2]).await;
    let moved = commit(&*store, vec![adding(SHOW, 1, &[held(2)])]).await;
    assert_eq!(moved, [Outcome::Committed]);
    let (seen, alone) = store.alone(SHOW, Some(version(1))).await.expect("alone");
    assert_eq!(rows(seen), Some((version(2), vec![held(2)])));
    // Others lose at once, and their neighbours go on.
    let batch = vec![
        adding(SHOW, 2, &[held(3)]),
        adding(SHOW, 2, &[]),
        adding(ShowId(2), 1, &[held(2)]),
    ];
    let outcomes = commit(&*store, batch).await;
    assert_eq!(outcomes, [Outcome::Lost, Outcome::Lost, Outcome::Committed]);
    let next = {
        let store = Arc::clone(&store);
        tokio::spawn(async move {
            let (seen, alone) = store.alone(SHOW, Some(version(2))).await.expect("alone");
            drop(alone);
            rows(seen)
        })
    };
    tokio::task::yield_now().await;
    let mine = alone.commit(adding(SHOW, 2, &[held(4)])).await;
    assert_eq!(mine, Ok(Outcome::Committed));
    let seen = next.await.expect("task");
    assert_eq!(
        seen,
        Some((version(3), vec![held(4)])),
        "it waited its turn"
    );
    // Who gives a show back without a word is not waited for.
    wait::until_async("the show is free", 10, async || {
        let after = commit(&*store, vec![adding(SHOW, 3, &[held(5)])]).await;
        (after == [Outcome::Committed]).then_some(())
    })
    .await;
}

pub(super) async fn a_show_that_was_given_free_unwritten_is_as_it_was(store: &dyn Store) {
    open(store, [1, 2]).await;
    let (seen, alone) = store.alone(SHOW, Some(lost(1))).await.expect("alone");
    assert_eq!(whole(seen), Some((Some(version(1)), 1)));
    drop(alone);
    assert_eq!(stands(store, SHOW).await, (version(1), 1));
    // What was decided on something else is lost all the same, and another show is none of its.
    let (_, alone) = store.alone(SHOW, None).await.expect("alone");
    let stale = alone.commit(adding(SHOW, 4, &[held(5)])).await;
    assert_eq!(stale, Ok(Outcome::Lost));
    let (_, alone) = store.alone(SHOW, None).await.expect("alone");
    let strange = alone.commit(adding(ShowId(2), 1, &[held(2)])).await;
    assert!(
        matches!(strange, Err(StoreError::Unwritable(_))),
        "{strange:?}"
    );
    // It is free as soon as the server has heard that nobody wants it.
    wait::until_async("the show is free", 10, async || {
        let mine = commit(store, vec![with(SHOW, 1, vec![])]).await;
        (mine == [Outcome::Committed]).then_some(())
    })
    .await;
    let other = commit(store, vec![adding(ShowId(2), 1, &[held(2)])]);
    assert_eq!(other.await, [Outcome::Committed]);
}

pub(super) async fn a_show_is_opened_alone(store: &dyn Store) {
    let (seen, alone) = store.alone(SHOW, None).await.expect("alone");
    assert_eq!(whole(seen), Some((None, 0)));
    let opened = alone.commit(opening(SHOW, &terms(900))).await;
    assert_eq!(opened, Ok(Outcome::Committed));
    assert_eq!(stands(store, SHOW).await, (version(1), 1));
}

pub(super) async fn of_many_who_want_it_alone_each_has_it_once(store: Arc<dyn Store>) {
    const MANY: u64 = 16;
    open(&*store, [1]).await;
    let tasks: Vec<_> = (0..MANY)
        .map(|_| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                let (seen, alone) = store.alone(SHOW, Some(version(1))).await.expect("alone");
                let (stands, _) = rows(seen).expect("on its line");
                let next = adding(SHOW, stands.ver, &[held(stands.ver + 1)]);
                alone.commit(next).await.expect("commit")
            })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.expect("task"), Outcome::Committed);
    }
    let (stood, events) = stands(&*store, SHOW).await;
    assert_eq!((stood, events as u64), (version(MANY + 1), MANY + 1));
}

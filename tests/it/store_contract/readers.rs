//! What is told without deciding anything: what is due, heads, journals.

use houseful_core::ids::ShowId;
use houseful_server::store::{Head, Outcome, SalesWord, Store};

use super::{START, adding, commit, head, held, open, stands, version};

pub(super) async fn what_is_due_is_told_and_can_be_put_off(store: &dyn Store) {
    open(store, [1, 2, 3, 4]).await;
    let at = |ms| Some(START.plus_ms(ms));
    for (n, due) in [(1, at(30)), (2, at(10)), (3, None), (4, at(20))] {
        let mut commit = adding(ShowId(n), 1, &[held(2)]);
        commit.head.next_due = due;
        assert_eq!(
            store.commit(vec![commit]).await,
            Ok(vec![Outcome::Committed])
        );
    }
    let due = |ms, limit| store.due(START.plus_ms(ms), limit);
    assert_eq!(due(9, 10).await, Ok(vec![]));
    assert_eq!(
        due(10, 10).await,
        Ok(vec![ShowId(2)]),
        "at its instant it is over"
    );
    assert_eq!(due(99, 10).await, Ok(vec![ShowId(2), ShowId(4), ShowId(1)]));
    assert_eq!(due(99, 2).await, Ok(vec![ShowId(2), ShowId(4)]));
    store
        .put_off(ShowId(2), START.plus_ms(50))
        .await
        .expect("put off");
    store
        .put_off(ShowId(3), START.plus_ms(50))
        .await
        .expect("put off");
    assert_eq!(due(49, 10).await, Ok(vec![ShowId(4), ShowId(1)]));
    assert_eq!(due(50, 10).await, Ok(vec![ShowId(4), ShowId(1), ShowId(2)]));
    assert_eq!(
        stands(store, ShowId(2)).await,
        (version(2), 2),
        "the version did not move"
    );
    // Putting off never brings forward.
    store.put_off(ShowId(1), START).await.expect("put off");
    assert_eq!(due(20, 10).await, Ok(vec![ShowId(4)]));
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

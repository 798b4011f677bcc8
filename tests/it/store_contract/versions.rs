//! A show moves from one version to the next, once.

use std::sync::Arc;

use houseful_core::{
    code::{BookingCode, TicketCode},
    ids::ShowId,
    show::Event,
    wire::seats::Version,
};
use houseful_server::store::{Outcome, SalesWord, Store, StoreError};
use uuid::Uuid;

use super::{
    START, adding, booking_row, commit, held, money_row, open, opening, stands, terms, ticket,
    version, with,
};

pub(super) async fn a_show_without_a_journal_is_empty(store: &dyn Store) {
    let loaded = store.load(ShowId(1)).await.expect("load");
    assert!(loaded.head.is_none() && loaded.events.is_empty());
    assert_eq!(store.heads().await, Ok(Vec::new()));
    assert_eq!(store.journal(ShowId(1), 0, 10).await, Ok(Vec::new()));
    let moved = commit(store, vec![adding(ShowId(1), 1, &[held(2)])]).await;
    assert_eq!(moved, [Outcome::Lost]);
    assert!(store.load(ShowId(1)).await.expect("load").events.is_empty());
}

pub(super) async fn what_is_committed_is_loaded(store: &dyn Store) {
    let terms = terms(1_234);
    let show = ShowId(i64::MAX.cast_unsigned());
    let events = [
        held(2),
        held(3),
        Event::Expired {
            bookings: vec![Uuid::nil()],
        },
    ];
    let mut second = adding(show, 1, &events);
    second.head.next_due = Some(START.plus_ms(5));
    second.head.sales = SalesWord::Paused;
    assert_eq!(
        commit(store, vec![opening(show, &terms)]).await,
        [Outcome::Committed]
    );
    assert_eq!(
        commit(store, vec![second.clone()]).await,
        [Outcome::Committed]
    );
    let loaded = store.load(show).await.expect("load");
    assert_eq!(loaded.head, Some(second.head));
    let times: Vec<i64> = loaded
        .events
        .iter()
        .map(|(at, _)| at.ms_since(START))
        .collect();
    assert_eq!(times, [0, 2, 3, 4]);
    let (first, rest) = loaded.events.split_first().expect("events");
    assert!(matches!(&first.1, Event::Opened { terms: t, .. } if *t == terms));
    assert!(rest.iter().map(|(_, e)| e).eq(&events));
}

pub(super) async fn only_the_expected_version_and_tip_move(store: &dyn Store) {
    open(store, [1]).await;
    let show = ShowId(1);
    let good = with(
        show,
        1,
        vec![
            ticket(show, 0, 5, 2, true),
            booking_row(show, 2, 9, "secured"),
            money_row(show, 2, 900),
        ],
    );
    let mut wrong_tip = good.clone();
    wrong_tip.expect = Some(Version { ver: 1, tip: 3 });
    let mut wrong_ver = adding(show, 2, &[held(3)]);
    wrong_ver.projections.clone_from(&good.projections);
    for lost in [wrong_tip, wrong_ver] {
        assert_eq!(commit(store, vec![lost]).await, [Outcome::Lost]);
        assert_eq!(stands(store, show).await, (version(1), 1));
        let found = store.ticket_by_code(TicketCode::from_bits(5)).await;
        assert_eq!(found, Ok(None));
        let found = store.bookings_by_code(BookingCode::from_bits(9)).await;
        assert_eq!(found, Ok(Vec::new()));
    }
    assert_eq!(
        commit(store, vec![good.clone()]).await,
        [Outcome::Committed]
    );
    assert_eq!(stands(store, show).await, (version(2), 2));
    assert_eq!(
        commit(store, vec![good]).await,
        [Outcome::Lost],
        "the same again"
    );
    assert_eq!(stands(store, show).await, (version(2), 2));
}

pub(super) async fn a_show_is_opened_once(store: &dyn Store) {
    let (cheap, dear) = (terms(900), terms(1_000));
    let show = ShowId(1);
    let outcomes = commit(store, vec![opening(show, &cheap), opening(show, &dear)]).await;
    assert_eq!(outcomes, [Outcome::Committed, Outcome::Lost]);
    assert_eq!(
        commit(store, vec![opening(show, &dear)]).await,
        [Outcome::Lost]
    );
    let loaded = store.load(show).await.expect("load");
    assert!(matches!(&loaded.events[..], [(_, Event::Opened { terms, .. })] if *terms == cheap));
}

pub(super) async fn a_repeated_yes_moves_nothing(store: &dyn Store) {
    open(store, [1]).await;
    let before = store.load(ShowId(1)).await.expect("load").head;
    let fence = adding(ShowId(1), 1, &[]);
    assert_eq!(commit(store, vec![fence]).await, [Outcome::Committed]);
    assert_eq!(store.load(ShowId(1)).await.expect("load").head, before);
    let stale = adding(ShowId(1), 2, &[]);
    assert_eq!(commit(store, vec![stale]).await, [Outcome::Lost]);
}

pub(super) async fn a_lost_show_leaves_its_neighbours_alone(store: &dyn Store) {
    open(store, [1, 2, 3]).await;
    let batch = vec![
        adding(ShowId(1), 1, &[held(2)]),
        adding(ShowId(2), 7, &[held(8)]),
        adding(ShowId(3), 1, &[held(2), held(3)]),
    ];
    let outcomes = commit(store, batch).await;
    assert_eq!(
        outcomes,
        [Outcome::Committed, Outcome::Lost, Outcome::Committed]
    );
    assert_eq!(stands(store, ShowId(1)).await, (version(2), 2));
    assert_eq!(stands(store, ShowId(2)).await, (version(1), 1));
    assert_eq!(stands(store, ShowId(3)).await, (version(3), 3));
}

pub(super) async fn of_two_on_one_version_one_is_lost(store: &dyn Store) {
    open(store, [1]).await;
    let batch = vec![
        adding(ShowId(1), 1, &[held(2)]),
        adding(ShowId(1), 1, &[held(3)]),
        adding(ShowId(1), 2, &[held(4)]),
    ];
    let outcomes = commit(store, batch).await;
    assert_eq!(
        outcomes,
        [Outcome::Committed, Outcome::Lost, Outcome::Committed]
    );
    let loaded = store.load(ShowId(1)).await.expect("load");
    let events: Vec<_> = loaded.events.into_iter().skip(1).map(|(_, e)| e).collect();
    assert_eq!(events, [held(2), held(4)]);
}

pub(super) async fn one_of_many_at_once_wins(store: Arc<dyn Store>) {
    open(&*store, [1]).await;
    let tasks: Vec<_> = (0..64)
        .map(|n| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                store
                    .commit(vec![adding(ShowId(1), 1, &[held(100 + n)])])
                    .await
            })
        })
        .collect();
    let mut won = 0;
    for task in tasks {
        match task.await.expect("task").expect("commit")[..] {
            [Outcome::Committed] => won += 1,
            [Outcome::Lost] => {}
            ref other => panic!("{other:?}"),
        }
    }
    assert_eq!(won, 1);
    assert_eq!(stands(&*store, ShowId(1)).await, (version(2), 2));
}

pub(super) async fn rows_are_numbered_without_gaps(store: &dyn Store) {
    open(store, [1, 2]).await;
    let mut gap = adding(ShowId(1), 1, &[held(2)]);
    gap.head.version = version(3);
    let answer = store
        .commit(vec![adding(ShowId(2), 1, &[held(2)]), gap])
        .await;
    assert!(
        matches!(answer, Err(StoreError::Unwritable(_))),
        "{answer:?}"
    );
    // An error is about the whole batch.
    assert_eq!(stands(store, ShowId(1)).await, (version(1), 1));
    assert_eq!(stands(store, ShowId(2)).await, (version(1), 1));
}

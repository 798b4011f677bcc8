//! What is told without deciding anything: what is due, heads, journals.

use std::sync::Arc;

use houseful_core::{
    code::{BookingCode, TicketCode},
    ids::{CommandId, Fingerprint, OwnerRef, PaymentId, ShowId},
    message::Tender,
    refund::RefundReason,
    show::{Event, Refund, ReturnReason, Tickets},
    time::UtcMillis,
};
use houseful_server::store::{DeskPlace, DeskRows, Head, Outcome, SalesWord, Store};
use houseful_tests::made_up;
use uuid::Uuid;

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

pub(super) async fn the_desk_is_told_its_rows_alone_page_by_page(store: &dyn Store) {
    open(store, [1, 2]).await;
    // Of the same instants in both shows: versions 2 to 8.
    let events = [
        held(1),
        secured(1, false),
        secured(2, true),
        refunded(1, None),
        refunded(2, Some(CommandId(Uuid::from_u128(7)))),
        returned(3),
        gone(4),
    ];
    for show in [1, 2] {
        let added = commit(store, vec![adding(ShowId(show), 1, &events)]).await;
        assert_eq!(added, [Outcome::Committed]);
    }
    let told = |wanted: DeskRows| async move {
        let rows = store.desk(wanted).await.expect("rows");
        rows.iter().map(|r| (r.show.0, r.ver)).collect::<Vec<_>>()
    };
    let all = DeskRows {
        since: UtcMillis(0),
        after: None,
        kinds: &[],
        limit: 100,
    };
    let newest_first = [8, 7, 6, 4].map(|ver| [(1, ver), (2, ver)]);
    assert_eq!(told(all.clone()).await, newest_first.concat());
    let since = DeskRows {
        since: START.plus_ms(7),
        ..all.clone()
    };
    assert_eq!(told(since).await, newest_first[..2].concat());
    let kinds = DeskRows {
        kinds: &["secured", "money_gone"],
        ..all.clone()
    };
    let both = [newest_first[0], newest_first[3]];
    assert_eq!(told(kinds).await, both.concat());
    // A page may end between two rows of one instant.
    let (mut pages, mut after) = (Vec::new(), None);
    loop {
        let page = DeskRows {
            after,
            limit: 3,
            ..all.clone()
        };
        let rows = store.desk(page).await.expect("rows");
        let Some(last) = rows.last() else { break };
        after = Some(DeskPlace::of(last));
        pages.extend(rows.iter().map(|r| (r.show.0, r.ver)));
    }
    assert_eq!(pages, newest_first.concat());
}

fn secured(n: u128, late: bool) -> Event {
    Event::Secured {
        booking: Uuid::from_u128(n),
        payment: PaymentId(Uuid::from_u128(n)),
        tender: Tender::Card,
        amount: made_up::pence(900),
        tickets: Tickets {
            code: BookingCode::from_bits(1),
            codes: vec![TicketCode::from_bits(1)],
        },
        settle_until: START,
        late,
    }
}

fn refunded(n: u128, asked: Option<CommandId>) -> Event {
    Event::Refunded {
        command: CommandId(Uuid::from_u128(n)),
        fingerprint: Fingerprint(Uuid::nil()),
        owner: OwnerRef([1; 16]),
        booking: Uuid::from_u128(n),
        refund: Refund {
            lines: Vec::new(),
            reason: RefundReason::Unable,
            note: String::new(),
            waived: false,
        },
        asked,
    }
}

fn returned(n: u128) -> Event {
    Event::PaymentReturned {
        payment: PaymentId(Uuid::from_u128(n)),
        booking: Uuid::from_u128(n),
        amount: made_up::pence(900),
        tender: Tender::Card,
        why: ReturnReason::TooLate,
    }
}

fn gone(n: u128) -> Event {
    Event::MoneyGone {
        booking: Uuid::from_u128(n),
        payment: PaymentId(Uuid::from_u128(n)),
        left_minor: 0,
    }
}

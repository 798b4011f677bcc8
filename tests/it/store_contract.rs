//! What every backend of the store promises, clause by clause. A backend's own file runs
//! [`contract`] on it.

#![expect(clippy::expect_used, reason = "a test says what it expected and stops")]

use std::{collections::BTreeMap, future::Future, sync::Arc};

use houseful_core::{
    code::{BookingCode, TicketCode},
    ids::{BookingId, CommandId, Fingerprint, OwnerRef, PaymentId, ShowId},
    layout::SeatLayout,
    message::Tender,
    money::Money,
    price::{Channel, PriceCard, PriceRow, TicketType},
    seat::SeatNo,
    show::{Event, Line, SalesWindow, ShowTerms},
    time::UtcMillis,
    wire::seats::Version,
};
use houseful_server::store::{Head, Outcome, Projection, SalesWord, ShowCommit, Store, StoreError};
use uuid::Uuid;

const START: UtcMillis = UtcMillis(1_800_000_000_000);

/// Runs every clause, each on a store of its own that `make` makes.
pub async fn contract<F, S>(make: F)
where
    F: Fn() -> S,
    S: Future<Output = Arc<dyn Store>>,
{
    a_show_without_a_journal_is_empty(&*make().await).await;
    what_is_committed_is_loaded(&*make().await).await;
    only_the_expected_version_and_tip_move(&*make().await).await;
    a_show_is_opened_once(&*make().await).await;
    a_repeated_yes_moves_nothing(&*make().await).await;
    a_lost_show_leaves_its_neighbours_alone(&*make().await).await;
    of_two_on_one_version_one_is_lost(&*make().await).await;
    one_of_many_at_once_wins(make().await).await;
    rows_are_numbered_without_gaps(&*make().await).await;
    a_seat_has_one_valid_ticket(&*make().await).await;
    a_ticket_code_belongs_to_one_booking(&*make().await).await;
    a_seat_changes_hands_in_one_commit(&*make().await).await;
    what_is_due_is_told_and_can_be_put_off(&*make().await).await;
    all_heads_are_told(&*make().await).await;
    the_journal_is_told_from_a_version_on(&*make().await).await;
    bookings_and_tickets_are_found_by_code(&*make().await).await;
}

/// Terms of a small hall; `minor` makes another price card.
pub fn terms(minor: i64) -> Arc<ShowTerms> {
    let layout = SeatLayout::parse("name: Small\n\nA  oooo\nB  o%xo\n").expect("a hall");
    let prices = PriceCard {
        currency: "GBP".parse().expect("GBP"),
        ticket_types: vec![TicketType {
            code: "adult".into(),
            name: "Adult".into(),
            key: 'a',
        }],
        prices: vec![PriceRow {
            category: "standard".into(),
            ticket_type: "adult".into(),
            minor,
        }],
        fees: BTreeMap::new(),
    };
    let window = SalesWindow {
        opens_at: START,
        closes_at: UtcMillis::MAX,
    };
    Arc::new(ShowTerms {
        layout: Arc::new(layout),
        prices: Arc::new(prices),
        starts_at: UtcMillis::MAX,
        windows: BTreeMap::from([(Channel::Web, window)]),
        seats_max: 10,
    })
}

/// The version numbered `ver` of a made-up show; its tip is large, as random ones are.
pub fn version(ver: u64) -> Version {
    let tip = u64::MAX - ver;
    Version { ver, tip }
}

fn head(show: ShowId, ver: u64) -> Head {
    Head {
        show,
        version: version(ver),
        next_due: None,
        taken: 2,
        total: 8,
        sales: SalesWord::Open,
    }
}

/// The commit that opens a show.
pub fn opening(show: ShowId, terms: &Arc<ShowTerms>) -> ShowCommit {
    let event = Event::Opened {
        command: CommandId(Uuid::from_u128(show.0.into())),
        terms: Arc::clone(terms),
    };
    ShowCommit {
        expect: None,
        rows: vec![(START, event.to_row())],
        opened: vec![event],
        projections: Vec::new(),
        head: head(show, 1),
    }
}

/// A hold of one seat; `n` names command and booking.
pub fn held(n: u64) -> Event {
    Event::Held {
        command: CommandId(Uuid::from_u128(n.into())),
        fingerprint: Fingerprint(Uuid::nil()),
        booking: Uuid::from_u128(n.into()),
        owner: OwnerRef([1; 16]),
        channel: Channel::Web,
        lines: vec![Line {
            seat: SeatNo(0),
            ticket_type: "adult".into(),
            minor: 900,
        }],
        fee_minor: 0,
        hold_until: START.plus_ms(300_000),
        relaxed: Vec::new(),
    }
}

/// What comes after version `after`: one event for each of `events`.
pub fn adding(show: ShowId, after: u64, events: &[Event]) -> ShowCommit {
    let rows = (after + 1..).zip(events);
    let rows: Vec<_> = rows
        .map(|(ver, e)| (START.plus_ms(ver.cast_signed()), e.to_row()))
        .collect();
    let ver = after + u64::try_from(rows.len()).expect("few");
    ShowCommit {
        expect: Some(version(after)),
        rows,
        opened: Vec::new(),
        projections: Vec::new(),
        head: head(show, ver),
    }
}

/// One more hold, written together with `projections`.
fn with(show: ShowId, after: u64, projections: Vec<Projection>) -> ShowCommit {
    ShowCommit {
        projections,
        ..adding(show, after, &[held(after + 1)])
    }
}

fn booking(show: ShowId, n: u128) -> BookingId {
    let uuid = Uuid::from_u128(n);
    BookingId { show, uuid }
}

fn ticket(show: ShowId, seat: u16, code: u64, n: u128, valid: bool) -> Projection {
    Projection::Ticket {
        seat: SeatNo(seat),
        label: format!("A{}", seat + 1).parse().expect("label"),
        code: TicketCode::from_bits(code),
        booking: booking(show, n),
        valid,
    }
}

fn booking_row(show: ShowId, n: u128, code: u64, state: &'static str) -> Projection {
    Projection::Booking {
        booking: booking(show, n),
        code: BookingCode::from_bits(code),
        state,
        total: Money::new(900, "GBP".parse().expect("GBP")),
        at: START,
    }
}

fn money_row(show: ShowId, n: u128, minor: i64) -> Projection {
    Projection::Money {
        payment: PaymentId(Uuid::from_u128(n)),
        booking: booking(show, n),
        tender: Tender::Card,
        amount: Money::new(minor, "GBP".parse().expect("GBP")),
        at: START,
    }
}

async fn commit(store: &dyn Store, batch: Vec<ShowCommit>) -> Vec<Outcome> {
    store.commit(batch).await.expect("commit")
}

async fn open(store: &dyn Store, shows: impl IntoIterator<Item = u64>) {
    let terms = terms(900);
    let batch: Vec<_> = shows
        .into_iter()
        .map(|n| opening(ShowId(n), &terms))
        .collect();
    let outcomes = commit(store, batch).await;
    assert!(
        outcomes.iter().all(|o| *o == Outcome::Committed),
        "{outcomes:?}"
    );
}

/// The version a show stands at, and how many events it has.
async fn stands(store: &dyn Store, show: ShowId) -> (Version, usize) {
    let loaded = store.load(show).await.expect("load");
    (loaded.head.expect("head").version, loaded.events.len())
}

async fn a_show_without_a_journal_is_empty(store: &dyn Store) {
    let loaded = store.load(ShowId(1)).await.expect("load");
    assert!(loaded.head.is_none() && loaded.events.is_empty());
    assert_eq!(store.heads().await, Ok(Vec::new()));
    assert_eq!(store.journal(ShowId(1), 0, 10).await, Ok(Vec::new()));
    let moved = commit(store, vec![adding(ShowId(1), 1, &[held(2)])]).await;
    assert_eq!(moved, [Outcome::Lost]);
    assert!(store.load(ShowId(1)).await.expect("load").events.is_empty());
}

async fn what_is_committed_is_loaded(store: &dyn Store) {
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

async fn only_the_expected_version_and_tip_move(store: &dyn Store) {
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

async fn a_show_is_opened_once(store: &dyn Store) {
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

async fn a_repeated_yes_moves_nothing(store: &dyn Store) {
    open(store, [1]).await;
    let before = store.load(ShowId(1)).await.expect("load").head;
    let fence = adding(ShowId(1), 1, &[]);
    assert_eq!(commit(store, vec![fence]).await, [Outcome::Committed]);
    assert_eq!(store.load(ShowId(1)).await.expect("load").head, before);
    let stale = adding(ShowId(1), 2, &[]);
    assert_eq!(commit(store, vec![stale]).await, [Outcome::Lost]);
}

async fn a_lost_show_leaves_its_neighbours_alone(store: &dyn Store) {
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

async fn of_two_on_one_version_one_is_lost(store: &dyn Store) {
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

async fn one_of_many_at_once_wins(store: Arc<dyn Store>) {
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

async fn rows_are_numbered_without_gaps(store: &dyn Store) {
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

async fn a_seat_has_one_valid_ticket(store: &dyn Store) {
    open(store, [1, 2, 3]).await;
    let (one, two, three) = (ShowId(1), ShowId(2), ShowId(3));
    let first = with(one, 1, vec![ticket(one, 0, 10, 2, true)]);
    assert_eq!(commit(store, vec![first]).await, [Outcome::Committed]);
    let again = with(
        one,
        2,
        vec![
            ticket(one, 1, 11, 3, true),
            ticket(one, 0, 12, 3, true),
            booking_row(one, 3, 77, "secured"),
            money_row(one, 3, 900),
        ],
    );
    // The same seat of another show is another seat.
    let other = with(two, 1, vec![ticket(two, 0, 13, 2, true)]);
    let neighbour = adding(three, 1, &[held(2)]);
    let outcomes = commit(store, vec![other, again.clone(), neighbour]).await;
    assert!(
        matches!(&outcomes[1], Outcome::Guarded(why) if why.contains("A1")),
        "{outcomes:?}"
    );
    assert_eq!([&outcomes[0], &outcomes[2]], [&Outcome::Committed; 2]);
    assert_eq!(stands(store, one).await, (version(2), 2));
    assert_eq!(
        store.ticket_by_code(TicketCode::from_bits(11)).await,
        Ok(None)
    );
    assert_eq!(
        store.bookings_by_code(BookingCode::from_bits(77)).await,
        Ok(Vec::new())
    );
    assert_eq!(stands(store, two).await, (version(2), 2));
    assert_eq!(stands(store, three).await, (version(2), 2));
    // A void ticket is no obstacle.
    let void = with(one, 2, vec![ticket(one, 0, 10, 2, false)]);
    assert_eq!(commit(store, vec![void]).await, [Outcome::Committed]);
    let now = ShowCommit {
        expect: Some(version(3)),
        head: head(one, 4),
        ..again
    };
    assert_eq!(commit(store, vec![now]).await, [Outcome::Committed]);
}

async fn a_ticket_code_belongs_to_one_booking(store: &dyn Store) {
    open(store, [1]).await;
    let show = ShowId(1);
    let first = with(show, 1, vec![ticket(show, 0, 10, 2, true)]);
    assert_eq!(commit(store, vec![first]).await, [Outcome::Committed]);
    let other = with(show, 2, vec![ticket(show, 1, 10, 3, true)]);
    assert!(matches!(
        commit(store, vec![other]).await[..],
        [Outcome::Guarded(_)]
    ));
    let found = store.ticket_by_code(TicketCode::from_bits(10)).await;
    assert_eq!(found, Ok(Some((booking(show, 2), SeatNo(0)))));
    // The same booking may write its ticket again.
    let same = with(show, 2, vec![ticket(show, 0, 10, 2, true)]);
    assert_eq!(commit(store, vec![same]).await, [Outcome::Committed]);
}

async fn a_seat_changes_hands_in_one_commit(store: &dyn Store) {
    open(store, [1]).await;
    let show = ShowId(1);
    let first = with(show, 1, vec![ticket(show, 0, 10, 2, true)]);
    assert_eq!(commit(store, vec![first]).await, [Outcome::Committed]);
    let change = with(
        show,
        2,
        vec![ticket(show, 0, 11, 3, true), ticket(show, 0, 10, 2, false)],
    );
    assert_eq!(commit(store, vec![change]).await, [Outcome::Committed]);
}

async fn what_is_due_is_told_and_can_be_put_off(store: &dyn Store) {
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

async fn all_heads_are_told(store: &dyn Store) {
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

async fn the_journal_is_told_from_a_version_on(store: &dyn Store) {
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

async fn bookings_and_tickets_are_found_by_code(store: &dyn Store) {
    open(store, [1, 2]).await;
    let (one, two) = (ShowId(1), ShowId(2));
    let largest = TicketCode::from_bits(u64::MAX);
    let batch = vec![
        with(
            one,
            1,
            vec![
                booking_row(one, 2, 7, "secured"),
                ticket(one, 3, u64::MAX, 2, true),
            ],
        ),
        with(
            two,
            1,
            vec![
                booking_row(two, 5, 7, "secured"),
                booking_row(two, 6, 8, "secured"),
            ],
        ),
    ];
    assert_eq!(
        commit(store, batch).await,
        [Outcome::Committed, Outcome::Committed]
    );
    let change = with(
        two,
        2,
        vec![booking_row(two, 5, 7, "confirmed"), money_row(two, 5, 900)],
    );
    assert_eq!(commit(store, vec![change]).await, [Outcome::Committed]);
    let by = |code| store.bookings_by_code(BookingCode::from_bits(code));
    let mut found = by(7).await.expect("found");
    found.sort();
    assert_eq!(found, [booking(one, 2), booking(two, 5)]);
    assert_eq!(by(8).await, Ok(vec![booking(two, 6)]));
    assert_eq!(by(9).await, Ok(vec![]));
    let found = store.ticket_by_code(largest).await;
    assert_eq!(found, Ok(Some((booking(one, 2), SeatNo(3)))));
    assert_eq!(
        store.ticket_by_code(TicketCode::from_bits(1)).await,
        Ok(None)
    );
}

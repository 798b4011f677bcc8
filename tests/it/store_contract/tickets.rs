//! The second guard: tickets and bookings by seat and by code.

use houseful_core::{
    code::{BookingCode, TicketCode},
    ids::ShowId,
    seat::SeatNo,
};
use houseful_server::store::{Outcome, ShowCommit, Store};

use super::{
    adding, booking, booking_row, commit, head, held, money_row, open, stands, ticket, version,
    with,
};

pub(super) async fn a_seat_has_one_valid_ticket(store: &dyn Store) {
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

pub(super) async fn a_ticket_code_belongs_to_one_booking(store: &dyn Store) {
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

pub(super) async fn a_seat_changes_hands_in_one_commit(store: &dyn Store) {
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

pub(super) async fn bookings_and_tickets_are_found_by_code(store: &dyn Store) {
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

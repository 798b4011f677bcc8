//! Who bookings are for, and what they are found by.

use houseful_core::{code::BookingCode, ids::ShowId, wire::booking::Contact};
use houseful_server::{
    find::{contact_row, meanings},
    store::{Outcome, Projection, Sought, Store},
};

use super::{START, booking, booking_row, commit, open, with};

/// A row of a booking that changed so many milliseconds after the start.
fn changed(show: ShowId, n: u128, code: u64, ms: i64) -> Projection {
    match booking_row(show, n, code, "confirmed") {
        Projection::Booking {
            booking,
            code,
            state,
            total,
            ..
        } => Projection::Booking {
            booking,
            code,
            state,
            total,
            at: START.plus_ms(ms),
        },
        other => other,
    }
}

fn contact(name: &str, phone: &str) -> Contact {
    let given = |text: &str| Some(text.to_owned()).filter(|t| !t.is_empty());
    Contact {
        name: given(name),
        phone: given(phone),
    }
}

pub(super) async fn the_bookings_that_changed_last_come_first(store: &dyn Store) {
    open(store, [1, 2]).await;
    let (one, two) = (ShowId(1), ShowId(2));
    let batch = vec![
        with(one, 1, vec![changed(one, 2, 7, 1), changed(one, 3, 8, 3)]),
        with(two, 1, vec![changed(two, 5, 9, 2)]),
    ];
    let committed = [Outcome::Committed, Outcome::Committed];
    assert_eq!(commit(store, batch).await, committed);
    let recent = async |limit| {
        let found = store.bookings_recent(limit).await.expect("bookings");
        assert!(found.is_sorted_by(|a, b| a.0 >= b.0), "{found:?}");
        found.into_iter().map(|(_, id)| id).collect::<Vec<_>>()
    };
    let all = [booking(one, 3), booking(two, 5), booking(one, 2)];
    assert_eq!(recent(9).await, all);
    let again = with(one, 2, vec![changed(one, 2, 7, 4)]);
    assert_eq!(commit(store, vec![again]).await, [Outcome::Committed]);
    assert_eq!(recent(2).await, [booking(one, 2), booking(one, 3)]);
}

pub(super) async fn a_booking_is_found_by_the_beginning_of_its_code(store: &dyn Store) {
    open(store, [1]).await;
    let show = ShowId(1);
    let code: BookingCode = "7K-QM4T-2XPA".parse().expect("a code");
    let rows = vec![
        changed(show, 2, code.bits(), 1),
        changed(show, 3, code.bits() + 1, 2),
        changed(show, 4, code.bits() + (1 << 40), 3),
    ];
    assert_eq!(
        commit(store, vec![with(show, 1, rows)]).await,
        [Outcome::Committed]
    );
    let codes = |begun| {
        let (first, last) = BookingCode::beginning(begun, 4).expect("a beginning");
        store.bookings_sought(Sought::Codes(first, last), 9)
    };
    let (first, second) = (START.plus_ms(1), START.plus_ms(2));
    let (two, three) = ((first, booking(show, 2)), (second, booking(show, 3)));
    assert_eq!(codes("7KQM").await, Ok(vec![three, two]));
    assert_eq!(codes("7KQM4T2XPA").await, Ok(vec![two]));
    assert_eq!(codes("7KQN").await, Ok(Vec::new()));
}

pub(super) async fn a_contact_is_found_replaced_and_taken_away(store: &dyn Store) {
    open(store, [1, 2]).await;
    let (first, second) = (booking(ShowId(1), 2), booking(ShowId(2), 2));
    let keep = |booking, contact: Contact, ms| {
        store.keep_contact(booking, Some(contact_row(contact)), START.plus_ms(ms))
    };
    let told = contact("Zoë Dvořáková-Ünal", "+420 601 123 456");
    assert_eq!(keep(first, told.clone(), 1).await, Ok(()));
    assert_eq!(
        keep(first, told.clone(), 1).await,
        Ok(()),
        "it is repeatable"
    );
    assert_eq!(keep(second, contact("Zo Dvorak", ""), 2).await, Ok(()));
    let found = async |text: &str| {
        let mut ids = Vec::new();
        for sought in meanings(text).sought {
            let found = store.bookings_sought(sought, 9).await.expect("found");
            ids.extend(found.into_iter().map(|(_, id)| id));
        }
        // A number may be found as it was dialled and as it is written abroad.
        ids.dedup();
        ids
    };
    for text in [
        "zoe",
        "DVOŘÁKOVÁ",
        "una",
        "dvor zoë",
        "123 456",
        "0601 123456",
    ] {
        assert_eq!(found(text).await, [first], "{text}");
    }
    assert_eq!(found("9601 123456").await, []);
    assert_eq!(found("zo dvo").await, [second, first], "the newest first");
    assert_eq!(found("oe").await, [], "only beginnings of words");
    let all = store.contacts(vec![first, second, booking(ShowId(2), 9)]);
    let all = all.await.expect("contacts");
    assert_eq!(all[0], (first, told));
    assert_eq!(all.len(), 2);

    assert_eq!(keep(first, contact("Ann", ""), 3).await, Ok(()));
    assert_eq!(found("zoe").await, []);
    assert_eq!(found("123456").await, []);
    assert_eq!(found("ann").await, [first]);
    assert_eq!(store.keep_contact(first, None, START).await, Ok(()));
    assert_eq!(found("ann").await, []);
    assert_eq!(store.contacts(vec![first]).await, Ok(Vec::new()));
}

//! Tickets that came back, and the money report.

use houseful_core::{
    refund::RefundReason,
    show::{Ask, RefundRules},
    wire::report::MoneyReport,
};
use jiff::tz::TimeZone;
use uuid::Uuid;

use super::{House, SHOW, sick};
use crate::audit::{Place, SqliteBooks, Wanted, report};

impl House {
    async fn give_back(&self, booking: Uuid, seats: &[&str]) {
        let seats = seats.iter().map(|s| s.parse().expect("seat"));
        self.must(Ask::Refund {
            booking,
            seats: seats.collect(),
            reason: RefundReason::Unable,
            note: String::new(),
            rules: RefundRules {
                alone: true,
                waive: false,
            },
            told_minor: None,
        })
        .await;
    }

    async fn report(&self, wanted: Wanted) -> MoneyReport {
        let books = SqliteBooks::new(self.db.clone());
        let place = |_| {
            Some(Place {
                cinema: houseful_core::ids::CinemaId(3),
                name: "The Snug".to_owned(),
                zone: TimeZone::UTC,
            })
        };
        let now = self.clock.now();
        report(&books, &books, &place, wanted, now)
            .await
            .expect("a report")
    }
}

#[tokio::test]
async fn tickets_that_came_back_leave_sound_books() {
    let house = House::open().await;
    let booking = house.hold(&["A1", "A2"]).await;
    let payment = house.cash(booking).await;
    // Half of 9.00 is kept, so 4.50 goes back and 13.50 stays.
    house.give_back(booking, &["A1"]).await;
    house.payment(payment, booking, 1_800, 450).await;
    assert_eq!(sick(&house.audit().await), (0, 0, 0));
    let told = house.report(Wanted::default()).await;
    assert!(told.sound, "{told:?}");
    let [row] = told.rows.as_slice() else {
        panic!("{told:?}");
    };
    let sums = [&row.captured, &row.refunded, &row.tickets, &row.fees_kept];
    assert_eq!(sums.map(|m| m.minor), [1_800, 450, 900, 450]);
    assert_eq!((row.tender.as_str(), row.difference.minor), ("cash", 0));
    // All of it comes back: the fees are all that is left.
    house.give_back(booking, &[]).await;
    house.payment(payment, booking, 1_800, 900).await;
    assert_eq!(sick(&house.audit().await), (0, 0, 0));
    let told = house.report(Wanted::default()).await;
    let row = &told.rows[0];
    assert!(told.sound, "{told:?}");
    assert_eq!((row.tickets.minor, row.fees_kept.minor), (0, 900));
    // Of another cinema or another day there is nothing.
    let other = Wanted {
        cinema: Some(houseful_core::ids::CinemaId(4)),
        date: None,
    };
    assert!(house.report(other).await.rows.is_empty());
    let other = Wanted {
        cinema: None,
        date: Some(jiff::civil::date(1999, 1, 1)),
    };
    assert!(house.report(other).await.rows.is_empty());
}

#[tokio::test]
async fn money_that_is_not_where_the_books_say_is_named() {
    let house = House::open().await;
    let booking = house.hold(&["A1", "A2"]).await;
    let payment = house.cash(booking).await;
    house.give_back(booking, &["A1"]).await;
    // Payment has not given the half back: for a while that is on its way.
    house.payment(payment, booking, 1_800, 0).await;
    let told = house.report(Wanted::default()).await;
    assert!(
        told.sound && told.rows[0].on_its_way.minor == 450,
        "{told:?}"
    );
    house.later(16).await;
    let told = house.report(Wanted::default()).await;
    assert!(!told.sound);
    assert_eq!(told.rows[0].difference.minor, 450);
    let [wrong] = told.breaks.as_slice() else {
        panic!("{told:?}");
    };
    assert_eq!((wrong.booking.show, wrong.booking.uuid), (SHOW, booking));
    let sums = [wrong.has, wrong.wants].map(|m| m.map(|m| m.minor));
    assert_eq!(sums, [Some(1_800), Some(1_350)]);
    // Too much went back.
    house.payment(payment, booking, 1_800, 1_800).await;
    let told = house.report(Wanted::default()).await;
    assert_eq!(told.rows[0].difference.minor, -1_350);
    assert_eq!(house.audit().await.money_mismatch, 1);
    // Money that no booking speaks of.
    house.payment(payment, booking, 1_800, 450).await;
    assert!(house.report(Wanted::default()).await.sound);
    let stray = houseful_core::ids::PaymentId(Uuid::from_u128(9));
    house.payment(stray, booking, 700, 0).await;
    house.later(16).await;
    let told = house.report(Wanted::default()).await;
    assert_eq!(told.breaks.len(), 1, "{told:?}");
    assert!(told.breaks[0].what.contains("no booking"), "{told:?}");
    // And a line of booking's own tables that its journal knows nothing of.
    house
        .harm(|conn| conn.execute("DELETE FROM payment WHERE amount = 700", []))
        .await;
    assert!(house.report(Wanted::default()).await.sound);
    house
        .harm(|conn| {
            let sql = "INSERT INTO money_line SELECT show_id, ver, 9, payment, booking, tender, -1,
                           currency, at FROM money_line LIMIT 1";
            conn.execute(sql, [])
        })
        .await;
    let told = house.report(Wanted::default()).await;
    assert!(!told.sound && told.breaks.len() == 1, "{told:?}");
    // A ticket that is missing is as wrong as money that is.
    house
        .harm(|conn| conn.execute("UPDATE ticket SET valid = 0 WHERE valid = 1", []))
        .await;
    let told = house.report(Wanted::default()).await;
    assert_eq!(told.breaks.len(), 2, "{told:?}");
}

#[tokio::test]
async fn tickets_and_currencies_that_nobody_knows_are_never_called_sound() {
    let house = House::open().await;
    let booking = house.hold(&["A1", "A2"]).await;
    let payment = house.cash(booking).await;
    house.payment(payment, booking, 1_800, 0).await;
    assert!(house.report(Wanted::default()).await.sound);
    // A valid ticket that the journal knows nothing of: its money is nowhere.
    house
        .harm(|conn| {
            let sql = "INSERT INTO ticket VALUES (7, 1, 2, 'A3', zeroblob(16), 1)";
            conn.execute(sql, [])
        })
        .await;
    let told = house.report(Wanted::default()).await;
    assert!(
        !told.sound && told.rows[0].difference.minor == 0,
        "{told:?}"
    );
    assert_eq!(told.breaks.len(), 1, "{told:?}");
    assert!(told.breaks[0].what.contains("tickets"), "{told:?}");
    house
        .harm(|conn| conn.execute("UPDATE ticket SET valid = 0 WHERE seat = 2", []))
        .await;
    assert!(house.report(Wanted::default()).await.sound);
    // Money that can't be added up.
    house
        .harm(|conn| conn.execute("UPDATE payment SET currency = 'xxx'", []))
        .await;
    let told = house.report(Wanted::default()).await;
    assert!(!told.sound && !told.breaks.is_empty(), "{told:?}");
}

//! Tills that look at many bookings: of several films, for people with names in several scripts.

use houseful_core::{
    code::BookingCode,
    ids::ShowId,
    wire::booking::{BookingState, Contact},
};
use uuid::Uuid;

use super::house::Till;
use crate::tui::model::View;

const PEOPLE: [(&str, &str); 7] = [
    ("Ann Lee", "0113 496 0123"),
    ("山田 太郎", "+81 3 1234 5678"),
    ("Ольга Преображенская", ""),
    ("محمد العلي", "+966 50 123 4567"),
    ("नीलम शर्मा", ""),
    (
        "Hubert Blaine Wolfeschlegelsteinhausenbergerdorff Senior",
        "+49 171 000 111 222",
    ),
    ("", "601 222 333"),
];

fn contact((name, phone): (&str, &str)) -> Contact {
    let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    Contact {
        name: given(name),
        phone: given(phone),
    }
}

/// A till with one sale, for somebody, and the bookings open.
fn sold() -> Till {
    let mut till = Till::open();
    till.press("13c\n\n\n");
    let sale = till.model.desk.last_sale.as_ref().expect("a sale");
    let uuid = sale.booking.id.uuid;
    till.contacts.insert(uuid, contact(PEOPLE[1]));
    till.press("B");
    till
}

/// A list of every state, film and script.
pub(super) fn bookings() -> Till {
    let mut till = sold();
    let now = till.now;
    let Some(View::Bookings(view)) = till.model.above.last_mut() else {
        panic!("no bookings");
    };
    let sold = view.found[0].clone();
    let states = [
        BookingState::Confirmed,
        BookingState::Held,
        BookingState::Cancelled,
        BookingState::Secured,
        BookingState::Confirmed,
        BookingState::Expired,
        BookingState::Released,
    ];
    for (n, (state, person)) in (1..).zip(states.into_iter().zip(PEOPLE)) {
        let mut booking = sold.clone();
        booking.show = ShowId(n);
        booking.id.show = ShowId(n);
        booking.state = state;
        booking.contact = Some(contact(person));
        booking.hold_until = now.plus_ms(272_000).into();
        booking.code = (state != BookingState::Held).then(|| BookingCode::new(ShowId(n), n << 20));
        view.found.push(booking);
    }
    view.found.remove(0);
    till
}

/// One of them.
pub(super) fn booking() -> Till {
    let mut till = sold();
    till.press("\n");
    till
}

/// The same after its money went back.
pub(super) fn refunded() -> Till {
    let mut till = booking();
    till.press("R3\n");
    till
}

/// A board of several holds, with changes.
pub(super) fn live() -> Till {
    let mut till = Till::open();
    till.press("12Lk");
    for (n, seats) in [
        &["C3", "C4"][..],
        &["D5"],
        &["J1", "J2", "J3", "J4", "J5", "J6", "J7", "J8", "J9", "J10"],
        &["F1", "F2"],
    ]
    .into_iter()
    .enumerate()
    {
        till.somebody_holds(seats);
        let last = till.state.bookings().max_by_key(|(_, b)| b.held_at);
        let uuid: Uuid = last.map(|(uuid, _)| uuid).expect("a hold");
        till.contacts.insert(uuid, contact(PEOPLE[n]));
        till.pass(61_000);
    }
    till.somebody_buys(&["B5", "B6"]);
    till.pass(2_000);
    till
}

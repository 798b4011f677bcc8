//! Each thing that [`ShowState::check`] looks for is found when it is there.

use super::{NOW, does, hold, news, opened};
use crate::{
    seat::SeatNo,
    show::{Due, Event, ShowState, Slot},
    time::UtcMillis,
    wire::{booking::BookingState, payment::PaymentState},
};
use uuid::Uuid;

const HELD: Uuid = Uuid::from_u128(10);
const PAID: Uuid = Uuid::from_u128(20);
const WAITS: Uuid = Uuid::from_u128(30);

/// A held, a confirmed and a secured booking.
fn busy() -> ShowState {
    let mut state = opened();
    for (n, booking, seats) in [
        (2, 10, ["A1", "A2"]),
        (3, 20, ["A3", "A4"]),
        (4, 30, ["A5", "A6"]),
    ] {
        does(&mut state, &hold(n, booking, &seats), NOW).expect("held");
    }
    let captured = news(&state, 20, 200, PaymentState::Captured);
    does(&mut state, &captured, NOW).expect("confirmed");
    let authorised = news(&state, 30, 300, PaymentState::Authorised);
    does(&mut state, &authorised, NOW).expect("secured");
    state
}

/// What the check says of a state that was tampered with.
fn found(tamper: impl FnOnce(&mut ShowState)) -> String {
    let mut state = busy();
    tamper(&mut state);
    state.check().expect_err("nothing was found").what
}

#[test]
fn a_seat_with_two_owners_is_found() {
    let until = NOW.plus_ms(300_000);
    let held = |booking| Slot::Held { booking, until };
    let says = found(|s| s.slots[2] = held(HELD));
    assert!(says.contains("stands 0 times"), "{says}");
    let says = found(|s| s.slots[0] = held(Uuid::from_u128(99)));
    assert!(says.contains("unknown booking"), "{says}");
    let lines = |s: &ShowState| s.bookings[&PAID].lines.clone();
    let says = found(|s| {
        let more = lines(s);
        s.bookings.get_mut(&HELD).expect("held").lines.extend(more);
    });
    assert!(says.contains("has 2 seats"), "{says}");
}

#[test]
fn a_seat_that_is_lost_is_found() {
    let says = found(|s| s.slots[0] = Slot::Free);
    assert!(says.contains("were counted"), "{says}");
    let says = found(|s| {
        s.slots[0] = Slot::Free;
        s.taken -= 1;
    });
    assert!(says.contains("has 1 seats"), "{says}");
    let says = found(|s| s.bookings.get_mut(&HELD).expect("held").lines.clear());
    assert!(says.contains("stands 0 times"), "{says}");
    let says = found(|s| {
        let lines = &mut s.bookings.get_mut(&HELD).expect("held").lines;
        lines[1].seat = SeatNo(0);
    });
    assert!(says.contains("stands 2 times"), "{says}");
}

#[test]
fn a_seat_that_is_sold_without_a_sale_is_found() {
    let says = found(|s| s.bookings.get_mut(&PAID).expect("paid").state = BookingState::Expired);
    assert!(says.contains("its booking Expired"), "{says}");
    let says = found(|s| s.bookings.get_mut(&PAID).expect("paid").tickets.clear());
    assert!(says.contains("lacks tickets"), "{says}");
    let says = found(|s| s.bookings.get_mut(&PAID).expect("paid").payment = None);
    assert!(says.contains("Confirmed with None"), "{says}");
    let says = found(|s| s.bookings.get_mut(&WAITS).expect("secured").settle_until = None);
    assert!(says.contains("its booking Secured"), "{says}");
    // A hold that is longer on the seat than in the booking.
    let says = found(|s| {
        let until = NOW.plus_ms(300_001);
        let booking = HELD;
        s.slots[0] = Slot::Held { booking, until };
    });
    assert!(says.contains("its booking Held"), "{says}");
}

#[test]
fn money_without_seats_is_found() {
    let says = found(|s| {
        let payment = s.payments.values_mut().next().expect("a payment");
        payment.keep_minor -= 1;
    });
    assert!(says.contains("keeps"), "{says}");
    let says = found(|s| {
        let payment = *s.payments.keys().next().expect("a payment");
        s.payments.remove(&payment);
    });
    assert!(says.contains("unknown payment"), "{says}");
    // Given back in the booking and kept in the books.
    let says = found(|s| {
        s.apply(
            NOW,
            &Event::Expired {
                bookings: vec![PAID],
            },
        );
        s.bookings.get_mut(&PAID).expect("paid").payment = None;
    });
    assert!(says.contains("for 0"), "{says}");
}

#[test]
fn a_wait_without_an_end_is_found() {
    let says = found(|s| s.due.clear());
    assert!(says.contains("timetable"), "{says}");
    let says = found(|s| {
        s.due.insert((UtcMillis(5), Due::Booking(HELD)));
    });
    assert!(says.contains("timetable"), "{says}");
}

#[test]
fn a_state_that_was_not_tampered_with_is_sound() {
    assert_eq!(busy().check(), Ok(()));
}

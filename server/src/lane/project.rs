//! Which projection rows an event needs, read from the state before it is folded in.

use houseful_core::{
    code::TicketCode,
    ids::{BookingId, PaymentId},
    money::Money,
    show::{BookingRecord, Event, Refund, SalesChange, ShowState},
    time::UtcMillis,
    wire::booking::BookingState,
};
use uuid::Uuid;

use crate::store::Projection;

/// The rows that `event` needs. `before` is the state it will be folded into.
pub(super) fn project(before: &ShowState, event: &Event, at: UtcMillis) -> Vec<Projection> {
    let paid = |booking: &Uuid, state| end_paid(before, *booking, state, at);
    match event {
        Event::Secured {
            booking, tickets, ..
        } => {
            let Some(record) = before.booking(*booking) else {
                return Vec::new();
            };
            let id = BookingId {
                show: before.show(),
                uuid: *booking,
            };
            let mut rows = ticket_rows(before, *booking, record, &tickets.codes, true);
            rows.push(Projection::Booking {
                booking: id,
                code: tickets.code,
                state: BookingState::Secured.word(),
                total: record.total(),
                at,
            });
            rows
        }
        Event::Confirmed { booking, .. } => {
            let Some(record) = before.booking(*booking) else {
                return Vec::new();
            };
            let mut rows = booking_row(before, *booking, record, BookingState::Confirmed, at);
            rows.extend(money_row(before, *booking, record, record.total(), at));
            rows
        }
        Event::CaptureRefused { booking, .. } => paid(booking, BookingState::Held),
        Event::SettleLapsed { bookings } => bookings
            .iter()
            .flat_map(|b| paid(b, BookingState::Expired))
            .collect(),
        Event::Cancelled { booking, .. } => paid(booking, BookingState::Cancelled),
        Event::MoneyGone {
            booking,
            payment,
            left_minor,
        } => {
            let mut rows = paid(booking, BookingState::Cancelled);
            rows.extend(fees_gone(before, *booking, (*payment, *left_minor), at));
            rows
        }
        Event::Refunded {
            booking, refund, ..
        } => refunded(before, *booking, refund, at),
        Event::SalesChanged {
            to: SalesChange::Cancelled,
            ..
        } => before
            .bookings()
            .flat_map(|(b, record)| match record.state {
                BookingState::Held => ended(before, b, BookingState::Cancelled, at),
                _ => paid(&b, BookingState::Cancelled),
            })
            .collect(),
        Event::Released { booking, .. } => ended(before, *booking, BookingState::Released, at),
        Event::Expired { bookings } => bookings
            .iter()
            .flat_map(|b| ended(before, *b, BookingState::Expired, at))
            .collect(),
        Event::Opened { .. }
        | Event::Held { .. }
        | Event::SeatsChanged { .. }
        | Event::PaymentReturned { .. }
        | Event::PaymentSettled { .. }
        | Event::RefundAsked { .. }
        | Event::RefundRefused { .. }
        | Event::RefundLapsed { .. }
        | Event::CaseResolved { .. }
        | Event::MoneyShort { .. }
        | Event::SalesChanged { .. }
        | Event::BlocksChanged { .. }
        | Event::Sealed { .. }
        | Event::Arrived { .. } => Vec::new(),
    }
}

/// All rows that the whole journal of a show comes to.
#[cfg(feature = "postgres")]
pub(crate) fn all_rows(
    show: houseful_core::ids::ShowId,
    events: &[(UtcMillis, Event)],
) -> Vec<Projection> {
    let mut state = ShowState::new(show);
    let mut rows = Vec::new();
    for (at, event) in events {
        rows.extend(project(&state, event, *at));
        state.apply(*at, event);
    }
    net(rows)
}

/// A booking that was paid for once (the capture was refused) ends after all. Of any other hold
/// there is no row.
fn ended(before: &ShowState, booking: Uuid, state: BookingState, at: UtcMillis) -> Vec<Projection> {
    let record = before.booking(booking);
    record.map_or_else(Vec::new, |r| booking_row(before, booking, r, state, at))
}

/// A booking that had its seats by payment has them no more.
fn end_paid(
    before: &ShowState,
    booking: Uuid,
    state: BookingState,
    at: UtcMillis,
) -> Vec<Projection> {
    let paid =
        |r: &&BookingRecord| matches!(r.state, BookingState::Secured | BookingState::Confirmed);
    let Some(record) = before.booking(booking).filter(paid) else {
        return Vec::new();
    };
    let mut rows = ticket_rows(before, booking, record, &record.tickets, false);
    rows.extend(booking_row(before, booking, record, state, at));
    if record.state == BookingState::Confirmed {
        let total = record.total();
        let back = Money::new(-total.minor, total.currency);
        rows.extend(money_row(before, booking, record, back, at));
    }
    rows
}

/// Some tickets end, the booking goes on with the rest, and money goes back.
fn refunded(before: &ShowState, booking: Uuid, refund: &Refund, at: UtcMillis) -> Vec<Projection> {
    let Some(record) = before.booking(booking) else {
        return Vec::new();
    };
    let goes = |seat| refund.lines.iter().any(|l| l.seat == seat);
    let mut rows = ticket_rows(before, booking, record, &record.tickets, false);
    rows.retain(|row| matches!(row, Projection::Ticket { seat, .. } if goes(*seat)));
    let whole = record.lines.iter().all(|l| goes(l.seat));
    let state = if whole {
        BookingState::Cancelled
    } else {
        BookingState::Confirmed
    };
    let currency = record.currency;
    let gone: i64 = refund
        .lines
        .iter()
        .map(|l| l.price_minor + l.fee_minor)
        .sum();
    let left = Money::new(record.total().minor - gone, currency);
    for mut row in booking_row(before, booking, record, state, at) {
        if let Projection::Booking { total, .. } = &mut row {
            *total = left;
        }
        rows.push(row);
    }
    let back = Money::new(-refund.back_minor(), currency);
    rows.extend(money_row(before, booking, record, back, at));
    rows
}

/// What was kept for tickets that came back has gone back all the same.
fn fees_gone(
    before: &ShowState,
    booking: Uuid,
    (payment, left_minor): (PaymentId, i64),
    at: UtcMillis,
) -> Option<Projection> {
    let known = before.payment(payment);
    let known = known.filter(|p| p.fees_minor > left_minor)?;
    Some(Projection::Money {
        payment,
        booking: BookingId {
            show: before.show(),
            uuid: booking,
        },
        tender: known.tender,
        amount: Money::new(left_minor - known.fees_minor, known.amount.currency),
        at,
    })
}

fn ticket_rows(
    before: &ShowState,
    booking: Uuid,
    record: &BookingRecord,
    codes: &[TicketCode],
    valid: bool,
) -> Vec<Projection> {
    let booking = BookingId {
        show: before.show(),
        uuid: booking,
    };
    record
        .lines
        .iter()
        .zip(codes)
        .filter_map(|(line, code)| {
            let label = before.label(line.seat)?;
            Some(Projection::Ticket {
                seat: line.seat,
                label,
                code: *code,
                booking,
                valid,
            })
        })
        .collect()
}

fn booking_row(
    before: &ShowState,
    booking: Uuid,
    record: &BookingRecord,
    state: BookingState,
    at: UtcMillis,
) -> Vec<Projection> {
    let booking = BookingId {
        show: before.show(),
        uuid: booking,
    };
    let row = |code| Projection::Booking {
        booking,
        code,
        state: state.word(),
        total: record.total(),
        at,
    };
    record.code.map(row).into_iter().collect()
}

fn money_row(
    before: &ShowState,
    booking: Uuid,
    record: &BookingRecord,
    amount: Money,
    at: UtcMillis,
) -> Option<Projection> {
    let payment = record.payment?;
    let tender = before.settle(payment)?.tender;
    let booking = BookingId {
        show: before.show(),
        uuid: booking,
    };
    Some(Projection::Money {
        payment,
        booking,
        tender,
        amount,
        at,
    })
}

/// One write a key: the last row of a ticket or booking stands, void tickets come first so that
/// the second guard sees a seat given back before it is given out, money lines all stay.
pub(super) fn net(rows: Vec<Projection>) -> Vec<Projection> {
    let key = |row: &Projection| match row {
        Projection::Ticket { code, .. } => Some((0, u128::from(code.bits()))),
        Projection::Booking { booking, .. } => Some((1, booking.uuid.as_u128())),
        Projection::Money { .. } => None,
    };
    let mut seen = std::collections::BTreeSet::new();
    let mut kept: Vec<Projection> = rows
        .into_iter()
        .rev()
        .filter(|row| key(row).is_none_or(|k| seen.insert(k)))
        .collect();
    kept.reverse();
    kept.sort_by_key(|row| matches!(row, Projection::Ticket { valid: true, .. }));
    kept
}

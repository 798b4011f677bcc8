//! Folding events in. No rule is asked here: an event has happened.

use std::sync::Arc;

use uuid::Uuid;

use super::{
    BookingRecord, CashBy, Done, Due, Event, Line, PaymentRecord, RefundAsked, ReturnReason,
    SETTLE_AGAIN_MS, Sales, SalesChange, ShowState, ShowTerms, Slot, Tickets,
};
use crate::{
    ids::{CommandId, Fingerprint, OwnerRef, PaymentId},
    message::Tender,
    money::{Currency, Money},
    price::Channel,
    seat::SeatNo,
    time::UtcMillis,
    wire::booking::BookingState,
};

impl ShowState {
    /// Folds in the next event of the journal, decided at `at`.
    pub fn apply(&mut self, at: UtcMillis, event: &Event) {
        self.ver += 1;
        match event {
            Event::Opened { terms, .. } => self.open(terms),
            Event::Held {
                command,
                fingerprint,
                booking,
                owner,
                channel,
                lines,
                fee_minor,
                hold_until,
                relaxed,
            } => {
                self.done(*command, *fingerprint, *owner);
                self.bookings.insert(
                    *booking,
                    BookingRecord {
                        lines: lines.clone(),
                        fee_minor: *fee_minor,
                        held_at: at,
                        hold_until: *hold_until,
                        relaxed: relaxed.clone(),
                        ..self.blank(*owner, *channel, BookingState::Held, at)
                    },
                );
                self.occupy(*booking, lines);
                self.due.insert((*hold_until, Due::Booking(*booking)));
            }
            Event::SeatsChanged {
                command,
                fingerprint,
                owner,
                booking,
                lines,
                fee_minor,
                relaxed,
            } => {
                self.done(*command, *fingerprint, *owner);
                self.vacate(*booking);
                if let Some(record) = self.bookings.get_mut(booking) {
                    record.lines.clone_from(lines);
                    record.fee_minor = *fee_minor;
                    record.relaxed.clone_from(relaxed);
                }
                self.occupy(*booking, lines);
            }
            Event::Released {
                command,
                fingerprint,
                owner,
                channel,
                booking,
            } => {
                self.done(*command, *fingerprint, *owner);
                if self.bookings.contains_key(booking) {
                    self.end(*booking, BookingState::Released);
                } else {
                    let tombstone = self.blank(*owner, *channel, BookingState::Released, at);
                    self.bookings.insert(*booking, tombstone);
                }
            }
            Event::Expired { bookings } => {
                for booking in bookings {
                    self.end(*booking, BookingState::Expired);
                }
            }
            other => self.apply_money(at, other),
        }
    }

    /// The events that concern money, tickets and the house.
    fn apply_money(&mut self, at: UtcMillis, event: &Event) {
        match event {
            Event::Secured {
                booking,
                payment,
                tender,
                amount,
                tickets,
                settle_until,
                ..
            } => {
                self.secure(*booking, *payment, tickets, *settle_until);
                self.ask(
                    at,
                    *payment,
                    *booking,
                    (*amount, *tender),
                    amount.minor,
                    None,
                );
            }
            Event::Confirmed { booking, by } => self.confirm(*booking, by.as_ref()),
            Event::CaptureRefused { booking, payment } => {
                self.back_to_held(*booking);
                self.keep_no_seats(at, *payment, ReturnReason::CaptureRefused);
                self.settled(*payment);
            }
            Event::SettleLapsed { bookings } => {
                for booking in bookings {
                    self.end_paid(
                        at,
                        *booking,
                        BookingState::Expired,
                        ReturnReason::CaptureOverdue,
                    );
                }
            }
            Event::PaymentReturned {
                payment,
                booking,
                amount,
                tender,
                why,
            } => {
                self.ask(at, *payment, *booking, (*amount, *tender), 0, Some(*why));
            }
            Event::PaymentSettled { payment } => self.settled(*payment),
            Event::MoneyGone {
                booking,
                payment,
                left_minor,
            } => {
                let why = ReturnReason::RefundedElsewhere;
                self.end_paid(at, *booking, BookingState::Cancelled, why);
                if let Some(known) = self.payments.get_mut(payment) {
                    known.fees_minor = *left_minor;
                }
                self.keep(at, *payment, *left_minor, Some(why));
            }
            Event::MoneyShort {
                payment,
                refunded_minor,
                ..
            } => {
                let known = self.payments.get_mut(payment).map(|known| {
                    known.back_minor = *refunded_minor;
                    (known.keep_minor, known.returned)
                });
                // It is not settled any more, and waits in the timetable until somebody has seen to it.
                if let Some((keep_minor, why)) = known {
                    self.keep(at, *payment, keep_minor, why);
                }
            }
            Event::Cancelled {
                command,
                fingerprint,
                owner,
                booking,
                ..
            } => {
                self.done(*command, *fingerprint, *owner);
                self.end_paid(
                    at,
                    *booking,
                    BookingState::Cancelled,
                    ReturnReason::Cancelled,
                );
            }
            Event::RefundAsked {
                command,
                fingerprint,
                owner,
                booking,
                refund,
                until,
            } => {
                self.done(*command, *fingerprint, *owner);
                self.no_refund_waits(*booking);
                if let Some(record) = self.bookings.get_mut(booking) {
                    record.refund_asked = Some(RefundAsked {
                        id: *command,
                        at,
                        until: *until,
                        owner: *owner,
                        refund: refund.clone(),
                    });
                    self.due.insert((*until, Due::Refund(*booking)));
                }
            }
            Event::RefundLapsed { bookings } => {
                for booking in bookings {
                    self.no_refund_waits(*booking);
                }
            }
            Event::Refunded {
                command,
                fingerprint,
                owner,
                booking,
                refund,
                asked,
            } => {
                self.done(*command, *fingerprint, *owner);
                self.refund(at, *booking, asked.unwrap_or(*command), refund);
            }
            Event::RefundRefused {
                command,
                fingerprint,
                owner,
                booking,
                ..
            } => {
                self.done(*command, *fingerprint, *owner);
                self.no_refund_waits(*booking);
            }
            Event::SalesChanged {
                command,
                fingerprint,
                owner,
                to,
                ..
            } => {
                self.done(*command, *fingerprint, *owner);
                self.change_sales(at, *to);
            }
            Event::BlocksChanged {
                command,
                fingerprint,
                owner,
                seats,
                block,
            } => {
                self.done(*command, *fingerprint, *owner);
                for seat in seats {
                    self.put(*seat, block.map_or(Slot::Free, Slot::Blocked));
                }
            }
            Event::Sealed { to, .. } => self.moved_to = Some(to.clone()),
            Event::Arrived { from, .. } => {
                self.moved_to = None;
                self.came_from = Some(from.clone());
            }
            Event::Opened { .. }
            | Event::Held { .. }
            | Event::SeatsChanged { .. }
            | Event::Released { .. }
            | Event::Expired { .. } => {}
        }
    }

    fn open(&mut self, terms: &Arc<ShowTerms>) {
        self.slots = terms
            .layout
            .seats()
            .map(|(_, s)| s.blocked.map_or(Slot::Free, Slot::Blocked))
            .collect();
        self.taken = self.slots.iter().filter(|s| **s != Slot::Free).count();
        self.terms = Some(Arc::clone(terms));
    }

    fn done(&mut self, command: CommandId, fingerprint: Fingerprint, owner: OwnerRef) {
        self.commands.insert(command, Done { fingerprint, owner });
    }

    /// A booking without seats.
    fn blank(
        &self,
        owner: OwnerRef,
        channel: Channel,
        state: BookingState,
        at: UtcMillis,
    ) -> BookingRecord {
        BookingRecord {
            owner,
            channel,
            state,
            lines: Vec::new(),
            fee_minor: 0,
            currency: self.currency(),
            held_at: at,
            hold_until: at,
            settle_until: None,
            relaxed: Vec::new(),
            code: None,
            tickets: Vec::new(),
            payment: None,
            refunds: Vec::new(),
            refund_asked: None,
        }
    }

    /// The currency of the show's prices; a show without terms sells nothing, in any currency.
    pub(super) fn currency(&self) -> Currency {
        self.terms
            .as_ref()
            .map_or_else(Currency::first, |t| t.prices.currency)
    }

    pub(super) fn put(&mut self, seat: SeatNo, slot: Slot) {
        let Some(place) = self.slots.get_mut(seat.index()) else {
            return;
        };
        self.taken += usize::from(slot != Slot::Free);
        self.taken -= usize::from(*place != Slot::Free);
        *place = slot;
    }

    /// Gives a booking the seats of `lines`, as its state says.
    fn occupy(&mut self, booking: Uuid, lines: &[Line]) {
        let Some(record) = self.bookings.get(&booking) else {
            return;
        };
        let slot = match record.state {
            BookingState::Held => Slot::Held {
                booking,
                until: record.hold_until,
            },
            _ => Slot::Booked {
                booking,
                until: record.settle_until,
            },
        };
        for line in lines {
            self.put(line.seat, slot);
        }
    }

    /// Takes from a booking the seats it has.
    fn vacate(&mut self, booking: Uuid) {
        let Some(record) = self.bookings.get(&booking) else {
            return;
        };
        let seats: Vec<SeatNo> = record.lines.iter().map(|l| l.seat).collect();
        for seat in seats {
            if self.slots.get(seat.index()).and_then(|s| s.booking()) == Some(booking) {
                self.put(seat, Slot::Free);
            }
        }
    }

    /// Ends a booking that has not been paid for.
    fn end(&mut self, booking: Uuid, state: BookingState) {
        self.vacate(booking);
        self.wait_no_more(booking);
        if let Some(record) = self.bookings.get_mut(&booking) {
            record.state = state;
            record.settle_until = None;
        }
    }

    /// Ends a booking whatever it was; a payment that was good for it is good no more.
    fn end_paid(&mut self, at: UtcMillis, booking: Uuid, state: BookingState, why: ReturnReason) {
        let record = self.bookings.get(&booking);
        let shown = record.is_some_and(|r| r.state == BookingState::Confirmed);
        self.end(booking, state);
        self.no_refund_waits(booking);
        let payment = self.bookings.get_mut(&booking).and_then(|record| {
            if !shown {
                record.tickets.clear();
            }
            record.payment.take()
        });
        if let Some(payment) = payment {
            self.keep_no_seats(at, payment, why);
        }
    }

    /// Whatever refund waited for a manager waits no more.
    pub(super) fn no_refund_waits(&mut self, booking: Uuid) {
        let record = self.bookings.get_mut(&booking);
        if let Some(asked) = record.and_then(|r| r.refund_asked.take()) {
            self.due.remove(&(asked.until, Due::Refund(booking)));
        }
    }

    fn wait_no_more(&mut self, booking: Uuid) {
        if let Some(record) = self.bookings.get(&booking) {
            self.due.remove(&(record.hold_until, Due::Booking(booking)));
            if let Some(until) = record.settle_until {
                self.due.remove(&(until, Due::Booking(booking)));
            }
        }
    }

    fn secure(&mut self, booking: Uuid, payment: PaymentId, tickets: &Tickets, until: UtcMillis) {
        self.wait_no_more(booking);
        let Some(record) = self.bookings.get_mut(&booking) else {
            return;
        };
        record.state = BookingState::Secured;
        record.settle_until = Some(until);
        record.payment = Some(payment);
        record.code = Some(tickets.code);
        record.tickets.clone_from(&tickets.codes);
        let lines = record.lines.clone();
        self.occupy(booking, &lines);
        self.due.insert((until, Due::Booking(booking)));
    }

    fn confirm(&mut self, booking: Uuid, by: Option<&CashBy>) {
        self.wait_no_more(booking);
        let Some(record) = self.bookings.get_mut(&booking) else {
            return;
        };
        record.state = BookingState::Confirmed;
        record.settle_until = None;
        let (payment, lines) = (record.payment, record.lines.clone());
        self.occupy(booking, &lines);
        match by {
            // Payment has yet to learn of cash.
            Some(by) => self.done(by.command, by.fingerprint, by.owner),
            None => payment.into_iter().for_each(|p| self.settled(p)),
        }
    }

    fn back_to_held(&mut self, booking: Uuid) {
        self.wait_no_more(booking);
        let Some(record) = self.bookings.get_mut(&booking) else {
            return;
        };
        record.state = BookingState::Held;
        record.settle_until = None;
        record.payment = None;
        // They were never shown to anybody.
        record.tickets.clear();
        let (until, lines) = (record.hold_until, record.lines.clone());
        self.occupy(booking, &lines);
        self.due.insert((until, Due::Booking(booking)));
    }

    /// Writes down what is asked of payment for a payment seen for the first time.
    fn ask(
        &mut self,
        at: UtcMillis,
        payment: PaymentId,
        booking: Uuid,
        (amount, tender): (Money, Tender),
        keep_minor: i64,
        returned: Option<ReturnReason>,
    ) {
        let record = PaymentRecord {
            booking,
            amount,
            tender,
            keep_minor,
            fees_minor: self.payments.get(&payment).map_or(0, |p| p.fees_minor),
            back_minor: self.payments.get(&payment).map_or(0, |p| p.back_minor),
            asked_ver: self.ver,
            asked_at: at,
            settled: false,
            returned,
        };
        if self.payments.insert(payment, record).is_none() {
            self.paid_towards.entry(booking).or_default().push(payment);
        }
        self.unsettled.insert(payment);
        self.due
            .insert((at.plus_ms(SETTLE_AGAIN_MS), Due::Payment(payment)));
    }

    /// Nothing of a payment stands for seats any more. What was kept for tickets that came back
    /// before stays.
    fn keep_no_seats(&mut self, at: UtcMillis, payment: PaymentId, why: ReturnReason) {
        let fees = self.payments.get(&payment).map_or(0, |p| p.fees_minor);
        self.keep(at, payment, fees, Some(why));
    }

    /// From now on the house keeps `keep_minor` of a known payment.
    pub(super) fn keep(
        &mut self,
        at: UtcMillis,
        payment: PaymentId,
        keep_minor: i64,
        why: Option<ReturnReason>,
    ) {
        self.settled(payment);
        let Some(known) = self.payments.get(&payment) else {
            return;
        };
        let (booking, worth) = (known.booking, (known.amount, known.tender));
        self.ask(at, payment, booking, worth, keep_minor, why);
    }

    fn settled(&mut self, payment: PaymentId) {
        if let Some(record) = self.payments.get_mut(&payment) {
            record.settled = true;
            self.unsettled.remove(&payment);
            let due = record.asked_at.plus_ms(SETTLE_AGAIN_MS);
            self.due.remove(&(due, Due::Payment(payment)));
        }
    }

    fn change_sales(&mut self, at: UtcMillis, to: SalesChange) {
        match to {
            SalesChange::Paused => self.sales = Sales::Paused,
            SalesChange::Resumed => self.sales = Sales::Open,
            SalesChange::Cancelled => {
                self.sales = Sales::Cancelled;
                let living = |r: &BookingRecord| {
                    matches!(
                        r.state,
                        BookingState::Held | BookingState::Secured | BookingState::Confirmed
                    )
                };
                let all: Vec<Uuid> = self
                    .bookings
                    .iter()
                    .filter(|(_, r)| living(r))
                    .map(|(id, _)| *id)
                    .collect();
                for booking in all {
                    self.end_paid(
                        at,
                        booking,
                        BookingState::Cancelled,
                        ReturnReason::ShowCancelled,
                    );
                }
            }
        }
    }
}

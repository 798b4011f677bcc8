//! Folding in what happened to money, tickets and the house.

use uuid::Uuid;

use super::super::{
    CashBy, Due, Event, PaymentRecord, RefundAsked, Resolved, ReturnReason, SETTLE_AGAIN_MS,
    ShowState, Slot, Tickets,
};
use crate::{
    ids::PaymentId,
    message::Tender,
    money::Money,
    time::UtcMillis,
    wire::{booking::BookingState, refund::DeclinedHow},
};

impl ShowState {
    /// The events that concern money, tickets and the house.
    pub(super) fn apply_money(&mut self, at: UtcMillis, event: &Event) {
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
                    let (state, why) = (BookingState::Expired, ReturnReason::CaptureOverdue);
                    // Cash of several means may have been taken, and nobody stands there any more.
                    if let Some(less) = self.end_paid(at, *booking, state, why) {
                        self.owe_cash(less);
                    }
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
                let (state, why) = (BookingState::Cancelled, ReturnReason::Cancelled);
                let less = self.end_paid(at, *booking, state, why);
                if let Some(record) = self.bookings.get_mut(booking) {
                    record.taken_back = less;
                }
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
                    self.decline(at, *booking, DeclinedHow::Lapsed, "");
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
                let less = self.refund(
                    at,
                    *booking,
                    (asked.unwrap_or(*command), asked.is_some()),
                    refund,
                );
                // Whoever said yes stands somewhere else than the customer.
                if let (Some(less), true) = (less, asked.is_some()) {
                    self.owe_cash(less);
                }
            }
            Event::RefundRefused {
                command,
                fingerprint,
                owner,
                booking,
                note,
                ..
            } => {
                self.done(*command, *fingerprint, *owner);
                let asked = self.bookings.get(booking);
                let asked = asked.and_then(|r| r.refund_asked.as_ref());
                let how = match asked {
                    Some(asked) if asked.owner == *owner => DeclinedHow::Withdrawn,
                    _ => DeclinedHow::Refused,
                };
                self.decline(at, *booking, how, note);
            }
            Event::CaseResolved {
                command,
                fingerprint,
                owner,
                payment,
                how,
                handed_minor,
                note,
                ..
            } => {
                self.done(*command, *fingerprint, *owner);
                let resolved = Resolved {
                    at,
                    owner: *owner,
                    how: *how,
                    note: note.clone(),
                };
                self.resolve(*payment, *handed_minor, resolved);
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
                // What staff keep after the house let its seats go is kept for good.
                let terms = self.terms.as_ref().filter(|t| t.keeps_house(at));
                let kept = |why| terms.map_or(Slot::Blocked(why), |t| t.blocked(why));
                let slot = block.map_or(Slot::Free, kept);
                for seat in seats {
                    self.put(*seat, slot);
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
    pub(super) fn ask(
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
            to_hand: self
                .payments
                .get(&payment)
                .map_or_else(Vec::new, |p| p.to_hand.clone()),
            handed: self.payments.get(&payment).and_then(|p| p.handed.clone()),
            // Whatever was done about it, was done about what was asked before.
            resolved: None,
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
    pub(super) fn keep_no_seats(&mut self, at: UtcMillis, payment: PaymentId, why: ReturnReason) {
        let fees = self.payments.get(&payment).map_or(0, |p| p.fees_minor);
        self.keep(at, payment, fees, Some(why));
    }

    /// From now on the house keeps `keep_minor` of a known payment.
    pub(in crate::show) fn keep(
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

    pub(super) fn settled(&mut self, payment: PaymentId) {
        if let Some(record) = self.payments.get_mut(&payment) {
            record.settled = true;
            self.unsettled.remove(&payment);
            let due = record.asked_at.plus_ms(SETTLE_AGAIN_MS);
            self.due.remove(&(due, Due::Payment(payment)));
        }
    }
}

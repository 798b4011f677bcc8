//! Folding events in. No rule is asked here: an event has happened.

mod money;

use std::sync::Arc;

use uuid::Uuid;

use super::{
    BookingRecord, Done, Due, Event, KeptLess, Line, RefundAsked, ReturnReason, Sales, SalesChange,
    ShowState, ShowTerms, Slot,
};
use crate::{
    ids::{CommandId, Fingerprint, OwnerRef},
    money::Currency,
    price::Channel,
    seat::SeatNo,
    time::UtcMillis,
    wire::{booking::BookingState, refund::DeclinedHow},
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

    pub(super) fn open(&mut self, terms: &Arc<ShowTerms>) {
        self.slots = terms
            .layout
            .seats()
            .map(|(_, s)| s.blocked.map_or(Slot::Free, |why| terms.blocked(why)))
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
            declined: Vec::new(),
            taken_back: None,
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

    /// Ends a booking whatever it was; a payment that was good for it is good no more. Gives what
    /// goes back of it.
    fn end_paid(
        &mut self,
        at: UtcMillis,
        booking: Uuid,
        state: BookingState,
        why: ReturnReason,
    ) -> Option<KeptLess> {
        let record = self.bookings.get(&booking);
        let shown = record.is_some_and(|r| r.state == BookingState::Confirmed);
        self.end(booking, state);
        self.decline(at, booking, DeclinedHow::Overtaken, "");
        let payment = self.bookings.get_mut(&booking).and_then(|record| {
            if !shown {
                record.tickets.clear();
            }
            record.payment.take()
        });
        let payment = payment?;
        let kept = self.payments.get(&payment)?.keep_minor;
        self.keep_no_seats(at, payment, why);
        self.kept_less(payment, kept)
    }

    /// Whatever refund waited for a manager waits no more; gives what that was.
    pub(super) fn no_refund_waits(&mut self, booking: Uuid) -> Option<RefundAsked> {
        let record = self.bookings.get_mut(&booking)?;
        let asked = record.refund_asked.take()?;
        self.due.remove(&(asked.until, Due::Refund(booking)));
        Some(asked)
    }

    fn wait_no_more(&mut self, booking: Uuid) {
        if let Some(record) = self.bookings.get(&booking) {
            self.due.remove(&(record.hold_until, Due::Booking(booking)));
            if let Some(until) = record.settle_until {
                self.due.remove(&(until, Due::Booking(booking)));
            }
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
                    let (state, why) = (BookingState::Cancelled, ReturnReason::ShowCancelled);
                    // Nobody who paid in cash stands at a till now.
                    if let Some(less) = self.end_paid(at, booking, state, why) {
                        self.owe_cash(less);
                    }
                }
            }
        }
    }
}

//! The rules: what a command makes happen, or why not.

use std::sync::Arc;

use uuid::Uuid;

use super::{
    Actor, Ask, BookingRecord, CashBy, Command, Event, HoldRules, Proof, Sales, SalesChange,
    ShowState, ShowTerms, Slot, Wish,
    pick::find_seats,
    priced::{Said, priced},
};
use crate::{
    expiry::{HOLD_MS, is_alive},
    ids::{BookingId, PaymentId},
    layout::BlockReason,
    message::Tender,
    money::Money,
    refusal::Refusal,
    sale::SaleAsk,
    seat::SeatLabel,
    time::UtcMillis,
    wire::booking::BookingState,
};

impl ShowState {
    /// What `command` makes happen at `now`. No events: it has happened already, or there is
    /// nothing to do; the answer is read from the state. What happens first to a planned show
    /// opens it.
    ///
    /// # Errors
    /// The rules say no. A refusal leaves no trace.
    pub fn decide(&self, command: &Command, now: UtcMillis) -> Result<Vec<Event>, Refusal> {
        match (&command.ask, &self.moved_to) {
            // What was never written is not moved.
            (Ask::Seal { .. } | Ask::Arrive { .. }, None) if self.ver == 0 => {
                return Err(Refusal::NotOpened);
            }
            (Ask::Seal { to }, _) if self.terms.is_some() => return self.decide_seal(command, to),
            (Ask::Arrive { at, from }, _) if self.terms.is_some() => {
                return self.decide_arrive(command, at, from);
            }
            (_, Some(to)) => return Err(Refusal::ShowMoved { to: to.clone() }),
            (Ask::Open(terms), None) => return self.decide_open(command, terms),
            _ => {}
        }
        let terms = self.terms.as_ref().ok_or(Refusal::NotOpened)?;
        let mut events = self.decide_open_show(terms, command, now)?;
        if self.ver == 0 && !events.is_empty() {
            events.insert(0, opened(command, terms));
        }
        Ok(events)
    }

    /// The same for a show that is there.
    fn decide_open_show(
        &self,
        terms: &Arc<ShowTerms>,
        command: &Command,
        now: UtcMillis,
    ) -> Result<Vec<Event>, Refusal> {
        match &command.ask {
            Ask::Announced(news) => return Ok(self.decide_announced(news, &command.rolls, now)),
            Ask::Expire => return Ok(self.decide_expire(now)),
            _ => {}
        }
        if let Some(done) = self.commands.get(&command.id) {
            let same = done.fingerprint == command.fingerprint()
                && (done.owner == command.actor.owner || command.actor.staff);
            return if same {
                Ok(Vec::new())
            } else {
                Err(Refusal::IdReused)
            };
        }
        match &command.ask {
            Ask::Hold {
                booking,
                wish,
                rules,
                proof,
            } => self.decide_hold(terms, command, *booking, (wish, *rules, proof), now),
            Ask::ChangeSeats {
                booking,
                wish,
                rules,
                proof,
            } => self.decide_change(terms, command, *booking, (wish, *rules, proof), now),
            Ask::Release { booking } => self.decide_release(command, *booking),
            Ask::PayCash {
                booking,
                payment,
                given_minor,
            } => self.decide_cash(command, *booking, *payment, *given_minor, now),
            Ask::Cancel { booking, reason } => self.decide_cancel(command, *booking, reason),
            Ask::Refund {
                booking,
                seats,
                reason,
                note,
                rules,
                told_minor,
            } => {
                let rules = (*rules, *told_minor);
                self.decide_refund(command, (*booking, seats), (*reason, note), rules, now)
            }
            Ask::RefundVerdict {
                booking,
                asked,
                approve,
                note,
                manager,
            } => {
                let said = (*approve, note.as_str(), *manager);
                self.decide_verdict(command, (*booking, *asked), said, now)
            }
            Ask::ResolveCase {
                booking,
                payment,
                how,
                note,
                told_minor,
            } => {
                let said = (*how, note.as_str(), *told_minor);
                self.decide_resolve(command, (*booking, *payment), said, now)
            }
            Ask::Pause => self.decide_sales(command, SalesChange::Paused, ""),
            Ask::Resume => self.decide_sales(command, SalesChange::Resumed, ""),
            Ask::CancelShow { reason } => {
                self.decide_sales(command, SalesChange::Cancelled, reason)
            }
            Ask::Block { seats, reason } => {
                self.decide_blocks(terms, command, seats, Some(*reason), now)
            }
            Ask::Unblock { seats } => self.decide_blocks(terms, command, seats, None, now),
            Ask::Open(_)
            | Ask::Announced(_)
            | Ask::Expire
            | Ask::Seal { .. }
            | Ask::Arrive { .. } => Ok(Vec::new()),
        }
    }

    /// A booking, if the actor may act on it. Somebody else's looks like one that is not there.
    pub(super) fn owned(&self, actor: &Actor, booking: Uuid) -> Result<&BookingRecord, Refusal> {
        self.bookings
            .get(&booking)
            .filter(|record| actor.staff || record.owner == actor.owner)
            .ok_or(Refusal::BookingNotFound)
    }

    fn decide_open(
        &self,
        command: &Command,
        terms: &Arc<ShowTerms>,
    ) -> Result<Vec<Event>, Refusal> {
        match &self.terms {
            Some(known) if self.ver > 0 && known == terms => Ok(Vec::new()),
            Some(_) if self.ver > 0 => Err(Refusal::OpenedAlready),
            _ => Ok(vec![opened(command, terms)]),
        }
    }

    fn decide_hold(
        &self,
        terms: &ShowTerms,
        command: &Command,
        booking: Uuid,
        (wish, rules, proof): (&Wish, HoldRules, &Proof),
        now: UtcMillis,
    ) -> Result<Vec<Event>, Refusal> {
        let actor = &command.actor;
        if self.bookings.contains_key(&booking) {
            let record = self.owned(actor, booking)?;
            return Err(if record.state == BookingState::Released {
                Refusal::HoldReleased
            } else {
                Refusal::IdReused
            });
        }
        let asked = SaleAsk {
            channel: actor.channel,
            owner: Some(actor.owner),
            proof: Some(proof),
            rules,
            own: None,
            wish: Some(wish),
        };
        let picked = self.find(wish, &asked, now)?;
        let seats: Vec<_> = picked.lines.iter().map(|l| l.seat).collect();
        let said = Said::by(terms, proof);
        let priced = priced(terms, said.buys_at(actor.channel), picked.lines, now)?;
        let mut events = self.ended(self.dead_among(&seats, None));
        events.push(Event::Held {
            command: command.id,
            fingerprint: command.fingerprint(),
            booking,
            owner: actor.owner,
            channel: actor.channel,
            fee_minor: priced.fee_minor,
            lines: priced.lines,
            hold_until: now.plus_ms(HOLD_MS),
            relaxed: picked.relaxed,
        });
        Ok(events)
    }

    fn decide_change(
        &self,
        terms: &ShowTerms,
        command: &Command,
        booking: Uuid,
        (wish, rules, proof): (&Wish, HoldRules, &Proof),
        now: UtcMillis,
    ) -> Result<Vec<Event>, Refusal> {
        let record = self.owned(&command.actor, booking)?;
        must_be_held(record, now)?;
        let asked = SaleAsk {
            channel: record.channel,
            owner: Some(record.owner),
            proof: None,
            rules,
            own: Some(booking),
            wish: Some(wish),
        };
        let picked = self.find(wish, &asked, now)?;
        let seats: Vec<_> = picked.lines.iter().map(|l| l.seat).collect();
        let said = Said::before(terms, record).and(Said::by(terms, proof));
        let priced = priced(terms, said.buys_at(record.channel), picked.lines, now)?;
        let mut events = self.ended(self.dead_among(&seats, Some(booking)));
        events.push(Event::SeatsChanged {
            command: command.id,
            fingerprint: command.fingerprint(),
            owner: command.actor.owner,
            booking,
            fee_minor: priced.fee_minor,
            lines: priced.lines,
            relaxed: picked.relaxed,
        });
        Ok(events)
    }

    /// Checks ownership, not time. Giving up what has run out is written down all the same: its
    /// owner does not want it, so money that comes late must not win it back.
    fn decide_release(&self, command: &Command, booking: Uuid) -> Result<Vec<Event>, Refusal> {
        let actor = &command.actor;
        if self.bookings.contains_key(&booking) {
            match self.owned(actor, booking)?.state {
                BookingState::Held | BookingState::Expired => {}
                BookingState::Released => return Ok(Vec::new()),
                BookingState::Secured | BookingState::Confirmed => {
                    return Err(Refusal::AlreadyPaid);
                }
                BookingState::Cancelled => return Err(Refusal::BookingCancelled),
            }
        }
        Ok(vec![Event::Released {
            command: command.id,
            fingerprint: command.fingerprint(),
            owner: actor.owner,
            channel: actor.channel,
            booking,
        }])
    }

    /// Cash is decided here: the confirming event is the capture. Cash for a dead hold is
    /// refused, so it was never taken. What costs nothing is confirmed so too, by its owner as well,
    /// and there is nothing that payment has to be told of it.
    fn decide_cash(
        &self,
        command: &Command,
        booking: Uuid,
        payment: PaymentId,
        given_minor: Option<i64>,
        now: UtcMillis,
    ) -> Result<Vec<Event>, Refusal> {
        let record = self.owned(&command.actor, booking)?;
        must_be_held(record, now)?;
        if self.payments.contains_key(&payment) {
            return Err(Refusal::IdReused);
        }
        let total = record.total();
        if total.minor > 0 && !command.actor.staff {
            return Err(Refusal::CashByStaff);
        }
        if let Some(given_minor) = given_minor.filter(|given| *given < total.minor) {
            return Err(Refusal::CashTooLittle {
                total,
                given: Money::new(given_minor, total.currency),
            });
        }
        let by = CashBy {
            command: command.id,
            fingerprint: command.fingerprint(),
            owner: command.actor.owner,
        };
        let paid = (payment, Tender::Cash);
        let mut events = vec![
            self.secured(booking, record, paid, &command.rolls, now, false),
            Event::Confirmed {
                booking,
                by: Some(by),
            },
        ];
        if total.minor == 0 {
            events.push(Event::PaymentSettled { payment });
        }
        Ok(events)
    }

    fn decide_cancel(
        &self,
        command: &Command,
        booking: Uuid,
        reason: &str,
    ) -> Result<Vec<Event>, Refusal> {
        match self.owned(&command.actor, booking)?.state {
            BookingState::Secured | BookingState::Confirmed => {}
            BookingState::Cancelled => return Err(Refusal::BookingCancelled),
            BookingState::Held | BookingState::Expired | BookingState::Released => {
                return Err(Refusal::NotPaid);
            }
        }
        Ok(vec![Event::Cancelled {
            command: command.id,
            fingerprint: command.fingerprint(),
            owner: command.actor.owner,
            booking,
            reason: reason.to_owned(),
        }])
    }

    fn decide_sales(
        &self,
        command: &Command,
        to: SalesChange,
        reason: &str,
    ) -> Result<Vec<Event>, Refusal> {
        match (self.sales, to) {
            (Sales::Cancelled, SalesChange::Cancelled)
            | (Sales::Paused, SalesChange::Paused)
            | (Sales::Open, SalesChange::Resumed) => return Ok(Vec::new()),
            (Sales::Cancelled, _) => return Err(Refusal::ShowCancelled),
            _ => {}
        }
        Ok(vec![Event::SalesChanged {
            command: command.id,
            fingerprint: command.fingerprint(),
            owner: command.actor.owner,
            to,
            reason: reason.to_owned(),
        }])
    }

    fn decide_blocks(
        &self,
        terms: &ShowTerms,
        command: &Command,
        seats: &[SeatLabel],
        block: Option<BlockReason>,
        now: UtcMillis,
    ) -> Result<Vec<Event>, Refusal> {
        let mut seats = find_seats(terms, seats.iter().copied())?;
        if seats.is_empty() {
            return Err(Refusal::NoSeats);
        }
        let owned = self.owned_among(terms, &seats, now);
        if block.is_some() && !owned.is_empty() {
            return Err(Refusal::SeatsSold { seats: owned });
        }
        if block.is_none() {
            seats.retain(|s| {
                let slot = self.slots.get(s.index());
                slot.is_some_and(|slot| match slot {
                    Slot::Blocked(_) => true,
                    Slot::Kept { until } => is_alive(*until, now),
                    Slot::Free | Slot::Held { .. } | Slot::Booked { .. } => false,
                })
            });
        }
        if seats.is_empty() {
            return Ok(Vec::new());
        }
        let mut events = self.ended(self.dead_among(&seats, None));
        events.push(Event::BlocksChanged {
            command: command.id,
            fingerprint: command.fingerprint(),
            owner: command.actor.owner,
            seats,
            block,
        });
        Ok(events)
    }

    /// Writes down what has ended. Selling does not wait for this.
    fn decide_expire(&self, now: UtcMillis) -> Vec<Event> {
        let over = self.due.iter().take_while(|(at, _)| !is_alive(*at, now));
        let (mut bookings, mut wishes) = (Vec::new(), Vec::new());
        for (_, due) in over {
            match due {
                super::Due::Booking(booking) => bookings.push(*booking),
                super::Due::Refund(booking) => wishes.push(*booking),
                super::Due::Payment(_) | super::Due::Cash(_) => {}
            }
        }
        let mut events = self.ended(bookings);
        if !wishes.is_empty() {
            events.push(Event::RefundLapsed { bookings: wishes });
        }
        events
    }

    /// Writes down that these bookings are over: holds that ran out, captures that did not come.
    pub(super) fn ended(&self, bookings: Vec<Uuid>) -> Vec<Event> {
        let secured = |booking: &Uuid| {
            let record = self.bookings.get(booking);
            record.is_some_and(|r| r.state == BookingState::Secured)
        };
        let (lapsed, holds): (Vec<_>, Vec<_>) = bookings.into_iter().partition(secured);
        let mut events = Vec::new();
        if !holds.is_empty() {
            events.push(Event::Expired { bookings: holds });
        }
        if !lapsed.is_empty() {
            events.push(Event::SettleLapsed { bookings: lapsed });
        }
        events
    }

    /// The full id of one of this show's bookings.
    pub(super) fn booking_id(&self, uuid: Uuid) -> BookingId {
        BookingId {
            show: self.show,
            uuid,
        }
    }
}

fn opened(command: &Command, terms: &Arc<ShowTerms>) -> Event {
    Event::Opened {
        command: command.id,
        terms: Arc::clone(terms),
    }
}

/// Refuses unless the booking is held and alive.
fn must_be_held(record: &BookingRecord, now: UtcMillis) -> Result<(), Refusal> {
    match record.state_at(now) {
        BookingState::Held => Ok(()),
        BookingState::Expired => Err(Refusal::HoldExpired {
            at: record.hold_until,
        }),
        BookingState::Released => Err(Refusal::HoldReleased),
        BookingState::Secured | BookingState::Confirmed => Err(Refusal::AlreadyPaid),
        BookingState::Cancelled => Err(Refusal::BookingCancelled),
    }
}

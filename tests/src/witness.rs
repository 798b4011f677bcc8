//! Reads a journal with rules of its own, fewer and plainer than those that wrote it: no seat has
//! two owners, no hold is longer than five minutes, no money is kept without seats.

use std::collections::{BTreeMap, BTreeSet};

use houseful_core::{
    ids::{CommandId, PaymentId},
    layout::BlockReason,
    seat::SeatNo,
    show::{Event, Line, Refund, SalesChange},
    time::UtcMillis,
};
use uuid::Uuid;

/// Where a booking stands for the witness.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Held,
    Secured {
        until: UtcMillis,
    },
    Confirmed,
    /// Nobody's any more; only late money may bring it back.
    Expired,
    Over,
}

#[derive(Debug)]
struct Book {
    phase: Phase,
    seats: Vec<SeatNo>,
    total: i64,
    hold_until: UtcMillis,
    payment: Option<PaymentId>,
}

/// What the witness has seen so far.
#[derive(Debug, Default)]
struct Witness {
    opened: bool,
    cancelled: bool,
    /// The journal was left behind; only the arrival of its copy may follow.
    sealed: bool,
    owners: BTreeMap<SeatNo, Uuid>,
    blocked: BTreeSet<SeatNo>,
    /// Those of them that the house lets go, and when.
    house: BTreeSet<SeatNo>,
    house_free_at: Option<UtcMillis>,
    bookings: BTreeMap<Uuid, Book>,
    commands: BTreeSet<CommandId>,
    /// What the house keeps of each payment.
    kept: BTreeMap<PaymentId, i64>,
    /// What of that it keeps for tickets that were given back.
    fees: BTreeMap<PaymentId, i64>,
}

/// Goes through a journal.
///
/// # Errors
/// The number of the first event that should not have happened, and why.
pub fn attest(journal: &[(UtcMillis, Event)]) -> Result<(), String> {
    let mut witness = Witness::default();
    let mut last = UtcMillis(i64::MIN);
    for (ver, (at, event)) in (1..).zip(journal) {
        let bad = |what: String| format!("event {ver}, {}: {what}", event.kind());
        if *at < last {
            return Err(bad("time ran backwards".into()));
        }
        last = *at;
        witness
            .see(*at, event)
            .and_then(|()| witness.weigh())
            .map_err(bad)?;
    }
    Ok(())
}

fn total(lines: &[Line], fee: i64) -> i64 {
    lines.iter().map(|l| l.minor).sum::<i64>() + fee
}

fn seats(lines: &[Line]) -> Vec<SeatNo> {
    lines.iter().map(|l| l.seat).collect()
}

fn ensure(is: bool, otherwise: &str) -> Result<(), String> {
    is.then_some(()).ok_or_else(|| otherwise.to_owned())
}

impl Witness {
    fn see(&mut self, at: UtcMillis, event: &Event) -> Result<(), String> {
        if self.house_free_at.is_some_and(|end| at.0 >= end.0) {
            for seat in std::mem::take(&mut self.house) {
                self.blocked.remove(&seat);
            }
            // What is kept from now on is kept for good.
            self.house_free_at = None;
        }
        match event {
            Event::Opened { terms, .. } => {
                ensure(!self.opened, "opened twice")?;
                self.opened = true;
                let blocked = terms.layout.seats().filter(|(_, s)| s.blocked.is_some());
                self.blocked = blocked.map(|(no, _)| no).collect();
                let house = terms.layout.seats();
                let house = house.filter(|(_, s)| s.blocked == Some(BlockReason::House));
                self.house = house.map(|(no, _)| no).collect();
                self.house_free_at = terms.rules.house_free_at;
                return Ok(());
            }
            _ => ensure(self.opened, "before the show was opened")?,
        }
        match event {
            Event::Arrived { .. } => {
                ensure(self.sealed, "arrived without having left")?;
                self.sealed = false;
            }
            _ => ensure(!self.sealed, "the journal was left behind")?,
        }
        self.sealed = matches!(event, Event::Sealed { .. });
        if let Some(command) = command_of(event) {
            ensure(self.commands.insert(command), "one command, two effects")?;
        }
        match event {
            Event::Held {
                booking,
                lines,
                fee_minor,
                hold_until,
                ..
            } => self.see_hold(at, *booking, (lines, *fee_minor), *hold_until),
            Event::SeatsChanged {
                booking,
                lines,
                fee_minor,
                ..
            } => self.see_change(at, *booking, (lines, *fee_minor)),
            Event::Released { booking, .. } => self.see_release(at, *booking),
            Event::Expired { bookings } => bookings.iter().try_for_each(|booking| {
                let book = self.book(*booking, |p| p == Phase::Held)?;
                ensure(at >= book.hold_until, "the hold was alive")?;
                self.end(*booking, |p| p == Phase::Held, Phase::Expired)
            }),
            other => self.see_money(at, other),
        }
    }

    fn see_hold(
        &mut self,
        at: UtcMillis,
        booking: Uuid,
        (lines, fee): (&[Line], i64),
        hold_until: UtcMillis,
    ) -> Result<(), String> {
        ensure(!self.cancelled, "the show was cancelled")?;
        ensure(hold_until.0 == at.0 + 300_000, "not five minutes")?;
        let book = Book {
            phase: Phase::Held,
            seats: seats(lines),
            total: total(lines, fee),
            hold_until,
            payment: None,
        };
        ensure(!book.seats.is_empty(), "no seats")?;
        self.take(booking, &book.seats)?;
        let known = self.bookings.insert(booking, book).is_some();
        ensure(!known, "a booking id was used twice")
    }

    fn see_change(
        &mut self,
        at: UtcMillis,
        booking: Uuid,
        (lines, fee): (&[Line], i64),
    ) -> Result<(), String> {
        let book = self.book(booking, |p| p == Phase::Held)?;
        ensure(at < book.hold_until, "the hold was over")?;
        self.give_back(booking);
        self.take(booking, &seats(lines))?;
        let book = self.book(booking, |p| p == Phase::Held)?;
        book.seats = seats(lines);
        book.total = total(lines, fee);
        Ok(())
    }

    fn see_release(&mut self, at: UtcMillis, booking: Uuid) -> Result<(), String> {
        if self.bookings.contains_key(&booking) {
            let unpaid = |p| matches!(p, Phase::Held | Phase::Expired);
            return self.end(booking, unpaid, Phase::Over);
        }
        let tombstone = Book {
            phase: Phase::Over,
            seats: Vec::new(),
            total: 0,
            hold_until: at,
            payment: None,
        };
        self.bookings.insert(booking, tombstone);
        Ok(())
    }

    fn see_money(&mut self, at: UtcMillis, event: &Event) -> Result<(), String> {
        let paid = |p| matches!(p, Phase::Secured { .. } | Phase::Confirmed);
        let secured = |p| matches!(p, Phase::Secured { .. });
        match event {
            Event::Secured { .. } => self.see_secured(at, event),
            Event::Confirmed { booking, .. } => {
                self.book(*booking, secured)?.phase = Phase::Confirmed;
                Ok(())
            }
            Event::CaptureRefused { booking, payment } => {
                let book = self.book(*booking, secured)?;
                ensure(book.payment == Some(*payment), "another payment")?;
                book.phase = Phase::Held;
                book.payment = None;
                self.kept.insert(*payment, 0);
                Ok(())
            }
            Event::SettleLapsed { bookings } => bookings.iter().try_for_each(|booking| {
                let book = self.book(*booking, secured)?;
                let over = matches!(book.phase, Phase::Secured { until } if at >= until);
                ensure(over, "the capture could still come")?;
                self.end(*booking, secured, Phase::Expired)
            }),
            Event::PaymentReturned { payment, .. } => {
                let known = self.kept.insert(*payment, 0).is_some();
                ensure(!known, "a payment was used twice")
            }
            Event::PaymentSettled { payment } => {
                ensure(self.kept.contains_key(payment), "an unknown payment")
            }
            Event::Cancelled { booking, .. } => self.end(*booking, paid, Phase::Over),
            Event::MoneyGone {
                booking,
                payment,
                left_minor,
            } => {
                if self.fees.remove(payment).is_none() || self.book(*booking, paid).is_ok() {
                    self.end(*booking, paid, Phase::Over)?;
                }
                self.fees.insert(*payment, *left_minor);
                self.kept.insert(*payment, *left_minor);
                Ok(())
            }
            Event::Refunded {
                booking, refund, ..
            } => self.see_refund(*booking, refund),
            Event::SalesChanged { to, .. } => self.see_sales(*to),
            Event::BlocksChanged { seats, block, .. } => {
                if *block == Some(BlockReason::House) {
                    self.house.extend(seats);
                } else {
                    self.house.retain(|seat| !seats.contains(seat));
                }
                self.see_blocks(seats, block.is_some())
            }
            _ => Ok(()),
        }
    }

    /// Seats go back to sale, their price goes back but for what is kept, never more than it was.
    fn see_refund(&mut self, booking: Uuid, refund: &Refund) -> Result<(), String> {
        ensure(!refund.lines.is_empty(), "nothing was given back")?;
        let book = self.book(booking, |p| p == Phase::Confirmed)?;
        let payment = book.payment.ok_or("nothing was paid for it")?;
        for line in &refund.lines {
            let before = book.seats.len();
            book.seats.retain(|seat| *seat != line.seat);
            ensure(book.seats.len() + 1 == before, "not a seat of it")?;
            let paid = line.price_minor + line.fee_minor;
            ensure(
                (0..=paid).contains(&line.kept_minor),
                "more is kept than was paid",
            )?;
            book.total -= paid;
        }
        let (left, over) = (book.total, book.seats.is_empty());
        if over {
            ensure(left == 0, "paid for no seat")?;
            book.phase = Phase::Over;
            book.payment = None;
        }
        for line in &refund.lines {
            let owner = self.owners.remove(&line.seat);
            ensure(owner == Some(booking), "another's seat")?;
        }
        let fees = self.fees.entry(payment).or_default();
        *fees += refund.lines.iter().map(|l| l.kept_minor).sum::<i64>();
        self.kept.insert(payment, left + *fees);
        Ok(())
    }

    fn see_secured(&mut self, at: UtcMillis, event: &Event) -> Result<(), String> {
        let Event::Secured {
            booking,
            payment,
            amount,
            tickets,
            settle_until,
            late,
            ..
        } = event
        else {
            return Err("not of this kind".into());
        };
        ensure(!self.cancelled, "the show was cancelled")?;
        ensure(!self.kept.contains_key(payment), "a payment was used twice")?;
        let unpaid = |p| matches!(p, Phase::Held | Phase::Expired);
        let book = self.book(*booking, unpaid)?;
        ensure(book.total == amount.minor, "not what it costs")?;
        ensure(*late == (at >= book.hold_until), "late or not late?")?;
        ensure(tickets.codes.len() == book.seats.len(), "a ticket a seat")?;
        book.phase = Phase::Secured {
            until: *settle_until,
        };
        book.payment = Some(*payment);
        let seats = book.seats.clone();
        self.give_back(*booking);
        self.kept.insert(*payment, amount.minor);
        self.take(*booking, &seats)
    }

    fn see_sales(&mut self, to: SalesChange) -> Result<(), String> {
        ensure(!self.cancelled, "the show was cancelled")?;
        if to != SalesChange::Cancelled {
            return Ok(());
        }
        self.cancelled = true;
        let all: Vec<Uuid> = self.bookings.keys().copied().collect();
        let living = |p| !matches!(p, Phase::Expired | Phase::Over);
        for booking in all {
            if self.book(booking, living).is_ok() {
                self.end(booking, living, Phase::Over)?;
            }
        }
        Ok(())
    }

    fn see_blocks(&mut self, seats: &[SeatNo], blocked: bool) -> Result<(), String> {
        for seat in seats {
            ensure(!self.owners.contains_key(seat), "a block on an owned seat")?;
            if blocked {
                self.blocked.insert(*seat);
            } else {
                ensure(self.blocked.remove(seat), "it was not blocked")?;
            }
        }
        Ok(())
    }

    /// The books balance: what is kept is what the seats cost that are paid for.
    fn weigh(&self) -> Result<(), String> {
        let kept: i64 = self.kept.values().sum();
        let paid = |b: &&Book| matches!(b.phase, Phase::Secured { .. } | Phase::Confirmed);
        let owed: i64 = self.bookings.values().filter(paid).map(|b| b.total).sum();
        let fees: i64 = self.fees.values().sum();
        ensure(
            kept == owed + fees,
            &format!("{kept} are kept for seats of {owed} and fees of {fees}"),
        )?;
        for (id, book) in &self.bookings {
            let has = self.owners.values().filter(|owner| *owner == id).count();
            let wanted = match book.phase {
                Phase::Expired | Phase::Over => 0,
                _ => book.seats.len(),
            };
            ensure(has == wanted, &format!("{has} of {wanted} seats"))?;
        }
        Ok(())
    }

    fn book(&mut self, booking: Uuid, is: impl Fn(Phase) -> bool) -> Result<&mut Book, String> {
        let book = self.bookings.get_mut(&booking);
        let book = book.ok_or_else(|| format!("there is no booking {booking}"))?;
        ensure(is(book.phase), &format!("it is {:?}", book.phase))?;
        Ok(book)
    }

    fn take(&mut self, booking: Uuid, seats: &[SeatNo]) -> Result<(), String> {
        for seat in seats {
            ensure(
                !self.blocked.contains(seat),
                &format!("seat {} is blocked", seat.0),
            )?;
            if let Some(owner) = self.owners.insert(*seat, booking) {
                return Err(format!("seat {} belongs to {owner}", seat.0));
            }
        }
        Ok(())
    }

    fn give_back(&mut self, booking: Uuid) {
        self.owners.retain(|_, owner| *owner != booking);
    }

    fn end(
        &mut self,
        booking: Uuid,
        is: impl Fn(Phase) -> bool,
        phase: Phase,
    ) -> Result<(), String> {
        let book = self.book(booking, is)?;
        book.phase = phase;
        let payment = book.payment.take();
        let fees = |p: &PaymentId| self.fees.get(p).copied().unwrap_or(0);
        let left = payment.map(|p| (p, fees(&p)));
        self.kept.extend(left);
        self.give_back(booking);
        Ok(())
    }
}

fn command_of(event: &Event) -> Option<CommandId> {
    match event {
        Event::Held { command, .. }
        | Event::SeatsChanged { command, .. }
        | Event::Released { command, .. }
        | Event::Cancelled { command, .. }
        | Event::RefundAsked { command, .. }
        | Event::Refunded { command, .. }
        | Event::RefundRefused { command, .. }
        | Event::CaseResolved { command, .. }
        | Event::SalesChanged { command, .. }
        | Event::BlocksChanged { command, .. }
        | Event::Sealed { command, .. }
        | Event::Arrived { command, .. } => Some(*command),
        Event::Confirmed { by, .. } => by.map(|by| by.command),
        _ => None,
    }
}

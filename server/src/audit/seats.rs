//! A small model of one show: who has which seat, from the JSON of its journal alone.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use houseful_core::{code::TicketCode, time::UtcMillis};
use uuid::Uuid;

use super::facts::{Drawn, Fact, Line, ReturnedLine};

/// The longest a hold may keep a seat, and the longest a wait for the capture may.
const HOLD_MS: i64 = 300_000;
const SETTLE_MS: i64 = 900_000;

/// Where a booking stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stand {
    Held,
    Secured { at: UtcMillis, until: UtcMillis },
    Confirmed,
    Over,
}

struct Booking {
    stand: Stand,
    seats: Vec<u16>,
    codes: Vec<TicketCode>,
    total: i64,
    /// What the house kept for tickets that were given back.
    fees: i64,
    /// Whether it was ever secured.
    known: bool,
    held_at: UtcMillis,
    hold_until: UtcMillis,
    payment: Option<Uuid>,
}

/// What the journal says about one payment.
pub(super) struct Paid {
    pub(super) booking: Uuid,
    /// What was asked for.
    pub(super) amount: i64,
    /// What the house keeps of it.
    pub(super) keep: i64,
    /// What of that is kept for tickets that were given back.
    pub(super) fees: i64,
    /// Its currency; unknown for one that only ever went back.
    pub(super) currency: Option<String>,
    /// By which means.
    pub(super) tender: String,
    /// When booking first spoke of it.
    pub(super) first: UtcMillis,
    /// When that was decided.
    pub(super) since: UtcMillis,
    /// Whether it is in tickets that the buyer has; while a capture is awaited it is not.
    pub(super) in_tickets: bool,
    /// Whether payment has said that it did so.
    pub(super) settled: bool,
}

/// A booking that was confirmed and stands, or did not.
pub(super) struct Sold {
    pub(super) total: i64,
    /// What the house kept for tickets that were given back.
    pub(super) fees: i64,
    pub(super) payment: Option<Uuid>,
    pub(super) confirmed: bool,
    /// Whether it was ever secured, so that tables speak of it.
    pub(super) known: bool,
}

/// One show.
#[derive(Default)]
pub(super) struct House {
    blocked: Vec<bool>,
    /// Which of them the house lets go at `house_free_at`.
    house: Vec<bool>,
    house_free_at: Option<UtcMillis>,
    owners: Vec<Option<Uuid>>,
    /// The journal was left behind; only the arrival of its copy may follow.
    sealed: bool,
    bookings: HashMap<Uuid, Booking>,
    pub(super) paid: HashMap<Uuid, Paid>,
    /// Seats that had two owners at some time, or that the ticket table disagrees about.
    pub(super) double_sold: BTreeSet<u16>,
    pub(super) holds: u64,
    pub(super) confirmed: u64,
    pub(super) expired: u64,
    pub(super) released: u64,
}

impl House {
    /// Folds in a fact of time `at`; an error is a journal that makes no sense.
    pub(super) fn fold(
        &mut self,
        at: UtcMillis,
        fact: Fact,
        layouts: &HashMap<String, Drawn>,
    ) -> Result<(), String> {
        let arrives = matches!(fact, Fact::Arrived {});
        if self.sealed != arrives {
            return Err("sold on after it was left behind, or arrived without that".to_owned());
        }
        self.sealed = matches!(fact, Fact::Sealed {});
        match fact {
            Fact::Opened { terms } => {
                let drawn = layouts.get(&terms.layout);
                let drawn = drawn.ok_or_else(|| format!("layout {} is missing", terms.layout))?;
                self.blocked.clone_from(&drawn.blocked);
                self.house.clone_from(&drawn.house);
                self.house_free_at = terms.rules.house_free_at;
                self.owners = vec![None; drawn.blocked.len()];
                Ok(())
            }
            Fact::Held {
                booking,
                lines,
                fee_minor,
                hold_until,
            } => {
                self.holds += 1;
                let held = Booking {
                    stand: Stand::Held,
                    seats: lines.iter().map(|l| l.seat).collect(),
                    codes: Vec::new(),
                    total: total(&lines, fee_minor),
                    fees: 0,
                    known: false,
                    held_at: at,
                    hold_until,
                    payment: None,
                };
                self.bookings.insert(booking, held);
                self.occupy(at, booking)
            }
            Fact::SeatsChanged {
                booking,
                lines,
                fee_minor,
            } => {
                self.vacate(booking);
                let record = self.booking(booking)?;
                record.seats = lines.iter().map(|l| l.seat).collect();
                record.total = total(&lines, fee_minor);
                self.occupy(at, booking)
            }
            Fact::Released { booking } => {
                // One that is not known, or ran out before, gives nothing back.
                let stand = self.bookings.get(&booking).map(|b| b.stand);
                self.released += u64::from(stand == Some(Stand::Held));
                match stand {
                    Some(_) => self.end(at, booking),
                    None => Ok(()),
                }
            }
            Fact::Expired { bookings } => {
                self.expired += super::whole(bookings.len());
                bookings.into_iter().try_for_each(|b| self.end(at, b))
            }
            Fact::BlocksChanged { seats, block } => self.block(at, &seats, block.as_deref()),
            // The copy of a journal that moved says all that the one left behind does.
            Fact::Sealed {} | Fact::Arrived {} => Ok(()),
            paid => self.fold_paid(at, paid),
        }
    }

    /// The facts that concern money.
    fn fold_paid(&mut self, at: UtcMillis, fact: Fact) -> Result<(), String> {
        match fact {
            Fact::Secured {
                booking,
                payment,
                tender,
                amount,
                tickets,
                settle_until,
            } => {
                let record = self.booking(booking)?;
                record.stand = Stand::Secured {
                    at,
                    until: settle_until,
                };
                record.codes = tickets.codes;
                record.known = true;
                record.payment = Some(payment.0);
                let paid = Paid {
                    booking,
                    amount: amount.minor,
                    keep: amount.minor,
                    fees: 0,
                    currency: Some(amount.currency),
                    tender,
                    first: at,
                    since: at,
                    in_tickets: false,
                    settled: false,
                };
                self.paid.insert(payment.0, paid);
                self.occupy(at, booking)
            }
            Fact::Confirmed { booking, by } => {
                self.confirmed += 1;
                let record = self.booking(booking)?;
                record.stand = Stand::Confirmed;
                let payment = record.payment;
                if let Some(paid) = payment.and_then(|p| self.paid.get_mut(&p)) {
                    paid.in_tickets = true;
                    paid.since = at;
                    // Payment has yet to learn of cash; it said so of a card.
                    paid.settled = by.is_none();
                }
                self.occupy(at, booking)
            }
            Fact::CaptureRefused { booking } => {
                let record = self.booking(booking)?;
                record.stand = Stand::Held;
                let payment = record.payment.take();
                self.keep_nothing(at, payment);
                self.settled(payment);
                Ok(())
            }
            Fact::PaymentSettled { payment } => {
                self.settled(Some(payment.0));
                Ok(())
            }
            Fact::SettleLapsed { bookings } => {
                bookings.into_iter().try_for_each(|b| self.end(at, b))
            }
            Fact::PaymentReturned {
                payment,
                booking,
                tender,
                amount,
            } => {
                let paid = Paid {
                    booking,
                    amount: amount.minor,
                    keep: 0,
                    fees: 0,
                    currency: Some(amount.currency),
                    tender,
                    first: at,
                    since: at,
                    in_tickets: false,
                    settled: false,
                };
                self.paid.insert(payment.0, paid);
                Ok(())
            }
            Fact::Cancelled { booking } => self.end(at, booking),
            Fact::Refunded { booking, refund } => self.give_back(at, booking, &refund.lines),
            Fact::MoneyShort { payment } => {
                if let Some(paid) = self.paid.get_mut(&payment.0) {
                    paid.settled = false;
                }
                Ok(())
            }
            Fact::MoneyGone {
                booking,
                payment,
                left_minor,
            } => {
                self.end(at, booking)?;
                self.booking(booking)?.fees = left_minor;
                if let Some(paid) = self.paid.get_mut(&payment.0) {
                    (paid.fees, paid.keep) = (left_minor, left_minor);
                }
                Ok(())
            }
            Fact::SalesChanged { to } if to == "cancelled" => {
                let standing = self.bookings.iter().filter(|(_, b)| b.stand != Stand::Over);
                let all: Vec<Uuid> = standing.map(|(id, _)| *id).collect();
                all.into_iter().try_for_each(|b| self.end(at, b))
            }
            _ => Ok(()),
        }
    }

    fn booking(&mut self, booking: Uuid) -> Result<&mut Booking, String> {
        let found = self.bookings.get_mut(&booking);
        found.ok_or_else(|| format!("booking {booking} is not in the journal"))
    }

    /// Gives a booking its seats, and notes those that somebody else has at that time.
    fn occupy(&mut self, at: UtcMillis, booking: Uuid) -> Result<(), String> {
        let seats = self.booking(booking)?.seats.clone();
        for seat in seats {
            self.let_go(at, seat);
            if self.has_another(at, seat, booking)? {
                self.double_sold.insert(seat);
            }
            if let Some(owner) = self.owners.get_mut(usize::from(seat)) {
                *owner = Some(booking);
            }
        }
        Ok(())
    }

    fn has_another(&self, at: UtcMillis, seat: u16, than: Uuid) -> Result<bool, String> {
        let place = usize::from(seat);
        let owner = self.owners.get(place);
        let owner = owner.ok_or_else(|| format!("seat {seat} is not in the layout"))?;
        let owned = owner.is_some_and(|owner| {
            let living = |b: &Booking| match b.stand {
                Stand::Held => at.0 < b.hold_until.0,
                Stand::Secured { until, .. } => at.0 < until.0,
                Stand::Confirmed => true,
                Stand::Over => false,
            };
            owner != than && self.bookings.get(&owner).is_some_and(living)
        });
        Ok(owned || self.blocked.get(place) == Some(&true))
    }

    fn vacate(&mut self, booking: Uuid) {
        for owner in self.owners.iter_mut().filter(|o| **o == Some(booking)) {
            *owner = None;
        }
    }

    /// Takes everything from a booking; money that was good for it goes back.
    fn end(&mut self, at: UtcMillis, booking: Uuid) -> Result<(), String> {
        self.vacate(booking);
        let record = self.booking(booking)?;
        record.stand = Stand::Over;
        let payment = record.payment.take();
        self.keep_nothing(at, payment);
        Ok(())
    }

    /// Takes seats from a paid booking; of their price the house keeps what the row says.
    fn give_back(
        &mut self,
        at: UtcMillis,
        booking: Uuid,
        lines: &[ReturnedLine],
    ) -> Result<(), String> {
        let record = self.booking(booking)?;
        for line in lines {
            let place = record.seats.iter().position(|s| *s == line.seat);
            let place = place.ok_or_else(|| format!("{booking} gives back a seat it has not"))?;
            if record.stand != Stand::Confirmed || place >= record.codes.len() {
                return Err(format!("{booking} gives back what was not paid for"));
            }
            if !(0..=line.price_minor + line.fee_minor).contains(&line.kept_minor) {
                return Err(format!("{booking} keeps more than was paid"));
            }
            record.seats.remove(place);
            record.codes.remove(place);
            record.total -= line.price_minor + line.fee_minor;
            record.fees += line.kept_minor;
        }
        let kept: i64 = lines.iter().map(|l| l.kept_minor).sum();
        let (payment, total, over) = (record.payment, record.total, record.seats.is_empty());
        if over {
            record.stand = Stand::Over;
            record.payment = None;
        }
        for line in lines {
            match self.owners.get_mut(usize::from(line.seat)) {
                Some(owner) if *owner == Some(booking) => *owner = None,
                _ => return Err(format!("seat {} was not {booking}'s", line.seat)),
            }
        }
        if let Some(paid) = payment.and_then(|p| self.paid.get_mut(&p)) {
            paid.fees += kept;
            paid.keep = total + paid.fees;
            paid.since = at;
            paid.in_tickets = !over;
            paid.settled = false;
        }
        Ok(())
    }

    fn keep_nothing(&mut self, at: UtcMillis, payment: Option<Uuid>) {
        if let Some(paid) = payment.and_then(|p| self.paid.get_mut(&p)) {
            paid.keep = paid.fees;
            paid.since = at;
            paid.in_tickets = false;
            paid.settled = false;
        }
    }

    fn settled(&mut self, payment: Option<Uuid>) {
        if let Some(paid) = payment.and_then(|p| self.paid.get_mut(&p)) {
            paid.settled = true;
        }
    }

    /// A seat of the house that went on sale before is free for who takes it.
    fn let_go(&mut self, at: UtcMillis, seat: u16) {
        let place = usize::from(seat);
        if self.house.get(place) == Some(&true) && !self.keeps_house(at) {
            for marks in [&mut self.house, &mut self.blocked] {
                if let Some(mark) = marks.get_mut(place) {
                    *mark = false;
                }
            }
        }
    }

    /// Whether seats of the house are still kept at this time, or always.
    fn keeps_house(&self, at: UtcMillis) -> bool {
        self.house_free_at.is_none_or(|end| at.0 < end.0)
    }

    fn block(&mut self, at: UtcMillis, seats: &[u16], why: Option<&str>) -> Result<(), String> {
        let block = why.is_some();
        // What staff keep after the house let its seats go is kept for good.
        let house = why == Some("house") && self.keeps_house(at);
        for seat in seats {
            if block && self.has_another(at, *seat, Uuid::nil())? && !self.is_blocked(*seat) {
                self.double_sold.insert(*seat);
            }
            let place = self.blocked.get_mut(usize::from(*seat));
            *place.ok_or_else(|| format!("seat {seat} is not in the layout"))? = block;
            if let Some(mark) = self.house.get_mut(usize::from(*seat)) {
                *mark = house;
            }
        }
        Ok(())
    }

    fn is_blocked(&self, seat: u16) -> bool {
        self.blocked.get(usize::from(seat)) == Some(&true)
    }

    /// Seats that the journal gives to somebody or keeps back, dead holds among them.
    pub(super) fn taken(&self) -> u64 {
        let each = self.owners.iter().zip(&self.blocked);
        super::whole(each.filter(|(o, b)| o.is_some() || **b).count())
    }

    /// The valid tickets there have to be, by seat.
    pub(super) fn tickets(&self) -> BTreeMap<u16, (u64, Uuid)> {
        let paid = |b: &&Booking| matches!(b.stand, Stand::Secured { .. } | Stand::Confirmed);
        let mut tickets = BTreeMap::new();
        for (id, booking) in self.bookings.iter().filter(|(_, b)| paid(b)) {
            for (seat, code) in booking.seats.iter().zip(&booking.codes) {
                tickets.insert(*seat, (code.bits(), *id));
            }
        }
        tickets
    }

    /// Seats kept from sale longer than anything may keep them.
    pub(super) fn stuck(&self, now: UtcMillis, patience_ms: i64) -> u64 {
        let overdue = |b: &&Booking| {
            // What is past its end is for sale; what ends too late is not.
            let (end, end_max) = match b.stand {
                Stand::Held => (b.hold_until, b.held_at.plus_ms(HOLD_MS)),
                Stand::Secured { at, until } => (until, at.plus_ms(SETTLE_MS)),
                Stand::Confirmed | Stand::Over => return false,
            };
            now.0 < end.0 && end_max.plus_ms(patience_ms).0 < now.0
        };
        let seats = self.bookings.values().filter(overdue);
        super::whole(seats.map(|b| b.seats.len()).sum())
    }

    /// All bookings, as far as money is concerned.
    pub(super) fn sold(&self) -> impl Iterator<Item = (Uuid, Sold)> + '_ {
        self.bookings.iter().map(|(id, b)| {
            let sold = Sold {
                total: b.total,
                fees: b.fees,
                payment: b.payment,
                confirmed: b.stand == Stand::Confirmed,
                known: b.known,
            };
            (*id, sold)
        })
    }
}

fn total(lines: &[Line], fee_minor: i64) -> i64 {
    lines
        .iter()
        .fold(fee_minor, |sum, l| sum.saturating_add(l.minor))
}

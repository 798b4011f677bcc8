//! What is always true of a show. Asked after every change in debug builds and by every test.

use std::collections::BTreeSet;

use super::{Due, SETTLE_AGAIN_MS, ShowState, Slot};
use crate::wire::booking::BookingState;

/// Something that must never be: a bug, named.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("show {show} at version {ver}: {what}")]
pub struct Broken {
    /// Which show.
    pub show: crate::ids::ShowId,
    /// At which version.
    pub ver: u64,
    /// What is wrong.
    pub what: String,
}

impl ShowState {
    /// Whether everything that is always true of a show is true of this one.
    ///
    /// # Errors
    /// The first thing that is not.
    pub fn check(&self) -> Result<(), Broken> {
        self.check_seats()
            .and_then(|()| self.check_bookings())
            .and_then(|()| self.check_money())
            .and_then(|()| self.check_indexes())
            .and_then(|()| self.check_due())
            .map_err(|what| Broken {
                show: self.show,
                ver: self.ver,
                what,
            })
    }

    /// A seat that somebody has stands in that booking, once, and in no other.
    fn check_seats(&self) -> Result<(), String> {
        let taken = self.slots.iter().filter(|s| **s != Slot::Free).count();
        if taken != self.taken {
            return Err(format!(
                "{taken} seats are taken and {} were counted",
                self.taken
            ));
        }
        for (i, slot) in self.slots.iter().enumerate() {
            let Some(booking) = slot.booking() else {
                continue;
            };
            let record = self
                .bookings
                .get(&booking)
                .ok_or_else(|| format!("seat {i} belongs to an unknown booking {booking}"))?;
            let times = record.lines.iter().filter(|l| l.seat.index() == i).count();
            if times != 1 {
                return Err(format!(
                    "seat {i} stands {times} times in its booking {booking}"
                ));
            }
            let fits = match slot {
                Slot::Held { until, .. } => {
                    record.state == BookingState::Held && *until == record.hold_until
                }
                Slot::Booked { until, .. } => {
                    let paid = matches!(
                        record.state,
                        BookingState::Secured | BookingState::Confirmed
                    );
                    paid && *until == record.settle_until
                }
                Slot::Free | Slot::Blocked(_) | Slot::Kept { .. } => false,
            };
            if !fits {
                return Err(format!(
                    "seat {i} is {slot:?} and its booking {:?}",
                    record.state
                ));
            }
        }
        Ok(())
    }

    /// A booking has all of its seats or none, and codes only when money came.
    fn check_bookings(&self) -> Result<(), String> {
        for (id, record) in &self.bookings {
            let has = |l: &&super::Line| {
                self.slots.get(l.seat.index()).and_then(|s| s.booking()) == Some(*id)
            };
            let owned = record.lines.iter().filter(has).count();
            let living = matches!(
                record.state,
                BookingState::Held | BookingState::Secured | BookingState::Confirmed
            );
            let expected = if living { record.lines.len() } else { 0 };
            if owned != expected || (living && expected == 0) {
                return Err(format!(
                    "booking {id} is {:?} and has {owned} seats",
                    record.state
                ));
            }
            let fees: i64 = record.lines.iter().map(|l| record.fee_of(l)).sum();
            if !record.lines.is_empty() && fees != record.fee_minor {
                return Err(format!("booking {id} has fees of {fees}, not its fee"));
            }
            let paid = matches!(
                record.state,
                BookingState::Secured | BookingState::Confirmed
            );
            if paid && record.tickets.len() != record.lines.len() {
                return Err(format!("booking {id} is paid and lacks tickets"));
            }
            if let Some(asked) = &record.refund_asked {
                let has = |line: &super::RefundLine| {
                    record.lines.iter().any(|l| {
                        let parts = (line.price_minor, line.fee_minor);
                        l.seat == line.seat && (l.minor, record.fee_of(l)) == parts
                    })
                };
                let whole = asked.refund.lines.iter().all(has);
                if record.state != BookingState::Confirmed || !whole {
                    return Err(format!(
                        "booking {id} waits for a refund of what it has not"
                    ));
                }
            }
            if paid != record.payment.is_some()
                || (record.state == BookingState::Secured) != record.settle_until.is_some()
            {
                return Err(format!(
                    "booking {id} is {:?} with {:?}",
                    record.state, record.payment
                ));
            }
        }
        Ok(())
    }

    /// The house keeps money only for a booking that has its seats by that very payment.
    fn check_money(&self) -> Result<(), String> {
        for (id, payment) in &self.payments {
            let good = self
                .bookings
                .get(&payment.booking)
                .filter(|r| r.payment == Some(*id));
            let keep = good.map_or(0, |r| r.total().minor) + payment.fees_minor;
            if payment.keep_minor != keep || !(0..=payment.amount.minor).contains(&keep) {
                return Err(format!(
                    "payment {id} keeps {} for {keep}",
                    payment.keep_minor
                ));
            }
        }
        match self
            .bookings
            .values()
            .filter_map(|r| r.payment)
            .find(|p| !self.payments.contains_key(p))
        {
            Some(unknown) => Err(format!("a booking rests on the unknown payment {unknown}")),
            None => Ok(()),
        }
    }

    /// Each payment is found under its booking, once, and among the unsettled while it is.
    fn check_indexes(&self) -> Result<(), String> {
        let unsettled = self.payments.iter().filter(|(_, p)| !p.settled);
        if !unsettled.map(|(id, _)| id).eq(&self.unsettled) {
            return Err("the unsettled payments are not those that are listed".into());
        }
        let found: BTreeSet<_> = self
            .paid_towards
            .iter()
            .flat_map(|(booking, ids)| ids.iter().map(move |id| (*id, *booking)))
            .collect();
        let listed: usize = self.paid_towards.values().map(Vec::len).sum();
        let expected = self.payments.iter().map(|(id, p)| (*id, p.booking));
        if listed != self.payments.len() || !expected.eq(found) {
            return Err("a payment is not found under its booking".into());
        }
        Ok(())
    }

    /// Everything that waits is in the timetable, and nothing else.
    fn check_due(&self) -> Result<(), String> {
        let bookings = self.bookings.iter().filter_map(|(id, r)| match r.state {
            BookingState::Held => Some((r.hold_until, Due::Booking(*id))),
            BookingState::Secured => r.settle_until.map(|at| (at, Due::Booking(*id))),
            _ => None,
        });
        let payments = self
            .payments
            .iter()
            .filter(|(_, p)| !p.settled)
            .map(|(id, p)| (p.asked_at.plus_ms(SETTLE_AGAIN_MS), Due::Payment(*id)));
        let refunds = self.bookings.iter().filter_map(|(id, r)| {
            let asked = r.refund_asked.as_ref()?;
            Some((asked.until, Due::Refund(*id)))
        });
        let cash = self
            .payments
            .iter()
            .filter(|(_, p)| !p.to_hand.is_empty())
            .map(|(id, _)| (super::resolve::UNTIL_TOLD, Due::Cash(*id)));
        let due: BTreeSet<_> = bookings
            .chain(payments)
            .chain(refunds)
            .chain(cash)
            .collect();
        if due == self.due {
            Ok(())
        } else {
            Err("the timetable is not what the show waits for".into())
        }
    }
}

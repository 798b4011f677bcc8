//! What happened to one booking, in order: its journal rows, told.

use uuid::Uuid;

use super::{Event, Line, RefundLine, SalesChange, ShowState};
use crate::{
    ids::OwnerRef,
    money::Money,
    seat::{SeatLabel, SeatNo},
    time::UtcMillis,
    wire::{
        Time,
        desk::{StoryStep, StoryWhat},
    },
};

impl ShowState {
    /// What became of a booking, from the events of this show, each with the time it was decided and
    /// with whoever asked for it. What nobody asked for (news of payment, time) is nobody's.
    #[must_use]
    pub fn story<'a>(
        &self,
        booking: Uuid,
        events: impl Iterator<Item = (UtcMillis, &'a Event)>,
    ) -> Vec<(StoryStep, Option<OwnerRef>)> {
        let mut living = false;
        let mut steps = Vec::new();
        for (at, event) in events {
            if let Event::SalesChanged { to, owner, .. } = event {
                if living && *to == SalesChange::Cancelled {
                    living = false;
                    let step = Self::step(at, StoryWhat::ShowCancelled);
                    steps.push((step, Some(*owner)));
                }
                continue;
            }
            if let Some((step, by)) = self.step_of(booking, at, event) {
                let record = self.bookings.get(&booking);
                living = match step.what {
                    // Given back seat by seat, until none was left.
                    StoryWhat::Refunded => record.is_some_and(|r| !r.lines.is_empty()),
                    StoryWhat::Held | StoryWhat::PaidLate => true,
                    StoryWhat::Released
                    | StoryWhat::Expired
                    | StoryWhat::CaptureOverdue
                    | StoryWhat::Cancelled
                    | StoryWhat::MoneyGone => false,
                    _ => living,
                };
                steps.push((step, by));
            }
        }
        steps
    }

    const fn step(at: UtcMillis, what: StoryWhat) -> StoryStep {
        StoryStep {
            at: Time(at),
            what,
            seats: Vec::new(),
            amount: None,
            tender: None,
            payment: None,
            why: None,
            note: String::new(),
            by: None,
        }
    }

    /// An event, if it is about this booking.
    fn step_of(
        &self,
        of: Uuid,
        at: UtcMillis,
        event: &Event,
    ) -> Option<(StoryStep, Option<OwnerRef>)> {
        let step = |what| Self::step(at, what);
        let minor = |minor| Some(Money::new(minor, self.currency()));
        match event {
            Event::Held {
                booking,
                owner,
                lines,
                fee_minor,
                ..
            }
            | Event::SeatsChanged {
                booking,
                owner,
                lines,
                fee_minor,
                ..
            } if *booking == of => {
                let what = match event {
                    Event::Held { .. } => StoryWhat::Held,
                    _ => StoryWhat::SeatsChanged,
                };
                let sum: i64 = lines.iter().map(|line| line.minor).sum();
                let step = StoryStep {
                    seats: self.names(lines.iter().map(|line: &Line| line.seat)),
                    amount: minor(sum.saturating_add(*fee_minor)),
                    ..step(what)
                };
                Some((step, Some(*owner)))
            }
            Event::Released { booking, owner, .. } if *booking == of => {
                Some((step(StoryWhat::Released), Some(*owner)))
            }
            Event::Expired { bookings } if bookings.contains(&of) => {
                Some((step(StoryWhat::Expired), None))
            }
            Event::Confirmed { booking, by } if *booking == of => {
                let by = by.as_ref().map(|by| by.owner);
                Some((step(StoryWhat::Confirmed), by))
            }
            Event::SettleLapsed { bookings } if bookings.contains(&of) => {
                Some((step(StoryWhat::CaptureOverdue), None))
            }
            Event::Cancelled {
                booking,
                owner,
                reason,
                ..
            } if *booking == of => {
                let step = StoryStep {
                    note: reason.clone(),
                    ..step(StoryWhat::Cancelled)
                };
                Some((step, Some(*owner)))
            }
            Event::RefundLapsed { bookings } if bookings.contains(&of) => {
                Some((step(StoryWhat::RefundLapsed), None))
            }
            _ => self
                .refund_step(of, at, event)
                .or_else(|| self.money_step(of, at, event)),
        }
    }

    /// What clerks and managers said about giving tickets back.
    fn refund_step(
        &self,
        of: Uuid,
        at: UtcMillis,
        event: &Event,
    ) -> Option<(StoryStep, Option<OwnerRef>)> {
        let (booking, owner, what) = match event {
            Event::RefundAsked { booking, owner, .. } => (booking, owner, StoryWhat::RefundAsked),
            Event::Refunded { booking, owner, .. } => (booking, owner, StoryWhat::Refunded),
            Event::RefundRefused { booking, owner, .. } => {
                (booking, owner, StoryWhat::RefundRefused)
            }
            _ => return None,
        };
        let mut step = Self::step(at, what);
        match event {
            Event::RefundAsked { refund, .. } | Event::Refunded { refund, .. } => {
                step.seats = self.names(refund.lines.iter().map(|line: &RefundLine| line.seat));
                step.amount = Some(Money::new(refund.back_minor(), self.currency()));
                step.why = Some(refund.reason.word().to_owned());
                step.note.clone_from(&refund.note);
            }
            Event::RefundRefused { note, .. } => step.note.clone_from(note),
            _ => {}
        }
        (*booking == of).then_some((step, Some(*owner)))
    }

    /// What payment said, and what was done about its money.
    fn money_step(
        &self,
        of: Uuid,
        at: UtcMillis,
        event: &Event,
    ) -> Option<(StoryStep, Option<OwnerRef>)> {
        let mut by = None;
        let (step, payment) = match event {
            Event::Secured {
                payment,
                tender,
                amount,
                late,
                ..
            } => {
                let what = if *late {
                    StoryWhat::PaidLate
                } else {
                    StoryWhat::Paid
                };
                let step = StoryStep {
                    amount: Some(*amount),
                    tender: Some(tender.word().to_owned()),
                    ..Self::step(at, what)
                };
                (step, payment)
            }
            Event::PaymentReturned {
                payment,
                amount,
                tender,
                why,
                ..
            } => {
                let step = StoryStep {
                    amount: Some(*amount),
                    tender: Some(tender.word().to_owned()),
                    why: Some(why.word().to_owned()),
                    ..Self::step(at, StoryWhat::MoneyBack)
                };
                (step, payment)
            }
            Event::CaptureRefused { payment, .. } => {
                (Self::step(at, StoryWhat::CaptureRefused), payment)
            }
            Event::PaymentSettled { payment } => {
                let known = self.payments.get(payment);
                known.filter(|known| known.booking == of)?;
                (Self::step(at, StoryWhat::MoneySettled), payment)
            }
            Event::MoneyGone { payment, .. } => (Self::step(at, StoryWhat::MoneyGone), payment),
            Event::MoneyShort {
                payment,
                refunded_minor,
                ..
            } => {
                let step = StoryStep {
                    amount: Some(Money::new(*refunded_minor, self.currency())),
                    ..Self::step(at, StoryWhat::MoneyShort)
                };
                (step, payment)
            }
            Event::CaseResolved {
                payment,
                owner,
                how,
                handed_minor,
                note,
                ..
            } => {
                by = Some(*owner);
                let step = StoryStep {
                    amount: (*handed_minor > 0).then(|| Money::new(*handed_minor, self.currency())),
                    why: Some(how.word().to_owned()),
                    note: note.clone(),
                    ..Self::step(at, StoryWhat::CaseResolved)
                };
                (step, payment)
            }
            _ => return None,
        };
        let is_of = |known: &super::PaymentRecord| known.booking == of;
        self.payments.get(payment).filter(|p| is_of(p))?;
        let payment = Some(*payment);
        Some((StoryStep { payment, ..step }, by))
    }

    fn names(&self, seats: impl Iterator<Item = SeatNo>) -> Vec<SeatLabel> {
        seats.filter_map(|seat| self.label(seat)).collect()
    }
}

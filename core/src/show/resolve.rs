//! What a person did about a payment that needed somebody: where the cases end that no rule can end.
//!
//! It is written into the journal, with who and how, so that the next one at the desk does not do it
//! again. No money moves by it: payment goes on trying what was ordered, and what went back at the
//! provider's own desk is heard of from the provider. Only cash is somebody's word: what was ordered
//! back away from a till ([`super::PaymentRecord::to_hand`]) lies in a drawer until a till says
//! that it was handed out.

use uuid::Uuid;

use super::{Command, Due, Event, PaymentRecord, ReturnReason, ShowState};
use crate::{
    expiry::is_alive,
    ids::{OwnerRef, PaymentId},
    message::Tender,
    money::Money,
    refusal::Refusal,
    time::UtcMillis,
    wire::desk::CaseHow,
};

/// After so long a decision that payment has not carried out is somebody's concern: 15 minutes.
pub const OVERDUE_MS: i64 = 15 * 60_000;

/// Cash waits to be handed out until somebody says that it was. It stands in the timetable all the
/// same, since the desk looks at the shows that wait for something.
pub(super) const UNTIL_TOLD: UtcMillis = UtcMillis::MAX;

/// The house keeps less of a payment than before: the difference goes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeptLess {
    /// Of which payment.
    pub payment: PaymentId,
    /// What was kept before, in minor units.
    pub from_minor: i64,
    /// What is kept from then on, in minor units.
    pub to_minor: i64,
}

impl KeptLess {
    /// What goes back, in minor units.
    #[must_use]
    pub const fn back_minor(&self) -> i64 {
        self.from_minor - self.to_minor
    }
}

/// What a person did about a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// When it was said.
    pub at: UtcMillis,
    /// Who said it.
    pub owner: OwnerRef,
    /// What was done.
    pub how: CaseHow,
    /// More about it.
    pub note: String,
}

impl PaymentRecord {
    /// What was ordered back while nobody stood at a till for it, and is cash or may be in part, in
    /// minor units.
    #[must_use]
    pub fn to_hand_minor(&self) -> i64 {
        self.to_hand.iter().map(KeptLess::back_minor).sum()
    }

    /// Whether payment has not done for a quarter of an hour what was decided.
    #[must_use]
    pub fn is_overdue(&self, now: UtcMillis) -> bool {
        !self.settled && !is_alive(self.asked_at.plus_ms(OVERDUE_MS), now)
    }

    /// Whether its money is not where it was decided that it goes, and nobody has said yet what was
    /// done about that. What was said before it was overdue was said about something else; and that
    /// cash was handed out says nothing of a card.
    #[must_use]
    pub fn is_in_trouble(&self, now: UtcMillis) -> bool {
        let said = |since: UtcMillis| self.resolved.as_ref().is_some_and(|r| r.at >= since);
        let overdue_at = self.asked_at.plus_ms(OVERDUE_MS);
        let is_short = self.is_short() && !said(self.asked_at);
        is_short || self.is_overdue(now) && !said(overdue_at)
    }

    /// Whether somebody has to do something about it, and nobody has said yet that it was done.
    #[must_use]
    pub fn needs_somebody(&self, now: UtcMillis) -> bool {
        !self.to_hand.is_empty() || self.is_in_trouble(now)
    }

    /// Whether it is a case of the desk: it needs somebody, or its money came to another end than
    /// its payer or the house asked for.
    fn is_case(&self, now: UtcMillis) -> bool {
        let ended_oddly = match self.returned {
            None
            | Some(
                ReturnReason::Cancelled | ReturnReason::Refunded | ReturnReason::ShowCancelled,
            ) => false,
            Some(
                ReturnReason::BookingUnknown
                | ReturnReason::QuoteChanged
                | ReturnReason::WrongAmount
                | ReturnReason::PaidAlready
                | ReturnReason::Released
                | ReturnReason::SeatsGone
                | ReturnReason::TooLate
                | ReturnReason::BookedAgain
                | ReturnReason::NotOnSale
                | ReturnReason::CaptureOverdue
                | ReturnReason::CaptureRefused
                | ReturnReason::RefundedElsewhere,
            ) => true,
        };
        ended_oddly || self.is_in_trouble(now)
    }
}

impl ShowState {
    /// Somebody says what was done about a payment.
    pub(super) fn decide_resolve(
        &self,
        command: &Command,
        (booking, payment): (Uuid, PaymentId),
        (how, note, told_minor): (CaseHow, &str, Option<i64>),
        now: UtcMillis,
    ) -> Result<Vec<Event>, Refusal> {
        if !command.actor.staff {
            return Err(Refusal::RefundByStaff);
        }
        let known = self.payments.get(&payment);
        let known = known.filter(|p| p.booking == booking);
        let known = known.ok_or(Refusal::NoSuchCase)?;
        let due_minor = known.to_hand_minor();
        let ends_cash = matches!(how, CaseHow::HandedOut | CaseHow::Other) && due_minor > 0;
        let before = if how == CaseHow::HandedOut {
            known.handed.as_ref()
        } else {
            known.resolved.as_ref()
        };
        if ends_cash {
            // What is in the hand of whoever says so has to be what is due: more may be by now.
            if told_minor != Some(due_minor) {
                let due = Money::new(due_minor, known.amount.currency);
                return Err(Refusal::CashDue { due });
            }
        } else if how == CaseHow::HandedOut {
            // Who comes second must not hand the same cash out again; and the rest goes back by
            // itself: whoever hands cash out as well pays it twice.
            return Err(before.map_or(Refusal::NoCashDue, done));
        } else if !known.is_in_trouble(now) {
            if due_minor > 0 {
                let due = Money::new(due_minor, known.amount.currency);
                return Err(Refusal::CashDue { due });
            }
            if let Some(before) = before {
                return Err(done(before));
            }
            if !known.is_case(now) {
                return Err(Refusal::NoSuchCase);
            }
        }
        Ok(vec![Event::CaseResolved {
            command: command.id,
            fingerprint: command.fingerprint(),
            owner: command.actor.owner,
            booking,
            payment,
            how,
            handed_minor: if ends_cash { due_minor } else { 0 },
            note: note.to_owned(),
        }])
    }

    /// So much went back of a payment while nobody stood at a till for it: what of it is cash waits
    /// in a drawer.
    pub(super) fn owe_cash(&mut self, less: KeptLess) {
        let Some(known) = self.payments.get_mut(&less.payment) else {
            return;
        };
        let may_be_cash = matches!(known.tender, Tender::Cash | Tender::Split);
        if may_be_cash && less.back_minor() > 0 {
            known.to_hand.push(less);
            self.due.insert((UNTIL_TOLD, Due::Cash(less.payment)));
        }
    }

    /// What is kept of a payment now, against what was kept before.
    pub(super) fn kept_less(&self, payment: PaymentId, from_minor: i64) -> Option<KeptLess> {
        let to_minor = self.payments.get(&payment)?.keep_minor;
        Some(KeptLess {
            payment,
            from_minor,
            to_minor,
        })
    }

    /// Folds in what a person did: cash is out of the drawer, or something else was seen to.
    pub(super) fn resolve(&mut self, payment: PaymentId, handed_minor: i64, resolved: Resolved) {
        let Some(known) = self.payments.get_mut(&payment) else {
            return;
        };
        if handed_minor > 0 {
            known.handed = Some(resolved);
            known.to_hand.clear();
            self.due.remove(&(UNTIL_TOLD, Due::Cash(payment)));
        } else {
            known.resolved = Some(resolved);
        }
    }
}

const fn done(before: &Resolved) -> Refusal {
    Refusal::CaseResolved {
        at: before.at,
        how: before.how,
    }
}

//! What a payment must be, at any time.

use houseful_core::{ids::PaymentId, wire::payment::PaymentState};

use super::{Account, Part};
use crate::payment::provider::ChargeStatus;

/// A payment is not what it must be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("payment {id}: {what}")]
pub struct Broken {
    /// Which.
    pub id: PaymentId,
    /// What does not hold.
    pub what: &'static str,
}

impl Account {
    /// Whether all that must hold, holds; above all
    /// `captured = applied + refund_due + refunded`, with no part below zero.
    ///
    /// # Errors
    /// What does not.
    pub fn check(&self) -> Result<(), Broken> {
        let most = self.keep.map_or(self.amount.minor, |k| k.minor);
        let money = [self.applied(), self.refund_due(), self.refunded];
        let taken = self.captured > 0;
        // Of several tenders one may be taken before the last one is.
        let several = self.parts.len() > 1;
        let state = match self.state {
            // Cash for what costs nothing.
            PaymentState::Captured => (taken || self.amount.minor == 0) && self.ordered_back == 0,
            PaymentState::RefundDue => taken && self.refund_due() > 0,
            PaymentState::Refunded => taken && self.refund_due() == 0 && self.refunded > 0,
            PaymentState::Pending | PaymentState::Authorised => !taken || several,
            PaymentState::Declined | PaymentState::Voided | PaymentState::CaptureRefused => !taken,
        };
        let rules = [
            (
                money.iter().all(|m| *m >= 0),
                "a part of its money is negative",
            ),
            (
                money.iter().sum::<i64>() == self.captured,
                "its money does not add up",
            ),
            (
                self.parts.iter().all(Part::adds_up),
                "the money of a tender does not add up",
            ),
            (
                self.is_sum_of_parts(),
                "it is not what its tenders come to together",
            ),
            (self.applied() <= most, "more is kept than booking wants"),
            (state, "its state and its money disagree"),
            (
                self.settled_ver <= self.keep.map(|k| k.ver),
                "it has done what nobody asked",
            ),
            (
                !self.is_settled() || self.call().is_none(),
                "it is settled and has something to do",
            ),
            (
                self.call().is_some() == self.next_at.is_some(),
                "it waits for nothing, or for ever",
            ),
            (
                self.tell_at.is_some() == (self.is_news() && !self.is_settled()),
                "booking is told too much, or never",
            ),
        ];
        match rules.iter().find(|(holds, _)| !holds) {
            Some((_, what)) => Err(Broken { id: self.id, what }),
            None => Ok(()),
        }
    }

    fn is_sum_of_parts(&self) -> bool {
        let sum = |of: fn(&Part) -> i64| self.parts.iter().map(of).sum::<i64>();
        let money = (self.captured, self.ordered_back, self.refunded);
        let parts = (
            sum(|part| part.captured),
            sum(|part| part.ordered_back),
            sum(|part| part.refunded),
        );
        let asked = sum(|part| part.amount) == self.amount.minor;
        !self.parts.is_empty() && asked && money == parts
    }
}

impl Part {
    /// Whether what was taken of it is in seats, on its way back, or back, and no more than was
    /// asked for.
    fn adds_up(&self) -> bool {
        let taken = self.captured >= self.ordered_back && self.ordered_back >= self.refunded;
        let promised = self.captured == 0 || self.status == ChargeStatus::Captured;
        taken && promised && self.refunded >= 0 && self.captured <= self.amount
    }
}

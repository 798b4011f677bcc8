//! What a payment must be, at any time.

use houseful_core::{ids::PaymentId, wire::payment::PaymentState};

use super::Account;

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
        let parts = [self.applied(), self.refund_due(), self.refunded];
        let taken = self.captured > 0;
        let state = match self.state {
            // Cash for what costs nothing.
            PaymentState::Captured => (taken || self.amount.minor == 0) && self.ordered_back == 0,
            PaymentState::RefundDue => taken && self.refund_due() > 0,
            PaymentState::Refunded => taken && self.refund_due() == 0 && self.refunded > 0,
            _ => !taken,
        };
        let rules = [
            (
                parts.iter().all(|p| *p >= 0),
                "a part of its money is negative",
            ),
            (
                parts.iter().sum::<i64>() == self.captured,
                "its money does not add up",
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
}

//! A payment by several tenders of which only the card is known any more: payments were restored from
//! a copy that is older than it. Its card is found at the provider, what it came to in all is told by
//! booking, and the rest is one tender that nobody knows anything of.
//!
//! If the card was taken, so was the rest, for all of them are or none is. Nothing is given back for
//! the loss alone. What of the rest has to go back later can't be sent anywhere: that is told to a
//! person, who gives it back by hand, and counts as gone then as cash does.

use houseful_core::{
    message::{Settle, Tender},
    money::Money,
};

use super::{Account, Part, part::numbered};
use crate::payment::provider::{Charge, ChargeStatus};

/// What is told of the rest.
const LOST: &str = "what was paid beside the card was lost when payments were restored; \
                    if it has to go back, somebody has to give it back by hand";
/// The number of a tender that nobody knows anything of; a payment never has so many.
const NUMBER: u8 = u8::MAX;

impl Part {
    /// Whether it stands for all tenders of a payment, none of which is known.
    const fn is_whole(&self, account: &Account) -> bool {
        matches!(self.means, Tender::Split) && self.id.0.as_u128() == account.id.0.as_u128()
    }
}

impl Account {
    /// Whether a tender of it is one that nobody knows anything of.
    #[must_use]
    pub fn is_lost(&self, part: &Part) -> bool {
        part.means == Tender::Split && part.id != self.id
    }

    /// Whether it has such a tender.
    pub(super) fn has_lost(&self) -> bool {
        self.parts.iter().any(|part| self.is_lost(part))
    }

    /// Whether booking speaks of a payment of which this is one tender.
    #[must_use]
    pub fn is_remnant_of(&self, ask: &Settle) -> bool {
        let alone = matches!(self.parts.as_slice(), [only] if only.means == Tender::Card);
        alone
            && ask.tender == Tender::Split
            && self.booking == ask.booking
            && self.amount.currency == ask.amount.currency
            && self.amount.minor < ask.amount.minor
    }

    /// Takes what it came to in all.
    pub(super) fn complete(&mut self, amount: Money) {
        if let [card] = self.parts.as_slice()
            && card.means == Tender::Card
            && card.amount < amount.minor
        {
            let rest = self.rest_of(card, amount.minor - card.amount);
            self.parts.push(rest);
            self.amount = amount;
            self.reason = Some(LOST.to_owned());
        }
    }

    /// Tells the card from the rest, when its provider has it.
    pub(super) fn recognise(&mut self, charge: &Charge) {
        if let [whole] = self.parts.as_slice()
            && whole.is_whole(self)
            && charge.payment == whole.id
            && charge.amount.minor < whole.amount
            && charge.status != ChargeStatus::Never
        {
            let rest = whole.amount - charge.amount.minor;
            let mut card = Part::new(whole.id, Tender::Card, charge.amount.minor);
            card.captured = charge.captured;
            card.status = charge.status;
            let rest = self.rest_of(&card, rest);
            (card.captured, card.status) = (0, ChargeStatus::Pending);
            self.parts = vec![card, rest];
            self.reason = Some(LOST.to_owned());
        }
    }

    fn rest_of(&self, card: &Part, minor: i64) -> Part {
        let taken = card.captured > 0;
        let rest = Part::new(numbered(self.id, NUMBER), Tender::Split, minor);
        Part {
            status: if taken {
                ChargeStatus::Captured
            } else {
                ChargeStatus::Never
            },
            captured: if taken { minor } else { 0 },
            reason: Some(LOST.to_owned()),
            ..rest
        }
    }
}

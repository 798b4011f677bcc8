//! A payment by several tenders of which only the card is known any more: payments were restored from
//! a copy that is older than it. Its card is found at the provider, what it came to in all is told by
//! booking, and the rest is one tender that nobody knows anything of.
//!
//! If the card was taken, so was the rest, for all of them are or none is; if all of the card went
//! back, so did the rest. Nothing is given back for the loss alone. What of the rest has to go back
//! later can't be sent anywhere: it stays owed, and open, and is told to a person, at the
//! late-payments desk, too.
//!
//! If there was no card, nothing is known at all. What booking does not keep whole was taken before,
//! as it asks for the whole of a payment only until that is taken.

use houseful_core::{
    message::{Settle, Tender},
    money::Money,
    wire::payment::PaymentState,
};

use super::{Account, Part, part::numbered};
use crate::payment::provider::{Charge, ChargeStatus};

/// What is told of the rest.
const LOST: &str = "by which means this was paid was lost when payments were restored: a voucher has \
                    its value again, cash is on the till's roll; what is still owed of it somebody has to give back by hand";
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

    /// What is owed of the tender that nobody knows anything of, in minor units.
    #[must_use]
    pub fn owed_of_lost(&self) -> i64 {
        let lost = self.parts.iter().filter(|part| self.is_lost(part));
        lost.map(|part| part.ordered_back - part.refunded).sum()
    }

    /// Takes it that so much is owed of it no more, if that is what is owed.
    pub(super) fn see_to_lost(&mut self, minor: i64) {
        if minor <= 0 || minor != self.owed_of_lost() {
            return;
        }
        let id = self.id;
        let is_lost = |part: &&mut Part| part.means == Tender::Split && part.id != id;
        for part in self.parts.iter_mut().filter(is_lost) {
            part.refunded = part.ordered_back;
        }
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

    /// Tells the card from the rest, when its provider has it; or knows that there was none.
    pub(super) fn recognise(&mut self, charge: &Charge) {
        let [whole] = self.parts.as_slice() else {
            return;
        };
        if !whole.is_whole(self) || charge.payment != whole.id {
            return;
        }
        if charge.status == ChargeStatus::Never {
            let keep = self.keep.map_or(self.amount.minor, |keep| keep.minor);
            if keep < whole.amount {
                let taken = Part {
                    captured: 1,
                    ..whole.clone()
                };
                self.parts = vec![self.rest_of(&taken, whole.amount)];
                self.reason = Some(LOST.to_owned());
            }
        } else if charge.amount.minor < whole.amount {
            let found = Part {
                captured: charge.captured,
                refunded: charge.refunded,
                ..whole.clone()
            };
            let rest = self.rest_of(&found, whole.amount - charge.amount.minor);
            let card = Part::new(whole.id, Tender::Card, charge.amount.minor);
            self.parts = vec![card, rest];
            self.reason = Some(LOST.to_owned());
        }
    }

    /// The rest beside a card.
    fn rest_of(&self, card: &Part, minor: i64) -> Part {
        let taken = card.captured > 0;
        let gone = taken && card.refunded >= card.captured;
        let rest = Part::new(numbered(self.id, NUMBER), Tender::Split, minor);
        let (status, captured) = if taken {
            (ChargeStatus::Captured, minor)
        } else {
            (ChargeStatus::Never, 0)
        };
        let back = if gone { minor } else { 0 };
        Part {
            status,
            captured,
            ordered_back: back,
            refunded: back,
            reason: Some(LOST.to_owned()),
            ..rest
        }
    }

    /// A payment by vouchers alone that only booking speaks of. They stand here, so they have their
    /// value again; what booking keeps of it was taken then, and is lost to the house.
    pub(super) fn by_lost_vouchers(self, ask: &Settle) -> Self {
        let kept = if ask.keep_minor < ask.amount.minor {
            ask.keep_minor
        } else {
            0
        };
        let part = Part::new(ask.payment, Tender::Voucher, ask.amount.minor);
        let (status, state) = if kept > 0 {
            (ChargeStatus::Captured, PaymentState::Captured)
        } else {
            (ChargeStatus::Never, PaymentState::Declined)
        };
        Self {
            parts: vec![Part {
                status,
                captured: kept,
                ..part
            }],
            state,
            captured: kept,
            reason: (kept > 0).then(|| LOST.to_owned()),
            tried: false,
            next_at: None,
            ..self
        }
    }
}

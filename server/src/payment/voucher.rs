//! Vouchers: value that was sold or given away beforehand, by a code.
//!
//! They stand at the payment role because a voucher counts across shows. What a tender reserves is
//! off the voucher at once, so two tills can't both have the last of it; what is not used goes back
//! onto it. The rules are here, free of IO; [`VoucherStore`] carries them out under the voucher's
//! own lock.

mod desk;
pub mod store;
pub mod trail;

use houseful_core::{
    code::VoucherCode,
    ids::{CommandId, PaymentId, VoucherId},
    money::Money,
    time::{DAY_MS, UtcMillis},
    wire::voucher::{Voucher as Shown, VoucherSeed, VoucherState, VoucherUse},
};
use sha2::Digest;

pub(super) use self::desk::VoucherDesk;
pub use self::store::VoucherStore;
use super::provider::ChargeStatus;

/// For how long value can be used that came back after or shortly before a voucher's end: what
/// somebody paid with while it was good is not lost because their show was called off.
const BACK_FOR_MS: i64 = 30 * DAY_MS;
/// For how long value can be used that was reserved until after its end and then not used.
const LET_GO_FOR_MS: i64 = DAY_MS;

/// A voucher.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Voucher {
    /// Its id.
    pub id: VoucherId,
    /// SHA-256 of its code.
    pub hash: [u8; 32],
    /// The last characters of its code.
    pub label: String,
    /// What made it, with others.
    pub batch: CommandId,
    /// What it was worth.
    pub value: Money,
    /// What of that is neither used nor reserved, in minor units.
    pub remaining: i64,
    /// For how many payments it is used or reserved.
    pub uses: u32,
    /// For how many it may be.
    pub uses_max: Option<u32>,
    /// What of that came back shortly before its end or after it, in minor units.
    pub back: i64,
    /// Until when that is good, whatever becomes of the rest.
    pub back_until: Option<UtcMillis>,
    /// From when on it is good.
    pub valid_from: Option<UtcMillis>,
    /// Until when.
    pub valid_until: Option<UtcMillis>,
    /// What it is for.
    pub note: Option<String>,
    /// When it was made.
    pub created_at: UtcMillis,
    /// When staff took it back.
    pub cancelled_at: Option<UtcMillis>,
    /// Which account of staff made it.
    pub made_by: String,
    /// Which account took it back.
    pub cancelled_by: Option<String>,
}

/// What one tender had of a voucher.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use {
    /// The tender's key.
    pub tender: PaymentId,
    /// Which voucher.
    pub voucher: VoucherId,
    /// The payment that the tender is of.
    pub payment: PaymentId,
    /// What was asked for.
    pub amount: Money,
    /// Where it stands: `authorised` is reserved, `captured` is used.
    pub status: ChargeStatus,
    /// What was used, in minor units.
    pub captured: i64,
    /// What of that came back, in minor units.
    pub refunded: i64,
    /// What of what was asked for was of value that had come back, in minor units.
    pub of_back: i64,
    /// Why it was refused.
    pub reason: Option<String>,
    /// When it last changed.
    pub updated_at: UtcMillis,
}

impl Voucher {
    /// Whether it pays at `now`.
    #[must_use]
    pub fn state(&self, now: UtcMillis) -> VoucherState {
        let used_up = self.uses_max.is_some_and(|max| self.uses >= max);
        if self.cancelled_at.is_some() {
            VoucherState::Cancelled
        } else if self.ends_at().is_some_and(|end| end <= now) {
            VoucherState::Over
        } else if self.available(now) == 0 || used_up {
            VoucherState::UsedUp
        } else if self.valid_from.is_some_and(|start| start > now) {
            VoucherState::NotYet
        } else {
            VoucherState::Good
        }
    }

    /// What of it can be used at `now`, in minor units: after its end only what came back.
    #[must_use]
    pub fn available(&self, now: UtcMillis) -> i64 {
        if self.valid_until.is_none_or(|end| now < end) {
            self.remaining
        } else if self.back_until.is_some_and(|end| now < end) {
            self.back.min(self.remaining)
        } else {
            0
        }
    }

    /// When the last of it ends.
    fn ends_at(&self) -> Option<UtcMillis> {
        let longer = self.back_until.filter(|_| self.back > 0);
        self.valid_until
            .map(|end| longer.map_or(end, |b| b.max(end)))
    }

    /// Why it does not pay `amount` at `now`, in words; `None` if it does.
    #[must_use]
    pub fn refusal(&self, amount: Money, now: UtcMillis) -> Option<String> {
        let at = |time: Option<UtcMillis>| time.map(UtcMillis::rfc3339).unwrap_or_default();
        match self.state(now) {
            VoucherState::Cancelled => Some("it was taken back".to_owned()),
            VoucherState::Over => Some(format!("it ended at {}", at(self.ends_at()))),
            VoucherState::NotYet => Some(format!("it begins at {}", at(self.valid_from))),
            VoucherState::UsedUp => Some("nothing is left on it".to_owned()),
            VoucherState::Good if amount.currency != self.value.currency => {
                let (has, asked) = (self.value.currency, amount.currency);
                Some(format!("it is in {has}, and this is paid in {asked}"))
            }
            VoucherState::Good if amount.minor > self.available(now) => {
                let left = Money::new(self.available(now), self.value.currency);
                Some(format!("{left} is left on it"))
            }
            VoucherState::Good => None,
        }
    }

    /// Reserves `amount`, once: a repeat finds what was reserved or refused.
    pub(super) fn reserve(&mut self, used: &mut Option<Use>, fresh: &Use, now: UtcMillis) {
        if used.is_some() {
            return;
        }
        let refusal = self.refusal(fresh.amount, now);
        let mut of_back = 0;
        let status = if refusal.is_some() {
            ChargeStatus::Declined
        } else {
            // What ends first goes first.
            let first = self.available(now) - self.back.min(self.remaining);
            of_back = (fresh.amount.minor - first.max(0)).max(0);
            self.remaining -= fresh.amount.minor;
            self.back -= of_back;
            self.uses = self.uses.saturating_add(1);
            ChargeStatus::Authorised
        };
        *used = Some(Use {
            status,
            of_back,
            reason: refusal,
            ..fresh.clone()
        });
    }

    /// Gives back what was reserved. What never was, never will be.
    pub(super) fn void(&mut self, used: &mut Option<Use>, fresh: Use, now: UtcMillis) {
        let Some(used) = used else {
            *used = Some(Use {
                status: ChargeStatus::Never,
                ..fresh
            });
            return;
        };
        if used.status == ChargeStatus::Authorised {
            used.status = ChargeStatus::Voided;
            used.updated_at = now;
            self.uses = self.uses.saturating_sub(1);
            let all = used.amount.minor;
            self.let_go(used, all, now);
        }
    }

    /// Uses `minor` of what was reserved, whatever has happened to the voucher since: a promise is
    /// kept after its end too. The rest goes back.
    pub(super) fn capture(&mut self, used: &mut Use, minor: i64, now: UtcMillis) {
        if used.status == ChargeStatus::Authorised {
            used.status = ChargeStatus::Captured;
            used.captured = minor.clamp(0, used.amount.minor);
            used.updated_at = now;
            let rest = used.amount.minor - used.captured;
            self.let_go(used, rest, now);
        }
    }

    /// Puts back what is missing to `total` of what was used. On a voucher that staff took back it
    /// waits for them.
    pub(super) fn refund(&mut self, used: &mut Use, total: i64, now: UtcMillis) {
        let total = total.clamp(0, used.captured);
        if total <= used.refunded {
            return;
        }
        self.come_back(total - used.refunded, BACK_FOR_MS, now);
        used.refunded = total;
        used.updated_at = now;
        if total == used.captured {
            self.uses = self.uses.saturating_sub(1);
        }
    }

    /// Puts back what was reserved and not used: it is as good as before. What has ended meanwhile was
    /// good when it was reserved, so there is a day to try again; no more, or whoever reserves it again
    /// and again made it last for ever.
    fn let_go(&mut self, used: &mut Use, minor: i64, now: UtcMillis) {
        let of_back = used.of_back.min(minor);
        used.of_back -= of_back;
        if self.back_until.is_some_and(|end| now < end) {
            self.back += of_back;
            self.put_back(of_back);
        } else {
            self.come_back(of_back, LET_GO_FOR_MS, now);
        }
        let rest = minor - of_back;
        if self.valid_until.is_some_and(|end| end <= now) {
            self.come_back(rest, LET_GO_FOR_MS, now);
        } else {
            self.put_back(rest);
        }
    }

    /// Puts value back that can be used for so long from now, whenever the voucher ends; the rest of
    /// it ends when it does.
    fn come_back(&mut self, minor: i64, for_ms: i64, now: UtcMillis) {
        self.put_back(minor);
        let until = now.plus_ms(for_ms);
        if minor == 0 || self.valid_until.is_none_or(|end| end >= until) {
            return;
        }
        if self.back_until.is_none_or(|end| end <= now) {
            // What came back before and was not used by its end is not good again.
            self.back = 0;
        }
        self.back += minor;
        self.back_until = self.back_until.max(Some(until));
    }

    fn put_back(&mut self, minor: i64) {
        self.remaining = self.remaining.saturating_add(minor).min(self.value.minor);
    }

    /// What is told to be left: of one that is over what it ended with.
    fn left(&self, now: UtcMillis) -> i64 {
        match self.state(now) {
            VoucherState::Over => self.remaining,
            _ => self.available(now),
        }
    }

    /// Its end; after that the end of what came back.
    fn shown_end(&self, now: UtcMillis) -> Option<UtcMillis> {
        let over = self.valid_until.is_some_and(|end| end <= now);
        if over {
            self.ends_at()
        } else {
            self.valid_until
        }
    }

    /// As staff and whoever has its code see it.
    #[must_use]
    pub fn shown(&self, now: UtcMillis) -> Shown {
        Shown {
            id: self.id,
            label: self.label.clone(),
            state: self.state(now),
            value: self.value,
            left: Money::new(self.left(now), self.value.currency),
            uses: self.uses,
            uses_max: self.uses_max,
            valid_from: self.valid_from.map(Into::into),
            valid_until: self.shown_end(now).map(Into::into),
            note: self.note.clone(),
            created_at: self.created_at.into(),
            cancelled_at: self.cancelled_at.map(Into::into),
            made_by: Some(self.made_by.clone()),
            cancelled_by: self.cancelled_by.clone(),
        }
    }
}

impl Use {
    /// Whether it is of the tender that `asked`: of the same voucher, for the same payment, over as
    /// much.
    #[must_use]
    pub fn is_of(&self, asked: &Self) -> bool {
        let about = |used: &Self| (used.tender, used.voucher, used.payment, used.amount);
        about(self) == about(asked)
    }

    /// As staff see it.
    #[must_use]
    pub fn shown(&self) -> VoucherUse {
        let money = |minor| Money::new(minor, self.amount.currency);
        VoucherUse {
            payment: self.payment,
            state: self.status.word().to_owned(),
            amount: self.amount,
            used: money(self.captured),
            returned: money(self.refunded),
            at: self.updated_at.into(),
        }
    }
}

/// The code of a voucher: of the client's secret, the command and the voucher's number among those
/// that the command makes.
#[must_use]
pub fn code_of(seed: &VoucherSeed, command: CommandId, number: u32) -> VoucherCode {
    let mut hash = sha2::Sha256::new();
    hash.update(b"voucher");
    hash.update(command.0.as_bytes());
    hash.update(number.to_be_bytes());
    hash.update(seed.0.as_bytes());
    let mut bits = [0; 16];
    bits.copy_from_slice(&hash.finalize()[..16]);
    VoucherCode::from_bits(u128::from_be_bytes(bits))
}

#[cfg(test)]
mod tests;

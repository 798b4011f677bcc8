//! What became of a voucher, line by line: only ever added to, in the transaction that does it.

use houseful_core::{
    ids::{PaymentId, VoucherId},
    money::{Currency, Money},
    time::UtcMillis,
    wire::voucher::VoucherLine,
};

use super::{Use, Voucher};
use crate::payment::provider::ChargeStatus;

/// A line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Of which voucher.
    pub voucher: VoucherId,
    /// When.
    pub at: UtcMillis,
    /// `made`, `cancelled`, `reserved`, `refused`, `released`, `used` or `returned`.
    pub kind: String,
    /// By which account of staff; `None` for what a payment does.
    pub by: Option<String>,
    /// By which payment.
    pub payment: Option<PaymentId>,
    /// How much, in minor units.
    pub minor: i64,
    /// What it was for, or why.
    pub detail: String,
}

impl Line {
    /// That staff made it.
    #[must_use]
    pub fn made(voucher: &Voucher) -> Self {
        Self {
            voucher: voucher.id,
            at: voucher.created_at,
            kind: "made".to_owned(),
            by: Some(voucher.made_by.clone()),
            payment: None,
            minor: voucher.value.minor,
            detail: voucher.note.clone().unwrap_or_default(),
        }
    }

    /// That staff took back what was left of it.
    #[must_use]
    pub fn cancelled(voucher: &Voucher, reason: &str) -> Self {
        Self {
            at: voucher.cancelled_at.unwrap_or(voucher.created_at),
            kind: "cancelled".to_owned(),
            by: voucher.cancelled_by.clone(),
            minor: voucher.remaining,
            detail: reason.to_owned(),
            ..Self::made(voucher)
        }
    }

    /// What a change did for a tender.
    #[must_use]
    pub fn of_use(was: Option<&Use>, used: Option<&Use>) -> Vec<Self> {
        use ChargeStatus as S;
        let Some(used) = used else {
            return Vec::new();
        };
        let before = was.map(|was| was.status);
        let rest = used.amount.minor - used.captured;
        let mut moves = match (before, used.status) {
            (None, S::Authorised) => vec![("reserved", used.amount.minor)],
            (None, S::Declined) => vec![("refused", used.amount.minor)],
            (Some(S::Authorised), S::Voided) => vec![("released", used.amount.minor)],
            (Some(S::Authorised), S::Captured) => {
                vec![("used", used.captured), ("released", rest)]
            }
            _ => Vec::new(),
        };
        let returned = used.refunded - was.map_or(0, |was| was.refunded);
        moves.push(("returned", returned));
        let line = |(kind, minor): (&str, i64)| Self {
            voucher: used.voucher,
            at: used.updated_at,
            kind: kind.to_owned(),
            by: None,
            payment: Some(used.payment),
            minor,
            detail: used.reason.clone().unwrap_or_default(),
        };
        moves.retain(|(_, minor)| *minor > 0);
        moves.into_iter().map(line).collect()
    }

    /// As staff see it.
    #[must_use]
    pub fn shown(&self, currency: Currency) -> VoucherLine {
        VoucherLine {
            at: self.at.into(),
            kind: self.kind.clone(),
            by: self.by.clone(),
            payment: self.payment,
            amount: Money::new(self.minor, currency),
            reason: Some(self.detail.clone()).filter(|detail| !detail.is_empty()),
        }
    }
}

//! A payment as its payer or staff see it.

use houseful_core::{
    money::Money,
    wire::payment::{PaidTender, Payment, PaymentState},
};

use super::{
    machine::{Account, Part},
    provider::ChargeStatus,
};

/// A payment as its payer or staff see it.
pub(super) fn shown(account: &Account) -> Payment {
    let money = |minor| Money::new(minor, account.amount.currency);
    let tender = |part: &Part| PaidTender {
        means: part.means.word().to_owned(),
        label: part.label.clone(),
        state: state(part),
        amount: money(part.amount),
        captured: money(part.captured),
        refund_due: money(part.ordered_back - part.refunded),
        refunded: money(part.refunded),
        reason: part.reason.clone(),
    };
    Payment {
        id: account.id,
        booking: account.booking,
        state: account.state,
        provider: account.tender().word().to_owned(),
        amount: account.amount,
        captured: money(account.captured),
        refunded: money(account.refunded),
        tenders: account.parts.iter().map(tender).collect(),
        reason: account.reason.clone(),
        action: None,
        settled: account.is_settled(),
        created_at: account.created_at.into(),
        updated_at: account.updated_at.into(),
    }
}

/// Where a tender stands, in the words of a payment.
const fn state(part: &Part) -> PaymentState {
    match part.status {
        ChargeStatus::Pending => PaymentState::Pending,
        ChargeStatus::Authorised => PaymentState::Authorised,
        ChargeStatus::Captured if part.ordered_back > part.refunded => PaymentState::RefundDue,
        ChargeStatus::Captured if part.refunded > 0 => PaymentState::Refunded,
        ChargeStatus::Captured => PaymentState::Captured,
        ChargeStatus::Declined | ChargeStatus::Never => PaymentState::Declined,
        ChargeStatus::Voided => PaymentState::Voided,
        ChargeStatus::CaptureRefused => PaymentState::CaptureRefused,
    }
}

//! Paying, in words.

use houseful_core::wire::payment::PaymentState;

use super::talk::Talk;
use crate::tui::{
    model::Model,
    payment::{Paying, Payment, Stage, Tender},
    wording::{self, plain},
};

/// What can be done here.
pub(super) fn tell(model: &Model, payment: &Payment) -> Vec<String> {
    match &payment.stage {
        Stage::Choose => {
            let total = plain::pay(payment.left());
            let tenders = plain::tenders(model.desk.takes_cash());
            vec![format!("{total} {tenders}")]
        }
        Stage::Card => {
            let cards = (1..).zip(wording::TEST_CARDS).map(|(at, (number, what))| {
                let last: String = number.chars().skip(number.len() - 4).collect();
                plain::card(at, &last, what)
            });
            std::iter::once(plain::CARDS.to_owned())
                .chain(cards)
                .collect()
        }
        Stage::CardNumber(_) => vec![plain::TYPE_CARD.to_owned()],
        Stage::Voucher(_) => vec![plain::TYPE_VOUCHER.to_owned()],
        Stage::Paying(paying) => vec![progress(model, paying)],
    }
}

/// What changed.
pub(super) fn news(model: &Model, before: &Payment, after: &Payment) -> Vec<String> {
    let mut lines = Vec::new();
    let message = after
        .message
        .as_ref()
        .filter(|_| before.message != after.message);
    lines.extend(message.map(|text| plain::sentence(text)));
    let same = std::mem::discriminant(&before.stage) == std::mem::discriminant(&after.stage);
    // After a message the choices are needed again.
    if !same || message.is_some() {
        lines.extend(tell(model, after));
    } else if let (Stage::Paying(before), Stage::Paying(after)) = (&before.stage, &after.stage)
        && state(before) != state(after)
    {
        lines.push(progress(model, after));
    }
    lines
}

/// The seats and what each costs.
pub(super) fn booking(payment: &Payment, talk: &mut Talk) -> Vec<String> {
    super::seats::booking_lines(&payment.booking, str::to_owned, talk)
}

fn state(paying: &Paying) -> Option<PaymentState> {
    paying.told.as_ref().map(|told| told.state)
}

fn progress(model: &Model, paying: &Paying) -> String {
    let what = match (paying.tender, state(paying)) {
        (Tender::Cash, _) => wording::BOOKING_CASH.to_owned(),
        (Tender::Vouchers | Tender::VouchersAndCash, None | Some(PaymentState::Pending)) => {
            wording::TENDERS_ASKED.to_owned()
        }
        (_, None) => wording::CARD_ASKED.to_owned(),
        (_, Some(PaymentState::Pending)) => wording::BANK_SILENT.to_owned(),
        (_, Some(state)) => wording::payment_state(state.word()),
    };
    let seconds = model.desk.now.ms_since(paying.since) / 1_000;
    plain::still_paying(&what, seconds)
}

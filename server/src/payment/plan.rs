//! What a request to pay comes to: which tender pays how much.

use std::collections::BTreeSet;

use houseful_core::{
    ids::PaymentId,
    message::Tender,
    money::Money,
    time::UtcMillis,
    wire::payment::{Card, PayRequest, TenderWish},
};

use super::{
    PaymentError,
    machine::Part,
    voucher::{Voucher, VoucherStore},
};

/// Tenders that pay an amount together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Plan {
    /// What each pays; together the amount.
    pub(super) parts: Vec<Part>,
    /// The card, if one of them is.
    pub(super) card: Option<Card>,
}

impl Plan {
    /// All of it by one card.
    pub(super) fn of_card(id: PaymentId, amount: Money, card: Option<Card>) -> Self {
        Self {
            parts: vec![Part::new(id, Tender::Card, amount.minor)],
            card,
        }
    }
}

/// What a request asks for: at least one tender, and nothing that makes no sense whatever the
/// vouchers are worth.
///
/// # Errors
/// What makes no sense.
pub(super) fn wishes(request: &PayRequest) -> Result<Vec<TenderWish>, PaymentError> {
    let wishes = match (&request.card, request.tenders.as_slice()) {
        (Some(card), []) => vec![TenderWish::Card {
            card: card.clone(),
            amount_minor: None,
        }],
        (None, [_, ..]) => request.tenders.clone(),
        _ => {
            return Err(PaymentError::BadTenders(
                "it is paid by `card` or by `tenders`",
            ));
        }
    };
    if wishes.len() > PayRequest::TENDERS_MAX {
        return Err(PaymentError::BadTenders("a payment has at most 10 tenders"));
    }
    let means = |means| wishes.iter().filter(move |w| w.means() == means);
    if means(Tender::Card).count() > 1 || means(Tender::Cash).count() > 1 {
        return Err(PaymentError::BadTenders(
            "a payment has one card and one amount of cash at most",
        ));
    }
    let open = wishes
        .iter()
        .filter(|w| w.means() != Tender::Voucher && w.amount_minor().is_none());
    if open.count() > 1 {
        return Err(PaymentError::BadTenders(
            "of card and cash one says how much it pays, the other pays the rest",
        ));
    }
    let mut codes = BTreeSet::new();
    for wish in &wishes {
        if wish.amount_minor().is_some_and(|minor| minor < 1) {
            return Err(PaymentError::BadTenders("a tender pays more than nothing"));
        }
        match wish {
            TenderWish::Voucher { code, .. } if !codes.insert(code.secret()) => {
                return Err(PaymentError::BadTenders("a voucher is named once"));
            }
            _ => {}
        }
    }
    Ok(wishes)
}

/// What tells a repeat of a request from another one: who pays how much, and not what vouchers
/// happened to be worth.
pub(super) fn content(wishes: &[TenderWish]) -> String {
    if let [
        TenderWish::Card {
            card,
            amount_minor: None,
        },
    ] = wishes
    {
        return card.secret().to_owned();
    }
    let text = |wish: &TenderWish| {
        let what = match wish {
            TenderWish::Voucher { code, .. } => code.secret(),
            TenderWish::Card { card, .. } => card.secret().to_owned(),
            TenderWish::Cash { .. } => String::new(),
        };
        let minor = wish.amount_minor().unwrap_or(0);
        format!("{} {what} {minor}", wish.means().word())
    };
    let all: Vec<String> = wishes.iter().map(text).collect();
    all.join(";")
}

/// Whether the plan depends on what vouchers are worth.
pub(super) fn asks_vouchers(wishes: &[TenderWish]) -> bool {
    wishes.iter().any(|w| w.means() == Tender::Voucher)
}

/// Says which tender pays how much: those that name an amount that much, vouchers without one as
/// much as they can, a card or cash without one what is then left. A tender of which nothing is
/// needed is left out.
///
/// # Errors
/// A voucher does not pay, or they do not come to the amount.
pub(super) async fn plan(
    store: &dyn VoucherStore,
    payment: PaymentId,
    wishes: Vec<TenderWish>,
    amount: Money,
    now: UtcMillis,
) -> Result<Plan, PaymentError> {
    let named = wishes.iter().filter_map(TenderWish::amount_minor);
    let named = named.fold(0_i64, i64::saturating_add);
    let money = |minor| Money::new(minor, amount.currency);
    let Some(mut left) = amount.minor.checked_sub(named).filter(|left| *left >= 0) else {
        let over = money(named.saturating_sub(amount.minor));
        return Err(PaymentError::TendersTooMuch { over });
    };
    let mut parts = Vec::new();
    for (number, wish) in (1_u32..).zip(&wishes) {
        let TenderWish::Voucher { code, amount_minor } = wish else {
            continue;
        };
        let found = store.by_hash(code.hash()).await?;
        let voucher = found.ok_or(PaymentError::VoucherUnknown { number })?;
        let pays = amount_minor.unwrap_or_else(|| voucher.available(now).min(left));
        refuse(&voucher, money(pays), now)?;
        if amount_minor.is_none() {
            left -= pays;
        }
        let part = Part::new(payment, Tender::Voucher, pays);
        parts.push(part.on(voucher.id, voucher.label));
    }
    let mut card = None;
    for wish in wishes {
        let (means, pays) = match wish {
            TenderWish::Voucher { .. } => continue,
            TenderWish::Card {
                card: given,
                amount_minor,
            } => {
                card = Some(given);
                (Tender::Card, amount_minor)
            }
            TenderWish::Cash { amount_minor } => (Tender::Cash, amount_minor),
        };
        let pays = pays.unwrap_or_else(|| std::mem::take(&mut left));
        parts.push(Part::new(payment, means, pays));
    }
    if left > 0 {
        return Err(PaymentError::TendersTooLittle { left: money(left) });
    }
    parts.retain(|part| part.amount > 0);
    Ok(Plan { parts, card })
}

fn refuse(voucher: &Voucher, pays: Money, now: UtcMillis) -> Result<(), PaymentError> {
    match voucher.refusal(pays, now) {
        None => Ok(()),
        Some(why) => Err(PaymentError::VoucherRefused {
            label: voucher.label.clone(),
            why,
        }),
    }
}

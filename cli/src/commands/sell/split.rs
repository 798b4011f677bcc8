//! Several means for one sale: vouchers, a card and cash. The payment server takes all of them or
//! none; here is only said what was meant.

use houseful_core::{
    money::{Currency, Money},
    wire::{
        booking::Booking,
        payment::{Card, PayRequest, TenderWish},
    },
};

use super::{Desk, card, cash::amount};
use crate::{args::PayPart, context::Context, error::CliError, moment, state::PendingCard};

/// Pays by several means.
pub(super) async fn take(
    ctx: &mut Context,
    desk: &mut Desk,
    parts: Vec<PayPart>,
) -> Result<Booking, CliError> {
    let token = desk.client.payment_token(desk.sale.booking).await;
    let token = token.map_err(|e| CliError::from(e).with_next("houseful sell --resume"))?;
    desk.sale.card = Some(PendingCard {
        payment: moment::fresh_payment(),
        token: token.token,
        split: true,
    });
    charge(ctx, desk, token.amount.currency, parts).await
}

/// Sends the payment that is noted; sent twice it is made once.
pub(super) async fn charge(
    ctx: &mut Context,
    desk: &mut Desk,
    currency: Currency,
    parts: Vec<PayPart>,
) -> Result<Booking, CliError> {
    let given = given(&parts, currency)?;
    let tenders: Result<Vec<_>, _> = parts.into_iter().map(|p| tender(p, currency)).collect();
    let pending = card::pending(desk)?;
    let request = PayRequest::by(pending.payment, pending.token, tenders?);
    let mut booking = card::send(ctx, desk, request).await?;
    if let Some(given) = given {
        // Tickets are made; what cannot be told of the change is no reason to hide them.
        let asked = desk.client.payment(pending.payment, Some(booking.id)).await;
        let cash = asked.ok().and_then(|payment| {
            let cash = payment.tenders.into_iter().find(|t| t.means == "cash")?;
            Some(cash.captured.minor)
        });
        booking.change = cash.map(|taken| Money::new((given.minor - taken).max(0), currency));
    }
    Ok(booking)
}

/// Refuses amounts that are none, before any seat is held for them.
pub(super) fn check(parts: &[PayPart], currency: Currency) -> Result<(), CliError> {
    given(parts, currency)?;
    parts
        .iter()
        .try_for_each(|part| tender(part.clone(), currency).map(drop))
}

/// What was handed over in cash, if that was said.
fn given(parts: &[PayPart], currency: Currency) -> Result<Option<Money>, CliError> {
    let given = parts.iter().find_map(|part| match part {
        PayPart::Cash { given, .. } => given.as_deref(),
        PayPart::Voucher { .. } | PayPart::Card { .. } => None,
    });
    given.map(|text| amount(text, currency)).transpose()
}

/// One means as it is sent.
fn tender(part: PayPart, currency: Currency) -> Result<TenderWish, CliError> {
    let minor = |text: Option<String>| -> Result<Option<i64>, CliError> {
        let amount = text.map(|text| amount(&text, currency)).transpose()?;
        Ok(amount.map(|money| money.minor))
    };
    Ok(match part {
        PayPart::Voucher { code, amount } => TenderWish::Voucher {
            code,
            amount_minor: minor(amount)?,
        },
        PayPart::Card { from, amount } => TenderWish::Card {
            card: Card::named(match from {
                // In a dry run it was not read.
                crate::args::CardFrom::Stdin | crate::args::CardFrom::File(_) => String::new(),
                from => card::number(from)?,
            }),
            amount_minor: minor(amount)?,
        },
        PayPart::Cash { amount, .. } => TenderWish::Cash {
            amount_minor: minor(amount)?,
        },
    })
}

/// The same as it is typed, without what nobody else may read.
pub(super) fn typed(parts: &[PayPart]) -> String {
    let word = |part: &PayPart| {
        let (word, amount) = match part {
            PayPart::Voucher {
                amount: Some(amount),
                ..
            } => {
                return format!("voucher:CODE={amount}");
            }
            PayPart::Voucher { amount: None, .. } => ("voucher:CODE", &None),
            PayPart::Card { amount, .. } => ("card", amount),
            PayPart::Cash { amount, .. } => ("cash", amount),
        };
        match amount {
            Some(amount) => format!("{word}:{amount}"),
            None => word.to_owned(),
        }
    };
    let words: Vec<String> = parts.iter().map(word).collect();
    words.join(",")
}

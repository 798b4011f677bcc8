//! What an intent means for a payment.

use houseful_core::{
    ids::{BookingId, PaymentId, QuoteHash},
    money::{Currency, Money},
    time::UtcMillis,
};

use super::{
    amounts::from_stripe,
    objects::{Intent, Metadata, Status},
    refunds::Total,
};
use crate::payment::provider::{Charge, ChargeStatus, Order, ProviderError};

/// Why nothing was taken where Stripe was never asked to.
const NEVER: &str = "Stripe did not answer in time; nothing was taken";

/// A charge that will not happen.
pub(super) fn never(order: &Order) -> Charge {
    Charge {
        payment: order.payment,
        booking: order.booking,
        quote: order.quote,
        amount: order.amount,
        status: ChargeStatus::Never,
        captured: 0,
        refunded: 0,
        bounced: 0,
        reason: Some(NEVER.to_owned()),
        updated_at: UtcMillis(0),
    }
}

/// The charge of an intent of `house`, with what of it went back.
///
/// # Errors
/// It is another house's, or not as we make them.
pub(super) fn charge(intent: &Intent, house: &str, back: Total) -> Result<Charge, ProviderError> {
    let payment = intent
        .payment(house)
        .ok_or_else(|| odd("no payment of this house"))?;
    let metadata = intent.metadata();
    let (booking, quote) = about(&metadata).ok_or_else(|| odd("no booking of ours"))?;
    of(intent, (payment, booking, quote), back)
}

/// The charge of an intent that the book says is this order's. What anybody wrote on it since at
/// Stripe's own desk must not keep its money there: that can only be given up or back here, and what
/// was taken was checked before.
///
/// # Errors
/// It is not as we make them.
pub(super) fn by_book(
    intent: &Intent,
    order: &Order,
    back: Total,
) -> Result<Charge, ProviderError> {
    of(intent, (order.payment, order.booking, order.quote), back)
}

fn odd(what: &str) -> ProviderError {
    ProviderError::Fault(format!("the intent at Stripe has {what}"))
}

fn of(
    intent: &Intent,
    (payment, booking, quote): (PaymentId, BookingId, QuoteHash),
    back: Total,
) -> Result<Charge, ProviderError> {
    let code = intent.currency.to_ascii_uppercase();
    let currency: Currency = code.parse().map_err(|_| odd("an unknown currency"))?;
    let status = status(intent).ok_or_else(|| odd("a status that is unknown here"))?;
    let ours = |amount| from_stripe(currency, amount);
    let (captured, refunded, bounced) = if status == ChargeStatus::Captured {
        (
            ours(taken(intent))?,
            ours(back.kept_back)?,
            ours(back.bounced)?,
        )
    } else {
        (0, 0, 0)
    };
    Ok(Charge {
        payment,
        booking,
        quote,
        amount: Money::new(ours(intent.amount)?, currency),
        status,
        captured,
        refunded: refunded.min(captured),
        bounced,
        reason: reason(intent, status),
        updated_at: UtcMillis(intent.created.saturating_mul(1_000)),
    })
}

/// Whether a charge is what was ordered. One that was changed at Stripe's own desk must not sell
/// seats; what is over sells none. Of a payment that only booking knows of, the card may have been one
/// tender of several: whoever asks compares what it comes to.
///
/// # Errors
/// It is not.
pub(super) fn fits(charge: &Charge, order: &Order) -> Result<(), ProviderError> {
    let over = matches!(
        charge.status,
        ChargeStatus::Declined | ChargeStatus::Never | ChargeStatus::Voided
    );
    let part_of = is_lost(order) && charge.amount.minor < order.amount.minor;
    let one_currency = charge.amount.currency == order.amount.currency;
    let same = charge.booking == order.booking
        && (charge.amount == order.amount || (one_currency && part_of));
    if charge.payment == order.payment && (same || over) {
        return Ok(());
    }
    let why = format!(
        "Stripe has {} for another order of {}",
        charge.amount, order.amount
    );
    Err(ProviderError::Fault(why))
}

/// Whether only booking knows of a payment: what its payer agreed to is not known any more.
pub(super) fn is_lost(order: &Order) -> bool {
    order.quote == QuoteHash(uuid::Uuid::nil())
}

fn about(metadata: &Metadata) -> Option<(BookingId, QuoteHash)> {
    let booking = metadata.booking.as_ref()?.parse().ok()?;
    let quote = metadata.quote.as_ref()?.parse().ok()?;
    Some((booking, quote))
}

/// In Stripe's units.
pub(super) fn taken(intent: &Intent) -> i64 {
    let charge = intent.charge();
    let captured = charge.and_then(|charge| charge.amount_captured);
    let whole = || charge.and_then(|charge| charge.amount);
    captured
        .or(intent.amount_received)
        .or_else(whole)
        .unwrap_or(intent.amount)
}

fn status(intent: &Intent) -> Option<ChargeStatus> {
    Some(match intent.status {
        Status::RequiresAction | Status::Processing | Status::RequiresConfirmation => {
            ChargeStatus::Pending
        }
        // Whoever has the client secret may try again until it is cancelled.
        Status::RequiresPaymentMethod => ChargeStatus::Pending,
        Status::RequiresCapture => ChargeStatus::Authorised,
        Status::Succeeded => ChargeStatus::Captured,
        Status::Canceled => match intent.charge().map(|charge| charge.status.as_deref()) {
            Some(Some("succeeded")) => ChargeStatus::Voided,
            Some(_) => ChargeStatus::Declined,
            None if intent.latest_charge.is_some() => ChargeStatus::Voided,
            None if intent.decline().is_some() => ChargeStatus::Declined,
            None => ChargeStatus::Never,
        },
        Status::Unknown => return None,
    })
}

fn reason(intent: &Intent, status: ChargeStatus) -> Option<String> {
    match status {
        ChargeStatus::Declined => {
            let told = intent.decline();
            Some(told.unwrap_or_else(|| "the card was declined".to_owned()))
        }
        ChargeStatus::Never => Some(NEVER.to_owned()),
        _ => None,
    }
}

//! Words of payments as tables have them, read back. What this program can't have written is said
//! to be unreadable.

use houseful_core::{message::Tender, money::Currency, wire::payment::PaymentState};

use super::provider::{ChargeStatus, ProviderError};
use crate::store::StoreError;

/// The currency with this code.
pub(super) fn currency(code: &str) -> Result<Currency, StoreError> {
    code.parse().map_err(|_| unreadable("currency", code))
}

fn unreadable(what: &str, word: &str) -> StoreError {
    StoreError::Unreadable(format!("a payment has the {what} `{word}`"))
}

/// The means with this word.
pub(super) fn tender(word: &str) -> Result<Tender, StoreError> {
    Tender::of_word(word).ok_or_else(|| unreadable("tender", word))
}

fn state(word: &str) -> Result<PaymentState, StoreError> {
    use PaymentState as S;
    [
        S::Pending,
        S::Authorised,
        S::Captured,
        S::Declined,
        S::Voided,
        S::RefundDue,
        S::Refunded,
        S::CaptureRefused,
    ]
    .into_iter()
    .find(|s| s.word() == word)
    .ok_or_else(|| unreadable("state", word))
}

/// The words of a payment.
pub(super) fn of_payment(
    state: &str,
    currency: &str,
) -> Result<(PaymentState, Currency), StoreError> {
    Ok((self::state(state)?, self::currency(currency)?))
}

/// Where a charge stands, in a word.
pub(super) fn status(word: &str) -> Result<ChargeStatus, StoreError> {
    use ChargeStatus as S;
    [
        S::Pending,
        S::Authorised,
        S::Captured,
        S::Declined,
        S::Never,
        S::Voided,
        S::CaptureRefused,
    ]
    .into_iter()
    .find(|s| s.word() == word)
    .ok_or_else(|| unreadable("status", word))
}

/// Without its book of intents a provider can't be asked.
#[expect(
    clippy::needless_pass_by_value,
    reason = "it maps an error, which comes by value"
)]
pub(super) fn book_away(error: StoreError) -> ProviderError {
    ProviderError::Unavailable(format!("the book of intents is away: {error}"))
}

/// The terminal's troubles are not ours: for us it is away.
#[expect(
    clippy::needless_pass_by_value,
    reason = "it maps an error, which comes by value"
)]
pub(super) fn away(error: StoreError) -> ProviderError {
    ProviderError::Unavailable(format!("the card terminal is away: {error}"))
}

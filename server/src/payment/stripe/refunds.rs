//! Money that goes back. What is asked for is a total, so a repeat gives nothing back twice; Stripe
//! is asked for the difference to what its list has: <https://docs.stripe.com/refunds>.
//!
//! A refund can fail days after it was made, when the bank does not take the money; then Stripe has
//! it again, and it is owed again. Each try is an object of its own at Stripe, so one that fails
//! again and again is made only every few hours.

use houseful_core::{
    ids::PaymentId,
    time::{DAY_MS, MINUTE_MS, UtcMillis},
};

use super::{Stripe, amounts, fault::Fault, objects::Refund, standing};
use crate::{
    clock::Clock,
    payment::provider::{Charge, Order, ProviderError},
};

/// How many answers to a refund in one go may be repeats of an error.
const KEYS_MAX: u32 = 200;
/// After so many refunds that failed there is a rest before each further one.
const FAILED_MAX: u32 = 8;
/// The first and the longest rest, in milliseconds.
const REST_MS: (i64, i64) = (60 * MINUTE_MS, DAY_MS);

/// What went back of an intent, in Stripe's units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Total {
    /// What went back and did not come here again.
    pub(super) kept_back: i64,
    /// What was sent and came here again.
    pub(super) bounced: i64,
    /// How many refunds there are, whatever became of them.
    count: usize,
    /// How many of them failed.
    failed: u32,
    /// When the last of those was made.
    failed_at: UtcMillis,
}

/// Adds refunds up. What of a promise was let go is not among them: Stripe makes no refund of it,
/// <https://docs.stripe.com/changelog/basil/2025-03-31/remove-refund-from-partial-capture-and-payment-cancellation-flow>.
pub(super) fn total(refunds: &[Refund]) -> Total {
    let mut total = Total::default();
    for refund in refunds {
        total.count += 1;
        match refund.status.as_deref() {
            Some("failed" | "canceled") => {
                total.bounced += refund.amount;
                total.failed += 1;
                let made_at = UtcMillis(refund.created.saturating_mul(1_000));
                total.failed_at = total.failed_at.max(made_at);
            }
            _ => total.kept_back += refund.amount,
        }
    }
    total
}

impl Total {
    /// Until when no further refund is made, because so many failed.
    fn rests_until(&self) -> Option<UtcMillis> {
        let over = self.failed.checked_sub(FAILED_MAX)?;
        let rest = (REST_MS.0 << over.min(20)).min(REST_MS.1);
        Some(self.failed_at.plus_ms(rest))
    }
}

/// A key for the step from what went back, and for the try: a refund that failed is asked for again
/// under another key. The amount is not in it: two amounts that are owed one after the other are
/// never under way at once, because Stripe takes the second for a misuse of the first one's key.
fn key(payment: PaymentId, from: i64, tries: usize) -> String {
    format!("{payment}-refund-{from}-{tries}")
}

impl Stripe {
    pub(super) async fn give_back(
        &self,
        order: Order,
        total_minor: i64,
    ) -> Result<Charge, ProviderError> {
        let client = &self.0.client;
        let id = self.id_of(order.payment).await?;
        for _ in 0..KEYS_MAX {
            // Looked at again each time: an answer that was an error may have done it.
            let intent = client.intent(&id).await?;
            let listed = client.refunds(&id).await?;
            let back = total(&listed);
            let charge = standing::by_book(&intent, &order, back)?;
            let wanted = total_minor.min(charge.captured);
            if charge.refunded >= wanted {
                return Ok(charge);
            }
            if let Some(until) = back.rests_until().filter(|until| *until > Clock::wall()) {
                let (failed, until) = (back.failed, until.rfc3339());
                let why = format!("{failed} refunds failed, and the next is made after {until}");
                return Err(ProviderError::Unavailable(why));
            }
            let missing = wanted - charge.refunded;
            let amount = amounts::to_stripe(order.amount.currency, missing)?;
            let key = key(order.payment, charge.refunded, back.count);
            match client.refund(&id, order.payment, amount, &key).await {
                Ok(refund) if refund.status.as_deref() == Some("failed") => {
                    let why = refund.failure_reason.unwrap_or_default();
                    let why = houseful_core::text::shown(&why, 80);
                    return Err(ProviderError::Unavailable(format!(
                        "the refund failed: {why}"
                    )));
                }
                Ok(_) => {
                    return Ok(Charge {
                        refunded: wanted,
                        ..charge
                    });
                }
                Err(Fault::Spent(_)) => {}
                Err(fault) => {
                    if fault.is_definite() {
                        fault.tell_somebody(&order);
                    }
                    return Err(fault.into());
                }
            }
        }
        let why = "Stripe goes on answering a refund with an earlier error";
        Err(ProviderError::Unavailable(why.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refunds(count: usize, status: &str) -> Vec<Refund> {
        let one = |n| Refund {
            id: format!("re_{n}"),
            amount: 100,
            created: 1_000,
            status: Some(status.to_owned()),
            failure_reason: None,
        };
        (0..count).map(one).collect()
    }

    #[test]
    fn refunds_that_fail_are_made_ever_more_rarely() {
        let rest = |count| {
            let until = total(&refunds(count, "failed")).rests_until();
            until.map(|until| until.ms_since(UtcMillis(1_000_000)))
        };
        assert_eq!((rest(0), rest(7)), (None, None));
        assert_eq!(rest(8), Some(60 * MINUTE_MS));
        assert_eq!(rest(9), Some(120 * MINUTE_MS));
        assert_eq!((rest(13), rest(5_000)), (Some(DAY_MS), Some(DAY_MS)));
        assert_eq!(total(&refunds(50, "succeeded")).rests_until(), None);
    }
}

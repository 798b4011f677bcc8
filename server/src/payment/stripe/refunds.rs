//! Money that goes back. What is asked for is a total, so a repeat gives nothing back twice; Stripe
//! is asked for the difference to what its list has: <https://docs.stripe.com/refunds>.
//!
//! A refund can fail days after it was made, when the bank does not take the money; then Stripe has
//! it again, and it is owed again.

use houseful_core::ids::PaymentId;

use super::{
    Stripe, amounts,
    client::Fault,
    objects::{Intent, Refund},
    standing,
};
use crate::payment::provider::{Charge, Order, ProviderError};

/// How many answers to a refund in one go may be repeats of an error.
const KEYS_MAX: u32 = 200;

/// What went back of an intent, in Stripe's units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Total {
    /// What went back and did not come here again.
    pub(super) kept_back: i64,
    /// What was sent and came here again.
    pub(super) bounced: i64,
    /// How many refunds there are, whatever became of them.
    pub(super) count: usize,
}

/// Adds refunds up. Where less was captured than promised, the rest that was let go may stand
/// among them; it was never ours.
pub(super) fn total(refunds: &[Refund], intent: &Intent) -> Total {
    let mut let_go = intent.amount - standing::taken(intent);
    let mut total = Total::default();
    for refund in refunds {
        let owner = refund.metadata.as_ref().and_then(|m| m.payment.as_ref());
        if let_go > 0 && refund.amount == let_go && owner.is_none() {
            let_go = 0;
            continue;
        }
        total.count += 1;
        match refund.status.as_deref() {
            Some("failed" | "canceled") => total.bounced += refund.amount,
            _ => total.kept_back += refund.amount,
        }
    }
    total
}

/// A key for the step from what went back to the total, and for the try: a refund that failed is
/// asked for again under another key.
fn key(payment: PaymentId, from: i64, to: i64, tries: usize) -> String {
    format!("{payment}-refund-{from}-{to}-{tries}")
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
            let back = total(&listed, &intent);
            let charge = standing::charge(&intent, &self.0.house, back)?;
            standing::fits(&charge, &order)?;
            let wanted = total_minor.min(charge.captured);
            if charge.refunded >= wanted {
                return Ok(charge);
            }
            let missing = wanted - charge.refunded;
            let amount = amounts::to_stripe(order.amount.currency, missing)?;
            let key = key(order.payment, charge.refunded, wanted, back.count);
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

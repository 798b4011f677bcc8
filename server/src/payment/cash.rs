//! The till: notes and coins are there when booking says so, and are handed back on the spot.

use houseful_core::{ids::PaymentId, time::UtcMillis, wire::payment::Card};

use super::{
    PaymentError,
    provider::{Calling, Charge, ChargeStatus, Listed, Order, Provider, ProviderError},
};

/// The till. It keeps no list of its own; the payment's row is the truth.
#[derive(Clone, Copy, Debug)]
pub struct Cash;

impl Cash {
    fn charge(order: &Order, captured: i64, refunded: i64) -> Charge {
        Charge {
            payment: order.payment,
            booking: order.booking,
            quote: order.quote,
            amount: order.amount,
            status: ChargeStatus::Captured,
            captured,
            refunded,
            bounced: 0,
            reason: None,
            updated_at: UtcMillis(0),
        }
    }
}

impl Provider for Cash {
    fn takes(&self, _: &Card) -> Result<(), PaymentError> {
        Err(PaymentError::BadCard)
    }

    fn authorise(&self, _: Order, _: Card) -> Calling<'_, Charge> {
        let no = ProviderError::Unavailable("the till takes no cards".to_owned());
        Box::pin(std::future::ready(Err(no)))
    }

    fn capture(&self, order: Order, minor: i64) -> Calling<'_, Charge> {
        Box::pin(std::future::ready(Ok(Self::charge(&order, minor, 0))))
    }

    fn void(&self, order: Order) -> Calling<'_, Charge> {
        let taken = order.amount.minor;
        Box::pin(std::future::ready(Ok(Self::charge(&order, taken, taken))))
    }

    fn refund(&self, order: Order, total_minor: i64) -> Calling<'_, Charge> {
        let taken = order.amount.minor;
        Box::pin(std::future::ready(Ok(Self::charge(
            &order,
            taken,
            total_minor,
        ))))
    }

    fn look_up(&self, _: PaymentId) -> Calling<'_, Option<Charge>> {
        Box::pin(std::future::ready(Ok(None)))
    }

    fn list(&self, _: UtcMillis, _: Option<String>, _: u32) -> Calling<'_, Listed> {
        Box::pin(std::future::ready(Ok(Listed::default())))
    }
}

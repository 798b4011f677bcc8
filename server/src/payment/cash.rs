//! The till: notes and coins are there when booking says so, or lie on the counter beside other
//! tenders, and are handed back on the spot.

use houseful_core::{time::UtcMillis, wire::payment::Card};

use super::{
    PaymentError,
    provider::{Calling, Charge, ChargeStatus, Listed, Order, Provider},
};

/// The till. It keeps no list of its own; the payment's row is the truth.
#[derive(Clone, Copy, Debug)]
pub struct Cash;

impl Cash {
    fn charge(order: &Order, status: ChargeStatus, captured: i64, refunded: i64) -> Charge {
        Charge {
            payment: order.payment,
            booking: order.booking,
            quote: order.quote,
            amount: order.amount,
            status,
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

    fn authorise(&self, order: Order, _: Card) -> Calling<'_, Charge> {
        // It lies on the counter.
        let there = Self::charge(&order, ChargeStatus::Authorised, 0, 0);
        Box::pin(std::future::ready(Ok(there)))
    }

    fn capture(&self, order: Order, minor: i64) -> Calling<'_, Charge> {
        let taken = Self::charge(&order, ChargeStatus::Captured, minor, 0);
        Box::pin(std::future::ready(Ok(taken)))
    }

    fn void(&self, order: Order) -> Calling<'_, Charge> {
        // What was not put into the till never was the house's.
        let back = Self::charge(&order, ChargeStatus::Voided, 0, 0);
        Box::pin(std::future::ready(Ok(back)))
    }

    fn refund(&self, order: Order, total_minor: i64) -> Calling<'_, Charge> {
        // How much was taken the payment knows; here is only said how much is back.
        let back = Self::charge(&order, ChargeStatus::Captured, total_minor, total_minor);
        Box::pin(std::future::ready(Ok(back)))
    }

    fn look_up(&self, _: Order) -> Calling<'_, Option<Charge>> {
        Box::pin(std::future::ready(Ok(None)))
    }

    fn list(&self, _: UtcMillis, _: Option<String>, _: u32) -> Calling<'_, Listed> {
        Box::pin(std::future::ready(Ok(Listed::default())))
    }
}

//! A voucher as a provider: one tender's way to it.

use std::sync::Arc;

use houseful_core::{
    ids::{PaymentId, VoucherId},
    time::UtcMillis,
    wire::payment::Card,
};

use super::{Use, Voucher, VoucherStore};
use crate::{
    clock::Clock,
    payment::{
        PaymentError,
        provider::{Calling, Charge, ChargeStatus, Listed, Order, Provider, ProviderError},
    },
    store::StoreError,
};

/// The way of one tender to its voucher.
pub(in crate::payment) struct VoucherDesk {
    store: Arc<dyn VoucherStore>,
    clock: Clock,
    voucher: VoucherId,
    payment: PaymentId,
    order: Order,
}

impl VoucherDesk {
    /// The way to `voucher` for a tender of `payment`, as `order` says.
    pub(in crate::payment) fn new(
        (store, clock): (Arc<dyn VoucherStore>, Clock),
        voucher: VoucherId,
        payment: PaymentId,
        order: Order,
    ) -> Self {
        Self {
            store,
            clock,
            voucher,
            payment,
            order,
        }
    }

    fn fresh(&self, now: UtcMillis) -> Use {
        Use {
            tender: self.order.payment,
            voucher: self.voucher,
            payment: self.payment,
            amount: self.order.amount,
            status: ChargeStatus::Pending,
            captured: 0,
            refunded: 0,
            of_back: 0,
            reason: None,
            updated_at: now,
        }
    }

    fn charge(&self, used: Use) -> Charge {
        Charge {
            payment: used.tender,
            booking: self.order.booking,
            quote: self.order.quote,
            amount: used.amount,
            status: used.status,
            captured: used.captured,
            refunded: used.refunded,
            bounced: 0,
            reason: used.reason,
            updated_at: used.updated_at,
        }
    }

    fn change(
        &self,
        change: impl FnOnce(&mut Voucher, &mut Option<Use>) + Send + 'static,
    ) -> Calling<'_, Charge> {
        let tender = self.order.payment;
        let fresh = self.fresh(self.clock.now());
        let guarded = move |voucher: &mut Voucher, used: &mut Option<Use>| {
            if used.as_ref().is_none_or(|used| used.is_of(&fresh)) {
                change(voucher, used);
            }
        };
        let changed = self.store.change(self.voucher, tender, Box::new(guarded));
        Box::pin(async move {
            let used = changed.await.map_err(away)?.flatten();
            let none = || ProviderError::Unavailable("there is no such voucher".to_owned());
            self.checked(used.ok_or_else(none)?)
        })
    }

    /// What a use comes to, if it is what this tender asked for.
    fn checked(&self, used: Use) -> Result<Charge, ProviderError> {
        if used.is_of(&self.fresh(used.updated_at)) {
            Ok(self.charge(used))
        } else {
            let why = "what stands under the key of a tender is another one's";
            Err(ProviderError::Fault(why.to_owned()))
        }
    }
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "it maps an error, which comes by value"
)]
fn away(error: StoreError) -> ProviderError {
    ProviderError::Unavailable(format!("vouchers can't be reached: {error}"))
}

impl Provider for VoucherDesk {
    fn takes(&self, _: &Card) -> Result<(), PaymentError> {
        Err(PaymentError::BadCard)
    }

    fn authorise(&self, _: Order, _: Card) -> Calling<'_, Charge> {
        let now = self.clock.now();
        let fresh = self.fresh(now);
        self.change(move |voucher, used| voucher.reserve(used, &fresh, now))
    }

    fn capture(&self, _: Order, minor: i64) -> Calling<'_, Charge> {
        let now = self.clock.now();
        self.change(move |voucher, used| {
            if let Some(used) = used {
                voucher.capture(used, minor, now);
            }
        })
    }

    fn void(&self, _: Order) -> Calling<'_, Charge> {
        let now = self.clock.now();
        let fresh = self.fresh(now);
        self.change(move |voucher, used| voucher.void(used, fresh, now))
    }

    fn refund(&self, _: Order, total_minor: i64) -> Calling<'_, Charge> {
        let now = self.clock.now();
        self.change(move |voucher, used| {
            if let Some(used) = used {
                voucher.refund(used, total_minor, now);
            }
        })
    }

    fn look_up(&self, order: Order) -> Calling<'_, Option<Charge>> {
        Box::pin(async move {
            let found = self.store.use_by(order.payment).await.map_err(away)?;
            found.map(|used| self.checked(used)).transpose()
        })
    }

    fn list(&self, _: UtcMillis, _: Option<String>, _: u32) -> Calling<'_, Listed> {
        // Its rows are in our own database: there is no other truth to compare them with.
        Box::pin(std::future::ready(Ok(Listed::default())))
    }
}

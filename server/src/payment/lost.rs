//! Nobody: where a tender would have to be asked of whom it was paid by, and that was lost. It stays
//! owed until a person has seen to it.

use houseful_core::{time::UtcMillis, wire::payment::Card};

use super::{
    PaymentError,
    provider::{Calling, Charge, Listed, Order, Provider, ProviderError},
};

/// Nobody.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lost;

fn nobody<T>() -> Result<T, ProviderError> {
    let why = "by which means it was paid was lost when payments were restored; somebody has to look \
               whether it is owed, and give it back by hand";
    Err(ProviderError::Unavailable(why.to_owned()))
}

impl Provider for Lost {
    fn takes(&self, _: &Card) -> Result<(), PaymentError> {
        Err(PaymentError::BadCard)
    }

    fn authorise(&self, _: Order, _: Card) -> Calling<'_, Charge> {
        Box::pin(std::future::ready(nobody()))
    }

    fn capture(&self, _: Order, _: i64) -> Calling<'_, Charge> {
        Box::pin(std::future::ready(nobody()))
    }

    fn void(&self, _: Order) -> Calling<'_, Charge> {
        Box::pin(std::future::ready(nobody()))
    }

    fn refund(&self, _: Order, _: i64) -> Calling<'_, Charge> {
        Box::pin(std::future::ready(nobody()))
    }

    fn look_up(&self, _: Order) -> Calling<'_, Option<Charge>> {
        Box::pin(std::future::ready(nobody()))
    }

    fn list(&self, _: UtcMillis, _: Option<String>, _: u32) -> Calling<'_, Listed> {
        Box::pin(std::future::ready(nobody()))
    }
}

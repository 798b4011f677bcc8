//! Nobody: where a tender would have to be asked of whom it was paid by, and that was lost. It stays
//! owed until a person has seen to it and says so.

use houseful_core::{
    ids::PaymentId,
    money::Money,
    time::UtcMillis,
    wire::payment::{Card, LostPartRequest, Payment},
};

use super::{
    PaymentError, Payments,
    machine::Input,
    provider::{Calling, Charge, Listed, Order, Provider, ProviderError},
    shown::shown,
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

impl Payments {
    /// Writes down what a person says became of the part of a payment that was lost; `None` if there is no
    /// such payment.
    ///
    /// # Errors
    /// Nothing of it is owed, or another sum, or it can't be written now.
    pub async fn see_to_lost(
        &self,
        id: PaymentId,
        request: LostPartRequest,
        by: &str,
    ) -> Result<Option<Payment>, PaymentError> {
        let Some(known) = self.flow.store.get(id).await? else {
            return Ok(None);
        };
        let (owed, minor) = (known.owed_of_lost(), request.told_minor);
        if owed == 0 {
            return Err(PaymentError::NothingLost);
        }
        let changed = |owed| PaymentError::LostPartChanged {
            owed: Money::new(owed, known.amount.currency),
        };
        if owed != minor {
            return Err(changed(owed));
        }
        let said = format!("{} {by}: {}", request.how.word(), request.note);
        let seen = Input::SeenTo { minor, said };
        let done = self.flow.write_step(id, seen, None).await?;
        let done = done.ok_or(PaymentError::Busy)?;
        if done.step.seen_to {
            return Ok(Some(shown(&done.account)));
        }
        // Somebody else was faster.
        match done.account.owed_of_lost() {
            0 => Err(PaymentError::NothingLost),
            owed => Err(changed(owed)),
        }
    }
}

//! The books of a payment server elsewhere, for the sweep.

use std::sync::{Mutex, PoisonError};

use uuid::Uuid;

use super::{
    ServerRole,
    cluster::{AskError, Cluster},
    words::{PaymentsAnswer, PaymentsWanted, at},
};
use crate::{
    audit::{PaymentBooks, PaymentRow},
    store::{Later, StoreError},
};

/// Payments that are read from another server.
pub(crate) struct PaymentsElsewhere {
    cluster: Cluster,
    /// Why they could not be read, which a store's error can't say.
    trouble: Mutex<Option<AskError>>,
}

impl PaymentsElsewhere {
    pub(crate) fn new(cluster: Cluster) -> Self {
        Self {
            cluster,
            trouble: Mutex::default(),
        }
    }

    /// Why they could not be read, if they could not.
    pub(crate) fn trouble(&self) -> Option<AskError> {
        let trouble = self.trouble.lock();
        trouble.unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn ask(&self, wanted: PaymentsWanted) -> Result<Vec<PaymentRow>, StoreError> {
        let asked = self.cluster.ask(ServerRole::Payment, at::PAYMENTS, &wanted);
        match asked.await {
            Ok(PaymentsAnswer { rows }) => Ok(rows),
            Err(error) => {
                let mut trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
                *trouble = Some(error);
                Err(StoreError::Busy)
            }
        }
    }
}

impl PaymentBooks for PaymentsElsewhere {
    fn payments(&self, after: Option<Uuid>, limit: u32) -> Later<'_, Vec<PaymentRow>> {
        Box::pin(self.ask(PaymentsWanted::Page { after, limit }))
    }

    fn payment(&self, payment: Uuid) -> Later<'_, Option<PaymentRow>> {
        Box::pin(async move {
            let rows = self.ask(PaymentsWanted::One(payment)).await?;
            Ok(rows.into_iter().next())
        })
    }
}

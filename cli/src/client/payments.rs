//! Paying by card, and looking after payments.

use std::time::Duration;

use houseful_core::{
    ids::{BookingId, PaymentId},
    wire::{
        Page,
        payment::{
            LostPartRequest, PayRequest, Payment, PaymentToken, Reconciled, ReopenRequest, Reopened,
        },
    },
};

use super::{Client, ClientError, transport::Call};

impl Client {
    /// Leave to pay what the booking costs now.
    ///
    /// # Errors
    /// As every call: [`ClientError`].
    pub async fn payment_token(&self, id: BookingId) -> Result<PaymentToken, ClientError> {
        let path = format!("/v1/bookings/{id}/payment-token");
        let call = Call::post(path, &serde_json::json!({})).about(id);
        self.ask(call).await
    }

    /// Pays by card; the server waits up to `wait` (20 s at most) for a final state. The answer
    /// may still be `pending`: ask again with [`Client::payment`].
    ///
    /// # Errors
    /// As every call: [`ClientError`].
    pub async fn pay(
        &self,
        booking: BookingId,
        request: &PayRequest,
        wait: Duration,
    ) -> Result<Payment, ClientError> {
        let call = Call::post("/v1/payments", request)
            .query("wait_ms", Some(wait.as_millis().to_string()))
            .server_waits(wait)
            .about(booking);
        self.ask(call).await
    }

    /// One payment. A customer names the booking, whose secret then goes along.
    ///
    /// # Errors
    /// As every call: [`ClientError`].
    pub async fn payment(
        &self,
        id: PaymentId,
        booking: Option<BookingId>,
    ) -> Result<Payment, ClientError> {
        let mut call = Call::get(format!("/v1/payments/{id}"));
        if let Some(booking) = booking {
            call = call.about(booking);
        }
        self.ask(call).await
    }

    /// All payments, those that are not settled, or those of a booking, page by page. For staff.
    ///
    /// # Errors
    /// As every call: [`ClientError`].
    pub async fn payments(
        &self,
        open_only: bool,
        booking: Option<BookingId>,
    ) -> Result<Page<Payment>, ClientError> {
        let mut all = Page {
            items: Vec::new(),
            next: None,
        };
        loop {
            let call = Call::get("/v1/payments")
                .query("open", open_only.then(|| "true".to_owned()))
                .query("booking", booking.map(|b| b.to_string()))
                .query("cursor", all.next.take());
            let page: Page<Payment> = self.ask(call).await?;
            all.items.extend(page.items);
            all.next = page.next;
            if all.next.is_none() {
                return Ok(all);
            }
        }
    }

    /// Compares the payments with the provider's list and brings them in line. For managers.
    ///
    /// # Errors
    /// As every call: [`ClientError`].
    pub async fn reconcile(&self) -> Result<Reconciled, ClientError> {
        let call = Call::post("/v1/payments/reconcile", &serde_json::json!({}));
        self.ask(call).await
    }

    /// Says what became of the part of a payment that was lost. For managers.
    ///
    /// # Errors
    /// As every call: [`ClientError`].
    pub async fn lost_part(
        &self,
        id: PaymentId,
        request: &LostPartRequest,
    ) -> Result<Payment, ClientError> {
        let path = format!("/v1/payments/{id}/lost-part");
        self.ask(Call::post(path, request)).await
    }

    /// Has booking asked again about the payments that changed since a time. For admins.
    ///
    /// # Errors
    /// As every call: [`ClientError`].
    pub async fn reopen(&self, request: &ReopenRequest) -> Result<Reopened, ClientError> {
        self.ask(Call::post("/v1/payments/reopen", request)).await
    }
}

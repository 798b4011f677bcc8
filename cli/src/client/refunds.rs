//! Giving tickets back, and the desk of what needs a human.

use houseful_core::{
    ids::{BookingId, CinemaId},
    seat::SeatLabel,
    wire::{
        Page, Time,
        booking::Booking,
        desk::{DeskCase, DeskKind},
        refund::{RefundQuote, RefundRequest, VerdictRequest},
        report::MoneyReport,
    },
};

use super::{Client, ClientError, transport::Call};

impl Client {
    /// What giving back seats of a booking (all, if none is named) would come to now. For staff.
    ///
    /// # Errors
    /// As every call: [`ClientError`].
    pub async fn refund_quote(
        &self,
        id: BookingId,
        seats: &[SeatLabel],
        waive: bool,
    ) -> Result<RefundQuote, ClientError> {
        let names: Vec<String> = seats.iter().map(ToString::to_string).collect();
        let call = Call::get(format!("/v1/bookings/{id}/refund-quote"))
            .query("seats", (!names.is_empty()).then(|| names.join(",")))
            .query("waive", waive.then(|| "true".to_owned()));
        self.ask(call.about(id)).await
    }

    /// Gives tickets back, or has it wait for a manager. For staff.
    ///
    /// # Errors
    /// As every call: [`ClientError`].
    pub async fn refund(
        &self,
        id: BookingId,
        request: &RefundRequest,
    ) -> Result<Booking, ClientError> {
        let call = Call::post(format!("/v1/bookings/{id}/refunds"), request).about(id);
        self.ask_booking(call).await
    }

    /// Says yes or no to a refund that waits. For managers.
    ///
    /// # Errors
    /// As every call: [`ClientError`].
    pub async fn refund_verdict(
        &self,
        id: BookingId,
        request: &VerdictRequest,
    ) -> Result<Booking, ClientError> {
        let call = Call::post(format!("/v1/bookings/{id}/refund-verdict"), request).about(id);
        self.ask_booking(call).await
    }

    /// What came late, went back or waits for a manager, the newest first. For staff.
    ///
    /// # Errors
    /// As every call: [`ClientError`].
    pub async fn desk(
        &self,
        since: Option<Time>,
        kind: Option<DeskKind>,
    ) -> Result<Page<DeskCase>, ClientError> {
        let call = Call::get("/v1/desk")
            .query("since", since.map(|at| at.0.rfc3339()))
            .query("kind", kind.map(|kind| kind.word().to_owned()));
        self.ask(call).await
    }

    /// Holds the books of both sides against each other. For managers.
    ///
    /// # Errors
    /// As every call: [`ClientError`].
    pub async fn report_money(
        &self,
        date: Option<&str>,
        cinema: Option<CinemaId>,
    ) -> Result<MoneyReport, ClientError> {
        let call = Call::get("/v1/reports/money")
            .query("date", date.map(str::to_owned))
            .query("cinema", cinema.map(|id| id.to_string()));
        self.ask(call).await
    }
}

//! Giving tickets back, and the desk of what needs a human.

use houseful_core::{
    ids::{BookingId, CinemaId},
    seat::SeatLabel,
    wire::{
        Page, Time,
        booking::Booking,
        desk::{Cases, DeskCase, DeskKind, ResolveRequest, StoryStep},
        refund::{RefundQuote, RefundRequest, VerdictRequest},
        report::MoneyReport,
    },
};

use super::{Client, ClientError, transport::Call};

/// Which cases of the late-payments desk.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeskQuery {
    /// Decided then or later.
    pub since: Option<Time>,
    /// Only of this kind.
    pub kind: Option<DeskKind>,
    /// Only what needs somebody, or only what does not.
    pub state: Option<DeskState>,
    /// How much of what has ended is looked at.
    pub limit: Option<u16>,
    /// `next` of the page before.
    pub cursor: Option<String>,
}

/// Whether something has to be done about a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeskState {
    /// Somebody has to do something.
    Open,
    /// Nobody has to.
    Ended,
}

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

    /// What came late, went back or waits for somebody: what needs somebody first, then the newest;
    /// one page. For staff.
    ///
    /// # Errors
    /// As every call: [`ClientError`].
    pub async fn desk(&self, wanted: &DeskQuery) -> Result<Cases, ClientError> {
        let state = wanted.state.map(|state| match state {
            DeskState::Open => "open".to_owned(),
            DeskState::Ended => "ended".to_owned(),
        });
        let call = Call::get("/v1/desk")
            .query("since", wanted.since.map(|at| at.0.rfc3339()))
            .query("kind", wanted.kind.map(|kind| kind.word().to_owned()))
            .query("state", state)
            .query("limit", wanted.limit.map(|limit| limit.to_string()))
            .query("cursor", wanted.cursor.clone());
        self.ask(call).await
    }

    /// What happened to a booking, in order. For staff.
    ///
    /// # Errors
    /// As every call: [`ClientError`].
    pub async fn story(&self, id: BookingId) -> Result<Page<StoryStep>, ClientError> {
        let call = Call::get(format!("/v1/bookings/{id}/story"));
        self.ask(call.about(id)).await
    }

    /// Says what was done about a payment that needs somebody. For staff.
    ///
    /// # Errors
    /// As every call: [`ClientError`].
    pub async fn resolve_case(
        &self,
        id: BookingId,
        request: &ResolveRequest,
    ) -> Result<DeskCase, ClientError> {
        let path = format!("/v1/bookings/{id}/case-resolution");
        self.ask(Call::post(path, request).about(id)).await
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

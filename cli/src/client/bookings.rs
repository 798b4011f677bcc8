//! Holding seats and what follows. The booking's secret goes along by itself.

use houseful_core::{
    code::{BookingCode, TicketCode},
    ids::{BookingId, ShowId},
    wire::{
        Page,
        booking::{
            Booking, BookingState, Bookings, CancelRequest, CashRequest, ChangeSeatsRequest,
            Contact, HoldRequest, ReleaseRequest, Ticket,
        },
    },
};

use super::{Client, ClientError, lock, transport::Call};

impl Client {
    /// Sends a call that is answered with a booking, and notes where its show stands.
    pub(super) async fn ask_booking(&self, call: Call) -> Result<Booking, ClientError> {
        let booking: Booking = self.ask(call).await?;
        lock(&self.shared.versions).saw(booking.id.show, booking.version);
        Ok(booking)
    }

    /// Holds seats. Keep the booking's secret first ([`Client::keep_secret`]).
    ///
    /// # Errors
    /// As every call: [`ClientError`].
    pub async fn hold(&self, request: &HoldRequest) -> Result<Booking, ClientError> {
        let call = Call::post("/v1/bookings", request).about(request.booking);
        self.ask_booking(call).await
    }

    /// One booking.
    ///
    /// # Errors
    /// As every call: [`ClientError`].
    pub async fn booking(&self, id: BookingId) -> Result<Booking, ClientError> {
        let call = Call::get(format!("/v1/bookings/{id}")).about(id);
        self.ask_booking(call).await
    }

    /// Bookings with this code: none or one. For staff.
    ///
    /// # Errors
    /// As every call: [`ClientError`].
    pub async fn bookings_by_code(&self, code: BookingCode) -> Result<Bookings, ClientError> {
        let call = Call::get("/v1/bookings").query("code", Some(code.to_string()));
        self.ask(call).await
    }

    /// All bookings of a show. For staff.
    ///
    /// # Errors
    /// As every call: [`ClientError`].
    pub async fn bookings_of(&self, show: ShowId) -> Result<Bookings, ClientError> {
        let call = Call::get("/v1/bookings").query("show", Some(show.to_string()));
        self.ask(call).await
    }

    /// Bookings by what people know of them, the newest first: a code or its beginning, a ticket's
    /// code, an id, a name, the end of a telephone number. For staff.
    ///
    /// # Errors
    /// As every call: [`ClientError`].
    pub async fn bookings_found(
        &self,
        text: &str,
        limit: Option<u16>,
    ) -> Result<Bookings, ClientError> {
        let call = Call::get("/v1/bookings")
            .query("q", Some(text.to_owned()))
            .query("limit", limit.map(|limit| limit.to_string()));
        self.ask(call).await
    }

    /// The bookings whose money or tickets changed last. For staff.
    ///
    /// # Errors
    /// As every call: [`ClientError`].
    pub async fn bookings_recent(&self, limit: Option<u16>) -> Result<Bookings, ClientError> {
        let call = Call::get("/v1/bookings")
            .query("recent", Some("true".to_owned()))
            .query("limit", limit.map(|limit| limit.to_string()));
        self.ask(call).await
    }

    /// The bookings of a show that hold seats now. For staff.
    ///
    /// # Errors
    /// As every call: [`ClientError`].
    pub async fn bookings_held(&self, show: ShowId) -> Result<Bookings, ClientError> {
        let call = Call::get("/v1/bookings")
            .query("show", Some(show.to_string()))
            .query("state", Some(BookingState::Held.word().to_owned()));
        self.ask(call).await
    }

    /// Says who a booking is for, in place of what was said before; nothing takes it away.
    ///
    /// # Errors
    /// As every call: [`ClientError`].
    pub async fn contact(&self, id: BookingId, request: &Contact) -> Result<Booking, ClientError> {
        let call = Call::put(format!("/v1/bookings/{id}/contact"), request).about(id);
        self.ask_booking(call).await
    }

    /// Takes other seats into a held booking; its end stays.
    ///
    /// # Errors
    /// As every call: [`ClientError`].
    pub async fn change_seats(
        &self,
        id: BookingId,
        request: &ChangeSeatsRequest,
    ) -> Result<Booking, ClientError> {
        let call = Call::post(format!("/v1/bookings/{id}/seats"), request).about(id);
        self.ask_booking(call).await
    }

    /// Gives the seats back.
    ///
    /// # Errors
    /// As every call: [`ClientError`].
    pub async fn release(
        &self,
        id: BookingId,
        request: &ReleaseRequest,
    ) -> Result<Booking, ClientError> {
        let call = Call::post(format!("/v1/bookings/{id}/release"), request).about(id);
        self.ask_booking(call).await
    }

    /// Takes cash at the counter: the tickets are made at once.
    ///
    /// # Errors
    /// As every call: [`ClientError`].
    pub async fn cash(&self, id: BookingId, request: &CashRequest) -> Result<Booking, ClientError> {
        let call = Call::post(format!("/v1/bookings/{id}/cash"), request).about(id);
        self.ask_booking(call).await
    }

    /// Takes a paid booking back; the money is returned. For managers.
    ///
    /// # Errors
    /// As every call: [`ClientError`].
    pub async fn cancel(
        &self,
        id: BookingId,
        request: &CancelRequest,
    ) -> Result<Booking, ClientError> {
        let call = Call::post(format!("/v1/bookings/{id}/cancel"), request).about(id);
        self.ask_booking(call).await
    }

    /// The tickets of a confirmed booking.
    ///
    /// # Errors
    /// As every call: [`ClientError`].
    pub async fn tickets(&self, id: BookingId) -> Result<Page<Ticket>, ClientError> {
        let call = Call::get(format!("/v1/bookings/{id}/tickets")).about(id);
        self.ask(call).await
    }

    /// One ticket by what the door reads. For staff.
    ///
    /// # Errors
    /// As every call: [`ClientError`].
    pub async fn ticket(&self, code: TicketCode) -> Result<Ticket, ClientError> {
        self.ask(Call::get(format!("/v1/tickets/{code}"))).await
    }
}

//! For staff and operators: shows, journals, tokens, the sweep, test switches.

use houseful_core::{
    ids::ShowId,
    wire::{
        Page,
        admin::{
            Audit, BlockRequest, CardDial, ClockRequest, JournalEntry, ServerInfo, StatusRequest,
            Token, TokenRequest,
        },
        catalogue::Show,
        seats::SeatMap,
    },
};

use super::{Client, ClientError, lock, transport::Call};

impl Client {
    /// Pauses, resumes or cancels a show. For managers.
    ///
    /// # Errors
    /// As every call: [`ClientError`].
    pub async fn set_status(
        &self,
        show: ShowId,
        request: &StatusRequest,
    ) -> Result<Show, ClientError> {
        self.ask(Call::post(format!("/v1/shows/{show}/status"), request))
            .await
    }

    /// Keeps seats back or gives them to sale. For managers.
    ///
    /// # Errors
    /// As every call: [`ClientError`].
    pub async fn block(
        &self,
        show: ShowId,
        request: &BlockRequest,
    ) -> Result<SeatMap, ClientError> {
        let call = Call::post(format!("/v1/shows/{show}/blocks"), request);
        let map: SeatMap = self.ask(call).await?;
        lock(&self.shared.versions).saw(show, map.version);
        Ok(map)
    }

    /// Events of a show after the one with number `after`. For managers.
    ///
    /// # Errors
    /// As every call: [`ClientError`].
    pub async fn journal(
        &self,
        show: ShowId,
        after: u64,
        limit: Option<u16>,
    ) -> Result<Page<JournalEntry>, ClientError> {
        let call = Call::get(format!("/v1/shows/{show}/journal"))
            .query("after", Some(after.to_string()))
            .query("limit", limit.map(|l| l.to_string()));
        self.ask(call).await
    }

    /// Counts over the whole database. For managers.
    ///
    /// # Errors
    /// As every call: [`ClientError`].
    pub async fn audit(&self) -> Result<Audit, ClientError> {
        self.ask(Call::get("/v1/audit")).await
    }

    /// All API tokens, without their secrets. For admins.
    ///
    /// # Errors
    /// As every call: [`ClientError`].
    pub async fn tokens(&self) -> Result<Page<Token>, ClientError> {
        self.ask(Call::get("/v1/tokens")).await
    }

    /// Makes an API token. Sent once only: a second time would make a second token.
    ///
    /// # Errors
    /// As every call: [`ClientError`].
    pub async fn create_token(&self, request: &TokenRequest) -> Result<Token, ClientError> {
        self.ask(Call::post("/v1/tokens", request).once()).await
    }

    /// Makes a token worthless. For admins.
    ///
    /// # Errors
    /// As every call: [`ClientError`].
    pub async fn revoke_token(&self, id: &str) -> Result<(), ClientError> {
        self.tell(Call::delete(format!("/v1/tokens/{id}"))).await
    }

    /// Moves a manual clock forward. Sent once only. For admins.
    ///
    /// # Errors
    /// As every call: [`ClientError`].
    pub async fn advance_clock(&self, request: &ClockRequest) -> Result<ServerInfo, ClientError> {
        self.ask(Call::post("/v1/test/clock", request).once()).await
    }

    /// Turns the fault dial of the simulated card terminal. For admins.
    ///
    /// # Errors
    /// As every call: [`ClientError`].
    pub async fn set_card_dial(&self, dial: &CardDial) -> Result<CardDial, ClientError> {
        self.ask(Call::post("/v1/test/card-dial", dial)).await
    }
}

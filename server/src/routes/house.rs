//! What managers do to a show, and how they look after the house: sales, blocks, journal, audit.

use axum::{extract::State, response::Json};
use houseful_core::{
    ids::ShowId,
    show::Ask,
    wire::{
        Page,
        admin::{Audit, BlockRequest, JournalEntry, ShowAction, StatusRequest},
        catalogue::Show,
        seats::SeatMap,
    },
};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{
    bookings::{ask_show, command},
    input::{Body, Id, Params, bounded, plain},
    money::REASON_CHARS_MAX,
    shows::show_of,
};
use crate::{app::App, auth::Caller, problem::ApiError, roles::calls};

/// Which part of a journal.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct JournalPart {
    /// Events after this one.
    #[serde(default)]
    after: u64,
    /// At most so many, 1 to 1,000.
    #[serde(default = "journal_limit_default")]
    #[param(default = 200, minimum = 1, maximum = 1_000)]
    limit: u32,
}

const fn journal_limit_default() -> u32 {
    200
}

/// Stops sales for a while, starts them again, or calls the show off and returns all money.
#[utoipa::path(post, path = "/v1/shows/{id}/status", tag = "house", request_body = StatusRequest,
    params(("id" = String, Path, description = "the show")),
    responses((status = 200, body = Show)))]
pub(super) async fn status(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<ShowId>,
    Body(request): Body<StatusRequest>,
) -> Result<Json<Show>, ApiError> {
    let reason = plain("reason", &request.reason, REASON_CHARS_MAX)?;
    let ask = match request.action {
        ShowAction::Pause => Ask::Pause,
        ShowAction::Resume => Ask::Resume,
        ShowAction::Cancel => Ask::CancelShow { reason },
    };
    let command = command(request.command, caller.staff_actor(), ask);
    ask_show(&app, id, command).await?;
    show_of(&app, id).map(Json)
}

/// Keeps seats back, or gives them to sale again.
#[utoipa::path(post, path = "/v1/shows/{id}/blocks", tag = "house", request_body = BlockRequest,
    params(("id" = String, Path, description = "the show")),
    responses((status = 200, body = SeatMap)))]
pub(super) async fn blocks(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<ShowId>,
    Body(request): Body<BlockRequest>,
) -> Result<Json<SeatMap>, ApiError> {
    let seats = request.seats;
    let ask = match request.block {
        Some(reason) => Ask::Block { seats, reason },
        None => Ask::Unblock { seats },
    };
    let command = command(request.command, caller.staff_actor(), ask);
    ask_show(&app, id, command).await?;
    let map = app.lane.read(id, |state, tip, _| state.seat_map(tip));
    Ok(Json(map.await?))
}

/// The journal of a show, event by event.
#[utoipa::path(get, path = "/v1/shows/{id}/journal", tag = "house",
    params(("id" = String, Path, description = "the show"), JournalPart),
    responses((status = 200, body = Page<JournalEntry>)))]
pub(super) async fn journal(
    State(app): State<App>,
    Id(id): Id<ShowId>,
    Params(part): Params<JournalPart>,
) -> Result<Json<Page<JournalEntry>>, ApiError> {
    let limit = bounded("limit", part.limit, 1, 1_000)?;
    let after = part.after.min(i64::MAX.unsigned_abs());
    let items = app.journals.journal(id, after, limit).await?;
    if items.is_empty() && !app.hub.knows(id) && !app.catalogue.snapshot().has(id) {
        return Err(ApiError::NoSuch("show"));
    }
    let full = u32::try_from(items.len()).is_ok_and(|n| n == limit);
    let last = items.last().filter(|_| full);
    let next = last.map(|entry| entry.ver.to_string());
    Ok(Json(Page { items, next }))
}

/// Counts the whole database anew, by other code than the one that sells.
#[utoipa::path(get, path = "/v1/audit", tag = "house", responses((status = 200, body = Audit)))]
pub(super) async fn audit(State(app): State<App>) -> Result<Json<Audit>, ApiError> {
    calls::audit(&app).await.map(Json)
}

//! What happened to a booking, in order, and what a person did about its money. No money moves here.

use axum::{extract::State, response::Json};
use houseful_core::{
    ids::BookingId,
    show::{Ask, Event},
    time::UtcMillis,
    wire::{
        Page,
        desk::{CaseHow, DeskCase, ResolveRequest, StoryStep},
        problem::Problem,
    },
};

use super::{
    bookings::{about_booking, ask_about, command, no_booking},
    desk,
    input::{Body, Id, plain},
    money::REASON_CHARS_MAX,
};
use crate::{app::App, auth::Caller, problem::ApiError};

/// Rows of a journal that are read at once.
const ROWS: u32 = 1_000;

/// What happened to a booking, in order: who held it, what was paid and went back, what a manager
/// said, what a person did about it.
#[utoipa::path(get, path = "/v1/bookings/{id}/story", tag = "bookings",
    params(("id" = String, Path, description = "the booking")),
    responses((status = 200, body = Page<StoryStep>)))]
pub(super) async fn story(
    State(app): State<App>,
    Id(id): Id<BookingId>,
) -> Result<Json<Page<StoryStep>>, ApiError> {
    let events = events(&app, id).await?;
    let read = app.lane.read(id.show, move |state, _, _| {
        let events = events.iter().map(|(at, event)| (*at, event));
        state.story(id.uuid, events)
    });
    let steps = read.await.map_err(about_booking)?;
    if steps.is_empty() {
        return Err(no_booking());
    }
    let told = |(step, by): (StoryStep, Option<_>)| StoryStep {
        by: by.and_then(|by| Some(app.tokens.account(by)?.to_string())),
        ..step
    };
    let items = steps.into_iter().map(told).collect();
    Ok(Json(Page { items, next: None }))
}

/// The events of a show, but for its opening, which is about no booking.
async fn events(app: &App, id: BookingId) -> Result<Vec<(UtcMillis, Event)>, ApiError> {
    let mut events = Vec::new();
    let mut after = 0;
    loop {
        let rows = app.journals.journal(id.show, after, ROWS).await?;
        let full = rows.len() == ROWS as usize;
        after = rows.last().map_or(after, |row| row.ver);
        events.extend(rows.into_iter().filter_map(|row| {
            let event = serde_json::from_value(row.event).ok()?;
            Some((row.at.0, event))
        }));
        if !full {
            return Ok(events);
        }
    }
}

/// Says what was done about a payment that needs somebody, so that nobody does it again. No money
/// moves by it: payment goes on trying what was decided.
#[utoipa::path(post, path = "/v1/bookings/{id}/case-resolution", tag = "bookings", request_body = ResolveRequest,
    params(("id" = String, Path, description = "the booking")),
    responses((status = 200, body = DeskCase),
              (status = 409, body = Problem, content_type = "application/problem+json", description = "somebody saw to it already, or cash is in the way")))]
pub(super) async fn resolve(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<BookingId>,
    Body(request): Body<ResolveRequest>,
) -> Result<Json<DeskCase>, ApiError> {
    let note = plain("note", &request.note, REASON_CHARS_MAX)?;
    if note.is_empty() && request.how == CaseHow::Other {
        return Err(ApiError::BadValue {
            detail: "a note says what was done: it is needed for `other`".to_owned(),
            field: "note",
            max: None,
        });
    }
    let ask = Ask::ResolveCase {
        booking: id.uuid,
        payment: request.payment,
        how: request.how,
        note,
        told_minor: request.told_minor,
    };
    let command = command(request.command, caller.staff_actor(), ask);
    ask_about(&app, id, command).await?;
    let case = desk::one(&app, id, request).await?;
    case.map(Json).ok_or_else(no_booking)
}

//! Giving tickets back by the terms they were sold under: what it comes to, asking for it, a
//! manager's yes or no.

use std::str::FromStr;

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Json, Response},
};
use houseful_core::{
    ids::BookingId,
    refund::RefundReason,
    refusal::Refusal,
    seat::SeatLabel,
    show::{Ask, RefundRules},
    wire::{
        admin::Role,
        booking::Booking,
        problem::Problem,
        refund::{RefundQuote, RefundRequest, VerdictRequest},
    },
};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{
    bookings::{about_booking, ask_about, command},
    cash,
    input::{Body, Id, Params, plain},
    lookup::one,
    money::REASON_CHARS_MAX,
};
use crate::{app::App, auth::Caller, problem::ApiError};

/// What would be given back.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct QuoteQuery {
    /// Seats by name, with commas between them: `H7,H8`; all of the booking when absent.
    seats: Option<String>,
    /// As if the terms were set aside.
    #[serde(default)]
    waive: bool,
}

/// What giving back tickets of a booking would come to now.
#[utoipa::path(get, path = "/v1/bookings/{id}/refund-quote", tag = "bookings",
    params(("id" = String, Path, description = "the booking"), QuoteQuery),
    responses((status = 200, body = RefundQuote),
              (status = 409, body = Problem, content_type = "application/problem+json", description = "too late, or nothing to give back")))]
pub(super) async fn quote(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<BookingId>,
    Params(query): Params<QuoteQuery>,
) -> Result<Json<RefundQuote>, ApiError> {
    let seats = seats(query.seats.as_deref())?;
    let (actor, rules) = (caller.staff_actor(), rules(&caller, query.waive));
    let read = app.lane.read(id.show, move |state, _, now| {
        let quote = state.refund_quote(&actor, id.uuid, &seats, rules, now)?;
        Ok::<_, Refusal>(state.refund_quote_view(id.uuid, &quote))
    });
    Ok(Json(read.await.map_err(about_booking)??))
}

/// Gives tickets of a booking back: their seats are for sale again, and of their price goes back
/// what the terms say. What is more than a clerk may give back waits for a manager.
#[utoipa::path(post, path = "/v1/bookings/{id}/refunds", tag = "bookings", request_body = RefundRequest,
    params(("id" = String, Path, description = "the booking")),
    responses((status = 200, body = Booking, description = "given back"),
              (status = 202, body = Booking, description = "`refund_asked` waits for a manager"),
              (status = 409, body = Problem, content_type = "application/problem+json", description = "too late, or nothing to give back")))]
pub(super) async fn refund(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<BookingId>,
    Body(request): Body<RefundRequest>,
) -> Result<Response, ApiError> {
    let note = plain("note", &request.note, REASON_CHARS_MAX)?;
    let needs_note = request.waive || request.reason == RefundReason::Other;
    if needs_note && note.is_empty() {
        return Err(ApiError::BadValue {
            detail: "a note says why: it is needed for `other`, and to set the terms aside"
                .to_owned(),
            field: "note",
            max: None,
        });
    }
    let ask = Ask::Refund {
        booking: id.uuid,
        seats: request.seats,
        reason: request.reason,
        note,
        rules: rules(&caller, request.waive),
        told_minor: request.told_minor,
    };
    let command = command(request.command, caller.staff_actor(), ask);
    ask_about(&app, id, command).await?;
    let mut booking = one(&app, &caller, &HeaderMap::new(), id).await?;
    cash::of_refund(&app, &mut booking, request.command).await?;
    let waits = booking.refund_asked.as_ref();
    if waits.is_some_and(|asked| asked.id == request.command) {
        return Ok((StatusCode::ACCEPTED, Json(booking)).into_response());
    }
    if booking
        .refunds
        .iter()
        .any(|made| made.id == request.command)
    {
        return Ok(Json(booking).into_response());
    }
    // It was asked for before, and is neither made nor waited for any more.
    Err(Refusal::RefundRefused.into())
}

/// Says yes or no to a refund that waits for a manager. Of one that is approved goes back what was
/// told when it was asked for.
#[utoipa::path(post, path = "/v1/bookings/{id}/refund-verdict", tag = "bookings", request_body = VerdictRequest,
    params(("id" = String, Path, description = "the booking")),
    responses((status = 200, body = Booking)))]
pub(super) async fn verdict(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<BookingId>,
    Body(request): Body<VerdictRequest>,
) -> Result<Json<Booking>, ApiError> {
    let ask = Ask::RefundVerdict {
        booking: id.uuid,
        asked: request.refund,
        approve: request.approve,
        note: plain("note", &request.note, REASON_CHARS_MAX)?,
        manager: caller.role >= Role::Manager,
    };
    let command = command(request.command, caller.staff_actor(), ask);
    ask_about(&app, id, command).await?;
    let mut booking = one(&app, &caller, &HeaderMap::new(), id).await?;
    if request.approve {
        cash::of_refund(&app, &mut booking, request.refund).await?;
    }
    Ok(Json(booking))
}

fn rules(caller: &Caller, waive: bool) -> RefundRules {
    RefundRules {
        alone: caller.role >= Role::Manager,
        waive,
    }
}

fn seats(text: Option<&str>) -> Result<Vec<SeatLabel>, ApiError> {
    let words = text.unwrap_or("").split(',').map(str::trim);
    let seat = |word: &str| {
        SeatLabel::from_str(word).map_err(|e| ApiError::BadRequest {
            detail: e.to_string(),
            field: Some("seats".to_owned()),
        })
    };
    words.filter(|w| !w.is_empty()).map(seat).collect()
}

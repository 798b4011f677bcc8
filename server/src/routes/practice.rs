//! For practice and tests: a clock that can be moved, a card terminal that can be made to fail.

use axum::{extract::State, response::Json};
use houseful_core::{
    time::DAY_MS,
    wire::admin::{CardDial, ClockRequest, Mode, ServerInfo},
};

use super::{
    input::{Body, bounded},
    server::describe,
};
use crate::{app::App, auth::Caller, house, problem::ApiError, roles::calls};

/// Moves a manual clock forward.
#[utoipa::path(post, path = "/v1/test/clock", tag = "practice", request_body = ClockRequest,
    responses((status = 200, body = ServerInfo)))]
pub(super) async fn clock(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<ClockRequest>,
) -> Result<Json<ServerInfo>, ApiError> {
    let max = (DAY_MS * 3_653).unsigned_abs();
    let advance = u64::try_from(request.advance_ms).unwrap_or(u64::MAX);
    if advance > max {
        return Err(ApiError::BadValue {
            detail: format!("advance_ms is 0 to {max}, not {}", request.advance_ms),
            field: "advance_ms",
            max: Some(max),
        });
    }
    if !app.clock.advance(request.advance_ms) {
        return Err(ApiError::ClockNotManual);
    }
    house::keep_clock(app.books.house.as_ref(), app.clock.now()).await?;
    calls::clock_moved(&app).await;
    Ok(Json(describe(&app, Some(&caller))))
}

/// Makes the simulated card terminal fail, each way in so many of 1,000 payments.
#[utoipa::path(post, path = "/v1/test/card-dial", tag = "practice", request_body = CardDial,
    responses((status = 200, body = CardDial)))]
pub(super) async fn card_dial(
    State(app): State<App>,
    Body(dial): Body<CardDial>,
) -> Result<Json<CardDial>, ApiError> {
    if app.mode == Mode::Live {
        return Err(ApiError::LiveServer);
    }
    for (field, share) in [
        ("decline", dial.decline),
        ("slow", dial.slow),
        ("time_out", dial.time_out),
        ("late", dial.late),
        ("capture_refused", dial.capture_refused),
        ("refund_fails", dial.refund_fails),
    ] {
        bounded(field, share, 0, 1_000)?;
    }
    if !app.payments.set_dial(dial) {
        return Err(ApiError::NoSuch("simulated card terminal"));
    }
    Ok(Json(dial))
}

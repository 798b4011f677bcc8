//! Paying by card, and looking after payments.

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Json, Response},
};
use houseful_core::{
    ids::{BookingId, PaymentId},
    wire::{
        Page,
        payment::{PayRequest, Payment, Reconciled},
        problem::Problem,
    },
};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{
    bookings::find,
    input::{Body, Id, Params, bounded},
    money::Nothing,
};
use crate::{
    app::App,
    auth::Caller,
    payment::{Payments, WAIT_MS_MAX},
    problem::ApiError,
    request::whole,
};

/// How long to wait for a final state.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Wait {
    /// Milliseconds, 0 to 20,000.
    #[serde(default = "wait_ms_default")]
    #[param(default = 5_000, maximum = 20_000)]
    wait_ms: u32,
}

const fn wait_ms_default() -> u32 {
    5_000
}

/// Which payments.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct PaymentFilter {
    /// Only those that are not settled.
    #[serde(default)]
    open: bool,
    /// Only those towards this booking.
    #[param(value_type = Option<String>)]
    booking: Option<BookingId>,
}

/// Pays by card with a payment token.
#[utoipa::path(post, path = "/v1/payments", tag = "payments", params(Wait), request_body = PayRequest,
    responses((status = 201, body = Payment, description = "final: captured or declined"),
              (status = 202, body = Payment, description = "not final yet; ask again"),
              (status = 422, body = Problem, content_type = "application/problem+json", description = "the token is not one of this house")))]
pub(super) async fn pay(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Params(wait): Params<Wait>,
    Body(request): Body<PayRequest>,
) -> Result<Response, ApiError> {
    let wait_ms = bounded("wait_ms", wait.wait_ms, 0, WAIT_MS_MAX)?;
    let booking = app.payments.claims(&request.token)?.booking;
    find(&app, caller.actor(&headers)?, booking).await?;
    let payments = app.payments.clone();
    let known = payments.get(request.payment).await?.is_some();
    let pay = async move { Ok(payments.pay(request, wait_ms).await?) };
    let payment = whole(&app, pay).await?;
    let status = match (Payments::is_final(&payment), known) {
        (false, _) => StatusCode::ACCEPTED,
        (true, true) => StatusCode::OK,
        (true, false) => StatusCode::CREATED,
    };
    Ok((status, Json(payment)).into_response())
}

/// A payment, for the owner of its booking and for staff.
#[utoipa::path(get, path = "/v1/payments/{id}", tag = "payments",
    params(("id" = String, Path, description = "the payment")),
    responses((status = 200, body = Payment)))]
pub(super) async fn payment(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Id(id): Id<PaymentId>,
) -> Result<Json<Payment>, ApiError> {
    let actor = caller.actor(&headers)?;
    let missing = || ApiError::NoSuch("payment");
    let payment = app.payments.get(id).await?.ok_or_else(missing)?;
    if !actor.staff {
        match find(&app, actor, payment.booking).await {
            // Somebody else's payment looks like one that is not there.
            Err(ApiError::Refused { .. }) => return Err(missing()),
            other => drop(other?),
        }
    }
    Ok(Json(payment))
}

/// Payments, the newest first.
#[utoipa::path(get, path = "/v1/payments", tag = "payments", params(PaymentFilter),
    responses((status = 200, body = Page<Payment>)))]
pub(super) async fn payments(
    State(app): State<App>,
    Params(filter): Params<PaymentFilter>,
) -> Result<Json<Page<Payment>>, ApiError> {
    let items = app.payments.list(filter.open, filter.booking).await?;
    Ok(Json(Page { items, next: None }))
}

/// Compares the payments with the provider's list and brings them in line.
#[utoipa::path(post, path = "/v1/payments/reconcile", tag = "payments", request_body = Nothing,
    responses((status = 200, body = Reconciled)))]
pub(super) async fn reconcile(
    State(app): State<App>,
    Body(Nothing {}): Body<Nothing>,
) -> Result<Json<Reconciled>, ApiError> {
    let payments = app.payments.clone();
    let done = whole(&app, async move { Ok(payments.reconcile().await?) }).await?;
    Ok(Json(done))
}

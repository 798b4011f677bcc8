//! Paying by card or several tenders, and looking after payments.

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Json, Response},
};
use houseful_core::{
    ids::{BookingId, PaymentId},
    message::Tender,
    refusal::Refusal,
    time::UtcMillis,
    wire::{
        Page,
        payment::{LostPartRequest, PayRequest, Payment, Reconciled, ReopenRequest, Reopened},
        problem::Problem,
    },
};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{
    bookings::{no_booking, owner},
    input::{Body, Id, Params, bounded, plain},
    money::Nothing,
};
use crate::{
    app::App,
    auth::Caller,
    payment::{Filter, LIST_MAX, PageCursor, WAIT_MS_MAX},
    problem::ApiError,
    request::whole,
    roles::calls,
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
    /// At most so many, 1 to 1,000.
    #[serde(default = "limit_default")]
    #[param(default = 1_000, minimum = 1, maximum = 1_000)]
    limit: u32,
    /// `next` of the page before.
    cursor: Option<String>,
}

const fn limit_default() -> u32 {
    LIST_MAX
}

/// Pays with a payment token: by card, or by several tenders together, all of them or none.
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
    let claims = app.payments.claims(&request.token)?;
    let actor = owner(&caller, &headers, no_booking)?;
    if !actor.staff {
        // The token says whose the booking is; one of an earlier program does not.
        let of = match claims.owner {
            Some(of) => Some(of),
            None => calls::owner_of(&app, claims.booking).await?,
        };
        of.filter(|of| *of == actor.owner).ok_or_else(|| {
            let why = "it is of somebody else's booking";
            tracing::warn!(booking.id = %claims.booking, why, "a payment token is not believed");
            no_booking()
        })?;
    }
    let tenders = request.tenders.iter();
    let of = |means| tenders.clone().filter(move |t| t.means() == means).count();
    if of(Tender::Cash) > 0 && !actor.staff {
        return Err(Refusal::CashByStaff.into());
    }
    let known = app.payments.get(request.payment).await?.is_some();
    if known {
        tracing::info!(payment.id = %request.payment, "a request to pay came again");
    } else {
        // More than can be paid with are refused by their number.
        let codes = of(Tender::Voucher).min(PayRequest::TENDERS_MAX);
        let codes = u32::try_from(codes).unwrap_or(u32::MAX);
        if !actor.staff {
            // One customer does not use up what all customers of a website have.
            let whose = format!("{:?}", actor.owner);
            app.limits.count_codes(&whose, true, codes)?;
        }
        app.limits
            .count_codes(&caller.account, actor.staff, codes)?;
    }
    let payment = app.payments.pay(request, wait_ms).await?;
    let status = match (payment.is_final(), known) {
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
    let missing = || ApiError::NoSuch("payment");
    let actor = owner(&caller, &headers, missing)?;
    let payment = app.payments.get(id).await?.ok_or_else(missing)?;
    if !actor.staff {
        // Somebody else's payment looks like one that is not there.
        let of = calls::owner_of(&app, payment.booking).await?;
        of.filter(|of| *of == actor.owner).ok_or_else(missing)?;
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
    let limit = bounded("limit", filter.limit, 1, LIST_MAX)?;
    let after = filter.cursor.as_deref().map(cursor).transpose()?;
    let filter = Filter {
        open: filter.open,
        booking: filter.booking,
    };
    let (items, next) = app.payments.page(filter, after, limit).await?;
    let next = next.map(|at| format!("{}.{}", at.created_at.0, at.payment));
    Ok(Json(Page { items, next }))
}

/// Where the page before ended.
fn cursor(text: &str) -> Result<PageCursor, ApiError> {
    let parts = text.split_once('.');
    let read = parts.and_then(|(at, payment)| {
        Some(PageCursor {
            created_at: UtcMillis(at.parse().ok()?),
            payment: payment.parse().ok()?,
        })
    });
    read.ok_or_else(|| ApiError::BadRequest {
        detail: "`cursor` is not the `next` of a page of payments".to_owned(),
        field: Some("cursor".to_owned()),
    })
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

/// Asks booking again what the house keeps of the payments that changed since a time: for a booking
/// database that was restored to how it was then.
#[utoipa::path(post, path = "/v1/payments/reopen", tag = "payments", request_body = ReopenRequest,
    responses((status = 200, body = Reopened)))]
pub(super) async fn reopen(
    State(app): State<App>,
    Body(request): Body<ReopenRequest>,
) -> Result<Json<Reopened>, ApiError> {
    let payments = app.payments.clone();
    let since = request.since.0;
    let done = whole(&app, async move { Ok(payments.reopen(since).await?) }).await?;
    Ok(Json(done))
}

/// Says what became of the part of a payment of which nobody knows any more by which means it was paid,
/// because payments were restored from an older copy. Nothing is sent anywhere by it.
#[utoipa::path(post, path = "/v1/payments/{id}/lost-part", tag = "payments", request_body = LostPartRequest,
    params(("id" = String, Path, description = "the payment")),
    responses((status = 200, body = Payment),
              (status = 409, body = Problem, content_type = "application/problem+json", description = "nothing of it is owed, or another sum")))]
pub(super) async fn lost_part(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<PaymentId>,
    Body(mut request): Body<LostPartRequest>,
) -> Result<Json<Payment>, ApiError> {
    request.note = plain("note", &request.note, LostPartRequest::NOTE_CHARS_MAX)?;
    if request.note.is_empty() {
        return Err(ApiError::BadValue {
            detail: "a note says how that is known".to_owned(),
            field: "note",
            max: None,
        });
    }
    let payments = app.payments.clone();
    let by = caller.account.to_string();
    let see = async move { Ok(payments.see_to_lost(id, request, &by).await?) };
    let found = whole(&app, see).await?;
    found.map(Json).ok_or(ApiError::NoSuch("payment"))
}

//! Vouchers: made, listed and taken back by managers, asked about by whoever has a code.

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Json, Response},
};
use houseful_core::{
    ids::VoucherId,
    time::UtcMillis,
    wire::{
        Page,
        problem::Problem,
        voucher::{
            CancelVoucher, CheckVoucher, CreateVouchers, NewVoucher, Voucher, VoucherDetail,
            VoucherSeed,
        },
    },
};
use serde::Deserialize;
use utoipa::IntoParams;

use super::input::{Body, Id, Params, bounded, plain};
use crate::{
    app::App,
    auth::Caller,
    payment::{LIST_MAX, voucher::store::VoucherCursor},
    problem::ApiError,
    request::whole,
};

/// The most that one voucher may be worth, in minor units.
const VALUE_MAX: u64 = 100_000_000;

/// Which vouchers.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct VoucherFilter {
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

/// Makes vouchers, all alike. Their codes are told to this request alone.
#[utoipa::path(post, path = "/v1/vouchers", tag = "vouchers", request_body = CreateVouchers,
    responses((status = 201, body = Page<NewVoucher>),
              (status = 409, body = Problem, content_type = "application/problem+json", description = "the command was carried out before")))]
pub(super) async fn create(
    State(app): State<App>,
    caller: Caller,
    Body(mut request): Body<CreateVouchers>,
) -> Result<Response, ApiError> {
    bounded("count", request.count, 1, CreateVouchers::COUNT_MAX)?;
    if let Some(uses_max) = request.uses_max {
        bounded("uses_max", uses_max, 1, CreateVouchers::COUNT_MAX)?;
    }
    let minor = request.value.minor;
    if !u64::try_from(minor).is_ok_and(|minor| (1..=VALUE_MAX).contains(&minor)) {
        return Err(ApiError::BadValue {
            detail: format!("a voucher is worth something, and at most {VALUE_MAX} minor units"),
            field: "value",
            max: Some(VALUE_MAX),
        });
    }
    let seed = &request.seed.0;
    let plain_seed = seed
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    if !plain_seed || !VoucherSeed::CHARS.contains(&seed.len()) {
        return Err(ApiError::BadValue {
            detail: "a seed is 22 to 128 characters of `A-Z a-z 0-9 _ -`, made by chance"
                .to_owned(),
            field: "seed",
            max: None,
        });
    }
    let now = app.clock.now();
    let starts = request.valid_from.map_or(now, |from| from.0.max(now));
    if request.valid_until.is_some_and(|until| until.0 <= starts) {
        return Err(ApiError::BadValue {
            detail: "a voucher ends after it begins, and not before it is made".to_owned(),
            field: "valid_until",
            max: None,
        });
    }
    let note = request.note.as_deref();
    let note = note.map(|note| plain("note", note, CreateVouchers::NOTE_CHARS_MAX));
    request.note = note.transpose()?.filter(|note| !note.is_empty());
    let payments = app.payments.clone();
    let by = caller.account.to_string();
    let create = async move { Ok(payments.create_vouchers(request, by).await?) };
    let items = whole(&app, create).await?;
    let page = Page { items, next: None };
    Ok((StatusCode::CREATED, Json(page)).into_response())
}

/// Vouchers without their codes, the newest first.
#[utoipa::path(get, path = "/v1/vouchers", tag = "vouchers", params(VoucherFilter),
    responses((status = 200, body = Page<Voucher>)))]
pub(super) async fn vouchers(
    State(app): State<App>,
    Params(filter): Params<VoucherFilter>,
) -> Result<Json<Page<Voucher>>, ApiError> {
    let limit = bounded("limit", filter.limit, 1, LIST_MAX)?;
    let after = filter.cursor.as_deref().map(cursor).transpose()?;
    let (items, next) = app.payments.list_vouchers(after, limit).await?;
    let next = next.map(|at| format!("{}.{}", at.created_at.0, at.voucher));
    Ok(Json(Page { items, next }))
}

/// Where the page before ended.
fn cursor(text: &str) -> Result<VoucherCursor, ApiError> {
    let parts = text.split_once('.');
    let read = parts.and_then(|(at, voucher)| {
        Some(VoucherCursor {
            created_at: UtcMillis(at.parse().ok()?),
            voucher: voucher.parse().ok()?,
        })
    });
    read.ok_or_else(|| ApiError::BadRequest {
        detail: "`cursor` is not the `next` of a page of vouchers".to_owned(),
        field: Some("cursor".to_owned()),
    })
}

/// A voucher and what it was used for.
#[utoipa::path(get, path = "/v1/vouchers/{id}", tag = "vouchers",
    params(("id" = String, Path, description = "the voucher's id, not its code")),
    responses((status = 200, body = VoucherDetail)))]
pub(super) async fn voucher(
    State(app): State<App>,
    Id(id): Id<VoucherId>,
) -> Result<Json<VoucherDetail>, ApiError> {
    let found = app.payments.voucher(id).await?;
    found.map(Json).ok_or(ApiError::NoSuch("voucher"))
}

/// What a code is worth now. So many may be asked about in a minute, right or wrong.
#[utoipa::path(post, path = "/v1/vouchers/check", tag = "vouchers", request_body = CheckVoucher,
    responses((status = 200, body = Voucher),
              (status = 422, body = Problem, content_type = "application/problem+json", description = "no voucher has this code")))]
pub(super) async fn check(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<CheckVoucher>,
) -> Result<Json<Voucher>, ApiError> {
    app.limits
        .count_codes(&caller.account, caller.is_staff(), 1)?;
    Ok(Json(app.payments.check_voucher(request.code).await?))
}

/// Takes a voucher back for good. What was reserved on it by then is still paid.
#[utoipa::path(post, path = "/v1/vouchers/{id}/cancel", tag = "vouchers", request_body = CancelVoucher,
    params(("id" = String, Path, description = "the voucher's id, not its code")),
    responses((status = 200, body = Voucher)))]
pub(super) async fn cancel(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<VoucherId>,
    Body(request): Body<CancelVoucher>,
) -> Result<Json<Voucher>, ApiError> {
    let reason = request.reason.unwrap_or_default();
    let reason = plain("reason", &reason, CreateVouchers::NOTE_CHARS_MAX)?;
    let payments = app.payments.clone();
    let by = caller.account.to_string();
    let cancel = async move { Ok(payments.cancel_voucher(id, by, reason).await?) };
    let found = whole(&app, cancel).await?;
    found.map(Json).ok_or(ApiError::NoSuch("voucher"))
}

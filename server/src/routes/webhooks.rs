//! Messages of the payment provider. Whoever sends them has no token: they are signed.

use axum::{
    body::Bytes,
    extract::{FromRequest, Request, State},
    http::StatusCode,
};

use super::input::BODY_BYTES_MAX;
use crate::{app::App, clock::Clock, problem::ApiError};

/// The header with the signature.
const SIGNATURE: &str = "stripe-signature";

/// Hears Stripe: a message wakes its payment, and Stripe is asked where that stands. It is answered
/// when that is written down, because what was answered never comes again. For a message
/// that is about nothing here, or that came before, the answer is 200 and nothing is done.
#[utoipa::path(post, path = "/v1/webhooks/stripe", tag = "payments",
    params(("stripe-signature" = String, Header, description = "`t=...,v1=...`, as Stripe signs")),
    request_body(content = Object, description = "an event of Stripe's, as it was signed"),
    responses((status = 200, description = "heard"),
              (status = 400, body = houseful_core::wire::problem::Problem, content_type = "application/problem+json", description = "not believed; nothing was done"),
              (status = 503, body = houseful_core::wire::problem::Problem, content_type = "application/problem+json", description = "send it again later")))]
pub(super) async fn stripe(
    State(app): State<App>,
    request: Request,
) -> Result<StatusCode, ApiError> {
    let Some(webhooks) = &app.webhooks else {
        return Err(ApiError::NoSuch("Stripe account"));
    };
    let header = request.headers().get(SIGNATURE);
    // What is no text is no signature.
    let header = header.map(|value| value.to_str().unwrap_or("").to_owned());
    // Whole and as it came, before anything in it is read.
    let body = Bytes::from_request(request, &app).await.map_err(|error| {
        if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
            tracing::warn!(why = "it is too long", "a webhook is not believed");
            let max = BODY_BYTES_MAX;
            ApiError::TooLarge { max }
        } else {
            ApiError::unreadable("the body broke off")
        }
    })?;
    let event = match webhooks.open(header.as_deref(), &body, Clock::wall()) {
        Ok(event) => event,
        Err(why) => {
            tracing::warn!(%why, "a webhook is not believed");
            metrics::counter!("webhooks_total", "outcome" => "refused").increment(1);
            return Err(ApiError::BadRequest {
                detail: "this is not believed to be a message of Stripe's".to_owned(),
                field: Some(SIGNATURE.to_owned()),
            });
        }
    };
    let outcome = if webhooks.knows(&event.id) {
        tracing::info!(
            event.id = event.id,
            kind = event.kind,
            "a webhook came again"
        );
        "again"
    } else if event.intent.is_none() {
        tracing::debug!(
            event.id = event.id,
            kind = event.kind,
            "a webhook is about something else"
        );
        "ignored"
    } else if app.payments.wake(&event).await {
        webhooks.remember(&event.id);
        tracing::debug!(event.id = event.id, kind = event.kind, "a webhook");
        "heard"
    } else {
        metrics::counter!("webhooks_total", "outcome" => "later").increment(1);
        tracing::warn!(
            event.id = event.id,
            kind = event.kind,
            "a webhook can't be seen to now"
        );
        return Err(ApiError::Busy(
            "its payment can't be looked at now".to_owned(),
        ));
    };
    metrics::counter!("webhooks_total", "outcome" => outcome).increment(1);
    Ok(StatusCode::OK)
}

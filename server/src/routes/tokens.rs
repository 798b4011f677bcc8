//! API tokens: made, listed and revoked by admins.

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Json, Response},
};
use houseful_core::wire::{
    Page,
    admin::{Token, TokenRequest},
};

use super::input::{Body, Id};
use crate::{app::App, problem::ApiError, request::whole, roles::calls};

/// Makes a token. Its secret is told this once.
#[utoipa::path(post, path = "/v1/tokens", tag = "tokens", request_body = TokenRequest,
    responses((status = 201, body = Token)))]
pub(super) async fn create(
    State(app): State<App>,
    Body(request): Body<TokenRequest>,
) -> Result<Response, ApiError> {
    let (tokens, now) = (app.tokens.clone(), app.clock.now());
    let token = whole(&app, async move { tokens.create(request, now).await }).await?;
    calls::tokens_changed(&app).await;
    Ok((StatusCode::CREATED, Json(token)).into_response())
}

/// The valid tokens, without their secrets.
#[utoipa::path(get, path = "/v1/tokens", tag = "tokens", responses((status = 200, body = Page<Token>)))]
pub(super) async fn tokens(State(app): State<App>) -> Result<Json<Page<Token>>, ApiError> {
    let items = app.tokens.list().await?;
    Ok(Json(Page { items, next: None }))
}

/// Revokes a token, at once.
#[utoipa::path(delete, path = "/v1/tokens/{id}", tag = "tokens",
    params(("id" = String, Path, description = "the token's id, not the token")),
    responses((status = 204, description = "it is revoked")))]
pub(super) async fn revoke(
    State(app): State<App>,
    Id(id): Id<String>,
) -> Result<StatusCode, ApiError> {
    let (tokens, now) = (app.tokens.clone(), app.clock.now());
    let revoke = async move { Ok(tokens.revoke(id, now).await?) };
    if whole(&app, revoke).await? {
        calls::tokens_changed(&app).await;
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(ApiError::NoSuch("token"))
    }
}

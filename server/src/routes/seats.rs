//! The seats of a show: the drawing, and their states at a version.

use std::sync::Arc;

use axum::{
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::Response,
};
use houseful_core::{
    ids::ShowId,
    wire::seats::{LayoutView, SeatMap},
};

use super::input::Id;
use crate::{app::App, clock::Clock, follow::PICTURE_STALE, hub::Picture, problem::ApiError};

/// How long ago the database confirmed what is told, in milliseconds, where others may have sold
/// since.
const AGE: HeaderName = HeaderName::from_static("x-age-ms");

/// The seats of the show's hall as they are drawn. The same for every show with the same hash.
#[utoipa::path(get, path = "/v1/shows/{id}/layout", tag = "seats",
    params(("id" = String, Path, description = "the show")),
    responses((status = 200, body = LayoutView, description = "`ETag` is the layout's hash"),
              (status = 304, description = "not another one")))]
pub(super) async fn layout(
    State(app): State<App>,
    headers: HeaderMap,
    Id(id): Id<ShowId>,
) -> Result<Response, ApiError> {
    let layout = app.catalogue.snapshot().layout(id);
    let layout = layout.ok_or(ApiError::NoSuch("show"))?;
    let etag = format!("\"{}\"", layout.hash());
    // A show keeps its layout unless it moves to another screen.
    let cache = "public, max-age=3600";
    if is_known(&headers, &etag) {
        return Ok(not_modified(&etag, cache));
    }
    let body = || serde_json::to_vec(&LayoutView::of(&layout)).map(Bytes::from);
    let body = body().map_err(|e| ApiError::Internal(e.to_string()))?;
    Ok(tagged(&etag, cache, body))
}

/// The states of all seats. From memory: a crowd that looks costs the database nothing.
#[utoipa::path(get, path = "/v1/shows/{id}/seats", tag = "seats",
    params(("id" = String, Path, description = "the show"),
           ("if-none-match" = Option<String>, Header, description = "the `ETag` of an earlier answer")),
    responses((status = 200, body = SeatMap, description = "`ETag` is the version"),
              (status = 304, description = "the show is still at that version")))]
pub(super) async fn seats(
    State(app): State<App>,
    headers: HeaderMap,
    Id(id): Id<ShowId>,
) -> Result<Response, ApiError> {
    let picture = picture(&app, id).await?;
    let etag = picture.etag();
    let mut response = if is_known(&headers, &etag) {
        not_modified(&etag, "no-cache")
    } else {
        tagged(&etag, "no-cache", picture.body())
    };
    if app.journals.shared()
        && let Some(age) = app.hub.age(id, Clock::stopwatch())
    {
        let age = HeaderValue::from(u64::try_from(age.as_millis()).unwrap_or(u64::MAX));
        response.headers_mut().insert(AGE, age);
    }
    Ok(response)
}

/// The last picture of a show, loaded if nobody looked before; confirmed if others may have sold
/// since.
pub(super) async fn picture(app: &App, show: ShowId) -> Result<Arc<Picture>, ApiError> {
    let is_fresh = || {
        let age = app.hub.age(show, Clock::stopwatch());
        !app.journals.shared() || age.is_some_and(|age| age <= PICTURE_STALE)
    };
    if let Some(picture) = app.hub.picture(show)
        && is_fresh()
    {
        return Ok(picture);
    }
    let seen = app.lane.read(show, |state, tip, _| Picture::of(state, tip));
    let seen = seen.await?;
    // What was shown to everybody may have been given up again by now.
    let shown = app.hub.picture(show);
    Ok(shown.unwrap_or_else(|| Arc::new(seen)))
}

/// Whether the reader has what the entity tag names.
fn is_known(headers: &HeaderMap, etag: &str) -> bool {
    headers.get_all(header::IF_NONE_MATCH).iter().any(|value| {
        let value = value.to_str().unwrap_or("");
        let tags = value.split(',').map(str::trim);
        tags.map(|tag| tag.strip_prefix("W/").unwrap_or(tag))
            .any(|tag| tag == etag || tag == "*")
    })
}

/// A JSON answer with an entity tag.
fn tagged(etag: &str, cache: &'static str, body: Bytes) -> Response {
    let mut response = Response::new(body.into());
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    with_tag(response, etag, cache)
}

/// The news that the reader has it already.
fn not_modified(etag: &str, cache: &'static str) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NOT_MODIFIED;
    with_tag(response, etag, cache)
}

fn with_tag(mut response: Response, etag: &str, cache: &'static str) -> Response {
    let headers = response.headers_mut();
    if let Ok(etag) = HeaderValue::from_str(etag) {
        headers.insert(header::ETAG, etag);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_that_has_the_version_gets_no_body() {
        let known_by = |given: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::IF_NONE_MATCH, HeaderValue::from_str(given).unwrap());
            is_known(&headers, "\"7-00\"")
        };
        for known in ["\"7-00\"", "W/\"7-00\"", "\"6-00\", \"7-00\"", "*"] {
            assert!(known_by(known), "{known}");
        }
        for other in ["\"8-00\"", "7-00", ""] {
            assert!(!known_by(other), "{other}");
        }
    }
}

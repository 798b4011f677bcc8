//! The seats of a show: the drawing, and their states at a version.

use std::{sync::Arc, time::Duration};

use axum::{
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::Response,
};
use houseful_core::{
    ids::ShowId,
    wire::{
        VERSION_HEADER,
        seats::{LayoutView, SeatMap, Version, VersionError},
    },
};

use super::{age, input::Id};
use crate::{
    app::App,
    clock::Clock,
    follow::PICTURE_STALE,
    hub::{Origin, Picture, Shown},
    lane::LaneError,
    problem::ApiError,
    replicas::{NotRead, READ_STALE},
};

/// How long what a replica said is told without asking again, if it is young enough otherwise.
const HEARD_STALE: Duration = Duration::from_millis(100);

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
           ("if-none-match" = Option<String>, Header, description = "the `ETag` of an earlier answer"),
           ("if-version-at-least" = Option<String>, Header, description = "a version that the reader wrote or saw: what is told has it on its line, wherever it is read")),
    responses((status = 200, body = SeatMap, description = "`ETag` is the version; `x-age-ms` and `x-read-from` say how old it is at most and where it was read"),
              (status = 304, description = "the show is still at that version")))]
pub(super) async fn seats(
    State(app): State<App>,
    headers: HeaderMap,
    Id(id): Id<ShowId>,
) -> Result<Response, ApiError> {
    let shown = shown(&app, id, reached(&headers, &header::IF_NONE_MATCH)?).await?;
    let etag = shown.picture.etag();
    let mut response = if is_known(&headers, &etag) {
        not_modified(&etag, "no-cache")
    } else {
        tagged(&etag, "no-cache", shown.picture.body())
    };
    if app.journals.shared() {
        age::tell(response.headers_mut(), shown.age, shown.origin);
    }
    Ok(response)
}

/// The version that what a reader is told must have on its line: what they name, or the later one
/// of that and what they say they have. `seen` is the header in which they say so.
pub(super) fn reached(headers: &HeaderMap, seen: &HeaderName) -> Result<Option<Version>, ApiError> {
    let text = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let named = HeaderName::from_static(VERSION_HEADER);
    let bad = |e: VersionError| ApiError::BadRequest {
        detail: format!("{VERSION_HEADER}: {e}"),
        field: None,
    };
    let named = match headers.get(&named) {
        Some(_) => {
            let text = text(&named).unwrap_or_default();
            Some(text.trim_matches('"').parse().map_err(bad)?)
        }
        None => None,
    };
    // A tag that is none of ours says nothing.
    let seen = text(seen).and_then(|tag| tag.trim().trim_matches('"').parse().ok());
    Ok(named
        .into_iter()
        .chain(seen)
        .max_by_key(|v: &Version| v.ver))
}

/// The last picture of a show with `reached` on its line, loaded if nobody looked before; confirmed
/// if others may have sold since. Where replicas are, one of them is asked, and the primary only if
/// none has come so far.
pub(super) async fn shown(
    app: &App,
    show: ShowId,
    reached: Option<Version>,
) -> Result<Shown, ApiError> {
    let replicas = app.readers.of(show);
    if let Some(shown) = app.hub.shown(show, Clock::stopwatch())
        && reached.is_none_or(|version| version == shown.picture.version())
        && (!app.journals.shared() || is_fresh(&shown, replicas.is_some()))
    {
        age::count("memory");
        return Ok(shown);
    }
    if let Some(replicas) = replicas {
        match replicas.look(show, reached).await {
            Ok(shown) => {
                age::count("replica");
                return Ok(shown);
            }
            Err(NotRead::TooMany) => return Err(LaneError::Busy.into()),
            Err(NotRead::Nowhere) => {}
        }
    }
    age::count("primary");
    let began = Clock::stopwatch();
    let seen = app.lane.read(show, |state, tip, _| Picture::of(state, tip));
    let seen = seen.await?;
    let now = Clock::stopwatch();
    // What was shown to everybody may have been given up again by now.
    Ok(app.hub.shown(show, now).unwrap_or_else(|| Shown {
        picture: Arc::new(seen),
        age: now.saturating_duration_since(began),
        heard: Duration::ZERO,
        origin: Origin::Primary,
    }))
}

/// Whether a picture can be told as it is. What a replica said a moment ago it would say again.
fn is_fresh(shown: &Shown, has_replicas: bool) -> bool {
    shown.age <= PICTURE_STALE
        || has_replicas && shown.heard <= HEARD_STALE && shown.age <= READ_STALE
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

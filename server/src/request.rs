//! What is around every request: its id, the time, a line in the log, a number in the metrics,
//! a limit on how long it takes, and one shape for everything that goes wrong.

use std::{any::Any, time::Duration};

use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use houseful_core::wire::{REQUEST_ID_HEADER, TIME_HEADER};
use tracing::Instrument;

use crate::{
    app::App,
    chance,
    clock::Clock,
    problem::{self, ApiError, Failure},
};

/// The longest a request may take before its client is told that the outcome is unknown.
const REQUEST_MAX: Duration = Duration::from_secs(30);

/// The name of a request in the log and in problem documents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(String);

impl RequestId {
    /// As it is written.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// A name that a test chose.
    #[cfg(test)]
    pub(crate) fn for_tests(id: &str) -> Self {
        Self(id.to_owned())
    }

    /// The id the client gave if it is a sane one, else a new one.
    fn of(headers: &HeaderMap) -> Self {
        let given = headers.get(REQUEST_ID_HEADER);
        let given = given.and_then(|v| v.to_str().ok());
        let is_plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
        let sane = |id: &&str| (1..=64).contains(&id.len()) && id.bytes().all(is_plain);
        match given.filter(sane) {
            Some(id) => Self(id.to_owned()),
            None => Self(format!("req_{}", chance::uuid().as_simple())),
        }
    }
}

/// Wraps every request.
pub async fn around(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let watch = Clock::stopwatch();
    let id = RequestId::of(request.headers());
    request.extensions_mut().insert(id.clone());
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let span = tracing::info_span!("request", id = id.0);
    let answer = tokio::time::timeout(REQUEST_MAX, next.run(request));
    let response = match answer.instrument(span).await {
        Ok(response) => response,
        Err(_) if method == Method::GET => {
            ApiError::Busy("the request took too long".into()).into_response()
        }
        Err(_) => ApiError::OutcomeUnknown.into_response(),
    };
    let (response, failure) = finish(response, &id);
    let response = with_headers(response, &id, &app);
    let took = Clock::stopwatch() - watch;
    let route = route.as_ref().map_or("-", MatchedPath::as_str);
    count(&method, route, response.status(), took);
    log(
        &id,
        &method,
        route,
        response.status(),
        took,
        failure.as_ref(),
    );
    response
}

/// Writes what went wrong as a problem document.
fn finish(mut response: Response, id: &RequestId) -> (Response, Option<Failure>) {
    match response.extensions_mut().remove::<Failure>() {
        Some(failure) => (problem::write(&failure.0, &id.0), Some(failure)),
        None => (response, None),
    }
}

fn with_headers(mut response: Response, id: &RequestId, app: &App) -> Response {
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(&id.0) {
        headers.insert(HeaderName::from_static(REQUEST_ID_HEADER), id);
    }
    // An answer of another server has that server's time, by which its holds end.
    let time = headers.entry(HeaderName::from_static(TIME_HEADER));
    time.or_insert_with(|| HeaderValue::from(app.clock.now().0));
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'"),
    ] {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    response
}

fn count(method: &Method, route: &str, status: StatusCode, took: Duration) {
    let method = match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::DELETE => "DELETE",
        // Others are refused; counting them apart would let clients make up label values.
        _ => "other",
    };
    let labels = [
        ("method", method.to_owned()),
        ("route", route.to_owned()),
        ("status", status.as_str().to_owned()),
    ];
    metrics::counter!("http_requests_total", &labels).increment(1);
    metrics::histogram!("http_request_seconds", "method" => method, "route" => route.to_owned())
        .record(took.as_secs_f64());
}

fn log(
    id: &RequestId,
    method: &Method,
    route: &str,
    status: StatusCode,
    took: Duration,
    failure: Option<&Failure>,
) {
    let (id, status) = (id.0.as_str(), status.as_u16());
    let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    let code = failure.map(|f| f.0.code());
    match failure.and_then(|f| f.0.cause()) {
        Some(cause) if status == 500 => {
            tracing::error!(request.id = id, %method, route, status, ms, code, cause, "failed");
        }
        Some(cause) => {
            tracing::warn!(request.id = id, %method, route, status, ms, code, cause, "not done");
        }
        None if matches!(route, "/healthz" | "/readyz" | "/metrics") || is_between(route) => {
            tracing::debug!(request.id = id, %method, route, status, ms, "answered");
        }
        None => tracing::info!(request.id = id, %method, route, status, ms, code, "answered"),
    }
}

/// Whether servers ask it of each other, every moment.
fn is_between(route: &str) -> bool {
    route.starts_with("/roles/")
}

/// Turns a panic into an answer; the panic itself has been printed by then.
#[expect(
    clippy::needless_pass_by_value,
    reason = "the layer that catches panics gives it so"
)]
pub fn panicked(panic: Box<dyn Any + Send + 'static>) -> Response {
    let text = panic.downcast_ref::<&str>().map(|s| (*s).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    let text = text.unwrap_or_default();
    ApiError::Internal(format!("panicked: {text}")).into_response()
}

/// Does something that must not stop half-way when its client goes away.
///
/// # Errors
/// What the work says, or [`ApiError::Internal`] if it panics.
pub async fn whole<T: Send + 'static>(
    app: &App,
    work: impl Future<Output = Result<T, ApiError>> + Send + 'static,
) -> Result<T, ApiError> {
    let task = app.flows.spawn(work.in_current_span());
    task.await
        .unwrap_or_else(|e| Err(ApiError::Internal(e.to_string())))
}

#[cfg(test)]
mod tests {
    use axum::{Router, body::Body, routing::get};
    use tower::ServiceExt;
    use tower_http::catch_panic::CatchPanicLayer;

    use super::*;

    #[tokio::test]
    async fn a_panic_is_told_as_a_problem_with_the_id_to_look_for() {
        async fn bug() -> &'static str {
            panic!("a secret detail")
        }
        let router = Router::new()
            .route("/", get(bug))
            .layer(CatchPanicLayer::custom(panicked));
        let answer = router.oneshot(Request::new(Body::empty())).await.unwrap();
        let (answer, failure) = finish(answer, &RequestId("req_9".to_owned()));
        assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let cause = failure.unwrap().0.cause().map(str::to_owned);
        assert_eq!(cause.as_deref(), Some("panicked: a secret detail"));
        let body = axum::body::to_bytes(answer.into_body(), 10_000)
            .await
            .unwrap();
        let problem: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(
            (&problem["code"], &problem["request_id"]),
            (&"internal".into(), &"req_9".into())
        );
        assert!(!body.windows(6).any(|w| w == b"secret"));
    }

    #[test]
    fn only_a_sane_request_id_is_taken_over() {
        let of = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(REQUEST_ID_HEADER, HeaderValue::from_str(text).unwrap());
            RequestId::of(&headers).0
        };
        assert_eq!(of("req_1.a-B"), "req_1.a-B");
        for bad in ["", "a b", "a\"b", &"x".repeat(65)] {
            assert!(of(bad).starts_with("req_"), "{bad}");
        }
    }
}

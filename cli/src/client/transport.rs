//! Sends one request until there is an answer, within the time of the call.

use std::{
    sync::Once,
    time::{Duration, Instant},
};

use houseful_core::{
    ids::BookingId,
    time::UtcMillis,
    wire::{
        BOOKING_SECRET_HEADER, REQUEST_ID_HEADER, TIME_HEADER, VERSION_HEADER,
        problem::{PROBLEM_JSON, Problem},
        seats::Version,
    },
};
use reqwest::{
    Method, StatusCode, Url,
    header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER},
};
use serde::{Serialize, de::DeserializeOwned};

use super::{BadServer, Client, ClientError, lock};
use crate::moment;

/// How often one call is sent at most.
const ATTEMPTS_MAX: u32 = 4;
/// The wait before the second attempt; it triples from there.
const FIRST_DELAY: Duration = Duration::from_millis(100);
/// The longest `Retry-After` that is waited for; a server that asks for more gets its say.
const DELAY_MAX: Duration = Duration::from_secs(5);
/// The longest answer that is read.
const ANSWER_BYTES_MAX: usize = 16 * 1024 * 1024;

/// One request as it will be sent, again and again if need be.
pub(super) struct Call {
    method: Method,
    path: String,
    query: Vec<(&'static str, String)>,
    headers: HeaderMap,
    body: Option<Vec<u8>>,
    booking: Option<BookingId>,
    /// What the server is asked to wait before it answers.
    server_waits: Duration,
    /// Whether sending it twice does the same as sending it once.
    repeatable: bool,
}

impl Call {
    pub(super) fn get(path: impl Into<String>) -> Self {
        Self {
            method: Method::GET,
            path: path.into(),
            query: Vec::new(),
            headers: HeaderMap::new(),
            body: None,
            booking: None,
            server_waits: Duration::ZERO,
            repeatable: true,
        }
    }

    pub(super) fn post<T: Serialize>(path: impl Into<String>, body: &T) -> Self {
        Self {
            method: Method::POST,
            // Wire types are plain data and always become JSON.
            body: Some(serde_json::to_vec(body).unwrap_or_default()),
            ..Self::get(path)
        }
    }

    pub(super) fn put<T: Serialize>(path: impl Into<String>, body: &T) -> Self {
        Self {
            method: Method::PUT,
            ..Self::post(path, body)
        }
    }

    pub(super) fn delete(path: impl Into<String>) -> Self {
        Self {
            method: Method::DELETE,
            ..Self::get(path)
        }
    }

    pub(super) fn query(mut self, name: &'static str, value: Option<String>) -> Self {
        self.query.extend(value.map(|v| (name, v)));
        self
    }

    pub(super) fn header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(name, value);
        }
        self
    }

    /// Names the version that what is read must have on its line.
    pub(super) fn reaching(self, version: Option<Version>) -> Self {
        match version {
            Some(version) => {
                let name = HeaderName::from_static(VERSION_HEADER);
                self.header(name, &version.to_string())
            }
            None => self,
        }
    }

    pub(super) fn about(mut self, booking: BookingId) -> Self {
        self.booking = Some(booking);
        self
    }

    pub(super) fn server_waits(mut self, wait: Duration) -> Self {
        self.server_waits = wait;
        self
    }

    pub(super) fn once(mut self) -> Self {
        self.repeatable = false;
        self
    }
}

/// An answer as it came, for `houseful api`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawAnswer {
    /// The HTTP status.
    pub status: u16,
    /// The media type.
    pub content_type: String,
    /// The body.
    pub body: Vec<u8>,
}

/// What one attempt brought.
enum Attempt {
    Answer(RawAnswer),
    /// Not this time; perhaps after a while.
    Again(ClientError, Option<Duration>),
    Final(ClientError),
}

/// The first attempt that may have been carried out although nobody heard of it. What a later one
/// is told by a server that is busy, or that does not know the token, says nothing of the first.
#[derive(Default)]
struct Unheard(Option<ClientError>);

impl Unheard {
    fn note(&mut self, call: &Call, error: &ClientError) {
        if self.0.is_none() && call.method != Method::GET && error.outcome_unknown() {
            self.0 = Some(error.clone());
        }
    }

    fn answered(self, answer: RawAnswer) -> Result<RawAnswer, ClientError> {
        match self.0 {
            Some(error) if matches!(answer.status, 401 | 403 | 429 | 500..) => Err(error),
            _ => Ok(answer),
        }
    }

    fn failed(self, error: ClientError) -> ClientError {
        match self.0 {
            Some(first) if !error.outcome_unknown() => first,
            _ => error,
        }
    }
}

/// Checks the address and makes the HTTP client for it.
pub(super) fn prepare(
    base: &str,
    token: Option<&str>,
) -> Result<(String, reqwest::Client), BadServer> {
    let bad = || BadServer::Address {
        given: houseful_core::text::shown(base, 80),
    };
    let url: Url = base.parse().map_err(|_| bad())?;
    let host = url.host_str().ok_or_else(bad)?;
    let usable = matches!(url.scheme(), "http" | "https")
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty();
    if !usable {
        return Err(bad());
    }
    let mut headers = HeaderMap::new();
    if let Some(token) = token {
        let mut value =
            HeaderValue::from_str(&format!("Bearer {token}")).map_err(|_| BadServer::Token)?;
        value.set_sensitive(true);
        headers.insert(AUTHORIZATION, value);
    }
    install_tls_provider();
    let mut builder = reqwest::Client::builder()
        .user_agent(concat!("houseful/", env!("CARGO_PKG_VERSION")))
        .default_headers(headers)
        .connect_timeout(Duration::from_secs(3))
        .redirect(reqwest::redirect::Policy::none());
    if url.scheme() == "http" {
        // Never used without encryption, and reading the system's certificates takes time.
        builder = builder.tls_certs_only([]);
    }
    if matches!(host, "localhost" | "[::1]") || host.starts_with("127.") {
        builder = builder.no_proxy();
    }
    let http = builder.build().map_err(|e| BadServer::Tls {
        why: root_cause(&e),
    })?;
    Ok((url.as_str().trim_end_matches('/').to_owned(), http))
}

fn install_tls_provider() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // It fails only when there is one already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
}

/// The innermost message of an error: "connection refused" instead of three layers of wrapping.
pub(super) fn root_cause(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

impl Client {
    /// Sends the call and reads the answer as `T`.
    pub(super) async fn ask<T: DeserializeOwned>(&self, call: Call) -> Result<T, ClientError> {
        let name = moment::fresh_request_name();
        let answer = self.deliver(&call, &name).await?;
        let value = self.understand(&answer, &name)?;
        serde_json::from_value(value).map_err(|e| self.bad_answer(&answer, &name, &e.to_string()))
    }

    /// Sends the call; the answer has no body of interest.
    pub(super) async fn tell(&self, call: Call) -> Result<(), ClientError> {
        let name = moment::fresh_request_name();
        let answer = self.deliver(&call, &name).await?;
        if (200..300).contains(&answer.status) {
            Ok(())
        } else {
            self.understand(&answer, &name).map(|_| ())
        }
    }

    /// Like [`Self::ask`], with `None` for "not modified".
    pub(super) async fn ask_if_changed<T: DeserializeOwned>(
        &self,
        call: Call,
    ) -> Result<Option<T>, ClientError> {
        let name = moment::fresh_request_name();
        let answer = self.deliver(&call, &name).await?;
        if answer.status == StatusCode::NOT_MODIFIED.as_u16() {
            return Ok(None);
        }
        let value = self.understand(&answer, &name)?;
        serde_json::from_value(value)
            .map(Some)
            .map_err(|e| self.bad_answer(&answer, &name, &e.to_string()))
    }

    /// Sends any request, for `houseful api`. Refusals of the server are answers here.
    ///
    /// # Errors
    /// There was no answer.
    pub async fn raw(
        &self,
        method: &str,
        path: &str,
        body: Option<Vec<u8>>,
        booking: Option<BookingId>,
    ) -> Result<RawAnswer, ClientError> {
        let name = moment::fresh_request_name();
        let method = Method::from_bytes(method.as_bytes()).unwrap_or(Method::GET);
        let repeatable = method == Method::GET;
        let call = Call {
            method,
            body,
            booking,
            repeatable,
            ..Call::get(path)
        };
        self.deliver(&call, &name).await
    }

    fn bad_answer(&self, answer: &RawAnswer, name: &str, why: &str) -> ClientError {
        ClientError::BadAnswer {
            server: self.base().to_owned(),
            status: answer.status,
            why: why.to_owned(),
            request_id: name.to_owned(),
        }
    }

    /// The JSON of a good answer, or what the server refused with.
    fn understand(&self, answer: &RawAnswer, name: &str) -> Result<serde_json::Value, ClientError> {
        let good = (200..300).contains(&answer.status);
        if good {
            return serde_json::from_slice(&answer.body)
                .map_err(|e| self.bad_answer(answer, name, &e.to_string()));
        }
        if answer.content_type.starts_with(PROBLEM_JSON)
            && let Ok(mut problem) = serde_json::from_slice::<Problem>(&answer.body)
        {
            if problem.request_id.is_empty() {
                name.clone_into(&mut problem.request_id);
            }
            return Err(ClientError::Problem(Box::new(problem)));
        }
        Err(self.bad_answer(
            answer,
            name,
            "it is not a problem document; is this Houseful?",
        ))
    }

    /// Sends the call, again if that is safe and may help, until the time is up.
    async fn deliver(&self, call: &Call, name: &str) -> Result<RawAnswer, ClientError> {
        let limit = self.shared.timeout + call.server_waits;
        let end = moment::tick() + limit;
        let mut delay = FIRST_DELAY;
        let mut attempt = 1;
        let mut unheard = Unheard::default();
        loop {
            let left = end.saturating_duration_since(moment::tick());
            let (error, wait) = match self.attempt(call, name, left, limit).await {
                Attempt::Answer(answer) => return unheard.answered(answer),
                Attempt::Final(error) => return Err(unheard.failed(error)),
                Attempt::Again(error, wait) => (error, wait.unwrap_or(delay)),
            };
            unheard.note(call, &error);
            let in_time = moment::tick() + wait < end && wait <= DELAY_MAX;
            if attempt == ATTEMPTS_MAX || !call.repeatable || !in_time {
                return Err(unheard.failed(error));
            }
            tracing::info!(request.id = name, attempt, "asking again: {error}");
            moment::pause(wait).await;
            attempt += 1;
            delay *= 3;
        }
    }

    async fn attempt(&self, call: &Call, name: &str, left: Duration, limit: Duration) -> Attempt {
        let sent = moment::tick();
        let exchange = async {
            let response = self.request(call, name).send().await?;
            let received = moment::tick();
            self.note_time(response.headers(), sent, received);
            let wait = retry_after(response.headers());
            let answer = read_answer(response).await?;
            Ok::<_, reqwest::Error>((answer, wait))
        };
        match tokio::time::timeout(left, exchange).await {
            Err(_) => Attempt::Final(ClientError::TimedOut {
                server: self.base().to_owned(),
                after: limit,
                request_id: name.to_owned(),
            }),
            Ok(Err(e)) => Attempt::Again(self.unreachable(&e, name), None),
            Ok(Ok((answer, wait))) => {
                tracing::debug!(request.id = name, path = call.path, status = answer.status);
                self.judge(answer, wait, name)
            }
        }
    }

    pub(super) fn unreachable(&self, e: &reqwest::Error, name: &str) -> ClientError {
        ClientError::Unreachable {
            server: self.base().to_owned(),
            why: root_cause(e),
            request_id: name.to_owned(),
        }
    }

    /// Whether an answer is one, or an invitation to come back.
    fn judge(&self, answer: RawAnswer, wait: Option<Duration>, name: &str) -> Attempt {
        let busy = match answer.status {
            502 | 504 => true,
            429 | 503 => wait.is_some() || self.is_unknown(&answer, name),
            _ => false,
        };
        if !busy {
            return Attempt::Answer(answer);
        }
        match self.understand(&answer, name) {
            Err(error) => Attempt::Again(error, wait),
            Ok(_) => Attempt::Answer(answer),
        }
    }

    fn is_unknown(&self, answer: &RawAnswer, name: &str) -> bool {
        self.understand(answer, name)
            .is_err_and(|e| e.code() == Some("outcome_unknown"))
    }

    /// The request without a time limit of its own.
    pub(super) fn request(&self, call: &Call, name: &str) -> reqwest::RequestBuilder {
        let url = format!("{}{}", self.base(), call.path);
        let mut request = self
            .shared
            .http
            .request(call.method.clone(), url)
            .header(REQUEST_ID_HEADER, name)
            .headers(call.headers.clone());
        if !call.query.is_empty() {
            request = request.query(&call.query);
        }
        if let Some(body) = &call.body {
            request = request
                .header(CONTENT_TYPE, "application/json")
                .body(body.clone());
        }
        let secret = call
            .booking
            .and_then(|booking| lock(&self.shared.secrets).get(&booking).cloned());
        if let Some(mut value) = secret.and_then(|s| HeaderValue::from_str(&s).ok()) {
            value.set_sensitive(true);
            request = request.header(BOOKING_SECRET_HEADER, value);
        }
        request
    }

    /// Learns the server's time from an answer.
    pub(super) fn note_time(&self, headers: &HeaderMap, sent: Instant, received: Instant) {
        let millis = headers
            .get(TIME_HEADER)
            .and_then(|v| v.to_str().ok())
            .and_then(|v| v.parse().ok());
        if let Some(millis) = millis {
            self.saw_time(UtcMillis(millis), sent, received);
        }
    }

    /// Turns an answer that is not a stream into what it says.
    pub(super) async fn refusal(&self, response: reqwest::Response, name: &str) -> ClientError {
        match read_answer(response).await {
            Err(e) => self.unreachable(&e, name),
            Ok(answer) => match self.understand(&answer, name) {
                Err(e) => e,
                Ok(_) => self.bad_answer(&answer, name, "it is not a stream of events"),
            },
        }
    }
}

fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?.parse().ok()?;
    Some(Duration::from_secs(seconds))
}

async fn read_answer(mut response: reqwest::Response) -> Result<RawAnswer, reqwest::Error> {
    let status = response.status().as_u16();
    let content_type = response
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|v| v.to_str().ok())
        .unwrap_or("")
        .to_owned();
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > ANSWER_BYTES_MAX {
            // Cut off, it is not JSON any more, and the caller will say so.
            break;
        }
        body.extend_from_slice(&chunk);
    }
    Ok(RawAnswer {
        status,
        content_type,
        body,
    })
}

#[cfg(test)]
mod tests;

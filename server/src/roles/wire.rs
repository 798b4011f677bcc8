//! Requests from server to server over HTTP.

use std::{future::Future, time::Duration};

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header},
};
use hyper_util::{
    client::legacy::{self, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};

use super::{
    address::PeerAddress,
    key::ClusterKey,
    signed::{Answered, Asked, Client, Distrust, Envelope, SIGNED},
};

/// The longest a connection may take to be made.
const CONNECT_MAX: Duration = Duration::from_secs(1);
/// How long a connection waits for the next request.
const IDLE_MAX: Duration = Duration::from_secs(30);

/// What became of a request that was not answered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum WireError {
    /// It never got there: nothing was done.
    #[error("it can't be reached: {0}")]
    Unreached(String),
    /// It may have got there.
    #[error("the connection broke: {0}")]
    Broken(String),
    /// It may have got there, and no answer came in time.
    #[error("it did not answer in time")]
    Silent,
    /// Somebody answered who is no server of this house.
    #[error("its answer is not believed: {0}")]
    Distrusted(#[from] Distrust),
}

impl WireError {
    /// Whether it is certain that nothing was done.
    pub(super) fn is_nothing_done(&self) -> bool {
        matches!(self, Self::Unreached(_))
    }
}

/// A request to another server.
pub(super) struct Call<'a> {
    pub(super) method: Method,
    /// Path and query.
    pub(super) address: &'a str,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    /// Whom it is passed on for.
    pub(super) client: Option<Client>,
}

/// The way to other servers; clones share its connections.
#[derive(Clone)]
pub(super) struct Wire {
    http: legacy::Client<HttpConnector, Body>,
    key: ClusterKey,
}

impl Wire {
    /// A way for a server that has this key.
    pub(super) fn new(key: ClusterKey) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_connect_timeout(Some(CONNECT_MAX));
        connector.set_nodelay(true);
        let http = legacy::Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE_MAX)
            .build(connector);
        Self { http, key }
    }

    /// The key that signs.
    pub(super) fn key(&self) -> &ClusterKey {
        &self.key
    }

    /// Sends a request and waits up to `patience` for the head of its answer, whose body is still
    /// to come. Also gives the signature that the answer belongs to.
    pub(super) async fn send(
        &self,
        to: &PeerAddress,
        call: Call<'_>,
        house: &str,
        patience: Duration,
    ) -> Result<(Response<Body>, String), WireError> {
        let asked = Asked {
            method: &call.method,
            address: call.address,
        };
        let envelope = Envelope::new(house, call.client, &call.body);
        let signed = asked.sign(&self.key, &envelope);
        let request = request(
            to,
            call.method,
            call.address,
            call.headers,
            call.body,
            &signed,
        )
        .map_err(|e| WireError::Unreached(e.to_string()))?;
        let answer = in_time(patience, self.http.request(request)).await?;
        match answer {
            Ok(response) => Ok((response.map(Body::new), signed)),
            Err(error) if error.is_connect() => Err(WireError::Unreached(why(&error))),
            Err(error) => Err(WireError::Broken(why(&error))),
        }
    }

    /// Sends a request of this server's own and reads the answer, at most `bytes_max` long.
    pub(super) async fn ask(
        &self,
        to: &PeerAddress,
        (address, body, house): (&str, Bytes, &str),
        (patience, bytes_max): (Duration, usize),
    ) -> Result<(StatusCode, Bytes), WireError> {
        let json = HeaderValue::from_static("application/json");
        let call = Call {
            method: Method::POST,
            address,
            headers: HeaderMap::from_iter([(header::CONTENT_TYPE, json)]),
            body,
            client: None,
        };
        let (response, asked) = self.send(to, call, house, patience).await?;
        let (head, body) = response.into_parts();
        let body = in_time(patience, axum::body::to_bytes(body, bytes_max)).await?;
        let body = body.map_err(|e| WireError::Broken(e.to_string()))?;
        let answered = Answered {
            asked: &asked,
            status: head.status,
            body: &body,
        };
        answered.is_signed(&self.key, &head.headers)?;
        Ok((head.status, body))
    }
}

fn request(
    to: &PeerAddress,
    method: Method,
    address: &str,
    headers: HeaderMap,
    body: Bytes,
    signed: &str,
) -> Result<Request<Body>, axum::http::Error> {
    let mut request = Request::builder()
        .method(method)
        .uri(to.at(address))
        .body(Body::from(body))?;
    *request.headers_mut() = headers;
    let signed = HeaderValue::from_str(signed)?;
    request.headers_mut().insert(SIGNED, signed);
    Ok(request)
}

async fn in_time<T>(patience: Duration, work: impl Future<Output = T>) -> Result<T, WireError> {
    let done = tokio::time::timeout(patience, work).await;
    done.map_err(|_| WireError::Silent)
}

/// An error with its cause, which alone says something.
fn why(error: &legacy::Error) -> String {
    let cause = std::error::Error::source(error).map(ToString::to_string);
    cause.unwrap_or_else(|| error.to_string())
}

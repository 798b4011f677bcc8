//! Reads what another server of the house sent, and nothing that somebody else made up.
//!
//! The head alone says whether a message is believed; only then is its body read. Whoever has no key
//! can make a server neither keep bytes nor fill its log.

use axum::{
    body::{Body, Bytes},
    extract::Request,
    http::request::Parts,
};

use super::{
    signed::{Distrust, Envelope},
    words::at,
};
use crate::{
    app::App,
    auth::gate::Peer,
    limits::{Allowance, Who},
    problem::ApiError,
};

/// A request as a server of this house signed it.
pub(super) struct Believed {
    pub(super) head: Parts,
    pub(super) envelope: Envelope,
    pub(super) body: Bytes,
}

impl Believed {
    /// Reads a request whose body has at most `bytes_max` bytes.
    ///
    /// # Errors
    /// It is not believed, or longer.
    pub(super) async fn read(
        app: &App,
        request: Request,
        bytes_max: usize,
    ) -> Result<Self, ApiError> {
        let (head, body) = request.into_parts();
        let envelope = opened(app, &head)?;
        let body = bytes(body, bytes_max).await?;
        let took = app.cluster.take(&envelope, &body);
        took.map_err(|distrust| distrusted(app, &head, distrust))?;
        Ok(Self {
            head,
            envelope,
            body,
        })
    }
}

fn opened(app: &App, head: &Parts) -> Result<Envelope, ApiError> {
    let address = address(head);
    let opened = app.cluster.open(&head.method, address, &head.headers);
    let envelope = opened.map_err(|distrust| distrusted(app, head, distrust))?;
    // Who asks what kind of house this is may be of another.
    if envelope.house != app.cluster.house() && address != at::HOUSE {
        return Err(distrusted(app, head, Distrust::OtherHouse));
    }
    Ok(envelope)
}

/// A body of at most so many bytes.
///
/// # Errors
/// It is longer, or breaks off.
pub(super) async fn bytes(body: Body, max: usize) -> Result<Bytes, ApiError> {
    let read = axum::body::to_bytes(body, max).await;
    read.map_err(|_| ApiError::TooLarge { max })
}

/// Path and query.
pub(super) fn address(head: &Parts) -> &str {
    head.uri.path_and_query().map_or("/", |a| a.as_str())
}

/// Counts a message that is not believed, and notes it while its sender has not sent too many.
pub(super) fn distrusted(app: &App, head: &Parts, distrust: Distrust) -> ApiError {
    let why = distrust.word();
    metrics::counter!("messages_distrusted_total", "why" => why).increment(1);
    let from = head.extensions.get::<Peer>().map(|peer| peer.0.ip());
    let within = from.is_none_or(|ip| app.limits.count(Who::at(ip), Allowance::Anonymous).is_ok());
    if within {
        tracing::warn!(
            why,
            address = address(head),
            from = from.map(tracing::field::display),
            "a message of another server was refused: {distrust}"
        );
    }
    match distrust {
        Distrust::OtherHouse => ApiError::OtherHouse,
        _ => ApiError::Untrusted,
    }
}

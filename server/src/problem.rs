//! Everything that can go wrong with a request, as a closed set, and how it is told: an RFC 9457
//! problem document with a stable code, the facts and what to do next.
//!
//! Causes that concern nobody outside (a full disk, a bug) go to the log and never to the client.

mod told;

use std::sync::Arc;

use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use houseful_core::{
    ids::ShardName,
    refusal::Refusal,
    wire::{
        admin::Role,
        problem::{Facts, PROBLEM_JSON, Problem},
    },
};

use crate::{
    lane::{LaneError, NextBest},
    payment::PaymentError,
    roles::{REFUSED, SIGNED, ServerRole},
    shards::{NotAll, Silent},
    store::StoreError,
};

/// Why a request was not answered with what it asked for.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ApiError {
    /// The rules of the show said no.
    #[error("{refusal}")]
    Refused {
        /// Why.
        refusal: Refusal,
        /// For lost seats: the best that are left.
        next_best: Box<NextBest>,
    },
    /// Nothing has that id, or it is somebody else's.
    #[error("there is no such {0}")]
    NoSuch(&'static str),
    /// No route has that path.
    #[error("there is nothing at {0}")]
    NoRoute(String),
    /// The route has no such method.
    #[error("{path} can't be asked with {method}")]
    NoMethod {
        /// The path of the route.
        path: String,
        /// What came.
        method: String,
        /// What it knows, for the `Allow` header.
        known: String,
    },
    /// The show's journal can't be trusted by this program; the cause is for the log.
    #[error("sales of this show are stopped until an operator has looked at it")]
    ReadOnly(String),
    /// Not now, nothing was done; the cause is for the log.
    #[error("the server has too much to do")]
    Busy(String),
    /// Nothing can be written now and nothing was done; the cause is for the log.
    #[error("the server can't write anything down at the moment")]
    Unwritable(String),
    /// It may or may not have been done.
    #[error("it is not known whether this was done")]
    OutcomeUnknown,
    /// The request can't be read.
    #[error("{detail}")]
    BadRequest {
        /// What is wrong.
        detail: String,
        /// Where.
        field: Option<String>,
    },
    /// The request can be read and asks for something impossible.
    #[error("{detail}")]
    BadValue {
        /// What is wrong.
        detail: String,
        /// Where.
        field: &'static str,
        /// The limit that was passed.
        max: Option<u64>,
    },
    /// A payment was not begun.
    #[error("{0}")]
    Payment(PaymentError),
    /// No token came, or one that is unknown or revoked.
    #[error("{}", if *.given { "the token is not known here" } else { "this needs a token" })]
    Token {
        /// Whether one came.
        given: bool,
    },
    /// The token's role is too low.
    #[error("this needs the role {}", .needs.word())]
    Forbidden {
        /// The lowest role that may.
        needs: Role,
    },
    /// The server is not for practice.
    #[error("this is for training and demo servers, and here sales are real")]
    LiveServer,
    /// The clock can't be moved.
    #[error("the clock of this server runs by itself")]
    ClockNotManual,
    /// The body is too long.
    #[error("the request has more than {max} bytes")]
    TooLarge {
        /// The limit.
        max: usize,
    },
    /// The body is not JSON by its content type.
    #[error("the request is not `application/json`")]
    NotJson,
    /// Too many requests from one caller.
    #[error("too many requests")]
    TooMany {
        /// Seconds until the next may come.
        after_s: u64,
    },
    /// Another role of the house is asked, and no server that has it answers. Nothing was done.
    #[error("the {0} server does not answer")]
    RoleAway(ServerRole),
    /// Databases that shows are spread over do not answer, and what was asked for may be there.
    #[error("{}; what was asked for may be there", Silent(.0))]
    ShardAway(Vec<ShardName>),
    /// A message between servers that is not believed.
    #[error("this is not signed by a server of this house")]
    Untrusted,
    /// A message from a server of another kind of house.
    #[error("this server is of another kind of house: practice and real sales never meet")]
    OtherHouse,
    /// A bug; the cause is for the log.
    #[error("something went wrong in the server")]
    Internal(String),
}

impl ApiError {
    /// The request can't be read, without a field to point at.
    #[must_use]
    pub fn unreadable(detail: impl Into<String>) -> Self {
        Self::BadRequest {
            detail: detail.into(),
            field: None,
        }
    }

    /// A refusal without an offer of other seats.
    #[must_use]
    pub fn refused(refusal: Refusal) -> Self {
        Self::Refused {
            refusal,
            next_best: Box::default(),
        }
    }

    /// What only the log may know.
    #[must_use]
    pub fn cause(&self) -> Option<&str> {
        match self {
            Self::ReadOnly(why) | Self::Busy(why) | Self::Unwritable(why) | Self::Internal(why) => {
                Some(why)
            }
            _ => None,
        }
    }

    /// The problem document, without the request's id.
    #[must_use]
    pub fn problem(&self) -> Problem {
        let code = self.code();
        Problem {
            kind: format!("/problems/{code}"),
            title: code.replace('_', " "),
            status: self.status().as_u16(),
            detail: self.to_string(),
            code: code.to_owned(),
            hint: self.hint().map(str::to_owned),
            retryable: self.retryable(),
            request_id: String::new(),
            facts: self.facts(),
        }
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        Self::refused(refusal)
    }
}

impl From<LaneError> for ApiError {
    fn from(error: LaneError) -> Self {
        match error {
            LaneError::Refused { refusal, next_best } => Self::Refused { refusal, next_best },
            LaneError::NoSuchShow => Self::NoSuch("show"),
            LaneError::ReadOnly(why) => Self::ReadOnly(why),
            LaneError::Busy => Self::Busy("the lane is full or the store is not there".into()),
            LaneError::Unwritable(why) => Self::Unwritable(why),
            LaneError::Unknown => Self::OutcomeUnknown,
        }
    }
}

impl From<PaymentError> for ApiError {
    fn from(error: PaymentError) -> Self {
        match error {
            PaymentError::Busy => Self::Busy("payments can't be written".into()),
            PaymentError::Unknown => Self::OutcomeUnknown,
            PaymentError::Unreadable => Self::Internal(error.to_string()),
            PaymentError::TokenInvalid
            | PaymentError::TokenExpired { .. }
            | PaymentError::IdReused
            | PaymentError::TooManyAttempts { .. }
            | PaymentError::BadCard
            | PaymentError::BadPaymentMethod
            | PaymentError::NoCardNumbers
            | PaymentError::NoPaymentMethods
            | PaymentError::BadTenders(_)
            | PaymentError::TendersTooLittle { .. }
            | PaymentError::TendersTooMuch { .. }
            | PaymentError::VoucherUnknown { .. }
            | PaymentError::VoucherRefused { .. }
            | PaymentError::VouchersMade
            | PaymentError::NothingLost
            | PaymentError::LostPartChanged { .. } => Self::Payment(error),
        }
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Busy => Self::Busy(error.to_string()),
            StoreError::Unwritable(why) => Self::Unwritable(why),
            StoreError::Unknown => Self::OutcomeUnknown,
            StoreError::Unreadable(_) => Self::Internal(error.to_string()),
        }
    }
}

impl From<NotAll> for ApiError {
    fn from(error: NotAll) -> Self {
        match error {
            NotAll::Away(shards) => Self::ShardAway(shards),
            NotAll::Store(error) => error.into(),
        }
    }
}

/// What a failed request leaves for the one place that writes problem documents, because only
/// there the request's id is known.
#[derive(Clone, Debug)]
pub struct Failure(pub Arc<ApiError>);

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = self.status();
        response.extensions_mut().insert(Failure(Arc::new(self)));
        response
    }
}

/// Writes the problem document of a failed request.
#[must_use]
pub fn write(error: &ApiError, request_id: &str) -> Response {
    let problem = Problem {
        request_id: request_id.to_owned(),
        ..error.problem()
    };
    // A problem has string keys only, so it can always be written.
    let body = serde_json::to_vec(&problem).unwrap_or_default();
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = error.status();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
    if let Some(after_s) = error.retry_after_s() {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(after_s));
    }
    if error.status() == StatusCode::UNAUTHORIZED {
        headers.insert(
            header::WWW_AUTHENTICATE,
            HeaderValue::from_static("Bearer realm=\"houseful\""),
        );
    }
    if matches!(error, ApiError::Untrusted | ApiError::OtherHouse) {
        headers.insert(SIGNED, HeaderValue::from_static(REFUSED));
    }
    if let ApiError::NoMethod { known, .. } = error
        && let Ok(known) = HeaderValue::from_str(known)
    {
        headers.insert(header::ALLOW, known);
    }
    response
}

/// Adds the offer of other seats to the facts of a refusal.
fn with_offer(mut facts: Facts, offer: &NextBest) -> Facts {
    facts.next_best.clone_from(&offer.seats);
    facts.relaxed.clone_from(&offer.relaxed);
    facts
}

#[cfg(test)]
mod tests;

//! Code, status, hint and facts of each error. A new error must find its place in every one of
//! these: none has a default arm.

use axum::http::StatusCode;
use houseful_core::wire::problem::Facts;

use super::{ApiError, with_offer};

impl ApiError {
    /// Stable, for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Refused { refusal, .. } => refusal.code(),
            Self::NoSuch(_) | Self::NoRoute(_) => "not_found",
            Self::NoMethod { .. } => "method_not_allowed",
            Self::ReadOnly(_) => "sales_read_only",
            Self::Busy(_) => "busy",
            Self::Unwritable(_) => "store_unwritable",
            Self::OutcomeUnknown => "outcome_unknown",
            Self::BadRequest { .. } => "bad_request",
            Self::BadValue { .. } => "bad_value",
            Self::Payment(error) => error.code(),
            Self::Token { .. } => "token_invalid",
            Self::Forbidden { .. } | Self::LiveServer => "forbidden",
            Self::ClockNotManual => "clock_not_manual",
            Self::TooLarge { .. } => "too_large",
            Self::NotJson => "not_json",
            Self::TooMany { .. } => "too_many_requests",
            Self::RoleAway(_) => "role_unavailable",
            Self::ShardAway(_) => "shard_unavailable",
            Self::Untrusted => "untrusted",
            Self::OtherHouse => "other_house",
            Self::Internal(_) => "internal",
        }
    }

    /// The HTTP status that says what the caller can do about it.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Refused { refusal, .. } => {
                StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::CONFLICT)
            }
            Self::NoSuch(_) | Self::NoRoute(_) => StatusCode::NOT_FOUND,
            Self::NoMethod { .. } => StatusCode::METHOD_NOT_ALLOWED,
            Self::ReadOnly(_) | Self::ClockNotManual | Self::OtherHouse => StatusCode::CONFLICT,
            Self::Busy(_)
            | Self::Unwritable(_)
            | Self::OutcomeUnknown
            | Self::RoleAway(_)
            | Self::ShardAway(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::BadRequest { .. } => StatusCode::BAD_REQUEST,
            Self::BadValue { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Payment(error) => {
                StatusCode::from_u16(error.status()).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY)
            }
            Self::Token { .. } => StatusCode::UNAUTHORIZED,
            Self::Forbidden { .. } | Self::LiveServer | Self::Untrusted => StatusCode::FORBIDDEN,
            Self::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::NotJson => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Whether the same request may succeed later, without anybody changing it.
    #[must_use]
    pub fn retryable(&self) -> bool {
        match self {
            Self::Refused { refusal, .. } => refusal.retryable(),
            Self::Payment(error) => error.retryable(),
            Self::Busy(_)
            | Self::Unwritable(_)
            | Self::OutcomeUnknown
            | Self::RoleAway(_)
            | Self::ShardAway(_)
            | Self::TooMany { .. } => true,
            Self::NoSuch(_)
            | Self::NoRoute(_)
            | Self::NoMethod { .. }
            | Self::ReadOnly(_)
            | Self::BadRequest { .. }
            | Self::BadValue { .. }
            | Self::Token { .. }
            | Self::Forbidden { .. }
            | Self::LiveServer
            | Self::ClockNotManual
            | Self::TooLarge { .. }
            | Self::NotJson
            | Self::Untrusted
            | Self::OtherHouse
            | Self::Internal(_) => false,
        }
    }

    /// Seconds until it is worth asking again.
    #[must_use]
    pub fn retry_after_s(&self) -> Option<u64> {
        match self {
            Self::Busy(_) | Self::OutcomeUnknown => Some(1),
            // A server is up again in seconds.
            Self::RoleAway(_) | Self::ShardAway(_) => Some(2),
            // A disk is not emptied in a second.
            Self::Unwritable(_) => Some(10),
            Self::TooMany { after_s } => Some(*after_s),
            _ => None,
        }
    }

    /// What to do next, for people.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Refused { refusal, .. } => refusal.hint(),
            Self::Payment(error) => error.hint(),
            Self::NoRoute(_) => Some("the routes are described at /docs and /openapi.json"),
            Self::OutcomeUnknown => Some("send the same request with the same ids again"),
            Self::Busy(_) | Self::RoleAway(_) | Self::ShardAway(_) | Self::TooMany { .. } => {
                Some("wait as long as `Retry-After` says")
            }
            Self::Unwritable(_) => Some("nothing was changed; tell an operator the request id"),
            Self::Token { .. } => Some("send `Authorization: Bearer hf_...` with a valid token"),
            Self::Forbidden { .. } => Some("ask somebody whose token may do this"),
            Self::ClockNotManual => Some("start a training or demo server with a manual clock"),
            Self::NotJson => Some("send `Content-Type: application/json`"),
            Self::Internal(_) => Some("tell an operator the request id"),
            Self::NoSuch(_)
            | Self::NoMethod { .. }
            | Self::ReadOnly(_)
            | Self::BadRequest { .. }
            | Self::BadValue { .. }
            | Self::LiveServer
            | Self::Untrusted
            | Self::OtherHouse
            | Self::TooLarge { .. } => None,
        }
    }

    /// Facts a program may act on.
    #[must_use]
    pub fn facts(&self) -> Facts {
        let none = Facts::default;
        match self {
            Self::Refused { refusal, next_best } => with_offer(refusal.facts(), next_best),
            Self::Payment(error) => error.facts(),
            Self::BadRequest { field, .. } => Facts {
                field: field.clone(),
                ..none()
            },
            Self::BadValue { field, max, .. } => Facts {
                field: Some((*field).to_owned()),
                max: *max,
                ..none()
            },
            Self::TooLarge { max } => Facts {
                max: u64::try_from(*max).ok(),
                ..none()
            },
            Self::NoSuch(_)
            | Self::NoRoute(_)
            | Self::NoMethod { .. }
            | Self::ReadOnly(_)
            | Self::Busy(_)
            | Self::Unwritable(_)
            | Self::OutcomeUnknown
            | Self::Token { .. }
            | Self::Forbidden { .. }
            | Self::LiveServer
            | Self::ClockNotManual
            | Self::NotJson
            | Self::TooMany { .. }
            | Self::RoleAway(_)
            | Self::ShardAway(_)
            | Self::Untrusted
            | Self::OtherHouse
            | Self::Internal(_) => none(),
        }
    }
}

//! Why a call gave no answer that can be used.

use std::time::Duration;

use houseful_core::wire::problem::Problem;

/// The address of a server can't be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadServer {
    /// Not an address.
    #[error("`{given}` is not a server's address; one looks like `http://127.0.0.1:7878`")]
    Address {
        /// What came.
        given: String,
    },
    /// The token has characters that can't be sent.
    #[error("the token has characters that can't be sent; it should be one line of plain ASCII")]
    Token,
    /// Encrypted connections can't be set up on this machine.
    #[error("can't set up encrypted connections: {why}")]
    Tls {
        /// What the library said.
        why: String,
    },
}

/// Why a call gave no answer that can be used. Comparable, so that screens can carry it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClientError {
    /// The server refused and said why.
    #[error("{}", .0.detail)]
    Problem(Box<Problem>),
    /// No connection, or it broke; whether the request arrived is unknown.
    #[error("no connection to {server}: {why}")]
    Unreachable {
        /// The server's address.
        server: String,
        /// What the operating system or library said.
        why: String,
        /// The request's name in the server's log.
        request_id: String,
    },
    /// No answer in time; whether the request was carried out is unknown.
    #[error("no answer from {server} within {} s", .after.as_secs_f32())]
    TimedOut {
        /// The server's address.
        server: String,
        /// How long we waited.
        after: Duration,
        /// The request's name in the server's log.
        request_id: String,
    },
    /// An answer that this program does not understand.
    #[error("{server} gave an answer that this program can't read (status {status}): {why}")]
    BadAnswer {
        /// The server's address.
        server: String,
        /// The HTTP status.
        status: u16,
        /// What is wrong with it.
        why: String,
        /// The request's name in the server's log.
        request_id: String,
    },
}

impl ClientError {
    /// The problem's stable code, if the server gave one.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Problem(problem) => Some(&problem.code),
            Self::Unreachable { .. } | Self::TimedOut { .. } | Self::BadAnswer { .. } => None,
        }
    }

    /// The request's name in the server's log.
    #[must_use]
    pub fn request_id(&self) -> &str {
        match self {
            Self::Problem(problem) => &problem.request_id,
            Self::Unreachable { request_id, .. }
            | Self::TimedOut { request_id, .. }
            | Self::BadAnswer { request_id, .. } => request_id,
        }
    }

    /// Whether nobody can tell from this if the request was carried out; asking again with the
    /// same ids settles it.
    #[must_use]
    pub fn outcome_unknown(&self) -> bool {
        match self {
            Self::Problem(problem) => problem.code == "outcome_unknown",
            Self::Unreachable { .. } | Self::TimedOut { .. } => true,
            Self::BadAnswer { status, .. } => *status >= 500 || *status < 300,
        }
    }
}

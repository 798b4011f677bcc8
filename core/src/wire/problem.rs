//! What went wrong, as an RFC 9457 problem document.

use serde::{Deserialize, Serialize};

use super::Time;
use crate::{best::Relaxed, ids::BookingId, seat::SeatLabel};

/// The media type of a problem document.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// A seat that stood in the way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SeatFact {
    /// The seat, as it was asked for.
    pub seat: String,
    /// `held`, `booked`, `blocked`, `unknown`, `twice`, `alone`.
    pub why: String,
    /// When it may be free again, for a held one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Time>,
}

/// Facts of a problem that a program may act on; which are there depends on the code.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Facts {
    /// Seats that stood in the way.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub seats: Vec<SeatFact>,
    /// The best seats that are left for the same party.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub next_best: Vec<SeatLabel>,
    /// What had to give way for `next_best`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub relaxed: Vec<Relaxed>,
    /// A limit that was passed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<u64>,
    /// How many there are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub free: Option<u64>,
    /// Which field of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// What would have been understood.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub known: Vec<String>,
    /// When something ended or will begin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Time>,
    /// A booking this is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub booking: Option<BookingId>,
}

/// A problem document: what happened, to which thing, what to do next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// `/problems/<code>` on the server that answered.
    #[serde(rename = "type")]
    pub kind: String,
    /// The code in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What happened to which thing, for people.
    pub detail: String,
    /// Stable, for programs.
    pub code: String,
    /// What to do next, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// Whether the same request may succeed later.
    pub retryable: bool,
    /// Names the request in the server's log.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub request_id: String,
    /// Facts to act on.
    #[serde(flatten)]
    pub facts: Facts,
}

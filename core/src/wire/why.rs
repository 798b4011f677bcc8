//! Why seats can or can't be had: the rules of a show, one after the other.

use serde::{Deserialize, Serialize};

use super::Time;
use crate::{ids::ShowId, layout::Place, price::Channel, seat::SeatLabel};

/// One rule that was asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WhyStep {
    /// `status`, `window`, `booking_limit`, `customer_limit`, `known`, `free`, `counter_reserve`,
    /// `pairs`, `companions`, `orphans`, `prices`.
    pub rule: String,
    /// Whether it allows the sale.
    pub passes: bool,
    /// What it says, for people.
    pub says: String,
}

/// How a seat stands. Never whose it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WhySeat {
    /// The seat.
    pub seat: SeatLabel,
    /// `free`, `held`, `booked`, `house`, `broken`, `companion`, or `unknown` to the hall.
    pub state: String,
    /// When it may be free again, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Time>,
    /// What kind of place it is.
    pub place: Place,
}

/// Whether something would be sold, and every rule that was asked up to the first that refuses:
/// `GET /v1/shows/{id}/why`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Why {
    /// The show.
    pub show: ShowId,
    /// As of when.
    pub at: Time,
    /// Where it would be sold.
    pub channel: Channel,
    /// Whether it would be.
    pub sold: bool,
    /// The code of the refusal, the same that a hold gets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// What to do next, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// The rules that were asked, in order.
    pub rules: Vec<WhyStep>,
    /// How the seats stand that were named.
    pub seats: Vec<WhySeat>,
}

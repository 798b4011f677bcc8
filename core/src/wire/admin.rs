//! For staff and operators: the server itself, tokens, shows, the journal, the sweep.

use serde::{Deserialize, Serialize};

use super::Time;
use crate::{
    ids::{CommandId, ShardName, ShowId},
    layout::BlockReason,
    price::Channel,
    seat::SeatLabel,
};

/// What a token may do; each role may do what those before it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Role {
    /// Buys; sees only bookings whose secret it knows.
    Customer,
    /// Sells at the counter; sees all bookings.
    Clerk,
    /// Blocks seats, cancels shows and bookings, reads the journal.
    Manager,
    /// Makes tokens, moves a manual clock, turns the fault dial.
    Admin,
}

impl Role {
    /// The word on the wire.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Clerk => "clerk",
            Self::Manager => "manager",
            Self::Admin => "admin",
        }
    }
}

/// How serious the money is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Mode {
    /// Real sales.
    Live,
    /// Practice.
    Training,
    /// The demo chain.
    Demo,
}

/// What `GET /v1` answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ServerInfo {
    /// Always `houseful`.
    pub name: String,
    /// The program's version.
    pub version: String,
    /// How serious the money is.
    pub mode: Mode,
    /// What this server does itself: `catalogue`, `booking`, `payment`.
    pub roles: Vec<String>,
    /// Who does the rest; absent where one server does all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub peers: Vec<PeerInfo>,
    /// The server's time.
    pub time: Time,
    /// `system`, `manual` or `fast`.
    pub clock: String,
    /// Seconds of the server's time in one second of real time.
    pub speed: u32,
    /// The caller's role; absent without a token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// The caller's account; absent without a token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Where the caller's sales are booked; absent without a token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<Channel>,
    /// How the replicas stand that maps, feeds and lists are read from; for managers, and absent
    /// where there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replicas: Vec<ReplicaStatus>,
    /// How the databases stand that shows are spread over, in the order of the configuration; for
    /// staff, and absent where there is one for all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shards: Vec<ShardStatus>,
}

/// Whether the shows of a shard are sold by this server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum ShardState {
    /// They are.
    InUse,
    /// Its database does not answer.
    Away,
    /// Its database is not the one that the house had there, or can't be sold from for another reason
    /// that does not pass by itself.
    Refused,
    /// Another shard says that a slot is its own, too: slots are sold where they were last known to be.
    Disputed,
}

impl ShardState {
    /// The word on the wire.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::InUse => "in_use",
            Self::Away => "away",
            Self::Refused => "refused",
            Self::Disputed => "disputed",
        }
    }
}

/// How a shard stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ShardStatus {
    /// Its name.
    pub shard: ShardName,
    /// Whether its shows are sold.
    pub state: ShardState,
    /// Why not, or what is wrong; for managers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Whether a replica is read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum ReplicaState {
    /// It is.
    InUse,
    /// It is too far behind, and left out until it has caught up.
    Late,
    /// It can't be, for the reason beside this.
    Out,
}

/// How a replica stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReplicaStatus {
    /// Host and port.
    pub address: String,
    /// Whether it is read from.
    pub state: ReplicaState,
    /// How old what it shows is at most, in milliseconds; of one that is very late, at least.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age_ms: Option<u64>,
    /// Why it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Another server of the house.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PeerInfo {
    /// `catalogue`, `booking` or `payment`.
    pub role: String,
    /// `up`, `down`, `unknown`, or `stranger` for one that is not of this house.
    pub state: String,
    /// Where it is; absent for who is no staff.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
}

/// Makes an API token: `POST /v1/tokens`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TokenRequest {
    /// A person, a till or a website; it owns what it sells.
    pub account: String,
    /// What it may do.
    pub role: Role,
    /// Where its sales are booked.
    pub channel: Channel,
}

/// An API token. The secret is told once, when it is made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Token {
    /// Names the token in lists.
    pub id: String,
    /// Whose it is.
    pub account: String,
    /// What it may do.
    pub role: Role,
    /// Where its sales are booked.
    pub channel: Channel,
    /// When it was made.
    pub created_at: Time,
    /// Send it as `Authorization: Bearer ...`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
}

/// What staff do to a show: `POST /v1/shows/{id}/status`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum ShowAction {
    /// Stop sales; payments under way still finish.
    Pause,
    /// Sell again.
    Resume,
    /// Call it off and return all money. Final.
    Cancel,
}

/// `POST /v1/shows/{id}/status`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StatusRequest {
    /// The command's id.
    pub command: CommandId,
    /// What to do.
    pub action: ShowAction,
    /// Why, for the audit trail.
    #[serde(default)]
    pub reason: String,
}

/// `POST /v1/shows/{id}/blocks`: keeps seats back, or gives them to sale.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BlockRequest {
    /// The command's id.
    pub command: CommandId,
    /// The seats.
    pub seats: Vec<SeatLabel>,
    /// Why they are kept back; absent to give them to sale.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub block: Option<BlockReason>,
}

/// One event of a show's journal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JournalEntry {
    /// The show.
    pub show: ShowId,
    /// Its number, from 1, without gaps.
    pub ver: u64,
    /// When it was decided.
    pub at: Time,
    /// What happened: `held`, `expired`, ...
    pub kind: String,
    /// The event as it is stored.
    pub event: serde_json::Value,
}

/// Moves a manual clock: `POST /v1/test/clock`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClockRequest {
    /// Milliseconds forward, 0 to 10 years.
    pub advance_ms: i64,
}

/// Turns the fault dial of the simulated card terminal: `POST /v1/test/card-dial`.
/// Each is a share of 1,000 payments.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CardDial {
    /// Declined.
    pub decline: u16,
    /// Answered after two seconds.
    pub slow: u16,
    /// Not answered in time; half of them charged.
    pub time_out: u16,
    /// Approved only after the hold has ended.
    pub late: u16,
    /// Capture refused after an approval.
    pub capture_refused: u16,
    /// First refund attempt fails.
    pub refund_fails: u16,
}

/// An independent count over the whole database: `GET /v1/audit`. The last three are 0 in a
/// healthy house.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Audit {
    /// Shows with a journal.
    pub shows: u64,
    /// Events in all journals.
    pub events: u64,
    /// Holds that were granted.
    pub holds: u64,
    /// Bookings that were confirmed.
    pub confirmed: u64,
    /// Holds that ran out.
    pub expired: u64,
    /// Holds that were given up.
    pub released: u64,
    /// Payments that were voided or refunded, whole or in part.
    pub refunded: u64,
    /// Seats with more than one valid ticket or more than one owner.
    pub double_sold: u64,
    /// Payments whose money is neither in tickets nor back (or on its way back within its time).
    pub money_mismatch: u64,
    /// Seats that are not for sale and belong to nobody.
    pub stuck_seats: u64,
}

//! Giving tickets back: what it would come to, asking for it, saying yes or no.

use serde::{Deserialize, Serialize};

use super::{Time, booking::Ticket};
use crate::{
    code::BookingCode,
    ids::{BookingId, CommandId},
    money::Money,
    refund::RefundReason,
    seat::SeatLabel,
};

/// Gives tickets of a paid booking back: `POST /v1/bookings/{id}/refunds`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RefundRequest {
    /// The command's id; the refund's id from then on.
    pub command: CommandId,
    /// Which seats; all of the booking when absent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub seats: Vec<SeatLabel>,
    /// Why.
    pub reason: RefundReason,
    /// More about it, at most 200 characters; needed for `other` and to set the terms aside. Never
    /// who.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// What the asker was told would go back (`back` of the quote), in minor units. If it would be
    /// less by now, nothing is done (`refund_changed`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told_minor: Option<i64>,
    /// Set the terms aside and give everything back; a clerk's wish then waits for a manager.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub waive: bool,
}

/// A manager's yes or no to a refund that waits, or the asker's own no: `POST /v1/bookings/{id}/refund-verdict`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VerdictRequest {
    /// The command's id.
    pub command: CommandId,
    /// The refund that waits.
    pub refund: CommandId,
    /// Yes.
    pub approve: bool,
    /// Why not, at most 200 characters.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// One seat that is given back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RefundSeat {
    /// The seat.
    pub seat: SeatLabel,
    /// What was paid for the ticket, without the fee.
    pub price: Money,
    /// The ticket's part of the booking fee.
    pub fee: Money,
    /// What the house keeps of both, rounded down to a whole minor unit.
    pub kept: Money,
    /// What goes back.
    pub back: Money,
}

/// What a refund would come to now: `GET /v1/bookings/{id}/refund-quote`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RefundQuote {
    /// The booking.
    pub booking: BookingId,
    /// Seat by seat.
    pub lines: Vec<RefundSeat>,
    /// What goes back in all.
    pub back: Money,
    /// What the house keeps in all.
    pub kept: Money,
    /// What the house keeps of a price by the terms, in percent.
    pub keep_percent: u8,
    /// Whether the asker's wish would wait for a manager.
    pub needs_approval: bool,
}

/// A refund that was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RefundMade {
    /// Its id.
    pub id: CommandId,
    /// When.
    pub at: Time,
    /// Seat by seat.
    pub lines: Vec<RefundSeat>,
    /// What goes back in all.
    pub back: Money,
    /// What the house keeps in all.
    pub kept: Money,
    /// Why.
    pub reason: RefundReason,
    /// Whether the terms were set aside.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub waived: bool,
    /// The tickets that let nobody in any more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tickets: Vec<Ticket>,
}

/// How a refund ended that was asked for and not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum DeclinedHow {
    /// A manager said no.
    Refused,
    /// Whoever asked took it back.
    Withdrawn,
    /// Nobody said anything in time.
    Lapsed,
    /// Its tickets were given back otherwise meanwhile, or the booking ended.
    Overtaken,
}

/// A refund that was asked for and not made. Its tickets are as they were.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RefundDeclined {
    /// Its id.
    pub id: CommandId,
    /// Since when it waited.
    pub asked_at: Time,
    /// When it ended.
    pub at: Time,
    /// How.
    pub how: DeclinedHow,
    /// What would have gone back, seat by seat.
    pub lines: Vec<RefundSeat>,
    /// The same in all.
    pub back: Money,
    /// Why it was asked for.
    pub reason: RefundReason,
    /// Why not, in the words of whoever said no; for staff.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// A refund that waits for a manager.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RefundWaiting {
    /// Its id.
    pub id: CommandId,
    /// The booking.
    pub booking: BookingId,
    /// The booking's code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<BookingCode>,
    /// Since when.
    pub at: Time,
    /// Until when a manager can say yes: the start of the show, a day at most.
    pub until: Time,
    /// Seat by seat.
    pub lines: Vec<RefundSeat>,
    /// What would go back in all.
    pub back: Money,
    /// What the house would keep in all.
    pub kept: Money,
    /// Why.
    pub reason: RefundReason,
    /// More about it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// Whether the terms would be set aside.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub waived: bool,
}

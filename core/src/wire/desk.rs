//! The late-payments desk: money that came when it could not simply be taken, and what became of
//! it; refunds that wait for a manager.

use serde::{Deserialize, Serialize};

use super::{Time, refund::RefundWaiting};
use crate::{
    code::BookingCode,
    ids::{BookingId, PaymentId},
    money::Money,
};

/// What a case is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum DeskKind {
    /// Money came after the hold had ended and won the same seats back.
    LateWon,
    /// Money came that was good for nothing here, so it goes back.
    MoneyBack,
    /// Money of a booking went back, and not by our order.
    MoneyGone,
    /// More money of a booking went back than was ordered, and not all of it: its tickets stand.
    MoneyShort,
    /// A refund waits for a manager.
    RefundWaits,
    /// What was decided a quarter of an hour ago or earlier, and payment has not done yet.
    Overdue,
}

impl DeskKind {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::LateWon,
        Self::MoneyBack,
        Self::MoneyGone,
        Self::MoneyShort,
        Self::RefundWaits,
        Self::Overdue,
    ];

    /// The word on the wire and in tables.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::LateWon => "late_won",
            Self::MoneyBack => "money_back",
            Self::MoneyGone => "money_gone",
            Self::MoneyShort => "money_short",
            Self::RefundWaits => "refund_waits",
            Self::Overdue => "overdue",
        }
    }
}

/// Where a case stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum DeskEnd {
    /// It ended by itself: the payer has the seats.
    Confirmed,
    /// It ended by itself: the money is back.
    GivenBack,
    /// It was decided, and payment has not done it yet.
    OnItsWay,
    /// Somebody has to do something: a manager says yes or no, or the tickets are taken back.
    Waits,
    /// It ended otherwise since: the booking was given back or cancelled later.
    Over,
}

impl DeskEnd {
    /// The word on the wire and in tables.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::GivenBack => "given_back",
            Self::OnItsWay => "on_its_way",
            Self::Waits => "waits",
            Self::Over => "over",
        }
    }
}

/// One case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeskCase {
    /// What it is about.
    pub kind: DeskKind,
    /// When it was decided, or asked for.
    pub at: Time,
    /// Where it stands.
    pub end: DeskEnd,
    /// The booking.
    pub booking: BookingId,
    /// The booking's code, if it ever had one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<BookingCode>,
    /// How many seats the booking was for; 0 when it is not known here.
    pub seats: u16,
    /// The payment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment: Option<PaymentId>,
    /// What it is about in money.
    pub amount: Money,
    /// By which means it was paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tender: Option<String>,
    /// Why money goes back: a stable code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// Whether it has been on its way for so long that somebody should look.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub overdue: bool,
    /// What waits for a manager.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refund: Option<RefundWaiting>,
}

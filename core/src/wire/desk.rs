//! The late-payments desk: money that came when it could not simply be taken, and what became of
//! it; refunds that wait for a manager; cash that waits to be handed out. And the story of a booking.

use serde::{Deserialize, Serialize};

use super::{
    Time,
    refund::{RefundDeclined, RefundWaiting},
};
use crate::{
    code::BookingCode,
    ids::{BookingId, CommandId, PaymentId, ShowId},
    money::Money,
    seat::SeatLabel,
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
    /// Money went back while nobody stood at a till for it, and some of it is cash.
    CashWaits,
}

impl DeskKind {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::LateWon,
        Self::MoneyBack,
        Self::MoneyGone,
        Self::MoneyShort,
        Self::RefundWaits,
        Self::Overdue,
        Self::CashWaits,
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
            Self::CashWaits => "cash_waits",
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
    /// Somebody has to do something: a manager says yes or no, the tickets are taken back, cash is
    /// handed out.
    Waits,
    /// It ended otherwise since: the booking was given back or cancelled later.
    Over,
    /// A manager said yes to the refund.
    Approved,
    /// The refund was not made: a manager said no, whoever asked took it back, or nobody said
    /// anything in time.
    Declined,
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
            Self::Approved => "approved",
            Self::Declined => "declined",
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
    /// What was asked for and not given back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declined: Option<RefundDeclined>,
    /// What of it is to be handed out in cash; absent where nothing is, and where it can't be told
    /// now what of several means is cash.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cash: Option<Money>,
    /// What a person did about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolution: Option<CaseResolution>,
}

impl DeskCase {
    /// Whether somebody has to do something about it.
    #[must_use]
    pub fn needs_somebody(&self) -> bool {
        self.resolution.is_none() && (self.end == DeskEnd::Waits || self.overdue)
    }
}

/// Cases of the desk: what needs somebody first, then the newest.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Cases {
    /// The cases.
    pub items: Vec<DeskCase>,
    /// Leads to what ended before; absent on the last page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// Shows that stand still, since their journals can't be read: their cases are not among the
    /// items. Absent where there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub read_only: Vec<ShowId>,
}

/// What a person did about a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum CaseHow {
    /// The cash that was to be handed out was.
    HandedOut,
    /// It was given back by hand at the provider's own desk. Payment hears of that from the
    /// provider.
    PaidBack,
    /// The customer was told, and nothing else is to be done.
    Told,
    /// Something else, as the note says.
    Other,
}

impl CaseHow {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::HandedOut, Self::PaidBack, Self::Told, Self::Other];

    /// The word on the wire and in tables.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::HandedOut => "handed_out",
            Self::PaidBack => "paid_back",
            Self::Told => "told",
            Self::Other => "other",
        }
    }
}

/// That a person did something about a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CaseResolution {
    /// What.
    pub how: CaseHow,
    /// When it was said.
    pub at: Time,
    /// The account of whoever said it, as far as it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// More about it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// Says what was done about a payment that needs somebody:
/// `POST /v1/bookings/{id}/case-resolution`. No money moves by it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ResolveRequest {
    /// The command's id.
    pub command: CommandId,
    /// The payment.
    pub payment: PaymentId,
    /// What was done.
    pub how: CaseHow,
    /// More about it, at most 200 characters; needed for `other`. Never who it was about.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// Where cash is due: the `amount` of the case that it was handed out for, in minor units. If
    /// more is due by now, nothing is written down (`cash_due`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told_minor: Option<i64>,
}

/// What happened to a booking: `GET /v1/bookings/{id}/story`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StoryStep {
    /// When.
    pub at: Time,
    /// What.
    pub what: StoryWhat,
    /// The seats it was about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub seats: Vec<SeatLabel>,
    /// The money it was about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
    /// By which means.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tender: Option<String>,
    /// Which payment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment: Option<PaymentId>,
    /// Why: a stable code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// What somebody noted about it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// The account of whoever did it, where a person of the house did and is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
}

/// What can happen to a booking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum StoryWhat {
    /// Its seats were held.
    Held,
    /// It took other seats.
    SeatsChanged,
    /// Its owner gave the seats up.
    Released,
    /// Nobody had paid in time.
    Expired,
    /// Money was promised or handed over in time, and tickets were made.
    Paid,
    /// Money came after the hold had ended, and won the same seats back.
    PaidLate,
    /// The money is there; the tickets are given out.
    Confirmed,
    /// Money came that was good for nothing here, so it goes back.
    MoneyBack,
    /// The bank did not pay what it had promised.
    CaptureRefused,
    /// The bank did not pay in time what it had promised.
    CaptureOverdue,
    /// Payment has done what was decided about its money.
    MoneySettled,
    /// The money went back, and not by our order.
    MoneyGone,
    /// More went back than was ordered, and not all; `amount` is what went back in all.
    MoneyShort,
    /// The house took it back.
    Cancelled,
    /// Its show was called off.
    ShowCancelled,
    /// A refund was asked for that a manager has to approve.
    RefundAsked,
    /// Tickets were given back.
    Refunded,
    /// The refund that waited was refused, or taken back by whoever asked.
    RefundRefused,
    /// Nobody said yes or no in time to the refund that waited.
    RefundLapsed,
    /// A person did something about it.
    CaseResolved,
}

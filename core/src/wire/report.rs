//! Reports over both books.

use serde::{Deserialize, Serialize};

use super::Time;
use crate::{
    ids::{BookingId, CinemaId, PaymentId},
    money::Money,
};

/// Money of one cinema, tender and business date. A payment counts on the business date (06:00 to
/// 05:59 in the cinema's time zone) on which it was begun, with all that became of it since.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MoneyRow {
    /// The cinema; absent for shows that the catalogue does not know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cinema: Option<CinemaId>,
    /// Its name.
    pub cinema_name: String,
    /// The business date: `2026-11-21`.
    pub date: String,
    /// By which means it was paid.
    pub tender: String,
    /// Payments.
    pub payments: u64,
    /// What was taken, by the books of payment.
    pub captured: Money,
    /// What was given back, by the books of payment.
    pub refunded: Money,
    /// What valid tickets cost, fees of the booking among it, by the books of booking.
    pub tickets: Money,
    /// What is kept for tickets that were given back, by the books of booking.
    pub fees_kept: Money,
    /// What is rightly on its way, in or back: decided lately and not done yet. It counts as if it
    /// were done in `difference`.
    pub on_its_way: Money,
    /// Captured less refunded, less tickets and fees kept, but for what is on its way. Anything but
    /// zero is wrong.
    pub difference: Money,
}

/// A payment whose money is not where the books say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MoneyBreak {
    /// The booking.
    pub booking: BookingId,
    /// The payment; absent where tickets or tables are wrong, and no payment is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment: Option<PaymentId>,
    /// What payment has of it: captured less refunded; absent where no payment is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub has: Option<Money>,
    /// What booking wants kept of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wants: Option<Money>,
    /// What is wrong, in words.
    pub what: String,
}

/// `GET /v1/reports/money`: captured - refunded = valid tickets + fees kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MoneyReport {
    /// As of when.
    pub at: Time,
    /// Whether everything adds up.
    pub sound: bool,
    /// By cinema, business date and tender.
    pub rows: Vec<MoneyRow>,
    /// Every payment that breaks the rule.
    pub breaks: Vec<MoneyBreak>,
}

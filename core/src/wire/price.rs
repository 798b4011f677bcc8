//! What seats would cost, and which rule made every number.

use serde::{Deserialize, Serialize};

use super::{
    Time,
    booking::{BestRequest, SeatWish},
};
use crate::{
    best::Relaxed,
    ids::ShowId,
    money::Money,
    price::{Channel, LineTax, NotGiven, OfferUse, Step, TaxTotal},
    seat::SeatLabel,
};

/// So many tickets of one kind, whatever the seats.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TicketsWanted {
    /// Seat category code; the hall's first when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// Ticket type code.
    pub ticket_type: String,
    /// How many, 1 to 2,048.
    pub count: u16,
}

/// What shall have a price.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum PriceWish {
    /// Tickets without seats.
    Tickets(Vec<TicketsWanted>),
    /// These seats, whether they are free or not.
    Seats(Vec<SeatWish>),
    /// The best that are left; what refuses a hold of them refuses the price.
    Best(BestRequest),
}

/// Asks for a price: `POST /v1/shows/{id}/price`. Nothing is held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PriceRequest {
    /// What shall have a price.
    pub wish: PriceWish,
    /// Where it would be sold; the asker's own channel when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<Channel>,
    /// Codes of the asker: at most 8, each of at most 64 characters.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub codes: Vec<String>,
    /// The kind of member the asker is, as staff say; from others it changes nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<String>,
    /// When it would be sold; now when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Time>,
    /// Whether whatever refuses a hold of these seats refuses the price too: then it is what the
    /// hold would cost.
    #[serde(default)]
    pub as_hold: bool,
    /// As in a hold (counter only).
    #[serde(default)]
    pub allow_orphans: bool,
    /// As in a hold (counter only).
    #[serde(default)]
    pub over_limit: bool,
}

/// How the price of a ticket came about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LineQuote {
    /// Its part of the booking fee, with all taxes on it.
    pub fee: Money,
    /// From the card's table to what is paid for ticket and fee, without a gap, in minor units.
    pub steps: Vec<Step>,
    /// The taxes in both, in the order of the card, in minor units.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub taxes: Vec<LineTax>,
}

/// One ticket of a price.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PriceLine {
    /// Its seat, where one was wanted or found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seat: Option<SeatLabel>,
    /// Seat category code.
    pub category: String,
    /// Ticket type code.
    pub ticket_type: String,
    /// The ticket's price, without the fee.
    pub price: Money,
    /// How it came about.
    pub quoted: LineQuote,
}

/// What a purchase would cost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PricePreview {
    /// The show.
    pub show: ShowId,
    /// When it would be sold.
    pub at: Time,
    /// Where.
    pub channel: Channel,
    /// Ticket by ticket, in order of seat, category and ticket type.
    pub lines: Vec<PriceLine>,
    /// Booking fee for all tickets, with its taxes.
    pub fee: Money,
    /// Everything without taxes.
    pub net: Money,
    /// The taxes in it, by name and rate, in minor units.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub taxes: Vec<TaxTotal>,
    /// Lines and fee together: what a booking of it costs.
    pub total: Money,
    /// The offers that were given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub offers: Vec<OfferUse>,
    /// Codes and memberships that gave nothing, and why. A hold with such a code is refused.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_given: Vec<NotGiven>,
    /// Which wishes had to give way, for best seats.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub relaxed: Vec<Relaxed>,
    /// Seats that nobody would want any more, which only the counter may leave behind.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alone: Vec<SeatLabel>,
}

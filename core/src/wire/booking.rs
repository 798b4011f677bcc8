//! Holding seats and what becomes of them.

use serde::{Deserialize, Serialize};

use super::{
    Time,
    price::LineQuote,
    refund::{RefundDeclined, RefundMade, RefundWaiting},
    seats::Version,
};
use crate::{
    best::{Relaxed, Zone},
    code::{BookingCode, TicketCode},
    ids::{BookingId, CommandId, PaymentId, ShardName, ShowId},
    layout::Place,
    money::Money,
    price::{Channel, TaxTotal},
    seat::SeatLabel,
};

/// One seat by name, and who will sit on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SeatWish {
    /// The seat.
    pub seat: SeatLabel,
    /// Ticket type code; the price list's first when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket_type: Option<String>,
}

/// So many of one ticket type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TicketWish {
    /// Ticket type code.
    pub ticket_type: String,
    /// How many, 1 to 2,048.
    pub count: u16,
}

/// The best seats together for a party.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BestRequest {
    /// Who comes.
    pub tickets: Vec<TicketWish>,
    /// Where they would like to sit.
    #[serde(default)]
    pub zone: Zone,
    /// Seat category code, any when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// Whether a wheelchair place is needed.
    #[serde(default)]
    pub accessible: bool,
    /// How many better offers to pass over: 0 for the best, 1 for the next best. After the last one
    /// comes the best again.
    #[serde(default)]
    pub skip: u16,
}

/// Which seats: by name, or the best that are left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Wish {
    /// These seats, all or none.
    Seats(Vec<SeatWish>),
    /// The best together.
    Best(BestRequest),
}

/// Holds seats for five minutes: `POST /v1/bookings`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HoldRequest {
    /// The booking's id, made by the client; it names the show.
    pub booking: BookingId,
    /// The command's id, made by the client; send it again when an answer was lost.
    pub command: CommandId,
    /// Which seats.
    pub wish: Wish,
    /// Go on although a single seat would be left alone (counter only).
    #[serde(default)]
    pub allow_orphans: bool,
    /// Go on above the limits of seats for a booking and a customer (counter only).
    #[serde(default)]
    pub over_limit: bool,
    /// Codes of the asker, for a prebook: at most 8, each of at most 64 characters.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub codes: Vec<String>,
    /// The kind of member the asker is, as staff say; from others it changes nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<String>,
}

/// Takes other seats into a held booking in place of those it has; the hold's end stays:
/// `POST /v1/bookings/{id}/seats`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChangeSeatsRequest {
    /// The command's id.
    pub command: CommandId,
    /// All seats the booking shall have.
    pub wish: Wish,
    /// Go on although a single seat would be left alone (counter only).
    #[serde(default)]
    pub allow_orphans: bool,
    /// Go on above the limits of seats for a booking and a customer (counter only).
    #[serde(default)]
    pub over_limit: bool,
    /// Codes of the asker, for a prebook: at most 8, each of at most 64 characters.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub codes: Vec<String>,
    /// The kind of member the asker is, as staff say; from others it changes nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<String>,
}

/// Gives the seats back: `POST /v1/bookings/{id}/release`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReleaseRequest {
    /// The command's id.
    pub command: CommandId,
}

/// Takes cash at the counter and makes the tickets: `POST /v1/bookings/{id}/cash`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CashRequest {
    /// The command's id.
    pub command: CommandId,
    /// The payment's id, made by the client.
    pub payment: PaymentId,
    /// What the customer handed over, in minor units; the exact total when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given_minor: Option<i64>,
}

/// Takes a paid booking back and returns the money: `POST /v1/bookings/{id}/cancel`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CancelRequest {
    /// The command's id.
    pub command: CommandId,
    /// Why, for the audit trail.
    pub reason: String,
}

/// Who a booking is for, as they told it. It stands beside the booking and never in a journal.
/// `PUT /v1/bookings/{id}/contact` says it in place of what was said before; nothing takes it away.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Contact {
    /// Their name, at most 120 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Their telephone number as it was typed, at most 40 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
}

impl Contact {
    /// The longest name, in characters.
    pub const NAME_CHARS_MAX: usize = 120;
    /// The longest telephone number, in characters.
    pub const PHONE_CHARS_MAX: usize = 40;

    /// Whether it says nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.name.is_none() && self.phone.is_none()
    }
}

/// Logs and failed tests show that there is one, and not who.
impl std::fmt::Debug for Contact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Contact(..)")
    }
}

/// The life of a booking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum BookingState {
    /// Seats are held until `hold_until`.
    Held,
    /// Payment is authorised, the capture is under way.
    Secured,
    /// Paid; tickets are valid.
    Confirmed,
    /// Taken back after payment; money returned.
    Cancelled,
    /// The hold ran out.
    Expired,
    /// The owner gave the seats up.
    Released,
}

impl BookingState {
    /// The word on the wire and in tables.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Secured => "secured",
            Self::Confirmed => "confirmed",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
            Self::Released => "released",
        }
    }
}

/// One seat of a booking and its price as of the hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BookingLine {
    /// The seat.
    pub seat: SeatLabel,
    /// Seat category code.
    pub category: String,
    /// Ticket type code.
    pub ticket_type: String,
    /// The ticket's price, without the fee.
    pub price: Money,
    /// How it came about, under a card with rules.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quoted: Option<Box<LineQuote>>,
}

/// A ticket: one seat, one code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Ticket {
    /// The show.
    pub show: ShowId,
    /// The seat.
    pub seat: SeatLabel,
    /// What kind of place it is, where it is not for anybody.
    #[serde(default, skip_serializing_if = "Place::is_standard")]
    pub place: Place,
    /// Ticket type code.
    pub ticket_type: String,
    /// What the door reads.
    pub code: TicketCode,
    /// Whether it lets somebody in.
    pub valid: bool,
}

/// What became of one payment towards a booking.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AppliedPayment {
    /// The payment.
    pub id: PaymentId,
    /// How much of it the house keeps.
    pub keep: Money,
    /// Whether the payment server has done so.
    pub settled: bool,
    /// What was paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
    /// By which means: `cash` or `card`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tender: Option<String>,
    /// Why money is on its way back, when it is: a stable code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub returned_because: Option<String>,
}

/// Bookings that were looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Bookings {
    /// The bookings that were found.
    pub items: Vec<Booking>,
    /// Databases that could not be asked: what they have is not among the items. Absent where all
    /// were.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub away: Vec<ShardName>,
}

/// A booking as its owner or staff see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Booking {
    /// Its id.
    pub id: BookingId,
    /// Its show.
    pub show: ShowId,
    /// The version of the show this answer rests on.
    pub version: Version,
    /// Where it stands. A hold whose end has passed is `expired`, written down or not.
    pub state: BookingState,
    /// For people to say and type; once money or tickets are concerned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<BookingCode>,
    /// Where it was made.
    pub channel: Channel,
    /// The account of staff that holds it; told to staff alone, where bookings are looked up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Who it is for; told where bookings are looked up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<Contact>,
    /// Seats with prices; empty when the seats have gone back.
    pub lines: Vec<BookingLine>,
    /// Booking fee for all tickets.
    pub fee: Money,
    /// The taxes in lines and fee, by name and rate, in minor units, where its price card says them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub taxes: Vec<TaxTotal>,
    /// Lines and fee together.
    pub total: Money,
    /// When the first seat was held.
    pub held_at: Time,
    /// When the hold ends.
    pub hold_until: Time,
    /// Which wishes had to give way, for best seats.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub relaxed: Vec<Relaxed>,
    /// Payments towards it, the newest last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub payments: Vec<AppliedPayment>,
    /// Tickets, once it is confirmed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tickets: Vec<Ticket>,
    /// What was given back of it, in order. Those seats are in `lines` no more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refunds: Vec<RefundMade>,
    /// A refund that waits for a manager.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refund_asked: Option<Box<RefundWaiting>>,
    /// Refunds that were asked for and not made, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refunds_declined: Vec<RefundDeclined>,
    /// What somebody has to hand out in cash, when money was given back by this very request. Absent
    /// when nothing is, and when payment could not be asked how much of several means is cash
    /// (`cash_unknown`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cash_back: Option<Box<Money>>,
    /// Whether some of what was given back by this very request may be cash, and payment could not be asked how much.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cash_unknown: bool,
    /// What to hand back, when cash was taken by this very request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<Money>,
}

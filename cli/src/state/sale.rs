//! One sale of this machine: everything needed to ask again.

use houseful_core::{
    best::Relaxed,
    code::BookingCode,
    ids::{BookingId, CommandId, PaymentId},
    money::Money,
    seat::SeatLabel,
    wire::{
        Time,
        booking::{Booking, CancelRequest, HoldRequest},
    },
};
use serde::{Deserialize, Serialize};

use crate::moment;

/// How far a sale got, as far as this machine knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// The seats were asked for; perhaps they are held.
    Holding,
    /// The seats are held; nobody has paid.
    Held,
    /// Cash was handed over; perhaps it is booked.
    TakingCash,
    /// A card is being charged; perhaps it was.
    TakingCard,
    /// Nothing is left to do.
    Finished,
}

/// A payment under way by card or by several means. Neither cards nor codes are ever stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingCard {
    /// The payment's id.
    pub payment: PaymentId,
    /// The payment token it was made with.
    pub token: String,
    /// Whether other means than one card pay it; which they are is not stored.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub split: bool,
}

/// What somebody was told that is held for them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// The seats.
    pub seats: Vec<SeatLabel>,
    /// What they cost together.
    pub total: Money,
    /// What gave way for them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub relaxed: Vec<Relaxed>,
}

impl Held {
    /// What an answer of the server tells.
    #[must_use]
    pub fn of(booking: &Booking) -> Self {
        Self {
            seats: booking.lines.iter().map(|line| line.seat).collect(),
            total: booking.total,
            relaxed: booking.relaxed.clone(),
        }
    }
}

/// One sale.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sale {
    /// The server's address.
    pub server: String,
    /// The booking's id.
    pub booking: BookingId,
    /// The secret that proves it is ours; absent for bookings that staff were only paid for here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    /// When it was begun, on this machine's clock.
    pub begun_at: Time,
    /// How far it got.
    pub stage: Stage,
    /// What was asked for; absent for bookings that were made elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<HoldRequest>,
    /// The command and payment of cash.
    pub cash: (CommandId, PaymentId),
    /// What was held for it when somebody was last told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<Held>,
    /// The refund that was asked for; perhaps it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refund: Option<CancelRequest>,
    /// What was handed over, in minor units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given_minor: Option<i64>,
    /// The card payment under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub card: Option<PendingCard>,
    /// The command that gives the seats back.
    pub release: CommandId,
    /// What people call the booking, once known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<BookingCode>,
}

impl Sale {
    /// A sale that begins with this request, and with a fresh secret.
    #[must_use]
    pub fn new(server: &str, request: HoldRequest, begun_at: Time) -> Self {
        let other = Self::of_other(server, request.booking, begun_at);
        Self {
            secret: Some(moment::fresh_secret()),
            stage: Stage::Holding,
            request: Some(request),
            ..other
        }
    }

    /// The sale of a booking that was made elsewhere and is paid here.
    #[must_use]
    pub fn of_other(server: &str, booking: BookingId, begun_at: Time) -> Self {
        Self {
            server: server.to_owned(),
            booking,
            secret: None,
            begun_at,
            stage: Stage::Held,
            request: None,
            held: None,
            refund: None,
            cash: (moment::fresh_command(), moment::fresh_payment()),
            given_minor: None,
            card: None,
            release: moment::fresh_command(),
            code: None,
        }
    }

    /// The command that asked for the seats.
    #[must_use]
    pub fn command(&self) -> Option<CommandId> {
        self.request.as_ref().map(|r| r.command)
    }

    /// A booking that was paid, here or elsewhere, and of which nothing but a refund is noted here.
    #[must_use]
    pub fn of_paid(server: &str, booking: BookingId, begun_at: Time) -> Self {
        Self {
            stage: Stage::Finished,
            ..Self::of_other(server, booking, begun_at)
        }
    }

    /// Whether the sale has something left to do, as far as this machine knows.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.stage != Stage::Finished
    }
}

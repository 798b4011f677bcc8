//! What can have happened to a show. Events are facts: folding one in asks no rule.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Line, Refund, ShowTerms};
use crate::{
    best::Relaxed,
    code::{BookingCode, TicketCode},
    ids::{CommandId, Fingerprint, OwnerRef, PaymentId, ShardName},
    layout::BlockReason,
    message::Tender,
    money::Money,
    price::Channel,
    seat::SeatNo,
    time::UtcMillis,
    wire::desk::CaseHow,
};

/// Why money goes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReturnReason {
    /// The booking is not in this show's journal.
    BookingUnknown,
    /// The seats or prices changed after the payer agreed.
    QuoteChanged,
    /// Not the amount of the quote.
    WrongAmount,
    /// Another payment has the seats already.
    PaidAlready,
    /// The owner gave the seats up.
    Released,
    /// The booking was cancelled.
    Cancelled,
    /// The hold ended and somebody else has a seat.
    SeatsGone,
    /// The hold ended more than 15 minutes ago.
    TooLate,
    /// The hold ended and the owner has booked again.
    BookedAgain,
    /// The hold ended and the show sells no more.
    NotOnSale,
    /// The show was called off.
    ShowCancelled,
    /// The capture did not come within 15 minutes.
    CaptureOverdue,
    /// The provider promised the money and then refused it.
    CaptureRefused,
    /// It had gone back already, and not by our order.
    RefundedElsewhere,
    /// Tickets were given back; the house keeps what is left of it.
    Refunded,
}

impl ReturnReason {
    /// The word on the wire and in tables.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::BookingUnknown => "booking_unknown",
            Self::QuoteChanged => "quote_changed",
            Self::WrongAmount => "wrong_amount",
            Self::PaidAlready => "paid_already",
            Self::Released => "released",
            Self::Cancelled => "cancelled",
            Self::SeatsGone => "seats_gone",
            Self::TooLate => "too_late",
            Self::BookedAgain => "booked_again",
            Self::NotOnSale => "not_on_sale",
            Self::ShowCancelled => "show_cancelled",
            Self::CaptureOverdue => "capture_overdue",
            Self::CaptureRefused => "capture_refused",
            Self::RefundedElsewhere => "refunded_elsewhere",
            Self::Refunded => "refunded",
        }
    }
}

/// The codes that were made for a booking.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tickets {
    /// For people.
    pub code: BookingCode,
    /// One a line, in order.
    pub codes: Vec<TicketCode>,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// The show went into the books. Its terms are written by hash; see [`super::Row`].
    #[serde(skip)]
    Opened {
        /// The command.
        command: CommandId,
        /// What it is sold under.
        terms: Arc<ShowTerms>,
    },
    /// Seats were held for a new booking.
    Held {
        /// The command.
        command: CommandId,
        /// What was asked.
        fingerprint: Fingerprint,
        /// The booking.
        booking: Uuid,
        /// Whose it is.
        owner: OwnerRef,
        /// Where it was made.
        channel: Channel,
        /// Seats and prices.
        lines: Vec<Line>,
        /// Fee for all tickets, in minor units.
        fee_minor: i64,
        /// When the hold ends.
        hold_until: UtcMillis,
        /// What gave way.
        relaxed: Vec<Relaxed>,
    },
    /// A held booking took other seats. The end of the hold stays.
    SeatsChanged {
        /// The command.
        command: CommandId,
        /// What was asked.
        fingerprint: Fingerprint,
        /// Who asked.
        owner: OwnerRef,
        /// The booking.
        booking: Uuid,
        /// Seats and prices from now on.
        lines: Vec<Line>,
        /// Fee for all tickets, in minor units.
        fee_minor: i64,
        /// What gave way.
        relaxed: Vec<Relaxed>,
    },
    /// The owner gave a booking up. For an id not seen before it is a tombstone.
    Released {
        /// The command.
        command: CommandId,
        /// What was asked.
        fingerprint: Fingerprint,
        /// Who asked.
        owner: OwnerRef,
        /// Where.
        channel: Channel,
        /// The booking.
        booking: Uuid,
    },
    /// Holds ran out.
    Expired {
        /// Which.
        bookings: Vec<Uuid>,
    },
    /// A payment is good for a booking: the seats are the buyer's, tickets are made, the capture
    /// is asked for.
    Secured {
        /// The booking.
        booking: Uuid,
        /// The payment.
        payment: PaymentId,
        /// By which means.
        tender: Tender,
        /// What the house keeps: the booking's total.
        amount: Money,
        /// Codes, those of an earlier try again if there was one.
        tickets: Tickets,
        /// When the wait for capture ends.
        settle_until: UtcMillis,
        /// Whether the hold had ended and the same seats were claimed again.
        late: bool,
    },
    /// The money is there; the tickets may be shown.
    Confirmed {
        /// The booking.
        booking: Uuid,
        /// The command, for cash.
        by: Option<CashBy>,
    },
    /// The capture was refused; the hold goes on for the time that is left.
    CaptureRefused {
        /// The booking.
        booking: Uuid,
        /// The payment.
        payment: PaymentId,
    },
    /// The capture did not come in time; seats and money go back.
    SettleLapsed {
        /// Which bookings.
        bookings: Vec<Uuid>,
    },
    /// A payment is good for nothing here; the house keeps none of it.
    PaymentReturned {
        /// The payment.
        payment: PaymentId,
        /// What it was for.
        booking: Uuid,
        /// What it is worth.
        amount: Money,
        /// By which means.
        tender: Tender,
        /// Why.
        why: ReturnReason,
    },
    /// Payment has done what was asked.
    PaymentSettled {
        /// The payment.
        payment: PaymentId,
    },
    /// The money of a paid booking has gone back, all of it and not by our order: the seats go back,
    /// too.
    MoneyGone {
        /// The booking.
        booking: Uuid,
        /// The payment.
        payment: PaymentId,
        /// What is left of what was kept for tickets that had come back before, in minor units.
        #[serde(default, skip_serializing_if = "is_zero")]
        left_minor: i64,
    },
    /// More money of a paid booking has gone back than was ordered, and not all that its seats rest
    /// on: somebody has to look.
    MoneyShort {
        /// The booking.
        booking: Uuid,
        /// The payment.
        payment: PaymentId,
        /// What has gone back in all, in minor units.
        refunded_minor: i64,
    },
    /// A paid booking was taken back; seats and money go back.
    Cancelled {
        /// The command.
        command: CommandId,
        /// What was asked.
        fingerprint: Fingerprint,
        /// Who asked.
        owner: OwnerRef,
        /// The booking.
        booking: Uuid,
        /// Why.
        reason: String,
    },
    /// A clerk wants to give back more than a clerk may: it waits for a manager.
    RefundAsked {
        /// The command.
        command: CommandId,
        /// What was asked.
        fingerprint: Fingerprint,
        /// Who asked.
        owner: OwnerRef,
        /// The booking.
        booking: Uuid,
        /// What shall be given back.
        refund: Refund,
        /// When the wait ends, answered or not.
        until: UtcMillis,
    },
    /// Nobody said yes or no in time: nothing waits any more.
    RefundLapsed {
        /// Which bookings.
        bookings: Vec<Uuid>,
    },
    /// Tickets were given back: their seats are free, and the house keeps what the terms say.
    Refunded {
        /// The command.
        command: CommandId,
        /// What was asked.
        fingerprint: Fingerprint,
        /// Who asked, or approved.
        owner: OwnerRef,
        /// The booking.
        booking: Uuid,
        /// What was given back.
        refund: Refund,
        /// The command whose wish was approved, if it had to wait.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        asked: Option<CommandId>,
    },
    /// A manager said no to what waited.
    RefundRefused {
        /// The command.
        command: CommandId,
        /// What was asked.
        fingerprint: Fingerprint,
        /// Who said no.
        owner: OwnerRef,
        /// The booking.
        booking: Uuid,
        /// The command whose wish was refused.
        asked: CommandId,
        /// Why not.
        note: String,
    },
    /// A person did something about a payment that needed somebody, and says what. No money moves
    /// by it.
    CaseResolved {
        /// The command.
        command: CommandId,
        /// What was asked.
        fingerprint: Fingerprint,
        /// Who says so.
        owner: OwnerRef,
        /// The booking the payment was for.
        booking: Uuid,
        /// The payment.
        payment: PaymentId,
        /// What was done.
        how: CaseHow,
        /// The money that went back while nobody stood at a till for it, and whose cash is out of
        /// the drawer now, in minor units; 0 when it was about something else.
        #[serde(default, skip_serializing_if = "is_zero")]
        handed_minor: i64,
        /// More about it; never who it was about.
        note: String,
    },
    /// Sales stopped, started again, or the show was called off with all its bookings.
    SalesChanged {
        /// The command.
        command: CommandId,
        /// What was asked.
        fingerprint: Fingerprint,
        /// Who asked.
        owner: OwnerRef,
        /// From now on.
        to: SalesChange,
        /// Why.
        reason: String,
    },
    /// Seats were kept back, or given to sale.
    BlocksChanged {
        /// The command.
        command: CommandId,
        /// What was asked.
        fingerprint: Fingerprint,
        /// Who asked.
        owner: OwnerRef,
        /// Which seats.
        seats: Vec<SeatNo>,
        /// Why they are kept back; `None` gives them to sale.
        block: Option<BlockReason>,
    },
    /// This journal was left behind: the show goes on in another shard. The last of its events
    /// here; what follows it in the copy is [`Event::Arrived`].
    Sealed {
        /// The command.
        command: CommandId,
        /// Which shard.
        to: ShardName,
    },
    /// The copy of a journal that was left behind began to sell.
    Arrived {
        /// The command.
        command: CommandId,
        /// Where it was copied from.
        from: ShardName,
    },
}

/// The command that took cash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CashBy {
    /// The command.
    pub command: CommandId,
    /// What was asked.
    pub fingerprint: Fingerprint,
    /// Who asked.
    pub owner: OwnerRef,
}

/// What becomes of sales.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SalesChange {
    /// They stop for a while.
    Paused,
    /// They go on.
    Resumed,
    /// They are over and all money goes back.
    Cancelled,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands the field over by reference"
)]
const fn is_zero(minor: &i64) -> bool {
    *minor == 0
}

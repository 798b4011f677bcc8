//! What the fold knows of one booking.

use std::fmt::Write;

use serde::{Deserialize, Serialize};

use super::{Declined, KeptLess, Quoted, RefundAsked, RefundRecord};
use crate::{
    best::Relaxed,
    code::{BookingCode, TicketCode},
    expiry::is_alive,
    ids::{BookingId, OwnerRef, PaymentId, QuoteHash, digest16},
    money::{Currency, Money},
    price::Channel,
    refusal::Refusal,
    seat::SeatNo,
    time::UtcMillis,
    wire::booking::BookingState,
};

/// One seat of a booking and what it costs, as of the hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// The seat.
    pub seat: SeatNo,
    /// Ticket type code.
    pub ticket_type: String,
    /// Minor units, without the fee.
    pub minor: i64,
    /// How it came about, under a card with rules.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quoted: Option<Box<Quoted>>,
}

/// One booking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BookingRecord {
    /// Who may act on it.
    pub owner: OwnerRef,
    /// Where it was made.
    pub channel: Channel,
    /// Where it stands in the journal; a dead hold may still be `Held` here.
    pub state: BookingState,
    /// Seats and prices; kept when the seats have gone back.
    pub lines: Vec<Line>,
    /// Fee for all tickets, in minor units.
    pub fee_minor: i64,
    /// Currency of all its amounts.
    pub currency: Currency,
    /// When the first seat was held.
    pub held_at: UtcMillis,
    /// When the hold ends or ended.
    pub hold_until: UtcMillis,
    /// When the wait for capture ends, while secured.
    pub settle_until: Option<UtcMillis>,
    /// What gave way for best seats.
    pub relaxed: Vec<Relaxed>,
    /// For people; once money or tickets are concerned.
    pub code: Option<BookingCode>,
    /// One a line, once secured.
    pub tickets: Vec<TicketCode>,
    /// The payment whose money is in the seats.
    pub payment: Option<PaymentId>,
    /// What was given back of it, in order; those seats are in `lines` no more.
    pub refunds: Vec<RefundRecord>,
    /// What waits for a manager.
    pub refund_asked: Option<RefundAsked>,
    /// What was asked for and not given back, in order.
    pub declined: Vec<Declined>,
    /// What went back when staff took all of it back at once.
    pub taken_back: Option<KeptLess>,
}

impl BookingRecord {
    /// Lines and fee together. Bounded by the limits on prices and seats, so it always fits.
    #[must_use]
    pub fn total(&self) -> Money {
        let lines = self
            .lines
            .iter()
            .fold(0_i64, |sum, l| sum.saturating_add(l.minor));
        Money::new(lines.saturating_add(self.fee_minor), self.currency)
    }

    /// A line's part of the booking fee, in minor units: what was quoted; without rules it is the
    /// same for all lines.
    #[must_use]
    pub fn fee_of(&self, line: &Line) -> i64 {
        if let Some(quoted) = &line.quoted {
            return quoted.fee_minor;
        }
        let seats = i64::try_from(self.lines.len()).unwrap_or(i64::MAX);
        self.fee_minor.checked_div(seats).unwrap_or(0)
    }

    /// The refund that waits for a manager at `now`; one whose end has passed waits no more, written
    /// down or not.
    #[must_use]
    pub fn refund_waits(&self, now: UtcMillis) -> Option<&RefundAsked> {
        let asked = self.refund_asked.as_ref();
        asked.filter(|asked| is_alive(asked.until, now))
    }

    /// Whether it has its seats at `now`.
    #[must_use]
    pub fn is_living(&self, now: UtcMillis) -> bool {
        match self.state {
            BookingState::Held => is_alive(self.hold_until, now),
            BookingState::Secured => self.settle_until.is_none_or(|end| is_alive(end, now)),
            BookingState::Confirmed => true,
            BookingState::Cancelled | BookingState::Expired | BookingState::Released => false,
        }
    }

    /// Where it stands at `now`: a hold or a wait for capture whose end has passed is expired,
    /// written down or not.
    #[must_use]
    pub fn state_at(&self, now: UtcMillis) -> BookingState {
        match self.state {
            BookingState::Held | BookingState::Secured if !self.is_living(now) => {
                BookingState::Expired
            }
            state => state,
        }
    }

    /// What is to be paid for it at `now`: leave to pay is given while the hold lasts.
    ///
    /// # Errors
    /// There is nothing to pay, any more or at all.
    pub fn payable(&self, now: UtcMillis) -> Result<Money, Refusal> {
        match self.state_at(now) {
            BookingState::Held if self.total().minor == 0 => Err(Refusal::NothingToPay),
            BookingState::Held => Ok(self.total()),
            BookingState::Secured | BookingState::Confirmed => Err(Refusal::AlreadyPaid),
            BookingState::Cancelled => Err(Refusal::BookingCancelled),
            BookingState::Expired => Err(Refusal::HoldExpired {
                at: self.hold_until,
            }),
            BookingState::Released => Err(Refusal::HoldReleased),
        }
    }

    /// What the payer agrees to. Another seat, price or fee is another quote.
    #[must_use]
    pub fn quote(&self, id: BookingId) -> QuoteHash {
        let mut text = id.to_string();
        for line in &self.lines {
            // Writing to a String cannot fail.
            let _ = write!(text, "|{} {} {}", line.seat.0, line.ticket_type, line.minor);
        }
        let _ = write!(text, "|{} {}", self.fee_minor, self.currency);
        QuoteHash(digest16(&[text.as_bytes()]))
    }
}

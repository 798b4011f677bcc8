//! Where money meets seats: what a payment is good for.
//!
//! There are two endings. The payment gets the seats of its booking (secured, then confirmed), or
//! the house keeps none of it, decided in the same commit. Late money wins back the same seats if
//! nobody is harmed by it.

use sha2::Digest;
use uuid::Uuid;

use super::{BookingRecord, Event, PaymentRecord, ReturnReason, Rolls, Sales, ShowState, Tickets};
use crate::{
    code::{BookingCode, TicketCode},
    expiry::{LATE_MS, SETTLE_MS, is_alive},
    ids::PaymentId,
    message::{Announcement, Tender},
    price::Channel,
    time::UtcMillis,
    wire::{booking::BookingState, payment::PaymentState},
};

impl ShowState {
    /// What an announcement makes happen. Repeats, late ones and shuffled ones make nothing
    /// happen; whatever is unsettled is answered with what was decided. So does another payment
    /// under the id of a known one: it is good for nothing here.
    pub(super) fn decide_announced(
        &self,
        news: &Announcement,
        rolls: &Rolls,
        now: UtcMillis,
    ) -> Vec<Event> {
        match self.payments.get(&news.payment) {
            None => self.decide_first_news(news, rolls, now),
            Some(known) if known.is(news) && self.lacks(known, news) => {
                let (booking, payment) = (known.booking, news.payment);
                let left_minor = news.amount.minor.saturating_sub(news.refunded_minor).max(0);
                vec![if left_minor <= known.fees_minor {
                    Event::MoneyGone {
                        booking,
                        payment,
                        left_minor,
                    }
                } else {
                    Event::MoneyShort {
                        booking,
                        payment,
                        refunded_minor: news.refunded_minor,
                    }
                }]
            }
            Some(known) if known.settled || !known.is(news) => Vec::new(),
            Some(known) => {
                let booking = known.booking;
                // A higher one is of a journal that was lost: this one has asked for nothing yet.
                let obeyed = news.settled_ver == Some(known.asked_ver);
                let waiting = self.bookings.get(&booking).is_some_and(|record| {
                    record.state == BookingState::Secured && record.payment == Some(news.payment)
                });
                match news.state {
                    PaymentState::Captured if waiting => {
                        vec![Event::Confirmed { booking, by: None }]
                    }
                    // None of these ever becomes a capture.
                    PaymentState::CaptureRefused
                    | PaymentState::Declined
                    | PaymentState::Voided
                    | PaymentState::Refunded
                        if waiting =>
                    {
                        let payment = news.payment;
                        let refused = Event::CaptureRefused { booking, payment };
                        [vec![refused], self.end_if_dead(booking, now)].concat()
                    }
                    // A capture that is awaited is settled by its outcome alone.
                    _ if obeyed && !waiting => vec![Event::PaymentSettled {
                        payment: news.payment,
                    }],
                    _ => Vec::new(),
                }
            }
        }
    }

    /// Whether more has gone back than was ordered, and that is news: a booking has tickets, or the
    /// house counts on what it kept for tickets that came back, for money that is not there. What is
    /// ordered back only ever grows, so news of a payment that is in order never say so.
    fn lacks(&self, known: &PaymentRecord, news: &Announcement) -> bool {
        let short = news.refunded_minor > known.amount.minor - known.keep_minor;
        let record = self.bookings.get(&known.booking);
        let stands = |r: &BookingRecord| {
            r.state == BookingState::Confirmed && r.payment == Some(news.payment)
        };
        short
            && news.refunded_minor > known.back_minor
            && (known.fees_minor > 0 || record.is_some_and(stands))
    }

    /// A hold that outlived its end while it was secured ends with the capture.
    fn end_if_dead(&self, booking: Uuid, now: UtcMillis) -> Vec<Event> {
        let dead = self
            .bookings
            .get(&booking)
            .is_some_and(|r| !is_alive(r.hold_until, now));
        if dead {
            vec![Event::Expired {
                bookings: vec![booking],
            }]
        } else {
            Vec::new()
        }
    }

    fn decide_first_news(&self, news: &Announcement, rolls: &Rolls, now: UtcMillis) -> Vec<Event> {
        let booking = news.booking.uuid;
        match news.state {
            PaymentState::Authorised | PaymentState::Captured => {}
            // It is on its way back, or has gone: nothing is kept of it, and payment waits to hear so.
            PaymentState::RefundDue | PaymentState::Refunded => {
                return vec![Self::returned(news, ReturnReason::RefundedElsewhere)];
            }
            _ => return Vec::new(),
        }
        let good = self
            .bookings
            .get(&booking)
            .ok_or(ReturnReason::BookingUnknown)
            .and_then(|record| self.good_for(record, news, now).map(|late| (record, late)));
        match good {
            Ok((record, late)) => {
                let paid = (news.payment, news.tender);
                let mut events = vec![self.secured(booking, record, paid, rolls, now, late)];
                if late {
                    // Bookings of others that are over may still stand on the seats.
                    let seats: Vec<_> = record.lines.iter().map(|l| l.seat).collect();
                    let dead = self.ended(self.dead_among(&seats, Some(booking)));
                    events.splice(0..0, dead);
                }
                if news.state == PaymentState::Captured {
                    events.push(Event::Confirmed { booking, by: None });
                }
                events
            }
            Err(why) => vec![Self::returned(news, why)],
        }
    }

    fn returned(news: &Announcement, why: ReturnReason) -> Event {
        Event::PaymentReturned {
            payment: news.payment,
            booking: news.booking.uuid,
            amount: news.amount,
            tender: news.tender,
            why,
        }
    }

    /// Whether the payment gets the booking's seats; `true` when it does so late.
    fn good_for(
        &self,
        record: &BookingRecord,
        news: &Announcement,
        now: UtcMillis,
    ) -> Result<bool, ReturnReason> {
        if self.sales == Sales::Cancelled {
            return Err(ReturnReason::ShowCancelled);
        }
        match record.state {
            BookingState::Secured | BookingState::Confirmed => {
                return Err(ReturnReason::PaidAlready);
            }
            BookingState::Released => return Err(ReturnReason::Released),
            BookingState::Cancelled => return Err(ReturnReason::Cancelled),
            BookingState::Held | BookingState::Expired => {}
        }
        if record.quote(news.booking) != news.quote {
            return Err(ReturnReason::QuoteChanged);
        }
        if record.total() != news.amount {
            return Err(ReturnReason::WrongAmount);
        }
        if record.is_living(now) {
            Ok(false)
        } else {
            self.good_late(record, now).map(|()| true)
        }
    }

    fn good_late(&self, record: &BookingRecord, now: UtcMillis) -> Result<(), ReturnReason> {
        if !is_alive(record.hold_until.plus_ms(LATE_MS), now) {
            return Err(ReturnReason::TooLate);
        }
        let started = self
            .terms
            .as_ref()
            .is_none_or(|t| !is_alive(t.starts_at, now));
        if started || self.is_sold_in(record.channel, now).is_err() {
            return Err(ReturnReason::NotOnSale);
        }
        // A till sells to many people under one name; a customer's name is one customer's.
        let again = |other: &BookingRecord| {
            other.owner == record.owner
                && other.held_at >= record.hold_until
                && other.is_living(now)
        };
        if record.channel != Channel::Counter && self.bookings.values().any(again) {
            return Err(ReturnReason::BookedAgain);
        }
        let gone = record.lines.iter().any(|line| {
            self.slots
                .get(line.seat.index())
                .is_none_or(|slot| !slot.is_free(now))
        });
        if gone {
            Err(ReturnReason::SeatsGone)
        } else {
            Ok(())
        }
    }

    /// The event that makes the seats the buyer's. Codes that were made before are kept, so that
    /// one booking never has two.
    pub(super) fn secured(
        &self,
        booking: Uuid,
        record: &BookingRecord,
        (payment, tender): (PaymentId, Tender),
        rolls: &Rolls,
        now: UtcMillis,
        late: bool,
    ) -> Event {
        let code = record
            .code
            .unwrap_or_else(|| BookingCode::new(self.show, rolls.code));
        let codes = (0_u32..)
            .zip(&record.lines)
            .map(|(i, _)| ticket_code(&rolls.tickets, booking, i))
            .collect();
        Event::Secured {
            booking,
            payment,
            tender,
            amount: record.total(),
            tickets: Tickets { code, codes },
            settle_until: now.plus_ms(SETTLE_MS),
            late,
        }
    }
}

/// The `i`th code drawn from a seed: 60 bits of SHA-256 over seed, booking and number.
fn ticket_code(seed: &[u8; 32], booking: Uuid, i: u32) -> TicketCode {
    let mut hash = sha2::Sha256::new();
    hash.update(seed);
    hash.update(booking.as_bytes());
    hash.update(i.to_be_bytes());
    let digest = hash.finalize();
    let mut bits = [0; 8];
    bits.copy_from_slice(&digest[..8]);
    TicketCode::from_bits(u64::from_be_bytes(bits))
}

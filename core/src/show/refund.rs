//! Giving tickets back: what goes back by the card's ladder, who may say so, what becomes of seats
//! and money.
//!
//! A clerk gives back alone what the card lets a clerk ([`RefundTerms::clerk_max_minor`], counted
//! over all that was given back of the booking, so that many small refunds are no way around it).
//! More waits in this journal until a manager approves or refuses: it stands where the seats stand,
//! so nothing else that happens to the booking can cross it. The sum is the one of the hour it was
//! asked in, however long a manager takes.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    Actor, BookingRecord, Command, Event, KeptLess, Line, ReturnReason, ShowState, ShowTerms,
};
use crate::{
    code::TicketCode,
    expiry::is_alive,
    ids::{CommandId, OwnerRef},
    money::Money,
    refund::{RefundReason, RefundTerms, kept_of},
    refusal::Refusal,
    seat::{SeatLabel, SeatNo},
    show::pick::find_seats,
    time::{DAY_MS, UtcMillis},
    wire::{booking::BookingState, refund::DeclinedHow},
};

/// The longest that a refund waits for a manager: a day.
const WAITS_MS: i64 = DAY_MS;

/// What the asker may do; the server sets it from the asker's role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefundRules {
    /// Gives back any amount alone: a manager.
    pub alone: bool,
    /// Everything shall go back, whatever the ladder says. Never without a manager.
    pub waive: bool,
}

/// One seat that is given back. Amounts in minor units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundLine {
    /// The seat.
    pub seat: SeatNo,
    /// What was paid for the ticket, without the fee.
    pub price_minor: i64,
    /// The ticket's part of the booking fee.
    pub fee_minor: i64,
    /// What the house keeps of both.
    pub kept_minor: i64,
}

impl RefundLine {
    /// What goes back.
    #[must_use]
    pub const fn back_minor(&self) -> i64 {
        self.price_minor + self.fee_minor - self.kept_minor
    }
}

/// Seats that are given back together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refund {
    /// Seat by seat.
    pub lines: Vec<RefundLine>,
    /// Why.
    pub reason: RefundReason,
    /// More about it; never who.
    pub note: String,
    /// Whether the ladder was set aside.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub waived: bool,
}

impl Refund {
    /// What goes back, in minor units.
    #[must_use]
    pub fn back_minor(&self) -> i64 {
        self.lines.iter().map(RefundLine::back_minor).sum()
    }

    /// What the house keeps, in minor units.
    #[must_use]
    pub fn kept_minor(&self) -> i64 {
        self.lines.iter().map(|l| l.kept_minor).sum()
    }
}

/// A refund that waits for a manager.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundAsked {
    /// The command that asked.
    pub id: CommandId,
    /// When.
    pub at: UtcMillis,
    /// When the wait ends; at that instant it is over.
    pub until: UtcMillis,
    /// Who asked.
    pub owner: OwnerRef,
    /// What for.
    pub refund: Refund,
}

/// A refund that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundRecord {
    /// The command that made it; of one that waited for a manager, the command that asked.
    pub id: CommandId,
    /// When.
    pub at: UtcMillis,
    /// What.
    pub refund: Refund,
    /// The lines of the booking that ended so, with their tickets.
    pub ended: Vec<(Line, TicketCode)>,
    /// Whether it had waited for a manager.
    pub approved: bool,
    /// What it took of the payment.
    pub less: Option<KeptLess>,
}

/// A refund that was asked for and not made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declined {
    /// What was asked.
    pub asked: RefundAsked,
    /// When it ended.
    pub at: UtcMillis,
    /// How.
    pub how: DeclinedHow,
    /// Why not, in the words of whoever said so.
    pub note: String,
}

/// What a refund would come to now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundQuote {
    /// Seat by seat.
    pub lines: Vec<RefundLine>,
    /// What the house keeps of a price by the ladder, in percent; 0 when it is set aside.
    pub keep_percent: u8,
    /// Whether a manager has to say yes.
    pub needs_approval: bool,
}

impl ShowState {
    /// What giving back `seats` of a booking (all of them, if none is named) comes to at `now`.
    ///
    /// # Errors
    /// There is nothing to give back, it is too late, or a seat is not one of the booking's.
    pub fn refund_quote(
        &self,
        actor: &Actor,
        booking: Uuid,
        seats: &[SeatLabel],
        rules: RefundRules,
        now: UtcMillis,
    ) -> Result<RefundQuote, Refusal> {
        let terms = self.terms.as_ref().ok_or(Refusal::NotOpened)?;
        let record = self.owned(actor, booking)?;
        match record.state {
            BookingState::Confirmed => {}
            BookingState::Cancelled => return Err(Refusal::BookingCancelled),
            // While the capture is awaited nobody has tickets to give back.
            BookingState::Secured
            | BookingState::Held
            | BookingState::Expired
            | BookingState::Released => return Err(Refusal::NotPaid),
        }
        // A manager's own refund takes the place of what waits for a manager.
        if let Some(asked) = record.refund_waits(now).filter(|_| !rules.alone) {
            return Err(Refusal::RefundPending { id: asked.id });
        }
        let chosen = chosen(terms, record, seats)?;
        let ladder = terms.prices.refunds.as_ref();
        let keep_percent = if rules.waive {
            0
        } else {
            by_ladder(terms, ladder, now)?
        };
        let fee_kept = !rules.waive && ladder.is_some_and(|l| l.booking_fee_kept);
        let line = |line: &Line| {
            let fee_minor = record.fee_of(line);
            RefundLine {
                seat: line.seat,
                price_minor: line.minor,
                fee_minor,
                kept_minor: kept_of(line.minor, keep_percent)
                    + if fee_kept { fee_minor } else { 0 },
            }
        };
        let lines: Vec<_> = chosen.into_iter().map(line).collect();
        let back: i64 = lines.iter().map(RefundLine::back_minor).sum();
        let before: i64 = record.refunds.iter().map(|r| r.refund.back_minor()).sum();
        let alone_minor = ladder.map_or(0, |l| l.clerk_max_minor);
        let needs_approval =
            !rules.alone && (rules.waive || before.saturating_add(back) > alone_minor);
        Ok(RefundQuote {
            lines,
            keep_percent,
            needs_approval,
        })
    }

    /// Seats are given back now, or the wish waits for a manager.
    pub(super) fn decide_refund(
        &self,
        command: &Command,
        (booking, seats): (Uuid, &[SeatLabel]),
        (reason, note): (RefundReason, &str),
        (rules, told_minor): (RefundRules, Option<i64>),
        now: UtcMillis,
    ) -> Result<Vec<Event>, Refusal> {
        let actor = &command.actor;
        if !actor.staff {
            return Err(Refusal::RefundByStaff);
        }
        let quote = self.refund_quote(actor, booking, seats, rules, now)?;
        let refund = Refund {
            lines: quote.lines,
            reason,
            note: note.to_owned(),
            waived: rules.waive,
        };
        let back = Money::new(refund.back_minor(), self.currency());
        if told_minor.is_some_and(|told| back.minor < told) {
            return Err(Refusal::RefundChanged { back });
        }
        let (command, fingerprint, owner) = (command.id, command.fingerprint(), actor.owner);
        Ok(vec![if quote.needs_approval {
            Event::RefundAsked {
                command,
                fingerprint,
                owner,
                booking,
                refund,
                until: self.refund_until(now),
            }
        } else {
            Event::Refunded {
                command,
                fingerprint,
                owner,
                booking,
                refund,
                asked: None,
            }
        }])
    }

    /// A wish waits until the show begins, a day at most: whoever has seen the film gives nothing
    /// back by what was asked before it.
    fn refund_until(&self, now: UtcMillis) -> UtcMillis {
        let day = now.plus_ms(WAITS_MS);
        let starts_at = self.terms.as_ref().map(|t| t.starts_at);
        let ahead = starts_at.filter(|starts_at| is_alive(*starts_at, now));
        ahead.map_or(day, |starts_at| starts_at.min(day))
    }

    /// A manager says yes or no to a refund that waits; who asked may withdraw it.
    pub(super) fn decide_verdict(
        &self,
        command: &Command,
        (booking, asked): (Uuid, CommandId),
        (approve, note, manager): (bool, &str, bool),
        now: UtcMillis,
    ) -> Result<Vec<Event>, Refusal> {
        let actor = &command.actor;
        let record = self.owned(actor, booking)?;
        let waits = record.refund_asked.as_ref().filter(|a| a.id == asked);
        let waits = waits.ok_or(Refusal::RefundNotAsked)?;
        if !is_alive(waits.until, now) {
            return Err(Refusal::RefundClosed {
                at: Some(waits.until),
            });
        }
        if !manager && (approve || waits.owner != actor.owner) {
            return Err(Refusal::RefundByManager);
        }
        let (command, fingerprint, owner) = (command.id, command.fingerprint(), actor.owner);
        Ok(vec![if approve {
            Event::Refunded {
                command,
                fingerprint,
                owner,
                booking,
                refund: waits.refund.clone(),
                asked: Some(asked),
            }
        } else {
            Event::RefundRefused {
                command,
                fingerprint,
                owner,
                booking,
                asked,
                note: note.to_owned(),
            }
        }])
    }

    /// What waited for a manager is not given back.
    pub(super) fn decline(&mut self, at: UtcMillis, booking: Uuid, how: DeclinedHow, note: &str) {
        let asked = self.no_refund_waits(booking);
        let record = self.bookings.get_mut(&booking);
        if let (Some(asked), Some(record)) = (asked, record) {
            let note = note.to_owned();
            record.declined.push(Declined {
                asked,
                at,
                how,
                note,
            });
        }
    }

    /// Folds a refund in: its seats are free, its tickets end, the house keeps the rest. Gives what
    /// goes back.
    pub(super) fn refund(
        &mut self,
        at: UtcMillis,
        booking: Uuid,
        (id, approved): (CommandId, bool),
        refund: &Refund,
    ) -> Option<KeptLess> {
        if approved {
            self.no_refund_waits(booking);
        } else {
            self.decline(at, booking, DeclinedHow::Overtaken, "");
        }
        let goes = |seat: SeatNo| refund.lines.iter().any(|l| l.seat == seat);
        let record = self.bookings.get_mut(&booking)?;
        let codes = std::mem::take(&mut record.tickets);
        let all: Vec<(Line, TicketCode)> = std::mem::take(&mut record.lines)
            .into_iter()
            .zip(codes)
            .collect();
        let (ended, stays): (Vec<_>, Vec<_>) = all.into_iter().partition(|(l, _)| goes(l.seat));
        (record.lines, record.tickets) = stays.into_iter().unzip();
        record.fee_minor -= refund.lines.iter().map(|l| l.fee_minor).sum::<i64>();
        let seats: Vec<SeatNo> = ended.iter().map(|(l, _)| l.seat).collect();
        record.refunds.push(RefundRecord {
            id,
            at,
            refund: refund.clone(),
            ended,
            approved,
            less: None,
        });
        let payment = record.payment;
        if record.lines.is_empty() {
            record.state = BookingState::Cancelled;
            record.payment = None;
        }
        let price = record.total().minor;
        for seat in seats {
            if self.slots.get(seat.index()).and_then(|s| s.booking()) == Some(booking) {
                self.put(seat, super::Slot::Free);
            }
        }
        let payment = payment?;
        let known = self.payments.get_mut(&payment)?;
        known.fees_minor += refund.kept_minor();
        let (kept, fees) = (known.keep_minor, known.fees_minor);
        self.keep(at, payment, price + fees, Some(ReturnReason::Refunded));
        let less = self.kept_less(payment, kept);
        let made = self.bookings.get_mut(&booking)?.refunds.last_mut()?;
        made.less = less;
        less
    }
}

/// The lines of the seats that are named, in the booking's order; all of them when none is.
fn chosen<'a>(
    terms: &ShowTerms,
    record: &'a BookingRecord,
    seats: &[SeatLabel],
) -> Result<Vec<&'a Line>, Refusal> {
    if seats.is_empty() {
        return Ok(record.lines.iter().collect());
    }
    let named = find_seats(terms, seats.iter().copied())?;
    let strange: Vec<SeatLabel> = named
        .iter()
        .zip(seats)
        .filter(|(no, _)| !record.lines.iter().any(|l| l.seat == **no))
        .map(|(_, label)| *label)
        .collect();
    if !strange.is_empty() {
        return Err(Refusal::NotInBooking { seats: strange });
    }
    let lines = record.lines.iter();
    Ok(lines.filter(|l| named.contains(&l.seat)).collect())
}

fn by_ladder(
    terms: &ShowTerms,
    ladder: Option<&RefundTerms>,
    now: UtcMillis,
) -> Result<u8, Refusal> {
    let Some(ladder) = ladder else {
        return Ok(0);
    };
    let percent = ladder.keep_percent(terms.starts_at.ms_since(now));
    percent.ok_or_else(|| Refusal::RefundClosed {
        at: ladder
            .ends_before_ms()
            .map(|ms| terms.starts_at.plus_ms(ms.saturating_neg())),
    })
}

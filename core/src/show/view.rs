//! Pictures of a show for the wire: seat map, booking, what changed.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::{
    BookingRecord, Declined, RefundLine, RefundQuote, RefundRecord, Sales, ShowState, Slot,
    pick::category_of,
};
use crate::{
    ids::ShowId,
    layout::{BlockReason, LayoutHash, Place},
    money::{Currency, Money},
    price::TaxTotal,
    seat::{SeatLabel, SeatNo},
    time::UtcMillis,
    wire::{
        Time,
        booking::{AppliedPayment, Booking, BookingLine, BookingState, Ticket},
        catalogue::ShowStatus,
        price::LineQuote,
        refund::{self as wire, RefundDeclined, RefundMade, RefundSeat, RefundWaiting},
        seats::{HoldEnd, SeatChange, SeatMap, SeatMark, Version},
    },
};

/// How a seat stands on the map, with the end of its hold or of its wait for capture.
#[must_use]
pub const fn mark_of(slot: Slot) -> (SeatMark, Option<UtcMillis>) {
    match slot {
        Slot::Free => (SeatMark::Free, None),
        Slot::Held { until, .. } => (SeatMark::Held, Some(until)),
        Slot::Booked { until, .. } => (SeatMark::Booked, until),
        Slot::Blocked(reason) => (SeatMark::Blocked(reason), None),
        Slot::Kept { until } => (SeatMark::Blocked(BlockReason::House), Some(until)),
    }
}

/// A seat map from its parts.
#[must_use]
pub fn seat_map(
    show: ShowId,
    version: Version,
    layout: LayoutHash,
    status: ShowStatus,
    slots: &[Slot],
) -> SeatMap {
    let mut holds: BTreeMap<UtcMillis, Vec<SeatNo>> = BTreeMap::new();
    let mut states = String::with_capacity(slots.len());
    for (seat, slot) in (0_u16..).zip(slots) {
        let (mark, until) = mark_of(*slot);
        states.push(mark.letter());
        if let Some(until) = until {
            holds.entry(until).or_default().push(SeatNo(seat));
        }
    }
    let holds = holds
        .into_iter()
        .map(|(until, seats)| HoldEnd {
            until: Time(until),
            seats,
        })
        .collect();
    SeatMap {
        show,
        version,
        layout,
        status,
        states,
        holds,
    }
}

/// The seats that stand otherwise in `after` than in `before`, as they stand in `after`.
#[must_use]
pub fn seat_changes(before: &[Slot], after: &[Slot]) -> Vec<SeatChange> {
    (0_u16..)
        .zip(after)
        .filter(|(seat, slot)| {
            before.get(usize::from(*seat)).map(|b| mark_of(*b)) != Some(mark_of(**slot))
        })
        .map(|(seat, slot)| {
            let (mark, until) = mark_of(*slot);
            SeatChange {
                seat: SeatNo(seat),
                state: mark.letter(),
                until: until.map(Time),
            }
        })
        .collect()
}

impl ShowState {
    /// Whether it sells, as maps and lists say it (its hours are not counted in).
    #[must_use]
    pub const fn status(&self) -> ShowStatus {
        match self.sales {
            Sales::Open => ShowStatus::OnSale,
            Sales::Paused => ShowStatus::Paused,
            Sales::Cancelled => ShowStatus::Cancelled,
        }
    }

    /// The seat map, written with the random value of its version.
    #[must_use]
    pub fn seat_map(&self, tip: u64) -> SeatMap {
        let version = Version { ver: self.ver, tip };
        seat_map(
            self.show,
            version,
            self.layout_hash(),
            self.status(),
            &self.slots,
        )
    }

    /// Names the layout; all zero before the show was opened.
    #[must_use]
    pub fn layout_hash(&self) -> LayoutHash {
        self.terms
            .as_ref()
            .map_or(LayoutHash([0; 16]), |t| t.layout.hash())
    }

    /// A booking as its owner or staff see it at `now`.
    #[must_use]
    pub fn booking_view(&self, uuid: Uuid, tip: u64, now: UtcMillis) -> Option<Booking> {
        let record = self.bookings.get(&uuid)?;
        let money = |minor| Money::new(minor, record.currency);
        let has_seats = matches!(
            record.state_at(now),
            BookingState::Held | BookingState::Secured | BookingState::Confirmed
        );
        let lines = if has_seats {
            self.lines_view(record)
        } else {
            Vec::new()
        };
        Some(Booking {
            id: self.booking_id(uuid),
            show: self.show,
            version: Version { ver: self.ver, tip },
            state: record.state_at(now),
            code: record.code,
            channel: record.channel,
            by: None,
            contact: None,
            taxes: if lines.is_empty() {
                Vec::new()
            } else {
                self.taxes_view(record)
            },
            lines,
            fee: money(record.fee_minor),
            total: record.total(),
            held_at: Time(record.held_at),
            hold_until: Time(record.hold_until),
            relaxed: record.relaxed.clone(),
            payments: self
                .payments_towards(uuid)
                .map(|(id, p)| AppliedPayment {
                    id,
                    keep: Money::new(p.keep_minor, p.amount.currency),
                    settled: p.settled,
                    amount: Some(p.amount),
                    tender: Some(p.tender.word().to_owned()),
                    returned_because: p.returned.map(|why| why.word().to_owned()),
                })
                .collect(),
            tickets: self.tickets_view(record),
            refunds: record
                .refunds
                .iter()
                .map(|made| self.refund_view(record, made))
                .collect(),
            // What staff say about it is for staff, on the desk.
            refund_asked: self.refund_waiting(uuid, now).map(|waits| {
                let note = String::new();
                Box::new(RefundWaiting { note, ..waits })
            }),
            refunds_declined: record
                .declined
                .iter()
                .map(|one| RefundDeclined {
                    note: String::new(),
                    ..self.declined_view(record, one)
                })
                .collect(),
            cash_back: None,
            cash_unknown: false,
            change: None,
        })
    }

    /// The same with what staff noted, for staff.
    #[must_use]
    pub fn staff_view(&self, uuid: Uuid, tip: u64, now: UtcMillis) -> Option<Booking> {
        let mut booking = self.booking_view(uuid, tip, now)?;
        let record = self.bookings.get(&uuid)?;
        booking.refund_asked = self.refund_waiting(uuid, now).map(Box::new);
        let declined = record.declined.iter();
        booking.refunds_declined = declined.map(|d| self.declined_view(record, d)).collect();
        Some(booking)
    }

    /// A refund that was asked for and not made, with what staff noted.
    #[must_use]
    pub fn declined_view(&self, record: &BookingRecord, one: &Declined) -> RefundDeclined {
        let refund = &one.asked.refund;
        RefundDeclined {
            id: one.asked.id,
            asked_at: Time(one.asked.at),
            at: Time(one.at),
            how: one.how,
            lines: self.refund_seats(&refund.lines, record.currency),
            back: Money::new(refund.back_minor(), record.currency),
            reason: refund.reason,
            note: one.note.clone(),
        }
    }

    /// A refund that waits for a manager.
    #[must_use]
    pub fn refund_waiting(&self, booking: Uuid, now: UtcMillis) -> Option<RefundWaiting> {
        let record = self.bookings.get(&booking)?;
        let asked = record.refund_waits(now)?;
        let money = |minor| Money::new(minor, record.currency);
        Some(RefundWaiting {
            id: asked.id,
            booking: self.booking_id(booking),
            code: record.code,
            at: Time(asked.at),
            until: Time(asked.until),
            lines: self.refund_seats(&asked.refund.lines, record.currency),
            back: money(asked.refund.back_minor()),
            kept: money(asked.refund.kept_minor()),
            reason: asked.refund.reason,
            note: asked.refund.note.clone(),
            waived: asked.refund.waived,
        })
    }

    /// What a refund would come to, as it is told.
    #[must_use]
    pub fn refund_quote_view(&self, booking: Uuid, quote: &RefundQuote) -> wire::RefundQuote {
        let currency = self.currency();
        let sum =
            |part: fn(&RefundLine) -> i64| Money::new(quote.lines.iter().map(part).sum(), currency);
        wire::RefundQuote {
            booking: self.booking_id(booking),
            lines: self.refund_seats(&quote.lines, currency),
            back: sum(RefundLine::back_minor),
            kept: sum(|l| l.kept_minor),
            keep_percent: quote.keep_percent,
            needs_approval: quote.needs_approval,
        }
    }

    fn refund_view(&self, record: &BookingRecord, made: &RefundRecord) -> RefundMade {
        let money = |minor| Money::new(minor, record.currency);
        let ticket = |(line, code): &(super::Line, crate::code::TicketCode)| {
            Some(Ticket {
                show: self.show,
                seat: self.label(line.seat)?,
                place: self.place(line.seat),
                ticket_type: line.ticket_type.clone(),
                code: *code,
                valid: false,
            })
        };
        RefundMade {
            id: made.id,
            at: Time(made.at),
            lines: self.refund_seats(&made.refund.lines, record.currency),
            back: money(made.refund.back_minor()),
            kept: money(made.refund.kept_minor()),
            reason: made.refund.reason,
            waived: made.refund.waived,
            tickets: made.ended.iter().filter_map(ticket).collect(),
        }
    }

    fn refund_seats(&self, lines: &[RefundLine], currency: Currency) -> Vec<RefundSeat> {
        let money = |minor| Money::new(minor, currency);
        let seat = |line: &RefundLine| {
            Some(RefundSeat {
                seat: self.label(line.seat)?,
                price: money(line.price_minor),
                fee: money(line.fee_minor),
                kept: money(line.kept_minor),
                back: money(line.back_minor()),
            })
        };
        lines.iter().filter_map(seat).collect()
    }

    fn lines_view(&self, record: &BookingRecord) -> Vec<BookingLine> {
        let Some(terms) = &self.terms else {
            return Vec::new();
        };
        let view = |line: &super::Line| {
            Some(BookingLine {
                seat: terms.layout.get(line.seat)?.label,
                category: category_of(terms, line.seat).to_owned(),
                ticket_type: line.ticket_type.clone(),
                price: Money::new(line.minor, record.currency),
                quoted: line.quoted.as_ref().map(|quoted| {
                    Box::new(LineQuote {
                        fee: Money::new(quoted.fee_minor, record.currency),
                        steps: quoted.steps.clone(),
                        taxes: quoted.taxes.clone(),
                    })
                }),
            })
        };
        record.lines.iter().filter_map(view).collect()
    }

    fn taxes_view(&self, record: &BookingRecord) -> Vec<TaxTotal> {
        let quoted = record.lines.iter().filter_map(|line| line.quoted.as_ref());
        let taxes = quoted.flat_map(|quoted| &quoted.taxes);
        let terms = self.terms.as_ref();
        terms.map_or_else(Vec::new, |terms| terms.prices.tax_totals(taxes))
    }

    /// Tickets are shown once the money is there; after a cancellation they are shown as void.
    fn tickets_view(&self, record: &BookingRecord) -> Vec<Ticket> {
        let Some(terms) = &self.terms else {
            return Vec::new();
        };
        let valid = record.state == BookingState::Confirmed;
        if !valid && record.state != BookingState::Cancelled {
            return Vec::new();
        }
        let view = |(line, code): (&super::Line, &crate::code::TicketCode)| {
            let seat = terms.layout.get(line.seat)?;
            Some(Ticket {
                show: self.show,
                seat: seat.label,
                place: seat.place,
                ticket_type: line.ticket_type.clone(),
                code: *code,
                valid,
            })
        };
        record
            .lines
            .iter()
            .zip(&record.tickets)
            .filter_map(view)
            .collect()
    }

    /// What is written on a seat.
    #[must_use]
    pub fn label(&self, seat: SeatNo) -> Option<SeatLabel> {
        self.terms.as_ref()?.layout.get(seat).map(|s| s.label)
    }

    /// What kind of place a seat is.
    pub(super) fn place(&self, seat: SeatNo) -> Place {
        let seat = self.terms.as_ref().and_then(|t| t.layout.get(seat));
        seat.map(|s| s.place).unwrap_or_default()
    }
}

//! The late-payments desk of the house: its cases, from the state alone.

use houseful_core::{
    ids::{BookingId, CommandId, OwnerRef, PaymentId},
    money::Money,
    wire::{
        Page, Time,
        desk::{CaseResolution, DeskCase, DeskEnd, DeskKind, StoryStep},
        payment::{PaidTender, Payment, PaymentState},
    },
};
use uuid::Uuid;

use super::{Till, catalogue::money};
use crate::tui::msg::{LateWanted, Reply};

/// As many ended cases stand on a page.
const PAGE: usize = 2;

impl Till {
    /// What needs somebody, or has ended.
    pub(super) fn late(&self, wanted: &LateWanted) -> Page<DeskCase> {
        let mut items: Vec<DeskCase> = if wanted.ended {
            self.declined()
        } else {
            self.waiting()
        };
        let payments = self.state.payments().map(|(id, _)| id);
        let cases = payments.filter_map(|id| self.payment_case(id));
        items.extend(cases.filter(|case| case.needs_somebody() != wanted.ended));
        if !wanted.ended {
            return Page { items, next: None };
        }
        let from = wanted
            .cursor
            .as_deref()
            .map_or(0, |c| c.parse().expect("a page"));
        let next = (items.len() > from + PAGE).then(|| (from + PAGE).to_string());
        let items = items.into_iter().skip(from).take(PAGE).collect();
        Page { items, next }
    }

    fn blank(&self, kind: DeskKind, end: DeskEnd, booking: Uuid) -> DeskCase {
        let record = self.state.booking(booking).expect("a booking");
        DeskCase {
            kind,
            at: Time(self.now),
            end,
            booking: BookingId {
                show: self.state.show(),
                uuid: booking,
            },
            code: record.code,
            seats: u16::try_from(record.lines.len()).expect("few seats"),
            payment: None,
            amount: record.total(),
            tender: None,
            why: None,
            overdue: false,
            refund: None,
            declined: None,
            cash: None,
            resolution: None,
        }
    }

    fn waiting(&self) -> Vec<DeskCase> {
        let waits = self.state.bookings().filter_map(|(uuid, _)| {
            let waits = self.state.refund_waiting(uuid, self.now)?;
            let blank = self.blank(DeskKind::RefundWaits, DeskEnd::Waits, uuid);
            Some(DeskCase {
                at: waits.at,
                amount: waits.back,
                refund: Some(waits),
                ..blank
            })
        });
        waits.collect()
    }

    fn declined(&self) -> Vec<DeskCase> {
        let all = self.state.bookings().flat_map(|(uuid, record)| {
            record.declined.iter().map(move |one| {
                let view = self.state.declined_view(record, one);
                DeskCase {
                    amount: view.back,
                    declined: Some(view),
                    ..self.blank(DeskKind::RefundWaits, DeskEnd::Declined, uuid)
                }
            })
        });
        all.collect()
    }

    /// A payment of which something went back.
    pub(super) fn payment_case(&self, id: PaymentId) -> Option<DeskCase> {
        let payment = self.state.payment(id)?;
        let why = payment.returned?;
        let cash = !payment.to_hand.is_empty();
        let handed = payment.handed.as_ref().or(payment.resolved.as_ref());
        let (kind, end) = match cash {
            true => (DeskKind::CashWaits, DeskEnd::Waits),
            false if handed.is_some() => (DeskKind::CashWaits, DeskEnd::GivenBack),
            false => (DeskKind::MoneyBack, DeskEnd::GivenBack),
        };
        let amount = Money::new(payment.to_hand_minor(), payment.amount.currency);
        let resolution = handed.map(|resolved| CaseResolution {
            how: resolved.how,
            at: Time(resolved.at),
            by: (resolved.owner == OwnerRef::of_staff("till-1")).then(|| "till-1".to_owned()),
            note: resolved.note.clone(),
        });
        Some(DeskCase {
            payment: Some(id),
            amount: if cash { amount } else { payment.amount },
            cash: cash.then_some(amount),
            tender: Some(payment.tender.word().to_owned()),
            why: Some(why.word().to_owned()),
            resolution,
            ..self.blank(kind, end, payment.booking)
        })
    }

    pub(super) fn story(&self, booking: Uuid) -> Vec<StoryStep> {
        let events = self.journal.iter().map(|(at, event)| (*at, event));
        let steps = self.state.story(booking, events).into_iter();
        let named = steps.map(|(step, by)| StoryStep {
            by: (by == Some(OwnerRef::of_staff("till-1"))).then(|| "till-1".to_owned()),
            ..step
        });
        named.collect()
    }

    /// Says what is to be handed out in cash.
    pub(super) fn with_cash(&self, reply: Reply, refund: Option<CommandId>) -> Reply {
        let Reply::Booking(mut booking) = reply else {
            return reply;
        };
        let record = self.state.booking(booking.id.uuid);
        let less = match refund {
            Some(id) => record.and_then(|r| r.refunds.iter().find(|made| made.id == id)?.less),
            None => record.and_then(|r| r.taken_back),
        };
        let is_cash = booking
            .payments
            .iter()
            .any(|p| p.tender.as_deref() == Some("cash"));
        booking.cash_back = less
            .filter(|less| is_cash && less.back_minor() > 0)
            .map(|less| Box::new(money(less.back_minor())));
        Reply::Booking(booking)
    }

    /// A payment by one means that did all that was asked of it.
    pub(in crate::tui::tests) fn settled(&self, id: PaymentId) -> Payment {
        let known = self.state.payment(id).expect("a payment");
        let back = known.amount.minor - known.keep_minor;
        let state = if back > 0 {
            PaymentState::Refunded
        } else {
            PaymentState::Captured
        };
        let tender = PaidTender {
            means: known.tender.word().to_owned(),
            label: None,
            state,
            amount: known.amount,
            captured: known.amount,
            refund_due: money(0),
            refunded: money(back),
            reason: None,
        };
        Payment {
            id,
            booking: BookingId {
                show: self.state.show(),
                uuid: known.booking,
            },
            state,
            provider: known.tender.word().to_owned(),
            amount: known.amount,
            captured: known.amount,
            refunded: money(back),
            reason: None,
            action: None,
            tenders: vec![tender],
            settled: true,
            created_at: Time(self.now),
            updated_at: Time(self.now),
        }
    }
}

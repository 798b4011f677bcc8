//! The late-payments desk of the house: its cases by the real rules, and the cash of its till.

use houseful_core::{
    ids::{BookingId, CommandId, OwnerRef, PaymentId},
    show::{DeskTold, FoundCase},
    wire::{
        Time,
        desk::{Cases, DeskCase, ResolveRequest, StoryStep},
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
    pub(super) fn late(&self, wanted: &LateWanted) -> Cases {
        let told = DeskTold {
            opens: !wanted.ended,
            waits: true,
        };
        let events = self.journal.iter().map(|(at, event)| (*at, event));
        let events = events.filter(|_| wanted.ended);
        let found = self.state.desk(events, told, self.now).into_iter();
        let mut items: Vec<DeskCase> = found.map(tell).collect();
        items.sort_by_key(|case| std::cmp::Reverse(case.at));
        let mut cases = Cases {
            read_only: self.unread.clone(),
            ..Cases::default()
        };
        if !wanted.ended {
            cases.items = items;
            return cases;
        }
        let from = wanted
            .cursor
            .as_deref()
            .map_or(0, |c| c.parse().expect("a page"));
        cases.next = (items.len() > from + PAGE).then(|| (from + PAGE).to_string());
        cases.items = items.into_iter().skip(from).take(PAGE).collect();
        cases
    }

    /// The case that somebody has just said something about.
    pub(super) fn resolved(&self, said: &ResolveRequest) -> DeskCase {
        let found = self.state.desk_resolved(said, self.now);
        tell(found.expect("a case"))
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

/// Adds what booking alone can't tell.
fn tell(found: FoundCase) -> DeskCase {
    let FoundCase {
        mut case,
        by,
        to_hand,
    } = found;
    if let Some(resolution) = &mut case.resolution {
        resolution.by = (by == Some(OwnerRef::of_staff("till-1"))).then(|| "till-1".to_owned());
    }
    if !to_hand.is_empty() && case.tender.as_deref() == Some("cash") {
        case.cash = Some(case.amount);
    }
    case
}

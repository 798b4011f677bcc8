//! The late-payments desk: what of a show needs somebody, from where its payments stand; what has
//! ended, from its journal and where its payments stand now.

use uuid::Uuid;

use super::{BookingRecord, Event, KeptLess, PaymentRecord, Resolved, ReturnReason, ShowState};
use crate::{
    ids::{BookingId, CommandId, OwnerRef, PaymentId},
    message::Tender,
    money::Money,
    time::UtcMillis,
    wire::{
        Time,
        desk::{CaseHow, CaseResolution, DeskCase, DeskEnd, DeskKind, ResolveRequest},
    },
};

/// A case with what booking alone can't tell of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundCase {
    /// The case, without who resolved it and without its cash.
    pub case: DeskCase,
    /// Who resolved it.
    pub by: Option<OwnerRef>,
    /// What of its payment went back that may be cash.
    pub to_hand: Vec<KeptLess>,
}

/// What of a show is told where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeskTold {
    /// Whether what needs somebody is told here.
    pub opens: bool,
    /// Whether that is told at all, the show being in the timetable. A show whose last event an
    /// earlier program wrote may wait for somebody and not stand there: its rows tell it then.
    pub waits: bool,
}

/// The kinds of journal rows that tell how cases of this kind ended; none named is all.
#[must_use]
pub const fn desk_rows(kind: Option<DeskKind>) -> &'static [&'static str] {
    match kind {
        None => &[],
        Some(DeskKind::LateWon) => &["secured", "case_resolved"],
        Some(DeskKind::MoneyBack) => &["payment_returned", "settle_lapsed", "case_resolved"],
        Some(DeskKind::MoneyGone) => &["money_gone", "case_resolved"],
        Some(DeskKind::MoneyShort) => &["money_short", "case_resolved"],
        Some(DeskKind::RefundWaits) => &["refunded", "refund_refused", "refund_lapsed"],
        Some(DeskKind::CashWaits) => &["case_resolved", "refunded"],
        Some(DeskKind::Overdue) => &["case_resolved"],
    }
}

impl ShowState {
    /// What needs somebody now, if that is wanted, and how what these events of the show began has
    /// ended, each with the time it was decided.
    pub fn desk<'a>(
        &self,
        events: impl Iterator<Item = (UtcMillis, &'a Event)>,
        told: DeskTold,
        now: UtcMillis,
    ) -> Vec<FoundCase> {
        let mut found = Vec::new();
        if told.opens {
            for (booking, record) in self.bookings() {
                if record.refund_waits(now).is_some() {
                    found.extend(refund_waits(self, booking, now));
                }
            }
            for (id, payment) in self.payments() {
                let needs = needs(payment, now).into_iter().flatten();
                found.extend(needs.filter_map(|kind| open_case(self, id, kind, now)));
            }
        }
        found.extend(events.flat_map(|(at, event)| of_event(self, event, at, (told, now))));
        found
    }

    /// The case that somebody said something about, as it was said.
    #[must_use]
    pub fn desk_resolved(&self, said: &ResolveRequest, now: UtcMillis) -> Option<FoundCase> {
        let payment = self.payment(said.payment)?;
        let is_cash = said.how == CaseHow::HandedOut || said.told_minor.is_some();
        let handed = payment.handed.as_ref().filter(|_| is_cash);
        let resolved = handed.or(payment.resolved.as_ref())?;
        let handed_minor = handed.and(said.told_minor).unwrap_or(0);
        resolved_case(self, said.payment, (resolved, handed_minor), now)
    }
}

/// What is to be done about a payment: its cash, and its money that is not where it should be.
fn needs(payment: &PaymentRecord, now: UtcMillis) -> [Option<DeskKind>; 2] {
    let cash = (!payment.to_hand.is_empty()).then_some(DeskKind::CashWaits);
    let trouble = payment.is_in_trouble(now).then(|| {
        if payment.is_short() {
            DeskKind::MoneyShort
        } else {
            DeskKind::Overdue
        }
    });
    [cash, trouble]
}

/// What needs somebody about a payment.
fn open_case(
    state: &ShowState,
    id: PaymentId,
    kind: DeskKind,
    now: UtcMillis,
) -> Option<FoundCase> {
    let payment = state.payment(id)?;
    let mut found = payment_case(state, id, (kind, payment.asked_at), now)?;
    if kind == DeskKind::CashWaits {
        found.case.amount = Money::new(payment.to_hand_minor(), payment.amount.currency);
        found.to_hand.clone_from(&payment.to_hand);
    }
    found.case.overdue = kind == DeskKind::Overdue;
    if kind != DeskKind::Overdue {
        found.case.end = DeskEnd::Waits;
    }
    // What was said was said about something else.
    (found.case.resolution, found.by) = (None, None);
    Some(found)
}

/// What a case was about that a person has seen to.
fn resolved_kind(payment: &PaymentRecord) -> DeskKind {
    match payment.returned {
        _ if payment.is_short() => DeskKind::MoneyShort,
        Some(ReturnReason::RefundedElsewhere) => DeskKind::MoneyGone,
        None
        | Some(ReturnReason::Cancelled | ReturnReason::Refunded | ReturnReason::ShowCancelled) => {
            DeskKind::Overdue
        }
        Some(_) => DeskKind::MoneyBack,
    }
}

/// What an event says, unless it is told otherwise: as what needs somebody, or where a person saw to
/// it.
fn of_event(
    state: &ShowState,
    event: &Event,
    at: UtcMillis,
    (told, now): (DeskTold, UtcMillis),
) -> Vec<FoundCase> {
    let mut found = Vec::new();
    let mut ended = |kind, id| found.extend(ended_case(state, id, (kind, at), (told, now)));
    match event {
        Event::Secured {
            payment,
            late: true,
            ..
        } => ended(DeskKind::LateWon, *payment),
        Event::PaymentReturned { payment, .. } => ended(DeskKind::MoneyBack, *payment),
        Event::MoneyGone { payment, .. } => ended(DeskKind::MoneyGone, *payment),
        Event::MoneyShort { payment, .. } => ended(DeskKind::MoneyShort, *payment),
        Event::SettleLapsed { bookings } => {
            let overdue = |p: &PaymentRecord| p.returned == Some(ReturnReason::CaptureOverdue);
            let payments = bookings.iter().flat_map(|b| state.payments_towards(*b));
            payments
                .filter(|(_, payment)| overdue(payment))
                .for_each(|(id, _)| ended(DeskKind::MoneyBack, id));
        }
        Event::CaseResolved {
            payment,
            owner,
            how,
            handed_minor,
            note,
            ..
        } => {
            let resolved = Resolved {
                at,
                owner: *owner,
                how: *how,
                note: note.clone(),
            };
            found.extend(resolved_case(
                state,
                *payment,
                (&resolved, *handed_minor),
                now,
            ));
        }
        other => return refund_ended(state, other, at, (told, now)),
    }
    found
}

/// A case that has ended, but for what is told elsewhere.
fn ended_case(
    state: &ShowState,
    id: PaymentId,
    (kind, at): (DeskKind, UtcMillis),
    (told, now): (DeskTold, UtcMillis),
) -> Option<FoundCase> {
    let payment = state.payment(id)?;
    if payment.is_in_trouble(now) {
        let [_, trouble] = needs(payment, now);
        return open_case(state, id, trouble?, now).filter(|_| !told.waits);
    }
    let seen_to = payment.resolved.as_ref().is_some_and(|r| r.at >= at);
    (!seen_to).then(|| payment_case(state, id, (kind, at), now))?
}

/// A payment's case, with what a person did about it since something was decided about it.
fn payment_case(
    state: &ShowState,
    id: PaymentId,
    (kind, at): (DeskKind, UtcMillis),
    now: UtcMillis,
) -> Option<FoundCase> {
    let payment = state.payment(id)?;
    let record = state.booking(payment.booking);
    let resolved = payment.resolved.as_ref();
    let case = DeskCase {
        kind,
        at: Time(at),
        end: stands(kind, id, payment, record),
        booking: BookingId {
            show: state.show(),
            uuid: payment.booking,
        },
        code: record.and_then(|r| r.code),
        seats: record.map_or(0, seats),
        payment: Some(id),
        amount: payment.amount,
        tender: Some(payment.tender.word().to_owned()),
        why: payment.returned.map(|why| why.word().to_owned()),
        overdue: payment.is_overdue(now),
        refund: None,
        declined: None,
        cash: None,
        resolution: resolved.map(resolution),
    };
    Some(FoundCase {
        case,
        by: resolved.map(|r| r.owner),
        to_hand: Vec::new(),
    })
}

/// The case that a person saw to, whatever became of the payment since: its cash, or the rest.
fn resolved_case(
    state: &ShowState,
    id: PaymentId,
    (resolved, handed_minor): (&Resolved, i64),
    now: UtcMillis,
) -> Option<FoundCase> {
    let payment = state.payment(id)?;
    let kind = if handed_minor > 0 {
        DeskKind::CashWaits
    } else {
        resolved_kind(payment)
    };
    let mut found = payment_case(state, id, (kind, resolved.at), now)?;
    if handed_minor > 0 {
        found.case.amount = Money::new(handed_minor, payment.amount.currency);
        // The rest of the payment is a case of its own.
        (found.case.end, found.case.overdue) = (DeskEnd::GivenBack, false);
    }
    found.case.resolution = Some(resolution(resolved));
    found.by = Some(resolved.owner);
    Some(found)
}

fn resolution(resolved: &Resolved) -> CaseResolution {
    CaseResolution {
        how: resolved.how,
        at: Time(resolved.at),
        by: None,
        note: resolved.note.clone(),
    }
}

fn refund_waits(state: &ShowState, booking: Uuid, now: UtcMillis) -> Option<FoundCase> {
    let waits = state.refund_waiting(booking, now)?;
    let mut found = refund_case(state, booking, (DeskEnd::Waits, waits.at.0))?;
    found.case.amount = waits.back;
    found.case.refund = Some(waits);
    let paid = state.booking(booking).and_then(|record| record.payment);
    let payment = paid.and_then(|id| state.payment(id));
    found.case.payment = paid;
    found.case.tender = payment.map(|p| p.tender.word().to_owned());
    Some(found)
}

/// How refunds ended that waited for a manager.
fn refund_ended(
    state: &ShowState,
    event: &Event,
    at: UtcMillis,
    (told, now): (DeskTold, UtcMillis),
) -> Vec<FoundCase> {
    match event {
        Event::Refunded {
            booking,
            asked: Some(asked),
            ..
        } => approved(state, (*booking, *asked), at, (told, now))
            .into_iter()
            .collect(),
        Event::RefundRefused { booking, asked, .. } => {
            declined(state, *booking, |id, _| id == *asked, at)
                .into_iter()
                .collect()
        }
        Event::RefundLapsed { bookings } => {
            let found = bookings.iter();
            found
                .filter_map(|booking| declined(state, *booking, |_, ended| ended == at, at))
                .collect()
        }
        _ => Vec::new(),
    }
}

/// A refund that a manager approved. One that was paid in cash is told as that while it waits, and
/// as what a person did afterwards.
fn approved(
    state: &ShowState,
    (booking, asked): (Uuid, CommandId),
    at: UtcMillis,
    (told, now): (DeskTold, UtcMillis),
) -> Option<FoundCase> {
    let record = state.booking(booking)?;
    let made = record.refunds.iter().find(|made| made.id == asked)?;
    let id = made.less.map(|less| less.payment);
    let payment = id.and_then(|id| state.payment(id));
    let cash = payment.filter(|p| p.tender == Tender::Cash);
    if let (Some(cash), Some(less), Some(id)) = (cash, made.less, id) {
        if cash.to_hand.contains(&less) {
            return open_case(state, id, DeskKind::CashWaits, now).filter(|_| !told.waits);
        }
        if cash.handed.as_ref().is_some_and(|r| r.at >= at) {
            return None;
        }
    }
    let mut found = refund_case(state, booking, (DeskEnd::Approved, at))?;
    found.case.payment = id;
    found.case.tender = payment.map(|p| p.tender.word().to_owned());
    found.case.seats = u16::try_from(made.refund.lines.len()).unwrap_or(u16::MAX);
    found.case.amount.minor = made.refund.back_minor();
    Some(found)
}

fn declined(
    state: &ShowState,
    booking: Uuid,
    is_it: impl Fn(CommandId, UtcMillis) -> bool,
    at: UtcMillis,
) -> Option<FoundCase> {
    let record = state.booking(booking)?;
    let mut all = record.declined.iter();
    let one = all.find(|one| is_it(one.asked.id, one.at))?;
    let view = state.declined_view(record, one);
    let mut found = refund_case(state, booking, (DeskEnd::Declined, at))?;
    found.case.amount = view.back;
    found.case.declined = Some(view);
    Some(found)
}

fn refund_case(
    state: &ShowState,
    booking: Uuid,
    (end, at): (DeskEnd, UtcMillis),
) -> Option<FoundCase> {
    let record = state.booking(booking)?;
    let case = DeskCase {
        kind: DeskKind::RefundWaits,
        at: Time(at),
        end,
        booking: BookingId {
            show: state.show(),
            uuid: booking,
        },
        code: record.code,
        seats: seats(record),
        payment: None,
        amount: record.total(),
        tender: None,
        why: None,
        overdue: false,
        refund: None,
        declined: None,
        cash: None,
        resolution: None,
    };
    Some(FoundCase {
        case,
        by: None,
        to_hand: Vec::new(),
    })
}

fn seats(record: &BookingRecord) -> u16 {
    u16::try_from(record.lines.len()).unwrap_or(u16::MAX)
}

/// How a payment's case ended, or that payment has yet to do what was decided.
fn stands(
    kind: DeskKind,
    id: PaymentId,
    payment: &PaymentRecord,
    record: Option<&BookingRecord>,
) -> DeskEnd {
    let has_seats = record.is_some_and(|r| r.payment == Some(id));
    match (payment.settled, has_seats, kind) {
        (false, ..) => DeskEnd::OnItsWay,
        (true, _, DeskKind::CashWaits) => DeskEnd::GivenBack,
        (true, true, _) => DeskEnd::Confirmed,
        (true, false, DeskKind::LateWon) => DeskEnd::Over,
        (true, false, _) => DeskEnd::GivenBack,
    }
}

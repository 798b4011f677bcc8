//! The cases of one show: what needs somebody, from where its payments stand; what has ended, from
//! rows of its journal and where their payments stand now.

use houseful_core::{
    ids::{BookingId, CommandId, PaymentId},
    money::Money,
    show::{BookingRecord, Event, PaymentRecord, Resolved, ReturnReason, ShowState},
    time::UtcMillis,
    wire::{
        Time,
        admin::JournalEntry,
        desk::{CaseHow, CaseResolution, DeskCase, DeskEnd, DeskKind},
    },
};
use uuid::Uuid;

use super::Found;

/// The kinds of journal rows that tell how cases of this kind ended; none named is all.
pub(super) const fn row_kinds(kind: Option<DeskKind>) -> &'static [&'static str] {
    match kind {
        None => &[],
        Some(DeskKind::LateWon) => &["secured", "case_resolved"],
        Some(DeskKind::MoneyBack) => &["payment_returned", "case_resolved"],
        Some(DeskKind::MoneyGone) => &["money_gone", "case_resolved"],
        Some(DeskKind::MoneyShort) => &["money_short", "case_resolved"],
        Some(DeskKind::RefundWaits) => &["refunded", "refund_refused", "refund_lapsed"],
        Some(DeskKind::Overdue | DeskKind::CashWaits) => &["case_resolved"],
    }
}

/// What needs somebody now, if that is wanted, and what its rows say.
pub(super) fn of_show(
    state: &ShowState,
    rows: &[JournalEntry],
    opens: bool,
    now: UtcMillis,
) -> Vec<Found> {
    let mut found = Vec::new();
    if opens {
        for (booking, record) in state.bookings() {
            if record.refund_waits(now).is_some() {
                found.extend(refund_waits(state, booking, now));
            }
        }
        let payments = state.payments().filter(|(_, p)| p.needs_somebody(now));
        found.extend(payments.map(|(id, _)| id).filter_map(|id| {
            let (kind, at) = needs(state.payment(id)?);
            payment_case(state, id, (kind, at), now)
        }));
    }
    found.extend(rows.iter().flat_map(|row| of_row(state, row, now)));
    found
}

/// One payment's case as it stands.
pub(super) fn of_payment(state: &ShowState, id: PaymentId, now: UtcMillis) -> Option<Found> {
    let payment = state.payment(id)?;
    let stands = match &payment.resolved {
        Some(resolved) => (resolved_kind(payment, resolved.how), resolved.at),
        None => needs(payment),
    };
    payment_case(state, id, stands, now)
}

/// What is to be done about a payment that needs somebody.
fn needs(payment: &PaymentRecord) -> (DeskKind, UtcMillis) {
    let kind = if !payment.to_hand.is_empty() {
        DeskKind::CashWaits
    } else if payment.is_short() {
        DeskKind::MoneyShort
    } else {
        DeskKind::Overdue
    };
    (kind, payment.asked_at)
}

/// What a case was about that a person has seen to.
fn resolved_kind(payment: &PaymentRecord, how: CaseHow) -> DeskKind {
    match payment.returned {
        _ if how == CaseHow::HandedOut => DeskKind::CashWaits,
        _ if payment.is_short() => DeskKind::MoneyShort,
        Some(ReturnReason::RefundedElsewhere) => DeskKind::MoneyGone,
        None
        | Some(ReturnReason::Cancelled | ReturnReason::Refunded | ReturnReason::ShowCancelled) => {
            DeskKind::Overdue
        }
        Some(_) => DeskKind::MoneyBack,
    }
}

/// What a row of the journal says, unless it is told otherwise: as what needs somebody, or where a
/// person saw to it.
fn of_row(state: &ShowState, row: &JournalEntry, now: UtcMillis) -> Vec<Found> {
    let at = row.at.0;
    let Ok(event) = serde_json::from_value::<Event>(row.event.clone()) else {
        return Vec::new();
    };
    let (kind, payment) = match &event {
        Event::Secured {
            payment,
            late: true,
            ..
        } => (DeskKind::LateWon, payment),
        Event::PaymentReturned { payment, .. } => (DeskKind::MoneyBack, payment),
        Event::MoneyGone { payment, .. } => (DeskKind::MoneyGone, payment),
        Event::MoneyShort { payment, .. } => (DeskKind::MoneyShort, payment),
        Event::CaseResolved {
            payment,
            owner,
            how,
            note,
            ..
        } => {
            let resolved = Resolved {
                at,
                owner: *owner,
                how: *how,
                note: note.clone(),
            };
            return resolved_case(state, *payment, &resolved, now)
                .into_iter()
                .collect();
        }
        other => return refund_row(state, other, at, now),
    };
    let told_elsewhere = |p: &PaymentRecord| {
        p.needs_somebody(now) || p.resolved.as_ref().is_some_and(|r| r.at >= at)
    };
    if state.payment(*payment).is_none_or(told_elsewhere) {
        return Vec::new();
    }
    payment_case(state, *payment, (kind, at), now)
        .into_iter()
        .collect()
}

/// A payment's case, with what a person did about it since it last needed somebody.
fn payment_case(
    state: &ShowState,
    id: PaymentId,
    (kind, at): (DeskKind, UtcMillis),
    now: UtcMillis,
) -> Option<Found> {
    let payment = state.payment(id)?;
    let record = state.booking(payment.booking);
    let waits =
        matches!(kind, DeskKind::MoneyShort | DeskKind::CashWaits) && payment.needs_somebody(now);
    let end = if waits {
        DeskEnd::Waits
    } else {
        stands(kind, id, payment, record)
    };
    let amount = match kind {
        DeskKind::CashWaits if !payment.to_hand.is_empty() => {
            Money::new(payment.to_hand_minor(), payment.amount.currency)
        }
        _ => payment.amount,
    };
    let resolved = payment.resolved.as_ref();
    let case = DeskCase {
        kind,
        at: Time(at),
        end,
        booking: BookingId {
            show: state.show(),
            uuid: payment.booking,
        },
        code: record.and_then(|r| r.code),
        seats: record.map_or(0, seats),
        payment: Some(id),
        amount,
        tender: Some(payment.tender.word().to_owned()),
        why: payment.returned.map(|why| why.word().to_owned()),
        overdue: payment.is_overdue(now),
        refund: None,
        declined: None,
        cash: None,
        resolution: resolved.map(resolution),
    };
    Some(Found {
        case,
        by: resolved.map(|r| r.owner),
        to_hand: payment.to_hand.clone(),
    })
}

/// The case that a person saw to, whatever became of the payment since.
fn resolved_case(
    state: &ShowState,
    id: PaymentId,
    resolved: &Resolved,
    now: UtcMillis,
) -> Option<Found> {
    let payment = state.payment(id)?;
    let kind = resolved_kind(payment, resolved.how);
    let mut found = payment_case(state, id, (kind, resolved.at), now)?;
    found.case.end = stands(kind, id, payment, state.booking(payment.booking));
    found.case.amount = payment.amount;
    found.case.resolution = Some(resolution(resolved));
    (found.by, found.to_hand) = (Some(resolved.owner), Vec::new());
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

fn refund_waits(state: &ShowState, booking: Uuid, now: UtcMillis) -> Option<Found> {
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
fn refund_row(state: &ShowState, event: &Event, at: UtcMillis, now: UtcMillis) -> Vec<Found> {
    match event {
        Event::Refunded {
            booking,
            asked: Some(asked),
            ..
        } => approved(state, (*booking, *asked), at, now)
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

/// A refund that a manager approved; one whose cash waits is told as that, and as what a person did
/// afterwards.
fn approved(
    state: &ShowState,
    (booking, asked): (Uuid, CommandId),
    at: UtcMillis,
    now: UtcMillis,
) -> Option<Found> {
    let record = state.booking(booking)?;
    let made = record.refunds.iter().find(|made| made.id == asked)?;
    let payment = made.less.map(|less| less.payment);
    let stands = payment.and_then(|id| state.payment(id));
    let told_elsewhere = |p: &PaymentRecord| {
        p.needs_somebody(now) || p.resolved.as_ref().is_some_and(|r| r.at >= at)
    };
    if stands.is_some_and(told_elsewhere) {
        return None;
    }
    let mut found = refund_case(state, booking, (DeskEnd::Approved, at))?;
    found.case.payment = payment;
    found.case.tender = stands.map(|p| p.tender.word().to_owned());
    found.case.seats = u16::try_from(made.refund.lines.len()).unwrap_or(u16::MAX);
    found.case.amount.minor = made.refund.back_minor();
    Some(found)
}

fn declined(
    state: &ShowState,
    booking: Uuid,
    is_it: impl Fn(CommandId, UtcMillis) -> bool,
    at: UtcMillis,
) -> Option<Found> {
    let record = state.booking(booking)?;
    let mut all = record.declined.iter();
    let one = all.find(|one| is_it(one.asked.id, one.at))?;
    let view = state.declined_view(record, one);
    let mut found = refund_case(state, booking, (DeskEnd::Declined, at))?;
    found.case.amount = view.back;
    found.case.declined = Some(view);
    Some(found)
}

fn refund_case(state: &ShowState, booking: Uuid, (end, at): (DeskEnd, UtcMillis)) -> Option<Found> {
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
    Some(Found {
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

//! The late-payments desk: what came late and how it ended, what is on its way back, what waits for
//! a manager. It decides nothing: every case was decided in the commit that saw it.

use std::collections::BTreeMap;

use axum::{extract::State, response::Json};
use houseful_core::{
    ids::{BookingId, PaymentId, ShowId},
    show::{BookingRecord, Event, PaymentRecord, ShowState},
    time::{DAY_MS, UtcMillis},
    wire::{
        Page, Time,
        admin::JournalEntry,
        desk::{DeskCase, DeskEnd, DeskKind},
    },
};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::input::{Params, bounded};
use crate::{app::App, lane::LaneError, problem::ApiError};

/// How far back is looked for what has ended, when nobody says.
const SINCE_MS: i64 = DAY_MS;
/// After so long a decision that payment has not carried out is somebody's concern.
const OVERDUE_MS: i64 = 15 * 60_000;

/// Which cases.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct DeskQuery {
    /// Decided then or later; the last 24 hours when absent. What waits or is overdue is told
    /// whatever its age.
    #[param(value_type = Option<String>)]
    since: Option<Time>,
    /// Only of this kind.
    kind: Option<DeskKind>,
    /// At most so many of those that have ended, 1 to 1,000.
    #[serde(default = "limit_default")]
    #[param(default = 200, minimum = 1, maximum = 1_000)]
    limit: u32,
}

const fn limit_default() -> u32 {
    200
}

/// Cases of the late-payments desk: what needs a human first, then the newest.
#[utoipa::path(get, path = "/v1/desk", tag = "house", params(DeskQuery),
    responses((status = 200, body = Page<DeskCase>)))]
pub(super) async fn desk(
    State(app): State<App>,
    Params(query): Params<DeskQuery>,
) -> Result<Json<Page<DeskCase>>, ApiError> {
    let limit = bounded("limit", query.limit, 1, 1_000)?;
    let now = app.clock.now();
    let since = query.since.map_or(now.plus_ms(-SINCE_MS), |t| t.0);
    let wants = |kind| query.kind.is_none_or(|wanted| wanted == kind);
    let mut by_show: BTreeMap<ShowId, Vec<Found>> = BTreeMap::new();
    // Whatever a show waits for stands in its timetable, so nothing that waits can be overlooked
    // for its age or for how much else there is.
    if [
        DeskKind::RefundWaits,
        DeskKind::Overdue,
        DeskKind::MoneyShort,
    ]
    .into_iter()
    .any(wants)
    {
        let waiting = app.journals.waiting().await?;
        by_show.extend(waiting.into_iter().map(|show| (show, Vec::new())));
    }
    if let Some(word) = row_kind(query.kind) {
        for row in app.journals.desk(since, word, limit).await? {
            by_show.entry(row.show).or_default().extend(Found::of(&row));
        }
    }
    let mut items = Vec::new();
    for (show, found) in by_show {
        let read = app
            .lane
            .read(show, move |state, _, now| cases(state, found, now));
        match read.await {
            Ok(some) => items.extend(some),
            Err(LaneError::NoSuchShow) => {}
            // Its cases can't be told; the alarm of a show that stands still is one of its own.
            Err(LaneError::ReadOnly(why)) => {
                tracing::warn!(show.id = %show, why, "a show is missing from the late-payments desk");
            }
            Err(error) => return Err(error.into()),
        }
    }
    items.retain(|case| wants(case.kind));
    items.sort_by_key(|case| (!needs_human(case), std::cmp::Reverse(case.at), case.booking));
    Ok(Json(Page { items, next: None }))
}

fn needs_human(case: &DeskCase) -> bool {
    case.end == DeskEnd::Waits || case.overdue
}

/// The kind of journal rows to look for; `None` when no row is looked for, `Some(None)` for all.
fn row_kind(kind: Option<DeskKind>) -> Option<Option<&'static str>> {
    match kind {
        None => Some(None),
        Some(DeskKind::LateWon) => Some(Some("secured")),
        Some(DeskKind::MoneyBack) => Some(Some("payment_returned")),
        Some(DeskKind::MoneyGone) => Some(Some("money_gone")),
        Some(DeskKind::MoneyShort | DeskKind::RefundWaits | DeskKind::Overdue) => None,
    }
}

/// The cases of a show: those of its rows with where they stand now, and whatever waits.
fn cases(state: &ShowState, found: Vec<Found>, now: UtcMillis) -> Vec<DeskCase> {
    let mut cases: Vec<DeskCase> = Vec::new();
    for (booking, record) in state.bookings() {
        if record.refund_waits(now).is_some() {
            cases.extend(refund_case(state, booking, now));
        }
    }
    for (id, payment) in state.payments().filter(|(_, p)| !p.settled) {
        let found = |kind, at| Found {
            kind,
            at,
            booking: payment.booking,
            payment: id,
        };
        if payment.is_short() {
            cases.extend(found(DeskKind::MoneyShort, payment.asked_at).case(state, now));
        } else if payment.asked_at.plus_ms(OVERDUE_MS).0 < now.0 {
            cases.extend(found(DeskKind::Overdue, payment.asked_at).case(state, now));
        }
    }
    for row in found {
        // One that is overdue stands there once.
        if !cases.iter().any(|case| case.payment == Some(row.payment)) {
            cases.extend(row.case(state, now));
        }
    }
    cases
}

fn refund_case(state: &ShowState, booking: Uuid, now: UtcMillis) -> Option<DeskCase> {
    let waits = state.refund_waiting(booking, now)?;
    let record = state.booking(booking)?;
    Some(DeskCase {
        kind: DeskKind::RefundWaits,
        at: waits.at,
        end: DeskEnd::Waits,
        booking: waits.booking,
        code: record.code,
        seats: seats(record),
        payment: None,
        amount: waits.back,
        tender: None,
        why: None,
        overdue: false,
        refund: Some(waits),
    })
}

fn seats(record: &BookingRecord) -> u16 {
    u16::try_from(record.lines.len()).unwrap_or(u16::MAX)
}

/// A payment that the desk is about.
struct Found {
    kind: DeskKind,
    at: UtcMillis,
    booking: Uuid,
    payment: PaymentId,
}

impl Found {
    fn of(row: &JournalEntry) -> Option<Self> {
        let at = row.at.0;
        let event: Event = serde_json::from_value(row.event.clone()).ok()?;
        let (kind, booking, payment) = match event {
            Event::Secured {
                booking,
                payment,
                late: true,
                ..
            } => (DeskKind::LateWon, booking, payment),
            Event::PaymentReturned {
                booking, payment, ..
            } => (DeskKind::MoneyBack, booking, payment),
            Event::MoneyGone {
                booking, payment, ..
            } => (DeskKind::MoneyGone, booking, payment),
            _ => return None,
        };
        Some(Self {
            kind,
            at,
            booking,
            payment,
        })
    }

    fn case(self, state: &ShowState, now: UtcMillis) -> Option<DeskCase> {
        let record = state.booking(self.booking);
        let payment = state.payment(self.payment)?;
        let end = match self.kind {
            DeskKind::MoneyShort => DeskEnd::Waits,
            kind => stands(kind, self.payment, payment, record),
        };
        let waits = end == DeskEnd::OnItsWay;
        Some(DeskCase {
            kind: self.kind,
            at: Time(self.at),
            end,
            booking: BookingId {
                show: state.show(),
                uuid: self.booking,
            },
            code: record.and_then(|r| r.code),
            seats: record.map_or(0, seats),
            payment: Some(self.payment),
            amount: payment.amount,
            tender: Some(payment.tender.word().to_owned()),
            why: payment.returned.map(|why| why.word().to_owned()),
            overdue: waits && payment.asked_at.plus_ms(OVERDUE_MS).0 < now.0,
            refund: None,
        })
    }
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
        (true, true, _) => DeskEnd::Confirmed,
        (true, false, DeskKind::LateWon) => DeskEnd::Over,
        (true, false, _) => DeskEnd::GivenBack,
    }
}

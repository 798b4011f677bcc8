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

/// How far back is looked, when nobody says.
const SINCE_MS: i64 = DAY_MS;
/// Refunds that wait are looked for so far back: longer than any show is on sale.
const WAITING_MS: i64 = 400 * DAY_MS;
/// After so long a decision that payment has not carried out is somebody's concern.
const OVERDUE_MS: i64 = 15 * 60_000;

/// Which cases.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct DeskQuery {
    /// Decided then or later; the last 24 hours when absent. Refunds that wait are told whatever
    /// their age.
    #[param(value_type = Option<String>)]
    since: Option<Time>,
    /// Only of this kind.
    kind: Option<DeskKind>,
    /// At most so many, 1 to 1,000.
    #[serde(default = "limit_default")]
    #[param(default = 200, minimum = 1, maximum = 1_000)]
    limit: u32,
}

const fn limit_default() -> u32 {
    200
}

/// Cases of the late-payments desk, the newest first.
#[utoipa::path(get, path = "/v1/desk", tag = "house", params(DeskQuery),
    responses((status = 200, body = Page<DeskCase>)))]
pub(super) async fn desk(
    State(app): State<App>,
    Params(query): Params<DeskQuery>,
) -> Result<Json<Page<DeskCase>>, ApiError> {
    let limit = bounded("limit", query.limit, 1, 1_000)?;
    let now = app.clock.now();
    let since = query.since.map_or(now.plus_ms(-SINCE_MS), |t| t.0);
    let waits_only = query.kind == Some(DeskKind::RefundWaits);
    let mut rows = Vec::new();
    if !waits_only {
        rows.extend(app.journals.desk(since, false, limit).await?);
    }
    if query.kind.is_none_or(|kind| kind == DeskKind::RefundWaits) {
        let since = now.plus_ms(-WAITING_MS);
        rows.extend(app.journals.desk(since, true, limit).await?);
    }
    let mut items = cases(&app, rows).await?;
    items.retain(|case| query.kind.is_none_or(|kind| kind == case.kind));
    items.sort_by_key(|case| (std::cmp::Reverse(case.at), case.booking));
    items.dedup_by_key(|case| (case.kind, case.booking, case.payment));
    items.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(Json(Page { items, next: None }))
}

/// What the journal's rows say, with where each case stands now: one look at each show. What a show
/// that can't be read has is left out, since the others are still wanted.
async fn cases(app: &App, rows: Vec<JournalEntry>) -> Result<Vec<DeskCase>, ApiError> {
    let mut by_show: BTreeMap<ShowId, Vec<Found>> = BTreeMap::new();
    for row in rows {
        if let Some(found) = Found::of(&row) {
            by_show.entry(row.show).or_default().push(found);
        }
    }
    let mut cases = Vec::new();
    for (show, found) in by_show {
        let read = app.lane.read(show, move |state, _, now| {
            let case = |f: Found| f.case(state, now);
            found.into_iter().filter_map(case).collect::<Vec<_>>()
        });
        match read.await {
            Ok(some) => cases.extend(some),
            Err(LaneError::NoSuchShow | LaneError::ReadOnly(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(cases)
}

/// A row of a journal that the desk is about.
struct Found {
    kind: DeskKind,
    at: UtcMillis,
    booking: Uuid,
    payment: Option<PaymentId>,
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
            } => (DeskKind::LateWon, booking, Some(payment)),
            Event::PaymentReturned {
                booking, payment, ..
            } => (DeskKind::MoneyBack, booking, Some(payment)),
            Event::MoneyGone {
                booking, payment, ..
            } => (DeskKind::MoneyGone, booking, Some(payment)),
            Event::RefundAsked { booking, .. } => (DeskKind::RefundWaits, booking, None),
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
        let refund = match self.kind {
            DeskKind::RefundWaits => {
                let waits = state.refund_waiting(self.booking)?;
                // A wish that was decided is no case; another one of the same booking has its row.
                (waits.at.0 == self.at).then_some(waits)?.into()
            }
            _ => None,
        };
        let payment = self.payment.and_then(|id| state.payment(id));
        let amount = match (&refund, payment) {
            (Some(waits), _) => waits.back,
            (None, payment) => payment?.amount,
        };
        let end = match payment {
            None => DeskEnd::Waits,
            Some(payment) => stands(self.payment, payment, record),
        };
        let asked_at = payment.map_or(self.at, |p| p.asked_at);
        Some(DeskCase {
            kind: self.kind,
            at: Time(self.at),
            end,
            booking: BookingId {
                show: state.show(),
                uuid: self.booking,
            },
            code: record.and_then(|r| r.code),
            seats: record.map_or(0, |r| u16::try_from(r.lines.len()).unwrap_or(u16::MAX)),
            payment: self.payment,
            amount,
            tender: payment.map(|p| p.tender.word().to_owned()),
            why: payment
                .and_then(|p| p.returned)
                .map(|why| why.word().to_owned()),
            overdue: end == DeskEnd::OnItsWay && asked_at.plus_ms(OVERDUE_MS).0 < now.0,
            refund,
        })
    }
}

/// How a payment's case ended, or that payment has yet to do what was decided.
fn stands(
    id: Option<PaymentId>,
    payment: &PaymentRecord,
    record: Option<&BookingRecord>,
) -> DeskEnd {
    let has_seats = record.is_some_and(|r| id.is_some() && r.payment == id);
    match (payment.settled, has_seats) {
        (false, _) => DeskEnd::OnItsWay,
        (true, true) => DeskEnd::Confirmed,
        (true, false) => DeskEnd::GivenBack,
    }
}

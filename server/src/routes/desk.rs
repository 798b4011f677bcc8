//! The late-payments desk: what came late and how it ended, what is on its way back, what waits for
//! a manager or for somebody with cash. It decides nothing: every case was decided in the commit
//! that saw it, and what a person did is written by `resolve`.

use std::collections::BTreeMap;

use axum::{extract::State, response::Json};
use futures_util::{StreamExt, stream};
use houseful_core::{
    ids::{BookingId, ShowId},
    message::Tender,
    show::{DeskTold, Event, FoundCase, desk_rows},
    time::{DAY_MS, UtcMillis},
    wire::{
        Time,
        desk::{Cases, DeskCase, DeskKind, ResolveRequest},
    },
};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::{
    bookings::about_booking,
    cash::{self, Cash},
    input::{Params, bounded},
};
use crate::{
    app::App,
    lane::LaneError,
    problem::ApiError,
    store::{DeskPlace, DeskRows},
};

/// How far back is looked for what has ended, when nobody says.
const SINCE_MS: i64 = DAY_MS;

/// As many payments are asked about at once.
const ASKED_AT_ONCE: usize = 16;

/// Which cases.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct DeskQuery {
    /// Decided then or later; the last 24 hours when absent, and at any time with `state=ended`.
    /// What needs somebody is told whatever its age.
    #[param(value_type = Option<String>)]
    since: Option<Time>,
    /// Only of this kind.
    kind: Option<DeskKind>,
    /// Only what needs somebody, or only what does not; both when absent.
    #[param(inline)]
    state: Option<DeskState>,
    /// At most so many rows of journals are looked at for those that have ended, 1 to 1,000.
    #[serde(default = "limit_default")]
    #[param(default = 200, minimum = 1, maximum = 1_000)]
    limit: u32,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// Whether something has to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum DeskState {
    /// Somebody has to do something.
    Open,
    /// Nobody has to.
    Ended,
}

const fn limit_default() -> u32 {
    200
}

/// Cases of the late-payments desk: what needs somebody first, then the newest. `next` leads to
/// what ended before.
#[utoipa::path(get, path = "/v1/desk", tag = "house", params(DeskQuery),
    responses((status = 200, body = Cases)))]
pub(super) async fn desk(
    State(app): State<App>,
    Params(query): Params<DeskQuery>,
) -> Result<Json<Cases>, ApiError> {
    let limit = bounded("limit", query.limit, 1, 1_000)?;
    let after = query.cursor.as_deref().map(place).transpose()?;
    let since = match (query.since, query.state) {
        (Some(since), _) => since.0,
        (None, Some(DeskState::Ended)) => UtcMillis(0),
        (None, _) => app.clock.now().plus_ms(-SINCE_MS),
    };
    let opens = query.state != Some(DeskState::Ended) && after.is_none();
    let mut by_show: BTreeMap<ShowId, Vec<(UtcMillis, Event)>> = BTreeMap::new();
    // Whatever a show waits for stands in its timetable, so nothing that waits can be overlooked
    // for its age or for how much else there is.
    let waiting = app.journals.waiting().await?;
    if opens {
        by_show.extend(waiting.iter().map(|show| (*show, Vec::new())));
    }
    let mut next = None;
    if query.state != Some(DeskState::Open) {
        let kinds = desk_rows(query.kind);
        let wanted = DeskRows {
            since,
            after,
            kinds,
            limit,
        };
        let rows = app.journals.desk(&wanted).await?;
        let full = rows.len() == usize::try_from(limit).unwrap_or(usize::MAX);
        next = rows
            .last()
            .filter(|_| full)
            .map(|row| cursor(DeskPlace::of(row)));
        for row in rows {
            // What can't be read is the alarm of its show.
            if let Ok(event) = serde_json::from_value(row.event) {
                by_show.entry(row.show).or_default().push((row.at.0, event));
            }
        }
    }
    let (mut items, mut read_only) = (Vec::new(), Vec::new());
    for (show, rows) in by_show {
        let told = DeskTold {
            opens,
            waits: waiting.contains(&show),
        };
        let read = app.lane.read(show, move |state, _, now| {
            state.desk(rows.iter().map(|(at, event)| (*at, event)), told, now)
        });
        match read.await {
            Ok(found) => items.extend(found),
            Err(LaneError::NoSuchShow) => {}
            // The alarm of a show that stands still is one of its own.
            Err(LaneError::ReadOnly(_)) => read_only.push(show),
            Err(error) => return Err(error.into()),
        }
    }
    items.retain(|found| query.kind.is_none_or(|kind| kind == found.case.kind));
    let items = told(&app, items).await;
    Ok(Json(Cases {
        items,
        next,
        read_only,
    }))
}

/// Adds what booking alone can't tell, and puts them in order.
async fn told(app: &App, found: Vec<FoundCase>) -> Vec<DeskCase> {
    let asked = stream::iter(found).map(|found| tell(app, found));
    let told = asked.buffer_unordered(ASKED_AT_ONCE);
    let mut items: Vec<DeskCase> = told.filter_map(std::future::ready).collect().await;
    items.sort_by_key(|case| {
        let waits = case.needs_somebody();
        (!waits, std::cmp::Reverse(case.at), case.booking, case.kind)
    });
    items
}

/// One case; `None` where cash was thought to be due, and payment says that there was none.
async fn tell(app: &App, found: FoundCase) -> Option<DeskCase> {
    let FoundCase {
        mut case,
        by,
        to_hand,
    } = found;
    if let Some(resolution) = &mut case.resolution {
        let account = by.and_then(|by| app.tokens.account(by));
        resolution.by = account.map(|account| account.to_string());
    }
    if !to_hand.is_empty() {
        let tender = case.tender.as_deref().and_then(Tender::of_word);
        match cash::of(app, tender, case.amount, &to_hand).await {
            Cash::Due(cash) => case.cash = Some(cash),
            Cash::None => return None,
            Cash::Unknown => {}
        }
    }
    Some(case)
}

/// The case that somebody has just said something about.
pub(super) async fn one(
    app: &App,
    booking: BookingId,
    said: ResolveRequest,
) -> Result<Option<DeskCase>, ApiError> {
    let read = app.lane.read(booking.show, move |state, _, now| {
        state.desk_resolved(&said, now)
    });
    let found = read.await.map_err(about_booking)?;
    Ok(match found {
        Some(found) => tell(app, found).await,
        None => None,
    })
}

fn cursor(place: DeskPlace) -> String {
    format!("{}.{}.{}", place.at.0, place.show.0, place.ver)
}

/// Where the page before ended.
fn place(text: &str) -> Result<DeskPlace, ApiError> {
    let mut parts = text.split('.');
    let mut number = || parts.next()?.parse::<u64>().ok();
    let read = number().zip(number()).zip(number());
    let place = read.and_then(|((at, show), ver)| {
        Some(DeskPlace {
            at: UtcMillis(i64::try_from(at).ok()?),
            show: ShowId(show),
            ver,
        })
    });
    place
        .filter(|_| parts.next().is_none())
        .ok_or_else(|| ApiError::BadRequest {
            detail: "`cursor` is not the `next` of a page of the desk".to_owned(),
            field: Some("cursor".to_owned()),
        })
}

//! Looking bookings up, and who they are for.
//!
//! Names and telephone numbers go in and out here and nowhere else: no other answer, event or line
//! of the log has them.

use std::collections::{BTreeMap, BTreeSet};

use axum::{extract::State, http::HeaderMap, response::Json};
use houseful_core::{
    code::BookingCode,
    ids::{BookingId, OwnerRef, ShardName, ShowId},
    show::Slot,
    wire::booking::{Booking, BookingState, Bookings, Contact},
};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::{
    bookings::{find_owned, no_booking, owner},
    input::{Body, Id, Params, bounded, plain, words},
};
use crate::{
    app::App,
    auth::Caller,
    find::{contact_row, meanings},
    lane::LaneError,
    problem::ApiError,
    shards::{Gathered, NotAll},
    store::{Sought, StoreError},
};

/// How many bookings are found at most, and unless told otherwise.
const FOUND_MAX: u32 = 100;
const FOUND_DEFAULT: u32 = 50;

/// Which bookings: one of `q`, `recent`, `code` and `show`.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct BookingFilter {
    /// A code or its first four characters or more, a ticket's code, a booking's id, the
    /// beginnings of a name's words, the last four digits or more of a telephone number.
    q: Option<String>,
    /// `true`: those whose money or tickets changed last.
    recent: Option<bool>,
    /// The code people say, in any case, with or without hyphens.
    #[param(value_type = Option<String>)]
    code: Option<BookingCode>,
    /// All bookings of this show.
    #[param(value_type = Option<String>)]
    show: Option<ShowId>,
    /// With `show`: only those that stand so now.
    state: Option<BookingState>,
    /// With `q` and `recent`: at most so many, 1 to 100.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
}

/// A booking with whose it is.
type Owned = (Booking, OwnerRef);

/// A booking, for its owner and for staff.
#[utoipa::path(get, path = "/v1/bookings/{id}", tag = "bookings",
    params(("id" = String, Path, description = "the booking")),
    responses((status = 200, body = Booking)))]
pub(super) async fn booking(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Id(id): Id<BookingId>,
) -> Result<Json<Booking>, ApiError> {
    one(&app, &caller, &headers, id).await.map(Json)
}

/// Bookings by what people know of them, those that changed last, or those of a show. Where shows are
/// spread over several databases, `away` names those that could not be asked.
#[utoipa::path(get, path = "/v1/bookings", tag = "bookings", params(BookingFilter),
    responses((status = 200, body = Bookings)))]
pub(super) async fn bookings(
    State(app): State<App>,
    caller: Caller,
    Params(filter): Params<BookingFilter>,
) -> Result<Json<Bookings>, ApiError> {
    let limit = bounded("limit", filter.limit.unwrap_or(FOUND_DEFAULT), 1, FOUND_MAX)?;
    let recent = filter.recent == Some(true);
    let (state, has_limit) = (filter.state, filter.limit.is_some());
    let found = match (filter.q, recent, filter.code, filter.show) {
        (Some(text), false, None, None) if state.is_none() => {
            let ids = match words(Some(&text))? {
                Some(text) => sought(&app, text, limit).await?,
                None => Gathered::default(),
            };
            drawn(&app, ids).await?
        }
        (None, true, None, None) if state.is_none() => {
            drawn(&app, app.journals.bookings_recent(limit).await?).await?
        }
        (None, false, Some(code), None) if state.is_none() && !has_limit => {
            let found = Gathered {
                found: app.journals.bookings_by_code(code).await?,
                ..Gathered::default()
            };
            drawn(&app, found).await?
        }
        (None, false, None, Some(show)) if !has_limit => Gathered {
            found: of_show(&app, show, state).await?,
            ..Gathered::default()
        },
        _ => {
            return Err(ApiError::unreadable(
                "ask for one of `q`, `recent=true`, `code` and `show`; `limit` goes with the first \
                 two, `state` with the last",
            ));
        }
    };
    let items = told(&app, &caller, found.found).await?;
    let away = found.away.into_iter().collect();
    Ok(Json(Bookings { items, away }))
}

/// Says who a booking is for, in place of what was said before; nothing takes it away.
#[utoipa::path(put, path = "/v1/bookings/{id}/contact", tag = "bookings", request_body = Contact,
    params(("id" = String, Path, description = "the booking")),
    responses((status = 200, body = Booking)))]
pub(super) async fn contact(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Id(id): Id<BookingId>,
    Body(request): Body<Contact>,
) -> Result<Json<Booking>, ApiError> {
    let given = |field, text: Option<String>, chars_max| {
        let text = text
            .map(|text| plain(field, &text, chars_max))
            .transpose()?;
        Ok::<_, ApiError>(text.filter(|text| !text.is_empty()))
    };
    let contact = Contact {
        name: given("name", request.name, Contact::NAME_CHARS_MAX)?,
        phone: given("phone", request.phone, Contact::PHONE_CHARS_MAX)?,
    };
    // Somebody else's booking looks like one that is not there, before anything is written.
    one(&app, &caller, &headers, id).await?;
    let row = (!contact.is_empty()).then(|| contact_row(contact));
    app.journals.keep_contact(id, row, app.clock.now()).await?;
    one(&app, &caller, &headers, id).await.map(Json)
}

/// One booking as the caller may see it.
pub(super) async fn one(
    app: &App,
    caller: &Caller,
    headers: &HeaderMap,
    id: BookingId,
) -> Result<Booking, ApiError> {
    let actor = owner(caller, headers, no_booking)?;
    let found = find_owned(app, actor, id).await?;
    let told = told(app, caller, vec![found]).await?;
    told.into_iter().next().ok_or_else(no_booking)
}

/// Adds who each is for and, for staff, which account holds it.
async fn told(app: &App, caller: &Caller, found: Vec<Owned>) -> Result<Vec<Booking>, ApiError> {
    let ids = found.iter().map(|(booking, _)| booking.id).collect();
    // Where a booking stands is answered from memory; it does not wait for whose it is.
    let contacts = match app.journals.contacts(ids).await {
        Err(StoreError::Busy) => Vec::new(),
        contacts => contacts?,
    };
    let mut contacts: BTreeMap<BookingId, Contact> = contacts.into_iter().collect();
    let add = |(mut booking, owner): Owned| {
        booking.contact = contacts.remove(&booking.id);
        if caller.is_staff() {
            let account = app.tokens.account(owner);
            booking.by = account.map(|account| account.to_string());
        }
        booking
    };
    Ok(found.into_iter().map(add).collect())
}

/// The bookings that a text may mean, the newest first.
async fn sought(app: &App, text: &str, limit: u32) -> Result<Gathered<BookingId>, ApiError> {
    let meant = meanings(text);
    let mut found = Gathered::default();
    // Whether something was found that is called so and nothing else.
    let mut is_named = false;
    for sought in meant.sought {
        let is_name = matches!(&sought, Sought::Codes(first, last) if first == last);
        let some = app.journals.bookings_sought(sought, limit).await?;
        is_named |= is_name && !some.found.is_empty();
        found.add(some);
    }
    found.found.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    let mut ids: Vec<BookingId> = meant.booking.into_iter().collect();
    let mut away = found.away;
    if let Some(code) = meant.ticket {
        match app.journals.ticket_by_code(code).await {
            Ok(ticket) => ids.extend(ticket.map(|(booking, _)| booking)),
            Err(NotAll::Away(shards)) => away.extend(shards),
            Err(NotAll::Store(error)) => return Err(error.into()),
        }
    }
    // Whatever could not be asked whether it is somebody's name, too.
    if is_named || !ids.is_empty() {
        away.clear();
    }
    ids.extend(found.found.into_iter().map(|(_, id)| id));
    // Nobody is told that there is no such booking by those who can't know.
    if ids.is_empty() && !away.is_empty() {
        return Err(ApiError::ShardAway(away.into_iter().collect()));
    }
    let mut seen = BTreeSet::new();
    ids.retain(|id| seen.insert(*id));
    ids.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(Gathered { found: ids, away })
}

/// The bookings with these ids, in this order: one look at each show. What a show that can't be
/// read has is left out, since the others are still wanted; a shard that has gone since is named.
async fn drawn(app: &App, ids: Gathered<BookingId>) -> Result<Gathered<Owned>, ApiError> {
    let Gathered {
        found: ids,
        mut away,
    } = ids;
    let mut by_show: BTreeMap<ShowId, Vec<Uuid>> = BTreeMap::new();
    for id in &ids {
        by_show.entry(id.show).or_default().push(id.uuid);
    }
    let mut found: BTreeMap<BookingId, Owned> = BTreeMap::new();
    for (show, uuids) in by_show {
        let read = app.lane.read(show, move |state, tip, now| {
            let view = |uuid: Uuid| {
                let owner = state.booking(uuid)?.owner;
                Some((state.booking_view(uuid, tip, now)?, owner))
            };
            uuids.into_iter().filter_map(view).collect::<Vec<_>>()
        });
        match (read.await, shard_of(app, show)) {
            (Ok(some), _) => found.extend(some.into_iter().map(|owned| (owned.0.id, owned))),
            (Err(LaneError::NoSuchShow | LaneError::ReadOnly(_)), _) => {}
            // A lane that is full, or a show on the move, says the same of a shard that is well: one show
            // keeps nobody from the others.
            (Err(LaneError::Busy), Some(shard)) => {
                away.insert(shard);
            }
            (Err(error), _) => return Err(error.into()),
        }
    }
    if let (true, Some(_)) = (found.is_empty(), away.first()) {
        return Err(ApiError::ShardAway(away.into_iter().collect()));
    }
    let found = ids.iter().filter_map(|id| found.remove(id)).collect();
    Ok(Gathered { found, away })
}

/// The shard that a show is in; `None` where there is one database for all shows.
fn shard_of(app: &App, show: ShowId) -> Option<ShardName> {
    let homes = app.lane.homes();
    homes.map().names().get(homes.of(show)).cloned()
}

/// How many bookings are drawn at once: while that is done, nobody buys.
const DRAWN_AT_ONCE: usize = 100;

async fn of_show(
    app: &App,
    show: ShowId,
    wanted: Option<BookingState>,
) -> Result<Vec<Owned>, ApiError> {
    if wanted == Some(BookingState::Held) {
        return holding(app, show).await;
    }
    let mut all: Vec<Owned> = Vec::new();
    loop {
        let after = all.last().map(|(booking, _)| booking.id.uuid);
        let some = app.lane.read(show, move |state, tip, now| {
            state
                .bookings_after(after)
                .filter(|(_, record)| wanted.is_none_or(|wanted| record.state_at(now) == wanted))
                .take(DRAWN_AT_ONCE)
                .filter_map(|(uuid, record)| {
                    Some((state.booking_view(uuid, tip, now)?, record.owner))
                })
                .collect::<Vec<_>>()
        });
        let some = some.await?;
        let more = some.len() == DRAWN_AT_ONCE;
        all.extend(some);
        if !more {
            return Ok(all);
        }
    }
}

/// Who holds seats of a show now. That is read from its seats: live boards ask for it again and
/// again, and a show has fewer seats than it ever had holds.
async fn holding(app: &App, show: ShowId) -> Result<Vec<Owned>, ApiError> {
    let read = app.lane.read(show, move |state, tip, now| {
        let held = |slot: &Slot| match slot {
            Slot::Held { booking, .. } => Some(*booking),
            Slot::Free | Slot::Booked { .. } | Slot::Blocked(_) | Slot::Kept { .. } => None,
        };
        let uuids: BTreeSet<Uuid> = state.slots().iter().filter_map(held).collect();
        let view = |uuid: Uuid| {
            let record = state.booking(uuid)?;
            (record.state_at(now) == BookingState::Held)
                .then(|| state.booking_view(uuid, tip, now))
                .flatten()
                .map(|booking| (booking, record.owner))
        };
        uuids.into_iter().filter_map(view).collect::<Vec<_>>()
    });
    Ok(read.await?)
}

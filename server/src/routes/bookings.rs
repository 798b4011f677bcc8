//! Holding seats, looking at bookings, and giving seats back.

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Json, Response},
};
use houseful_core::{
    code::BookingCode,
    ids::{BookingId, CommandId, ShowId},
    refusal::Refusal,
    show::{Actor, Ask, BookingRecord, Command, Party, SeatPick, Wish},
    wire::{
        self, BOOKING_SECRET_HEADER, Page,
        booking::{Booking, ChangeSeatsRequest, HoldRequest, ReleaseRequest},
        problem::Problem,
    },
};
use serde::Deserialize;
use utoipa::IntoParams;

use super::input::{Body, Id, Params};
use crate::{
    app::App,
    auth::Caller,
    chance,
    lane::{Answer, LaneError},
    problem::ApiError,
};

/// Which bookings.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct BookingFilter {
    /// The code people say, in any case, with or without hyphens.
    #[param(value_type = Option<String>)]
    code: Option<BookingCode>,
    /// All bookings of this show.
    #[param(value_type = Option<String>)]
    show: Option<ShowId>,
}

/// Holds seats for five minutes, all or none.
#[utoipa::path(post, path = "/v1/bookings", tag = "bookings", request_body = HoldRequest,
    responses((status = 201, body = Booking, description = "held"),
              (status = 200, body = Booking, description = "held before, by this very request"),
              (status = 409, body = Problem, content_type = "application/problem+json", description = "seats are taken; `next_best` has others")))]
pub(super) async fn hold(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Body(request): Body<HoldRequest>,
) -> Result<Response, ApiError> {
    let actor = caller.actor(&headers)?;
    let ask = Ask::Hold {
        booking: request.booking.uuid,
        wish: wish(request.wish),
        rules: caller.rules(request.allow_orphans, request.over_limit),
    };
    let show = request.booking.show;
    let answer = ask_show(&app, show, command(request.command, actor, ask)).await?;
    let status = if answer.fresh {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    Ok((status, Json(of(answer)?)).into_response())
}

/// Takes other seats into a held booking; the end of the hold stays as it is.
#[utoipa::path(post, path = "/v1/bookings/{id}/seats", tag = "bookings", request_body = ChangeSeatsRequest,
    params(("id" = String, Path, description = "the booking")),
    responses((status = 200, body = Booking)))]
pub(super) async fn change_seats(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Id(id): Id<BookingId>,
    Body(request): Body<ChangeSeatsRequest>,
) -> Result<Json<Booking>, ApiError> {
    let ask = Ask::ChangeSeats {
        booking: id.uuid,
        wish: wish(request.wish),
        rules: caller.rules(request.allow_orphans, request.over_limit),
    };
    let command = command(request.command, owner(&caller, &headers, no_booking)?, ask);
    let answer = ask_about(&app, id, command).await?;
    of(answer).map(Json)
}

/// Gives the seats of a held booking back.
#[utoipa::path(post, path = "/v1/bookings/{id}/release", tag = "bookings", request_body = ReleaseRequest,
    params(("id" = String, Path, description = "the booking")),
    responses((status = 200, body = Booking)))]
pub(super) async fn release(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Id(id): Id<BookingId>,
    Body(request): Body<ReleaseRequest>,
) -> Result<Json<Booking>, ApiError> {
    let ask = Ask::Release { booking: id.uuid };
    let command = command(request.command, owner(&caller, &headers, no_booking)?, ask);
    let answer = ask_about(&app, id, command).await?;
    of(answer).map(Json)
}

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
    find(&app, owner(&caller, &headers, no_booking)?, id)
        .await
        .map(Json)
}

/// Bookings by their code, or all of a show.
#[utoipa::path(get, path = "/v1/bookings", tag = "bookings", params(BookingFilter),
    responses((status = 200, body = Page<Booking>)))]
pub(super) async fn bookings(
    State(app): State<App>,
    caller: Caller,
    Params(filter): Params<BookingFilter>,
) -> Result<Json<Page<Booking>>, ApiError> {
    let items = match (filter.code, filter.show) {
        (Some(code), None) => {
            let mut found = Vec::new();
            for id in app.store.bookings_by_code(code).await? {
                found.push(find(&app, caller.staff_actor(), id).await?);
            }
            found
        }
        (None, Some(show)) => of_show(&app, show).await?,
        _ => return Err(ApiError::unreadable("ask for a `code` or for a `show`")),
    };
    Ok(Json(Page { items, next: None }))
}

/// How many bookings are drawn at once: while that is done, nobody buys.
const DRAWN_AT_ONCE: usize = 100;

async fn of_show(app: &App, show: ShowId) -> Result<Vec<Booking>, ApiError> {
    let mut all: Vec<Booking> = Vec::new();
    loop {
        let after = all.last().map(|booking| booking.id.uuid);
        let some = app.lane.read(show, move |state, tip, now| {
            let uuids = state.bookings_after(after).map(|(uuid, _)| uuid);
            uuids
                .take(DRAWN_AT_ONCE)
                .filter_map(|uuid| state.booking_view(uuid, tip, now))
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

/// There is no such booking, or it is somebody else's.
pub(super) fn no_booking() -> ApiError {
    ApiError::refused(Refusal::BookingNotFound)
}

/// Who asks about something that is there already. A customer without a secret owns nothing, so to
/// them it is `missing`; one that can't be a secret is told.
pub(super) fn owner(
    caller: &Caller,
    headers: &HeaderMap,
    missing: impl Fn() -> ApiError,
) -> Result<Actor, ApiError> {
    if caller.is_staff() || headers.contains_key(BOOKING_SECRET_HEADER) {
        caller.actor(headers)
    } else {
        Err(missing())
    }
}

/// Whether somebody may see and use a booking. Staff may use every one.
pub(super) fn is_of(record: &BookingRecord, actor: &Actor) -> bool {
    actor.staff || record.owner == actor.owner
}

/// A booking, if the actor may see it; somebody else's looks like one that is not there.
pub(super) async fn find(app: &App, actor: Actor, id: BookingId) -> Result<Booking, ApiError> {
    let read = app.lane.read(id.show, move |state, tip, now| {
        let record = state.booking(id.uuid)?;
        is_of(record, &actor)
            .then(|| state.booking_view(id.uuid, tip, now))
            .flatten()
    });
    let found = read.await.map_err(about_booking)?;
    found.ok_or_else(no_booking)
}

/// Has a command carried out, whether or not its client stays to hear the answer.
pub(super) async fn ask_show(
    app: &App,
    show: ShowId,
    command: Command,
) -> Result<Answer, ApiError> {
    Ok(app.lane.ask(show, command).await?)
}

/// The same for a booking: a show without a journal has none.
pub(super) async fn ask_about(
    app: &App,
    id: BookingId,
    command: Command,
) -> Result<Answer, ApiError> {
    match ask_show(app, id.show, command).await {
        Err(ApiError::NoSuch(_)) => Err(no_booking()),
        other => other,
    }
}

/// What the lane says about a booking: a show without a journal has none.
pub(super) fn about_booking(error: LaneError) -> ApiError {
    match error {
        LaneError::NoSuchShow => no_booking(),
        other => other.into(),
    }
}

/// The booking of an answer.
pub(super) fn of(answer: Answer) -> Result<Booking, ApiError> {
    let missing = || ApiError::Internal("a granted command answered without its booking".into());
    answer.booking.ok_or_else(missing)
}

/// A command with fresh randomness.
pub(super) fn command(id: CommandId, actor: Actor, ask: Ask) -> Command {
    Command {
        id,
        actor,
        ask,
        rolls: chance::rolls(),
    }
}

fn wish(wish: wire::booking::Wish) -> Wish {
    match wish {
        wire::booking::Wish::Seats(seats) => Wish::Seats(
            seats
                .into_iter()
                .map(|s| SeatPick {
                    seat: s.seat,
                    ticket_type: s.ticket_type,
                })
                .collect(),
        ),
        wire::booking::Wish::Best(best) => Wish::Best {
            party: best
                .tickets
                .into_iter()
                .map(|t| Party {
                    ticket_type: t.ticket_type,
                    count: t.count,
                })
                .collect(),
            zone: best.zone,
            category: best.category,
            accessible: best.accessible,
            skip: best.skip,
        },
    }
}

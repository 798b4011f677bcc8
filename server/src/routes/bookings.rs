//! Holding seats and giving them back. Looking bookings up is in `lookup`.

use super::input::{Body, Id};
use crate::{
    app::App,
    auth::Caller,
    chance,
    lane::{Answer, LaneError},
    problem::ApiError,
};
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Json, Response},
};
use houseful_core::{
    ids::{BookingId, CommandId, OwnerRef, ShowId},
    refusal::Refusal,
    show::{Actor, Ask, BookingRecord, Command, Party, SeatPick, Wish},
    wire::{
        self, BOOKING_SECRET_HEADER,
        booking::{Booking, ChangeSeatsRequest, HoldRequest, ReleaseRequest},
        problem::Problem,
    },
};

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
        proof: caller.proof(request.codes, request.member)?,
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
        proof: caller.proof(request.codes, request.member)?,
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
    find_owned(app, actor, id).await.map(|(booking, _)| booking)
}

/// The same, and whose it is.
pub(super) async fn find_owned(
    app: &App,
    actor: Actor,
    id: BookingId,
) -> Result<(Booking, OwnerRef), ApiError> {
    let read = app.lane.read(id.show, move |state, tip, now| {
        let record = state.booking(id.uuid)?;
        if !is_of(record, &actor) {
            return None;
        }
        let booking = if actor.staff {
            state.staff_view(id.uuid, tip, now)
        } else {
            state.booking_view(id.uuid, tip, now)
        };
        Some((booking?, record.owner))
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
    answer.booking.map(|booking| *booking).ok_or_else(missing)
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

/// Seats by name.
pub(super) fn picks(seats: Vec<wire::booking::SeatWish>) -> Vec<SeatPick> {
    let pick = |wish: wire::booking::SeatWish| SeatPick {
        seat: wish.seat,
        ticket_type: wish.ticket_type,
    };
    seats.into_iter().map(pick).collect()
}

/// Which seats, as the show reads it.
pub(super) fn wish(wish: wire::booking::Wish) -> Wish {
    match wish {
        wire::booking::Wish::Seats(seats) => Wish::Seats(picks(seats)),
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

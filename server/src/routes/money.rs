//! What money does to a booking: leave to pay, cash, taking it back, tickets.

use axum::{extract::State, http::HeaderMap, response::Json};
use houseful_core::{
    code::TicketCode,
    ids::BookingId,
    money::Money,
    refusal::Refusal,
    show::Ask,
    wire::{
        Page,
        booking::{Booking, BookingState, CancelRequest, CashRequest, Ticket},
        payment::PaymentToken,
    },
};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    bookings::{about_booking, ask_about, command, find, is_of, no_booking, of, owner},
    cash,
    input::{Body, Id, plain},
    lookup::one,
};
use crate::{app::App, auth::Caller, payment::TokenClaims, problem::ApiError, roles::calls};

/// The longest reason for taking something back.
pub(super) const REASON_CHARS_MAX: usize = 200;

/// A request without content: `{}`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

/// Leave to pay what a held booking costs now. Another seat or price needs another one.
#[utoipa::path(post, path = "/v1/bookings/{id}/payment-token", tag = "payments", request_body = Nothing,
    params(("id" = String, Path, description = "the booking")),
    responses((status = 200, body = PaymentToken)))]
pub(super) async fn payment_token(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Id(id): Id<BookingId>,
    Body(Nothing {}): Body<Nothing>,
) -> Result<Json<PaymentToken>, ApiError> {
    let actor = owner(&caller, &headers, no_booking)?;
    let read = app.lane.read(id.show, move |state, _, now| {
        let record = state
            .booking(id.uuid)
            .filter(|record| is_of(record, &actor));
        let record = record.ok_or(Refusal::BookingNotFound)?;
        Ok::<_, Refusal>(TokenClaims {
            booking: id,
            quote: record.quote(id),
            amount: record.payable(now)?,
            expires_at: record.hold_until,
            owner: Some(record.owner),
        })
    });
    let claims = read.await.map_err(about_booking)??;
    Ok(Json(PaymentToken {
        token: app.payments.key().sign(&claims),
        booking: claims.booking,
        amount: claims.amount,
        expires_at: claims.expires_at.into(),
    }))
}

/// Takes cash at the counter and makes the tickets at once. What costs nothing is confirmed so by
/// its owner too.
#[utoipa::path(post, path = "/v1/bookings/{id}/cash", tag = "payments", request_body = CashRequest,
    params(("id" = String, Path, description = "the booking")),
    responses((status = 200, body = Booking, description = "`change` is what to hand back")))]
pub(super) async fn cash(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Id(id): Id<BookingId>,
    Body(request): Body<CashRequest>,
) -> Result<Json<Booking>, ApiError> {
    let ask = Ask::PayCash {
        booking: id.uuid,
        payment: request.payment,
        given_minor: request.given_minor,
    };
    let command = command(request.command, owner(&caller, &headers, no_booking)?, ask);
    if caller.is_staff() {
        // A customer takes no money by this, so its id is nobody's concern.
        calls::claim_cash(&app, request.payment, id).await?;
    }
    let mut booking = of(ask_about(&app, id, command).await?)?;
    // What was given is part of the request, so its repeat is told the same change.
    // What was paid by this payment: the total is less once a ticket came back.
    let mut paid = booking.payments.iter().filter(|p| p.id == request.payment);
    let paid = paid.next().and_then(|p| p.amount).unwrap_or(booking.total);
    booking.change = request.given_minor.map(|given| {
        let change = given.saturating_sub(paid.minor).max(0);
        Money::new(change, booking.total.currency)
    });
    Ok(Json(booking))
}

/// Takes a paid booking back; its money is returned and its seats are for sale again.
#[utoipa::path(post, path = "/v1/bookings/{id}/cancel", tag = "bookings", request_body = CancelRequest,
    params(("id" = String, Path, description = "the booking")),
    responses((status = 200, body = Booking)))]
pub(super) async fn cancel(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<BookingId>,
    Body(request): Body<CancelRequest>,
) -> Result<Json<Booking>, ApiError> {
    let reason = plain("reason", &request.reason, REASON_CHARS_MAX)?;
    if reason.is_empty() {
        return Err(ApiError::BadValue {
            detail: "a booking is taken back for a reason, which the audit trail keeps".to_owned(),
            field: "reason",
            max: None,
        });
    }
    let ask = Ask::Cancel {
        booking: id.uuid,
        reason,
    };
    let command = command(request.command, caller.staff_actor(), ask);
    ask_about(&app, id, command).await?;
    let mut booking = one(&app, &caller, &HeaderMap::new(), id).await?;
    cash::of_cancelled(&app, &mut booking).await?;
    Ok(Json(booking))
}

/// The tickets of a booking, once it is confirmed.
#[utoipa::path(get, path = "/v1/bookings/{id}/tickets", tag = "tickets",
    params(("id" = String, Path, description = "the booking")),
    responses((status = 200, body = Page<Ticket>)))]
pub(super) async fn tickets(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Id(id): Id<BookingId>,
) -> Result<Json<Page<Ticket>>, ApiError> {
    let booking = find(&app, owner(&caller, &headers, no_booking)?, id).await?;
    let items = match booking.state {
        BookingState::Confirmed | BookingState::Cancelled => booking.tickets,
        BookingState::Held | BookingState::Secured => return Err(Refusal::NotPaid.into()),
        BookingState::Expired => {
            let at = booking.hold_until.0;
            return Err(Refusal::HoldExpired { at }.into());
        }
        BookingState::Released => return Err(Refusal::HoldReleased.into()),
    };
    Ok(Json(Page { items, next: None }))
}

/// The ticket with this code, valid or not.
#[utoipa::path(get, path = "/v1/tickets/{code}", tag = "tickets",
    params(("code" = String, Path, description = "what the door reads, in any case")),
    responses((status = 200, body = Ticket)))]
pub(super) async fn ticket(
    State(app): State<App>,
    caller: Caller,
    Id(code): Id<TicketCode>,
) -> Result<Json<Ticket>, ApiError> {
    let missing = || ApiError::NoSuch("ticket");
    let found = app.journals.ticket_by_code(code).await?;
    let (booking, _) = found.ok_or_else(missing)?;
    let booking = find(&app, caller.staff_actor(), booking).await?;
    let ended = booking.refunds.into_iter().flat_map(|made| made.tickets);
    let mut tickets = booking.tickets.into_iter().chain(ended);
    let ticket = tickets.find(|t| t.code == code);
    ticket.map(Json).ok_or_else(missing)
}

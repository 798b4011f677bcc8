//! What seats of a show would cost.

use axum::{extract::State, http::HeaderMap, response::Json};
use houseful_core::{
    ids::ShowId,
    sale::SaleAsk,
    show::PriceAsk,
    wire::{
        booking::Wish,
        price::{PricePreview, PriceRequest, PriceWish},
        problem::Problem,
    },
};

use super::{
    bookings::{picks, wish},
    input::{Body, Id},
};
use crate::{app::App, auth::Caller, problem::ApiError};

/// What seats or tickets would cost, with the rule behind every number. Nothing is held.
#[utoipa::path(post, path = "/v1/shows/{id}/price", tag = "seats", request_body = PriceRequest,
    params(("id" = String, Path, description = "the show")),
    responses((status = 200, body = PricePreview, description = "what a booking of it costs"),
              (status = 409, body = Problem, content_type = "application/problem+json", description = "what a hold would be told")))]
pub(super) async fn price(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Id(id): Id<ShowId>,
    Body(request): Body<PriceRequest>,
) -> Result<Json<PricePreview>, ApiError> {
    let ask = match request.wish {
        PriceWish::Tickets(tickets) => PriceAsk::Tickets(tickets),
        PriceWish::Seats(seats) if request.as_hold => PriceAsk::Hold(wish(Wish::Seats(seats))),
        PriceWish::Seats(seats) => PriceAsk::Seats(picks(seats)),
        PriceWish::Best(best) => PriceAsk::Hold(wish(Wish::Best(best))),
    };
    let proof = caller.proof(request.codes, request.member)?;
    // Who shows no secret is nobody in particular: nothing of theirs counts.
    let owner = caller.actor(&headers).ok().map(|actor| actor.owner);
    let channel = request.channel.unwrap_or(caller.channel);
    let rules = caller.rules(request.allow_orphans, request.over_limit);
    let at = request.at;
    let read = app.lane.read(id, move |state, _, now| {
        let sale = SaleAsk {
            channel,
            owner,
            proof: Some(&proof),
            rules,
            own: None,
            wish: None,
        };
        state.price(&ask, &sale, at.map_or(now, |at| at.0))
    });
    Ok(Json(read.await?.map_err(ApiError::refused)?))
}

//! Why seats of a show can or can't be had.

use axum::{extract::State, http::HeaderMap, response::Json};
use houseful_core::{
    ids::ShowId,
    price::Channel,
    sale::SaleAsk,
    seat::SeatLabel,
    show::{SeatPick, Wish},
    wire::{Time, why::Why},
};
use serde::Deserialize;
use utoipa::IntoParams;

use super::input::{Id, Params};
use crate::{app::App, auth::Caller, problem::ApiError};

/// The most seats that are asked about at once.
const SEATS_MAX: usize = 64;

/// About what is asked; without seats, whether the show sells at all.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Asked {
    /// Seats by name, with commas between: `H7,H8`; at most 64.
    #[serde(default)]
    seat: Option<String>,
    /// Where they would be sold; the asker's own channel when absent.
    #[serde(default)]
    channel: Option<Channel>,
    /// A prebook code.
    #[serde(default)]
    code: Option<String>,
    /// The kind of member, as staff say.
    #[serde(default)]
    member: Option<String>,
    /// As of when; now when absent.
    #[serde(default)]
    #[param(value_type = Option<String>, format = DateTime)]
    at: Option<Time>,
}

/// The rules of a sale, one after the other, up to the first that refuses. Says how seats stand and
/// never whose they are.
#[utoipa::path(get, path = "/v1/shows/{id}/why", tag = "seats",
    params(("id" = String, Path, description = "the show"), Asked),
    responses((status = 200, body = Why, description = "what a hold would be told")))]
pub(super) async fn why(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Id(id): Id<ShowId>,
    Params(asked): Params<Asked>,
) -> Result<Json<Why>, ApiError> {
    let wish = asked.seat.as_deref().map(named).transpose()?;
    let proof = caller.proof(asked.code.into_iter().collect(), asked.member)?;
    // Who shows no secret is nobody in particular: nothing of theirs counts.
    let owner = caller.actor(&headers).ok().map(|actor| actor.owner);
    let channel = asked.channel.unwrap_or(caller.channel);
    let (rules, at) = (caller.rules(false, false), asked.at);
    let read = app.lane.read(id, move |state, _, now| {
        let ask = SaleAsk {
            channel,
            owner,
            proof: Some(&proof),
            rules,
            own: None,
            wish: wish.as_ref(),
        };
        state.why(&ask, at.map_or(now, |at| at.0))
    });
    Ok(Json(read.await?))
}

fn named(seats: &str) -> Result<Wish, ApiError> {
    let bad = |detail: String| ApiError::BadRequest {
        detail,
        field: Some("seat".to_owned()),
    };
    let pick = |label: &str| -> Result<SeatPick, ApiError> {
        let seat: SeatLabel = label.trim().parse().map_err(|e| bad(format!("{e}")))?;
        Ok(SeatPick {
            seat,
            ticket_type: None,
        })
    };
    let picks: Vec<SeatPick> = seats.split(',').map(pick).collect::<Result<_, _>>()?;
    if picks.len() > SEATS_MAX {
        return Err(bad(format!("at most {SEATS_MAX} seats at once")));
    }
    Ok(Wish::Seats(picks))
}

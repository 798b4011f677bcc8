//! Reports over both books.

use axum::{extract::State, response::Json};
use houseful_core::{ids::CinemaId, wire::report::MoneyReport};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{input::Params, shows::date};
use crate::{app::App, audit::Wanted, problem::ApiError, roles::calls};

/// Of what.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct MoneyQuery {
    /// Of this business date (06:00 to 05:59 on the cinema's wall clock): `2026-11-21`.
    date: Option<String>,
    /// Of this cinema.
    #[param(value_type = Option<String>)]
    cinema: Option<CinemaId>,
}

/// Holds the books of booking and payment against each other: captured less refunded is what valid
/// tickets cost and what is kept for tickets that were given back.
#[utoipa::path(get, path = "/v1/reports/money", tag = "house", params(MoneyQuery),
    responses((status = 200, body = MoneyReport, description = "`sound` says whether it adds up")))]
pub(super) async fn money(
    State(app): State<App>,
    Params(query): Params<MoneyQuery>,
) -> Result<Json<MoneyReport>, ApiError> {
    let wanted = Wanted {
        date: date(query.date.as_deref())?,
        cinema: query.cinema,
    };
    let snapshot = app.catalogue.snapshot();
    snapshot
        .know(None, query.cinema, None)
        .map_err(ApiError::NoSuch)?;
    calls::report_money(&app, wanted).await.map(Json)
}

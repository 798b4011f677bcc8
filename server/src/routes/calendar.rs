//! The days of a movie.

use axum::extract::State;
use houseful_core::{
    ids::{CinemaId, CityId, MovieId},
    wire::{Page, catalogue::CalendarDay},
};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{
    age::Aged,
    input::{Id, Params, bounded},
    shows::{count, date, kind},
};
use crate::{
    app::App,
    catalogue::{CalendarFilter, DAYS_MAX},
    problem::ApiError,
};

/// Which days, where.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct CalendarQuery {
    /// In this city; this or a cinema is needed, for a day is one of a place.
    #[param(value_type = Option<String>)]
    city: Option<CityId>,
    /// In this cinema.
    #[param(value_type = Option<String>)]
    cinema: Option<CinemaId>,
    /// From this day on: `2026-11-21`; today there when absent.
    date: Option<String>,
    /// So many days, 1 to 31.
    #[serde(default = "days_default")]
    #[param(default = 7, minimum = 1, maximum = 31)]
    days: u16,
    /// In this format: `IMAX`.
    format: Option<String>,
    /// Spoken in this language, BCP 47; `en` is `en-GB`, too.
    language: Option<String>,
}

const fn days_default() -> u16 {
    7
}

/// The days of a movie in a city or a cinema: how many shows to come, whether seats are to be had.
#[utoipa::path(get, path = "/v1/movies/{id}/calendar", tag = "catalogue",
    params(("id" = String, Path, description = "the movie"), CalendarQuery),
    responses((status = 200, body = Page<CalendarDay>)))]
pub(super) async fn calendar(
    State(app): State<App>,
    Id(id): Id<MovieId>,
    Params(query): Params<CalendarQuery>,
) -> Result<Aged<Page<CalendarDay>>, ApiError> {
    let filter = CalendarFilter {
        movie: id,
        city: query.city,
        cinema: query.cinema,
        from: date(query.date.as_deref())?,
        days: bounded("days", query.days, 1, DAYS_MAX)?,
        kind: kind(&query.format, &query.language, &None),
    };
    if query.city.is_none() && query.cinema.is_none() {
        return Err(ApiError::BadValue {
            detail: "a calendar is of a `city` or a `cinema`".to_owned(),
            field: "city",
            max: None,
        });
    }
    let now = app.clock.now();
    let snapshot = app.catalogue.snapshot();
    snapshot
        .know(query.city, query.cinema, Some(id))
        .map_err(ApiError::NoSuch)?;
    let counts = |show| count(&app, show, now);
    let items = snapshot.calendar(&filter, &counts, now);
    let page = items.map(|items| Aged::counted(&app, Page { items, next: None }));
    page.ok_or(ApiError::NoSuch("city"))
}

//! Movies and their shows, and searching for anything.

use axum::{extract::State, http::Uri};
use houseful_core::{
    ids::{CinemaId, CityId, MovieId, ShowId},
    time::UtcMillis,
    wire::{
        Page, Time,
        catalogue::{Found, Movie, Show, ShowDetail},
    },
};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{
    age::Aged,
    asked::{Asked, Written},
    input::{Id, Params, bounded, words},
};
use crate::{
    app::App,
    catalogue::{Kind, MovieFilter, ShowFilter},
    hub::Count,
    problem::ApiError,
};

/// Which movies.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct MovieQuery {
    /// Shown in this city.
    #[param(value_type = Option<String>)]
    city: Option<CityId>,
    /// Shown in this cinema.
    #[param(value_type = Option<String>)]
    cinema: Option<CinemaId>,
    /// On this day in the cinema's time zone: `2026-11-21`.
    date: Option<String>,
    /// In this format: `IMAX`.
    format: Option<String>,
    /// Spoken in this language, BCP 47; `en` is `en-GB`, too.
    language: Option<String>,
    /// With this age certificate.
    certificate: Option<String>,
    /// Words of the title.
    q: Option<String>,
}

/// Which shows.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ShowQuery {
    /// In this city.
    #[param(value_type = Option<String>)]
    city: Option<CityId>,
    /// In this cinema.
    #[param(value_type = Option<String>)]
    cinema: Option<CinemaId>,
    /// Of this movie.
    #[param(value_type = Option<String>)]
    movie: Option<MovieId>,
    /// On this day in the cinema's time zone: `2026-11-21`.
    date: Option<String>,
    /// In this format: `IMAX`.
    format: Option<String>,
    /// Spoken in this language, BCP 47; `en` is `en-GB`, too.
    language: Option<String>,
    /// With this age certificate.
    certificate: Option<String>,
    /// Not before this time; now when absent.
    #[param(value_type = Option<String>)]
    from: Option<Time>,
    /// At most so many, 1 to 500.
    #[serde(default = "show_limit_default")]
    #[param(default = 100, minimum = 1, maximum = 500)]
    limit: u16,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// The most shows on a page.
const LIMIT_MAX: u16 = 500;

const fn show_limit_default() -> u16 {
    100
}

/// What to search for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct SearchQuery {
    /// Words of a title, a cinema or a city; a misspelt letter does no harm.
    q: String,
    /// In this city.
    #[param(value_type = Option<String>)]
    city: Option<CityId>,
}

/// Movies with shows to come.
#[utoipa::path(get, path = "/v1/movies", tag = "catalogue", params(MovieQuery),
    responses((status = 200, body = Page<Movie>)))]
pub(super) async fn movies(
    State(app): State<App>,
    uri: Uri,
    Params(query): Params<MovieQuery>,
) -> Result<Aged<Written>, ApiError> {
    let (snapshot, now) = (app.catalogue.snapshot(), app.clock.now());
    let asked = Asked::new(&app, &uri, &snapshot, now);
    if let Some(known) = asked.known() {
        return Ok(Aged::listed(&app, known));
    }
    let filter = MovieFilter {
        city: query.city,
        cinema: query.cinema,
        date: date(query.date.as_deref())?,
        q: words(query.q.as_deref())?,
        kind: kind(&query.format, &query.language, &query.certificate),
        from: now,
    };
    snapshot
        .know(query.city, query.cinema, None)
        .map_err(ApiError::NoSuch)?;
    let items = snapshot.movies(&filter);
    let page = Page { items, next: None };
    Ok(Aged::listed(&app, asked.written(&page)?))
}

/// A movie.
#[utoipa::path(get, path = "/v1/movies/{id}", tag = "catalogue",
    params(("id" = String, Path, description = "the movie")),
    responses((status = 200, body = Movie)))]
pub(super) async fn movie(
    State(app): State<App>,
    Id(id): Id<MovieId>,
) -> Result<Aged<Movie>, ApiError> {
    let movie = app.catalogue.snapshot().movie(id, app.clock.now());
    let movie = movie.map(|it| Aged::listed(&app, it));
    movie.ok_or(ApiError::NoSuch("movie"))
}

/// Shows in the order of their start.
#[utoipa::path(get, path = "/v1/shows", tag = "catalogue", params(ShowQuery),
    responses((status = 200, body = Page<Show>)))]
pub(super) async fn shows(
    State(app): State<App>,
    uri: Uri,
    Params(query): Params<ShowQuery>,
) -> Result<Aged<Written>, ApiError> {
    let (snapshot, now) = (app.catalogue.snapshot(), app.clock.now());
    let asked = Asked::new(&app, &uri, &snapshot, now);
    if let Some(known) = asked.known() {
        return Ok(Aged::counted(&app, known));
    }
    let filter = ShowFilter {
        city: query.city,
        cinema: query.cinema,
        movie: query.movie,
        date: date(query.date.as_deref())?,
        kind: kind(&query.format, &query.language, &query.certificate),
        from: query.from.map_or(now, |t| t.0),
        limit: usize::from(bounded("limit", query.limit, 1, LIMIT_MAX)?),
        cursor: query.cursor.as_deref(),
    };
    snapshot
        .know(query.city, query.cinema, query.movie)
        .map_err(ApiError::NoSuch)?;
    let page = snapshot.shows(&filter, &|show| asked.count(show), now);
    let page = page.map_err(|e| ApiError::BadRequest {
        detail: e.to_string(),
        field: Some("cursor".to_owned()),
    })?;
    Ok(Aged::counted(&app, asked.written(&page)?))
}

/// A show with everything that is needed to sell it.
#[utoipa::path(get, path = "/v1/shows/{id}", tag = "catalogue",
    params(("id" = String, Path, description = "the show")),
    responses((status = 200, body = ShowDetail)))]
pub(super) async fn show(
    State(app): State<App>,
    Id(id): Id<ShowId>,
) -> Result<Aged<ShowDetail>, ApiError> {
    let now = app.clock.now();
    let counts = |show| count(&app, show, now);
    let detail = app.catalogue.snapshot().show_detail(id, &counts, now);
    let detail = detail.map(|it| Aged::counted(&app, it));
    detail.ok_or(ApiError::NoSuch("show"))
}

/// Cities, cinemas, movies and shows by words, the best first.
#[utoipa::path(get, path = "/v1/search", tag = "catalogue", params(SearchQuery),
    responses((status = 200, body = Found)))]
pub(super) async fn search(
    State(app): State<App>,
    uri: Uri,
    Params(query): Params<SearchQuery>,
) -> Result<Aged<Written>, ApiError> {
    let (snapshot, now) = (app.catalogue.snapshot(), app.clock.now());
    let asked = Asked::new(&app, &uri, &snapshot, now);
    if let Some(known) = asked.known() {
        return Ok(Aged::counted(&app, known));
    }
    let Some(q) = words(Some(&query.q))? else {
        return Ok(Aged::counted(&app, asked.written(&Found::default())?));
    };
    snapshot
        .know(query.city, None, None)
        .map_err(ApiError::NoSuch)?;
    let found = snapshot.search(q, query.city, &|show| asked.count(show), now);
    Ok(Aged::counted(&app, asked.written(&found)?))
}

/// A show as lists have it.
pub(super) fn show_of(app: &App, id: ShowId) -> Result<Show, ApiError> {
    let now = app.clock.now();
    let counts = |show| count(app, show, now);
    let show = app.catalogue.snapshot().show(id, &counts, now);
    show.ok_or(ApiError::NoSuch("show"))
}

/// Which kind of shows; what is empty asks for nothing.
pub(super) fn kind<'a>(
    format: &'a Option<String>,
    language: &'a Option<String>,
    certificate: &'a Option<String>,
) -> Kind<'a> {
    let given = |text: &'a Option<String>| {
        let text = text.as_deref().map(str::trim);
        text.filter(|text| !text.is_empty())
    };
    Kind {
        format: given(format),
        language: given(language),
        certificate: given(certificate),
    }
}

/// How full a show is, as far as is known; `None` for one that was never opened. What a shard has that
/// was never heard is not known, nor what one has that is not the house's.
pub(super) fn count(app: &App, show: ShowId, now: UtcMillis) -> Option<Count> {
    let known = app.hub.count(show, now);
    if app.lane.reaches(show) {
        return known;
    }
    let homes = app.lane.homes();
    let heard = known.filter(|_| !homes.is_shut(homes.of(show)));
    heard.or(Some(Count::AWAY))
}

pub(super) fn date(text: Option<&str>) -> Result<Option<jiff::civil::Date>, ApiError> {
    let Some(text) = text else { return Ok(None) };
    text.parse().map(Some).map_err(|_| ApiError::BadRequest {
        detail: format!(
            "`{}` is not a day; one looks like `2026-11-21`",
            houseful_core::text::shown(text, 24)
        ),
        field: Some("date".to_owned()),
    })
}

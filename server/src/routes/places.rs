//! Cities and cinemas.

use axum::{extract::State, http::Uri};
use houseful_core::{
    ids::{CinemaId, CityId},
    wire::{
        Page,
        catalogue::{Cinema, City},
    },
};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{
    age::Aged,
    asked::{Asked, Written},
    input::{Id, Params, words},
};
use crate::{
    app::App,
    catalogue::{self, Near, Point, Snapshot},
    problem::ApiError,
};

/// How far "near" is, in kilometres, and how far it can be.
const WITHIN_KM_DEFAULT: f64 = 50.0;
const WITHIN_KM_MAX: f64 = 20_100.0;

/// Which cities.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct CityFilter {
    /// In this country, ISO 3166-1 alpha-2: `FR`.
    country: Option<String>,
    /// Words of the name.
    q: Option<String>,
    /// Around this point: latitude and longitude, `53.8,-1.55`. The nearest come first.
    near: Option<String>,
    /// Around this city; not together with `near`.
    #[param(value_type = Option<String>)]
    near_city: Option<CityId>,
    /// How far around, in kilometres.
    #[param(default = 50.0)]
    within_km: Option<f64>,
}

/// Which cinemas.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct CinemaFilter {
    /// In this city.
    #[param(value_type = Option<String>)]
    city: Option<CityId>,
    /// In this country, ISO 3166-1 alpha-2: `FR`.
    country: Option<String>,
    /// Words of the name.
    q: Option<String>,
    /// Around this point: latitude and longitude, `53.8,-1.55`. The nearest come first.
    near: Option<String>,
    /// Around this city; not together with `near`.
    #[param(value_type = Option<String>)]
    near_city: Option<CityId>,
    /// How far around, in kilometres.
    #[param(default = 50.0)]
    within_km: Option<f64>,
}

/// Cities where cinemas are.
#[utoipa::path(get, path = "/v1/cities", tag = "catalogue", params(CityFilter),
    responses((status = 200, body = Page<City>)))]
pub(super) async fn cities(
    State(app): State<App>,
    uri: Uri,
    Params(filter): Params<CityFilter>,
) -> Result<Aged<Written>, ApiError> {
    let snapshot = app.catalogue.snapshot();
    let asked = Asked::new(&app, &uri, &snapshot, app.clock.now());
    if let Some(known) = asked.known() {
        return Ok(Aged::listed(&app, known));
    }
    let around = around(&snapshot, filter.near.as_deref(), filter.near_city)?;
    let filter = catalogue::CityFilter {
        country: country(filter.country.as_deref())?,
        q: words(filter.q.as_deref())?,
        near: near(around, filter.within_km)?,
    };
    let items = snapshot.cities(&filter);
    let page = Page { items, next: None };
    Ok(Aged::listed(&app, asked.written(&page)?))
}

/// A city.
#[utoipa::path(get, path = "/v1/cities/{id}", tag = "catalogue",
    params(("id" = String, Path, description = "the city")),
    responses((status = 200, body = City)))]
pub(super) async fn city(
    State(app): State<App>,
    Id(id): Id<CityId>,
) -> Result<Aged<City>, ApiError> {
    let city = app.catalogue.snapshot().city(id);
    let city = city.map(|it| Aged::listed(&app, it));
    city.ok_or(ApiError::NoSuch("city"))
}

/// Cinemas.
#[utoipa::path(get, path = "/v1/cinemas", tag = "catalogue", params(CinemaFilter),
    responses((status = 200, body = Page<Cinema>)))]
pub(super) async fn cinemas(
    State(app): State<App>,
    uri: Uri,
    Params(filter): Params<CinemaFilter>,
) -> Result<Aged<Written>, ApiError> {
    let snapshot = app.catalogue.snapshot();
    let asked = Asked::new(&app, &uri, &snapshot, app.clock.now());
    if let Some(known) = asked.known() {
        return Ok(Aged::listed(&app, known));
    }
    let around = around(&snapshot, filter.near.as_deref(), filter.near_city)?;
    let filter = catalogue::CinemaFilter {
        city: filter.city,
        country: country(filter.country.as_deref())?,
        q: words(filter.q.as_deref())?,
        near: near(around, filter.within_km)?,
    };
    snapshot
        .know(filter.city, None, None)
        .map_err(ApiError::NoSuch)?;
    let items = snapshot.cinemas(&filter);
    let page = Page { items, next: None };
    Ok(Aged::listed(&app, asked.written(&page)?))
}

/// A cinema.
#[utoipa::path(get, path = "/v1/cinemas/{id}", tag = "catalogue",
    params(("id" = String, Path, description = "the cinema")),
    responses((status = 200, body = Cinema)))]
pub(super) async fn cinema(
    State(app): State<App>,
    Id(id): Id<CinemaId>,
) -> Result<Aged<Cinema>, ApiError> {
    let cinema = app.catalogue.snapshot().cinema(id);
    let cinema = cinema.map(|it| Aged::listed(&app, it));
    cinema.ok_or(ApiError::NoSuch("cinema"))
}

fn bad(field: &'static str, detail: &str) -> ApiError {
    ApiError::BadValue {
        detail: detail.to_owned(),
        field,
        max: None,
    }
}

/// The country that is meant.
fn country(code: Option<&str>) -> Result<Option<&str>, ApiError> {
    let is_code = |code: &str| code.len() == 2 && code.bytes().all(|b| b.is_ascii_alphabetic());
    match code {
        Some(code) if !is_code(code) => {
            Err(bad("country", "a country is two letters such as `GB`"))
        }
        other => Ok(other),
    }
}

/// The point that things are to be near to.
fn around(
    snapshot: &Snapshot,
    at: Option<&str>,
    city: Option<CityId>,
) -> Result<Option<Point>, ApiError> {
    match (at, city) {
        (Some(_), Some(_)) => Err(bad("near_city", "near is a point or a city, not both")),
        (None, None) => Ok(None),
        (Some(at), None) => point(at).map(Some),
        (None, Some(city)) => {
            let at = snapshot.at_city(city);
            at.map(Some).ok_or(ApiError::NoSuch("city"))
        }
    }
}

fn point(text: &str) -> Result<Point, ApiError> {
    let read = || {
        let (latitude, longitude) = text.split_once(',')?;
        Point::new(
            latitude.trim().parse().ok()?,
            longitude.trim().parse().ok()?,
        )
    };
    read().ok_or_else(|| bad("near", "near is latitude and longitude, as `53.8,-1.55`"))
}

fn near(around: Option<Point>, within_km: Option<f64>) -> Result<Option<Near>, ApiError> {
    if let Some(km) = within_km
        && !(km > 0.0 && km <= WITHIN_KM_MAX)
    {
        return Err(bad(
            "within_km",
            "within_km is more than 0 and at most 20100",
        ));
    }
    let within_km = within_km.or(Some(WITHIN_KM_DEFAULT));
    Ok(around.map(|point| Near { point, within_km }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_on_earth() {
        assert_eq!(point("53.8, -1.55").ok(), Point::new(53.8, -1.55));
        assert_eq!(near(None, None), Ok(None));
        for bad in [
            "", "53.8", "91,0", "0,181", "NaN,0", "inf,0", "a,b", "1,2,3",
        ] {
            assert!(point(bad).is_err(), "{bad}");
        }
        let origin = Point::new(0.0, 0.0);
        for bad in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e9] {
            assert!(near(origin, Some(bad)).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_country_is_two_letters() {
        assert_eq!(country(Some("gb")), Ok(Some("gb")));
        for bad in ["", "G", "GBR", "日", "1A"] {
            assert!(country(Some(bad)).is_err(), "{bad}");
        }
    }
}

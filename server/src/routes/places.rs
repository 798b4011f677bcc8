//! Cities and cinemas.

use axum::extract::State;
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
    input::{Id, Params, words},
};
use crate::{
    app::App,
    catalogue::{self, Near, Point},
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
    /// Words of the name.
    q: Option<String>,
    /// Around this point: latitude and longitude, `53.8,-1.55`. The nearest come first.
    near: Option<String>,
    /// How far around the point, in kilometres.
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
    /// Words of the name.
    q: Option<String>,
    /// Around this point: latitude and longitude, `53.8,-1.55`. The nearest come first.
    near: Option<String>,
    /// How far around the point, in kilometres.
    #[param(default = 50.0)]
    within_km: Option<f64>,
}

/// Cities where cinemas are.
#[utoipa::path(get, path = "/v1/cities", tag = "catalogue", params(CityFilter),
    responses((status = 200, body = Page<City>)))]
pub(super) async fn cities(
    State(app): State<App>,
    Params(filter): Params<CityFilter>,
) -> Result<Aged<Page<City>>, ApiError> {
    let filter = catalogue::CityFilter {
        q: words(filter.q.as_deref())?,
        near: near(filter.near.as_deref(), filter.within_km)?,
    };
    let items = app.catalogue.snapshot().cities(&filter);
    Ok(Aged::listed(&app, Page { items, next: None }))
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
    Params(filter): Params<CinemaFilter>,
) -> Result<Aged<Page<Cinema>>, ApiError> {
    let filter = catalogue::CinemaFilter {
        city: filter.city,
        q: words(filter.q.as_deref())?,
        near: near(filter.near.as_deref(), filter.within_km)?,
    };
    let snapshot = app.catalogue.snapshot();
    snapshot
        .know(filter.city, None, None)
        .map_err(ApiError::NoSuch)?;
    let items = snapshot.cinemas(&filter);
    Ok(Aged::listed(&app, Page { items, next: None }))
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

fn near(point: Option<&str>, within_km: Option<f64>) -> Result<Option<Near>, ApiError> {
    let bad = |field: &'static str, detail: &str| ApiError::BadValue {
        detail: detail.to_owned(),
        field,
        max: None,
    };
    if let Some(km) = within_km
        && !(km > 0.0 && km <= WITHIN_KM_MAX)
    {
        return Err(bad(
            "within_km",
            "within_km is more than 0 and at most 20100",
        ));
    }
    let Some(point) = point else {
        return Ok(None);
    };
    let read = || {
        let (latitude, longitude) = point.split_once(',')?;
        let latitude: f64 = latitude.trim().parse().ok()?;
        let longitude: f64 = longitude.trim().parse().ok()?;
        Some(Near {
            point: Point::new(latitude, longitude)?,
            within_km: within_km.or(Some(WITHIN_KM_DEFAULT)),
        })
    };
    read()
        .map(Some)
        .ok_or_else(|| bad("near", "near is latitude and longitude, as `53.8,-1.55`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_on_earth() {
        let near_leeds = near(Some("53.8, -1.55"), None).unwrap().unwrap();
        assert_eq!(Some(near_leeds.point), Point::new(53.8, -1.55));
        assert_eq!(near(None, None), Ok(None));
        for bad in [
            "", "53.8", "91,0", "0,181", "NaN,0", "inf,0", "a,b", "1,2,3",
        ] {
            assert!(near(Some(bad), None).is_err(), "{bad}");
        }
        for bad in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e9] {
            assert!(near(Some("0,0"), Some(bad)).is_err(), "{bad}");
        }
    }
}

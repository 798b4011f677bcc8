//! Cities and cinemas, by name and by distance.

use std::collections::HashMap;

use houseful_core::{
    ids::{CinemaId, CityId},
    wire::catalogue::{Cinema, City},
};

use super::{Snapshot, whole};
use crate::catalogue::{
    place::{Near, Point, tenths_of_km},
    search::Target,
};

/// Which cities.
#[derive(Clone, Copy, Debug, Default)]
pub struct CityFilter<'a> {
    /// In this country, ISO 3166-1 alpha-2.
    pub country: Option<&'a str>,
    /// Named like this.
    pub q: Option<&'a str>,
    /// Near to here; then the nearest come first.
    pub near: Option<Near>,
}

/// Which cinemas.
#[derive(Clone, Copy, Debug, Default)]
pub struct CinemaFilter<'a> {
    /// In this city.
    pub city: Option<CityId>,
    /// In this country, ISO 3166-1 alpha-2.
    pub country: Option<&'a str>,
    /// Named like this.
    pub q: Option<&'a str>,
    /// Near to here; then the nearest come first.
    pub near: Option<Near>,
}

impl Snapshot {
    /// A city.
    #[must_use]
    pub fn city(&self, id: CityId) -> Option<City> {
        self.cities.get(&id).map(|i| self.city_view(*i, None))
    }

    /// Cities by name; by distance when `near` is given, by fit when `q` is.
    #[must_use]
    pub fn cities(&self, filter: &CityFilter<'_>) -> Vec<City> {
        let places: Vec<usize> = match &filter.near {
            Some(near) => self.cities_on.around(near).collect(),
            None => (0..self.rows.cities.len()).collect(),
        };
        let here = places.into_iter();
        let here = here.filter(|city| self.is_country(*city, filter.country));
        let all = here.map(|i| {
            let row = &self.rows.cities[i];
            (i, Target::City(i), row.at, row.name.as_str())
        });
        let found = self.ordered(all, filter.q, filter.near.as_ref());
        let view = |(i, metres)| self.city_view(i, metres);
        found.into_iter().map(view).collect()
    }

    /// A cinema.
    #[must_use]
    pub fn cinema(&self, id: CinemaId) -> Option<Cinema> {
        self.cinemas.get(&id).map(|i| self.cinema_view(*i, None))
    }

    /// Cinemas by name; by distance when `near` is given, by fit when `q` is.
    #[must_use]
    pub fn cinemas(&self, filter: &CinemaFilter<'_>) -> Vec<Cinema> {
        let places: Vec<usize> = match (filter.city, &filter.near) {
            (None, Some(near)) => self.cinemas_on.around(near).collect(),
            (city, _) => self.places(city, None),
        };
        let here = places.into_iter();
        let here = here.filter(|i| self.is_country(self.city_of[*i], filter.country));
        let all = here.map(|i| {
            let row = &self.rows.cinemas[i];
            (i, Target::Cinema(i), row.at, row.name.as_str())
        });
        let found = self.ordered(all, filter.q, filter.near.as_ref());
        let view = |(i, metres)| self.cinema_view(i, metres);
        found.into_iter().map(view).collect()
    }

    /// Things that fit, the best fit first, then the nearest, then by name; with their distances.
    fn ordered<'a>(
        &self,
        all: impl Iterator<Item = (usize, Target, Point, &'a str)>,
        q: Option<&str>,
        near: Option<&Near>,
    ) -> Vec<(usize, Option<u32>)> {
        let costs = q.map(|q| self.costs(q));
        let mut found: Vec<_> = all
            .filter_map(|(i, target, at, name)| {
                let cost = match &costs {
                    Some(costs) => *costs.get(&target)?,
                    None => 0,
                };
                let metres = match near {
                    Some(near) => Some(near.metres_to(at)?),
                    None => None,
                };
                Some((cost, metres, name, i))
            })
            .collect();
        found.sort_unstable();
        let placed = found.into_iter();
        placed.map(|(_, metres, _, i)| (i, metres)).collect()
    }

    fn is_country(&self, city: usize, wanted: Option<&str>) -> bool {
        let country = &self.rows.cities[city].country;
        wanted.is_none_or(|wanted| country.eq_ignore_ascii_case(wanted))
    }

    /// How far everything that `q` may mean is from it.
    pub(super) fn costs(&self, q: &str) -> HashMap<Target, u32> {
        let hits = self.fits(q).into_iter();
        hits.map(|hit| (hit.target, hit.cost)).collect()
    }

    pub(super) fn city_view(&self, i: usize, distance_m: Option<u32>) -> City {
        let row = &self.rows.cities[i];
        City {
            id: row.id,
            name: row.name.clone(),
            country: row.country.clone(),
            time_zone: row.time_zone.clone(),
            latitude: row.at.latitude,
            longitude: row.at.longitude,
            cinemas: whole(self.cinemas_in[i].len()),
            distance_m,
            distance_km: distance_m.map(tenths_of_km),
        }
    }

    pub(super) fn cinema_view(&self, i: usize, distance_m: Option<u32>) -> Cinema {
        let row = &self.rows.cinemas[i];
        let city = &self.rows.cities[self.city_of[i]];
        Cinema {
            id: row.id,
            name: row.name.clone(),
            city: row.city,
            city_name: city.name.clone(),
            address: row.address.clone(),
            time_zone: city.time_zone.clone(),
            latitude: row.at.latitude,
            longitude: row.at.longitude,
            screens: self.screens_in[i],
            distance_m,
            distance_km: distance_m.map(tenths_of_km),
        }
    }
}

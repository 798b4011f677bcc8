//! The catalogue in memory, and the questions it answers.

mod find;
mod shows;

use std::{collections::HashMap, sync::Arc};

use houseful_core::{
    ids::{CinemaId, CityId, MovieId, ScreenId, ShowId},
    layout::SeatLayout,
    show::ShowTerms,
    time::UtcMillis,
    wire::catalogue::{Cinema, City, Movie},
};
use jiff::{civil::Date, tz::TimeZone};

pub use shows::{CursorError, SHOWS_MAX, ShowFilter};

use super::{
    place::Near,
    rows::{CinemaRow, CityRow, MovieRow, Rows, ScreenRow, ShowRow},
    search::{fold, score},
};
use crate::store::StoreError;

/// Which cities.
#[derive(Clone, Copy, Debug, Default)]
pub struct CityFilter<'a> {
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
    /// Named like this.
    pub q: Option<&'a str>,
    /// Near to here; then the nearest come first.
    pub near: Option<Near>,
}

/// Which movies: those with a show that begins at `from` or later and fits the rest.
#[derive(Clone, Copy, Debug)]
pub struct MovieFilter<'a> {
    /// In this city.
    pub city: Option<CityId>,
    /// In this cinema.
    pub cinema: Option<CinemaId>,
    /// On this day on the cinema's wall clock.
    pub date: Option<Date>,
    /// Named like this.
    pub q: Option<&'a str>,
    /// From this time on.
    pub from: UtcMillis,
}

/// The whole catalogue at one moment; it never changes.
#[derive(Debug)]
pub struct Snapshot {
    rows: Rows,
    cities: HashMap<CityId, usize>,
    cinemas: HashMap<CinemaId, usize>,
    screens: HashMap<ScreenId, usize>,
    movies: HashMap<MovieId, usize>,
    shows: HashMap<ShowId, usize>,
    zones: HashMap<CityId, TimeZone>,
    /// Folded names, title first, in the order of the rows.
    city_names: Vec<Vec<String>>,
    cinema_names: Vec<Vec<String>>,
    movie_names: Vec<Vec<String>>,
}

fn index<K: std::hash::Hash + Eq, T>(rows: &[T], key: impl Fn(&T) -> K) -> HashMap<K, usize> {
    rows.iter()
        .enumerate()
        .map(|(i, row)| (key(row), i))
        .collect()
}

fn names<'a>(name: &'a str, also: &'a [String]) -> Vec<String> {
    std::iter::once(name)
        .chain(also.iter().map(String::as_str))
        .map(fold)
        .collect()
}

impl Snapshot {
    /// A snapshot of these rows.
    pub(super) fn of(rows: Rows) -> Result<Self, StoreError> {
        let zone = |c: &CityRow| {
            let zone = TimeZone::get(&c.time_zone)
                .map_err(|e| StoreError::Unreadable(format!("time zone of {}: {e}", c.name)))?;
            Ok((c.id, zone))
        };
        Ok(Self {
            zones: rows
                .cities
                .iter()
                .map(zone)
                .collect::<Result<_, StoreError>>()?,
            cities: index(&rows.cities, |r| r.id),
            cinemas: index(&rows.cinemas, |r| r.id),
            screens: index(&rows.screens, |r| r.id),
            movies: index(&rows.movies, |r| r.id),
            shows: index(&rows.shows, |r| r.id),
            city_names: rows
                .cities
                .iter()
                .map(|c| names(&c.name, &c.also))
                .collect(),
            cinema_names: rows.cinemas.iter().map(|c| names(&c.name, &[])).collect(),
            movie_names: rows
                .movies
                .iter()
                .map(|m| names(&m.title, &m.also))
                .collect(),
            rows,
        })
    }

    /// The rows it was made of.
    pub(super) fn rows(&self) -> &Rows {
        &self.rows
    }

    /// Tells the metrics how large it is.
    pub(super) fn measure(&self) {
        let sizes = [
            ("city", self.rows.cities.len()),
            ("cinema", self.rows.cinemas.len()),
            ("movie", self.rows.movies.len()),
            ("show", self.rows.shows.len()),
        ];
        for (kind, size) in sizes {
            let size = f64::from(u32::try_from(size).unwrap_or(u32::MAX));
            metrics::gauge!("catalogue_size", "kind" => kind).set(size);
        }
    }

    /// A city.
    #[must_use]
    pub fn city(&self, id: CityId) -> Option<City> {
        self.cities
            .get(&id)
            .map(|i| self.city_view(&self.rows.cities[*i], None))
    }

    /// Cities by name; by distance when `near` is given, by fit when `q` is.
    #[must_use]
    pub fn cities(&self, filter: &CityFilter<'_>) -> Vec<City> {
        let rows = self.rows.cities.iter().zip(&self.city_names);
        ordered(rows, filter.q, filter.near.as_ref(), |row| {
            (row.at, row.name.as_str())
        })
        .into_iter()
        .map(|(row, km)| self.city_view(row, km))
        .collect()
    }

    /// A cinema.
    #[must_use]
    pub fn cinema(&self, id: CinemaId) -> Option<Cinema> {
        self.cinemas
            .get(&id)
            .and_then(|i| self.cinema_view(&self.rows.cinemas[*i], None))
    }

    /// Cinemas by name; by distance when `near` is given, by fit when `q` is.
    #[must_use]
    pub fn cinemas(&self, filter: &CinemaFilter<'_>) -> Vec<Cinema> {
        let here = |row: &&CinemaRow| filter.city.is_none_or(|city| row.city == city);
        let rows = self
            .rows
            .cinemas
            .iter()
            .zip(&self.cinema_names)
            .filter(|(row, _)| here(row));
        ordered(rows, filter.q, filter.near.as_ref(), |row| {
            (row.at, row.name.as_str())
        })
        .into_iter()
        .filter_map(|(row, km)| self.cinema_view(row, km))
        .collect()
    }

    /// A movie, with all its shows counted.
    #[must_use]
    pub fn movie(&self, id: MovieId) -> Option<Movie> {
        let shows = self.rows.shows.iter().filter(|s| s.movie == id).count();
        self.movies
            .get(&id)
            .map(|i| movie_view(&self.rows.movies[*i], shows))
    }

    /// Movies with the number of their shows, those with most shows first; by fit when `q` is
    /// given.
    #[must_use]
    pub fn movies(&self, filter: &MovieFilter<'_>) -> Vec<Movie> {
        let mut counts: HashMap<MovieId, usize> = HashMap::new();
        let wanted = |show: &&ShowRow| {
            show.starts_at >= filter.from
                && self.is_at(show, filter.city, filter.cinema)
                && filter
                    .date
                    .is_none_or(|date| self.local_date(show) == Some(date))
        };
        for show in self.rows.shows.iter().filter(wanted) {
            *counts.entry(show.movie).or_default() += 1;
        }
        let query = filter.q.map(fold);
        let mut found: Vec<_> = self
            .rows
            .movies
            .iter()
            .zip(&self.movie_names)
            .filter_map(|(row, names)| {
                let shows = *counts.get(&row.id)?;
                let fit = match &query {
                    Some(q) => score(q, names.iter().map(String::as_str))?,
                    None => 0,
                };
                Some((fit, shows, row))
            })
            .collect();
        found.sort_by(|a, b| {
            (b.0, b.1)
                .cmp(&(a.0, a.1))
                .then_with(|| a.2.title.cmp(&b.2.title))
        });
        found
            .into_iter()
            .map(|(_, shows, row)| movie_view(row, shows))
            .collect()
    }

    /// The seat layout of a show.
    #[must_use]
    pub fn layout(&self, show: ShowId) -> Option<Arc<SeatLayout>> {
        self.rows.layouts.get(&self.show_row(show)?.layout).cloned()
    }

    /// What a show is sold under.
    #[must_use]
    pub fn terms(&self, show: ShowId) -> Option<Arc<ShowTerms>> {
        let row = self.show_row(show)?;
        Some(Arc::new(ShowTerms {
            layout: self.rows.layouts.get(&row.layout)?.clone(),
            prices: self.rows.prices.get(&row.prices)?.clone(),
            starts_at: row.starts_at,
            windows: row.sales.windows(row.starts_at),
            seats_max: row.seats_max,
        }))
    }

    fn show_row(&self, id: ShowId) -> Option<&ShowRow> {
        self.shows.get(&id).map(|i| &self.rows.shows[*i])
    }

    fn screen_row(&self, id: ScreenId) -> Option<&ScreenRow> {
        self.screens.get(&id).map(|i| &self.rows.screens[*i])
    }

    fn cinema_of(&self, show: &ShowRow) -> Option<&CinemaRow> {
        let screen = self.screen_row(show.screen)?;
        self.cinemas
            .get(&screen.cinema)
            .map(|i| &self.rows.cinemas[*i])
    }

    fn is_at(&self, show: &ShowRow, city: Option<CityId>, cinema: Option<CinemaId>) -> bool {
        if city.is_none() && cinema.is_none() {
            return true;
        }
        self.cinema_of(show).is_some_and(|c| {
            city.is_none_or(|city| c.city == city) && cinema.is_none_or(|cinema| c.id == cinema)
        })
    }

    /// The start on the wall clock of the cinema.
    fn local_start(&self, show: &ShowRow) -> Option<jiff::civil::DateTime> {
        let zone = self.zones.get(&self.cinema_of(show)?.city)?;
        let at = jiff::Timestamp::from_millisecond(show.starts_at.0).ok()?;
        Some(zone.to_datetime(at))
    }

    fn local_date(&self, show: &ShowRow) -> Option<Date> {
        self.local_start(show).map(jiff::civil::DateTime::date)
    }

    fn city_view(&self, row: &CityRow, distance_km: Option<f64>) -> City {
        City {
            id: row.id,
            name: row.name.clone(),
            country: row.country.clone(),
            time_zone: row.time_zone.clone(),
            latitude: row.at.latitude,
            longitude: row.at.longitude,
            cinemas: whole(
                self.rows
                    .cinemas
                    .iter()
                    .filter(|c| c.city == row.id)
                    .count(),
            ),
            distance_km,
        }
    }

    fn cinema_view(&self, row: &CinemaRow, distance_km: Option<f64>) -> Option<Cinema> {
        let city = self.cities.get(&row.city).map(|i| &self.rows.cities[*i])?;
        Some(Cinema {
            id: row.id,
            name: row.name.clone(),
            city: row.city,
            city_name: city.name.clone(),
            address: row.address.clone(),
            time_zone: city.time_zone.clone(),
            latitude: row.at.latitude,
            longitude: row.at.longitude,
            screens: whole(
                self.rows
                    .screens
                    .iter()
                    .filter(|s| s.cinema == row.id)
                    .count(),
            ),
            distance_km,
        })
    }
}

fn movie_view(row: &MovieRow, shows: usize) -> Movie {
    Movie {
        id: row.id,
        title: row.title.clone(),
        minutes: row.minutes,
        certificate: row.certificate.clone(),
        genres: row.genres.clone(),
        language: row.language.clone(),
        shows: whole(shows),
    }
}

fn whole(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// Rows that fit, best fit first, then nearest, then by name; with their distances.
fn ordered<'a, T>(
    rows: impl Iterator<Item = (&'a T, &'a Vec<String>)>,
    q: Option<&str>,
    near: Option<&Near>,
    what: impl Fn(&'a T) -> (super::place::Point, &'a str),
) -> Vec<(&'a T, Option<f64>)> {
    let query = q.map(fold);
    let mut found: Vec<_> = rows
        .filter_map(|(row, names)| {
            let fit = match &query {
                Some(q) => score(q, names.iter().map(String::as_str))?,
                None => 0,
            };
            let (at, name) = what(row);
            let km = match near {
                Some(near) => Some(near.km_to(at)?),
                None => None,
            };
            Some((fit, km, name, row))
        })
        .collect();
    found.sort_by(|a, b| {
        let nearer = a.1.unwrap_or(0.0).total_cmp(&b.1.unwrap_or(0.0));
        b.0.cmp(&a.0).then(nearer).then_with(|| a.2.cmp(b.2))
    });
    found.into_iter().map(|(_, km, _, row)| (row, km)).collect()
}

//! The catalogue in memory, and the questions it answers.

mod answered;
mod calendar;
mod find;
mod kind;
mod movies;
mod places;
mod shows;

use std::{cmp::Reverse, collections::HashMap, sync::Arc};

use houseful_core::{
    ids::{CinemaId, CityId, MovieId, ScreenId, ShowId},
    layout::SeatLayout,
    price::PriceCard,
    show::{PriceFacts, ShowTerms},
    time::UtcMillis,
};
use jiff::{civil::Date, tz::TimeZone};

pub use calendar::{CalendarFilter, DAYS_MAX};
pub use kind::Kind;
pub use movies::MovieFilter;
pub use places::{CinemaFilter, CityFilter};
pub use shows::{CursorError, SHOWS_MAX, ShowFilter};

use super::{
    answers::Answers,
    local,
    place::{Globe, Point},
    rows::{CityRow, Rows, ShowRow},
    search::{Hit, SLIP, SearchIndex, Target},
};
use crate::store::StoreError;

/// The whole catalogue at one moment; it never changes.
///
/// Shows are in order of start, then of id, so a rising list of their places is in that order too
/// and a span of time is a range of it.
#[derive(Debug)]
pub struct Snapshot {
    rows: Rows,
    cities: HashMap<CityId, usize>,
    cinemas: HashMap<CinemaId, usize>,
    movies: HashMap<MovieId, usize>,
    shows: HashMap<ShowId, usize>,
    screens: HashMap<ScreenId, usize>,
    /// The time zone of each city, the city of each cinema, the cinema of each screen; by place.
    zones: Vec<TimeZone>,
    city_of: Vec<usize>,
    cinema_of: Vec<usize>,
    /// The cinemas of each city, how many screens each cinema has, the shows of each cinema and
    /// movie; by place, rising.
    cinemas_in: Vec<Vec<usize>>,
    screens_in: Vec<u32>,
    shows_at: Vec<Vec<usize>>,
    shows_of: Vec<Vec<usize>>,
    search: SearchIndex,
    /// Where cities and cinemas are.
    cities_on: Globe,
    cinemas_on: Globe,
    /// What was answered from it.
    answers: Answers,
}

fn index<K: std::hash::Hash + Eq, T>(rows: &[T], key: impl Fn(&T) -> K) -> HashMap<K, usize> {
    rows.iter()
        .enumerate()
        .map(|(i, row)| (key(row), i))
        .collect()
}

/// For each place of `into`, the places that belong to it.
fn groups(of: impl Iterator<Item = usize>, into: usize) -> Vec<Vec<usize>> {
    let mut groups = vec![Vec::new(); into];
    for (i, group) in of.enumerate() {
        groups[group].push(i);
    }
    groups
}

/// For each place of `into`, how many belong to it.
fn counts(of: &[usize], into: usize) -> Vec<u32> {
    let mut counts = vec![0; into];
    for group in of {
        counts[*group] += 1;
    }
    counts
}

/// The place of each row's owner.
fn owners<K: std::hash::Hash + Eq, T>(
    rows: &[T],
    owner: impl Fn(&T) -> K,
    places: &HashMap<K, usize>,
) -> Result<Vec<usize>, StoreError> {
    let place = |row| {
        let place = places.get(&owner(row)).copied();
        place.ok_or_else(|| StoreError::Unreadable("a catalogue row without its owner".to_owned()))
    };
    rows.iter().map(place).collect()
}

fn search_index(rows: &Rows) -> SearchIndex {
    let cities = rows.cities.iter().enumerate();
    let cities = cities.map(|(i, row)| (Target::City(i), row.name.as_str(), row.also.as_slice()));
    let cinemas = rows.cinemas.iter().enumerate();
    let cinemas = cinemas.map(|(i, row)| (Target::Cinema(i), row.name.as_str(), [].as_slice()));
    let movies = rows.movies.iter().enumerate();
    let movies = movies.map(|(i, row)| (Target::Movie(i), row.title.as_str(), row.also.as_slice()));
    SearchIndex::of(cities.chain(cinemas).chain(movies))
}

impl Snapshot {
    /// A snapshot of these rows.
    pub(super) fn of(rows: Rows) -> Result<Self, StoreError> {
        let zone = |c: &CityRow| {
            TimeZone::get(&c.time_zone)
                .map_err(|e| StoreError::Unreadable(format!("time zone of {}: {e}", c.name)))
        };
        let cities = index(&rows.cities, |r| r.id);
        let cinemas = index(&rows.cinemas, |r| r.id);
        let screens = index(&rows.screens, |r| r.id);
        let movies = index(&rows.movies, |r| r.id);
        let city_of = owners(&rows.cinemas, |r| r.city, &cities)?;
        let cinema_of = owners(&rows.screens, |r| r.cinema, &cinemas)?;
        let screen_of_show = owners(&rows.shows, |r| r.screen, &screens)?;
        let movie_of_show = owners(&rows.shows, |r| r.movie, &movies)?;
        let cinema_of_show = screen_of_show.into_iter().map(|screen| cinema_of[screen]);
        Ok(Self {
            zones: rows.cities.iter().map(zone).collect::<Result<_, _>>()?,
            screens_in: counts(&cinema_of, rows.cinemas.len()),
            cinemas_in: groups(city_of.iter().copied(), rows.cities.len()),
            shows_at: groups(cinema_of_show, rows.cinemas.len()),
            shows_of: groups(movie_of_show.into_iter(), rows.movies.len()),
            shows: index(&rows.shows, |r| r.id),
            search: search_index(&rows),
            cities_on: Globe::of(rows.cities.iter().map(|r| r.at)),
            cinemas_on: Globe::of(rows.cinemas.iter().map(|r| r.at)),
            cities,
            cinemas,
            movies,
            screens,
            city_of,
            cinema_of,
            rows,
            answers: Answers::default(),
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
            ("screen", self.rows.screens.len()),
            ("movie", self.rows.movies.len()),
            ("show", self.rows.shows.len()),
        ];
        for (kind, size) in sizes {
            let size = f64::from(u32::try_from(size).unwrap_or(u32::MAX));
            metrics::gauge!("catalogue_size", "kind" => kind).set(size);
        }
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
        let prices = self.rows.prices.get(&row.prices)?;
        Some(Arc::new(ShowTerms {
            layout: self.rows.layouts.get(&row.layout)?.clone(),
            facts: self.price_facts(row, prices),
            prices: Arc::clone(prices),
            starts_at: row.starts_at,
            windows: row.sales.windows(row.starts_at),
            seats_max: row.seats_max,
            rules: row.sales.rules(row.starts_at),
        }))
    }

    /// What the rules of a card ask of a show; a card without rules asks nothing, and the show's
    /// terms are what they always were.
    fn price_facts(&self, row: &ShowRow, prices: &PriceCard) -> Option<PriceFacts> {
        prices.rules.as_ref()?;
        let city = self.city_of[self.cinema_place(row)?];
        Some(PriceFacts {
            zone: self.zones[city].clone(),
            format: row.format.as_str().to_owned(),
        })
    }

    /// Whether there is such a show.
    #[must_use]
    pub fn has(&self, show: ShowId) -> bool {
        self.shows.contains_key(&show)
    }

    /// Which of these does not exist, in words.
    ///
    /// # Errors
    /// The first one that is not there.
    pub fn know(
        &self,
        city: Option<CityId>,
        cinema: Option<CinemaId>,
        movie: Option<MovieId>,
    ) -> Result<(), &'static str> {
        if city.is_some_and(|id| !self.cities.contains_key(&id)) {
            Err("city")
        } else if cinema.is_some_and(|id| !self.cinemas.contains_key(&id)) {
            Err("cinema")
        } else if movie.is_some_and(|id| !self.movies.contains_key(&id)) {
            Err("movie")
        } else {
            Ok(())
        }
    }

    /// Where a city is.
    #[must_use]
    pub fn at_city(&self, id: CityId) -> Option<Point> {
        self.cities.get(&id).map(|i| self.rows.cities[*i].at)
    }

    fn show_row(&self, id: ShowId) -> Option<&ShowRow> {
        self.shows.get(&id).map(|i| &self.rows.shows[*i])
    }

    /// The place of the cinema where a show is.
    fn cinema_place(&self, show: &ShowRow) -> Option<usize> {
        self.screens.get(&show.screen).map(|i| self.cinema_of[*i])
    }

    /// The shows of a cinema that begin at `from` or later, on a local day if one is given.
    fn coming(&self, cinema: usize, date: Option<Date>, from: UtcMillis) -> &[usize] {
        let (from, to) = match date {
            None => (from, UtcMillis(i64::MAX)),
            Some(date) => {
                let (start, end) = local::day(date, &self.zones[self.city_of[cinema]]);
                (from.max(start), end)
            }
        };
        let shows = &self.shows_at[cinema];
        let first = self.first_from(shows, from);
        &shows[first..self.first_from(shows, to).max(first)]
    }

    /// The first of a rising list of shows that begins at `from` or later.
    fn first_from(&self, shows: &[usize], from: UtcMillis) -> usize {
        shows.partition_point(|i| self.rows.shows[*i].starts_at < from)
    }

    /// The cinemas that are in this city and are this one; all, if neither is given.
    fn places(&self, city: Option<CityId>, cinema: Option<CinemaId>) -> Vec<usize> {
        let city = city.map(|id| self.cities.get(&id).copied());
        let here = |i: &usize| city.is_none_or(|city| city == Some(self.city_of[*i]));
        match (cinema, city) {
            (Some(id), _) => self
                .cinemas
                .get(&id)
                .copied()
                .into_iter()
                .filter(here)
                .collect(),
            (None, Some(city)) => city.map_or_else(Vec::new, |city| self.cinemas_in[city].clone()),
            (None, None) => (0..self.rows.cinemas.len()).collect(),
        }
    }

    /// How far what somebody typed is from each thing it may mean, in order of likelihood.
    ///
    /// Slips of the pen are guessed only where nothing fits as it was typed; among equals comes
    /// first what has more to offer.
    fn fits(&self, q: &str) -> Vec<Hit> {
        let mut hits = self.search.find(q);
        let best = hits.iter().map(|hit| hit.cost).min().unwrap_or(0);
        hits.retain(|hit| hit.cost < best + SLIP);
        let size = |target| match target {
            Target::City(i) => self.cinemas_in[i].len(),
            Target::Cinema(i) => self.shows_at[i].len(),
            Target::Movie(i) => self.shows_of[i].len(),
        };
        hits.sort_by_key(|hit| (hit.cost, Reverse(size(hit.target)), hit.target));
        hits
    }
}

fn whole(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

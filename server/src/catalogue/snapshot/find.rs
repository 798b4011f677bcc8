//! One question over cities, cinemas and movies at once.

use std::collections::HashMap;

use houseful_core::{
    ids::{CityId, ShowId},
    time::UtcMillis,
    wire::catalogue::Found,
};

use super::Snapshot;
use crate::{catalogue::search::Target, hub::Count};

/// The most of each kind that a search gives; of shows, twice as many.
const FOUND_MAX: usize = 10;

impl Snapshot {
    /// Cities, cinemas and movies named like `q`, best first, and the next shows of the movies and
    /// cinemas among them; within one city, if one is given. Movies without a show to come are
    /// left out.
    #[must_use]
    pub fn search(
        &self,
        q: &str,
        city: Option<CityId>,
        counts: &dyn Fn(ShowId) -> Option<Count>,
        now: UtcMillis,
    ) -> Found {
        let mut found = Found::default();
        let mut shows: Vec<usize> = Vec::new();
        let city = city.map(|city| self.in_city(city, now));
        let is_there = |cinema: usize| {
            let here = city.as_ref().map(|here| here.cinemas.contains(&cinema));
            here.unwrap_or(true)
        };
        for hit in self.fits(q) {
            match hit.target {
                Target::City(i) if found.cities.len() < FOUND_MAX => {
                    found.cities.push(self.city_view(i, None));
                }
                Target::Cinema(i) if found.cinemas.len() < FOUND_MAX && is_there(i) => {
                    found.cinemas.push(self.cinema_view(i, None));
                    shows.extend(self.coming(i, None, now).iter().take(2 * FOUND_MAX));
                }
                Target::Movie(i) if found.movies.len() < FOUND_MAX => {
                    let next = match &city {
                        None => self.coming_of(i, now),
                        Some(here) => here.shows_of.get(&i).map(Vec::as_slice).unwrap_or_default(),
                    };
                    if !next.is_empty() {
                        found.movies.push(self.movie_view(i, next.len()));
                        shows.extend(next.iter().take(2 * FOUND_MAX));
                    }
                }
                Target::City(_) | Target::Cinema(_) | Target::Movie(_) => {}
            }
        }
        shows.sort_unstable();
        shows.dedup();
        let rows = shows
            .iter()
            .take(2 * FOUND_MAX)
            .map(|i| &self.rows.shows[*i]);
        let views = rows.filter_map(|row| self.show_view(row, counts, now));
        found.shows = views.collect();
        found
    }

    /// What is in a city, and to come there.
    fn in_city(&self, city: CityId, now: UtcMillis) -> InCity {
        let cinemas = self.places(Some(city), None);
        let mut shows_of: HashMap<usize, Vec<usize>> = HashMap::new();
        for cinema in &cinemas {
            for show in self.coming(*cinema, None, now) {
                if let Some(movie) = self.movies.get(&self.rows.shows[*show].movie) {
                    shows_of.entry(*movie).or_default().push(*show);
                }
            }
        }
        for shows in shows_of.values_mut() {
            shows.sort_unstable();
        }
        InCity { cinemas, shows_of }
    }

    /// The shows of a movie that begin at `from` or later, anywhere.
    fn coming_of(&self, movie: usize, from: UtcMillis) -> &[usize] {
        let shows = &self.shows_of[movie];
        &shows[self.first_from(shows, from)..]
    }
}

/// One city: its cinemas, and the shows to come there by the place of their movie, in order.
struct InCity {
    cinemas: Vec<usize>,
    shows_of: HashMap<usize, Vec<usize>>,
}

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
        let places = self.places(city, None);
        let coming = self.coming_by_movie(&places, now);
        for hit in self.fits(q) {
            match hit.target {
                Target::City(i) if found.cities.len() < FOUND_MAX => {
                    found.cities.push(self.city_view(i, None));
                }
                Target::Cinema(i) if found.cinemas.len() < FOUND_MAX && places.contains(&i) => {
                    found.cinemas.push(self.cinema_view(i, None));
                    shows.extend(self.coming(i, None, now).iter().take(2 * FOUND_MAX));
                }
                Target::Movie(i) if found.movies.len() < FOUND_MAX => {
                    if let Some(next) = coming.get(&i) {
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

    /// The shows to come at these cinemas by the place of their movie, in order of start.
    fn coming_by_movie(&self, places: &[usize], now: UtcMillis) -> HashMap<usize, Vec<usize>> {
        let mut by_movie: HashMap<usize, Vec<usize>> = HashMap::new();
        for cinema in places {
            for show in self.coming(*cinema, None, now) {
                if let Some(movie) = self.movies.get(&self.rows.shows[*show].movie) {
                    by_movie.entry(*movie).or_default().push(*show);
                }
            }
        }
        for shows in by_movie.values_mut() {
            shows.sort_unstable();
        }
        by_movie
    }
}

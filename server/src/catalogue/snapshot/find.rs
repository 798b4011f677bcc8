//! One question over cities, cinemas and movies at once.

use houseful_core::{
    ids::{CityId, ShowId},
    time::UtcMillis,
    wire::catalogue::Found,
};

use super::{CinemaFilter, CityFilter, MovieFilter, ShowFilter, Snapshot};
use crate::hub::Count;

/// The most of each kind that a search gives.
const FOUND_MAX: usize = 10;

impl Snapshot {
    /// Cities, cinemas and movies named like `q`, best first, and the next shows of the movies and
    /// cinemas among them; within one city, if one is given.
    #[must_use]
    pub fn search(
        &self,
        q: &str,
        city: Option<CityId>,
        counts: &dyn Fn(ShowId) -> Option<Count>,
        now: UtcMillis,
    ) -> Found {
        let q = Some(q);
        let mut found = Found {
            cities: self.cities(&CityFilter { q, near: None }),
            cinemas: self.cinemas(&CinemaFilter {
                city,
                q,
                near: None,
            }),
            movies: self.movies(&MovieFilter {
                city,
                cinema: None,
                date: None,
                q,
                from: now,
            }),
            shows: Vec::new(),
        };
        found.cities.truncate(FOUND_MAX);
        found.cinemas.truncate(FOUND_MAX);
        found.movies.truncate(FOUND_MAX);
        let next = |filter: ShowFilter<'_>| {
            self.shows(&filter, counts, now)
                .map(|page| page.items)
                .unwrap_or_default()
        };
        let all = ShowFilter {
            city,
            cinema: None,
            movie: None,
            date: None,
            from: now,
            limit: FOUND_MAX,
            cursor: None,
        };
        for movie in &found.movies {
            found.shows.extend(next(ShowFilter {
                movie: Some(movie.id),
                ..all
            }));
        }
        for cinema in &found.cinemas {
            found.shows.extend(next(ShowFilter {
                cinema: Some(cinema.id),
                ..all
            }));
        }
        found.shows.sort_by_key(|s| (s.starts_at, s.id));
        found.shows.dedup_by_key(|s| s.id);
        found.shows.truncate(2 * FOUND_MAX);
        found
    }
}

//! Movies, with how many of their shows are coming up.

use std::cmp::Reverse;

use houseful_core::{
    ids::{CinemaId, CityId, MovieId},
    time::UtcMillis,
    wire::catalogue::Movie,
};
use jiff::civil::Date;

use super::{Kind, Snapshot, whole};
use crate::catalogue::search::Target;

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
    /// With shows of this kind.
    pub kind: Kind<'a>,
    /// From this time on.
    pub from: UtcMillis,
}

impl Snapshot {
    /// A movie, with its shows that begin at `from` or later counted.
    #[must_use]
    pub fn movie(&self, id: MovieId, from: UtcMillis) -> Option<Movie> {
        let place = *self.movies.get(&id)?;
        let shows = &self.shows_of[place];
        Some(self.movie_view(place, shows.len() - self.first_from(shows, from)))
    }

    /// Movies with the number of their shows, those with most shows first; by fit when `q` is
    /// given.
    #[must_use]
    pub fn movies(&self, filter: &MovieFilter<'_>) -> Vec<Movie> {
        let counts = self.counts(filter);
        let costs = filter.q.map(|q| self.costs(q));
        let mut found: Vec<_> = counts
            .into_iter()
            .enumerate()
            .filter(|(_, shows)| *shows > 0)
            .filter_map(|(i, shows)| {
                let cost = match &costs {
                    Some(costs) => *costs.get(&Target::Movie(i))?,
                    None => 0,
                };
                Some((cost, shows, i))
            })
            .collect();
        found.sort_by_key(|(cost, shows, i)| {
            (*cost, Reverse(*shows), self.rows.movies[*i].title.as_str())
        });
        let view = |(_, shows, i)| self.movie_view(i, shows);
        found.into_iter().map(view).collect()
    }

    /// How many shows of each movie fit the filter, by its place.
    fn counts(&self, filter: &MovieFilter<'_>) -> Vec<usize> {
        let is_anywhere = filter.city.is_none() && filter.cinema.is_none();
        if is_anywhere && filter.date.is_none() && filter.kind.is_any() {
            let to_come = |shows: &Vec<usize>| shows.len() - self.first_from(shows, filter.from);
            return self.shows_of.iter().map(to_come).collect();
        }
        let mut counts = vec![0; self.rows.movies.len()];
        for cinema in self.places(filter.city, filter.cinema) {
            for show in self.coming(cinema, filter.date, filter.from) {
                let show = &self.rows.shows[*show];
                if let Some(movie) = self.movies.get(&show.movie)
                    && self.is_kind(show, &filter.kind)
                {
                    counts[*movie] += 1;
                }
            }
        }
        counts
    }

    pub(super) fn movie_view(&self, place: usize, shows: usize) -> Movie {
        let row = &self.rows.movies[place];
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
}

//! A part of the catalogue for a server that follows it with a database of its own.
//!
//! Shows never change and new ones come behind those that are there, so what a follower has is told
//! by the last show and how many there are up to it. Places and movies may take other names; they
//! are few and go along whole when the catalogue was written since.

use std::{collections::BTreeMap, sync::Arc};

use houseful_core::{ids::ShowId, layout::SeatLayout, price::PriceCard};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::{
    Catalogue, Snapshot,
    rows::{CinemaRow, CityRow, MovieRow, Rows, ScreenRow, ShowRow},
};
use crate::store::StoreError;

/// The most shows in one part.
const SHOWS_MAX: usize = 2_000;

/// What a follower has is not the beginning of this catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Another;

/// A part of a catalogue.
#[derive(Debug, Serialize, Deserialize)]
pub struct Part {
    /// How often the catalogue had been written, at least.
    pub moves: u64,
    /// Whether more shows are to come.
    pub more: bool,
    places: Option<Places>,
    shows: Vec<ShowRow>,
    /// What its shows name: halls as text and price cards, by their hashes.
    layouts: BTreeMap<String, String>,
    prices: BTreeMap<String, PriceCard>,
}

/// All that is no show.
#[derive(Debug, Serialize, Deserialize)]
struct Places {
    cities: Vec<CityRow>,
    cinemas: Vec<CinemaRow>,
    screens: Vec<ScreenRow>,
    movies: Vec<MovieRow>,
}

impl Snapshot {
    /// The last show by number and how many there are: what a follower has.
    #[must_use]
    pub fn extent(&self) -> (Option<ShowId>, u64) {
        let shows = &self.rows().shows;
        let last = shows.iter().map(|show| show.id).max();
        (last, shows.len() as u64)
    }

    /// Whether there is nothing in it at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows().cities.is_empty() && self.rows().shows.is_empty()
    }

    /// What comes behind `after`, for a follower that has `shows` shows up to there; places and
    /// movies go along with `places`.
    fn part(
        &self,
        (after, shows): (Option<ShowId>, u64),
        places: bool,
        moves: u64,
    ) -> Result<Part, Another> {
        let rows = self.rows();
        let (had, mut new): (Vec<_>, Vec<_>) =
            rows.shows.iter().partition(|show| Some(show.id) <= after);
        let last = had.iter().map(|show| show.id).max();
        if last != after || had.len() as u64 != shows {
            return Err(Another);
        }
        new.sort_unstable_by_key(|show| show.id);
        let more = new.len() > SHOWS_MAX;
        new.truncate(SHOWS_MAX);
        let layout = |show: &&ShowRow| {
            let layout = rows.layouts.get(&show.layout)?;
            Some((show.layout.to_string(), layout.to_text()))
        };
        let card = |show: &&ShowRow| {
            let card = rows.prices.get(&show.prices)?;
            Some((show.prices.to_string(), card.as_ref().clone()))
        };
        Ok(Part {
            moves,
            more,
            places: places.then(|| Places {
                cities: rows.cities.clone(),
                cinemas: rows.cinemas.clone(),
                screens: rows.screens.clone(),
                movies: rows.movies.clone(),
            }),
            layouts: new.iter().filter_map(layout).collect(),
            prices: new.iter().filter_map(card).collect(),
            shows: new.into_iter().cloned().collect(),
        })
    }
}

impl Catalogue {
    /// What comes behind the shows a follower `has`; with places and movies, unless those are what
    /// it had when the catalogue had been written `places` times.
    ///
    /// # Errors
    /// It follows another catalogue.
    pub fn part(&self, has: (Option<ShowId>, u64), places: Option<u64>) -> Result<Part, Another> {
        // Read before the snapshot: what is told is at least as new as the number that it has.
        let moves = self.moves();
        self.snapshot().part(has, places != Some(moves), moves)
    }
}

impl Part {
    /// Its rows, if they are what they say they are.
    pub(super) fn rows(self) -> Result<Rows, StoreError> {
        let odd = |what: &str| StoreError::Unreadable(format!("{what} of another server"));
        let mut rows = Rows::default();
        for (hash, text) in self.layouts {
            let layout = SeatLayout::parse(&text).map_err(|_| odd("a hall"))?;
            if layout.hash().to_string() != hash {
                return Err(odd("the hash of a hall"));
            }
            rows.layouts.insert(layout.hash(), Arc::new(layout));
        }
        for (hash, card) in self.prices {
            card.check().map_err(|_| odd("a price card"))?;
            if card.hash().to_string() != hash {
                return Err(odd("the hash of a price card"));
            }
            rows.prices.insert(card.hash(), Arc::new(card));
        }
        let is_whole = |show: &ShowRow| {
            rows.layouts.contains_key(&show.layout) && rows.prices.contains_key(&show.prices)
        };
        if !self.shows.iter().all(is_whole) {
            return Err(odd("a show without its hall or its prices"));
        }
        rows.shows = self.shows;
        if let Some(places) = self.places {
            let known = |city: &CityRow| TimeZone::get(&city.time_zone).is_ok();
            if !places.cities.iter().all(known) {
                return Err(odd("the time zone of a city"));
            }
            rows.cities = places.cities;
            rows.cinemas = places.cinemas;
            rows.screens = places.screens;
            rows.movies = places.movies;
        }
        Ok(rows)
    }
}

//! From a chain as it was handed in to rows that can't be wrong.

mod shows;

use std::{
    borrow::Borrow,
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use houseful_core::{
    ids::{CinemaId, CityId, MovieId, ScreenId},
    layout::SeatLayout,
    price::PriceCard,
};
use jiff::tz::TimeZone;

use self::shows::{House, Room};
use super::{
    CatalogueError, Chain, ChainShow, Point,
    rows::{CinemaRow, CityRow, MovieRow, Rows, ScreenRow},
    value::Part,
};

/// The rows of a chain; of its shows only those that are not `known` yet.
pub(super) fn check(chain: &Chain, known: &Rows) -> Result<Rows, CatalogueError> {
    check_with(chain, chain.shows.iter(), known)
}

/// The same with these shows in place of the chain's own: a million of them need not be in memory
/// at once.
pub(super) fn check_with<S: Borrow<ChainShow>>(
    chain: &Chain,
    shows: impl Iterator<Item = S>,
    known: &Rows,
) -> Result<Rows, CatalogueError> {
    let halls = halls(&chain.halls)?;
    let cards = cards(&chain.price_cards)?;
    let mut rows = Rows::default();
    let zones = cities(chain, known, &mut rows)?;
    let city_of = cinemas(chain, known, &mut rows)?;
    let cinema_of = screens(chain, known, &mut rows)?;
    movies(chain, known, &mut rows)?;
    let mut rooms = HashMap::new();
    for (s, row) in chain.screens.iter().zip(&rows.screens) {
        let part = Part("screen", &s.key).to_string();
        let hall = halls.get(&s.hall);
        let room = Room {
            id: row.id,
            formats: &s.formats,
            hall: hall.ok_or_else(|| unknown(&part, "hall", &s.hall))?,
            zone: &zones[city_of[cinema_of[rooms.len()]]],
        };
        rooms.insert(s.key.as_str(), room);
    }
    let house = House {
        movies: rows.movies.iter().map(|m| (m.key.as_str(), m.id)).collect(),
        rooms,
        cards: cards
            .iter()
            .map(|(key, card)| (key.as_str(), (card.hash(), card.as_ref())))
            .collect(),
        known,
    };
    rows.shows = shows::shows(shows, &house)?;
    let used = chain.screens.iter().filter_map(|s| halls.get(&s.hall));
    rows.layouts = used.map(|hall| (hall.hash(), Arc::clone(hall))).collect();
    rows.prices = cards
        .into_values()
        .map(|card| (card.hash(), card))
        .collect();
    Ok(rows)
}

/// Gives each key its id: the one it has, or the next one.
struct Ids {
    known: HashMap<String, u64>,
    next: u64,
    seen: HashSet<String>,
}

impl Ids {
    fn new(known: impl Iterator<Item = (String, u64)>) -> Self {
        let known: HashMap<_, _> = known.collect();
        let next = known.values().max().map_or(1, |id| id + 1);
        Self {
            known,
            next,
            seen: HashSet::new(),
        }
    }

    fn give(&mut self, kind: &'static str, key: &str) -> Result<u64, CatalogueError> {
        Part(kind, key).name(key)?;
        if !self.seen.insert(key.to_owned()) {
            return Err(CatalogueError::Twice {
                kind,
                key: key.to_owned(),
            });
        }
        Ok(self.known.get(key).copied().unwrap_or_else(|| {
            self.next += 1;
            self.next - 1
        }))
    }
}

fn halls(
    texts: &BTreeMap<String, String>,
) -> Result<HashMap<String, Arc<SeatLayout>>, CatalogueError> {
    let parse = |(key, text): (&String, &String)| match SeatLayout::parse(text) {
        Ok(hall) => Ok((key.clone(), Arc::new(hall))),
        Err(errors) => Err(CatalogueError::Hall {
            hall: key.clone(),
            errors,
        }),
    };
    texts.iter().map(parse).collect()
}

fn cards(
    cards: &BTreeMap<String, PriceCard>,
) -> Result<BTreeMap<String, Arc<PriceCard>>, CatalogueError> {
    let check = |(key, card): (&String, &PriceCard)| match card.check() {
        Ok(()) => Ok((key.clone(), Arc::new(card.clone()))),
        Err(error) => Err(CatalogueError::PriceCard {
            card: key.clone(),
            error,
        }),
    };
    cards.iter().map(check).collect()
}

/// The time zone of each city.
fn cities(chain: &Chain, known: &Rows, rows: &mut Rows) -> Result<Vec<TimeZone>, CatalogueError> {
    let mut ids = Ids::new(known.cities.iter().map(|c| (c.key.clone(), c.id.0)));
    let mut zones = Vec::new();
    for c in &chain.cities {
        let part = Part("city", &c.key);
        let id = CityId(ids.give("city", &c.key)?);
        part.country(&c.country)?;
        let zone = TimeZone::get(&c.time_zone).map_err(|_| CatalogueError::TimeZone {
            city: c.key.clone(),
            zone: houseful_core::text::shown(&c.time_zone, 60),
        })?;
        zones.push(zone);
        rows.cities.push(CityRow {
            id,
            key: c.key.clone(),
            name: part.name(&c.name)?,
            also: part.list("also", &c.also)?,
            country: c.country.clone(),
            time_zone: c.time_zone.clone(),
            at: point(part, c.latitude, c.longitude)?,
        });
    }
    Ok(zones)
}

/// The city of each cinema, by its place in the chain.
fn cinemas(chain: &Chain, known: &Rows, rows: &mut Rows) -> Result<Vec<usize>, CatalogueError> {
    let mut ids = Ids::new(known.cinemas.iter().map(|c| (c.key.clone(), c.id.0)));
    let cities = places(chain.cities.iter().map(|c| c.key.as_str()));
    let mut city_of = Vec::new();
    for c in &chain.cinemas {
        let part = Part("cinema", &c.key);
        let city = cities.get(c.city.as_str());
        let city = *city.ok_or_else(|| unknown(&part.to_string(), "city", &c.city))?;
        city_of.push(city);
        rows.cinemas.push(CinemaRow {
            id: CinemaId(ids.give("cinema", &c.key)?),
            key: c.key.clone(),
            name: part.name(&c.name)?,
            city: rows.cities[city].id,
            address: part.name(&c.address)?,
            at: point(part, c.latitude, c.longitude)?,
        });
    }
    Ok(city_of)
}

/// The cinema of each screen, by its place in the chain.
fn screens(chain: &Chain, known: &Rows, rows: &mut Rows) -> Result<Vec<usize>, CatalogueError> {
    let mut ids = Ids::new(known.screens.iter().map(|s| (s.key.clone(), s.id.0)));
    let cinemas = places(chain.cinemas.iter().map(|c| c.key.as_str()));
    let mut cinema_of = Vec::new();
    for s in &chain.screens {
        let part = Part("screen", &s.key);
        let cinema = cinemas.get(s.cinema.as_str());
        let cinema = *cinema.ok_or_else(|| unknown(&part.to_string(), "cinema", &s.cinema))?;
        cinema_of.push(cinema);
        part.list("formats", &s.formats)?;
        rows.screens.push(ScreenRow {
            id: ScreenId(ids.give("screen", &s.key)?),
            key: s.key.clone(),
            name: part.name(&s.name)?,
            cinema: rows.cinemas[cinema].id,
        });
    }
    Ok(cinema_of)
}

fn movies(chain: &Chain, known: &Rows, rows: &mut Rows) -> Result<(), CatalogueError> {
    let mut ids = Ids::new(known.movies.iter().map(|m| (m.key.clone(), m.id.0)));
    for m in &chain.movies {
        let part = Part("movie", &m.key);
        part.minutes(m.minutes)?;
        part.language(&m.language)?;
        rows.movies.push(MovieRow {
            id: MovieId(ids.give("movie", &m.key)?),
            key: m.key.clone(),
            title: part.name(&m.title)?,
            also: part.list("also", &m.also)?,
            minutes: m.minutes,
            certificate: part.name(&m.certificate)?,
            genres: part.list("genres", &m.genres)?,
            language: m.language.clone(),
        });
    }
    Ok(())
}

fn places<'a>(keys: impl Iterator<Item = &'a str>) -> HashMap<&'a str, usize> {
    keys.zip(0..).collect()
}

fn unknown(part: &str, kind: &'static str, key: &str) -> CatalogueError {
    CatalogueError::Unknown {
        part: part.to_owned(),
        kind,
        key: houseful_core::text::shown(key, 80),
    }
}

fn point(part: Part<'_>, latitude: f64, longitude: f64) -> Result<Point, CatalogueError> {
    Point::new(latitude, longitude).ok_or_else(|| {
        let problem = format!("{latitude}, {longitude} is not on the globe");
        part.value("position", &problem)
    })
}

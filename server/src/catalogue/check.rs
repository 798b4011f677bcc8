//! From a chain as it was handed in to rows that can't be wrong.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use houseful_core::{
    ids::{CinemaId, CityId, MovieId, ScreenId, ShowId},
    layout::SeatLayout,
    price::PriceCard,
    text::Name,
    time::{MINUTE_MS, UtcMillis},
};
use jiff::tz::TimeZone;

use super::{
    CatalogueError, Chain, ChainShow, Point, Start,
    rows::{CinemaRow, CityRow, MovieRow, Rows, ScreenRow, ShowRow},
};

/// The rows of a chain; of its shows only those that are not `known` yet.
pub(super) fn check(chain: &Chain, known: &Rows) -> Result<Rows, CatalogueError> {
    let halls = halls(&chain.halls)?;
    let cards = cards(&chain.price_cards)?;
    let mut rows = Rows::default();
    let zones = cities(&chain.cities, known, &mut rows)?;
    let mut ids = Ids::new(known.cinemas.iter().map(|c| (c.key.clone(), c.id.0)));
    for c in &chain.cinemas {
        let part = format!("cinema `{}`", c.key);
        let city = find(&rows.cities, &part, "city", &c.city, |row| &row.key)?.id;
        let at = point(&part, c.latitude, c.longitude)?;
        let (id, name) = (CinemaId(ids.give("cinema", &c.key)?), name(&part, &c.name)?);
        let (key, address) = (c.key.clone(), c.address.clone());
        rows.cinemas.push(CinemaRow {
            id,
            key,
            name,
            city,
            address,
            at,
        });
    }
    let mut hall_of = HashMap::new();
    let mut ids = Ids::new(known.screens.iter().map(|s| (s.key.clone(), s.id.0)));
    for s in &chain.screens {
        let part = format!("screen `{}`", s.key);
        let cinema = find(&rows.cinemas, &part, "cinema", &s.cinema, |row| &row.key)?.id;
        let hall = halls
            .get(&s.hall)
            .ok_or_else(|| unknown(&part, "hall", &s.hall))?;
        let id = ScreenId(ids.give("screen", &s.key)?);
        hall_of.insert(id, Arc::clone(hall));
        rows.screens.push(ScreenRow {
            id,
            key: s.key.clone(),
            name: name(&part, &s.name)?,
            cinema,
        });
    }
    movies(chain, known, &mut rows)?;
    let house = House {
        zones: &zones,
        halls: &hall_of,
        cards: &cards,
        known,
    };
    shows(&chain.shows, &house, &mut rows)?;
    rows.layouts = hall_of
        .into_values()
        .map(|hall| (hall.hash(), hall))
        .collect();
    rows.prices = cards
        .into_values()
        .map(|card| (card.hash(), card))
        .collect();
    Ok(rows)
}

/// What shows are checked against.
struct House<'a> {
    zones: &'a HashMap<CityId, TimeZone>,
    halls: &'a HashMap<ScreenId, Arc<SeatLayout>>,
    cards: &'a BTreeMap<String, Arc<PriceCard>>,
    known: &'a Rows,
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

fn cities(
    cities: &[super::ChainCity],
    known: &Rows,
    rows: &mut Rows,
) -> Result<HashMap<CityId, TimeZone>, CatalogueError> {
    let mut ids = Ids::new(known.cities.iter().map(|c| (c.key.clone(), c.id.0)));
    let mut zones = HashMap::new();
    for c in cities {
        let part = format!("city `{}`", c.key);
        let id = CityId(ids.give("city", &c.key)?);
        let zone = TimeZone::get(&c.time_zone).map_err(|_| CatalogueError::TimeZone {
            city: c.key.clone(),
            zone: c.time_zone.clone(),
        })?;
        zones.insert(id, zone);
        rows.cities.push(CityRow {
            id,
            key: c.key.clone(),
            name: name(&part, &c.name)?,
            also: c.also.clone(),
            country: c.country.clone(),
            time_zone: c.time_zone.clone(),
            at: point(&part, c.latitude, c.longitude)?,
        });
    }
    Ok(zones)
}

fn movies(chain: &Chain, known: &Rows, rows: &mut Rows) -> Result<(), CatalogueError> {
    let mut ids = Ids::new(known.movies.iter().map(|m| (m.key.clone(), m.id.0)));
    for m in &chain.movies {
        let part = format!("movie `{}`", m.key);
        if !(1..=1_440).contains(&m.minutes) {
            let problem = format!("is {}, it must be 1 to 1,440", m.minutes);
            return Err(CatalogueError::Value {
                part,
                field: "minutes",
                problem,
            });
        }
        rows.movies.push(MovieRow {
            id: MovieId(ids.give("movie", &m.key)?),
            key: m.key.clone(),
            title: name(&part, &m.title)?,
            also: m.also.clone(),
            minutes: m.minutes,
            certificate: m.certificate.clone(),
            genres: m.genres.clone(),
            language: m.language.clone(),
        });
    }
    Ok(())
}

fn shows(shows: &[ChainShow], house: &House<'_>, rows: &mut Rows) -> Result<(), CatalogueError> {
    let mut found = Vec::with_capacity(shows.len());
    for show in shows {
        found.push(one_show(show, house, rows)?);
    }
    found.sort_by_key(|s| (s.starts_at, s.screen));
    let mut by_start: HashMap<(ScreenId, UtcMillis), &ShowRow> = house
        .known
        .shows
        .iter()
        .map(|s| ((s.screen, s.starts_at), s))
        .collect();
    let mut next = house
        .known
        .shows
        .iter()
        .map(|s| s.id.0)
        .max()
        .map_or(1, |id| id + 1);
    let mut new = Vec::new();
    for mut show in found {
        match by_start.remove(&(show.screen, show.starts_at)) {
            Some(same) if same.movie != show.movie => {
                let (show, field) = (named(&show, rows), "movie");
                return Err(CatalogueError::ShowDiffers { show, field });
            }
            Some(_) => {}
            None => {
                show.id = ShowId(next);
                next += 1;
                new.push(show);
            }
        }
    }
    no_overlap(house.known.shows.iter().chain(&new), rows)?;
    rows.shows = new;
    Ok(())
}

fn one_show(show: &ChainShow, house: &House<'_>, rows: &Rows) -> Result<ShowRow, CatalogueError> {
    let part = format!("show of `{}` on `{}`", show.movie, show.screen);
    let movie = find(&rows.movies, &part, "movie", &show.movie, |row| &row.key)?.id;
    let screen = find(&rows.screens, &part, "screen", &show.screen, |row| &row.key)?;
    let card = house.cards.get(&show.prices);
    let card = card.ok_or_else(|| unknown(&part, "price card", &show.prices))?;
    let hall = house.halls.get(&screen.id);
    let hall = hall.ok_or_else(|| unknown(&part, "hall", &show.screen))?;
    for category in hall.categories() {
        let default = card.ticket_types.first().map_or("", |t| t.code.as_str());
        if card.price_minor(&category.code, default).is_none() {
            let (card, category) = (show.prices.clone(), category.code.clone());
            return Err(CatalogueError::NoPrice {
                show: part,
                card,
                category,
            });
        }
    }
    let cinema = rows.cinemas.iter().find(|c| c.id == screen.cinema);
    let zone = cinema.and_then(|c| house.zones.get(&c.city));
    let zone = zone.ok_or_else(|| unknown(&part, "city", &show.screen))?;
    let starts_at = starts_at(&part, show.starts, zone)?;
    if show.seats_max == 0 || !(1..=1_440).contains(&show.minutes) {
        let problem = format!("is {} for {} seats at most", show.minutes, show.seats_max);
        return Err(CatalogueError::Value {
            part,
            field: "minutes",
            problem,
        });
    }
    Ok(ShowRow {
        id: ShowId(0),
        movie,
        screen: screen.id,
        starts_at,
        ends_at: starts_at.plus_ms(i64::from(show.minutes) * MINUTE_MS),
        format: show.format.clone(),
        language: show.language.clone(),
        subtitles: show.subtitles.clone(),
        layout: hall.hash(),
        prices: card.hash(),
        sales: show.sales.clone(),
        seats_max: show.seats_max,
    })
}

fn starts_at(part: &str, start: Start, zone: &TimeZone) -> Result<UtcMillis, CatalogueError> {
    let local = match start {
        Start::At(at) => return Ok(at),
        Start::Local(local) => local,
    };
    let ambiguous = zone.to_ambiguous_timestamp(local);
    let no_such_time = || CatalogueError::NoSuchTime {
        show: part.to_owned(),
        local: local.to_string(),
        zone: zone.iana_name().unwrap_or("?").to_owned(),
    };
    if matches!(ambiguous.offset(), jiff::tz::AmbiguousOffset::Gap { .. }) {
        return Err(no_such_time());
    }
    let at = ambiguous.earlier().map_err(|_| no_such_time())?;
    Ok(UtcMillis(at.as_millisecond()))
}

fn no_overlap<'a>(
    shows: impl Iterator<Item = &'a ShowRow>,
    rows: &Rows,
) -> Result<(), CatalogueError> {
    let mut by_screen: Vec<&ShowRow> = shows.collect();
    by_screen.sort_by_key(|s| (s.screen, s.starts_at));
    for pair in by_screen.windows(2) {
        if pair[0].screen == pair[1].screen && pair[1].starts_at < pair[0].ends_at {
            let (first, second) = (named(pair[0], rows), named(pair[1], rows));
            return Err(CatalogueError::Overlap { first, second });
        }
    }
    Ok(())
}

fn named(show: &ShowRow, rows: &Rows) -> String {
    let screen = rows
        .screens
        .iter()
        .find(|s| s.id == show.screen)
        .map_or("?", |s| &s.key);
    format!("the show on `{screen}` at {}", show.starts_at.rfc3339())
}

fn find<'a, T>(
    rows: &'a [T],
    part: &str,
    kind: &'static str,
    key: &str,
    key_of: impl Fn(&T) -> &String,
) -> Result<&'a T, CatalogueError> {
    rows.iter()
        .find(|row| key_of(row) == key)
        .ok_or_else(|| unknown(part, kind, key))
}

fn unknown(part: &str, kind: &'static str, key: &str) -> CatalogueError {
    CatalogueError::Unknown {
        part: part.to_owned(),
        kind,
        key: key.to_owned(),
    }
}

fn name(part: &str, text: &str) -> Result<String, CatalogueError> {
    Name::new(text)
        .map(|name| name.as_str().to_owned())
        .map_err(|error| CatalogueError::Name {
            part: part.to_owned(),
            error,
        })
}

fn point(part: &str, latitude: f64, longitude: f64) -> Result<Point, CatalogueError> {
    Point::new(latitude, longitude).ok_or_else(|| CatalogueError::Value {
        part: part.to_owned(),
        field: "position",
        problem: format!("{latitude}, {longitude} is not on the globe"),
    })
}

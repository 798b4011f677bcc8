//! The demo's chain: `fixtures/chain/chain.toml` with a week of shows, the same for the same day
//! and seed.

mod file;
mod huge;
mod schedule;

use std::collections::{BTreeMap, HashMap};

use houseful_core::{
    ids::ShowId,
    price::{PriceCard, PriceRow},
    time::{MINUTE_MS, UtcMillis},
};

use super::{
    CatalogueError, Chain, ChainCinema, ChainCity, ChainMovie, ChainScreen, ChainShow, Snapshot,
    Start,
};
use file::File;
pub use huge::{Huge, Sizes};

/// What a chain file can be read for.
const CHAIN: &str = include_str!("../../../fixtures/chain/chain.toml");

macro_rules! halls {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_str!(concat!("../../../fixtures/halls/", $name, ".txt")))),*]
    };
}

/// The halls that the chain names.
fn halls() -> BTreeMap<String, String> {
    halls!(
        "arcade", "balcony", "basin", "crescent", "gallery", "giant", "grand", "lantern", "palace",
        "parlour", "snug", "studio", "wedge"
    )
    .into_iter()
    .map(|(name, text)| (name.to_owned(), text.to_owned()))
    .collect()
}

/// A key is a name in small letters with hyphens, whatever its script.
fn key(parts: &[&str]) -> String {
    parts.join("/").to_lowercase().replace(' ', "-")
}

/// The demo's chain with a week of shows from the day of `now` on, in local time.
///
/// Each cinema has a show that begins within the hour after `now`.
///
/// # Errors
/// The chain file can't be read: a mistake in this program.
pub fn chain(now: UtcMillis, seed: u64) -> Result<Chain, CatalogueError> {
    planned(now, seed, &Taken::default())
}

/// The same around the shows that a catalogue has from another day: what would meet one of them in
/// its room is left out, so an import takes the rest. A cinema whose rooms are all busy has no
/// show within the hour.
///
/// # Errors
/// The chain file can't be read: a mistake in this program.
pub fn more(now: UtcMillis, seed: u64, known: &Snapshot) -> Result<Chain, CatalogueError> {
    let mut taken = Taken::default();
    let rows = known.rows();
    let keys: HashMap<_, _> = rows.screens.iter().map(|s| (s.id, &s.key)).collect();
    for show in &rows.shows {
        if let Some(key) = keys.get(&show.screen) {
            let span = (show.starts_at, show.ends_at);
            taken.entry((*key).clone()).or_default().push(span);
        }
    }
    planned(now, seed, &taken)
}

/// When the rooms of a chain are taken, by key of the screen.
type Taken = HashMap<String, Vec<(UtcMillis, UtcMillis)>>;

fn planned(now: UtcMillis, seed: u64, taken: &Taken) -> Result<Chain, CatalogueError> {
    let file: File = toml::from_str(CHAIN).map_err(|e| CatalogueError::Value {
        part: "the demo's chain".to_owned(),
        field: "file",
        problem: e.to_string(),
    })?;
    let mut chain = Chain {
        halls: halls(),
        price_cards: price_cards(&file)?,
        ..Chain::default()
    };
    for c in &file.city {
        chain.cities.push(ChainCity {
            key: c.key.clone(),
            name: c.name.clone(),
            also: c.also.clone(),
            country: c.country.clone(),
            time_zone: c.time_zone.clone(),
            latitude: c.latitude,
            longitude: c.longitude,
        });
    }
    for c in &file.cinema {
        let cinema = key(&[&c.city, &c.name]);
        for s in &c.screens {
            chain.screens.push(ChainScreen {
                key: key(&[&cinema, &s.name]),
                name: s.name.clone(),
                cinema: cinema.clone(),
                hall: s.hall.clone(),
                formats: s.formats.clone(),
            });
        }
        chain.cinemas.push(ChainCinema {
            key: cinema,
            name: c.name.clone(),
            city: c.city.clone(),
            address: c.address.clone(),
            latitude: c.latitude,
            longitude: c.longitude,
        });
    }
    chain.movies = file.movie.iter().map(movie).collect();
    chain.shows = schedule::week(&file, now, seed, taken)?;
    Ok(chain)
}

fn movie(m: &file::Movie) -> ChainMovie {
    ChainMovie {
        key: key(&[&m.title]),
        title: m.title.clone(),
        also: m.also.clone(),
        minutes: m.minutes,
        certificate: m.certificate.clone(),
        genres: m.genres.clone(),
        language: m.language.clone(),
    }
}

fn price_cards(file: &File) -> Result<BTreeMap<String, PriceCard>, CatalogueError> {
    let card = |country: &file::Country| {
        let rows = country.prices.iter().flat_map(|(category, prices)| {
            prices.iter().map(|(ticket_type, minor)| PriceRow {
                category: category.clone(),
                ticket_type: ticket_type.clone(),
                minor: *minor,
            })
        });
        let currency = country
            .currency
            .parse()
            .map_err(|e| CatalogueError::Value {
                part: format!("country `{}`", country.code),
                field: "currency",
                problem: format!("is wrong: {e}"),
            })?;
        let card = PriceCard {
            currency,
            ticket_types: file.ticket_type.clone(),
            prices: rows.collect(),
            fees: country.fees.clone(),
            refunds: country.refunds.clone(),
            rules: country.rules.clone(),
        };
        Ok((country.code.clone(), card))
    };
    file.country.iter().map(card).collect()
}

/// One small cinema for tests: two screens of the snug hall in UTC, and shows that begin 30
/// minutes, 4 hours and a day after `now` on the first screen, 2 hours after on the second.
///
/// # Errors
/// The chain file can't be read: a mistake in this program.
pub fn small(now: UtcMillis) -> Result<Chain, CatalogueError> {
    let mut chain = chain(now, 0)?;
    chain.cities.truncate(1);
    chain.cities[0].time_zone = "UTC".to_owned();
    let city = chain.cities[0].key.clone();
    chain.cinemas.retain(|c| c.city == city);
    chain.cinemas.truncate(1);
    let cinema = chain.cinemas[0].key.clone();
    chain.screens.retain(|s| s.cinema == cinema);
    chain.screens.truncate(2);
    for screen in &mut chain.screens {
        screen.hall = "studio".to_owned();
    }
    let country = chain.cities[0].country.clone();
    let show = |screen: usize, movie: usize, minutes_ahead: i64| {
        let starts = Start::At(now.plus_ms(minutes_ahead * MINUTE_MS));
        let movie = &chain.movies[movie];
        ChainShow::new(
            &movie.key,
            &chain.screens[screen].key,
            starts,
            movie.minutes,
            &country,
        )
    };
    chain.shows = vec![
        show(0, 0, 30),
        show(1, 1, 120),
        show(0, 1, 240),
        show(0, 2, 24 * 60),
    ];
    Ok(chain)
}

/// Sales that were made before the demo began, so that halls look lived in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriorSales {
    /// The show.
    pub show: ShowId,
    /// The parties, each a booking of so many seats.
    pub parties: Vec<u16>,
}

/// Which of the next shows have sold what: at most `shows` of them, at most 40 parties each.
#[must_use]
pub fn prior_sales(
    snapshot: &Snapshot,
    now: UtcMillis,
    seed: u64,
    shows: usize,
) -> Vec<PriorSales> {
    let next = snapshot
        .rows()
        .shows
        .iter()
        .filter(|s| s.starts_at > now)
        .take(shows);
    next.map(|show| {
        let mut draw = schedule::Draw::new(seed, &[show.id.0]);
        let seats = snapshot.layout(show.id).map_or(0, |l| l.len());
        let target = seats * draw.below(75) / 100;
        let (mut parties, mut sold) = (Vec::new(), 0);
        while sold < target && parties.len() < 40 {
            let party = [1, 2, 2, 2, 2, 3, 4, 4, 5][draw.below(9)];
            sold += usize::from(party);
            parties.push(party);
        }
        PriorSales {
            show: show.id,
            parties,
        }
    })
    .collect()
}

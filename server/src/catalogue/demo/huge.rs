//! The huge chain: the largest cities of the world, invented cinemas and movies, a million shows;
//! the same for the same day, seed and sizes.
//!
//! Its shows are made one by one while they are taken in, and never stand in memory all at once.

mod titles;

use houseful_core::time::UtcMillis;
use jiff::{ToSpan, civil::Date, tz::TimeZone};

use super::{
    super::{
        CatalogueError, Chain, ChainCinema, ChainCity, ChainMovie, ChainScreen, ChainShow, Start,
        local,
    },
    CHAIN, File, halls, price_cards,
    schedule::Draw,
};

/// GeoNames id, name, country, latitude, longitude, time zone, other names; the largest first.
const CITIES: &str = include_str!("../../../../fixtures/chain/cities.tsv");

/// Halls whose seats have a price in every country.
const HALLS: [&str; 6] = ["studio", "snug", "parlour", "lantern", "arcade", "gallery"];
/// What cinemas are called, before the name of their city.
const HOUSES: [&str; 10] = [
    "Tivoli", "Astra", "Rialto", "Orion", "Capitol", "Lumen", "Odessa", "Meridian", "Alhambra",
    "Polaris",
];
/// Where no country of the demo's own sets prices.
const WORLD: &str = "world";

/// Shows of a screen on one day, and minutes from one's earliest start to that of the next.
const SHOWS_A_DAY: usize = 4;
const SLOT_MINUTES: usize = 210;
/// The first slot of the day begins at ten, and shows up to half an hour later.
const FIRST_MINUTE: usize = 10 * 60;
const STEP_MINUTES: usize = 5;
const STEPS: usize = 7;
const ADVERTS_MINUTES: u32 = 15;
/// Movies that one city shows.
const MOVIES_A_CITY: usize = 60;

/// How much there is of everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// Cities, at most 2,000.
    pub cities: usize,
    /// Cinemas, spread over the cities.
    pub cinemas: usize,
    /// Screens, spread over the cinemas.
    pub screens: usize,
    /// Movies.
    pub movies: usize,
    /// Shows, spread over the screens.
    pub shows: usize,
}

impl Sizes {
    /// All of it.
    pub const HUGE: Self = Self {
        cities: 2_000,
        cinemas: 20_000,
        screens: 100_000,
        movies: 20_000,
        shows: 1_000_000,
    };
}

/// The huge chain, whose shows are not made yet.
#[derive(Debug)]
pub struct Huge {
    chain: Chain,
    sizes: Sizes,
    seed: u64,
    /// By city: the first day there, and its price card.
    cities: Vec<(Date, String)>,
}

/// Which of `of` the `n`-th of `all` belongs to, when they are spread evenly and in order.
fn owner(n: usize, all: usize, of: usize) -> usize {
    n * of / all.max(1)
}

impl Huge {
    /// A chain of these sizes, with shows from the day of `now` on.
    ///
    /// # Errors
    /// The chain file or the list of cities can't be read: a mistake in this program.
    pub fn new(now: UtcMillis, seed: u64, sizes: Sizes) -> Result<Self, CatalogueError> {
        let file: File = toml::from_str(CHAIN).map_err(|e| wrong("file", &e.to_string()))?;
        let mut chain = Chain {
            halls: halls(),
            price_cards: price_cards(&file)?,
            ..Chain::default()
        };
        chain.halls.retain(|name, _| HALLS.contains(&name.as_str()));
        let dollars = "USD".parse();
        let currency = dollars.map_err(|_| wrong("currency", "is wrong"))?;
        let some = chain.price_cards.values().next().cloned();
        let mut world = some.ok_or_else(|| wrong("file", "has no country"))?;
        world.currency = currency;
        chain.price_cards.insert(WORLD.to_owned(), world);
        let mut cities = Vec::new();
        for line in CITIES.lines().take(sizes.cities) {
            let city = city(line).ok_or_else(|| wrong("cities", "can't be read"))?;
            let zone = TimeZone::get(&city.time_zone);
            let zone = zone.map_err(|e| wrong("cities", &e.to_string()))?;
            let priced = chain.price_cards.contains_key(&city.country);
            let card = if priced { city.country.as_str() } else { WORLD };
            cities.push((local::wall(now, &zone).date(), card.to_owned()));
            chain.cities.push(city);
        }
        let sizes = Sizes {
            cities: cities.len(),
            ..sizes
        };
        chain.cinemas = (0..sizes.cinemas)
            .map(|n| cinema(&chain, &sizes, seed, n))
            .collect();
        chain.screens = (0..sizes.screens)
            .map(|n| screen(&chain, &sizes, n))
            .collect();
        chain.movies = (0..sizes.movies).map(movie).collect();
        Ok(Self {
            chain,
            sizes,
            seed,
            cities,
        })
    }

    /// All but the shows.
    pub(in crate::catalogue) fn chain(&self) -> &Chain {
        &self.chain
    }

    /// The shows, screen by screen.
    pub(in crate::catalogue) fn shows(&self) -> impl Iterator<Item = ChainShow> {
        let screens = 0..self.sizes.screens;
        screens.flat_map(move |screen| {
            let up_to = |screen| owner(screen, self.sizes.screens, self.sizes.shows);
            let count = up_to(screen + 1) - up_to(screen);
            (0..count).filter_map(move |nth| self.show(screen, nth))
        })
    }

    /// The `nth` show of a screen; none behind the end of the calendar.
    fn show(&self, screen: usize, nth: usize) -> Option<ChainShow> {
        let cinema = owner(screen, self.sizes.screens, self.sizes.cinemas);
        let city = owner(cinema, self.sizes.cinemas, self.sizes.cities);
        let mut draw = Draw::new(self.seed, &[screen as u64, nth as u64]);
        let movie = self.chain.movies.get(self.movie_in(city, &mut draw))?;
        let (day, slot) = (nth / SHOWS_A_DAY, nth % SHOWS_A_DAY);
        let minute = FIRST_MINUTE + slot * SLOT_MINUTES + draw.below(STEPS) * STEP_MINUTES;
        let (first_day, card) = &self.cities[city];
        let day = first_day
            .checked_add(i64::try_from(day).ok()?.days())
            .ok()?;
        let (hour, minute) = (
            i8::try_from(minute / 60).ok()?,
            i8::try_from(minute % 60).ok()?,
        );
        let starts = Start::Local(day.at(hour, minute, 0, 0));
        let minutes = movie.minutes + ADVERTS_MINUTES;
        let key = &self.chain.screens[screen].key;
        let mut show = ChainShow::new(&movie.key, key, starts, minutes, card);
        show.language.clone_from(&movie.language);
        Some(show)
    }

    /// A movie that runs in a city: half of them are what all the world wants to see, the others
    /// are found in few places.
    fn movie_in(&self, city: usize, draw: &mut Draw) -> usize {
        let nth = draw.below(MOVIES_A_CITY);
        let movies = self.sizes.movies.max(1);
        if nth < MOVIES_A_CITY / 2 {
            nth % movies
        } else {
            (city * MOVIES_A_CITY / 2 + nth) % movies
        }
    }
}

fn wrong(field: &'static str, problem: &str) -> CatalogueError {
    CatalogueError::Value {
        part: "the demo's huge chain".to_owned(),
        field,
        problem: problem.to_owned(),
    }
}

fn city(line: &str) -> Option<ChainCity> {
    let mut columns = line.split('\t').map(str::to_owned);
    let mut next = || columns.next();
    Some(ChainCity {
        key: next()?,
        name: next()?,
        country: next()?,
        latitude: next()?.parse().ok()?,
        longitude: next()?.parse().ok()?,
        time_zone: next()?,
        also: next()?
            .split('|')
            .filter(|name| !name.is_empty())
            .map(str::to_owned)
            .collect(),
    })
}

fn cinema(chain: &Chain, sizes: &Sizes, seed: u64, n: usize) -> ChainCinema {
    let city = &chain.cities[owner(n, sizes.cinemas, sizes.cities)];
    let mut draw = Draw::new(seed, &[n as u64]);
    // Within some 15 km of the centre, in steps of a ten-thousandth of a degree.
    let mut away = || f64::from(u32::try_from(draw.below(2_801)).unwrap_or(0)) / 1e4 - 0.14;
    ChainCinema {
        key: format!("{}/{n}", city.key),
        name: format!("{} {}", HOUSES[n % HOUSES.len()], city.name),
        city: city.key.clone(),
        address: format!("District {}", n % HOUSES.len() + 1),
        latitude: city.latitude + away(),
        longitude: (city.longitude + away()).clamp(-180.0, 180.0),
    }
}

fn screen(chain: &Chain, sizes: &Sizes, n: usize) -> ChainScreen {
    let cinema = owner(n, sizes.screens, sizes.cinemas);
    let first = (cinema * sizes.screens).div_ceil(sizes.cinemas.max(1));
    let cinema = &chain.cinemas[cinema];
    ChainScreen {
        key: format!("{}/{}", cinema.key, n - first + 1),
        name: format!("Screen {}", n - first + 1),
        cinema: cinema.key.clone(),
        hall: HALLS[n % HALLS.len()].to_owned(),
        formats: vec!["2D".to_owned()],
    }
}

fn movie(n: usize) -> ChainMovie {
    let (title, also, language) = titles::title(n);
    ChainMovie {
        key: format!("m{n}"),
        title,
        also,
        // A show and its adverts are over before the latest start of the slot allows another.
        minutes: 80 + u32::try_from(n % 17).unwrap_or(0) * 5,
        certificate: ["U", "PG", "12A", "15"][n % 4].to_owned(),
        genres: vec![["Drama", "Comedy", "Adventure"][n % 3].to_owned()],
        language: language.to_owned(),
    }
}

//! A chain as it is handed in: parts that name each other by key, halls as text, times as people
//! write them. Nothing in it has been checked; see [`super::Catalogue::import`].

use std::collections::BTreeMap;

use houseful_core::{price::PriceCard, show::ShowTerms, time::UtcMillis};

use super::sales::SalesRule;

/// Cities, cinemas, screens, movies and shows.
///
/// A key names a part for ever: the same key in a later chain means the same city, cinema, screen
/// or movie, whatever it is called by then. A show is named by its screen and its start.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Chain {
    /// Cities.
    pub cities: Vec<ChainCity>,
    /// Cinemas.
    pub cinemas: Vec<ChainCinema>,
    /// Screens.
    pub screens: Vec<ChainScreen>,
    /// Movies.
    pub movies: Vec<ChainMovie>,
    /// Halls as text, by key.
    pub halls: BTreeMap<String, String>,
    /// Price cards, by key.
    pub price_cards: BTreeMap<String, PriceCard>,
    /// Shows.
    pub shows: Vec<ChainShow>,
}

/// A city where cinemas are.
#[derive(Clone, Debug, PartialEq)]
pub struct ChainCity {
    /// Its key.
    pub key: String,
    /// Its name.
    pub name: String,
    /// Other names to be found under.
    pub also: Vec<String>,
    /// ISO 3166-1 alpha-2 country.
    pub country: String,
    /// IANA time zone.
    pub time_zone: String,
    /// WGS 84 degrees, north positive.
    pub latitude: f64,
    /// WGS 84 degrees, east positive.
    pub longitude: f64,
}

/// A cinema.
#[derive(Clone, Debug, PartialEq)]
pub struct ChainCinema {
    /// Its key.
    pub key: String,
    /// Its name.
    pub name: String,
    /// The key of its city.
    pub city: String,
    /// Street or district.
    pub address: String,
    /// WGS 84 degrees, north positive.
    pub latitude: f64,
    /// WGS 84 degrees, east positive.
    pub longitude: f64,
}

/// A room of a cinema.
#[derive(Clone, Debug, PartialEq)]
pub struct ChainScreen {
    /// Its key.
    pub key: String,
    /// Its name.
    pub name: String,
    /// The key of its cinema.
    pub cinema: String,
    /// The key of its hall.
    pub hall: String,
    /// What it can show: `2D`, `3D`, `IMAX`, ...
    pub formats: Vec<String>,
}

/// A movie.
#[derive(Clone, Debug, PartialEq)]
pub struct ChainMovie {
    /// Its key.
    pub key: String,
    /// Its title.
    pub title: String,
    /// Other titles to be found under.
    pub also: Vec<String>,
    /// Running time in minutes.
    pub minutes: u32,
    /// Age certificate.
    pub certificate: String,
    /// Genres.
    pub genres: Vec<String>,
    /// Spoken language, BCP 47.
    pub language: String,
}

/// A show.
#[derive(Clone, Debug, PartialEq)]
pub struct ChainShow {
    /// The key of its movie.
    pub movie: String,
    /// The key of its screen.
    pub screen: String,
    /// When it begins.
    pub starts: Start,
    /// Minutes from there to its end, adverts and film.
    pub minutes: u32,
    /// One of the screen's formats.
    pub format: String,
    /// Spoken language, BCP 47.
    pub language: String,
    /// Subtitle languages, BCP 47.
    pub subtitles: Vec<String>,
    /// The key of its price card.
    pub prices: String,
    /// When each channel sells it, to whom and how much.
    pub sales: SalesRule,
    /// The most seats in one booking.
    pub seats_max: u16,
}

/// When a show begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// At this instant.
    At(UtcMillis),
    /// When the wall clock of its cinema shows this; the first time, where a clock change shows it
    /// twice.
    Local(jiff::civil::DateTime),
}

impl ChainShow {
    /// A show in `2D` without subtitles, sold as usual.
    #[must_use]
    pub fn new(movie: &str, screen: &str, starts: Start, minutes: u32, prices: &str) -> Self {
        Self {
            movie: movie.to_owned(),
            screen: screen.to_owned(),
            starts,
            minutes,
            format: "2D".to_owned(),
            language: "en".to_owned(),
            subtitles: Vec::new(),
            prices: prices.to_owned(),
            sales: SalesRule::usual(),
            seats_max: ShowTerms::SEATS_MAX,
        }
    }
}

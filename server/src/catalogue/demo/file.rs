//! The chain file as it is written; its own comment at the top explains each key.

use std::collections::BTreeMap;

use houseful_core::{
    price::{Channel, PriceRules, TicketType},
    refund::RefundTerms,
};
use serde::Deserialize;

/// The file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    #[expect(dead_code, reason = "for people who read the file")]
    name: String,
    pub(super) schedule: Schedule,
    pub(super) ticket_type: Vec<TicketType>,
    pub(super) country: Vec<Country>,
    pub(super) city: Vec<City>,
    pub(super) cinema: Vec<Cinema>,
    pub(super) movie: Vec<Movie>,
}

/// How a day is filled.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Schedule {
    pub(super) days: i32,
    pub(super) first_start: jiff::civil::Time,
    pub(super) last_start: jiff::civil::Time,
    pub(super) adverts_minutes: u32,
    pub(super) clean_up_minutes: u32,
    pub(super) step_minutes: u32,
}

/// What is the same in all of a country.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Country {
    pub(super) code: String,
    #[expect(dead_code, reason = "for people who read the file")]
    name: String,
    pub(super) language: String,
    pub(super) currency: String,
    #[serde(default)]
    pub(super) fees: BTreeMap<Channel, i64>,
    #[serde(default)]
    pub(super) rules: Option<Box<PriceRules>>,
    pub(super) prices: BTreeMap<String, BTreeMap<String, i64>>,
    #[serde(default)]
    pub(super) refunds: Option<RefundTerms>,
}

/// A city.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct City {
    pub(super) key: String,
    pub(super) name: String,
    pub(super) country: String,
    #[serde(default)]
    pub(super) also: Vec<String>,
    pub(super) latitude: f64,
    pub(super) longitude: f64,
    pub(super) time_zone: String,
}

/// A cinema with its screens.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Cinema {
    pub(super) name: String,
    pub(super) city: String,
    pub(super) address: String,
    pub(super) latitude: f64,
    pub(super) longitude: f64,
    pub(super) screens: Vec<Screen>,
}

/// A screen.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Screen {
    pub(super) name: String,
    pub(super) hall: String,
    pub(super) formats: Vec<String>,
}

/// A movie.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Movie {
    pub(super) title: String,
    #[serde(default)]
    pub(super) also: Vec<String>,
    pub(super) minutes: u32,
    pub(super) certificate: String,
    pub(super) genres: Vec<String>,
    pub(super) language: String,
    #[serde(default)]
    pub(super) subtitles: Vec<String>,
    pub(super) formats: Vec<String>,
    /// Days from today to its release.
    pub(super) released: i32,
    pub(super) weight: usize,
    #[serde(default)]
    pub(super) countries: Vec<String>,
}

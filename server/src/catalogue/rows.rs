//! The catalogue's rows, and how what is no plain value stands in a column: lists as JSON, hashes
//! as text, ids as signed numbers.

use std::{collections::HashMap, sync::Arc};

use houseful_core::{
    ids::{CinemaId, CityId, MovieId, PriceHash, ScreenId, ShowId},
    layout::{LayoutHash, SeatLayout},
    price::PriceCard,
    time::UtcMillis,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{place::Point, sales::SalesRule, shared::Shared};
use crate::store::StoreError;

/// A city.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct CityRow {
    pub(super) id: CityId,
    pub(super) key: String,
    pub(super) name: String,
    pub(super) also: Vec<String>,
    pub(super) country: String,
    pub(super) time_zone: String,
    pub(super) at: Point,
}

/// A cinema.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct CinemaRow {
    pub(super) id: CinemaId,
    pub(super) key: String,
    pub(super) name: String,
    pub(super) city: CityId,
    pub(super) address: String,
    pub(super) at: Point,
}

/// A screen.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct ScreenRow {
    pub(super) id: ScreenId,
    pub(super) key: String,
    pub(super) name: String,
    pub(super) cinema: CinemaId,
}

/// A movie.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct MovieRow {
    pub(super) id: MovieId,
    pub(super) key: String,
    pub(super) title: String,
    pub(super) also: Vec<String>,
    pub(super) minutes: u32,
    pub(super) certificate: String,
    pub(super) genres: Vec<String>,
    pub(super) language: String,
}

/// A show. There may be a million of them: what many have alike stands once in memory.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct ShowRow {
    pub(super) id: ShowId,
    pub(super) movie: MovieId,
    pub(super) screen: ScreenId,
    pub(super) starts_at: UtcMillis,
    pub(super) ends_at: UtcMillis,
    pub(super) format: Shared<String>,
    pub(super) language: Shared<String>,
    pub(super) subtitles: Shared<Vec<String>>,
    pub(super) layout: LayoutHash,
    pub(super) prices: PriceHash,
    pub(super) sales: Shared<SalesRule>,
    pub(super) seats_max: u16,
}

/// A catalogue, or what an import brings to it.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    pub(super) cities: Vec<CityRow>,
    pub(super) cinemas: Vec<CinemaRow>,
    pub(super) screens: Vec<ScreenRow>,
    pub(super) movies: Vec<MovieRow>,
    pub(super) shows: Vec<ShowRow>,
    pub(super) layouts: HashMap<LayoutHash, Arc<SeatLayout>>,
    pub(super) prices: HashMap<PriceHash, Arc<PriceCard>>,
}

/// An id as it is stored.
pub(super) fn number(id: u64) -> i64 {
    // Ids are read as numbers of at most 63 bits.
    i64::try_from(id).unwrap_or(i64::MAX)
}

/// An id as it was stored.
pub(super) fn id(number: i64) -> Result<u64, StoreError> {
    u64::try_from(number).map_err(|_| StoreError::Unreadable(format!("the id {number}")))
}

/// A value as it is stored.
pub(super) fn json<T: Serialize + ?Sized>(value: &T) -> String {
    // Lists and maps with text keys can always be written.
    serde_json::to_string(value).unwrap_or_default()
}

/// A value as it was stored.
pub(super) fn parsed<T: DeserializeOwned>(text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|e| StoreError::Unreadable(format!("`{text}`: {e}")))
}

/// A hash as it was stored.
pub(super) fn named<T: std::str::FromStr>(text: &str) -> Result<T, StoreError> {
    text.parse()
        .map_err(|_| StoreError::Unreadable(format!("the hash `{text}`")))
}

/// A layout as it was stored.
pub(super) fn layout(hash: &str, text: &str) -> Result<(LayoutHash, Arc<SeatLayout>), StoreError> {
    let layout = SeatLayout::parse(text)
        .map_err(|_| StoreError::Unreadable("a layout of the catalogue".to_owned()))?;
    Ok((named(hash)?, Arc::new(layout)))
}

/// A price card as it was stored.
pub(super) fn prices(hash: &str, text: &str) -> Result<(PriceHash, Arc<PriceCard>), StoreError> {
    Ok((named(hash)?, Arc::new(parsed(text)?)))
}

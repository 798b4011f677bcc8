//! The catalogue's rows, and the SQL that reads and writes them.

use std::{collections::HashMap, sync::Arc};

use houseful_core::{
    ids::{CinemaId, CityId, MovieId, PriceHash, ScreenId, ShowId},
    layout::{LayoutHash, SeatLayout},
    price::PriceCard,
    time::UtcMillis,
};
use rusqlite::{Connection, Row, params};
use serde::{Serialize, de::DeserializeOwned};

use super::{chain::SalesRule, place::Point};
use crate::store::StoreError;

/// A city.
#[derive(Clone, Debug)]
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
#[derive(Clone, Debug)]
pub(super) struct CinemaRow {
    pub(super) id: CinemaId,
    pub(super) key: String,
    pub(super) name: String,
    pub(super) city: CityId,
    pub(super) address: String,
    pub(super) at: Point,
}

/// A screen.
#[derive(Clone, Debug)]
pub(super) struct ScreenRow {
    pub(super) id: ScreenId,
    pub(super) key: String,
    pub(super) name: String,
    pub(super) cinema: CinemaId,
}

/// A movie.
#[derive(Clone, Debug)]
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

/// A show.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ShowRow {
    pub(super) id: ShowId,
    pub(super) movie: MovieId,
    pub(super) screen: ScreenId,
    pub(super) starts_at: UtcMillis,
    pub(super) ends_at: UtcMillis,
    pub(super) format: String,
    pub(super) language: String,
    pub(super) subtitles: Vec<String>,
    pub(super) layout: LayoutHash,
    pub(super) prices: PriceHash,
    pub(super) sales: SalesRule,
    pub(super) seats_max: u16,
}

/// The whole catalogue.
#[derive(Clone, Debug, Default)]
pub(super) struct Rows {
    pub(super) cities: Vec<CityRow>,
    pub(super) cinemas: Vec<CinemaRow>,
    pub(super) screens: Vec<ScreenRow>,
    pub(super) movies: Vec<MovieRow>,
    pub(super) shows: Vec<ShowRow>,
    pub(super) layouts: HashMap<LayoutHash, Arc<SeatLayout>>,
    pub(super) prices: HashMap<PriceHash, Arc<PriceCard>>,
}

/// Writes rows that are new; those that are known stay, and every known name takes the new one.
pub(super) fn write(conn: &Connection, rows: &Rows) -> Result<(), StoreError> {
    write_all(conn, rows).map_err(StoreError::from)
}

fn write_all(conn: &Connection, rows: &Rows) -> rusqlite::Result<()> {
    let mut put = conn.prepare_cached(
        "INSERT INTO city VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (id) DO UPDATE SET
         name = excluded.name, also = excluded.also, country = excluded.country,
         time_zone = excluded.time_zone, latitude = excluded.latitude,
         longitude = excluded.longitude",
    )?;
    for c in &rows.cities {
        let also = json(&c.also);
        put.execute(params![
            number(c.id.0),
            c.key,
            c.name,
            also,
            c.country,
            c.time_zone,
            c.at.latitude,
            c.at.longitude
        ])?;
    }
    let mut put = conn.prepare_cached(
        "INSERT INTO cinema VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (id) DO UPDATE SET
         name = excluded.name, city = excluded.city, address = excluded.address,
         latitude = excluded.latitude, longitude = excluded.longitude",
    )?;
    for c in &rows.cinemas {
        let (id, city) = (number(c.id.0), number(c.city.0));
        put.execute(params![
            id,
            c.key,
            c.name,
            city,
            c.address,
            c.at.latitude,
            c.at.longitude
        ])?;
    }
    let mut put = conn.prepare_cached(
        "INSERT INTO screen VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, cinema = excluded.cinema",
    )?;
    for s in &rows.screens {
        put.execute(params![number(s.id.0), s.key, s.name, number(s.cinema.0)])?;
    }
    let mut put = conn.prepare_cached(
        "INSERT INTO movie VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (id) DO UPDATE SET
         title = excluded.title, also = excluded.also, minutes = excluded.minutes,
         certificate = excluded.certificate, genres = excluded.genres,
         language = excluded.language",
    )?;
    for m in &rows.movies {
        let (also, genres) = (json(&m.also), json(&m.genres));
        let id = number(m.id.0);
        put.execute(params![
            id,
            m.key,
            m.title,
            also,
            m.minutes,
            m.certificate,
            genres,
            m.language
        ])?;
    }
    write_shows(conn, rows)
}

fn write_shows(conn: &Connection, rows: &Rows) -> rusqlite::Result<()> {
    let mut keep = conn.prepare_cached("INSERT OR IGNORE INTO immutable VALUES (?1, ?2, ?3)")?;
    for (hash, layout) in &rows.layouts {
        keep.execute(params![hash.to_string(), "layout", layout.to_text()])?;
    }
    for (hash, card) in &rows.prices {
        keep.execute(params![hash.to_string(), "prices", json(card.as_ref())])?;
    }
    let mut put = conn.prepare_cached(
        "INSERT INTO show VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
    )?;
    for s in &rows.shows {
        put.execute(params![
            number(s.id.0),
            number(s.movie.0),
            number(s.screen.0),
            s.starts_at.0,
            s.ends_at.0,
            s.format,
            s.language,
            json(&s.subtitles),
            s.layout.to_string(),
            s.prices.to_string(),
            json(&s.sales),
            s.seats_max,
        ])?;
    }
    Ok(())
}

/// Reads everything.
pub(super) fn read(conn: &Connection) -> Result<Rows, StoreError> {
    Ok(Rows {
        cities: all(conn, "SELECT * FROM city ORDER BY id", city)?,
        cinemas: all(conn, "SELECT * FROM cinema ORDER BY id", cinema)?,
        screens: all(conn, "SELECT * FROM screen ORDER BY id", screen)?,
        movies: all(conn, "SELECT * FROM movie ORDER BY id", movie)?,
        shows: all(conn, "SELECT * FROM show ORDER BY starts_at, show_id", show)?,
        layouts: all(conn, &kept("layout"), layout)?.into_iter().collect(),
        prices: all(conn, &kept("prices"), prices)?.into_iter().collect(),
    })
}

/// Immutable rows that shows of the catalogue name.
fn kept(column: &str) -> String {
    format!("SELECT hash, body FROM immutable WHERE hash IN (SELECT {column} FROM show)")
}

fn all<T>(
    conn: &Connection,
    sql: &str,
    read: fn(&Row<'_>) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read(row)?);
    }
    Ok(found)
}

fn city(row: &Row<'_>) -> Result<CityRow, StoreError> {
    Ok(CityRow {
        id: CityId(id(row, 0)?),
        key: row.get(1)?,
        name: row.get(2)?,
        also: parsed(row, 3)?,
        country: row.get(4)?,
        time_zone: row.get(5)?,
        at: Point {
            latitude: row.get(6)?,
            longitude: row.get(7)?,
        },
    })
}

fn cinema(row: &Row<'_>) -> Result<CinemaRow, StoreError> {
    Ok(CinemaRow {
        id: CinemaId(id(row, 0)?),
        key: row.get(1)?,
        name: row.get(2)?,
        city: CityId(id(row, 3)?),
        address: row.get(4)?,
        at: Point {
            latitude: row.get(5)?,
            longitude: row.get(6)?,
        },
    })
}

fn screen(row: &Row<'_>) -> Result<ScreenRow, StoreError> {
    let (id, cinema) = (ScreenId(id(row, 0)?), CinemaId(id(row, 3)?));
    Ok(ScreenRow {
        id,
        key: row.get(1)?,
        name: row.get(2)?,
        cinema,
    })
}

fn movie(row: &Row<'_>) -> Result<MovieRow, StoreError> {
    Ok(MovieRow {
        id: MovieId(id(row, 0)?),
        key: row.get(1)?,
        title: row.get(2)?,
        also: parsed(row, 3)?,
        minutes: row.get(4)?,
        certificate: row.get(5)?,
        genres: parsed(row, 6)?,
        language: row.get(7)?,
    })
}

fn show(row: &Row<'_>) -> Result<ShowRow, StoreError> {
    Ok(ShowRow {
        id: ShowId(id(row, 0)?),
        movie: MovieId(id(row, 1)?),
        screen: ScreenId(id(row, 2)?),
        starts_at: UtcMillis(row.get(3)?),
        ends_at: UtcMillis(row.get(4)?),
        format: row.get(5)?,
        language: row.get(6)?,
        subtitles: parsed(row, 7)?,
        layout: named(row, 8)?,
        prices: named(row, 9)?,
        sales: parsed(row, 10)?,
        seats_max: row.get(11)?,
    })
}

fn layout(row: &Row<'_>) -> Result<(LayoutHash, Arc<SeatLayout>), StoreError> {
    let text: String = row.get(1)?;
    let layout = SeatLayout::parse(&text)
        .map_err(|_| StoreError::Unreadable("a layout of the catalogue".to_owned()))?;
    Ok((named(row, 0)?, Arc::new(layout)))
}

fn prices(row: &Row<'_>) -> Result<(PriceHash, Arc<PriceCard>), StoreError> {
    Ok((named(row, 0)?, Arc::new(parsed(row, 1)?)))
}

fn number(id: u64) -> i64 {
    // Ids are read as numbers of at most 63 bits.
    i64::try_from(id).unwrap_or(i64::MAX)
}

fn id(row: &Row<'_>, column: usize) -> Result<u64, StoreError> {
    let number: i64 = row.get(column)?;
    u64::try_from(number).map_err(|_| StoreError::Unreadable(format!("the id {number}")))
}

fn json<T: Serialize + ?Sized>(value: &T) -> String {
    // Lists and maps with text keys can always be written.
    serde_json::to_string(value).unwrap_or_default()
}

fn parsed<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> Result<T, StoreError> {
    let text: String = row.get(column)?;
    serde_json::from_str(&text).map_err(|e| StoreError::Unreadable(format!("`{text}`: {e}")))
}

fn named<T: std::str::FromStr>(row: &Row<'_>, column: usize) -> Result<T, StoreError> {
    let text: String = row.get(column)?;
    text.parse()
        .map_err(|_| StoreError::Unreadable(format!("the hash `{text}`")))
}

//! The catalogue in SQLite.

use houseful_core::{
    ids::{CinemaId, CityId, MovieId, ScreenId, ShowId},
    time::UtcMillis,
};
use rusqlite::{Connection, Row, params};

use super::{
    place::Point,
    rows::{
        CinemaRow, CityRow, MovieRow, Rows, ScreenRow, ShowRow, id, json, layout, number, parsed,
        prices,
    },
    shared::{Texts, Written},
    store::{CatalogueStore, Kept},
};
use crate::store::{
    Later, StoreError,
    sqlite::{Database, moves},
};

/// What counts the changes of the catalogue.
const CATALOGUE: &str = "catalogue";

/// The catalogue in a database file.
#[derive(Clone, Debug)]
pub struct SqliteCatalogue {
    db: Database,
}

impl SqliteCatalogue {
    /// The catalogue of `db`.
    #[must_use]
    pub fn new(db: Database) -> Self {
        Self { db }
    }
}

impl CatalogueStore for SqliteCatalogue {
    fn read(&self) -> Later<'_, Kept> {
        Box::pin(self.db.read(|conn| {
            Ok(Kept {
                moves: moves::so_far(conn, CATALOGUE)?,
                rows: read(conn)?,
            })
        }))
    }

    fn write(&self, rows: Rows, known: u64) -> Later<'_, bool> {
        Box::pin(self.db.write(move |conn| {
            if moves::so_far(conn, CATALOGUE)? != known {
                return Ok(false);
            }
            write_all(conn, &rows)?;
            moves::count(conn, CATALOGUE)?;
            Ok(true)
        }))
    }

    fn moves(&self) -> Later<'_, u64> {
        Box::pin(self.db.read(|conn| moves::so_far(conn, CATALOGUE)))
    }

    fn copy(&self, _: Kept) -> Later<'_, ()> {
        let why = "a file is no shard, and needs no copy".to_owned();
        Box::pin(std::future::ready(Err(StoreError::Unwritable(why))))
    }
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
    let (mut subtitles, mut sales) = (Written::default(), Written::default());
    for s in &rows.shows {
        put.execute(params![
            number(s.id.0),
            number(s.movie.0),
            number(s.screen.0),
            s.starts_at.0,
            s.ends_at.0,
            *s.format,
            *s.language,
            subtitles.of(&s.subtitles),
            s.layout.to_string(),
            s.prices.to_string(),
            sales.of(&s.sales),
            s.seats_max,
        ])?;
    }
    Ok(())
}

fn read(conn: &Connection) -> Result<Rows, StoreError> {
    let mut texts = Texts::default();
    Ok(Rows {
        cities: all(conn, "SELECT * FROM city ORDER BY id", city)?,
        cinemas: all(conn, "SELECT * FROM cinema ORDER BY id", cinema)?,
        screens: all(conn, "SELECT * FROM screen ORDER BY id", screen)?,
        movies: all(conn, "SELECT * FROM movie ORDER BY id", movie)?,
        shows: all(
            conn,
            "SELECT * FROM show ORDER BY starts_at, show_id",
            |row| show(row, &mut texts),
        )?,
        layouts: all(conn, &kept("layout"), |row| {
            layout(&text(row, 0)?, &text(row, 1)?)
        })?
        .into_iter()
        .collect(),
        prices: all(conn, &kept("prices"), |row| {
            prices(&text(row, 0)?, &text(row, 1)?)
        })?
        .into_iter()
        .collect(),
    })
}

/// Immutable rows that shows of the catalogue name.
fn kept(column: &str) -> String {
    format!("SELECT hash, body FROM immutable WHERE hash IN (SELECT {column} FROM show)")
}

fn all<T>(
    conn: &Connection,
    sql: &str,
    mut read: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
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
        id: CityId(id(row.get(0)?)?),
        key: row.get(1)?,
        name: row.get(2)?,
        also: parsed(&text(row, 3)?)?,
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
        id: CinemaId(id(row.get(0)?)?),
        key: row.get(1)?,
        name: row.get(2)?,
        city: CityId(id(row.get(3)?)?),
        address: row.get(4)?,
        at: Point {
            latitude: row.get(5)?,
            longitude: row.get(6)?,
        },
    })
}

fn screen(row: &Row<'_>) -> Result<ScreenRow, StoreError> {
    let (id, cinema) = (ScreenId(id(row.get(0)?)?), CinemaId(id(row.get(3)?)?));
    Ok(ScreenRow {
        id,
        key: row.get(1)?,
        name: row.get(2)?,
        cinema,
    })
}

fn movie(row: &Row<'_>) -> Result<MovieRow, StoreError> {
    Ok(MovieRow {
        id: MovieId(id(row.get(0)?)?),
        key: row.get(1)?,
        title: row.get(2)?,
        also: parsed(&text(row, 3)?)?,
        minutes: row.get(4)?,
        certificate: row.get(5)?,
        genres: parsed(&text(row, 6)?)?,
        language: row.get(7)?,
    })
}

fn show(row: &Row<'_>, texts: &mut Texts) -> Result<ShowRow, StoreError> {
    Ok(ShowRow {
        id: ShowId(id(row.get(0)?)?),
        movie: MovieId(id(row.get(1)?)?),
        screen: ScreenId(id(row.get(2)?)?),
        starts_at: UtcMillis(row.get(3)?),
        ends_at: UtcMillis(row.get(4)?),
        format: texts.word(seen(row, 5)?)?,
        language: texts.word(seen(row, 6)?)?,
        subtitles: texts.list(seen(row, 7)?)?,
        layout: texts.layout(seen(row, 8)?)?,
        prices: texts.prices(seen(row, 9)?)?,
        sales: texts.sales(seen(row, 10)?)?,
        seats_max: row.get(11)?,
    })
}

fn text(row: &Row<'_>, column: usize) -> Result<String, StoreError> {
    Ok(row.get(column)?)
}

/// A text that is looked at and not taken along.
fn seen<'r>(row: &'r Row<'_>, column: usize) -> Result<&'r str, StoreError> {
    let value = row.get_ref(column)?;
    value
        .as_str()
        .map_err(|e| StoreError::Unreadable(format!("column {column} of a show: {e}")))
}

//! The catalogue in Postgres: reference tables, of which every shard has a copy.

use std::collections::BTreeSet;

use houseful_core::{
    ids::{CinemaId, CityId, MovieId, ScreenId, ShowId},
    time::UtcMillis,
};
use tokio_postgres::Row;

use super::{
    place::Point,
    rows::{
        CinemaRow, CityRow, MovieRow, Rows, ScreenRow, ShowRow, id, json, layout, number, parsed,
        prices,
    },
    shared::Texts,
    store::{CatalogueStore, Kept},
};
use crate::{
    postgres::{
        Database, Fault, Transaction, moves,
        row::{self, get},
    },
    store::{Later, StoreError},
};

/// What counts the changes of the catalogue.
pub(crate) const CATALOGUE: &str = "catalogue";

/// The catalogue in a Postgres database.
#[derive(Clone, Debug)]
pub struct PostgresCatalogue {
    db: Database,
}

impl PostgresCatalogue {
    /// The catalogue of `db`.
    #[must_use]
    pub fn new(db: Database) -> Self {
        Self { db }
    }
}

impl CatalogueStore for PostgresCatalogue {
    fn read(&self) -> Later<'_, Kept> {
        Box::pin(async move {
            for _ in 0..TRIES {
                let tx = self.db.snapshot().await?;
                let kept = read(&tx).await?;
                let now = moved(&tx).await?;
                tx.roll_back().await;
                // Where there is no common moment for all rows, they may have changed meanwhile.
                if now == kept.moves {
                    return Ok(kept);
                }
            }
            Err(StoreError::Busy)
        })
    }

    fn write(&self, rows: Rows, known: u64) -> Later<'_, bool> {
        Box::pin(async move {
            let tx = self.db.begin().await?;
            let unmoved = moves::count_from(&tx, CATALOGUE, known).await;
            if !unmoved.map_err(Fault::writing)? {
                tx.roll_back().await;
                return Ok(false);
            }
            write(&tx, &rows).await.map_err(Fault::writing)?;
            tx.commit().await.map_err(Fault::writing)?;
            Ok(true)
        })
    }

    fn moves(&self) -> Later<'_, u64> {
        Box::pin(moves::so_far(&self.db, CATALOGUE))
    }

    fn copy(&self, kept: Kept) -> Later<'_, ()> {
        Box::pin(async move {
            let tx = self.db.begin().await?;
            let older = moves::raise(&tx, CATALOGUE, kept.moves).await;
            if !older.map_err(Fault::writing)? {
                tx.roll_back().await;
                return Ok(());
            }
            let mut rows = kept.rows;
            let known = all(&tx, KNOWN, |r| row::show(r, 0)).await?;
            let known: BTreeSet<ShowId> = known.into_iter().collect();
            rows.shows.retain(|show| !known.contains(&show.id));
            write(&tx, &rows).await.map_err(Fault::writing)?;
            tx.commit().await.map_err(Fault::writing)
        })
    }
}

/// A column of the new rows, for a statement that takes each column as a list.
fn list<'a, R, T>(rows: &'a [R], value: impl Fn(&'a R) -> T) -> Vec<T> {
    rows.iter().map(value).collect()
}

async fn write(tx: &Transaction, rows: &Rows) -> Result<(), Fault> {
    write_places(tx, rows).await?;
    let movies = &rows.movies;
    tx.query(
        "INSERT INTO movie (id, key, title, also, minutes, certificate, genres, language)
         SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::integer[],
                              $6::text[], $7::text[], $8::text[])
         ON CONFLICT (id) DO UPDATE SET title = excluded.title, also = excluded.also,
            minutes = excluded.minutes, certificate = excluded.certificate,
            genres = excluded.genres, language = excluded.language",
        &[
            &list(movies, |m| number(m.id.0)),
            &list(movies, |m| m.key.as_str()),
            &list(movies, |m| m.title.as_str()),
            &list(movies, |m| json(&m.also)),
            &list(movies, |m| m.minutes.cast_signed()),
            &list(movies, |m| m.certificate.as_str()),
            &list(movies, |m| json(&m.genres)),
            &list(movies, |m| m.language.as_str()),
        ],
    )
    .await?;
    write_shows(tx, rows).await
}

async fn write_places(tx: &Transaction, rows: &Rows) -> Result<(), Fault> {
    let cities = &rows.cities;
    tx.query(
        "INSERT INTO city (id, key, name, also, country, time_zone, latitude, longitude)
         SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[],
                              $6::text[], $7::double precision[], $8::double precision[])
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, also = excluded.also,
            country = excluded.country, time_zone = excluded.time_zone,
            latitude = excluded.latitude, longitude = excluded.longitude",
        &[
            &list(cities, |c| number(c.id.0)),
            &list(cities, |c| c.key.as_str()),
            &list(cities, |c| c.name.as_str()),
            &list(cities, |c| json(&c.also)),
            &list(cities, |c| c.country.as_str()),
            &list(cities, |c| c.time_zone.as_str()),
            &list(cities, |c| c.at.latitude),
            &list(cities, |c| c.at.longitude),
        ],
    )
    .await?;
    let cinemas = &rows.cinemas;
    tx.query(
        "INSERT INTO cinema (id, key, name, city, address, latitude, longitude)
         SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[], $5::text[],
                              $6::double precision[], $7::double precision[])
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, city = excluded.city,
            address = excluded.address, latitude = excluded.latitude,
            longitude = excluded.longitude",
        &[
            &list(cinemas, |c| number(c.id.0)),
            &list(cinemas, |c| c.key.as_str()),
            &list(cinemas, |c| c.name.as_str()),
            &list(cinemas, |c| number(c.city.0)),
            &list(cinemas, |c| c.address.as_str()),
            &list(cinemas, |c| c.at.latitude),
            &list(cinemas, |c| c.at.longitude),
        ],
    )
    .await?;
    let screens = &rows.screens;
    tx.query(
        "INSERT INTO screen (id, key, name, cinema)
         SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[])
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, cinema = excluded.cinema",
        &[
            &list(screens, |s| number(s.id.0)),
            &list(screens, |s| s.key.as_str()),
            &list(screens, |s| s.name.as_str()),
            &list(screens, |s| number(s.cinema.0)),
        ],
    )
    .await
    .map(drop)
}

async fn write_shows(tx: &Transaction, rows: &Rows) -> Result<(), Fault> {
    let layouts = rows.layouts.iter();
    let layouts = layouts.map(|(hash, l)| (hash.to_string(), "layout", l.to_text()));
    let cards = rows.prices.iter();
    let cards = cards.map(|(hash, card)| (hash.to_string(), "prices", json(card.as_ref())));
    let mut kept: Vec<_> = layouts.chain(cards).collect();
    // In one order, so that two who write the same ones do not wait for each other in a circle.
    kept.sort_unstable();
    tx.query(
        "INSERT INTO immutable (hash, kind, body)
         SELECT * FROM unnest($1::text[], $2::text[], $3::text[]) ON CONFLICT (hash) DO NOTHING",
        &[
            &list(&kept, |k| k.0.as_str()),
            &list(&kept, |k| k.1),
            &list(&kept, |k| k.2.as_str()),
        ],
    )
    .await?;
    for shows in rows.shows.chunks(SHOWS_AT_ONCE) {
        insert_shows(tx, shows).await?;
    }
    Ok(())
}

/// The most shows in one statement: its lists are whole in memory at both ends.
const SHOWS_AT_ONCE: usize = 20_000;

async fn insert_shows(tx: &Transaction, shows: &[ShowRow]) -> Result<(), Fault> {
    tx.query(
        "INSERT INTO show (show_id, movie, screen, starts_at, ends_at, format, language,
                           subtitles, layout, prices, sales, seats_max)
         SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[],
                              $5::bigint[], $6::text[], $7::text[], $8::text[], $9::text[],
                              $10::text[], $11::text[], $12::integer[])",
        &[
            &list(shows, |s| number(s.id.0)),
            &list(shows, |s| number(s.movie.0)),
            &list(shows, |s| number(s.screen.0)),
            &list(shows, |s| s.starts_at.0),
            &list(shows, |s| s.ends_at.0),
            &list(shows, |s| s.format.as_str()),
            &list(shows, |s| s.language.as_str()),
            &list(shows, |s| json(&*s.subtitles)),
            &list(shows, |s| s.layout.to_string()),
            &list(shows, |s| s.prices.to_string()),
            &list(shows, |s| json(&*s.sales)),
            &list(shows, |s| i32::from(s.seats_max)),
        ],
    )
    .await
    .map(drop)
}

const KNOWN: &str = "SELECT show_id FROM show";
const CITIES: &str = "SELECT id, key, name, also, country, time_zone, latitude, longitude
     FROM city ORDER BY id";
const CINEMAS: &str = "SELECT id, key, name, city, address, latitude, longitude
     FROM cinema ORDER BY id";
const SCREENS: &str = "SELECT id, key, name, cinema FROM screen ORDER BY id";
const MOVIES: &str = "SELECT id, key, title, also, minutes, certificate, genres, language
     FROM movie ORDER BY id";
const SHOWS: &str = "SELECT show_id, movie, screen, starts_at, ends_at, format, language,
     subtitles, layout, prices, sales, seats_max FROM show ORDER BY starts_at, show_id";
const LAYOUTS: &str = "SELECT hash, body FROM immutable WHERE hash IN (SELECT layout FROM show)";
const PRICES: &str = "SELECT hash, body FROM immutable WHERE hash IN (SELECT prices FROM show)";

/// How often it is read that is changed meanwhile.
const TRIES: u32 = 5;

/// How often it was changed.
async fn moved(tx: &Transaction) -> Result<u64, StoreError> {
    let sql = "SELECT times FROM moves WHERE what = 'catalogue'";
    let times = all(tx, sql, |times| row::count(times, 0)).await?;
    Ok(times.first().copied().unwrap_or(0))
}

/// All of it, as of the moment of a snapshot.
pub(crate) async fn read(tx: &Transaction) -> Result<Kept, StoreError> {
    let moves = moved(tx).await?;
    let mut texts = Texts::default();
    let layouts = all(tx, LAYOUTS, |r| layout(get(r, 0)?, get(r, 1)?)).await?;
    let prices = all(tx, PRICES, |r| prices(get(r, 0)?, get(r, 1)?)).await?;
    Ok(Kept {
        moves,
        rows: Rows {
            cities: all(tx, CITIES, city).await?,
            cinemas: all(tx, CINEMAS, cinema).await?,
            screens: all(tx, SCREENS, screen).await?,
            movies: all(tx, MOVIES, movie).await?,
            shows: all(tx, SHOWS, |row| show(row, &mut texts)).await?,
            layouts: layouts.into_iter().collect(),
            prices: prices.into_iter().collect(),
        },
    })
}

async fn all<T>(
    tx: &Transaction,
    sql: &'static str,
    mut read: impl FnMut(&Row) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    let rows = tx.query(sql, &[]).await.map_err(Fault::reading)?;
    rows.iter().map(&mut read).collect()
}

fn city(row: &Row) -> Result<CityRow, StoreError> {
    Ok(CityRow {
        id: CityId(id(get(row, 0)?)?),
        key: get(row, 1)?,
        name: get(row, 2)?,
        also: parsed(get(row, 3)?)?,
        country: get(row, 4)?,
        time_zone: get(row, 5)?,
        at: Point {
            latitude: get(row, 6)?,
            longitude: get(row, 7)?,
        },
    })
}

fn cinema(row: &Row) -> Result<CinemaRow, StoreError> {
    Ok(CinemaRow {
        id: CinemaId(id(get(row, 0)?)?),
        key: get(row, 1)?,
        name: get(row, 2)?,
        city: CityId(id(get(row, 3)?)?),
        address: get(row, 4)?,
        at: Point {
            latitude: get(row, 5)?,
            longitude: get(row, 6)?,
        },
    })
}

fn screen(row: &Row) -> Result<ScreenRow, StoreError> {
    Ok(ScreenRow {
        id: ScreenId(id(get(row, 0)?)?),
        key: get(row, 1)?,
        name: get(row, 2)?,
        cinema: CinemaId(id(get(row, 3)?)?),
    })
}

fn movie(row: &Row) -> Result<MovieRow, StoreError> {
    Ok(MovieRow {
        id: MovieId(id(get(row, 0)?)?),
        key: get(row, 1)?,
        title: get(row, 2)?,
        also: parsed(get(row, 3)?)?,
        minutes: get::<i32>(row, 4)?.unsigned_abs(),
        certificate: get(row, 5)?,
        genres: parsed(get(row, 6)?)?,
        language: get(row, 7)?,
    })
}

fn show(row: &Row, texts: &mut Texts) -> Result<ShowRow, StoreError> {
    let seats_max: i32 = get(row, 11)?;
    let seats_max = u16::try_from(seats_max)
        .map_err(|_| StoreError::Unreadable(format!("a show for {seats_max} seats at once")))?;
    Ok(ShowRow {
        id: ShowId(id(get(row, 0)?)?),
        movie: MovieId(id(get(row, 1)?)?),
        screen: ScreenId(id(get(row, 2)?)?),
        starts_at: UtcMillis(get(row, 3)?),
        ends_at: UtcMillis(get(row, 4)?),
        format: texts.word(get(row, 5)?)?,
        language: texts.word(get(row, 6)?)?,
        subtitles: texts.list(get(row, 7)?)?,
        layout: texts.layout(get(row, 8)?)?,
        prices: texts.prices(get(row, 9)?)?,
        sales: texts.sales(get(row, 10)?)?,
        seats_max,
    })
}

//! A house's facts in SQLite.

use rusqlite::{Connection, OptionalExtension, params};

use super::HouseStore;
use crate::store::{Later, StoreError, sqlite::Database};

/// The facts in a database file.
#[derive(Clone, Debug)]
pub struct SqliteHouse {
    db: Database,
}

impl SqliteHouse {
    /// The facts of `db`.
    #[must_use]
    pub fn new(db: Database) -> Self {
        Self { db }
    }
}

impl HouseStore for SqliteHouse {
    fn fact<'a>(&'a self, name: &'a str) -> Later<'a, Option<String>> {
        let name = name.to_owned();
        Box::pin(self.db.read(move |conn| read(conn, &name)))
    }

    fn keep_first<'a>(&'a self, name: &'a str, value: String) -> Later<'a, String> {
        let name = name.to_owned();
        Box::pin(self.db.write(move |conn| {
            conn.execute(
                "INSERT INTO house (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO NOTHING",
                params![name, value],
            )?;
            Ok(read(conn, &name)?.unwrap_or(value))
        }))
    }

    fn keep<'a>(&'a self, name: &'a str, value: String) -> Later<'a, ()> {
        let name = name.to_owned();
        Box::pin(self.db.write(move |conn| {
            conn.execute(
                "INSERT INTO house (name, value) VALUES (?1, ?2)
                 ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                params![name, value],
            )?;
            Ok(())
        }))
    }
}

fn read(conn: &Connection, name: &str) -> Result<Option<String>, StoreError> {
    let value = conn
        .query_row("SELECT value FROM house WHERE name = ?1", [name], |row| {
            row.get(0)
        })
        .optional()?;
    Ok(value)
}

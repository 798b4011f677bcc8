//! A house's facts in Postgres.

use super::HouseStore;
use crate::{
    postgres::{Database, row},
    store::Later,
};

/// The facts in a Postgres database.
#[derive(Clone, Debug)]
pub struct PostgresHouse {
    db: Database,
}

impl PostgresHouse {
    /// The facts of `db`.
    #[must_use]
    pub fn new(db: Database) -> Self {
        Self { db }
    }
}

impl HouseStore for PostgresHouse {
    fn fact<'a>(&'a self, name: &'a str) -> Later<'a, Option<String>> {
        Box::pin(async move {
            let sql = "SELECT value FROM house WHERE name = $1";
            let rows = self.db.read(sql, &[&name]).await?;
            rows.first().map(|value| row::get(value, 0)).transpose()
        })
    }

    fn keep_first<'a>(&'a self, name: &'a str, value: String) -> Later<'a, String> {
        Box::pin(async move {
            // Writing what stands there already answers with it, and waits for whoever wrote it.
            let sql = "INSERT INTO house (name, value) VALUES ($1, $2)
                       ON CONFLICT (name) DO UPDATE SET value = house.value RETURNING value";
            let rows = self.db.write(sql, &[&name, &value]).await?;
            rows.first().map_or(Ok(value), |stands| row::get(stands, 0))
        })
    }

    fn keep<'a>(&'a self, name: &'a str, value: String) -> Later<'a, ()> {
        Box::pin(async move {
            let sql = "INSERT INTO house (name, value) VALUES ($1, $2)
                       ON CONFLICT (name) DO UPDATE SET value = excluded.value";
            self.db.write(sql, &[&name, &value]).await.map(drop)
        })
    }
}

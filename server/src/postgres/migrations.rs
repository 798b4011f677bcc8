//! The schema of a Postgres database; how its steps are kept is in [`crate::schema`].
//!
//! Every primary key, unique index and foreign key of a table that is sharded leads with `show_id`.

use super::{fault::Fault, session::Session};
use crate::schema::{Migration, Mismatch, checksum, missing};

/// All steps, in order.
pub(super) const ALL: &[Migration] = &[
    Migration {
        number: 1,
        name: "journal",
        sql: include_str!("migrations/0001_journal.sql"),
    },
    Migration {
        number: 2,
        name: "catalogue",
        sql: include_str!("migrations/0002_catalogue.sql"),
    },
    Migration {
        number: 3,
        name: "payment",
        sql: include_str!("migrations/0003_payment.sql"),
    },
    Migration {
        number: 4,
        name: "house",
        sql: include_str!("migrations/0004_house.sql"),
    },
    Migration {
        number: 5,
        name: "heartbeat",
        sql: include_str!("migrations/0005_heartbeat.sql"),
    },
    Migration {
        number: 6,
        name: "shards",
        sql: include_str!("migrations/0006_shards.sql"),
    },
    Migration {
        number: 7,
        name: "tenders",
        sql: include_str!("migrations/0007_tenders.sql"),
    },
    Migration {
        number: 8,
        name: "stripe",
        sql: include_str!("migrations/0008_stripe.sql"),
    },
    Migration {
        number: 9,
        name: "desk",
        sql: include_str!("migrations/0009_desk.sql"),
    },
    Migration {
        number: 10,
        name: "late_news",
        sql: include_str!("migrations/0010_late_news.sql"),
    },
    Migration {
        number: 11,
        name: "desk_ended",
        sql: include_str!("migrations/0011_desk_ended.sql"),
    },
    Migration {
        number: 12,
        name: "reopened",
        sql: include_str!("migrations/0012_reopened.sql"),
    },
];

/// Why a schema can't be brought up to date.
#[derive(Debug, thiserror::Error)]
pub enum SchemaError {
    /// A newer program was here.
    #[error(
        "it was written by a newer program (schema {has}, this one knows {knows}); use the newer one"
    )]
    Newer {
        /// The database's number.
        has: u32,
        /// The highest this program knows.
        knows: u32,
    },
    /// An older program was here last.
    #[error(
        "it was written by an older program (schema {has}, this one writes {knows}); start a server of this one first"
    )]
    Older {
        /// The database's number.
        has: u32,
        /// What this program writes.
        knows: u32,
    },
    /// A step was applied that is not the one of this number here.
    #[error(
        "it was made by a different build: step {number} ({name}) of its schema is not this program's; use that build"
    )]
    Changed {
        /// Its number.
        number: u32,
        /// Its name here.
        name: &'static str,
    },
    /// Something else is in the database.
    #[error("it is not a Houseful database (it has a table {0}); name an empty one")]
    NotOurs(String),
    /// The role may not.
    #[error("its schema can't be brought up to date: {0}")]
    Server(String),
}

impl From<Mismatch> for SchemaError {
    fn from(e: Mismatch) -> Self {
        match e {
            Mismatch::Newer { has, knows } => Self::Newer { has, knows },
            Mismatch::Changed { number, name } => Self::Changed { number, name },
        }
    }
}

impl From<Fault> for SchemaError {
    fn from(e: Fault) -> Self {
        Self::Server(e.to_string())
    }
}

impl From<tokio_postgres::Error> for SchemaError {
    fn from(e: tokio_postgres::Error) -> Self {
        Self::Server(e.to_string())
    }
}

/// All steps as text.
#[cfg(test)]
pub(crate) fn schema() -> String {
    ALL.iter().map(|migration| migration.sql).collect()
}

/// Refuses a schema that is not this program's, without changing it.
pub(super) async fn compare(session: &Session, all: &[Migration]) -> Result<(), SchemaError> {
    let applied = applied(session).await?;
    if missing(&applied, 0, all)?.is_empty() {
        return Ok(());
    }
    let has = applied.iter().map(|(number, _)| *number).max();
    let knows = all.iter().map(|m| m.number).max();
    Err(SchemaError::Older {
        has: has.unwrap_or(0),
        knows: knows.unwrap_or(0),
    })
}

async fn applied(session: &Session) -> Result<Vec<(u32, String)>, SchemaError> {
    let sql = "SELECT number, checksum FROM migration ORDER BY number";
    let mut applied = Vec::new();
    for row in &session.query(sql, &[]).await? {
        let number: i32 = row.try_get(0)?;
        applied.push((number.unsigned_abs(), row.try_get(1)?));
    }
    Ok(applied)
}

/// "Houseful", for the lock that lets one server at a time look and change.
const LOCK: &str = "SELECT pg_advisory_xact_lock(x'486F757365667573'::bigint)";

/// Compares what was applied with `all` and applies what is missing: everything or nothing.
pub(super) async fn apply(session: &Session, all: &[Migration]) -> Result<(), SchemaError> {
    session.run("BEGIN").await?;
    session.set_open(true);
    // The others finish first, however long that takes.
    session
        .run("SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0")
        .await?;
    session.run_patiently(LOCK).await?;
    let done = steps(session, all).await;
    if done.is_ok() {
        session.commit().await?;
    }
    done
}

async fn steps(session: &Session, all: &[Migration]) -> Result<(), SchemaError> {
    let tables = session
        .query(
            "SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema()
             ORDER BY tablename = 'migration' DESC, tablename LIMIT 1",
            &[],
        )
        .await?;
    let table = tables
        .first()
        .map(|row| row.try_get::<_, String>(0))
        .transpose()?;
    match table.as_deref() {
        Some("migration") => {}
        Some(other) => return Err(SchemaError::NotOurs(other.to_owned())),
        None => session.run(TABLE).await?,
    }
    let applied = applied(session).await?;
    for migration in missing(&applied, 0, all)? {
        let number = migration.number.cast_signed();
        let sum = checksum(migration.sql);
        session.run_patiently(migration.sql).await?;
        session
            .query(INSERT, &[&number, &migration.name, &sum])
            .await?;
    }
    Ok(())
}

const TABLE: &str = "CREATE TABLE migration (
    number   integer PRIMARY KEY,
    name     text NOT NULL,
    checksum text NOT NULL
)";
const INSERT: &str = "INSERT INTO migration (number, name, checksum) VALUES ($1, $2, $3)";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_numbered_upwards() {
        assert!(ALL.windows(2).all(|w| w[0].number < w[1].number));
    }
}

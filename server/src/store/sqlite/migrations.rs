//! The schema of a file; how its steps are kept is in [`crate::schema`].

use rusqlite::Connection;

pub(super) use crate::schema::Migration;
use crate::schema::{Mismatch, checksum, missing};

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
        name: "auth",
        sql: include_str!("migrations/0004_auth.sql"),
    },
    Migration {
        number: 5,
        name: "house",
        sql: include_str!("migrations/0005_house.sql"),
    },
    Migration {
        number: 6,
        name: "payment_ids",
        sql: include_str!("migrations/0006_payment_ids.sql"),
    },
    Migration {
        number: 7,
        name: "contact",
        sql: include_str!("migrations/0007_contact.sql"),
    },
    Migration {
        number: 8,
        name: "event_tip",
        sql: include_str!("migrations/0008_event_tip.sql"),
    },
    Migration {
        number: 9,
        name: "servers",
        sql: include_str!("migrations/0009_servers.sql"),
    },
    Migration {
        number: 10,
        name: "tenders",
        sql: include_str!("migrations/0010_tenders.sql"),
    },
    Migration {
        number: 11,
        name: "stripe",
        sql: include_str!("migrations/0011_stripe.sql"),
    },
    Migration {
        number: 12,
        name: "desk",
        sql: include_str!("migrations/0012_desk.sql"),
    },
    Migration {
        number: 13,
        name: "late_news",
        sql: include_str!("migrations/0013_late_news.sql"),
    },
    Migration {
        number: 14,
        name: "desk_ended",
        sql: include_str!("migrations/0014_desk_ended.sql"),
    },
    Migration {
        number: 15,
        name: "reopened",
        sql: include_str!("migrations/0015_reopened.sql"),
    },
];

/// Why a schema can't be brought up to date.
#[derive(Debug)]
pub(super) enum SchemaError {
    /// It is another program's.
    Mismatch(Mismatch),
    /// The database said no.
    Sql(rusqlite::Error),
}

impl From<rusqlite::Error> for SchemaError {
    fn from(e: rusqlite::Error) -> Self {
        Self::Sql(e)
    }
}

/// Compares what was applied with `all` and applies what is missing, each step in a transaction
/// of its own.
pub(super) fn apply(conn: &mut Connection, all: &[Migration]) -> Result<(), SchemaError> {
    conn.execute_batch(
        "CREATE TABLE IF NOT EXISTS migration (
            number   INTEGER PRIMARY KEY,
            name     TEXT NOT NULL,
            checksum TEXT NOT NULL
        ) STRICT",
    )?;
    for migration in compare(conn, all)? {
        apply_one(conn, migration)?;
    }
    Ok(())
}

/// The steps that a database lacks, if all it has are those of `all`.
pub(super) fn compare<'a>(
    conn: &Connection,
    all: &'a [Migration],
) -> Result<Vec<&'a Migration>, SchemaError> {
    let applied: Vec<(u32, String)> = conn
        .prepare("SELECT number, checksum FROM migration ORDER BY number")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    let version: u32 = conn.pragma_query_value(None, "user_version", |row| row.get(0))?;
    missing(&applied, version, all).map_err(SchemaError::Mismatch)
}

fn apply_one(conn: &mut Connection, migration: &Migration) -> Result<(), SchemaError> {
    let tx = conn.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    tx.execute_batch(migration.sql)?;
    tx.execute(
        "INSERT INTO migration (number, name, checksum) VALUES (?1, ?2, ?3)",
        (migration.number, migration.name, checksum(migration.sql)),
    )?;
    let version: u32 = tx.pragma_query_value(None, "user_version", |row| row.get(0))?;
    tx.pragma_update(None, "user_version", version.max(migration.number))?;
    tx.commit()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_numbered_upwards() {
        assert!(ALL.windows(2).all(|w| w[0].number < w[1].number));
    }

    #[test]
    fn a_step_is_applied_once_and_a_changed_one_refused() {
        let mut conn = Connection::open_in_memory().expect("open");
        apply(&mut conn, ALL).expect("first");
        apply(&mut conn, ALL).expect("nothing left to do");
        let other: Vec<_> = ALL
            .iter()
            .map(|m| Migration {
                sql: if m.number == 1 { "SELECT 1" } else { m.sql },
                ..*m
            })
            .collect();
        let error = apply(&mut conn, &other);
        let changed = |e: &SchemaError| {
            matches!(
                e,
                SchemaError::Mismatch(Mismatch::Changed { number: 1, .. })
            )
        };
        assert!(error.as_ref().is_err_and(changed), "{error:?}");
    }

    #[test]
    fn a_step_that_fails_leaves_nothing() {
        let mut conn = Connection::open_in_memory().expect("open");
        let bad = [Migration {
            number: 1,
            name: "bad",
            sql: "CREATE TABLE a (x); CREATE TABLE a (x);",
        }];
        assert!(matches!(apply(&mut conn, &bad), Err(SchemaError::Sql(_))));
        let tables: u32 = conn
            .query_row(
                "SELECT count(*) FROM sqlite_schema WHERE name = 'a'",
                [],
                |r| r.get(0),
            )
            .expect("count");
        assert_eq!(tables, 0);
        apply(&mut conn, ALL).expect("the right step after all");
    }
}

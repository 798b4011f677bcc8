//! What a database file remembers about its house: how serious its money is, and where a clock
//! that is moved by hand stands.

use houseful_core::{time::UtcMillis, wire::admin::Mode};
use rusqlite::{Connection, OptionalExtension, params};

use crate::store::{StoreError, sqlite::Database};

const MODE: &str = "mode";
const CLOCK: &str = "clock_at";

/// The file belongs to a house of another kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OtherMode {
    /// What the file is for.
    pub has: Mode,
    /// What was asked for.
    pub wanted: Mode,
}

/// The word in the table and in messages.
#[must_use]
pub const fn mode_word(mode: Mode) -> &'static str {
    match mode {
        Mode::Live => "live",
        Mode::Training => "training",
        Mode::Demo => "demo",
    }
}

fn mode_of(word: &str) -> Option<Mode> {
    [Mode::Live, Mode::Training, Mode::Demo]
        .into_iter()
        .find(|mode| mode_word(*mode) == word)
}

/// The mode of the house: what the file was first opened for (`wanted`, or live), for ever.
/// Practice and real sales never share a file.
///
/// # Errors
/// The inner one: the file is for something else than `wanted`. The outer one: the database can't
/// be read or written.
pub async fn mode(
    db: &Database,
    wanted: Option<Mode>,
) -> Result<Result<Mode, OtherMode>, StoreError> {
    db.write(move |conn| {
        let Some(word) = read(conn, MODE)? else {
            let mode = wanted.unwrap_or(Mode::Live);
            keep(conn, MODE, mode_word(mode))?;
            return Ok(Ok(mode));
        };
        let has = mode_of(&word)
            .ok_or_else(|| StoreError::Unreadable(format!("the file's mode is `{word}`")))?;
        Ok(match wanted.filter(|wanted| *wanted != has) {
            Some(wanted) => Err(OtherMode { has, wanted }),
            None => Ok(has),
        })
    })
    .await
}

/// Where a clock that is moved by hand stood when it was last kept.
///
/// # Errors
/// The database can't be read.
pub async fn clock_at(db: &Database) -> Result<Option<UtcMillis>, StoreError> {
    let text = db.read(|conn| read(conn, CLOCK)).await?;
    Ok(text.and_then(|t| t.parse().ok()).map(UtcMillis))
}

/// Keeps where a clock that is moved by hand stands.
///
/// # Errors
/// The database can't be written.
pub async fn keep_clock(db: &Database, at: UtcMillis) -> Result<(), StoreError> {
    db.write(move |conn| keep(conn, CLOCK, &at.0.to_string()))
        .await
}

fn read(conn: &Connection, name: &str) -> Result<Option<String>, StoreError> {
    let value = conn
        .query_row("SELECT value FROM house WHERE name = ?1", [name], |row| {
            row.get(0)
        })
        .optional()?;
    Ok(value)
}

fn keep(conn: &Connection, name: &str, value: &str) -> Result<(), StoreError> {
    let sql = "INSERT INTO house (name, value) VALUES (?1, ?2)
               ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    conn.execute(sql, params![name, value])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_file_keeps_what_it_is_for() {
        let folder = std::env::temp_dir().join(crate::chance::uuid().to_string());
        std::fs::create_dir(&folder).unwrap();
        let file = folder.join("house.db");
        let open = || Database::open(&file).unwrap();
        let db = open();
        assert_eq!(mode(&db, Some(Mode::Demo)).await, Ok(Ok(Mode::Demo)));
        assert_eq!(clock_at(&db).await, Ok(None));
        keep_clock(&db, UtcMillis(7)).await.unwrap();
        db.close().await;
        let db = open();
        assert_eq!(mode(&db, None).await, Ok(Ok(Mode::Demo)));
        let other = OtherMode {
            has: Mode::Demo,
            wanted: Mode::Training,
        };
        assert_eq!(mode(&db, Some(Mode::Training)).await, Ok(Err(other)));
        assert_eq!(clock_at(&db).await, Ok(Some(UtcMillis(7))));
        db.close().await;
        std::fs::remove_dir_all(&folder).unwrap();
    }
}

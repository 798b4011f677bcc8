//! What a database remembers about its house: how serious its money is, and where a clock that is
//! moved by hand stands.
//!
//! Contract of every backend of [`HouseStore`]: each call is one transaction, durable when it
//! answers; of several who keep the first value of a name at once all hear the same one.

#[cfg(feature = "postgres")]
mod postgres;
mod sqlite;

use houseful_core::{time::UtcMillis, wire::admin::Mode};

#[cfg(feature = "postgres")]
pub use self::postgres::PostgresHouse;
pub use self::sqlite::SqliteHouse;
use crate::store::{Later, StoreError};

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

/// The mode of a word.
pub(crate) fn mode_of(word: &str) -> Option<Mode> {
    [Mode::Live, Mode::Training, Mode::Demo]
        .into_iter()
        .find(|mode| mode_word(*mode) == word)
}

/// Facts about a house, by name.
pub trait HouseStore: Send + Sync {
    /// The fact of this name.
    fn fact(&self, name: &'static str) -> Later<'_, Option<String>>;
    /// Keeps a fact unless there is one of this name; answers with what stands.
    fn keep_first(&self, name: &'static str, value: String) -> Later<'_, String>;
    /// Keeps a fact in place of what stood there.
    fn keep(&self, name: &'static str, value: String) -> Later<'_, ()>;
}

/// The mode of the house: what the database was first opened for (`wanted`, or live), for ever.
/// Practice and real sales never share a database.
///
/// # Errors
/// The inner one: it is for something else than `wanted`. The outer one: the database can't be
/// read or written.
pub async fn mode(
    store: &dyn HouseStore,
    wanted: Option<Mode>,
) -> Result<Result<Mode, OtherMode>, StoreError> {
    let word = match store.fact(MODE).await? {
        Some(word) => word,
        None => {
            let first = mode_word(wanted.unwrap_or(Mode::Live));
            store.keep_first(MODE, first.to_owned()).await?
        }
    };
    let has = mode_of(&word)
        .ok_or_else(|| StoreError::Unreadable(format!("the house's mode is `{word}`")))?;
    Ok(match wanted.filter(|wanted| *wanted != has) {
        Some(wanted) => Err(OtherMode { has, wanted }),
        None => Ok(has),
    })
}

/// Where a clock that is moved by hand stood when it was last kept.
///
/// # Errors
/// The database can't be read.
pub async fn clock_at(store: &dyn HouseStore) -> Result<Option<UtcMillis>, StoreError> {
    let text = store.fact(CLOCK).await?;
    Ok(text.and_then(|t| t.parse().ok()).map(UtcMillis))
}

/// Keeps where a clock that is moved by hand stands.
///
/// # Errors
/// The database can't be written.
pub async fn keep_clock(store: &dyn HouseStore, at: UtcMillis) -> Result<(), StoreError> {
    store.keep(CLOCK, at.0.to_string()).await
}

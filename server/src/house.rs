//! What a database remembers about its house: how serious its money is, where a clock that is moved
//! by hand stands, which catalogue its shows are of, and how far another server's was followed.
//!
//! Contract of every backend of [`HouseStore`]: each call is one transaction, durable when it
//! answers; of several who keep the first value of a name at once all hear the same one.

#[cfg(feature = "postgres")]
mod postgres;
mod sqlite;

use houseful_core::{ids::ShardName, time::UtcMillis, wire::admin::Mode};

#[cfg(feature = "postgres")]
pub use self::postgres::PostgresHouse;
pub use self::sqlite::SqliteHouse;
use crate::{
    chance,
    clock::Clock,
    roles::ServerRole,
    store::{Later, StoreError},
};

const MODE: &str = "mode";
const CLOCK: &str = "clock_at";
const CATALOGUE_ID: &str = "catalogue_id";
const CATALOGUE_MARK: &str = "catalogue_mark";
const CATALOGUE_SEEN: &str = "catalogue_seen";
const TOKENS_SEEN: &str = "tokens_seen";
pub(crate) const JOURNAL_ID: &str = "journal_id";
const BOOKING_DATABASE: &str = "booking_database";
const PAYMENT_DATABASE: &str = "payment_database";
const SHARDS: &str = "shards";
/// What an operator writes who has a shard begun anew: it is bound to whichever comes first.
const ANEW: &str = "anew";

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
    fn fact<'a>(&'a self, name: &'a str) -> Later<'a, Option<String>>;
    /// Keeps a fact unless there is one of this name; answers with what stands.
    fn keep_first<'a>(&'a self, name: &'a str, value: String) -> Later<'a, String>;
    /// Keeps a fact in place of what stood there.
    fn keep<'a>(&'a self, name: &'a str, value: String) -> Later<'a, ()>;
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

/// Whether the database says already what it is for.
///
/// # Errors
/// The database can't be read.
pub async fn is_known(store: &dyn HouseStore) -> Result<bool, StoreError> {
    Ok(store.fact(MODE).await?.is_some())
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

/// Moves a clock that is moved by hand to a time, if it is behind it, and keeps that.
///
/// # Errors
/// The database can't be written.
pub async fn move_clock(
    store: &dyn HouseStore,
    clock: &Clock,
    to: UtcMillis,
) -> Result<(), StoreError> {
    let ms = to.ms_since(clock.now());
    if ms > 0 && clock.advance(ms) {
        keep_clock(store, clock.now()).await?;
    }
    Ok(())
}

/// Marks the database of a catalogue server: gives its catalogue a name for ever, if it has none,
/// and a mark of this start, by which a server that shares the database knows it.
///
/// # Errors
/// The database can't be written.
pub async fn mark_catalogue(store: &dyn HouseStore) -> Result<(), StoreError> {
    let fresh = || chance::uuid().as_simple().to_string();
    store.keep_first(CATALOGUE_ID, fresh()).await?;
    store.keep(CATALOGUE_MARK, fresh()).await
}

/// Which catalogue the shows here are of.
///
/// # Errors
/// The database can't be read.
pub async fn catalogue_id(store: &dyn HouseStore) -> Result<Option<String>, StoreError> {
    store.fact(CATALOGUE_ID).await
}

/// Keeps which catalogue the shows here are of.
///
/// # Errors
/// The database can't be written.
pub async fn keep_catalogue_id(store: &dyn HouseStore, id: &str) -> Result<(), StoreError> {
    store.keep(CATALOGUE_ID, id.to_owned()).await
}

/// What a catalogue server marked this database with last.
///
/// # Errors
/// The database can't be read.
pub async fn mark(store: &dyn HouseStore) -> Result<Option<String>, StoreError> {
    store.fact(CATALOGUE_MARK).await
}

/// Which database this is, for ever: a random name, made when it is first asked for. A copy of the
/// database has the same.
///
/// # Errors
/// The database can't be read or written.
pub async fn journal_id(store: &dyn HouseStore) -> Result<String, StoreError> {
    match store.fact(JOURNAL_ID).await? {
        Some(id) => Ok(id),
        None => {
            let fresh = chance::uuid().as_simple().to_string();
            store.keep_first(JOURNAL_ID, fresh).await
        }
    }
}

/// Which database the house's catalogue knows for a role; the catalogue is in no other than its own.
fn database_of(role: ServerRole) -> Option<&'static str> {
    match role {
        ServerRole::Catalogue => None,
        ServerRole::Booking => Some(BOOKING_DATABASE),
        ServerRole::Payment => Some(PAYMENT_DATABASE),
    }
}

/// Binds a role of the house to the first database that asks for it; `false` for any other one.
///
/// # Errors
/// The database can't be read or written.
pub async fn bind(store: &dyn HouseStore, role: ServerRole, id: &str) -> Result<bool, StoreError> {
    let Some(name) = database_of(role) else {
        return Ok(true);
    };
    bind_as(store, name, id).await
}

async fn bind_as(store: &dyn HouseStore, name: &str, id: &str) -> Result<bool, StoreError> {
    let bound = match store.fact(name).await? {
        Some(bound) => bound,
        None => store.keep_first(name, id.to_owned()).await?,
    };
    Ok(bound == id)
}

/// Binds a shard of the house to the first database that becomes it; `false` for any other one.
///
/// # Errors
/// The database can't be read or written.
pub async fn bind_shard(
    store: &dyn HouseStore,
    shard: &ShardName,
    id: &str,
) -> Result<bool, StoreError> {
    let name = fact_of(shard);
    if store.fact(&name).await?.as_deref() == Some(ANEW) {
        store.keep(&name, id.to_owned()).await?;
    }
    bind_as(store, &name, id).await
}

/// How a shard is bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// To no database that the house knows of.
    Nowhere,
    /// To this one, or an operator lets any become it.
    Here,
    /// To another one.
    Elsewhere,
}

/// Whether a shard of the house is bound to a database.
///
/// # Errors
/// The database can't be read.
pub async fn shard_bound(
    store: &dyn HouseStore,
    shard: &ShardName,
    id: &str,
) -> Result<Bound, StoreError> {
    Ok(match store.fact(&fact_of(shard)).await?.as_deref() {
        None => Bound::Nowhere,
        Some(bound) if bound == id || bound == ANEW => Bound::Here,
        Some(_) => Bound::Elsewhere,
    })
}

/// The name of the database that a shard of the house is bound to; `None` if that may be any.
///
/// # Errors
/// The database can't be read.
pub async fn shard_database(
    store: &dyn HouseStore,
    shard: &ShardName,
) -> Result<Option<String>, StoreError> {
    let bound = store.fact(&fact_of(shard)).await?;
    Ok(bound.filter(|bound| bound != ANEW))
}

/// Whether shows of the house were ever spread over shards.
///
/// # Errors
/// The database can't be read.
pub async fn has_shards(store: &dyn HouseStore) -> Result<bool, StoreError> {
    Ok(store.fact(SHARDS).await?.is_some())
}

/// Keeps that they are.
///
/// # Errors
/// The database can't be written.
pub async fn keep_shards(store: &dyn HouseStore) -> Result<(), StoreError> {
    let kept = store.keep_first(SHARDS, "founded".to_owned()).await;
    kept.map(drop)
}

/// The fact that says which database a shard is.
fn fact_of(shard: &ShardName) -> String {
    format!("shard_{shard}")
}

/// Whether a role of the house is bound to another database than this one.
///
/// # Errors
/// The database can't be read.
pub async fn is_bound_elsewhere(
    store: &dyn HouseStore,
    role: ServerRole,
    id: &str,
) -> Result<bool, StoreError> {
    let Some(name) = database_of(role) else {
        return Ok(false);
    };
    Ok(store.fact(name).await?.is_some_and(|bound| bound != id))
}

/// How far another server's catalogue was taken over.
///
/// # Errors
/// The database can't be read.
pub async fn catalogue_seen(store: &dyn HouseStore) -> Result<Option<u64>, StoreError> {
    number(store, CATALOGUE_SEEN).await
}

/// Keeps how far another server's catalogue was taken over.
///
/// # Errors
/// The database can't be written.
pub async fn keep_catalogue_seen(store: &dyn HouseStore, moves: u64) -> Result<(), StoreError> {
    store.keep(CATALOGUE_SEEN, moves.to_string()).await
}

/// How far another server's tokens were taken over.
///
/// # Errors
/// The database can't be read.
pub async fn tokens_seen(store: &dyn HouseStore) -> Result<Option<u64>, StoreError> {
    number(store, TOKENS_SEEN).await
}

/// Keeps how far another server's tokens were taken over.
///
/// # Errors
/// The database can't be written.
pub async fn keep_tokens_seen(store: &dyn HouseStore, moves: u64) -> Result<(), StoreError> {
    store.keep(TOKENS_SEEN, moves.to_string()).await
}

async fn number(store: &dyn HouseStore, name: &'static str) -> Result<Option<u64>, StoreError> {
    let text = store.fact(name).await?;
    Ok(text.and_then(|text| text.parse().ok()))
}

//! Where the catalogue is written down.
//!
//! Contract of every backend: a reading is of one moment; a writing is one transaction, durable
//! when it answers, all of it or nothing, and moves [`CatalogueStore::moves`]; it is made only on
//! what its rows were checked against, so that two servers never give one id to two things.

use super::rows::Rows;
use crate::store::Later;

/// The catalogue at one moment.
#[derive(Debug)]
pub struct Kept {
    /// How often it was written.
    pub moves: u64,
    /// What stands in it.
    pub rows: Rows,
}

/// The catalogue.
pub trait CatalogueStore: Send + Sync {
    /// All of it.
    fn read(&self) -> Later<'_, Kept>;
    /// Writes rows: new ones are added, known places and movies take the new names, shows never
    /// change. `false`, and nothing is written, if it was written since it had been `known` times.
    fn write(&self, rows: Rows, known: u64) -> Later<'_, bool>;
    /// How often it was written.
    fn moves(&self) -> Later<'_, u64>;
    /// Makes it a copy of what was read in another database, unless it is a copy of that or of
    /// something later: what stands there already takes the new names, nothing goes.
    fn copy(&self, kept: Kept) -> Later<'_, ()>;
}

//! What a database knows of being a shard: of which house, by which name, and which slots are its
//! own. The configuration may be wrong or old; where shows are opened, this decides.
//!
//! Contract of every backend: each call is one transaction, durable when it answers. Once
//! [`SlotStore::give`] has answered, no show of that slot is opened in this database any more, by
//! nobody, however long ago they began.

#[cfg(feature = "postgres")]
mod postgres;

use houseful_core::{ids::ShardName, wire::admin::Mode};
use uuid::Uuid;

#[cfg(feature = "postgres")]
pub use self::postgres::PostgresSlots;

use crate::store::{Later, StoreError};

/// Which shard of which house a database is, for ever.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The house.
    pub house: Uuid,
    /// The shard.
    pub shard: ShardName,
    /// How serious the house's money is: where it is not, its clock need not be the world's.
    pub mode: Mode,
}

/// For each slot the shard that it went to; `None` for one whose shows are opened here.
pub type Slots = Vec<Option<ShardName>>;

/// Slots of a database.
pub trait SlotStore: Send + Sync {
    /// Tells one database from another, by whatever address it is reached.
    fn database(&self) -> Later<'_, String>;
    /// Whether it is blank: nothing of a house was ever in it. A server that goes on with a database
    /// can find another one under its address.
    fn is_blank(&self) -> Later<'_, bool>;
    /// Which shard it is; `None` for one that was never any.
    fn identity(&self) -> Later<'_, Option<Identity>>;
    /// Makes it a shard with the slots that `slots` leaves to it, unless it is one; answers with
    /// what it is.
    fn found(&self, identity: Identity, slots: Slots) -> Later<'_, Identity>;
    /// Where shows of each slot are opened, by this database's word.
    fn slots(&self) -> Later<'_, Slots>;
    /// Opens no more shows of a slot here: `to` has it from now on.
    fn give(&self, slot: u16, to: ShardName) -> Later<'_, ()>;
    /// Opens shows of a slot here.
    fn take(&self, slot: u16) -> Later<'_, ()>;
}

/// A file: it has all slots, and is nobody's shard.
#[derive(Clone, Debug)]
pub(crate) struct NoSlots;

impl SlotStore for NoSlots {
    fn database(&self) -> Later<'_, String> {
        Box::pin(std::future::ready(Ok(String::new())))
    }

    fn is_blank(&self) -> Later<'_, bool> {
        Box::pin(std::future::ready(Ok(false)))
    }

    fn identity(&self) -> Later<'_, Option<Identity>> {
        Box::pin(std::future::ready(Ok(None)))
    }

    fn found(&self, _: Identity, _: Slots) -> Later<'_, Identity> {
        no_shard()
    }

    fn slots(&self) -> Later<'_, Slots> {
        let all = vec![None; usize::from(houseful_core::code::SLOTS)];
        Box::pin(std::future::ready(Ok(all)))
    }

    fn give(&self, _: u16, _: ShardName) -> Later<'_, ()> {
        no_shard()
    }

    fn take(&self, _: u16) -> Later<'_, ()> {
        no_shard()
    }
}

fn no_shard<T: Send + 'static>() -> Later<'static, T> {
    let why = "a file can't be a shard".to_owned();
    Box::pin(std::future::ready(Err(StoreError::Unwritable(why))))
}

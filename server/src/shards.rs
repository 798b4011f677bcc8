//! Shows are spread over databases by slot. A show lives in exactly one of them; where that is, the
//! configuration says first, and the show's own journal last: one that was left behind names the
//! shard it went to, and whoever asks follows.

mod lanes;
mod map;

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use houseful_core::ids::{ShardName, ShowId};

pub use lanes::Lanes;
pub use map::{SlotMap, SlotMapError};

/// Where shows live, as far as this server knows. It may be behind, never wrong for long: a
/// journal that was left behind refuses every command and says where to ask.
#[derive(Clone, Debug)]
pub struct Homes {
    map: Arc<SlotMap>,
    /// Shows that are not where the map says, learned from the journals they left.
    moved: Arc<RwLock<HashMap<ShowId, usize>>>,
}

impl Homes {
    /// As the configuration has it.
    #[must_use]
    pub fn new(map: SlotMap) -> Self {
        Self {
            map: Arc::new(map),
            moved: Arc::default(),
        }
    }

    /// The map of the configuration.
    #[must_use]
    pub fn map(&self) -> &SlotMap {
        &self.map
    }

    /// The number of the shard to ask for a show.
    #[must_use]
    pub fn of(&self, show: ShowId) -> usize {
        let moved = self.moved.read().unwrap_or_else(PoisonError::into_inner);
        moved
            .get(&show)
            .copied()
            .unwrap_or_else(|| self.map.shard_of(show))
    }

    /// Writes down where a show went, and its number there; `None` for a shard that is not
    /// configured here.
    pub fn follow(&self, show: ShowId, to: &ShardName) -> Option<usize> {
        let shard = self.map.number_of(to)?;
        let mut moved = self.moved.write().unwrap_or_else(PoisonError::into_inner);
        if self.map.shard_of(show) == shard {
            moved.remove(&show);
        } else {
            moved.insert(show, shard);
        }
        Some(shard)
    }
}

//! Where shows live, as far as this server knows.

use std::{
    collections::HashMap,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
};

use houseful_core::{
    code::slot_of,
    ids::{ShardName, ShowId},
};

use super::SlotMap;

/// Where shows live, as far as this server knows; clones share it. It may be behind, never wrong
/// for long: a journal that was left behind refuses every command and says where to ask.
#[derive(Clone, Debug)]
pub struct Homes {
    map: Arc<SlotMap>,
    known: Arc<RwLock<Known>>,
    /// By number of the shard: whether nobody may ask there.
    shut: Arc<[AtomicBool]>,
}

#[derive(Debug)]
struct Known {
    /// By slot, the number of the shard.
    slots: Vec<usize>,
    /// Shows that are not where their slot is, learned from the journals they left.
    moved: HashMap<ShowId, usize>,
}

impl Homes {
    /// As the configuration has it.
    #[must_use]
    pub fn new(map: SlotMap) -> Self {
        let known = Known {
            slots: map.shards_by_slot().to_vec(),
            moved: HashMap::new(),
        };
        Self {
            shut: map.names().iter().map(|_| AtomicBool::default()).collect(),
            map: Arc::new(map),
            known: Arc::new(RwLock::new(known)),
        }
    }

    /// The map of the configuration.
    #[must_use]
    pub fn map(&self) -> &SlotMap {
        &self.map
    }

    /// Has nobody ask a shard, because its database is another one than the house's; or has it asked
    /// again.
    pub fn shut(&self, shard: usize, is_shut: bool) {
        if let Some(shut) = self.shut.get(shard) {
            shut.store(is_shut, Ordering::Release);
        }
    }

    /// Whether nobody may ask a shard.
    #[must_use]
    pub fn is_shut(&self, shard: usize) -> bool {
        let shut = self.shut.get(shard);
        shut.is_some_and(|shut| shut.load(Ordering::Acquire))
    }

    /// The number of the shard to ask for a show.
    #[must_use]
    pub fn of(&self, show: ShowId) -> usize {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let moved = known.moved.get(&show).copied();
        moved.unwrap_or_else(|| known.of_slot(slot_of(show)))
    }

    /// The number of the shard that a slot is in.
    #[must_use]
    pub fn of_slot(&self, slot: u16) -> usize {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.of_slot(slot)
    }

    /// Writes down where a show went, and its number there; `None` for a shard that is not
    /// configured here.
    #[must_use]
    pub fn follow(&self, show: ShowId, to: &ShardName) -> Option<usize> {
        let shard = self.map.number_of(to)?;
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if known.of_slot(slot_of(show)) == shard {
            known.moved.remove(&show);
        } else {
            known.moved.insert(show, shard);
        }
        Some(shard)
    }

    /// Takes down that a slot is in a shard with all its shows; whether that is news.
    pub fn settle(&self, slot: u16, shard: usize) -> bool {
        {
            let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
            if known.of_slot(slot) == shard {
                return false;
            }
        }
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(of) = known.slots.get_mut(usize::from(slot)) {
            *of = shard;
        }
        known.moved.retain(|show, _| slot_of(*show) != slot);
        true
    }
}

impl Known {
    fn of_slot(&self, slot: u16) -> usize {
        // A slot is less than 1,024, and there is a shard for each.
        self.slots
            .get(usize::from(slot))
            .copied()
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_show_is_followed_until_its_whole_slot_has_moved() {
        let name = |text: &str| text.parse::<ShardName>().expect("a name");
        let map = SlotMap::read(&[(name("north"), "0-1023"), (name("south"), "")]);
        let homes = Homes::new(map.expect("a map"));
        let show = ShowId(1042);
        assert_eq!(homes.of(show), 0);
        assert_eq!(homes.follow(show, &name("west")), None);
        assert_eq!(homes.follow(show, &name("south")), Some(1));
        assert_eq!((homes.of(show), homes.of_slot(slot_of(show))), (1, 0));
        assert!(homes.settle(slot_of(show), 1));
        assert!(!homes.settle(slot_of(show), 1), "no news");
        assert_eq!((homes.of(show), homes.of_slot(slot_of(show))), (1, 1));
        assert_eq!(homes.follow(show, &name("north")), Some(0));
        assert_eq!(homes.of(show), 0, "a show may be ahead of its slot");
        assert_eq!(homes.map().shard_of(show), 0, "the configuration stays");
    }
}

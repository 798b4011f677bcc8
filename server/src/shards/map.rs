//! Which slots are in which shard, as in `0-511` or `0-255, 700`.

use std::fmt::Write;

use houseful_core::{
    code::{SLOTS, slot_of},
    ids::{ShardName, ShowId},
};

/// Each slot's shard. Every slot has exactly one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlotMap {
    names: Vec<ShardName>,
    /// By slot, the number of the shard.
    of: Vec<usize>,
}

/// Why slots can't be spread like that.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SlotMapError {
    /// No shard at all.
    #[error("no shard is named")]
    NoShard,
    /// Two shards of one name.
    #[error("the shard {0} is named twice")]
    NamedTwice(ShardName),
    /// Not a list of slots.
    #[error(
        "`{given}` of shard {shard} is no list of slots; write `0-511` or `0-255, 700`, up to 1023"
    )]
    NotSlots {
        /// Of which shard.
        shard: ShardName,
        /// What came instead.
        given: String,
    },
    /// A slot in two shards.
    #[error("slot {slot} is in the shards {one} and {other}")]
    Twice {
        /// Which.
        slot: u16,
        /// The shard that was named first.
        one: ShardName,
        /// The other.
        other: ShardName,
    },
    /// A slot in none.
    #[error("slot {0} is in no shard; the slots are 0 to 1023")]
    Nowhere(u16),
}

impl SlotMap {
    /// All slots in one shard, which needs no name: nothing ever goes elsewhere.
    #[must_use]
    pub fn unnamed() -> Self {
        Self {
            names: Vec::new(),
            of: vec![0; usize::from(SLOTS)],
        }
    }

    /// Reads each shard's slots.
    ///
    /// # Errors
    /// See [`SlotMapError`]: what is not exactly one shard for each slot.
    pub fn read(shards: &[(ShardName, &str)]) -> Result<Self, SlotMapError> {
        if shards.is_empty() {
            return Err(SlotMapError::NoShard);
        }
        let names: Vec<ShardName> = shards.iter().map(|(name, _)| name.clone()).collect();
        let mut of: Vec<Option<usize>> = vec![None; usize::from(SLOTS)];
        for (number, (shard, given)) in shards.iter().enumerate() {
            if names[..number].contains(shard) {
                return Err(SlotMapError::NamedTwice(shard.clone()));
            }
            let slots = slots(given).ok_or_else(|| SlotMapError::NotSlots {
                shard: shard.clone(),
                given: houseful_core::text::shown(given, 80),
            })?;
            for slot in slots {
                let place = &mut of[usize::from(slot)];
                if let Some(one) = place.replace(number) {
                    return Err(SlotMapError::Twice {
                        slot,
                        one: names[one].clone(),
                        other: shard.clone(),
                    });
                }
            }
        }
        let of = (0..SLOTS)
            .zip(of)
            .map(|(slot, shard)| shard.ok_or(SlotMapError::Nowhere(slot)))
            .collect::<Result<_, _>>()?;
        Ok(Self { names, of })
    }

    /// The number of each slot's shard.
    #[must_use]
    pub fn shards_by_slot(&self) -> &[usize] {
        &self.of
    }

    /// The shards' names, in the order of the configuration.
    #[must_use]
    pub fn names(&self) -> &[ShardName] {
        &self.names
    }

    /// The number of the shard that a show's slot is in.
    #[must_use]
    pub fn shard_of(&self, show: ShowId) -> usize {
        self.shard_of_slot(slot_of(show))
    }

    /// The number of the shard that a slot is in.
    #[must_use]
    pub fn shard_of_slot(&self, slot: u16) -> usize {
        // A slot is less than 1,024, and there is a shard for each.
        self.of.get(usize::from(slot)).copied().unwrap_or_default()
    }

    /// The number of a shard by name.
    #[must_use]
    pub fn number_of(&self, name: &ShardName) -> Option<usize> {
        self.names.iter().position(|known| known == name)
    }

    /// A shard's slots as they are written in the configuration.
    #[must_use]
    pub fn slots_of(&self, shard: usize) -> String {
        slots_text(|slot| self.shard_of_slot(slot) == shard)
    }
}

/// The slots that something is true of, as they are written in the configuration.
#[must_use]
pub fn slots_text(is_one: impl Fn(u16) -> bool) -> String {
    let mut out = String::new();
    let mut from = None;
    for slot in 0..=SLOTS {
        match (from, slot < SLOTS && is_one(slot)) {
            (None, true) => from = Some(slot),
            (Some(first), false) => {
                let comma = if out.is_empty() { "" } else { ", " };
                // Writing to a String cannot fail.
                let _ = match slot - first {
                    1 => write!(out, "{comma}{first}"),
                    _ => write!(out, "{comma}{first}-{}", slot - 1),
                };
                from = None;
            }
            _ => {}
        }
    }
    out
}

/// Reads `0-255, 700`; nothing for a shard that waits for its first slot.
fn slots(text: &str) -> Option<Vec<u16>> {
    if text.trim().is_empty() {
        return Some(Vec::new());
    }
    let slot = |text: &str| -> Option<u16> {
        let slot = text.trim().parse().ok()?;
        (slot < SLOTS).then_some(slot)
    };
    let mut all = Vec::new();
    for part in text.split(',') {
        let (first, last) = match part.split_once('-') {
            Some((first, last)) => (slot(first)?, slot(last)?),
            None => (slot(part)?, slot(part)?),
        };
        if first > last {
            return None;
        }
        all.extend(first..=last);
    }
    Some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> ShardName {
        text.parse().expect("a name")
    }

    fn read(shards: &[(&str, &str)]) -> Result<SlotMap, SlotMapError> {
        let shards: Vec<_> = shards.iter().map(|(n, s)| (name(n), *s)).collect();
        SlotMap::read(&shards)
    }

    #[test]
    fn each_slot_has_one_shard() {
        let map = read(&[("north", "0-511, 700"), ("south", "512-699,701-1023")]).expect("a map");
        for (slot, shard) in [(0, 0), (511, 0), (512, 1), (699, 1), (700, 0), (1023, 1)] {
            assert_eq!(map.shard_of_slot(slot), shard, "{slot}");
        }
        assert_eq!(map.slots_of(0), "0-511, 700");
        assert_eq!(map.slots_of(1), "512-699, 701-1023");
        assert_eq!(map.number_of(&name("south")), Some(1));
        assert_eq!(map.number_of(&name("west")), None);
        let show = ShowId(1042);
        assert_eq!(map.shard_of(show), map.shard_of_slot(slot_of(show)));
        assert_eq!(SlotMap::unnamed().slots_of(0), "0-1023");
        let map = read(&[("north", "0-1023"), ("new", " ")]).expect("a map");
        assert_eq!(
            (map.slots_of(0).as_str(), map.slots_of(1).as_str()),
            ("0-1023", "")
        );
    }

    #[test]
    fn what_is_no_map_is_told() {
        let all = "0-1023";
        assert_eq!(read(&[]), Err(SlotMapError::NoShard));
        let twice = read(&[("n", all), ("n", all)]);
        assert_eq!(twice, Err(SlotMapError::NamedTwice(name("n"))));
        assert_eq!(read(&[("n", "0-1022")]), Err(SlotMapError::Nowhere(1023)));
        let both = read(&[("n", all), ("s", "7")]);
        let (one, other) = (name("n"), name("s"));
        assert_eq!(
            both,
            Err(SlotMapError::Twice {
                slot: 7,
                one,
                other
            })
        );
        assert_eq!(read(&[("n", "")]), Err(SlotMapError::Nowhere(0)));
        for bad in [",", "0-1024", "5-3", "a", "0,,1", "-1", "0-", "0 1"] {
            let refused = read(&[("n", bad)]);
            assert!(
                matches!(refused, Err(SlotMapError::NotSlots { .. })),
                "{bad}"
            );
        }
    }
}

//! Which shard has which slot, by what the databases say: each knows which slots it gave away.

use std::{
    collections::{BTreeMap, BTreeSet},
    convert::Infallible,
    time::Duration,
};

use futures_util::future::join_all;
use houseful_core::{code::SLOTS, ids::ShardName};
use tokio::time::timeout;

use super::{Homes, Journals, Slots, Standing, TheHouse, Watch, slots_text};
use crate::{clock::Clock, store::StoreError};

/// How often the databases are asked, in milliseconds of real time.
const LOOK_MS: u64 = 2_000;
/// The longest that one of them may take to answer.
const ANSWER_MAX: Duration = Duration::from_secs(2);

/// What some shards say of the slots, by the shard's number.
#[derive(Clone, Debug, Default)]
pub struct Claims(BTreeMap<usize, Slots>);

/// Who opens the shows of each slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owners {
    /// By slot: the shard that says it has it. Nobody has a slot that is on its way, or that is in a
    /// shard that was not asked.
    pub of: Vec<Option<usize>>,
    /// The first slot that two shards say they have, and those: of each two one.
    pub twice: Vec<(u16, usize, usize)>,
    /// Who was heard.
    pub heard: BTreeSet<usize>,
}

impl Claims {
    /// Takes down what a shard says.
    pub fn add(&mut self, shard: usize, slots: Slots) {
        self.0.insert(shard, slots);
    }

    /// Whether a shard says that a slot is its own.
    #[must_use]
    pub fn has(&self, shard: usize, slot: u16) -> bool {
        let slots = self.0.get(&shard);
        slots.is_some_and(|slots| matches!(slots.get(usize::from(slot)), Some(None)))
    }

    /// Whether nobody said anything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The shards that a slot went to, by what the others say.
    pub fn left_to(&self, slot: u16) -> impl Iterator<Item = &ShardName> {
        let all = self.0.values();
        all.filter_map(move |slots| slots.get(usize::from(slot))?.as_ref())
    }

    /// Whether a shard says that some slot went to this one.
    #[must_use]
    pub fn names(&self, shard: &ShardName) -> bool {
        let mut all = self.0.values().flatten();
        all.any(|to| to.as_ref() == Some(shard))
    }

    /// What that comes to.
    #[must_use]
    pub fn owners(&self) -> Owners {
        let mut twice: Vec<(u16, usize, usize)> = Vec::new();
        let of = (0..SLOTS).map(|slot| {
            let mut claim = self
                .0
                .keys()
                .copied()
                .filter(|shard| self.has(*shard, slot));
            let one = claim.next()?;
            for other in claim {
                if !twice.iter().any(|(_, a, b)| (*a, *b) == (one, other)) {
                    twice.push((slot, one, other));
                }
            }
            Some(one)
        });
        let of = of.collect();
        let heard = self.0.keys().copied().collect();
        Owners { of, twice, heard }
    }
}

impl Owners {
    /// Has shows asked for where their slots are; says what is news. A slot is where it was known to be
    /// until the shard there was heard and says that it has left: another one that claims it may have
    /// been put back to a copy from before.
    pub(super) fn settle(&self, homes: &Homes) -> Vec<(u16, usize)> {
        if !self.twice.is_empty() {
            // Nobody knows which of them; where shows are known to be they stay.
            return Vec::new();
        }
        let owned = (0..SLOTS).zip(&self.of);
        let owned = owned.filter_map(|(slot, shard)| Some((slot, (*shard)?)));
        owned
            .filter(|(slot, _)| self.heard.contains(&homes.of_slot(*slot)))
            .filter(|(slot, shard)| homes.settle(*slot, *shard))
            .collect()
    }
}

/// Says where the databases have other slots than the configuration gives them: it is time to
/// write that down.
pub(super) fn compare(homes: &Homes) {
    let map = homes.map();
    for (shard, name) in map.names().iter().enumerate() {
        let has = slots_text(|slot| homes.of_slot(slot) == shard);
        let written = map.slots_of(shard);
        if has != written {
            tracing::warn!(
                %name, has, written,
                "a shard has other slots than its line says: slots were moved since; write them down"
            );
        }
    }
}

/// Asks all shards again and again which slots they have, and takes down how they stand.
pub(crate) async fn follow(
    homes: Homes,
    (journals, watch, house): (Journals, Watch, TheHouse),
    clock: Clock,
) -> Infallible {
    let name = |shard: usize| homes.map().names().get(shard);
    loop {
        clock.rest_real(LOOK_MS).await;
        let asked = (0..homes.map().names().len()).map(async |shard| {
            // Whoever tries to reach one that is away says how it stands.
            let books = journals.taken_in(shard)?;
            let shard_name = name(shard)?;
            let asked = async {
                Ok::<_, StoreError>(match house.has(shard_name, books).await? {
                    Ok(()) => Ok(books.slots.slots().await?),
                    Err(another) => Err(another),
                })
            };
            let why = match timeout(ANSWER_MAX, asked).await {
                Ok(Ok(Ok(slots))) => {
                    homes.shut(shard, false);
                    watch.note(shard, Standing::InUse);
                    return Some((shard, slots));
                }
                Ok(Ok(Err(another))) => {
                    homes.shut(shard, true);
                    watch.note(shard, Standing::Refused(another.to_string()));
                    return None;
                }
                Ok(Err(error)) => error.to_string(),
                Err(_) => "it does not say which slots it has".to_owned(),
            };
            watch.note(shard, Standing::Away(why));
            None
        });
        let mut claims = Claims::default();
        for (shard, slots) in join_all(asked).await.into_iter().flatten() {
            claims.add(shard, slots);
        }
        let owners = claims.owners();
        watch.claimed_twice(&owners.twice, &owners.heard);
        for (slot, shard) in owners.settle(&homes) {
            tracing::info!(
                slot,
                to = name(shard).map(ShardName::as_str),
                "a slot has moved"
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shards::SlotMap;

    fn name(text: &str) -> ShardName {
        text.parse().expect("a name")
    }

    #[test]
    fn a_slot_is_where_one_shard_says_it_is() {
        let map = SlotMap::read(&[(name("north"), "0-1022"), (name("south"), "1023")]);
        let homes = Homes::new(map.expect("a map"));
        let (mut north, mut south) = (vec![None; 1024], vec![Some(name("north")); 1024]);
        (north[1023], south[1023]) = (Some(name("south")), None);
        let claims = |north: &Slots, south: &Slots| {
            let mut claims = Claims::default();
            claims.add(0, north.clone());
            claims.add(1, south.clone());
            claims.owners()
        };
        assert_eq!(claims(&north, &south).settle(&homes), []);
        // On its way it is nobody's, and asked for where it was.
        north[7] = Some(name("south"));
        assert_eq!(claims(&north, &south).of[7], None);
        assert_eq!(claims(&north, &south).settle(&homes), []);
        south[7] = None;
        assert_eq!(claims(&north, &south).settle(&homes), [(7, 1)]);
        assert_eq!(homes.of_slot(7), 1);
        // Who claims one that is known elsewhere is not believed alone.
        let mut alone = Claims::default();
        alone.add(0, vec![None; 1024]);
        assert_eq!(alone.owners().settle(&homes), []);
        assert_eq!(homes.of_slot(7), 1);
        // What two say is believed of neither.
        (north[7], north[9], south[9]) = (None, None, None);
        let owners = claims(&north, &south);
        assert_eq!(owners.twice, [(7, 0, 1)]);
        assert_eq!(owners.settle(&homes), []);
        assert_eq!(homes.of_slot(7), 1);
    }
}

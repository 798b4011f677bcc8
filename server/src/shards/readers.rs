//! The replicas of all shards as one: whoever looks at a show gets to those of its shard.

use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock},
};

use houseful_core::ids::ShowId;

use super::Homes;
use crate::replicas::Replicas;

/// A way to the replicas of all shards; clones share it. A shard without replicas is read at its
/// primary.
#[derive(Clone, Debug)]
pub struct Readers {
    /// By number of the shard.
    shards: Arc<[OnceLock<Replicas>]>,
    /// Those of the house's own database, where that is no shard.
    home: Arc<OnceLock<Replicas>>,
    homes: Homes,
}

impl Readers {
    /// Room for the replicas of each shard of `homes`, in its order.
    #[must_use]
    pub fn new(homes: Homes) -> Self {
        // The only shard of a house has no name.
        let count = homes.map().names().len().max(1);
        Self {
            shards: std::iter::repeat_with(OnceLock::new).take(count).collect(),
            home: Arc::default(),
            homes,
        }
    }

    /// Takes in the replicas of a shard. They are named once: a second set is dropped.
    pub fn add(&self, shard: usize, replicas: Replicas) {
        if let Some(place) = self.shards.get(shard) {
            let _ = place.set(replicas);
        }
    }

    /// Takes in the replicas of the house's own database, which has the catalogue.
    pub fn add_home(&self, replicas: Replicas) {
        let _ = self.home.set(replicas);
    }

    /// The replicas of a shard.
    #[must_use]
    pub fn at(&self, shard: usize) -> Option<&Replicas> {
        self.shards.get(shard).and_then(OnceLock::get)
    }

    /// The replicas of the database where the catalogue is.
    #[must_use]
    pub fn home(&self) -> Option<&Replicas> {
        if self.homes.map().names().is_empty() {
            return self.at(0);
        }
        self.home.get()
    }

    /// The replicas that have a show.
    #[must_use]
    pub fn of(&self, show: ShowId) -> Option<&Replicas> {
        self.at(self.homes.of(show))
    }

    /// All of them, in the order of the shards, those of the house's own database last.
    pub fn all(&self) -> impl Iterator<Item = &Replicas> {
        let shards = self.shards.iter().filter_map(OnceLock::get);
        shards.chain(self.home.get())
    }

    /// These shows, shard by shard.
    pub(crate) fn by_shard(
        &self,
        shows: impl Iterator<Item = ShowId>,
    ) -> BTreeMap<usize, Vec<ShowId>> {
        let mut by_shard: BTreeMap<usize, Vec<ShowId>> = BTreeMap::new();
        for show in shows {
            by_shard.entry(self.homes.of(show)).or_default().push(show);
        }
        by_shard
    }

    /// Brings the pictures of these shows of a shard up to date. Gives those that no replica could
    /// tell of.
    pub(crate) async fn refresh(&self, shard: usize, shows: Vec<ShowId>) -> Vec<ShowId> {
        match self.at(shard) {
            Some(replicas) => replicas.refresh(shows).await,
            None => shows,
        }
    }
}

//! The lanes of all shards as one: whoever asks for a show gets to the lane of its shard, also
//! when it has moved since this server was told.

use std::{
    collections::BTreeSet,
    sync::{Arc, OnceLock},
    time::Duration,
};

use futures_util::future::select_ok;
use houseful_core::{
    ids::{ShardName, ShowId},
    refusal::Refusal,
    show::{Command, ShowState},
    time::UtcMillis,
};

use super::{Homes, SlotMap};
use crate::lane::{Answer, Lane, LaneError};

/// How long whoever asks waits between two looks for a show that left one shard and has not arrived
/// in the other, in milliseconds of real time, and how many looks that are at most.
const MOVING_MS: u64 = 50;
const MOVING_MAX: u32 = 60;

/// A way to the lanes of all shards; clones share it.
#[derive(Clone, Debug)]
pub struct Lanes {
    /// By number of the shard; nothing for one that could not be reached yet.
    lanes: Arc<[OnceLock<Lane>]>,
    homes: Homes,
}

/// The lane of the only shard.
impl From<Lane> for Lanes {
    fn from(lane: Lane) -> Self {
        let homes = Homes::new(SlotMap::unnamed());
        let lanes = [OnceLock::from(lane)];
        Self {
            lanes: lanes.into(),
            homes,
        }
    }
}

impl Lanes {
    /// Room for one lane for each shard of `homes`, in its order.
    #[must_use]
    pub fn new(homes: Homes) -> Self {
        let lanes = homes.map().names().iter().map(|_| OnceLock::new());
        Self {
            lanes: lanes.collect(),
            homes,
        }
    }

    /// Takes in the lane of a shard. There is one for each: a second one is dropped.
    pub fn add(&self, shard: usize, lane: Lane) {
        if let Some(place) = self.lanes.get(shard) {
            let _ = place.set(lane);
        }
    }

    /// Where shows live.
    #[must_use]
    pub fn homes(&self) -> &Homes {
        &self.homes
    }

    /// Has a command decided and committed where its show lives; see [`Lane::ask`].
    ///
    /// # Errors
    /// As [`Lane::ask`]; [`LaneError::Busy`] for a show whose shard can't be reached, that is being
    /// moved for longer than anybody waits, or that went to a shard that is not configured here.
    pub async fn ask(&self, show: ShowId, command: Command) -> Result<Answer, LaneError> {
        let mut way = Way::new(self, show);
        loop {
            match way.lane()?.ask(show, command.clone()).await {
                Err(LaneError::Refused {
                    refusal: Refusal::ShowMoved { to },
                    ..
                }) => way.follow(&to).await?,
                answer => return answer,
            }
        }
    }

    /// Looks at a show as of its last commit, where it lives; see [`Lane::read`].
    ///
    /// # Errors
    /// As [`Lane::read`] and [`Lanes::ask`].
    pub async fn read<T: Send + 'static>(
        &self,
        show: ShowId,
        read: impl FnOnce(&ShowState, u64, UtcMillis) -> T + Send + 'static,
    ) -> Result<T, LaneError> {
        let mut way = Way::new(self, show);
        let mut read = read;
        loop {
            let look = move |state: &ShowState, tip: u64, now: UtcMillis| match state.moved_to() {
                Some(to) => Err((to.clone(), read)),
                None => Ok(read(state, tip, now)),
            };
            match way.lane()?.read(show, look).await? {
                Ok(seen) => return Ok(seen),
                Err((to, unused)) => {
                    read = unused;
                    way.follow(&to).await?;
                }
            }
        }
    }

    /// Has a show's picture brought up to date where it lives; see [`Lane::refresh`]. One that has
    /// moved is found with the next call.
    ///
    /// # Errors
    /// There is too much to do, or its shard can't be reached.
    pub(crate) fn refresh(&self, show: ShowId, within: Duration) -> Result<(), LaneError> {
        let homes = self.homes.clone();
        let lane = self.lane(homes.of(show))?;
        lane.refresh(show, within, move |state| {
            if let Some(to) = state.moved_to() {
                let _ = homes.follow(state.show(), to);
            }
        })
    }

    /// Answers if a lane does: a shard that can't be reached keeps nobody from the shows of others.
    ///
    /// # Errors
    /// None does.
    pub async fn answer(&self) -> Result<(), LaneError> {
        let asked = self.lanes.iter().filter_map(OnceLock::get).map(|lane| {
            Box::pin(async move {
                // No show has the number 0; an answer of any kind shows that the lane runs.
                match lane.read(ShowId(0), |_, _, _| ()).await {
                    Ok(()) | Err(LaneError::NoSuchShow) => Ok(()),
                    Err(error) => Err(error),
                }
            })
        });
        let asked: Vec<_> = asked.collect();
        if asked.is_empty() {
            return Err(LaneError::Busy);
        }
        select_ok(asked).await.map(drop)
    }

    /// Whether the shard that a show is in could be reached, if ever.
    #[must_use]
    pub fn reaches(&self, show: ShowId) -> bool {
        self.lane(self.homes.of(show)).is_ok()
    }

    /// Waits until everything that was asked is answered.
    pub async fn idle(&self) {
        for lane in self.lanes.iter().filter_map(OnceLock::get) {
            lane.idle().await;
        }
    }

    fn lane(&self, shard: usize) -> Result<&Lane, LaneError> {
        let lane = self.lanes.get(shard).and_then(OnceLock::get);
        let lane = lane.filter(|_| !self.homes.is_shut(shard));
        lane.ok_or(LaneError::Busy)
    }
}

/// The way to a show, from where it is thought to live to where it does.
struct Way<'a> {
    lanes: &'a Lanes,
    show: ShowId,
    shard: usize,
    /// Shards that have said that it is elsewhere.
    left: BTreeSet<usize>,
    waited: u32,
}

impl<'a> Way<'a> {
    fn new(lanes: &'a Lanes, show: ShowId) -> Self {
        Self {
            lanes,
            show,
            shard: lanes.homes.of(show),
            left: BTreeSet::new(),
            waited: 0,
        }
    }

    fn lane(&self) -> Result<&'a Lane, LaneError> {
        self.lanes.lane(self.shard)
    }

    /// Goes where a shard has sent us. A show that all of them say is elsewhere is between two: its
    /// journal is being copied, which takes a moment.
    async fn follow(&mut self, to: &ShardName) -> Result<(), LaneError> {
        let lane = self.lane()?;
        self.left.insert(self.shard);
        let Some(shard) = self.lanes.homes.follow(self.show, to) else {
            tracing::error!(show.id = %self.show, shard = %to, "a show went to a shard that is not configured here");
            return Err(LaneError::Busy);
        };
        self.shard = shard;
        if self.left.contains(&shard) {
            if self.waited == MOVING_MAX {
                return Err(LaneError::Busy);
            }
            self.waited += 1;
            self.left.clear();
            lane.clock().rest_real(MOVING_MS).await;
        }
        Ok(())
    }
}

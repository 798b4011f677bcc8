//! The lanes of all shards as one: whoever asks for a show gets to the lane of its shard, also
//! when it has moved since this server was told.

use std::sync::Arc;

use houseful_core::{
    ids::{ShardName, ShowId},
    refusal::Refusal,
    show::{Command, ShowState},
    time::UtcMillis,
};

use super::Homes;
use crate::lane::{Answer, Lane, LaneError};

/// How often a show that moves on and on is followed before the asker is told to come back.
const HOPS_MAX: usize = 4;

/// A way to the lanes of all shards; clones share it.
#[derive(Clone, Debug)]
pub struct Lanes {
    /// By number of the shard.
    lanes: Arc<[Lane]>,
    homes: Homes,
}

impl Lanes {
    /// One lane for each shard of `homes`, in its order.
    #[must_use]
    pub fn new(lanes: Vec<Lane>, homes: Homes) -> Self {
        Self {
            lanes: lanes.into(),
            homes,
        }
    }

    /// Has a command decided and committed where its show lives; see [`Lane::ask`].
    ///
    /// # Errors
    /// As [`Lane::ask`]; [`LaneError::Busy`] for a show that is being moved or went to a shard
    /// that is not configured here.
    pub async fn ask(&self, show: ShowId, command: Command) -> Result<Answer, LaneError> {
        let mut shard = self.homes.of(show);
        for _ in 0..HOPS_MAX {
            match self.lane(shard)?.ask(show, command.clone()).await {
                Err(LaneError::Refused {
                    refusal: Refusal::ShowMoved { to },
                    ..
                }) => shard = self.follow(show, &to)?,
                answer => return answer,
            }
        }
        Err(LaneError::Busy)
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
        let mut shard = self.homes.of(show);
        let mut read = read;
        for _ in 0..HOPS_MAX {
            let look = move |state: &ShowState, tip: u64, now: UtcMillis| match state.moved_to() {
                Some(to) => Err((to.clone(), read)),
                None => Ok(read(state, tip, now)),
            };
            match self.lane(shard)?.read(show, look).await? {
                Ok(seen) => return Ok(seen),
                Err((to, unused)) => {
                    read = unused;
                    shard = self.follow(show, &to)?;
                }
            }
        }
        Err(LaneError::Busy)
    }

    /// Waits until everything that was asked is answered.
    pub async fn idle(&self) {
        for lane in self.lanes.iter() {
            lane.idle().await;
        }
    }

    fn lane(&self, shard: usize) -> Result<&Lane, LaneError> {
        self.lanes.get(shard).ok_or(LaneError::Busy)
    }

    fn follow(&self, show: ShowId, to: &ShardName) -> Result<usize, LaneError> {
        self.homes.follow(show, to).ok_or_else(|| {
            tracing::error!(show.id = %show, shard = %to, "a show went to a shard that is not configured here");
            LaneError::Busy
        })
    }
}

//! The replicas of one primary together: which is asked next, how old each one is, what is wrong
//! with those that are left out.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use houseful_core::wire::admin::ReplicaStatus;
use tokio::time::timeout;

use super::{
    READ_STALE,
    beats::{AsOf, Beat, Beats},
    members::{Members, State},
    source::{Primary, Reading, Source},
};
use crate::{clock::Clock, store::Later};

/// How long a replica may take over what takes no time: there are others.
pub(super) const PATIENCE: Duration = Duration::from_secs(1);

/// The replicas, and what is known of them.
pub(super) struct Circle {
    primary: Arc<dyn Primary>,
    sources: Vec<Arc<dyn Source>>,
    members: Mutex<Members>,
    beats: Mutex<Beats>,
}

impl Circle {
    pub(super) fn new(
        primary: Arc<dyn Primary>,
        shard: Option<&str>,
        sources: Vec<Arc<dyn Source>>,
    ) -> Self {
        let names = sources.iter().map(|source| source.name().to_owned());
        Self {
            members: Mutex::new(Members::new(shard, names)),
            beats: Mutex::default(),
            primary,
            sources,
        }
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.sources.iter().map(|source| source.name())
    }

    /// The replica whose turn it is among those that are read from, these left out.
    pub(super) fn next(&self, tried: &[usize]) -> Option<usize> {
        self.members().next(tried)
    }

    pub(super) fn in_use(&self) -> bool {
        self.members().in_use() > 0
    }

    pub(super) fn source(&self, n: usize) -> Option<&dyn Source> {
        self.sources.get(n).map(AsRef::as_ref)
    }

    /// Begins to read at a replica; one that does not let anybody is left out.
    pub(super) async fn begin(&self, n: usize) -> Result<Box<dyn Reading>, ()> {
        let Some(source) = self.source(n) else {
            return Err(());
        };
        let begun = timeout(PATIENCE, source.begin()).await;
        let begun = begun.unwrap_or_else(|_| Err("does not answer in time".to_owned()));
        begun.map_err(|why| self.failed(n, why))
    }

    /// Waits for something that takes a replica no time.
    pub(super) async fn soon<T>(&self, asked: Later<'_, T>) -> Result<T, String> {
        match timeout(PATIENCE, asked).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => Err(error.to_string()),
            Err(_) => Err("does not answer in time".to_owned()),
        }
    }

    /// Up to when a replica that shows this mark has everything, if that is late enough to be told;
    /// else it is left out.
    pub(super) fn judge(&self, n: usize, beat: Beat) -> Option<Instant> {
        self.judge_at(n, beat, Clock::stopwatch())
    }

    /// The same of something that took from `began` on to be read: that it is older for it says
    /// nothing of the replica.
    pub(super) fn judge_at(&self, n: usize, beat: Beat, began: Instant) -> Option<Instant> {
        let now = Clock::stopwatch();
        let known = self.beats().as_of(beat, now);
        if let AsOf::At(at) = known
            && began.saturating_duration_since(at) <= READ_STALE
            && now.saturating_duration_since(at) > READ_STALE
        {
            return Some(at);
        }
        let is_fresh = |at: Instant| now.saturating_duration_since(at) <= READ_STALE;
        let state = match known {
            AsOf::At(at) if is_fresh(at) => State::InUse(at),
            AsOf::At(at) | AsOf::Before(at) => State::Late(at),
            AsOf::Unknown => State::Out("the primary was not heard yet".to_owned()),
            AsOf::OtherHouse => State::Out("is a replica of another database".to_owned()),
            AsOf::OtherLine => {
                State::Out("is on another branch of history than the primary".to_owned())
            }
        };
        let as_of = match state {
            State::InUse(at) => Some(at),
            State::New | State::Late(_) | State::Out(_) => None,
        };
        self.members().note(n, state, now);
        as_of
    }

    /// Leaves a replica out that did not do what was asked.
    pub(super) fn failed(&self, n: usize, why: String) {
        self.members().note(n, State::Out(why), Clock::stopwatch());
    }

    /// Has the mark moved on, and hears where it stands; whether it did.
    pub(super) async fn pulse(&self) -> bool {
        let asked = Clock::stopwatch();
        match self.primary.pulse().await {
            Ok(pulse) => {
                self.beats().note(pulse, asked);
                true
            }
            // What the primary can't do is said where it is missed.
            Err(error) => {
                tracing::debug!(%error, "the mark can't be moved");
                false
            }
        }
    }

    /// Looks at each replica.
    pub(super) async fn look(&self) {
        let each = (0..self.sources.len()).map(|n| async move {
            let Ok(reading) = self.begin(n).await else {
                return;
            };
            match self.soon(reading.stand(Vec::new())).await {
                Ok((beat, _)) => drop(self.judge(n, beat)),
                Err(why) => self.failed(n, why),
            }
        });
        futures_util::future::join_all(each).await;
    }

    pub(super) fn report(&self, now: Instant) -> Vec<ReplicaStatus> {
        self.members().report(now)
    }

    /// Gives up all connections.
    pub(super) fn close(&self) {
        self.sources.iter().for_each(|source| source.close());
    }

    fn members(&self) -> MutexGuard<'_, Members> {
        self.members.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn beats(&self) -> MutexGuard<'_, Beats> {
        self.beats.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

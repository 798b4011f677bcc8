//! Reading from replicas of one primary: seat maps, live feeds, lists and the catalogue. With them,
//! readers cost the primary nothing but the mark by which the age of each replica is known.
//!
//! Nothing is ever decided from what is read here: the lane does not know this room. A replica that
//! is older than [`READ_STALE`], does not answer, or turns out to be something else is left out and
//! looked at again every second; when none is left everything is read from the primary, and metrics,
//! log and answers say so.

mod beats;
mod circle;
mod copy;
mod members;
mod reader;
mod source;
#[cfg(test)]
mod tests;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use houseful_core::{
    ids::ShowId,
    wire::{admin::ReplicaStatus, seats::Version},
};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

pub use self::{
    beats::{Beat, Pulse},
    source::{Asked, Began, Primary, Reading, Source, Stands},
};
use self::{circle::Circle, reader::Reader};
use crate::{
    catalogue::Kept,
    clock::Clock,
    hub::{Hub, Shown},
    lane::Plans,
    store::{Head, Later},
};

/// Nothing that is older is told from a replica. The lists and the catalogue, which may take long to
/// read, are no older when their reading begins.
pub const READ_STALE: Duration = Duration::from_secs(2);
/// How often the mark moves, in milliseconds of the primary's time, and how often each server asks
/// for it, in milliseconds of real time.
pub const BEAT_MS: u64 = 200;
/// How often each replica is looked at, read from or not, in milliseconds of real time.
const LOOK_MS: u64 = 1_000;

/// Why something was not read from a replica.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotRead {
    /// None will do, or none has come so far: the primary has it.
    Nowhere,
    /// Too many ask at once.
    TooMany,
}

/// The replicas of one primary; clones share them.
#[derive(Clone)]
pub struct Replicas {
    circle: Arc<Circle>,
    reader: Reader,
}

impl std::fmt::Debug for Replicas {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.circle.names()).finish()
    }
}

impl Replicas {
    /// Starts to look after them on the current runtime; pictures go to `hub`. `shard` is what they
    /// are of, where there are several. All that was started ends when `shutdown` is cancelled.
    #[must_use]
    pub fn start(
        primary: Arc<dyn Primary>,
        (shard, sources): (Option<String>, Vec<Arc<dyn Source>>),
        drawn: (Hub, Plans),
        clock: &Clock,
        shutdown: &CancellationToken,
    ) -> (Self, Vec<JoinHandle<()>>) {
        let circle = Arc::new(Circle::new(primary, shard.as_deref(), sources));
        let (reader, reading) = Reader::start(Arc::clone(&circle), drawn, shutdown);
        let keeping = tokio::spawn(keep(Arc::clone(&circle), clock.clone(), shutdown.clone()));
        (Self { circle, reader }, vec![reading, keeping])
    }

    /// Whether any of them is read from now.
    #[must_use]
    pub fn in_use(&self) -> bool {
        self.circle.in_use()
    }

    /// How each of them stands.
    #[must_use]
    pub fn report(&self) -> Vec<ReplicaStatus> {
        self.circle.report(Clock::stopwatch())
    }

    /// A show as a replica has it that is no older than [`READ_STALE`], and has `reached` on its
    /// line.
    pub(crate) async fn look(
        &self,
        show: ShowId,
        reached: Option<Version>,
    ) -> Result<Shown, NotRead> {
        self.reader.look(show, reached).await
    }

    /// Brings the pictures of these shows up to date. Gives those that no replica could tell of.
    pub(crate) async fn refresh(&self, shows: Vec<ShowId>) -> Vec<ShowId> {
        self.reader.refresh(shows).await
    }

    /// All heads, and up to when they have everything; `None` if no replica will do.
    pub(crate) async fn heads(&self) -> Option<(Vec<Head>, Instant)> {
        self.read(|reading| reading.heads()).await
    }

    /// How often the catalogue was written, and up to when that is known; `None` if no replica will
    /// do.
    pub(crate) async fn catalogue_moves(&self) -> Option<(u64, Instant)> {
        self.read(|reading| reading.catalogue_moves()).await
    }

    /// The catalogue, and up to when it has everything; `None` if no replica will do.
    pub(crate) async fn catalogue(&self) -> Option<(Kept, Instant)> {
        let mut tried = Vec::new();
        while let Some(n) = self.circle.next(&tried) {
            tried.push(n);
            let began = Clock::stopwatch();
            match self.circle.source(n)?.catalogue().await {
                Ok((beat, kept)) => {
                    if let Some(as_of) = self.circle.judge_at(n, beat, began) {
                        return Some((kept, as_of));
                    }
                }
                Err(error) => self.circle.failed(n, error.to_string()),
            }
        }
        None
    }

    /// Reads something at the first replica that will do.
    async fn read<T>(
        &self,
        ask: impl for<'a> Fn(&'a dyn Reading) -> Later<'a, (Beat, T)>,
    ) -> Option<(T, Instant)> {
        let mut tried = Vec::new();
        while let Some(n) = self.circle.next(&tried) {
            tried.push(n);
            let Ok(reading) = self.circle.begin(n).await else {
                continue;
            };
            let began = Clock::stopwatch();
            match ask(&*reading).await {
                Ok((beat, found)) => {
                    if let Some(as_of) = self.circle.judge_at(n, beat, began) {
                        return Some((found, as_of));
                    }
                }
                Err(error) => self.circle.failed(n, error.to_string()),
            }
        }
        None
    }
}

/// Has the mark move, and looks at each replica, until it is told to stop.
async fn keep(circle: Arc<Circle>, clock: Clock, shutdown: CancellationToken) {
    let pulse = async {
        loop {
            let is_heard = circle.pulse().await;
            let rest_ms = if is_heard { BEAT_MS } else { LOOK_MS };
            clock.rest_real(rest_ms).await;
        }
    };
    let look = async {
        // The first question to the primary is answered by then, mostly.
        clock.rest_real(BEAT_MS / 4).await;
        loop {
            circle.look().await;
            clock.rest_real(LOOK_MS).await;
        }
    };
    tokio::select! {
        () = shutdown.cancelled() => {}
        () = pulse => {}
        () = look => {}
    }
    circle.close();
}

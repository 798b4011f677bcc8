//! One lane per shard and server: decides per show in memory, commits a batch in one go, answers
//! only after the commit.

mod machine;
mod project;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use houseful_core::{
    best::Relaxed,
    ids::ShowId,
    refusal::Refusal,
    seat::SeatLabel,
    show::{Command, ShowState},
    time::UtcMillis,
    wire::{booking::Booking, seats::Version},
};
use tokio::sync::{mpsc, oneshot};

use self::machine::{Effect, Machine, Seen, Work};
use crate::{
    bus::Bus,
    chance,
    clock::Clock,
    hub::Hub,
    store::{Loaded, Outcome, Store, StoreError},
};

/// How much may wait for the lane before newcomers are told to come back.
const QUEUE: usize = 16_384;
/// How much is taken in before the next batch is decided.
const GULP: usize = 4_096;

/// What came of a command that was not refused.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The show's version that carries it.
    pub version: Version,
    /// Whether something was written; `false` for a repeat and for nothing to do.
    pub fresh: bool,
    /// The booking the command was about.
    pub booking: Option<Booking>,
}

/// What somebody who lost seats may take instead.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NextBest {
    /// By name.
    pub seats: Vec<SeatLabel>,
    /// What gave way.
    pub relaxed: Vec<Relaxed>,
}

/// Why a command was not carried out.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum LaneError {
    /// The rules said no.
    #[error("{refusal}")]
    Refused {
        /// Why.
        refusal: Refusal,
        /// For lost seats: the best that are left.
        next_best: Box<NextBest>,
    },
    /// No such show.
    #[error("there is no such show")]
    NoSuchShow,
    /// The journal can't be read by this program, or its second guard spoke.
    #[error("the show is read-only: {0}")]
    ReadOnly(String),
    /// Not now; nothing was written.
    #[error("too much to do, try again")]
    Busy,
    /// It may or may not have been written; the same command again will tell.
    #[error("the outcome is unknown, send the same request again")]
    Unknown,
}

type Reply = oneshot::Sender<Result<Answer, LaneError>>;

/// A way to the lane; clones share it. The lane ends when the last one is dropped.
#[derive(Clone)]
pub struct Lane {
    tx: mpsc::Sender<(ShowId, Work<Reply>)>,
}

impl std::fmt::Debug for Lane {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Lane")
    }
}

impl Lane {
    /// Starts the lane on the current runtime.
    #[must_use]
    pub fn start(store: Arc<dyn Store>, bus: Arc<dyn Bus>, hub: Hub, clock: Clock) -> Self {
        let (tx, rx) = mpsc::channel(QUEUE);
        let (loaded_tx, loaded_rx) = mpsc::unbounded_channel();
        let driver = Driver {
            machine: Machine::new(),
            store,
            bus,
            hub,
            clock,
            loaded_tx,
        };
        tokio::spawn(driver.run(rx, loaded_rx));
        Self { tx }
    }

    /// Has a command decided and committed.
    ///
    /// # Errors
    /// The rules say no, or nothing (or nothing certain) was written; see [`LaneError`].
    pub async fn ask(&self, show: ShowId, command: Command) -> Result<Answer, LaneError> {
        let (reply, answer) = oneshot::channel();
        self.submit(
            show,
            Work::Command {
                command: Box::new(command),
                reply,
            },
        )?;
        answer.await.unwrap_or(Err(LaneError::Unknown))
    }

    /// Looks at a show as of its last commit, together with the random value of its version and
    /// the time.
    ///
    /// # Errors
    /// The show can't be read now, or there is none.
    pub async fn read<T: Send + 'static>(
        &self,
        show: ShowId,
        read: impl FnOnce(&ShowState, u64, UtcMillis) -> T + Send + 'static,
    ) -> Result<T, LaneError> {
        let (reply, answer) = oneshot::channel();
        let look = move |seen: Result<Seen<'_>, LaneError>| {
            let result = match seen {
                Ok(Seen { state, .. }) if state.ver() == 0 => Err(LaneError::NoSuchShow),
                Ok(Seen { state, tip, now }) => Ok(read(state, tip, now)),
                Err(error) => Err(error),
            };
            // Whoever asked may have gone.
            let _ = reply.send(result);
        };
        self.submit(show, Work::Look(Box::new(look)))?;
        answer.await.unwrap_or(Err(LaneError::Busy))
    }

    fn submit(&self, show: ShowId, work: Work<Reply>) -> Result<(), LaneError> {
        self.tx.try_send((show, work)).map_err(|_| LaneError::Busy)
    }
}

type LoadResult = (ShowId, Result<Loaded, StoreError>);

/// Gives the machine its inputs and does what it says.
struct Driver {
    machine: Machine<Reply>,
    store: Arc<dyn Store>,
    bus: Arc<dyn Bus>,
    hub: Hub,
    clock: Clock,
    loaded_tx: mpsc::UnboundedSender<LoadResult>,
}

impl Driver {
    async fn run(
        mut self,
        mut rx: mpsc::Receiver<(ShowId, Work<Reply>)>,
        mut loaded_rx: mpsc::UnboundedReceiver<LoadResult>,
    ) {
        let (commit_tx, mut commit_rx) = mpsc::channel::<Result<Vec<Outcome>, StoreError>>(1);
        let mut work = Vec::with_capacity(GULP);
        let mut out = Vec::new();
        let mut open = true;
        // After the last handle is gone, whoever still waits is answered before the lane ends.
        while open || self.machine.is_busy() {
            tokio::select! {
                taken = rx.recv_many(&mut work, GULP), if open => {
                    open = taken > 0;
                    for (show, work) in work.drain(..) {
                        self.machine.submit(show, work, &mut out);
                    }
                }
                Some((show, result)) = loaded_rx.recv() => {
                    self.machine.loaded(show, result, &mut out);
                }
                Some(result) = commit_rx.recv() => {
                    self.machine.committed(self.clock.now(), result, &mut out);
                }
            }
            if !self.machine.is_committing()
                && let Some(batch) =
                    self.machine
                        .next_batch(self.clock.now(), &mut chance::number, &mut out)
            {
                let (store, commit_tx) = (Arc::clone(&self.store), commit_tx.clone());
                let commit = tokio::spawn(async move { store.commit(batch).await });
                tokio::spawn(async move {
                    // A store that breaks down leaves it open what was written.
                    let result = commit.await.unwrap_or(Err(StoreError::Unknown));
                    let _ = commit_tx.send(result).await;
                });
            }
            for effect in out.drain(..) {
                self.act(effect);
            }
        }
    }

    fn act(&self, effect: Effect<Reply>) {
        match effect {
            Effect::Load(show) => {
                let (store, loaded_tx) = (Arc::clone(&self.store), self.loaded_tx.clone());
                let load = tokio::spawn(async move { store.load(show).await });
                tokio::spawn(async move {
                    let result = load.await.unwrap_or(Err(StoreError::Busy));
                    let _ = loaded_tx.send((show, result));
                });
            }
            // Whoever asked may have gone; what was decided stands.
            Effect::Answer(reply, answer) => drop(reply.send(answer)),
            Effect::Publish(picture) => self.hub.publish(picture),
            Effect::Settle(ask) => self.bus.settle(ask),
            Effect::Alarm(show, why) => {
                metrics::counter!("show_alarms_total").increment(1);
                tracing::error!(show.id = %show, why, "a show was made read-only");
            }
        }
    }
}

//! One lane per shard and server: decides per show in memory, commits a batch in one go, answers
//! only after the commit.

mod cell;
mod machine;
mod project;
#[cfg(test)]
mod tests;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use houseful_core::{
    best::Relaxed,
    ids::ShowId,
    refusal::Refusal,
    seat::SeatLabel,
    show::{Command, ShowState},
    time::UtcMillis,
    wire::{booking::Booking, seats::Version},
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot},
    task::JoinHandle,
};

use self::machine::{Effect, Machine, Seen, Work};
use crate::{
    bus::Bus,
    chance,
    clock::Clock,
    hub::Hub,
    store::{Loaded, Outcome, Store, StoreError},
};

/// How much may be asked of the lane and not be answered yet; newcomers are told to come back.
const ROOM: u32 = 16_384;
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
    /// Nothing can be written, and nothing was: the disk is full, say.
    #[error("nothing can be written: {0}")]
    Unwritable(String),
    /// It may or may not have been written; the same command again will tell.
    #[error("the outcome is unknown, send the same request again")]
    Unknown,
}

/// Where an answer goes; holds its place in the lane until then.
struct Reply {
    to: oneshot::Sender<Result<Answer, LaneError>>,
    _place: OwnedSemaphorePermit,
}

/// A way to the lane; clones share it. The lane ends when the last one is dropped.
#[derive(Clone)]
pub struct Lane {
    tx: mpsc::UnboundedSender<(ShowId, Work<Reply>)>,
    room: Arc<Semaphore>,
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
        let (tx, rx) = mpsc::unbounded_channel();
        let (loaded_tx, loaded_rx) = mpsc::unbounded_channel();
        let driver = Driver {
            machine: Machine::new(),
            store,
            bus,
            hub,
            clock,
            loaded_tx,
            out: Vec::new(),
        };
        tokio::spawn(driver.run(rx, loaded_rx));
        let room = Arc::new(Semaphore::new(ROOM as usize));
        Self { tx, room }
    }

    /// Has a command decided and committed. Once polled, it is carried out whether or not anybody
    /// waits for the answer.
    ///
    /// # Errors
    /// The rules say no, or nothing (or nothing certain) was written; see [`LaneError`].
    pub async fn ask(&self, show: ShowId, command: Command) -> Result<Answer, LaneError> {
        let (to, answer) = oneshot::channel();
        let reply = Reply {
            to,
            _place: self.place()?,
        };
        let command = Box::new(command);
        self.submit(show, Work::Command { command, reply })?;
        answer.await.unwrap_or(Err(LaneError::Unknown))
    }

    /// Looks at a show as of its last commit, together with the random value of its version and
    /// the time. What takes long is better copied out and done elsewhere: every show waits.
    ///
    /// # Errors
    /// The show can't be read now, or there is none.
    pub async fn read<T: Send + 'static>(
        &self,
        show: ShowId,
        read: impl FnOnce(&ShowState, u64, UtcMillis) -> T + Send + 'static,
    ) -> Result<T, LaneError> {
        let (reply, answer) = oneshot::channel();
        let place = self.place()?;
        let look = move |seen: Result<Seen<'_>, LaneError>| {
            let result = match seen {
                Ok(Seen { state, .. }) if state.ver() == 0 => Err(LaneError::NoSuchShow),
                Ok(Seen { state, tip, now }) => {
                    // Who looks must not take the lane down with a mistake of their own.
                    catch_unwind(AssertUnwindSafe(|| read(state, tip, now)))
                        .map_err(|_| LaneError::Busy)
                }
                Err(error) => Err(error),
            };
            // Whoever asked may have gone.
            let _ = reply.send(result);
            drop(place);
        };
        self.submit(show, Work::Look(Box::new(look)))?;
        answer.await.unwrap_or(Err(LaneError::Busy))
    }

    /// Waits until everything that was asked is answered.
    pub async fn idle(&self) {
        // The room is never closed.
        let _ = self.room.acquire_many(ROOM).await;
    }

    fn place(&self) -> Result<OwnedSemaphorePermit, LaneError> {
        let place = Arc::clone(&self.room).try_acquire_owned();
        place.map_err(|_| LaneError::Busy)
    }

    fn submit(&self, show: ShowId, work: Work<Reply>) -> Result<(), LaneError> {
        self.tx.send((show, work)).map_err(|_| LaneError::Busy)
    }
}

type LoadResult = (ShowId, Result<Loaded, StoreError>);
type Commit = JoinHandle<Result<Vec<Outcome>, StoreError>>;

/// Gives the machine its inputs and does what it says.
struct Driver {
    machine: Machine<Reply>,
    store: Arc<dyn Store>,
    bus: Arc<dyn Bus>,
    hub: Hub,
    clock: Clock,
    loaded_tx: mpsc::UnboundedSender<LoadResult>,
    out: Vec<Effect<Reply>>,
}

impl Driver {
    async fn run(
        mut self,
        mut rx: mpsc::UnboundedReceiver<(ShowId, Work<Reply>)>,
        mut loaded_rx: mpsc::UnboundedReceiver<LoadResult>,
    ) {
        let mut committing: Option<Commit> = None;
        let mut work = Vec::with_capacity(GULP);
        let mut open = true;
        // After the last handle is gone, whoever still waits is answered before the lane ends.
        while open || self.machine.is_busy() {
            let mut batch = None;
            let turn: Result<(), _> = tokio::select! {
                taken = rx.recv_many(&mut work, GULP), if open => {
                    open = taken > 0;
                    self.turn(|lane, out| {
                        for (show, work) in work.drain(..) {
                            lane.submit(show, work, out);
                        }
                    })
                }
                Some((show, result)) = loaded_rx.recv() => {
                    self.turn(|lane, out| lane.loaded(show, result, out))
                }
                result = ended(&mut committing) => {
                    let now = self.clock.now();
                    self.turn(|lane, out| lane.committed(now, result, out))
                }
            };
            let turn = turn.and_then(|()| {
                if self.machine.is_committing() {
                    return Ok(());
                }
                let now = self.clock.now();
                self.turn(|lane, out| batch = lane.next_batch(now, &mut chance::number, out))
            });
            if turn.is_err() {
                self.start_over();
                (batch, committing) = (None, None);
                // Loads that are under way were asked for by the machine that broke.
                (self.loaded_tx, loaded_rx) = mpsc::unbounded_channel();
            }
            if let Some(batch) = batch {
                let store = Arc::clone(&self.store);
                committing = Some(tokio::spawn(async move { store.commit(batch).await }));
            }
            for effect in std::mem::take(&mut self.out) {
                self.act(effect);
            }
        }
    }

    /// Lets the machine do something; an error says that it broke down over it.
    fn turn(
        &mut self,
        work: impl FnOnce(&mut Machine<Reply>, &mut Vec<Effect<Reply>>),
    ) -> Result<(), Broke> {
        let (machine, out) = (&mut self.machine, &mut self.out);
        catch_unwind(AssertUnwindSafe(|| work(machine, out))).map_err(|_| Broke)
    }

    /// Forgets everything in memory after a mistake in this program: whoever waits is told that
    /// the outcome is unknown, and every show is read from its journal again.
    fn start_over(&mut self) {
        metrics::counter!("lane_breakdowns_total").increment(1);
        tracing::error!("the lane broke down over a command and starts over from the journals");
        self.machine = Machine::new();
        self.out.clear();
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
            Effect::Answer(reply, answer) => drop(reply.to.send(answer)),
            Effect::Publish(picture) => self.hub.publish(picture),
            Effect::Settle(ask) => self.bus.settle(ask),
            Effect::Retire(show) => self.hub.retire(show),
            Effect::Alarm(show, why) => {
                metrics::counter!("show_alarms_total").increment(1);
                tracing::error!(show.id = %show, why, "a show was made read-only");
            }
        }
    }
}

/// The machine panicked.
struct Broke;

/// Waits for the commit that is under way, for ever if none is.
async fn ended(committing: &mut Option<Commit>) -> Result<Vec<Outcome>, StoreError> {
    match committing {
        None => std::future::pending().await,
        Some(commit) => {
            let result = commit.await;
            *committing = None;
            // A store that breaks down leaves it open what was written.
            result.unwrap_or(Err(StoreError::Unknown))
        }
    }
}

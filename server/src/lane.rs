//! One lane per shard and server: decides per show in memory, commits a batch in one go, answers
//! only after the commit. Any number of servers may have lanes on one shared store: who is first at
//! the head of a show wins, the others read on and decide again, and nobody is told from memory
//! what the primary has not confirmed.

mod cell;
mod driver;
mod machine;
mod next_best;
mod project;
#[cfg(test)]
mod tests;
mod work;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::Duration,
};

use houseful_core::{
    best::Relaxed,
    ids::ShowId,
    refusal::Refusal,
    seat::SeatLabel,
    show::{Command, ShowState, ShowTerms},
    time::UtcMillis,
    wire::{booking::Booking, seats::Version},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};

#[cfg(feature = "postgres")]
pub(crate) use self::project::all_rows;
use self::{
    driver::Driver,
    work::{Seen, Tell, Work},
};
use crate::{bus::Bus, clock::Clock, hub::Hub, store::Store};

/// How much may be asked of the lane and not be answered yet; newcomers are told to come back.
const ROOM: u32 = 16_384;

/// What came of a command that was not refused.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The show's version that carries it.
    pub version: Version,
    /// Whether something was written; `false` for a repeat and for nothing to do.
    pub fresh: bool,
    /// The booking the command was about.
    pub booking: Option<Box<Booking>>,
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

/// What is to be sold and was not opened yet, by the catalogue; clones share it.
#[derive(Clone)]
pub struct Plans(Arc<dyn Fn(ShowId) -> Option<Arc<ShowTerms>> + Send + Sync>);

impl Plans {
    /// As `terms` says whenever it is asked: under what a show is to be sold. It must not wait.
    pub fn new(terms: impl Fn(ShowId) -> Option<Arc<ShowTerms>> + Send + Sync + 'static) -> Self {
        Self(Arc::new(terms))
    }

    /// Nothing: shows are opened by [`Ask::Open`](houseful_core::show::Ask::Open) alone.
    #[must_use]
    pub fn none() -> Self {
        Self::new(|_| None)
    }

    pub(crate) fn terms(&self, show: ShowId) -> Option<Arc<ShowTerms>> {
        (self.0)(show)
    }
}

/// A way to the lane; clones share it. The lane ends when the last one is dropped.
#[derive(Clone)]
pub struct Lane {
    tx: mpsc::UnboundedSender<(ShowId, Work<Reply>)>,
    room: Arc<Semaphore>,
    clock: Clock,
}

impl std::fmt::Debug for Lane {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Lane")
    }
}

impl Lane {
    /// Starts the lane on the current runtime.
    #[must_use]
    pub fn start(
        store: Arc<dyn Store>,
        bus: Arc<dyn Bus>,
        hub: Hub,
        clock: Clock,
        plans: Plans,
    ) -> Self {
        let (tx, rx) = mpsc::unbounded_channel();
        let driver = Driver::new(store, bus, hub, clock.clone(), plans);
        tokio::spawn(driver.run(rx));
        let room = Arc::new(Semaphore::new(ROOM as usize));
        Self { tx, room, clock }
    }

    /// The clock it decides by.
    #[must_use]
    pub const fn clock(&self) -> &Clock {
        &self.clock
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

    /// Looks at a show as of its last commit before or after the call, together with the random value of its version and
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
        let look = move |seen: Result<Seen<'_>, LaneError>| -> Tell {
            let result = match seen {
                Ok(Seen { state, .. }) if state.is_nowhere() => Err(LaneError::NoSuchShow),
                Ok(Seen { state, tip, now }) => {
                    // Who looks must not take the lane down with a mistake of their own.
                    catch_unwind(AssertUnwindSafe(|| read(state, tip, now)))
                        .map_err(|_| LaneError::Busy)
                }
                Err(error) => Err(error),
            };
            Box::new(move || {
                // Whoever asked may have gone.
                let _ = reply.send(result);
                drop(place);
            })
        };
        let (look, within) = (Box::new(look), Duration::ZERO);
        self.submit(show, Work::Look { look, within })?;
        answer.await.unwrap_or(Err(LaneError::Busy))
    }

    /// Has a show's picture brought up to date, unless the primary confirmed it within that time.
    /// Nobody waits for it; `note` sees what was found.
    ///
    /// # Errors
    /// There is too much to do.
    pub(crate) fn refresh(
        &self,
        show: ShowId,
        within: Duration,
        note: impl FnOnce(&ShowState) + Send + 'static,
    ) -> Result<(), LaneError> {
        let place = self.place()?;
        let look = Box::new(move |seen: Result<Seen<'_>, LaneError>| -> Tell {
            if let Ok(seen) = seen {
                note(seen.state);
            }
            Box::new(move || drop(place))
        });
        self.submit(show, Work::Look { look, within })
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

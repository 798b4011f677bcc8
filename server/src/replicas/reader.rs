//! Looks shows up at replicas, for whoever asks: one question for all shows of a moment, one tail for
//! each that moved, one picture for everybody who looks.

mod turn;

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use houseful_core::{ids::ShowId, wire::seats::Version};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot},
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;

use self::turn::{Turn, Wanted};
use super::{NotRead, circle::Circle, copy::Copy};
use crate::{
    hub::{Hub, Shown},
    lane::Plans,
};

/// How many may wait at once; more are told to come back.
const ROOM: usize = 16_384;
/// How many shows are looked up with one question.
const TURN_SHOWS: usize = 256;
/// How many questions are under way at once, for different shows.
const TURNS_MAX: usize = 4;
/// How many folds are kept; those that nobody asked for longest are dropped.
const COPIES_KEPT: usize = 4_000;

/// Somebody who waits for a show.
pub(super) struct Waiter {
    /// The version that has to be on the line of what they are told.
    pub(super) reached: Option<Version>,
    pub(super) reply: oneshot::Sender<Shown>,
    _place: OwnedSemaphorePermit,
}

/// A way to the reader; clones share it.
#[derive(Clone)]
pub(super) struct Reader {
    tx: mpsc::UnboundedSender<(ShowId, Waiter)>,
    room: Arc<Semaphore>,
}

impl Reader {
    /// Starts it on the current runtime.
    pub(super) fn start(
        circle: Arc<Circle>,
        (hub, plans): (Hub, Plans),
        shutdown: &CancellationToken,
    ) -> (Self, JoinHandle<()>) {
        let (tx, rx) = mpsc::unbounded_channel();
        let room = Arc::new(Semaphore::new(ROOM));
        let desk = Desk::new(circle, hub, plans);
        let shutdown = shutdown.clone();
        let task = tokio::spawn(async move {
            tokio::select! {
                () = shutdown.cancelled() => {}
                () = desk.run(rx) => {}
            }
        });
        (Self { tx, room }, task)
    }

    /// A show as some replica has it.
    pub(super) async fn look(
        &self,
        show: ShowId,
        reached: Option<Version>,
    ) -> Result<Shown, NotRead> {
        let answer = self.ask(show, reached)?;
        // Whoever can't be answered is let go of.
        answer.await.map_err(|_| NotRead::Nowhere)
    }

    /// Has pictures brought up to date; gives the shows where that could not be done.
    pub(super) async fn refresh(&self, shows: Vec<ShowId>) -> Vec<ShowId> {
        let asked: Vec<_> = shows.iter().map(|show| self.ask(*show, None)).collect();
        let mut missed = Vec::new();
        for (show, answer) in shows.into_iter().zip(asked) {
            let told = match answer {
                Ok(answer) => answer.await.is_ok(),
                // With too much to do the picture is older for once.
                Err(NotRead::TooMany) => true,
                Err(NotRead::Nowhere) => false,
            };
            if !told {
                missed.push(show);
            }
        }
        missed
    }

    fn ask(
        &self,
        show: ShowId,
        reached: Option<Version>,
    ) -> Result<oneshot::Receiver<Shown>, NotRead> {
        let place = Arc::clone(&self.room).try_acquire_owned();
        let (reply, answer) = oneshot::channel();
        let waiter = Waiter {
            reached,
            reply,
            _place: place.map_err(|_| NotRead::TooMany)?,
        };
        let sent = self.tx.send((show, waiter));
        sent.map_err(|_| NotRead::Nowhere)?;
        Ok(answer)
    }
}

/// A fold, and when somebody last asked for it, in turns.
struct Kept {
    copy: Copy,
    used: u64,
}

/// What a turn leaves behind.
struct Done {
    shows: Vec<ShowId>,
    copies: Vec<(ShowId, Copy)>,
}

/// The task behind a [`Reader`].
struct Desk {
    circle: Arc<Circle>,
    hub: Hub,
    plans: Plans,
    waiting: HashMap<ShowId, Vec<Waiter>>,
    copies: HashMap<ShowId, Kept>,
    /// Shows that a turn is about.
    away: HashSet<ShowId>,
    turns: usize,
    turn: u64,
    done: (mpsc::UnboundedSender<Done>, mpsc::UnboundedReceiver<Done>),
}

impl Desk {
    fn new(circle: Arc<Circle>, hub: Hub, plans: Plans) -> Self {
        Self {
            circle,
            hub,
            plans,
            waiting: HashMap::new(),
            copies: HashMap::new(),
            away: HashSet::new(),
            turns: 0,
            turn: 0,
            done: mpsc::unbounded_channel(),
        }
    }

    async fn run(mut self, mut asked: mpsc::UnboundedReceiver<(ShowId, Waiter)>) {
        let mut new = Vec::new();
        loop {
            tokio::select! {
                taken = asked.recv_many(&mut new, ROOM) => {
                    if taken == 0 {
                        return;
                    }
                    for (show, waiter) in new.drain(..) {
                        self.waiting.entry(show).or_default().push(waiter);
                    }
                }
                Some(done) = self.done.1.recv() => self.take_back(done),
            }
            while self.turns < TURNS_MAX {
                let Some(turn) = self.next_turn() else { break };
                self.send(turn);
            }
        }
    }

    /// The next shows to be looked up, if anybody waits for one that is not being looked up.
    fn next_turn(&mut self) -> Option<Vec<Wanted>> {
        let free = self.waiting.keys().filter(|show| !self.away.contains(show));
        let shows: Vec<ShowId> = free.take(TURN_SHOWS).copied().collect();
        self.turn += 1;
        let wanted: Vec<_> = shows
            .into_iter()
            .map(|show| Wanted {
                show,
                waiters: self.waiting.remove(&show).unwrap_or_default(),
                copy: self.copies.remove(&show).map(|kept| kept.copy),
            })
            .collect();
        (!wanted.is_empty()).then_some(wanted)
    }

    fn send(&mut self, wanted: Vec<Wanted>) {
        self.turns += 1;
        let shows: Vec<_> = wanted.iter().map(|w| w.show).collect();
        self.away.extend(shows.iter().copied());
        let drawn = (self.hub.clone(), self.plans.clone());
        let turn = Turn::new(Arc::clone(&self.circle), drawn, wanted);
        let done = self.done.0.clone();
        tokio::spawn(async move {
            // A turn that broke down over a show leaves nothing behind.
            let copies = tokio::spawn(turn.run()).await.unwrap_or_default();
            // A desk that is closed takes nothing back.
            let _ = done.send(Done { shows, copies });
        });
    }

    fn take_back(&mut self, done: Done) {
        self.turns -= 1;
        for show in &done.shows {
            self.away.remove(show);
        }
        for (show, copy) in done.copies {
            let used = self.turn;
            self.copies.insert(show, Kept { copy, used });
        }
        while self.copies.len() > COPIES_KEPT {
            let oldest = self.copies.iter().min_by_key(|(_, kept)| kept.used);
            let Some(show) = oldest.map(|(show, _)| *show) else {
                return;
            };
            self.copies.remove(&show);
            self.hub.retire(show);
        }
    }
}

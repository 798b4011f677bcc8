//! Gives the machine its inputs and does what it says: the lane's own task.

use std::{
    future::Future,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::{Duration, Instant},
};

use houseful_core::{ids::ShowId, wire::seats::Version};
use tokio::{sync::mpsc, task::JoinHandle};

use super::{
    Plans, Reply,
    machine::Machine,
    work::{Effect, Tick, Work},
};
use crate::{
    bus::Bus,
    chance,
    clock::Clock,
    hub::Hub,
    store::{Apart, Outcome, ShowCommit, Store, StoreError, Tail},
};

/// How much is taken in before the next batch is decided.
const GULP: usize = 4_096;
/// The longest that a shared store may take to read something. A file answers or fails by itself.
const READ_MAX: Duration = Duration::from_secs(5);
/// The longest that a shared store may take to give a show to this lane alone.
const APART_MAX: Duration = Duration::from_secs(10);
/// The longest that a shared store may take to commit; after it nobody knows.
const COMMIT_MAX: Duration = Duration::from_secs(10);

/// What the store said to something that was begun at an instant.
enum Heard {
    Loaded(ShowId, Instant, Result<Tail, StoreError>),
    Stood(Instant, Result<Vec<Option<Version>>, StoreError>),
    Apart(ShowId, Instant, Result<Apart, StoreError>),
    ApartCommitted(ShowId, Instant, Result<Outcome, StoreError>),
}

/// What is said to the lane, and what the store says to it.
type Said = mpsc::UnboundedReceiver<(ShowId, Work<Reply>)>;
type HeardTx = mpsc::UnboundedSender<Heard>;

/// The batch that is being committed.
struct Committing {
    began: Instant,
    task: JoinHandle<Result<Vec<Outcome>, StoreError>>,
}

pub(super) struct Driver {
    machine: Machine<Reply>,
    plans: Plans,
    store: Arc<dyn Store>,
    bus: Arc<dyn Bus>,
    hub: Hub,
    clock: Clock,
    heard_tx: HeardTx,
    heard: mpsc::UnboundedReceiver<Heard>,
    out: Vec<Effect<Reply>>,
}

impl Driver {
    pub(super) fn new(
        store: Arc<dyn Store>,
        bus: Arc<dyn Bus>,
        hub: Hub,
        clock: Clock,
        plans: Plans,
    ) -> Self {
        let (heard_tx, heard) = mpsc::unbounded_channel();
        Self {
            machine: Machine::new(store.shared(), plans.clone()),
            plans,
            store,
            bus,
            hub,
            clock,
            heard_tx,
            heard,
            out: Vec::new(),
        }
    }

    pub(super) async fn run(mut self, mut said: Said) {
        let mut committing: Option<Committing> = None;
        let mut work = Vec::with_capacity(GULP);
        let mut open = true;
        // After the last handle is gone, whoever still waits is answered before the lane ends.
        while open || self.machine.is_busy() {
            let turn = tokio::select! {
                taken = said.recv_many(&mut work, GULP), if open => {
                    open = taken > 0;
                    let since = Clock::stopwatch();
                    self.turn(|lane, out| {
                        for (show, work) in work.drain(..) {
                            lane.submit(show, work, since, out);
                        }
                    })
                }
                Some(heard) = self.heard.recv() => self.hear(heard),
                (began, result) = ended(&mut committing) => {
                    self.committed(began, result)
                }
            };
            let turn = turn.and_then(|()| self.go_on());
            match turn {
                Ok(Some(batch)) => committing = Some(self.commit(batch)),
                Ok(None) => {}
                Err(Broke) => {
                    self.start_over();
                    committing = None;
                }
            }
            for effect in std::mem::take(&mut self.out) {
                self.act(effect);
            }
        }
    }

    fn tick(&self) -> Tick {
        let (now, at) = (self.clock.now(), Clock::stopwatch());
        Tick { now, at }
    }

    /// Lets the machine do something; an error says that it broke down over it.
    fn turn<T>(
        &mut self,
        work: impl FnOnce(&mut Machine<Reply>, &mut Vec<Effect<Reply>>) -> T,
    ) -> Result<T, Broke> {
        let (machine, out) = (&mut self.machine, &mut self.out);
        catch_unwind(AssertUnwindSafe(|| work(machine, out))).map_err(|_| Broke)
    }

    /// Decides what can be decided: gives the next batch, asks the next question.
    fn go_on(&mut self) -> Result<Option<Vec<ShowCommit>>, Broke> {
        let mut batch = None;
        if !self.machine.is_committing() {
            let tick = self.tick();
            batch = self.turn(|lane, out| lane.next_batch(tick, &mut chance::number, out))?;
        }
        if let Some(shows) = self.turn(|lane, _| lane.next_question())? {
            let (store, began) = (Arc::clone(&self.store), Clock::stopwatch());
            metrics::counter!("lane_questions_total").increment(1);
            let stand = async move { store.stand(shows).await };
            let limit = (READ_MAX, StoreError::Busy);
            self.ask(limit, stand, move |result| Heard::Stood(began, result));
        }
        Ok(batch)
    }

    fn hear(&mut self, heard: Heard) -> Result<(), Broke> {
        let tick = self.tick();
        match heard {
            Heard::Loaded(show, began, result) => {
                self.turn(|lane, out| lane.loaded(show, began, result, out))
            }
            Heard::Stood(began, result) => {
                self.turn(|lane, out| lane.stood(tick.now, began, result, out))
            }
            Heard::Apart(show, began, result) => self.have_apart(show, began, result, tick),
            Heard::ApartCommitted(show, began, result) => {
                self.correct_clock(began, result.iter());
                let now = self.clock.now();
                self.turn(|lane, out| lane.apart_committed(show, (now, began), result, out))
            }
        }
    }

    /// A show is this lane's alone: what waits for it is decided and committed before others may.
    fn have_apart(
        &mut self,
        show: ShowId,
        began: Instant,
        result: Result<Apart, StoreError>,
        tick: Tick,
    ) -> Result<(), Broke> {
        let mut held = None;
        let seen = result.map(|(tail, alone)| {
            held = Some(alone);
            tail
        });
        let commit = self.turn(|lane, out| {
            let tips = &mut chance::number;
            lane.apart(show, began, seen, tick, (tips, out))
        })?;
        // Dropped without a commit, it is given free.
        if let (Some(commit), Some(held)) = (commit, held) {
            let began = Clock::stopwatch();
            metrics::counter!("lane_apart_total").increment(1);
            let limit = (COMMIT_MAX, StoreError::Unknown);
            self.ask(limit, held.commit(commit), move |result| {
                Heard::ApartCommitted(show, began, result)
            });
        }
        Ok(())
    }

    fn committed(
        &mut self,
        began: Instant,
        result: Result<Vec<Outcome>, StoreError>,
    ) -> Result<(), Broke> {
        self.correct_clock(began, result.iter().flatten());
        if self.store.shared() {
            let lost = result.iter().flatten().filter(|o| **o == Outcome::Lost);
            let lost = u64::try_from(lost.count()).unwrap_or(u64::MAX);
            metrics::counter!("lane_lost_total").increment(lost);
        }
        let now = self.clock.now();
        self.turn(|lane, out| lane.committed(now, began, result, out))
    }

    /// Follows the primary's clock where it has refused this one's time.
    fn correct_clock<'a>(&self, began: Instant, outcomes: impl Iterator<Item = &'a Outcome>) {
        for outcome in outcomes {
            if let Outcome::OutOfTime { primary } = outcome {
                self.clock.correct(began, Clock::stopwatch(), *primary);
            }
        }
    }

    fn commit(&self, batch: Vec<ShowCommit>) -> Committing {
        let (store, began) = (Arc::clone(&self.store), Clock::stopwatch());
        let shared = store.shared();
        let task = tokio::spawn(async move { store.commit(batch).await });
        let task = if shared {
            tokio::spawn(within(task, COMMIT_MAX, StoreError::Unknown))
        } else {
            task
        };
        Committing { began, task }
    }

    /// Asks the store, and has the machine hear what it says.
    fn ask<T: Send + 'static>(
        &self,
        (limit, otherwise): (Duration, StoreError),
        question: impl Future<Output = Result<T, StoreError>> + Send + 'static,
        hear: impl FnOnce(Result<T, StoreError>) -> Heard + Send + 'static,
    ) {
        let (shared, heard_tx) = (self.store.shared(), self.heard_tx.clone());
        let task = tokio::spawn(question);
        tokio::spawn(async move {
            let result = if shared {
                within(task, limit, otherwise).await
            } else {
                task.await.unwrap_or(Err(otherwise))
            };
            // A lane that started over or ended does not listen any more.
            let _ = heard_tx.send(hear(result));
        });
    }

    /// Forgets everything in memory after a mistake in this program: whoever waits is told that
    /// the outcome is unknown, and every show is read from its journal again.
    fn start_over(&mut self) {
        metrics::counter!("lane_breakdowns_total").increment(1);
        tracing::error!("the lane broke down over a command and starts over from the journals");
        self.machine = Machine::new(self.store.shared(), self.plans.clone());
        self.out.clear();
        // What is under way was asked for by the machine that broke.
        (self.heard_tx, self.heard) = mpsc::unbounded_channel();
    }

    fn act(&self, effect: Effect<Reply>) {
        match effect {
            Effect::Load(show, known) => {
                let (store, began) = (Arc::clone(&self.store), Clock::stopwatch());
                let read = async move {
                    match known {
                        Some(after) => store.tail(show, after).await,
                        None => Ok(Tail::Elsewhere(store.load(show).await?)),
                    }
                };
                self.ask((READ_MAX, StoreError::Busy), read, move |result| {
                    Heard::Loaded(show, began, result)
                });
            }
            Effect::TakeApart(show, known) => {
                let (store, began) = (Arc::clone(&self.store), Clock::stopwatch());
                let take = async move { store.alone(show, known).await };
                self.ask((APART_MAX, StoreError::Busy), take, move |result| {
                    Heard::Apart(show, began, result)
                });
            }
            // Whoever asked may have gone; what was decided stands.
            Effect::Answer(reply, answer) => drop(reply.to.send(answer)),
            Effect::Tell(tell) => tell(),
            Effect::Publish(picture, seen) => self.hub.publish(picture, seen),
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

/// Waits for something for so long. What is not done by then goes on by itself, unheard.
async fn within<T>(
    task: JoinHandle<Result<T, StoreError>>,
    limit: Duration,
    otherwise: StoreError,
) -> Result<T, StoreError> {
    match tokio::time::timeout(limit, task).await {
        Ok(Ok(result)) => result,
        Ok(Err(_)) | Err(_) => Err(otherwise),
    }
}

/// Waits for the commit that is under way, for ever if none is.
async fn ended(committing: &mut Option<Committing>) -> (Instant, Result<Vec<Outcome>, StoreError>) {
    match committing {
        None => std::future::pending().await,
        Some(Committing { began, task }) => {
            let (began, result) = (*began, task.await);
            *committing = None;
            // A store that breaks down leaves it open what was written.
            (began, result.unwrap_or(Err(StoreError::Unknown)))
        }
    }
}

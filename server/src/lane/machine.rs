//! The lane's logic: which shows are loaded, what is decided, what is committed together, who is
//! answered when. It does no IO, so that it can be driven by a server or by a simulation.
//!
//! A show is loading (with a queue of its own), ready, or in flight. A batch takes ready shows
//! only; nobody is answered with what is not yet durable.

use std::collections::{HashMap, VecDeque};

use houseful_core::{
    ids::ShowId,
    message::Settle,
    show::{Command, ShowState},
    time::UtcMillis,
};

use super::{
    Answer, LaneError,
    cell::{Cell, Decided, Phase},
};
use crate::{
    hub::Picture,
    store::{Loaded, Outcome, ShowCommit, StoreError},
};

/// The most shows in one commit; the rest come with the next.
const BATCH_SHOWS: usize = 512;
/// The most shows kept in memory.
const SHOWS_KEPT: usize = 20_000;

/// Looks at a loaded show, or is told why it can't be.
pub(crate) type Look = Box<dyn FnOnce(Result<Seen<'_>, LaneError>) + Send>;

/// What a [`Look`] sees.
pub(crate) struct Seen<'a> {
    pub(crate) state: &'a ShowState,
    pub(crate) tip: u64,
    pub(crate) now: UtcMillis,
}

/// Something to do for a show. `R` is where the answer goes.
pub(crate) enum Work<R> {
    Command { command: Box<Command>, reply: R },
    Look(Look),
}

/// What the driver has to do.
pub(crate) enum Effect<R> {
    Load(ShowId),
    Answer(R, Result<Answer, LaneError>),
    Publish(Picture),
    Settle(Settle),
    /// The show is not in memory any more.
    Retire(ShowId),
    Alarm(ShowId, String),
}

/// The shows of one lane.
pub(crate) struct Machine<R> {
    cells: HashMap<ShowId, Cell<R>>,
    /// Ready shows with work, each once.
    ready: VecDeque<ShowId>,
    /// Shows of the batch in flight, in order.
    in_flight: Vec<ShowId>,
    turn: u64,
}

impl<R> Machine<R> {
    pub(crate) fn new() -> Self {
        Self {
            cells: HashMap::new(),
            ready: VecDeque::new(),
            in_flight: Vec::new(),
            turn: 0,
        }
    }

    /// Whether a commit is under way.
    pub(crate) fn is_committing(&self) -> bool {
        !self.in_flight.is_empty()
    }

    /// Whether somebody waits for an answer.
    pub(crate) fn is_busy(&self) -> bool {
        self.is_committing()
            || !self.ready.is_empty()
            || self
                .cells
                .values()
                .any(|c| c.phase == Phase::Loading && !c.waiting.is_empty())
    }

    /// Takes work for a show.
    pub(crate) fn submit(&mut self, show: ShowId, work: Work<R>, out: &mut Vec<Effect<R>>) {
        self.turn += 1;
        if !self.cells.contains_key(&show) {
            self.make_room(out);
            self.cells.insert(show, Cell::loading(show));
            out.push(Effect::Load(show));
        }
        let Some(cell) = self.cells.get_mut(&show) else {
            return;
        };
        cell.used = self.turn;
        cell.waiting.push_back(work);
        if cell.phase == Phase::Ready && cell.waiting.len() == 1 {
            self.ready.push_back(show);
        }
    }

    /// Takes a show that was loaded, or why it was not.
    pub(crate) fn loaded(
        &mut self,
        show: ShowId,
        result: Result<Loaded, StoreError>,
        out: &mut Vec<Effect<R>>,
    ) {
        let Some(cell) = self.cells.get_mut(&show) else {
            return;
        };
        match result {
            Ok(loaded) => {
                cell.fold(&loaded);
                if cell.head.is_some() {
                    out.push(Effect::Publish(cell.picture()));
                }
            }
            Err(StoreError::Unreadable(why)) => {
                out.push(Effect::Alarm(show, why.clone()));
                cell.broken = Some(why);
            }
            Err(_) => {
                // Nobody waits for a show that can't be loaded now; the next one tries again.
                if let Some(cell) = self.cells.remove(&show) {
                    cell.waiting
                        .into_iter()
                        .for_each(|w| w.fail(LaneError::Busy, out));
                }
                return;
            }
        }
        cell.phase = Phase::Ready;
        if !cell.waiting.is_empty() {
            self.ready.push_back(show);
        }
    }

    /// Decides what waits at ready shows and gives what has to be committed, if anything.
    pub(crate) fn next_batch(
        &mut self,
        now: UtcMillis,
        tips: &mut dyn FnMut() -> u64,
        out: &mut Vec<Effect<R>>,
    ) -> Option<Vec<ShowCommit>> {
        debug_assert!(!self.is_committing(), "one batch at a time");
        let mut batch = Vec::new();
        while batch.len() < BATCH_SHOWS {
            let Some(show) = self.ready.pop_front() else {
                break;
            };
            let Some(cell) = self.cells.get_mut(&show) else {
                continue;
            };
            if let Some(commit) = cell.decide_all(now, tips, out) {
                cell.phase = Phase::InFlight;
                self.in_flight.push(show);
                batch.push(commit);
            } else if cell.head.is_none() && cell.broken.is_none() {
                // Nothing was ever written about it: not worth a place.
                self.cells.remove(&show);
            }
        }
        (!batch.is_empty()).then_some(batch)
    }

    /// Takes what became of the batch.
    pub(crate) fn committed(
        &mut self,
        now: UtcMillis,
        result: Result<Vec<Outcome>, StoreError>,
        out: &mut Vec<Effect<R>>,
    ) {
        let shows = std::mem::take(&mut self.in_flight);
        match result {
            Ok(outcomes) => {
                let mut outcomes = outcomes.into_iter();
                for show in shows {
                    match outcomes.next() {
                        Some(outcome) => self.settle_one(show, outcome, now, out),
                        // A store that does not say must not leave anybody waiting.
                        None => self.forget(show, &LaneError::Unknown, out),
                    }
                }
            }
            Err(error) => {
                let answer = match error {
                    StoreError::Unknown => LaneError::Unknown,
                    StoreError::Unwritable(why) => LaneError::Unwritable(why),
                    StoreError::Busy | StoreError::Unreadable(_) => LaneError::Busy,
                };
                for show in shows {
                    self.forget(show, &answer, out);
                }
            }
        }
    }

    fn settle_one(
        &mut self,
        show: ShowId,
        outcome: Outcome,
        now: UtcMillis,
        out: &mut Vec<Effect<R>>,
    ) {
        match outcome {
            Outcome::Committed => {
                let Some(cell) = self.cells.get_mut(&show) else {
                    return;
                };
                cell.answer_all(now, out);
                cell.phase = Phase::Ready;
                if !cell.waiting.is_empty() {
                    self.ready.push_back(show);
                }
            }
            Outcome::Lost | Outcome::OutOfTime { .. } => {
                // Somebody else moved the show: read it again and decide again.
                let Some(cell) = self.cells.get_mut(&show) else {
                    return;
                };
                for decided in std::mem::take(&mut cell.decided).into_iter().rev() {
                    let Decided { command, reply, .. } = decided;
                    cell.waiting.push_front(Work::Command { command, reply });
                }
                cell.waiting
                    .extend(std::mem::take(&mut cell.looks).into_iter().map(Work::Look));
                cell.reload(show);
                out.push(Effect::Load(show));
            }
            Outcome::Guarded(why) => {
                out.push(Effect::Alarm(show, why.clone()));
                self.forget(show, &LaneError::ReadOnly(why.clone()), out);
                let cell = self
                    .cells
                    .entry(show)
                    .or_insert_with(|| Cell::loading(show));
                cell.broken = Some(why);
            }
        }
    }

    /// Drops what is known of a show whose commit failed; what still waits starts over.
    fn forget(&mut self, show: ShowId, answer: &LaneError, out: &mut Vec<Effect<R>>) {
        let Some(mut cell) = self.cells.remove(&show) else {
            return;
        };
        for decided in std::mem::take(&mut cell.decided) {
            out.push(Effect::Answer(decided.reply, Err(answer.clone())));
        }
        for look in std::mem::take(&mut cell.looks) {
            look(Err(answer.clone()));
        }
        let mut fresh = Cell::loading(show);
        fresh.waiting = cell.waiting;
        out.push(Effect::Load(show));
        self.cells.insert(show, fresh);
    }

    /// Drops the show that was idle longest when there are too many.
    fn make_room(&mut self, out: &mut Vec<Effect<R>>) {
        if self.cells.len() < SHOWS_KEPT {
            return;
        }
        let idle = self
            .cells
            .iter()
            .filter(|(_, c)| c.phase == Phase::Ready && c.waiting.is_empty() && c.broken.is_none());
        let oldest = idle.min_by_key(|(_, c)| c.used).map(|(show, _)| *show);
        if let Some(show) = oldest {
            self.cells.remove(&show);
            out.push(Effect::Retire(show));
        }
    }
}

impl<R> Work<R> {
    fn fail(self, why: LaneError, out: &mut Vec<Effect<R>>) {
        match self {
            Self::Command { reply, .. } => out.push(Effect::Answer(reply, Err(why))),
            Self::Look(look) => look(Err(why)),
        }
    }
}

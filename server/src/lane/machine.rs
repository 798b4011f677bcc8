//! The lane's logic: which shows are loaded, what is decided, what is committed together, who is
//! answered when. It does no IO, so that it can be driven by a server or by a simulation.
//!
//! A show is loading (with a queue of its own), ready, or waits for a commit or the primary's word.
//! A batch takes ready shows only; nobody is answered with what is not yet durable.

use std::{
    collections::{HashMap, VecDeque},
    time::Instant,
};

use houseful_core::{ids::ShowId, time::UtcMillis, wire::seats::Version};

use super::{
    LaneError, Plans,
    cell::{Broken, Cell, Need, Phase, Waiting},
    work::{Effect, Tick, Work},
};
use crate::store::{Outcome, ShowCommit, StoreError, Tail};

/// The most shows in one commit; the rest come with the next.
const BATCH_SHOWS: usize = 512;
/// The most shows kept in memory; those that nobody asked for longest are dropped.
const SHOWS_KEPT: usize = 20_000;
/// How often in a row a show is lost to others before it is had alone.
const LOSSES_MAX: u8 = 2;
/// How often in a row a show's commit is refused for its time before nobody tries any more: then
/// the clock can't be corrected (it does not go back), and time itself has to pass.
const UNTIMELY_MAX: u8 = 2;

/// The shows of one lane.
pub(crate) struct Machine<R> {
    /// Whether others may write to the journals.
    shared: bool,
    plans: Plans,
    cells: HashMap<ShowId, Cell<R>>,
    /// Ready shows with work, each once.
    ready: VecDeque<ShowId>,
    /// Shows of the batch in flight, in order.
    in_flight: Vec<ShowId>,
    /// Shows that the primary has to confirm.
    unsure: Vec<ShowId>,
    /// Those of the question under way, in order.
    asked: Vec<ShowId>,
    turn: u64,
}

impl<R> Machine<R> {
    pub(crate) fn new(shared: bool, plans: Plans) -> Self {
        Self {
            shared,
            plans,
            cells: HashMap::new(),
            ready: VecDeque::new(),
            in_flight: Vec::new(),
            unsure: Vec::new(),
            asked: Vec::new(),
            turn: 0,
        }
    }

    /// Where a show stands as far as this lane knows.
    #[cfg(test)]
    pub(crate) fn stands(&self, show: ShowId) -> Option<Version> {
        self.cells.get(&show)?.head
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
                .any(|c| c.phase != Phase::Ready && c.is_asked())
    }

    /// Takes work for a show that came at `since`.
    pub(crate) fn submit(
        &mut self,
        show: ShowId,
        work: Work<R>,
        since: Instant,
        out: &mut Vec<Effect<R>>,
    ) {
        self.turn += 1;
        if !self.cells.contains_key(&show) {
            self.make_room(out);
            self.cells.insert(show, Cell::loading(show, self.shared));
            out.push(Effect::Load(show, None));
        }
        let Some(cell) = self.cells.get_mut(&show) else {
            return;
        };
        cell.used = self.turn;
        cell.waiting.push_back(Waiting { work, since });
        if cell.phase == Phase::Ready && cell.waiting.len() == 1 {
            self.ready.push_back(show);
        }
    }

    /// Takes a show that was read from `began` on, or why it was not.
    pub(crate) fn loaded(
        &mut self,
        show: ShowId,
        began: Instant,
        result: Result<Tail, StoreError>,
        out: &mut Vec<Effect<R>>,
    ) {
        if !self.fold_in(show, began, result, out) {
            return;
        }
        let cell = self.cells.get_mut(&show);
        let beaten = |c: &&mut Cell<R>| self.shared && c.losses >= LOSSES_MAX && c.is_asked();
        match cell.filter(beaten) {
            // Whoever is far from the primary could lose for ever.
            Some(cell) => {
                cell.phase = Phase::Apart;
                cell.losses = 0;
                out.push(Effect::TakeApart(show, cell.head));
            }
            None => self.rest(show),
        }
    }

    /// Whether the show is there still.
    fn fold_in(
        &mut self,
        show: ShowId,
        began: Instant,
        result: Result<Tail, StoreError>,
        out: &mut Vec<Effect<R>>,
    ) -> bool {
        let Some(cell) = self.cells.get_mut(&show) else {
            return false;
        };
        let caught_up = |tail| cell.catch_up(tail, began).map_err(StoreError::Unreadable);
        match result.and_then(caught_up) {
            Ok(()) => {
                cell.plan(&self.plans);
                let picture = cell.picture();
                out.extend(picture.map(|picture| Effect::Publish(picture, began)));
            }
            Err(StoreError::Unreadable(why)) => {
                if cell.cannot_be_read(why.clone(), began) {
                    out.push(Effect::Alarm(show, why));
                }
            }
            Err(_) => {
                // Nobody waits for a show that can't be loaded now; the next one tries again.
                if let Some(cell) = self.cells.remove(&show) {
                    let waiting = cell.waiting.into_iter();
                    waiting.for_each(|w| w.work.fail(LaneError::Busy, out));
                }
                return false;
            }
        }
        true
    }

    /// A show is ready again.
    fn rest(&mut self, show: ShowId) {
        let Some(cell) = self.cells.get_mut(&show) else {
            return;
        };
        cell.phase = Phase::Ready;
        if !cell.waiting.is_empty() {
            self.ready.push_back(show);
        } else if !cell.is_there() && cell.broken.is_none() {
            // Nothing was ever written about it, nor will be: not worth a place.
            self.cells.remove(&show);
        }
    }

    /// Decides what waits at ready shows and gives what has to be committed, if anything.
    pub(crate) fn next_batch(
        &mut self,
        tick: Tick,
        tips: &mut dyn FnMut() -> u64,
        out: &mut Vec<Effect<R>>,
    ) -> Option<Vec<ShowCommit>> {
        debug_assert!(!self.is_committing(), "one batch at a time");
        let mut batch = Vec::new();
        while batch.len() < BATCH_SHOWS {
            let Some(show) = self.ready.pop_front() else {
                break;
            };
            if let Some(commit) = self.decide(show, Phase::InFlight, tick, tips, out) {
                self.in_flight.push(show);
                batch.push(commit);
            }
        }
        (!batch.is_empty()).then_some(batch)
    }

    /// Decides what waits at a show; one that has to be committed is in `phase` from then on.
    fn decide(
        &mut self,
        show: ShowId,
        phase: Phase,
        tick: Tick,
        tips: &mut dyn FnMut() -> u64,
        out: &mut Vec<Effect<R>>,
    ) -> Option<ShowCommit> {
        let cell = self.cells.get_mut(&show)?;
        if cell.is_to_be_read_again(tick.at) {
            self.read_on(show, out);
            return None;
        }
        cell.plan(&self.plans);
        match cell.decide_all(tick, tips, out) {
            Need::Commit(commit) => {
                cell.phase = phase;
                return Some(commit);
            }
            // Where nothing is written, only whoever looks for the slot, too, knows that nothing is
            // elsewhere.
            Need::Confirm if cell.head.is_none() => self.read_on(show, out),
            Need::Confirm => {
                cell.phase = Phase::Unsure;
                self.unsure.push(show);
            }
            Need::Nothing => self.rest(show),
        }
        None
    }

    /// Which shows the primary has to confirm, all in one question; the next one comes after the
    /// answer to this.
    pub(crate) fn next_question(&mut self) -> Option<Vec<ShowId>> {
        if !self.asked.is_empty() || self.unsure.is_empty() {
            return None;
        }
        self.asked = std::mem::take(&mut self.unsure);
        Some(self.asked.clone())
    }

    /// Takes what the primary said to the question that was asked at `began`.
    pub(crate) fn stood(
        &mut self,
        now: UtcMillis,
        began: Instant,
        result: Result<Vec<Option<Version>>, StoreError>,
        out: &mut Vec<Effect<R>>,
    ) {
        let shows = std::mem::take(&mut self.asked);
        let mut stands = result.map(Vec::into_iter);
        for show in shows {
            let Some(cell) = self.cells.get_mut(&show) else {
                continue;
            };
            match stands.as_mut().map(Iterator::next) {
                Ok(Some(stands)) if stands == cell.head => {
                    cell.answer_all(now, began, out);
                    self.rest(show);
                }
                Ok(Some(_)) => self.read_on(show, out),
                // Nothing can be said; it is not known to be wrong, so it stays in memory.
                Ok(None) | Err(_) => {
                    cell.fail_decided(&LaneError::Busy, out);
                    self.rest(show);
                }
            }
        }
    }

    /// Reads how a show goes on that stands elsewhere; then everybody is decided again.
    fn read_on(&mut self, show: ShowId, out: &mut Vec<Effect<R>>) {
        if let Some(cell) = self.cells.get_mut(&show) {
            let known = cell.take_back();
            cell.phase = Phase::Loading;
            out.push(Effect::Load(show, known));
        }
    }

    /// Takes what became of the batch that was sent at `began`.
    pub(crate) fn committed(
        &mut self,
        now: UtcMillis,
        began: Instant,
        result: Result<Vec<Outcome>, StoreError>,
        out: &mut Vec<Effect<R>>,
    ) {
        let shows = std::mem::take(&mut self.in_flight);
        match result {
            Ok(outcomes) => {
                let mut outcomes = outcomes.into_iter();
                for show in shows {
                    match outcomes.next() {
                        Some(outcome) => self.settle_one(show, (now, began), outcome, out),
                        // A store that does not say must not leave anybody waiting.
                        None => self.forget(show, &LaneError::Unknown, out),
                    }
                }
            }
            Err(error) => {
                for show in shows {
                    self.not_committed(show, &error, out);
                }
            }
        }
    }

    /// Takes a show that this lane has alone from now on, as it was read from `began` on, or why it
    /// can't be had; gives what has to be committed while it is held, if anything.
    pub(crate) fn apart(
        &mut self,
        show: ShowId,
        began: Instant,
        result: Result<Tail, StoreError>,
        tick: Tick,
        (tips, out): (&mut dyn FnMut() -> u64, &mut Vec<Effect<R>>),
    ) -> Option<ShowCommit> {
        if !self.fold_in(show, began, result, out) {
            return None;
        }
        self.decide(show, Phase::Apart, tick, tips, out)
    }

    /// Takes what became of the commit of a show that was had alone.
    pub(crate) fn apart_committed(
        &mut self,
        show: ShowId,
        (now, began): (UtcMillis, Instant),
        result: Result<Outcome, StoreError>,
        out: &mut Vec<Effect<R>>,
    ) {
        match result {
            Ok(outcome) => self.settle_one(show, (now, began), outcome, out),
            Err(error) => self.not_committed(show, &error, out),
        }
    }

    fn settle_one(
        &mut self,
        show: ShowId,
        (now, began): (UtcMillis, Instant),
        outcome: Outcome,
        out: &mut Vec<Effect<R>>,
    ) {
        let Some(cell) = self.cells.get_mut(&show) else {
            return;
        };
        match outcome {
            Outcome::Committed => {
                cell.answer_all(now, began, out);
                self.rest(show);
            }
            // Somebody else moved the show, or is at it: read how it goes on and decide again.
            Outcome::Lost => {
                cell.lose();
                self.read_on(show, out);
            }
            // The clock was corrected by now.
            Outcome::OutOfTime { .. } => {
                cell.untimely = cell.untimely.saturating_add(1);
                if cell.untimely >= UNTIMELY_MAX {
                    cell.untimely = 0;
                    cell.fail_decided(&LaneError::Busy, out);
                }
                self.read_on(show, out);
            }
            Outcome::Failed(error) => self.not_committed(show, &error, out),
            Outcome::Guarded(why) => {
                out.push(Effect::Alarm(show, why.clone()));
                self.forget(show, &LaneError::ReadOnly(why.clone()), out);
                if let Some(cell) = self.cells.get_mut(&show) {
                    cell.broken = Some(Broken::Guarded(why));
                }
            }
        }
    }

    /// A commit failed. Where nothing was written, only what was decided is taken back; what is
    /// known of the show is as true as before.
    fn not_committed(&mut self, show: ShowId, error: &StoreError, out: &mut Vec<Effect<R>>) {
        let answer = match error {
            StoreError::Unknown => return self.forget(show, &LaneError::Unknown, out),
            StoreError::Unwritable(why) => LaneError::Unwritable(why.clone()),
            StoreError::Busy | StoreError::Unreadable(_) => LaneError::Busy,
        };
        let Some(cell) = self.cells.get_mut(&show) else {
            return;
        };
        cell.fail_decided(&answer, out);
        if cell.take_back().is_some() {
            return self.rest(show);
        }
        cell.phase = Phase::Loading;
        out.push(Effect::Load(show, None));
    }

    /// Drops what is known of a show of which nobody knows what was written; what still waits starts
    /// over.
    ///
    /// The commit may be written still, after the show was read
    /// again. That is harmless: it moves the head from where the show stood and from nowhere else,
    /// so either it comes first, and what is decided here next is lost and decided again on top of
    /// it, or it comes too late for ever.
    fn forget(&mut self, show: ShowId, answer: &LaneError, out: &mut Vec<Effect<R>>) {
        let Some(mut cell) = self.cells.remove(&show) else {
            return;
        };
        cell.fail_decided(answer, out);
        let mut fresh = Cell::loading(show, self.shared);
        (fresh.waiting, fresh.used) = (cell.waiting, cell.used);
        out.push(Effect::Load(show, None));
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

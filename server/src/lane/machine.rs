//! The lane's logic: which shows are loaded, what is decided, what is committed together, who is
//! answered when. It does no IO, so that it can be driven by a server or by a simulation.
//!
//! A show is loading (with a queue of its own), ready, or in flight. A batch takes ready shows
//! only; nobody is answered with what is not yet durable.

use std::collections::{HashMap, VecDeque};

use houseful_core::{
    ids::ShowId,
    message::Settle,
    refusal::Refusal,
    seat::SeatNo,
    show::{Ask, Command, Event, Sales, ShowState, Wish},
    time::UtcMillis,
    wire::seats::Version,
};

use super::{Answer, LaneError, NextBest, project};
use crate::{
    hub::Picture,
    store::{Head, Loaded, Outcome, SalesWord, ShowCommit, StoreError},
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
    Alarm(ShowId, String),
}

/// A command that was decided and waits for its commit.
struct Decided<R> {
    command: Box<Command>,
    reply: R,
    answer: Result<Answer, LaneError>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Loading,
    Ready,
    InFlight,
}

struct Cell<R> {
    phase: Phase,
    state: ShowState,
    head: Option<Version>,
    latest: UtcMillis,
    waiting: VecDeque<Work<R>>,
    /// Decided on the batch that is in flight.
    decided: Vec<Decided<R>>,
    looks: Vec<Look>,
    settles: Vec<Settle>,
    next: Option<Version>,
    /// Why nothing may be decided any more.
    broken: Option<String>,
    memo: Option<(u64, u16, Option<UtcMillis>, NextBest)>,
    used: u64,
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
            self.make_room();
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
                    out.push(Effect::Publish(Picture::of(&cell.state, cell.tip())));
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
                    _ => LaneError::Busy,
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
            Outcome::Lost => {
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
    fn make_room(&mut self) {
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

impl<R> Cell<R> {
    fn loading(show: ShowId) -> Self {
        Self {
            phase: Phase::Loading,
            state: ShowState::new(show),
            head: None,
            latest: UtcMillis(0),
            waiting: VecDeque::new(),
            decided: Vec::new(),
            looks: Vec::new(),
            settles: Vec::new(),
            next: None,
            broken: None,
            memo: None,
            used: 0,
        }
    }

    fn tip(&self) -> u64 {
        self.head.map_or(0, |v| v.tip)
    }

    fn reload(&mut self, show: ShowId) {
        let waiting = std::mem::take(&mut self.waiting);
        let (used, broken) = (self.used, self.broken.take());
        *self = Self {
            waiting,
            used,
            broken,
            ..Self::loading(show)
        };
    }

    fn fold(&mut self, loaded: &Loaded) {
        for (at, event) in &loaded.events {
            self.state.apply(*at, event);
            self.latest = self.latest.max(*at);
        }
        self.head = loaded.head.map(|h| h.version);
        let ver = self.head.map_or(0, |v| v.ver);
        if self.broken.is_none() && ver != self.state.ver() {
            self.broken = Some(format!(
                "{} events, and the head says {ver}",
                self.state.ver()
            ));
        }
    }

    /// Does all that waits; gives the commit it needs, if any.
    fn decide_all(
        &mut self,
        now: UtcMillis,
        tips: &mut dyn FnMut() -> u64,
        out: &mut Vec<Effect<R>>,
    ) -> Option<ShowCommit> {
        // A show's journal never runs backwards, whatever clock decided last.
        let now = now.max(self.latest);
        let expect = self.head;
        let (mut rows, mut opened, mut projections) = (Vec::new(), Vec::new(), Vec::new());
        while let Some(work) = self.waiting.pop_front() {
            match work {
                Work::Look(look) if self.state.ver() == 0 && self.broken.is_some() => {
                    let why = self.broken.clone().unwrap_or_default();
                    look(Err(LaneError::ReadOnly(why)));
                }
                Work::Look(look) if rows.is_empty() => {
                    look(Ok(Seen {
                        state: &self.state,
                        tip: self.tip(),
                        now,
                    }));
                }
                Work::Look(look) => self.looks.push(look),
                Work::Command { command, reply } => {
                    let before = self.state.ver();
                    let decision = self.decide(&command, now);
                    for event in decision.as_deref().unwrap_or_default() {
                        projections.extend(project::project(&self.state, event, now));
                        self.state.apply(now, event);
                        rows.push((now, event.to_row()));
                        if matches!(event, Event::Opened { .. }) {
                            opened.push(event.clone());
                        }
                    }
                    debug_assert_eq!(self.state.check(), Ok(()));
                    let answer = self.answer(&command, decision.map(|e| !e.is_empty()), now);
                    self.note_settles(&command, before, now);
                    if rows.is_empty() {
                        out.push(Effect::Answer(reply, answer));
                        out.extend(self.settles.drain(..).map(Effect::Settle));
                    } else {
                        self.decided.push(Decided {
                            command,
                            reply,
                            answer,
                        });
                    }
                }
            }
        }
        if rows.is_empty() {
            return None;
        }
        self.latest = now;
        let version = Version {
            ver: self.state.ver(),
            tip: tips(),
        };
        self.next = Some(version);
        let projections = project::net(projections);
        Some(ShowCommit {
            expect,
            rows,
            opened,
            projections,
            head: self.head_row(version),
        })
    }

    fn head_row(&self, version: Version) -> Head {
        let whole = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let total = self.state.slots().len();
        Head {
            show: self.state.show(),
            version,
            next_due: self.state.next_due(),
            taken: whole(total - self.state.free_written()),
            total: whole(total),
            sales: match self.state.sales() {
                Sales::Open => SalesWord::Open,
                Sales::Paused => SalesWord::Paused,
                Sales::Cancelled => SalesWord::Cancelled,
            },
        }
    }

    fn decide(&mut self, command: &Command, now: UtcMillis) -> Result<Vec<Event>, LaneError> {
        if let Some(why) = &self.broken {
            return Err(LaneError::ReadOnly(why.clone()));
        }
        self.state
            .decide(command, now)
            .map_err(|refusal| match refusal {
                Refusal::NotOpened if self.head.is_none() => LaneError::NoSuchShow,
                refusal => {
                    let next_best = Box::new(self.next_best(&refusal, command, now));
                    LaneError::Refused { refusal, next_best }
                }
            })
    }

    /// The best seats left for somebody who lost theirs; found once for all losers of a version.
    fn next_best(&mut self, refusal: &Refusal, command: &Command, now: UtcMillis) -> NextBest {
        let (Refusal::SeatsTaken { .. }, Ask::Hold { wish, .. } | Ask::ChangeSeats { wish, .. }) =
            (refusal, &command.ask)
        else {
            return NextBest::default();
        };
        let seats = match wish {
            Wish::Seats(picks) => u16::try_from(picks.len()).unwrap_or(u16::MAX),
            Wish::Best { .. } => return NextBest::default(),
        };
        let ver = self.state.ver();
        if let Some((at, count, until, found)) = &self.memo
            && (*at, *count) == (ver, seats)
            && until.is_none_or(|end| now < end)
        {
            return found.clone();
        }
        let offer = self.state.next_best(seats, now);
        let found = offer.map_or_else(NextBest::default, |offer| NextBest {
            seats: offer
                .seats
                .iter()
                .filter_map(|s: &SeatNo| self.state.label(*s))
                .collect(),
            relaxed: offer.relaxed,
        });
        self.memo = Some((ver, seats, self.state.next_due(), found.clone()));
        found
    }

    fn answer(
        &self,
        command: &Command,
        fresh: Result<bool, LaneError>,
        now: UtcMillis,
    ) -> Result<Answer, LaneError> {
        let fresh = fresh?;
        let booking = command.ask.booking();
        Ok(Answer {
            version: Version {
                ver: self.state.ver(),
                tip: self.tip(),
            },
            fresh,
            booking: booking.and_then(|b| self.state.booking_view(b, self.tip(), now)),
        })
    }

    /// Notes what payment has to be told once this is durable.
    fn note_settles(&mut self, command: &Command, before: u64, now: UtcMillis) {
        let news = self.state.unsettled().filter(|s| s.ver > before);
        let mut settles: Vec<Settle> = news.collect();
        match &command.ask {
            // Whoever announces is told what stands, even if it was told before.
            Ask::Announced(news) if !settles.iter().any(|s| s.payment == news.payment) => {
                settles.extend(self.state.settle(news.payment));
            }
            Ask::Expire => settles.extend(self.state.overdue(now)),
            _ => {}
        }
        self.settles.extend(settles);
    }

    /// Answers everybody of a commit that is durable now.
    fn answer_all(&mut self, now: UtcMillis, out: &mut Vec<Effect<R>>) {
        self.head = self.next.take();
        let version = self.head.unwrap_or(Version {
            ver: self.state.ver(),
            tip: 0,
        });
        // Whoever is answered finds their own change on the map.
        out.push(Effect::Publish(Picture::of(&self.state, version.tip)));
        for Decided {
            reply, mut answer, ..
        } in self.decided.drain(..)
        {
            if let Ok(answer) = &mut answer {
                answer.version = version;
                if let Some(booking) = &mut answer.booking {
                    booking.version = version;
                }
            }
            out.push(Effect::Answer(reply, answer));
        }
        out.extend(self.settles.drain(..).map(Effect::Settle));
        for look in self.looks.drain(..) {
            look(Ok(Seen {
                state: &self.state,
                tip: version.tip,
                now: now.max(self.latest),
            }));
        }
    }
}

//! Three machines, one shelf, and what is under way between them.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use houseful_core::{
    ids::{CommandId, ShowId},
    refusal::Refusal,
    show::{Ask, Command, SETTLE_AGAIN_MS, ShowState},
    time::UtcMillis,
    wire::seats::Version,
};

use super::{
    people::{Dice, ask, command, terms},
    shelf::{Shelf, Writing},
};
use crate::{
    clock::Clock,
    lane::{
        Answer, LaneError,
        cell::REFUSAL_STALE,
        machine::{self, Effect, Machine, Tell, Tick, Work},
    },
    store::{Outcome, ShowCommit, StoreError, Tail},
};

const SHOWS: [ShowId; 2] = [ShowId(1), ShowId(2)];
const SERVERS: usize = 3;
/// How wrong clocks are, in milliseconds.
const SKEWS_MS: [i64; 8] = [0, 0, 0, 0, 700, -700, 5_000, -5_000];

/// What happened in a world.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    pub(super) counts: BTreeMap<&'static str, u32>,
}

impl Seen {
    pub(super) fn add(&mut self, other: &Self) {
        for (what, times) in &other.counts {
            *self.counts.entry(what).or_default() += times;
        }
    }

    fn note(&mut self, what: &'static str) {
        *self.counts.entry(what).or_default() += 1;
    }
}

/// A show that is being read, whole or from a version on.
struct Load {
    show: ShowId,
    known: Option<Version>,
    began: Instant,
    found: Option<Tail>,
}

/// Shows that the primary is asked for.
struct Question {
    shows: Vec<ShowId>,
    began: Instant,
    found: Option<Vec<Option<Version>>>,
}

/// A lane and what it waits for.
struct Server {
    machine: Machine<usize>,
    loads: Vec<Load>,
    question: Option<Question>,
    /// Shows it wants alone.
    wants: Vec<(ShowId, Option<Version>, Instant)>,
    /// Commits of shows it has alone.
    apart: Vec<(Instant, ShowCommit)>,
    commit: Option<(Instant, Vec<ShowCommit>)>,
    out: Vec<Effect<usize>>,
    skew_ms: i64,
    /// The latest time it told.
    told: UtcMillis,
}

/// Somebody who asked.
struct Request {
    show: ShowId,
    command: Command,
    since: Instant,
    answer: Option<Told>,
}

/// A planted fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lie {
    /// The outcome of a commit is told before it is written.
    AnswersEarly,
    /// The primary is said to confirm whatever a server believes.
    Confirms,
}

type Told = Result<Answer, LaneError>;
type Saw = (ShowId, Instant, Result<(u64, u64), LaneError>);

pub(super) struct World {
    dice: Dice,
    /// The primary's clock, and the time that passes.
    now: UtcMillis,
    at: Instant,
    servers: [Server; SERVERS],
    pub(super) shelf: Shelf,
    /// Commits of unknown outcome that may still be written.
    ghosts: Vec<ShowCommit>,
    requests: Vec<Request>,
    looks: Arc<Mutex<Vec<Saw>>>,
    looks_asked: usize,
    looks_checked: usize,
    /// Commands that were told yes and stood in the journal.
    granted: BTreeSet<(ShowId, CommandId)>,
    pub(super) lie: Option<Lie>,
    seen: Seen,
}

impl World {
    pub(super) fn new(seed: u64) -> Self {
        let mut dice = Dice(seed);
        let mut server = || Server {
            machine: Machine::new(true),
            loads: Vec::new(),
            question: None,
            wants: Vec::new(),
            apart: Vec::new(),
            commit: None,
            out: Vec::new(),
            skew_ms: SKEWS_MS[dice.below(SKEWS_MS.len())],
            told: UtcMillis(0),
        };
        let servers = [server(), server(), server()];
        let mut world = Self {
            dice,
            now: UtcMillis(1_000_000),
            at: Clock::stopwatch(),
            servers,
            shelf: Shelf::default(),
            ghosts: Vec::new(),
            requests: Vec::new(),
            looks: Arc::default(),
            looks_asked: 0,
            looks_checked: 0,
            granted: BTreeSet::new(),
            lie: None,
            seen: Seen::default(),
        };
        for show in SHOWS {
            let open = command(&mut world.dice, Ask::Open(Arc::clone(terms())));
            world.submit(0, show, open);
        }
        // Nothing goes wrong before it begins.
        let begun = world.settle();
        debug_assert_eq!(begun, Ok(()));
        world
    }

    /// Lets things happen, heals the store, and looks at what is left.
    pub(super) fn live(mut self, steps: u32) -> Result<Seen, String> {
        for _ in 0..steps {
            self.step()?;
        }
        self.heal()?;
        if self.dice.once_in(2) {
            // What was acknowledged has to outlive the primary.
            let at = self.moment();
            self.shelf.fail_over(at);
        }
        self.judge()?;
        Ok(self.seen)
    }

    /// No two things happen at the same instant.
    fn moment(&mut self) -> Instant {
        self.at += Duration::from_micros(1);
        self.at
    }

    fn tick(&mut self, server: usize) -> Tick {
        let at = self.moment();
        let Server { skew_ms, told, .. } = &mut self.servers[server];
        *told = self.now.plus_ms(*skew_ms).max(*told);
        Tick { now: *told, at }
    }

    fn submit(&mut self, server: usize, show: ShowId, command: Command) {
        let (reply, since) = (self.requests.len(), self.moment());
        self.requests.push(Request {
            show,
            command: command.clone(),
            since,
            answer: None,
        });
        let command = Box::new(command);
        let Server { machine, out, .. } = &mut self.servers[server];
        machine.submit(show, Work::Command { command, reply }, since, out);
    }

    fn step(&mut self) -> Result<(), String> {
        let waits = self.dice.below(64);
        let ms = match waits {
            0 => 2_000,
            1..=3 => 300,
            4..=12 => 60,
            _ => 1,
        };
        self.at += Duration::from_millis(ms);
        let server = self.dice.below(SERVERS);
        match self.dice.below(32) {
            0..=4 => self.somebody_asks(server),
            5..=6 => self.somebody_repeats(server),
            7 => self.somebody_looks(server),
            8..=12 => self.load_comes(server, true),
            13..=19 => self.commit_ends(server, true),
            20 => self.ghost_lands(),
            21 => self.something_is_read(server),
            22..=25 => self.primary_says(server, true),
            26..=27 => self.take_apart(server, true),
            28..=29 => self.apart_ends(server, true),
            30 => self.primary_dies(),
            _ => {
                let ms = [1, 900, 4_999, 60_000, 300_000, 900_000][self.dice.below(6)];
                self.now = self.now.plus_ms(ms);
            }
        }
        self.pump(server)
    }

    fn somebody_asks(&mut self, server: usize) {
        let show = SHOWS[self.dice.below(2)];
        let empty = ShowState::new(show);
        let journal = self.shelf.shows.get(&show);
        let stands = journal.map_or(&empty, |j| &j.state);
        let mut asks = Vec::new();
        for _ in 0..=self.dice.below(4) {
            let ask = ask(&mut self.dice, show, stands);
            asks.push(command(&mut self.dice, ask));
        }
        for command in asks {
            self.submit(server, show, command);
        }
    }

    fn somebody_repeats(&mut self, server: usize) {
        // Mostly something that was asked just now.
        let all = self.requests.len();
        let back = if self.dice.once_in(2) { 8 } else { all };
        let which = all - 1 - self.dice.below(back.min(all));
        let Request { show, command, .. } = &self.requests[which];
        let (show, command) = (*show, command.clone());
        self.seen.note("repeated");
        self.submit(server, show, command);
    }

    fn somebody_looks(&mut self, server: usize) {
        let show = SHOWS[self.dice.below(2)];
        let (looks, since) = (Arc::clone(&self.looks), self.moment());
        self.looks_asked += 1;
        let Server { machine, out, .. } = &mut self.servers[server];
        let look = Box::new(move |seen: Result<machine::Seen<'_>, _>| -> Tell {
            let saw = seen.map(|s| (s.state.ver(), s.tip));
            Box::new(move || {
                let mut looks = looks.lock().unwrap_or_else(PoisonError::into_inner);
                looks.push((show, since, saw));
            })
        });
        let within = Duration::ZERO;
        machine.submit(show, Work::Look { look, within }, since, out);
    }

    /// What is read is settled some time before it is told.
    fn something_is_read(&mut self, server: usize) {
        for load in &mut self.servers[server].loads {
            load.found = Some(self.shelf.tail(load.show, load.known));
        }
        self.primary_looks(server);
    }

    fn primary_looks(&mut self, server: usize) {
        let Server {
            machine, question, ..
        } = &mut self.servers[server];
        let Some(question) = question else { return };
        let stands = |show: &ShowId| {
            let (stands, believed) = (self.shelf.stands(*show), machine.stands(*show));
            let same = |v: Version| believed.is_some_and(|b| b.ver == v.ver);
            let same_number = self.shelf.ignores_tips && stands.is_some_and(same);
            if self.lie == Some(Lie::Confirms) || same_number {
                believed
            } else {
                stands
            }
        };
        question.found = Some(question.shows.iter().map(stands).collect());
    }

    fn primary_says(&mut self, server: usize, may_fail: bool) {
        let fails = may_fail && self.dice.once_in(8);
        if self.servers[server]
            .question
            .as_ref()
            .is_some_and(|q| q.found.is_none())
        {
            self.primary_looks(server);
        }
        let tick = self.tick(server);
        let Server {
            machine,
            question,
            out,
            ..
        } = &mut self.servers[server];
        let Some(Question {
            began,
            found,
            shows,
        }) = question.take()
        else {
            return;
        };
        let found = found.unwrap_or_default();
        let moved = shows.iter().zip(&found);
        let moved = moved.filter(|(show, stands)| machine.stands(**show) != **stands);
        if moved.count() > 0 {
            self.seen.note("found elsewhere");
        }
        let result = if fails {
            Err(StoreError::Busy)
        } else {
            Ok(found)
        };
        machine.stood(tick.now, began, result, out);
        self.seen.note("asked the primary");
    }

    fn load_comes(&mut self, server: usize, may_fail: bool) {
        let Server {
            machine,
            loads,
            out,
            ..
        } = &mut self.servers[server];
        if loads.is_empty() {
            return;
        }
        let load = loads.swap_remove(self.dice.below(loads.len()));
        if may_fail && self.dice.once_in(8) {
            self.seen.note("load failed");
            machine.loaded(load.show, load.began, Err(StoreError::Busy), out);
            return;
        }
        let found = load.found;
        let found = found.unwrap_or_else(|| self.shelf.tail(load.show, load.known));
        if let (Some(_), Tail::Elsewhere(_)) = (load.known, &found) {
            self.seen.note("on a lost branch");
        }
        if matches!(found, Tail::Rows { .. }) {
            self.seen.note("read on");
        }
        machine.loaded(load.show, load.began, Ok(found), out);
    }

    fn writing(&mut self, server: usize, told: bool) -> Writing {
        Writing {
            server,
            at: self.moment(),
            clock: Some(self.now),
            told,
        }
    }

    fn commit_ends(&mut self, server: usize, may_fail: bool) {
        let Some((began, batch)) = self.servers[server].commit.take() else {
            return;
        };
        let result = self.fate(server, batch, may_fail);
        if let Ok(outcomes) = &result {
            self.correct(server, outcomes);
        }
        let now = self.tick(server).now;
        let Server { machine, out, .. } = &mut self.servers[server];
        machine.committed(now, began, result, out);
    }

    /// What becomes of a commit.
    fn fate(
        &mut self,
        server: usize,
        batch: Vec<ShowCommit>,
        may_fail: bool,
    ) -> Result<Vec<Outcome>, StoreError> {
        let fate = if may_fail { self.dice.below(24) } else { 99 };
        let (untold, told) = (self.writing(server, false), self.writing(server, true));
        match fate {
            0 => {
                self.seen.note("failed");
                Err(StoreError::Busy)
            }
            1..=2 => {
                self.seen.note("unknown and written");
                for show in &batch {
                    self.shelf.commit(show, untold);
                }
                Err(StoreError::Unknown)
            }
            3 => {
                self.seen.note("unknown and not written");
                if self.dice.once_in(2) {
                    self.ghosts.extend(batch);
                }
                Err(StoreError::Unknown)
            }
            4 if self.dice.once_in(4) => {
                self.seen.note("guarded");
                let guarded = |_: &ShowCommit| Outcome::Guarded("planted".into());
                Ok(batch.iter().map(guarded).collect())
            }
            _ if self.lie == Some(Lie::AnswersEarly) => {
                let yes = batch.iter().map(|_| Outcome::Committed).collect();
                self.ghosts.extend(batch);
                Ok(yes)
            }
            _ => {
                let outcome = |show: &ShowCommit| {
                    let outcome = self.shelf.commit(show, told);
                    let fence = show.rows.is_empty();
                    self.seen.note(match outcome {
                        Outcome::Committed if fence => "fenced",
                        Outcome::Lost if fence => "fence lost",
                        Outcome::Committed => "committed",
                        Outcome::Lost => "lost",
                        Outcome::OutOfTime { .. } => "out of time",
                        Outcome::Guarded(_) => "truly guarded",
                    });
                    outcome
                };
                Ok(batch.iter().map(outcome).collect())
            }
        }
    }

    /// A server that was refused for its time follows the primary's clock.
    fn correct(&mut self, server: usize, outcomes: &[Outcome]) {
        let late = |o: &Outcome| matches!(o, Outcome::OutOfTime { .. });
        if outcomes.iter().any(late) {
            self.servers[server].skew_ms = 0;
        }
    }

    /// A server gets a show alone, or waits on, or has waited too long.
    fn take_apart(&mut self, server: usize, may_fail: bool) {
        if self.servers[server].wants.is_empty() {
            return;
        }
        let (show, known, began) = self.servers[server].wants.remove(0);
        let tick = self.tick(server);
        let taken = self.shelf.locks.contains_key(&show);
        let seen = if may_fail && self.dice.once_in(8) {
            self.seen.note("not had alone");
            Err(StoreError::Busy)
        } else if taken {
            return self.servers[server].wants.push((show, known, began));
        } else {
            self.seen.note("had alone");
            self.shelf.locks.insert(show, server);
            Ok(self.shelf.tail(show, known))
        };
        let dice = &mut self.dice;
        let Server { machine, out, .. } = &mut self.servers[server];
        let commit = machine.apart(show, began, seen, tick, (&mut || dice.roll(), out));
        match commit {
            Some(commit) => self.servers[server].apart.push((tick.at, commit)),
            None => self.unlock(server, show),
        }
    }

    fn unlock(&mut self, server: usize, show: ShowId) {
        if self.shelf.locks.get(&show) == Some(&server) {
            self.shelf.locks.remove(&show);
        }
    }

    fn apart_ends(&mut self, server: usize, may_fail: bool) {
        if self.servers[server].apart.is_empty() {
            return;
        }
        let (began, commit) = self.servers[server].apart.remove(0);
        let show = commit.head.show;
        // A new primary knows nothing of old locks, so it can be lost all the same.
        let result = self.fate(server, vec![commit], may_fail);
        self.unlock(server, show);
        if let Ok(outcomes) = &result {
            self.correct(server, outcomes);
        }
        let now = self.tick(server).now;
        let result = result.map(|mut outcomes| outcomes.remove(0));
        let Server { machine, out, .. } = &mut self.servers[server];
        machine.apart_committed(show, (now, began), result, out);
    }

    fn ghost_lands(&mut self) {
        if !self.ghosts.is_empty() {
            let which = self.dice.below(self.ghosts.len());
            let ghost = self.ghosts.swap_remove(which);
            // It was admitted before its connection broke.
            let writing = Writing {
                clock: None,
                ..self.writing(SERVERS, false)
            };
            if self.shelf.commit(&ghost, writing) == Outcome::Committed {
                self.seen.note("written after the answer");
            }
        }
    }

    fn primary_dies(&mut self) {
        let at = self.moment();
        if self.shelf.fail_over(at) {
            self.seen.note("a branch was lost");
        }
    }

    /// Starts the next commit and does what the machine says.
    fn pump(&mut self, server: usize) -> Result<(), String> {
        let (tick, began) = (self.tick(server), self.moment());
        let dice = &mut self.dice;
        let Server {
            machine,
            commit,
            question,
            out,
            ..
        } = &mut self.servers[server];
        if !machine.is_committing() {
            let batch = machine.next_batch(tick, &mut || dice.roll(), out);
            *commit = batch.map(|batch| (began, batch));
        }
        if let Some(shows) = machine.next_question() {
            let found = None;
            *question = Some(Question {
                shows,
                began,
                found,
            });
        }
        for effect in std::mem::take(out) {
            self.act(server, effect, began)?;
        }
        self.check_looks()
    }

    fn act(&mut self, server: usize, effect: Effect<usize>, began: Instant) -> Result<(), String> {
        match effect {
            Effect::Load(show, known) => self.servers[server].loads.push(Load {
                show,
                known,
                began,
                found: None,
            }),
            Effect::TakeApart(show, known) => {
                self.servers[server].wants.push((show, known, began));
            }
            Effect::Answer(reply, answer) => self.answered(server, reply, answer)?,
            Effect::Publish(picture, seen) => {
                let version = picture.version();
                let shows = SHOWS.iter();
                let stood = shows.filter(|s| self.shelf.stood(**s, Some(version), seen));
                ensure(stood.count() > 0, "a picture of what is not stored")?;
            }
            Effect::Stands(show, version, seen) => {
                let stood = self.shelf.stood(show, Some(version), seen);
                let none = version.ver == 0;
                ensure(stood || none, "it does not stand where it is said to")?;
            }
            Effect::Settle(settle) => {
                let show = self.shelf.shows.get(&settle.booking.show);
                let safe = show.and_then(|j| j.versions[..j.replicated].last());
                let safe = safe.map_or(0, |v| v.ver);
                ensure(settle.ver <= safe, "payment was told what is not safe")?;
            }
            Effect::Tell(tell) => tell(),
            Effect::Alarm(..) | Effect::Retire(_) => {}
        }
        Ok(())
    }

    /// From when on a refusal may be true: what others have may have been theirs a moment ago.
    fn oldest(&self, since: Instant, refused: &LaneError) -> Instant {
        let theirs = |refusal: &Refusal| {
            let code = refusal.code();
            ["seats_taken", "not_enough_seats", "orphan_seat"].contains(&code)
        };
        match refused {
            LaneError::Refused { refusal, .. } if theirs(refusal) => {
                let bound = self.at.checked_sub(REFUSAL_STALE);
                bound.map_or(since, |bound| bound.min(since))
            }
            _ => since,
        }
    }

    fn check_looks(&mut self) -> Result<(), String> {
        let looks = self.looks.lock().unwrap_or_else(PoisonError::into_inner);
        let new: Vec<_> = looks.iter().skip(self.looks_checked).cloned().collect();
        drop(looks);
        self.looks_checked += new.len();
        for (show, since, saw) in new {
            if let Ok((ver, tip)) = saw {
                self.seen.note("looked");
                let version = (ver > 0).then_some(Version { ver, tip });
                let stood = self.shelf.stood(show, version, since);
                ensure(stood, "somebody saw what was over long ago, or never was")?;
            }
        }
        Ok(())
    }

    /// Looks at an answer at the moment it is given.
    fn answered(&mut self, server: usize, reply: usize, answer: Told) -> Result<(), String> {
        let request = &mut self.requests[reply];
        ensure(request.answer.is_none(), "answered twice")?;
        let (show, since, id) = (request.show, request.since, request.command.id);
        let ask = &request.command.ask;
        let recorded = !matches!(ask, Ask::Open(_) | Ask::Announced(_) | Ask::Expire);
        let is_timer = matches!(ask, Ask::Expire);
        request.answer = Some(answer.clone());
        match answer {
            Ok(answer) => {
                self.seen.note("yes");
                let times = self.shelf.times(show, id);
                if times == 1 {
                    self.granted.insert((show, id));
                }
                let stands = !answer.fresh || !recorded || times == 1;
                ensure(stands, "yes, and it does not stand in the journal")?;
                let safe = self.shelf.has_standby(show, answer.version);
                let idle = is_timer && !answer.fresh;
                ensure(safe || idle, "yes, and it would not outlive the primary")
            }
            Err(refused @ (LaneError::Refused { .. } | LaneError::NoSuchShow)) => {
                self.seen.note("refused");
                let decided_on = self.servers[server].machine.stands(show);
                let from = self.oldest(since, &refused);
                let stood = self.shelf.stood(show, decided_on, from);
                ensure(stood, "refused for what was over long ago, or never was")
            }
            Err(LaneError::Busy) => {
                self.seen.note("busy");
                Ok(())
            }
            Err(_) => Ok(()),
        }
    }

    /// No more faults: everything under way comes to its end.
    fn heal(&mut self) -> Result<(), String> {
        self.ghosts.clear();
        self.settle()
    }

    fn settle(&mut self) -> Result<(), String> {
        for _ in 0..1_000 {
            for server in 0..SERVERS {
                self.pump(server)?;
                self.load_comes(server, false);
                self.pump(server)?;
                self.primary_says(server, false);
                self.pump(server)?;
                self.take_apart(server, false);
                self.pump(server)?;
                self.apart_ends(server, false);
                self.pump(server)?;
                self.commit_ends(server, false);
                self.pump(server)?;
            }
            let idle = |s: &Server| {
                let waits = !s.loads.is_empty() || !s.wants.is_empty() || !s.apart.is_empty();
                !waits && s.commit.is_none() && s.question.is_none() && !s.machine.is_busy()
            };
            if self.servers.iter().all(idle) {
                return Ok(());
            }
        }
        Err("it does not come to rest".into())
    }

    fn judge(&self) -> Result<(), String> {
        let unanswered = self.requests.iter().filter(|r| r.answer.is_none());
        ensure(
            unanswered.count() == 0,
            "somebody was left without an answer",
        )?;
        ensure(
            self.looks_asked == self.looks_checked,
            "somebody was left without a look",
        )?;
        for journal in self.shelf.shows.values() {
            let rows = u64::try_from(journal.bodies.len()).unwrap_or(0);
            let ver = journal.head.map_or(0, |h| h.version.ver);
            ensure(rows == ver, "a gap in the versions")?;
            let state = &journal.state;
            state.check().map_err(|broken| broken.to_string())?;
            let due = journal.head.and_then(|h| h.next_due);
            // Payment that was asked just now is not asked at once again; holds end in time.
            let longest = SKEWS_MS.iter().max().unwrap_or(&0) + SETTLE_AGAIN_MS;
            let asked = state.next_due_unless_asked(self.now.plus_ms(longest));
            ensure(
                state.next_due() <= due && due <= asked && due.is_some() == asked.is_some(),
                "the head waits for something else",
            )?;
        }
        for (show, id) in &self.granted {
            let times = self.shelf.times(*show, *id);
            ensure(times == 1, "told yes, and it is gone")?;
        }
        let mut fates: BTreeMap<CommandId, (ShowId, Vec<&Told>)> = BTreeMap::new();
        for request in &self.requests {
            let fate = fates.entry(request.command.id);
            let (_, answers) = fate.or_insert((request.show, Vec::new()));
            answers.extend(&request.answer);
        }
        for (id, (show, answers)) in fates {
            let times = self.shelf.times(show, id);
            ensure(times <= 1, "one command, two effects")?;
            let denied = |a: &&Told| matches!(a, Err(LaneError::Refused { .. } | LaneError::Busy));
            let written = times == 1 && answers.iter().all(denied);
            ensure(!written, "told no, and it was done")?;
        }
        Ok(())
    }
}

fn ensure(is: bool, otherwise: &str) -> Result<(), String> {
    is.then_some(()).ok_or_else(|| otherwise.to_owned())
}

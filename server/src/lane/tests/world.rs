//! Three machines, one shelf, and what is under way between them.

mod answers;
mod primary;

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
        Answer, LaneError, Plans,
        cell::REFUSAL_STALE,
        machine::Machine,
        work::{self, Effect, Tell, Tick, Work},
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
        // Shows that are opened by whoever comes first, or were opened before.
        let is_planned = seed.is_multiple_of(2);
        let plans = move |_| is_planned.then(|| Arc::clone(terms()));
        let mut server = || Server {
            machine: Machine::new(true, Plans::new(plans)),
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
        for show in SHOWS.into_iter().filter(|_| !is_planned) {
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
        if all == 0 {
            return;
        }
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
        let look = Box::new(move |seen: Result<work::Seen<'_>, _>| -> Tell {
            let saw = seen.map(|s| (s.state.ver(), s.tip));
            Box::new(move || {
                let mut looks = looks.lock().unwrap_or_else(PoisonError::into_inner);
                looks.push((show, since, saw));
            })
        });
        let within = Duration::ZERO;
        machine.submit(show, Work::Look { look, within }, since, out);
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

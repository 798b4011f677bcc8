//! Two machines, one shelf, and what is under way between them.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
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
    shelf::Shelf,
};
use crate::{
    lane::{
        Answer, LaneError,
        machine::{Effect, Machine, Work},
    },
    store::{Loaded, Outcome, ShowCommit, StoreError},
};

const SHOWS: [ShowId; 2] = [ShowId(1), ShowId(2)];

/// What happened in a world.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    pub(super) yes: u32,
    pub(super) refused: u32,
    pub(super) lost: u32,
    pub(super) unknown_written: u32,
    pub(super) unknown_lost: u32,
    pub(super) ghosts: u32,
    pub(super) failed: u32,
    pub(super) guarded: u32,
    pub(super) load_failed: u32,
    pub(super) repeated: u32,
    pub(super) looked: u32,
}

impl Seen {
    pub(super) fn add(&mut self, other: &Self) {
        self.yes += other.yes;
        self.refused += other.refused;
        self.lost += other.lost;
        self.unknown_written += other.unknown_written;
        self.unknown_lost += other.unknown_lost;
        self.ghosts += other.ghosts;
        self.failed += other.failed;
        self.guarded += other.guarded;
        self.load_failed += other.load_failed;
        self.repeated += other.repeated;
        self.looked += other.looked;
    }
}

/// A lane, its loads that have not come back, and its commit under way.
struct Server {
    machine: Machine<usize>,
    loads: Vec<(ShowId, Option<Loaded>)>,
    commit: Option<Vec<ShowCommit>>,
    out: Vec<Effect<usize>>,
}

/// Somebody who asked.
struct Request {
    show: ShowId,
    command: Command,
    answer: Option<Told>,
}

type Told = Result<Answer, LaneError>;
type Looks = Arc<Mutex<Vec<(ShowId, Result<(u64, u64), LaneError>)>>>;

pub(super) struct World {
    dice: Dice,
    now: UtcMillis,
    servers: [Server; 2],
    pub(super) shelf: Shelf,
    /// Commits of unknown outcome that may still be written.
    ghosts: Vec<ShowCommit>,
    requests: Vec<Request>,
    looks: Looks,
    looks_asked: usize,
    looks_checked: usize,
    /// A planted fault: the outcome of a commit is told before it is written.
    pub(super) answers_early: bool,
    seen: Seen,
}

impl World {
    pub(super) fn new(seed: u64) -> Self {
        let server = || Server {
            machine: Machine::new(),
            loads: Vec::new(),
            commit: None,
            out: Vec::new(),
        };
        let mut world = Self {
            dice: Dice(seed),
            now: UtcMillis(1_000_000),
            servers: [server(), server()],
            shelf: Shelf::default(),
            ghosts: Vec::new(),
            requests: Vec::new(),
            looks: Arc::default(),
            looks_asked: 0,
            looks_checked: 0,
            answers_early: false,
            seen: Seen::default(),
        };
        for show in SHOWS {
            let open = command(&mut world.dice, Ask::Open(Arc::clone(terms())));
            world.submit(0, show, open);
        }
        world
    }

    /// Lets things happen, heals the store, and looks at what is left.
    pub(super) fn live(mut self, steps: u32) -> Result<Seen, String> {
        for _ in 0..steps {
            self.step()?;
        }
        self.heal()?;
        self.judge()?;
        Ok(self.seen)
    }

    fn submit(&mut self, server: usize, show: ShowId, command: Command) {
        let reply = self.requests.len();
        self.requests.push(Request {
            show,
            command: command.clone(),
            answer: None,
        });
        let command = Box::new(command);
        let Server { machine, out, .. } = &mut self.servers[server];
        machine.submit(show, Work::Command { command, reply }, out);
    }

    fn step(&mut self) -> Result<(), String> {
        let server = self.dice.below(2);
        match self.dice.below(14) {
            0..=3 => self.somebody_asks(server),
            4 => self.somebody_repeats(server),
            5 => self.somebody_looks(server),
            6..=7 => self.load_comes(server, true),
            8..=10 => self.commit_ends(server, true),
            11 => self.ghost_lands(),
            12 => self.load_reads(server),
            _ => {
                let ms = [1, 4_999, 60_000, 300_000, 900_000][self.dice.below(5)];
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
        let which = self.dice.below(self.requests.len());
        let Request { show, command, .. } = &self.requests[which];
        let (show, command) = (*show, command.clone());
        self.seen.repeated += 1;
        self.submit(server, show, command);
    }

    fn somebody_looks(&mut self, server: usize) {
        let show = SHOWS[self.dice.below(2)];
        let looks = Arc::clone(&self.looks);
        self.looks_asked += 1;
        let Server { machine, out, .. } = &mut self.servers[server];
        let look = Work::Look(Box::new(move |seen: Result<_, LaneError>| {
            let saw = seen.map(|s: crate::lane::machine::Seen<'_>| (s.state.ver(), s.tip));
            let mut looks = looks.lock().unwrap_or_else(PoisonError::into_inner);
            looks.push((show, saw));
        }));
        machine.submit(show, look, out);
    }

    /// What a load finds is settled some time before it is told.
    fn load_reads(&mut self, server: usize) {
        for (show, found) in &mut self.servers[server].loads {
            *found = Some(self.shelf.load(*show));
        }
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
        let (show, found) = loads.swap_remove(self.dice.below(loads.len()));
        if may_fail && self.dice.once_in(8) {
            self.seen.load_failed += 1;
            machine.loaded(show, Err(StoreError::Busy), out);
            return;
        }
        let found = found.unwrap_or_else(|| self.shelf.load(show));
        machine.loaded(show, Ok(found), out);
    }

    fn commit_ends(&mut self, server: usize, may_fail: bool) {
        let Some(batch) = self.servers[server].commit.take() else {
            return;
        };
        let fate = if may_fail { self.dice.below(24) } else { 99 };
        let result = match fate {
            0 => {
                self.seen.failed += 1;
                Err(StoreError::Busy)
            }
            1 => {
                self.seen.unknown_written += 1;
                batch.iter().for_each(|show| drop(self.shelf.commit(show)));
                Err(StoreError::Unknown)
            }
            2 => {
                self.seen.unknown_lost += 1;
                if self.dice.once_in(2) {
                    self.ghosts.extend(batch);
                }
                Err(StoreError::Unknown)
            }
            3 if self.dice.once_in(4) => {
                self.seen.guarded += 1;
                let guarded = |_: &ShowCommit| Outcome::Guarded("planted".into());
                Ok(batch.iter().map(guarded).collect())
            }
            _ if self.answers_early => {
                let yes = batch.iter().map(|_| Outcome::Committed).collect();
                self.ghosts.extend(batch);
                Ok(yes)
            }
            _ => Ok(batch.iter().map(|show| self.shelf.commit(show)).collect()),
        };
        let lost = |outcomes: &Vec<Outcome>| {
            let lost = outcomes.iter().filter(|o| **o == Outcome::Lost);
            u32::try_from(lost.count()).unwrap_or(0)
        };
        self.seen.lost += result.as_ref().map_or(0, lost);
        let Server { machine, out, .. } = &mut self.servers[server];
        machine.committed(self.now, result, out);
    }

    fn ghost_lands(&mut self) {
        if !self.ghosts.is_empty() {
            let which = self.dice.below(self.ghosts.len());
            let ghost = self.ghosts.swap_remove(which);
            let landed = self.shelf.commit(&ghost) == Outcome::Committed;
            self.seen.ghosts += u32::from(landed);
        }
    }

    /// Starts the next commit and does what the machine says.
    fn pump(&mut self, server: usize) -> Result<(), String> {
        let (now, dice) = (self.now, &mut self.dice);
        let Server {
            machine,
            commit,
            out,
            ..
        } = &mut self.servers[server];
        if !machine.is_committing() {
            *commit = machine.next_batch(now, &mut || dice.roll(), out);
        }
        for effect in std::mem::take(out) {
            match effect {
                Effect::Load(show) => self.servers[server].loads.push((show, None)),
                Effect::Answer(reply, answer) => self.answered(reply, answer)?,
                Effect::Publish(picture) => {
                    let show = SHOWS.iter().any(|s| self.is_version(*s, picture.version()));
                    ensure(show, "a picture of what is not stored")?;
                }
                Effect::Settle(settle) => {
                    let show = self.shelf.shows.get(&settle.booking.show);
                    let ver = show.and_then(|j| j.head).map_or(0, |h| h.version.ver);
                    ensure(settle.ver <= ver, "payment was told what is not stored")?;
                }
                Effect::Alarm(..) | Effect::Retire(_) => {}
            }
        }
        self.check_looks()
    }

    fn is_version(&self, show: ShowId, version: Version) -> bool {
        let journal = self.shelf.shows.get(&show);
        journal.is_some_and(|j| j.versions.contains(&version))
    }

    fn check_looks(&mut self) -> Result<(), String> {
        let looks = self.looks.lock().unwrap_or_else(PoisonError::into_inner);
        let new: Vec<_> = looks.iter().skip(self.looks_checked).cloned().collect();
        drop(looks);
        self.looks_checked += new.len();
        for (show, saw) in new {
            if let Ok((ver, tip)) = saw {
                self.seen.looked += 1;
                let stored = ver == 0 || self.is_version(show, Version { ver, tip });
                ensure(stored, "somebody saw what is not stored")?;
            }
        }
        Ok(())
    }

    /// Looks at an answer at the moment it is given.
    fn answered(&mut self, reply: usize, answer: Told) -> Result<(), String> {
        let request = &mut self.requests[reply];
        ensure(request.answer.is_none(), "answered twice")?;
        let (show, id) = (request.show, request.command.id);
        let recorded = !matches!(
            request.command.ask,
            Ask::Open(_) | Ask::Announced(_) | Ask::Expire
        );
        request.answer = Some(answer.clone());
        match answer {
            Ok(answer) => {
                self.seen.yes += 1;
                ensure(
                    self.is_version(show, answer.version),
                    "yes, and the version is not stored",
                )?;
                let stands = !answer.fresh || !recorded || self.shelf.times(show, id) == 1;
                ensure(stands, "yes, and it does not stand in the journal")
            }
            Err(LaneError::Refused { refusal, .. }) => {
                self.seen.refused += 1;
                let Refusal::SeatsTaken { seats } = &refusal else {
                    return Ok(());
                };
                // Whoever is said to have the seat has had it in the journal.
                let layout = &terms().layout;
                let bodies = self.shelf.shows.get(&show).map_or(&[][..], |j| &j.bodies);
                let had = seats.iter().all(|taken| {
                    let seat = layout.find(taken.seat).map_or(0, |s| s.0);
                    let text = format!("\"seat\":{seat},");
                    bodies.iter().any(|body| body.contains(&text))
                });
                ensure(had, "refused for what is not stored")
            }
            Err(_) => Ok(()),
        }
    }

    /// No more faults: everything under way comes to its end.
    fn heal(&mut self) -> Result<(), String> {
        self.ghosts.clear();
        for _ in 0..1_000 {
            for server in 0..2 {
                self.pump(server)?;
                self.load_comes(server, false);
                self.commit_ends(server, false);
                self.pump(server)?;
            }
            let idle =
                |s: &Server| s.loads.is_empty() && s.commit.is_none() && !s.machine.is_busy();
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
            let asked = state.next_due_unless_asked(self.now.plus_ms(SETTLE_AGAIN_MS));
            ensure(
                state.next_due() <= due && due <= asked && due.is_some() == asked.is_some(),
                "the head waits for something else",
            )?;
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

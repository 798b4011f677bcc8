//! One of several lanes that write to the same journals.

use std::time::{Duration, Instant};

use houseful_core::show::{Ask, Command};
use uuid::Uuid;

use super::super::{
    NOW, SHOW, asks, by, open,
    people::{Dice, command, hold},
    shelf::Shelf,
};
use crate::{
    clock::Clock,
    hub::Picture,
    lane::{
        Answer, LaneError, Plans,
        machine::Machine,
        work::{self, Effect, Tell, Tick, Work},
    },
    store::{ShowCommit, StoreError, Tail},
};

pub(super) type Told = Result<Answer, LaneError>;

pub(super) const UNREADABLE: &str = "an event of tomorrow";

/// One lane on a shelf that others write to.
pub(super) struct Rival {
    pub(super) server: usize,
    pub(super) machine: Machine<u32>,
    pub(super) at: Instant,
    pub(super) out: Vec<Effect<u32>>,
    pub(super) answers: Vec<(u32, Told)>,
    pub(super) pictures: Vec<Picture>,
    pub(super) questions: usize,
    pub(super) loads: usize,
    pub(super) alarms: usize,
    /// Whether it can't read how the show goes on.
    pub(super) unreadable: bool,
    pub(super) tips: u64,
    /// Whether it is given shows alone.
    pub(super) has_turns: bool,
}

impl Rival {
    pub(super) fn new(server: usize) -> Self {
        Self {
            server,
            machine: Machine::new(true, Plans::none()),
            at: Clock::stopwatch(),
            out: Vec::new(),
            answers: Vec::new(),
            pictures: Vec::new(),
            questions: 0,
            loads: 0,
            alarms: 0,
            unreadable: false,
            tips: 1_000 * u64::try_from(server).unwrap_or(0),
            has_turns: true,
        }
    }

    pub(super) fn tick(&self) -> Tick {
        let (now, at) = (NOW, self.at);
        Tick { now, at }
    }

    pub(super) fn ask(&mut self, reply: u32, command: &Command) {
        self.at += Duration::from_micros(1);
        let work = asks(command.clone(), reply);
        self.machine.submit(SHOW, work, self.at, &mut self.out);
    }

    /// What is decided and not yet committed.
    pub(super) fn decide(&mut self) -> Option<Vec<ShowCommit>> {
        let (tick, tips) = (self.tick(), &mut self.tips);
        let mut tip = || {
            *tips += 1;
            *tips
        };
        self.machine.next_batch(tick, &mut tip, &mut self.out)
    }

    /// Sends a batch and hears of it.
    pub(super) fn commit(&mut self, shelf: &mut Shelf, batch: &[ShowCommit]) {
        let began = self.at;
        let outcomes = batch.iter().map(|show| shelf.commit(show, by(self.server)));
        let result = Ok(outcomes.collect());
        self.machine.committed(NOW, began, result, &mut self.out);
    }

    /// Does what it says and answers what it asks, but commits nothing in a batch.
    pub(super) fn act(&mut self, shelf: &mut Shelf) {
        self.at += Duration::from_micros(1);
        let began = self.at;
        if let Some(shows) = self.machine.next_question() {
            self.questions += 1;
            let stands = shows.iter().map(|show| shelf.stands(*show)).collect();
            self.machine.stood(NOW, began, Ok(stands), &mut self.out);
        }
        for effect in std::mem::take(&mut self.out) {
            match effect {
                Effect::Load(show, known) => {
                    self.loads += 1;
                    let tail = if self.unreadable {
                        Err(StoreError::Unreadable(UNREADABLE.to_owned()))
                    } else {
                        Ok(shelf.tail(show, known))
                    };
                    self.machine.loaded(show, began, tail, &mut self.out);
                }
                Effect::TakeApart(show, known) => self.take_apart(shelf, shelf.tail(show, known)),
                Effect::Answer(reply, answer) => self.answers.push((reply, answer)),
                Effect::Tell(tell) => tell(),
                Effect::Publish(picture, _) => self.pictures.push(picture),
                Effect::Alarm(..) => self.alarms += 1,
                _ => {}
            }
        }
    }

    pub(super) fn take_apart(&mut self, shelf: &mut Shelf, tail: Tail) {
        let (tick, tips) = (self.tick(), &mut self.tips);
        let seen = if self.has_turns {
            shelf.locks.insert(SHOW, self.server);
            Ok(tail)
        } else {
            Err(StoreError::Busy)
        };
        let mut tip = || {
            *tips += 1;
            *tips
        };
        let out = (&mut tip as &mut dyn FnMut() -> u64, &mut self.out);
        let commit = self.machine.apart(SHOW, tick.at, seen, tick, out);
        if let Some(commit) = commit {
            let outcome = shelf.commit(&commit, by(self.server));
            let times = (NOW, tick.at);
            let machine = &mut self.machine;
            machine.apart_committed(SHOW, times, Ok(outcome), &mut self.out);
        }
        shelf.locks.remove(&SHOW);
    }

    /// Goes on until nothing is left to do.
    pub(super) fn rest(&mut self, shelf: &mut Shelf) {
        for _ in 0..20 {
            self.act(shelf);
            if let Some(batch) = self.decide() {
                self.commit(shelf, &batch);
            }
        }
    }

    /// Has something decided and committed, and gives the answer.
    pub(super) fn does(&mut self, shelf: &mut Shelf, command: &Command) -> Told {
        self.ask(0, command);
        self.rest(shelf);
        self.answers.pop().expect("an answer").1
    }

    /// Looks at the show's version.
    pub(super) fn looks(&mut self, shelf: &mut Shelf) -> Option<Result<u64, LaneError>> {
        let (tell, hear) = std::sync::mpsc::channel();
        let look = Box::new(move |seen: Result<work::Seen<'_>, _>| -> Tell {
            let saw = seen.map(|s| s.state.ver());
            Box::new(move || tell.send(saw).expect("somebody listens"))
        });
        let within = Duration::ZERO;
        self.at += Duration::from_micros(1);
        let work = Work::Look { look, within };
        self.machine.submit(SHOW, work, self.at, &mut self.out);
        self.rest(shelf);
        hear.try_recv().ok()
    }
}

pub(super) fn asked(seed: u64, ask: Ask) -> Command {
    command(&mut Dice(seed), ask)
}

pub(super) fn holds(n: u64, seat: &str) -> Command {
    asked(n, hold(Uuid::from_u128(n.into()), seat))
}

/// An open show and two lanes that know it.
pub(super) fn two() -> (Shelf, Rival, Rival) {
    let (mut shelf, mut one, mut two) = (Shelf::default(), Rival::new(1), Rival::new(2));
    one.does(&mut shelf, &open()).expect("opened");
    let idle = asked(2, Ask::Expire);
    for lane in [&mut one, &mut two] {
        lane.does(&mut shelf, &idle).expect("nothing to do");
    }
    (shelf, one, two)
}

//! What a lane does about what others write, case by case; each case also with its guard off.

use std::time::{Duration, Instant};

use houseful_core::{refusal::Refusal, show::Ask, show::Command};
use uuid::Uuid;

use super::{
    NOW, SHOW, asks, by,
    people::{Dice, command, hold},
    shelf::Shelf,
};
use crate::{
    clock::Clock,
    hub::Picture,
    lane::{
        Answer, LaneError,
        cell::{READ_AGAIN, REFUSAL_STALE, TRIED_MAX},
        machine::{self, Effect, Machine, Tell, Tick, Work},
    },
    store::{Outcome, ShowCommit, StoreError, Tail},
};

type Told = Result<Answer, LaneError>;

const UNREADABLE: &str = "an event of tomorrow";

/// One lane on a shelf that others write to.
struct Lane {
    server: usize,
    machine: Machine<u32>,
    at: Instant,
    out: Vec<Effect<u32>>,
    answers: Vec<(u32, Told)>,
    pictures: Vec<Picture>,
    questions: usize,
    loads: usize,
    alarms: usize,
    /// Whether it can't read how the show goes on.
    unreadable: bool,
    tips: u64,
    /// Whether it is given shows alone.
    has_turns: bool,
}

impl Lane {
    fn new(server: usize) -> Self {
        Self {
            server,
            machine: Machine::new(true),
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

    fn tick(&self) -> Tick {
        let (now, at) = (NOW, self.at);
        Tick { now, at }
    }

    fn ask(&mut self, reply: u32, command: &Command) {
        self.at += Duration::from_micros(1);
        let work = asks(command.clone(), reply);
        self.machine.submit(SHOW, work, self.at, &mut self.out);
    }

    /// What is decided and not yet committed.
    fn decide(&mut self) -> Option<Vec<ShowCommit>> {
        let (tick, tips) = (self.tick(), &mut self.tips);
        let mut tip = || {
            *tips += 1;
            *tips
        };
        self.machine.next_batch(tick, &mut tip, &mut self.out)
    }

    /// Sends a batch and hears of it.
    fn commit(&mut self, shelf: &mut Shelf, batch: &[ShowCommit]) {
        let began = self.at;
        let outcomes = batch.iter().map(|show| shelf.commit(show, by(self.server)));
        let result = Ok(outcomes.collect());
        self.machine.committed(NOW, began, result, &mut self.out);
    }

    /// Does what it says and answers what it asks, but commits nothing in a batch.
    fn act(&mut self, shelf: &mut Shelf) {
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

    fn take_apart(&mut self, shelf: &mut Shelf, tail: Tail) {
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
    fn rest(&mut self, shelf: &mut Shelf) {
        for _ in 0..20 {
            self.act(shelf);
            if let Some(batch) = self.decide() {
                self.commit(shelf, &batch);
            }
        }
    }

    /// Has something decided and committed, and gives the answer.
    fn does(&mut self, shelf: &mut Shelf, command: &Command) -> Told {
        self.ask(0, command);
        self.rest(shelf);
        self.answers.pop().expect("an answer").1
    }

    /// Looks at the show's version.
    fn looks(&mut self, shelf: &mut Shelf) -> Option<Result<u64, LaneError>> {
        let (tell, hear) = std::sync::mpsc::channel();
        let look = Box::new(move |seen: Result<machine::Seen<'_>, _>| -> Tell {
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

fn asked(seed: u64, ask: Ask) -> Command {
    command(&mut Dice(seed), ask)
}

fn holds(n: u64, seat: &str) -> Command {
    asked(n, hold(Uuid::from_u128(n.into()), seat))
}

/// An open show and two lanes that know it.
fn two() -> (Shelf, Lane, Lane) {
    let (mut shelf, mut one, mut two) = (Shelf::default(), Lane::new(1), Lane::new(2));
    one.does(&mut shelf, &super::open()).expect("opened");
    let idle = asked(2, Ask::Expire);
    for lane in [&mut one, &mut two] {
        lane.does(&mut shelf, &idle).expect("nothing to do");
    }
    (shelf, one, two)
}

/// A commit that only the old primary had, in the memory of a server that read it; the standby
/// takes over, and the same command comes again. What is said, and whether it is so.
fn after_a_lost_branch(guards: impl FnOnce(&mut Shelf)) -> (Told, bool, Lane) {
    let (mut shelf, mut one, mut two) = two();
    let lost = holds(10, "A1");
    one.ask(1, &lost);
    let batch = one.decide().expect("a commit");
    let mut untold = by(1);
    untold.told = false;
    assert_eq!(shelf.commit(&batch[0], untold), Outcome::Committed);
    // Another server reads it: nobody may have A1.
    two.at += REFUSAL_STALE * 2;
    let refused = two.does(&mut shelf, &holds(11, "A1"));
    assert!(
        matches!(refused, Err(LaneError::Refused { .. })),
        "{refused:?}"
    );
    assert!(shelf.fail_over(Clock::stopwatch()));
    // Somebody else takes the version's number, and the seat.
    let mut three = Lane::new(3);
    three.does(&mut shelf, &holds(12, "A1")).expect("granted");
    guards(&mut shelf);
    let told = two.does(&mut shelf, &lost);
    let is_so = shelf.times(SHOW, lost.id) == 1;
    (told, is_so, two)
}

#[test]
fn a_yes_of_a_lost_branch_is_not_said_again() {
    let (told, is_so, lane) = after_a_lost_branch(|_| {});
    let taken = matches!(
        told,
        Err(LaneError::Refused {
            refusal: Refusal::SeatsTaken { .. },
            ..
        })
    );
    assert!(taken && !is_so, "{told:?}");
    // The picture of the lost branch is replaced by one with the same number.
    let mut pictures: Vec<_> = lane.pictures.iter().map(Picture::version).collect();
    pictures.dedup();
    let [.., before, after] = pictures[..] else {
        panic!("too few pictures");
    };
    assert!(before.ver == after.ver && before.tip != after.tip);
}

#[test]
fn without_tips_or_without_fences_a_lost_yes_is_said_again() {
    for guards in [
        (|shelf: &mut Shelf| shelf.ignores_tips = true) as fn(&mut Shelf),
        |shelf| shelf.ignores_fences = true,
    ] {
        let (told, is_so, _) = after_a_lost_branch(guards);
        assert!(told.is_ok_and(|a| !a.fresh) && !is_so);
    }
}

/// A server far from the primary, and one that is always there first. How often the slow one
/// tried in vain, and what it said in the end.
fn slow_against_fast(has_turns: bool) -> (usize, Option<Told>) {
    let (mut shelf, mut fast, mut slow) = two();
    slow.has_turns = has_turns;
    slow.ask(1, &holds(10, "B4"));
    let mut lost = 0;
    for n in 0..40 {
        // Before each commit of the slow one the fast one has something to write.
        let batch = slow.decide();
        let booking = Uuid::from_u128(100 + n / 2);
        let seed = 1_000 + u64::try_from(n).expect("small");
        let ask = if n % 2 == 0 {
            hold(booking, "A1")
        } else {
            Ask::Release { booking }
        };
        let mut next = asked(seed, ask);
        next.actor.staff = true;
        fast.does(&mut shelf, &next).expect("granted");
        if let Some(batch) = batch {
            lost += 1;
            slow.commit(&mut shelf, &batch);
        }
        slow.act(&mut shelf);
    }
    (lost, slow.answers.pop().map(|(_, told)| told))
}

#[test]
fn a_slow_server_that_lost_twice_has_its_turn() {
    let (lost, told) = slow_against_fast(true);
    assert!(told.expect("an answer").is_ok_and(|a| a.fresh));
    assert_eq!(lost, 2);
    // Without its turn it is told to come back, and never gets in.
    let (lost, told) = slow_against_fast(false);
    assert_eq!(told, Some(Err(LaneError::Busy)));
    assert_eq!(lost, 2);
}

#[test]
fn a_refusal_rests_on_the_primary_and_not_on_old_memory() {
    let (mut shelf, mut one, mut two) = two();
    one.does(&mut shelf, &holds(10, "A1")).expect("granted");
    two.at += REFUSAL_STALE * 2;
    let refused = two.does(&mut shelf, &holds(11, "A1"));
    assert!(
        matches!(refused, Err(LaneError::Refused { .. })),
        "{refused:?}"
    );
    // For a moment nobody is asked again.
    let questions = two.questions;
    let refused = two.does(&mut shelf, &holds(12, "A1"));
    assert!(
        matches!(refused, Err(LaneError::Refused { .. })),
        "{refused:?}"
    );
    assert_eq!(two.questions, questions);
    // The seat is given back elsewhere: whoever asks later is not told no.
    let booking = Uuid::from_u128(10);
    let mut back = asked(13, Ask::Release { booking });
    back.actor.staff = true;
    one.does(&mut shelf, &back).expect("released");
    two.at += REFUSAL_STALE * 2;
    let granted = two.does(&mut shelf, &holds(14, "A1"));
    assert!(granted.is_ok_and(|a| a.fresh));
}

#[test]
fn what_somebody_did_at_another_server_is_known_at_once() {
    let (mut shelf, mut one, mut two) = two();
    let held = holds(10, "A1");
    let mut back = asked(
        11,
        Ask::Release {
            booking: held.ask.booking().expect("a booking"),
        },
    );
    back.actor = held.actor;
    one.does(&mut shelf, &held).expect("granted");
    // The other server was told a moment ago that the show stands elsewhere.
    assert!(two.does(&mut shelf, &back).is_ok_and(|a| a.fresh));
}

#[test]
fn one_question_confirms_all_losers_of_a_moment() {
    let (mut shelf, mut one, mut two) = two();
    one.does(&mut shelf, &holds(10, "A1")).expect("granted");
    two.at += REFUSAL_STALE * 2;
    two.does(&mut shelf, &asked(11, Ask::Expire))
        .expect("nothing to do");
    two.at += REFUSAL_STALE * 2;
    let before = two.questions;
    for n in 0..30 {
        two.ask(u32::try_from(n).expect("small"), &holds(20 + n, "A1"));
    }
    two.rest(&mut shelf);
    let refused = |(_, told): &(u32, Told)| matches!(told, Err(LaneError::Refused { .. }));
    assert_eq!(two.answers.iter().filter(|a| refused(a)).count(), 30);
    assert_eq!(two.questions, before + 1);
}

#[test]
fn a_command_that_is_kept_waiting_is_sent_away_with_nothing_written() {
    let (mut shelf, mut one, mut two) = two();
    let late = holds(10, "A1");
    two.ask(1, &late);
    let batch = two.decide().expect("a commit");
    one.does(&mut shelf, &holds(11, "A2")).expect("granted");
    two.at += TRIED_MAX * 2;
    two.commit(&mut shelf, &batch);
    two.rest(&mut shelf);
    assert_eq!(two.answers.pop(), Some((1, Err(LaneError::Busy))));
    assert_eq!(shelf.times(SHOW, late.id), 0);
    assert!(
        two.does(&mut shelf, &late).is_ok_and(|a| a.fresh),
        "it may come again"
    );
}

#[test]
fn a_clock_that_cannot_be_corrected_is_not_tried_for_ever() {
    let (mut shelf, _, mut two) = two();
    two.ask(1, &holds(10, "A1"));
    for tries in 1..=2 {
        let batch = two.decide().expect("a commit");
        assert_eq!(batch.len(), 1);
        let late = Outcome::OutOfTime { primary: NOW };
        let at = two.at;
        two.machine.committed(NOW, at, Ok(vec![late]), &mut two.out);
        two.act(&mut shelf);
        two.act(&mut shelf);
        assert_eq!(two.answers.len(), usize::from(tries == 2));
    }
    assert_eq!(two.answers.pop(), Some((1, Err(LaneError::Busy))));
    assert!(two.does(&mut shelf, &holds(11, "A1")).is_ok());
}

#[test]
fn a_look_sees_what_others_wrote() {
    let (mut shelf, mut one, mut two) = two();
    one.does(&mut shelf, &holds(10, "A1")).expect("granted");
    two.at += REFUSAL_STALE * 2;
    assert_eq!(two.looks(&mut shelf), Some(Ok(2)));
    assert_eq!(two.pictures.last().map(|p| p.version().ver), Some(2));
}

#[test]
fn whoever_looks_finds_the_picture_also_where_nothing_moved() {
    let (mut shelf, _, mut two) = two();
    two.pictures.clear();
    two.at += REFUSAL_STALE * 2;
    assert_eq!(two.looks(&mut shelf), Some(Ok(1)));
    assert_eq!(two.pictures.last().map(|p| p.version().ver), Some(1));
}

#[test]
fn a_journal_that_cannot_be_read_is_tried_again_after_a_while() {
    let (mut shelf, mut one, mut two) = two();
    one.does(&mut shelf, &holds(10, "A1")).expect("granted");
    two.unreadable = true;
    two.at += REFUSAL_STALE * 2;
    let read_only = LaneError::ReadOnly(UNREADABLE.to_owned());
    assert_eq!(two.looks(&mut shelf), Some(Err(read_only.clone())));
    // Asked again and again, it says so at once and asks nobody.
    let (loads, questions) = (two.loads, two.questions);
    for n in 0..5 {
        assert_eq!(two.looks(&mut shelf), Some(Err(read_only.clone())));
        let told = two.does(&mut shelf, &holds(20 + n, "B1"));
        assert_eq!(told, Err(read_only.clone()));
    }
    assert_eq!((two.loads, two.questions), (loads, questions));
    // It is no news that it can't be read still.
    two.at += READ_AGAIN;
    assert_eq!(two.looks(&mut shelf), Some(Err(read_only)));
    assert_eq!((two.loads, two.alarms), (loads + 1, 1));
    two.unreadable = false;
    two.at += READ_AGAIN;
    assert_eq!(two.looks(&mut shelf), Some(Ok(2)));
    assert!(
        two.does(&mut shelf, &holds(30, "B1"))
            .is_ok_and(|a| a.fresh)
    );
}

#[test]
fn a_show_that_was_not_written_stays_in_memory() {
    let (mut shelf, _, mut two) = two();
    let mut fails = |n: u64, error: StoreError| {
        two.ask(1, &holds(n, "A1"));
        two.decide().expect("a commit");
        let at = two.at;
        two.machine.committed(NOW, at, Err(error), &mut two.out);
        let loads = two.loads;
        two.rest(&mut shelf);
        let told = two.answers.pop().map(|(_, told)| told);
        (told, two.loads - loads)
    };
    let full = "the disk is full".to_owned();
    let told = Some(Err(LaneError::Unwritable(full.clone())));
    // The first time what is durable was not kept apart from what was decided.
    let first = fails(10, StoreError::Unwritable(full.clone()));
    assert_eq!(first, (told.clone(), 1));
    assert_eq!(fails(11, StoreError::Unwritable(full)), (told, 0));
    let busy = Some(Err(LaneError::Busy));
    assert_eq!(fails(12, StoreError::Busy), (busy, 0));
    let unknown = Some(Err(LaneError::Unknown));
    assert_eq!(fails(13, StoreError::Unknown), (unknown, 1));
    assert!(
        two.does(&mut shelf, &holds(14, "A1"))
            .is_ok_and(|a| a.fresh)
    );
}

#[test]
fn a_head_that_is_only_locked_is_no_reason_to_have_it_alone() {
    let (mut shelf, _, mut two) = two();
    two.has_turns = false;
    two.ask(1, &holds(10, "A1"));
    for _ in 0..5 {
        let batch = two.decide().expect("a commit");
        assert_eq!(batch.len(), 1);
        let (lost, at) = (vec![Outcome::Lost], two.at);
        two.machine.committed(NOW, at, Ok(lost), &mut two.out);
        two.act(&mut shelf);
    }
    two.rest(&mut shelf);
    let told = two.answers.pop().map(|(_, told)| told);
    assert!(told.expect("an answer").is_ok_and(|a| a.fresh));
}

#[test]
fn seats_that_somebody_gave_back_elsewhere_are_theirs_at_once() {
    let (mut shelf, mut one, mut two) = two();
    let held = holds(10, "A1");
    one.does(&mut shelf, &held).expect("granted");
    two.at += REFUSAL_STALE * 2;
    assert_eq!(two.looks(&mut shelf), Some(Ok(2)));
    let booking = Uuid::from_u128(10);
    let mut back = asked(11, Ask::Release { booking });
    back.actor = held.actor;
    one.does(&mut shelf, &back).expect("released");
    let mut again = holds(12, "A1");
    again.actor = held.actor;
    assert!(two.does(&mut shelf, &again).is_ok_and(|a| a.fresh));
}

//! Three lanes on one store, simulated from a seed: loads come late or not at all, commits are lost
//! to other lanes, come at the wrong time, fail, or leave it open whether they were written, the
//! primary dies with what only it had, requests come twice and to all. Whatever happens, nobody is
//! told yes for what does not stand in the journal and would not outlive the primary, nobody is told
//! no for what was over long ago, nothing is done twice, and nobody is left without an answer.

mod driver;
mod others;
mod people;
mod planned;
mod shelf;
mod world;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use houseful_core::{
    ids::ShowId,
    show::{Ask, Command, SETTLE_AGAIN_MS, ShowState},
    time::UtcMillis,
    wire::payment::PaymentState,
};
use uuid::Uuid;

use self::{
    people::{Dice, command, hold, news_of, terms},
    shelf::{Shelf, Writing},
    world::{Lie, Seen, World},
};
use super::{
    Answer, LaneError, Plans,
    cell::REFUSAL_STALE,
    machine::Machine,
    project,
    work::{self, Effect, Tick, Work},
};
use crate::{
    clock::Clock,
    store::{Projection, StoreError, Tail},
};

const SHOW: ShowId = ShowId(1);
const NOW: UtcMillis = UtcMillis(1_000_000);

/// How many worlds are tried.
const SEEDS: u64 = 1_000;
/// How much happens in each before the store heals.
const STEPS: u32 = 200;

#[test]
fn nobody_is_told_what_is_not_so() {
    let mut all = Seen::default();
    for seed in 0..SEEDS {
        let seen = World::new(seed).live(STEPS);
        let seen = seen.unwrap_or_else(|what| panic!("seed {seed}: {what}"));
        all.add(&seen);
    }
    // A simulation in which nothing goes wrong proves nothing.
    let floors = [
        ("yes", 20_000),
        ("refused", 20_000),
        ("lost", 1_000),
        ("fence lost", 200),
        ("fenced", 1_000),
        ("unknown and written", 200),
        ("unknown and not written", 200),
        ("written after the answer", 50),
        ("failed", 200),
        ("guarded", 50),
        ("out of time", 500),
        ("load failed", 200),
        ("read on", 500),
        ("asked the primary", 1_000),
        ("found elsewhere", 500),
        ("a branch was lost", 150),
        ("on a lost branch", 25),
        ("had alone", 100),
        ("not had alone", 10),
        ("repeated", 5_000),
        ("looked", 3_000),
        ("busy", 500),
    ];
    for (what, floor) in floors {
        let times = all.counts.get(what).copied().unwrap_or(0);
        assert!(
            times >= floor,
            "{what}: {times} times, wanted {floor}: {all:?}"
        );
    }
}

/// In how many worlds a lie is told.
const WORLDS: u64 = 100;

/// What makes a world lie.
type Lying = fn(&mut World);

/// How many of them notice it.
fn notice(lie: Lying) -> usize {
    let noticed = |seed: &u64| {
        let mut world = World::new(*seed);
        lie(&mut world);
        // The rules' own checks may speak first.
        let lived = catch_unwind(AssertUnwindSafe(|| world.live(STEPS)));
        !matches!(lived, Ok(Ok(_)))
    };
    (0..WORLDS).filter(noticed).count()
}

/// Each guard switched off: a lane that answers before the commit has to be noticed, and so has a
/// store that forgets, or that compares less than it promises.
#[test]
fn a_world_that_lies_is_noticed() {
    let lies: [(&str, Lying); 5] = [
        ("commits are forgotten", |w| w.shelf.forgets = true),
        ("heads are not compared", |w| w.shelf.ignores_heads = true),
        ("fences do nothing", |w| w.shelf.ignores_fences = true),
        ("answers come early", |w| w.lie = Some(Lie::AnswersEarly)),
        ("nothing is confirmed", |w| w.lie = Some(Lie::Confirms)),
    ];
    for (what, lie) in lies {
        let noticed = notice(lie);
        assert!(
            noticed > 10,
            "{what}: noticed in {noticed} of {WORLDS} worlds"
        );
    }
}

/// One show on one machine, opened and loaded.
fn opened(shelf: &mut Shelf) -> Machine<u32> {
    let mut machine = open_first(shelf);
    let (mut out, at) = (Vec::new(), Clock::stopwatch());
    let look = Box::new(|_: Result<work::Seen<'_>, LaneError>| -> work::Tell { Box::new(|| {}) });
    let within = REFUSAL_STALE;
    machine.submit(SHOW, Work::Look { look, within }, at, &mut out);
    machine.loaded(SHOW, at, whole(shelf), &mut out);
    assert!(machine.next_batch(tick(NOW), &mut || 7, &mut out).is_none());
    machine
}

/// A machine that has opened a show.
fn open_first(shelf: &mut Shelf) -> Machine<u32> {
    let (mut machine, mut out) = (Machine::new(false, Plans::none()), Vec::new());
    let (open, at) = (open(), Clock::stopwatch());
    machine.submit(SHOW, asks(open, 0), at, &mut out);
    machine.loaded(SHOW, at, whole(shelf), &mut out);
    let batch = machine.next_batch(tick(NOW), &mut || 7, &mut out);
    let outcomes = batch.iter().flatten().map(|show| shelf.commit(show, by(0)));
    machine.committed(NOW, at, Ok(outcomes.collect()), &mut out);
    machine
}

fn open() -> Command {
    command(&mut Dice(1), Ask::Open(Arc::clone(terms())))
}

fn whole(shelf: &Shelf) -> Result<Tail, StoreError> {
    Ok(Tail::Elsewhere(shelf.load(SHOW)))
}

fn tick(now: UtcMillis) -> Tick {
    let at = Clock::stopwatch();
    Tick { now, at }
}

fn by(server: usize) -> Writing {
    Writing {
        server,
        at: Clock::stopwatch(),
        clock: None,
        told: true,
    }
}

fn asks(command: Command, reply: u32) -> Work<u32> {
    let command = Box::new(command);
    Work::Command { command, reply }
}

fn answers(out: Vec<Effect<u32>>) -> Vec<(u32, Result<Answer, LaneError>)> {
    let answer = |effect| match effect {
        Effect::Answer(reply, answer) => Some((reply, answer)),
        Effect::Tell(tell) => {
            tell();
            None
        }
        _ => None,
    };
    out.into_iter().filter_map(answer).collect()
}

#[test]
fn a_show_that_cannot_be_read_is_read_only_and_not_unknown() {
    let (mut machine, mut out) = (Machine::new(false, Plans::none()), Vec::new());
    let at = Clock::stopwatch();
    let (told, hears) = std::sync::mpsc::channel();
    let look = move |seen: Result<work::Seen<'_>, LaneError>| -> work::Tell {
        let saw = seen.map(drop);
        Box::new(move || told.send(saw).expect("somebody listens"))
    };
    let (look, within) = (Box::new(look), REFUSAL_STALE);
    machine.submit(SHOW, Work::Look { look, within }, at, &mut out);
    let pause = command(&mut Dice(1), Ask::Pause);
    machine.submit(SHOW, asks(pause, 1), at, &mut out);
    let unreadable = StoreError::Unreadable("an event of tomorrow".into());
    machine.loaded(SHOW, at, Err(unreadable), &mut out);
    assert!(machine.next_batch(tick(NOW), &mut || 7, &mut out).is_none());
    let read_only = LaneError::ReadOnly("an event of tomorrow".into());
    let answered = answers(out);
    assert_eq!(hears.try_recv(), Ok(Err(read_only.clone())));
    assert_eq!(answered, [(1, Err(read_only))]);
}

#[test]
fn a_store_that_says_too_little_leaves_nobody_waiting() {
    let mut machine = opened(&mut Shelf::default());
    let (mut out, at) = (Vec::new(), Clock::stopwatch());
    let pause = command(&mut Dice(2), Ask::Pause);
    machine.submit(SHOW, asks(pause, 1), at, &mut out);
    assert!(machine.next_batch(tick(NOW), &mut || 8, &mut out).is_some());
    machine.committed(NOW, at, Ok(Vec::new()), &mut out);
    assert_eq!(answers(out), [(1, Err(LaneError::Unknown))]);
}

#[test]
fn a_lane_that_has_the_store_to_itself_asks_nobody() {
    let mut shelf = Shelf::default();
    let mut machine = opened(&mut shelf);
    let (mine, theirs) = (
        hold(Uuid::from_u128(5), "A1"),
        hold(Uuid::from_u128(6), "A1"),
    );
    let (mine, theirs) = (command(&mut Dice(5), mine), command(&mut Dice(6), theirs));
    let (mut out, at) = (Vec::new(), Clock::stopwatch());
    machine.submit(SHOW, asks(mine.clone(), 1), at, &mut out);
    let batch = machine.next_batch(tick(NOW), &mut || 8, &mut out);
    let outcomes = batch.iter().flatten().map(|show| shelf.commit(show, by(0)));
    machine.committed(NOW, at, Ok(outcomes.collect()), &mut out);
    // However long ago it was heard of.
    let later = at + REFUSAL_STALE * 100;
    machine.submit(SHOW, asks(mine, 2), later, &mut out);
    machine.submit(SHOW, asks(theirs, 3), later, &mut out);
    let late = Tick {
        now: NOW,
        at: later + REFUSAL_STALE * 100,
    };
    assert!(machine.next_batch(late, &mut || 9, &mut out).is_none());
    assert!(machine.next_question().is_none());
    let fresh = |(reply, told): (u32, Result<Answer, LaneError>)| (reply, told.map(|a| a.fresh));
    let told: Vec<_> = answers(out).into_iter().map(fresh).collect();
    assert!(matches!(
        told[..],
        [
            (1, Ok(true)),
            (2, Ok(false)),
            (3, Err(LaneError::Refused { .. }))
        ]
    ));
}

/// What a machine gives to be committed at `now` when it is asked this; it is committed.
fn commits(
    machine: &mut Machine<u32>,
    shelf: &mut Shelf,
    ask: Ask,
    now: UtcMillis,
) -> (Option<UtcMillis>, usize) {
    let mut out = Vec::new();
    let (seed, at) = (now.0.cast_unsigned(), Clock::stopwatch());
    let command = command(&mut Dice(seed), ask);
    machine.submit(SHOW, asks(command, 1), at, &mut out);
    let batch = machine.next_batch(tick(now), &mut || seed, &mut out);
    let mut due = None;
    if let Some(batch) = batch {
        due = batch[0].head.next_due;
        let outcomes = batch.iter().map(|show| shelf.commit(show, by(0)));
        machine.committed(now, at, Ok(outcomes.collect()), &mut out);
    }
    let settles = out.iter().filter(|e| matches!(e, Effect::Settle(_)));
    (due, settles.count())
}

#[test]
fn payment_is_not_asked_again_with_every_hold_of_a_busy_show() {
    let mut shelf = Shelf::default();
    let mut machine = opened(&mut shelf);
    let booking = Uuid::from_u128(5);
    commits(&mut machine, &mut shelf, hold(booking, "A1"), NOW);
    let stands = &shelf.shows[&SHOW].state;
    let authorised = Ask::Announced(news_of(stands, booking, PaymentState::Authorised));
    let mut does = |ask, ms| commits(&mut machine, &mut shelf, ask, NOW.plus_ms(ms));
    assert_eq!(
        does(authorised, 1).1,
        1,
        "payment is told to keep the money"
    );
    // Nothing is heard: it is asked again after five seconds, and for five seconds not once more.
    let asked_at = 1 + SETTLE_AGAIN_MS;
    assert_eq!(does(Ask::Expire, asked_at), (None, 1));
    let (due, settles) = does(hold(Uuid::from_u128(6), "A2"), asked_at + 1);
    let again = NOW.plus_ms(asked_at + SETTLE_AGAIN_MS);
    assert_eq!((due, settles), (Some(again), 0));
    assert_eq!(does(Ask::Expire, asked_at + 2), (None, 0));
    assert_eq!(does(Ask::Expire, asked_at + SETTLE_AGAIN_MS), (None, 1));
}

#[test]
fn a_booking_that_was_once_paid_for_is_followed_to_its_end() {
    let mut shelf = Shelf::default();
    opened(&mut shelf);
    let mut state = shelf.shows[&SHOW].state.clone();
    let rows = |state: &mut ShowState, ask: Ask, at: i64| {
        let at = NOW.plus_ms(at);
        let events = state.decide(&command(&mut Dice(at.0.cast_unsigned()), ask), at);
        let mut states = Vec::new();
        for event in events.expect("it is granted") {
            for row in project::project(state, &event, at) {
                if let Projection::Booking { state, .. } = row {
                    states.push(state);
                }
            }
            state.apply(at, &event);
        }
        states
    };
    let booking = Uuid::from_u128(5);
    let hold = |booking| hold(booking, "A1");
    assert_eq!(rows(&mut state, hold(booking), 0), [""; 0]);
    let news = |state: &ShowState, at| Ask::Announced(news_of(state, booking, at));
    let authorised = news(&state, PaymentState::Authorised);
    assert_eq!(rows(&mut state, authorised, 1), ["secured"]);
    let refused = news(&state, PaymentState::CaptureRefused);
    assert_eq!(rows(&mut state, refused, 2), ["held"]);
    assert_eq!(rows(&mut state, Ask::Expire, 300_000), ["expired"]);
    // A hold that was never paid for leaves no row behind.
    assert_eq!(rows(&mut state, hold(Uuid::from_u128(6)), 300_001), [""; 0]);
    assert_eq!(rows(&mut state, Ask::Expire, 600_001), [""; 0]);
}

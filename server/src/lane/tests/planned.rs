//! Shows that the catalogue plans and of which nothing is written yet.

use std::sync::Mutex;

use houseful_core::{
    ids::CommandId,
    show::{Event, ShowTerms},
    wire::seats::Version,
};

use super::*;

type Plan = Arc<Mutex<Option<Arc<ShowTerms>>>>;

/// A lane among others, and what is planned there.
fn lane() -> (Machine<u32>, Plan) {
    let plan = Plan::default();
    let asked = Arc::clone(&plan);
    let plans = Plans::new(move |_| asked.lock().expect("a plan").clone());
    (Machine::new(true, plans), plan)
}

fn wants(machine: &mut Machine<u32>, reply: u32, out: &mut Vec<Effect<u32>>) -> CommandId {
    let hold = hold(Uuid::from_u128(u128::from(reply)), "A1");
    let command = command(&mut Dice(u64::from(reply)), hold);
    let id = command.id;
    machine.submit(SHOW, asks(command, reply), Clock::stopwatch(), out);
    id
}

fn loaded(machine: &mut Machine<u32>, shelf: &Shelf, out: &mut Vec<Effect<u32>>) {
    machine.loaded(SHOW, Clock::stopwatch(), whole(shelf), out);
}

fn shown(out: &[Effect<u32>]) -> Vec<Version> {
    let version = |e: &Effect<u32>| match e {
        Effect::Publish(picture, _) => Some(picture.version()),
        _ => None,
    };
    out.iter().filter_map(version).collect()
}

#[test]
fn what_nobody_plans_is_no_show() {
    let (shelf, (mut machine, _), mut out) = (Shelf::default(), lane(), Vec::new());
    wants(&mut machine, 1, &mut out);
    loaded(&mut machine, &shelf, &mut out);
    assert!(machine.next_batch(tick(NOW), &mut || 7, &mut out).is_none());
    assert_eq!(shown(&out), []);
    assert_eq!(answers(out), [(1, Err(LaneError::NoSuchShow))]);
}

#[test]
fn the_first_sale_opens_it_as_it_is_planned_then() {
    let (mut shelf, (mut machine, plan)) = (Shelf::default(), lane());
    let plans = |terms: ShowTerms| *plan.lock().expect("a plan") = Some(Arc::new(terms));
    plans(terms().as_ref().clone());
    let mut out = Vec::new();
    let command = wants(&mut machine, 1, &mut out);
    loaded(&mut machine, &shelf, &mut out);
    assert_eq!(shown(&out), [Version { ver: 0, tip: 0 }]);
    // The catalogue was written meanwhile.
    let other = ShowTerms {
        seats_max: 9,
        ..terms().as_ref().clone()
    };
    plans(other.clone());
    let batch = machine.next_batch(tick(NOW), &mut || 7, &mut out);
    let batch = batch.expect("a commit");
    let opened = Event::Opened {
        command,
        terms: Arc::new(other),
    };
    assert_eq!(
        (batch[0].expect, &batch[0].opened[..]),
        (None, &[opened][..])
    );
    let outcomes = batch.iter().map(|show| shelf.commit(show, by(0)));
    let outcomes = outcomes.collect();
    machine.committed(NOW, Clock::stopwatch(), Ok(outcomes), &mut out);
    assert_eq!(shelf.stands(SHOW), Some(Version { ver: 2, tip: 7 }));
    assert_eq!(shown(&out)[1..], [Version { ver: 2, tip: 7 }]);
    assert!(matches!(answers(out)[..], [(1, Ok(_))]));
    // What is planned later is none of its business any more.
    plans(terms().as_ref().clone());
    let mut out = Vec::new();
    wants(&mut machine, 2, &mut out);
    assert!(machine.next_batch(tick(NOW), &mut || 8, &mut out).is_none());
    assert!(matches!(
        answers(out)[..],
        [(2, Err(LaneError::Refused { .. }))]
    ));
}

#[test]
fn of_two_lanes_that_open_it_one_is_first_and_the_other_reads_on() {
    let mut shelf = Shelf::default();
    let (mut one, mut other) = (lane(), lane());
    let (mut out, mut late) = (Vec::new(), Vec::new());
    for (at, out) in [(&mut one, &mut out), (&mut other, &mut late)] {
        *at.1.lock().expect("a plan") = Some(Arc::clone(terms()));
        wants(&mut at.0, 1, out);
        loaded(&mut at.0, &shelf, out);
    }
    let mut commit = |lane: &mut (Machine<u32>, Plan), tip, out: &mut Vec<_>, server| {
        let batch = lane.0.next_batch(tick(NOW), &mut || tip, out);
        let batch = batch.expect("a commit");
        let outcomes = batch.iter().map(|show| shelf.commit(show, by(server)));
        let outcomes = outcomes.collect();
        lane.0.committed(NOW, Clock::stopwatch(), Ok(outcomes), out);
        whole(&shelf)
    };
    let _ = commit(&mut one, 7, &mut out, 0);
    let stands = commit(&mut other, 8, &mut late, 1);
    assert!(matches!(answers(out)[..], [(1, Ok(_))]));
    // The same hold again, as far as the other can tell: it is told what the first was told.
    other.0.loaded(SHOW, Clock::stopwatch(), stands, &mut late);
    assert_eq!(other.0.stands(SHOW), Some(Version { ver: 2, tip: 7 }));
}

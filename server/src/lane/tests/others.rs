//! What a lane does about what others write, case by case; each case also with its guard off.

mod rival;

use houseful_core::{refusal::Refusal, show::Ask};
use uuid::Uuid;

use self::rival::{Rival, Told, UNREADABLE, asked, holds, two};
use super::{NOW, SHOW, by, people::hold, shelf::Shelf};
use crate::{
    clock::Clock,
    hub::Picture,
    lane::{
        LaneError,
        cell::{READ_AGAIN, REFUSAL_STALE, TRIED_MAX},
    },
    store::{Outcome, StoreError},
};

/// A commit that only the old primary had, in the memory of a server that read it; the standby
/// takes over, and the same command comes again. What is said, and whether it is so.
fn after_a_lost_branch(guards: impl FnOnce(&mut Shelf)) -> (Told, bool, Rival) {
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
    let mut three = Rival::new(3);
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

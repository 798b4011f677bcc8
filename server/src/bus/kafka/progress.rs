//! How far each part of a topic is done, while its messages are done side by side and end in any
//! order: up to the first that is not.

use std::collections::{BTreeMap, BTreeSet};

/// What was told and not heard is told again after so many turns: while a group changes, nobody listens.
const AGAIN_TURNS: u32 = 10;

/// What became of telling how far a part is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Told {
    /// It is written down.
    Heard,
    /// It is not, and should be told again.
    Missed,
    /// The topic is gone. If one of its name is made again, this is not about that.
    Gone,
}

/// A message that was taken up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    part: i32,
    offset: i64,
    round: u64,
}

/// The parts that are heard.
#[derive(Debug, Default)]
pub(super) struct Progress {
    parts: BTreeMap<i32, Part>,
    rounds: u64,
}

/// One of them.
#[derive(Debug)]
struct Part {
    /// Tells what was taken up of it before somebody else had it for a while.
    round: u64,
    /// What is not done.
    open: BTreeSet<i64>,
    /// Behind the last that was taken up.
    next: i64,
    /// How far it is to be told to be done; `None` where there is nothing to tell.
    news: Option<i64>,
    /// In how many turns that is told, unless it was heard by then.
    turns: u32,
    /// How far it was heard to be done last.
    heard: Option<i64>,
}

impl Part {
    /// The first message that is not done.
    fn far(&self) -> i64 {
        self.open.first().copied().unwrap_or(self.next)
    }
}

impl Progress {
    /// A message is taken up. One that stands before another that was taken up earlier says that the
    /// part was somebody else's meanwhile: it is heard from there.
    pub(super) fn take_up(&mut self, part: i32, offset: i64) -> Place {
        let known = self.parts.get(&part).is_some_and(|p| p.next <= offset);
        if !known {
            self.rounds += 1;
            let fresh = Part {
                round: self.rounds,
                open: BTreeSet::new(),
                next: offset,
                news: None,
                turns: 0,
                heard: None,
            };
            self.parts.insert(part, fresh);
        }
        let mut round = self.rounds;
        if let Some(known) = self.parts.get_mut(&part) {
            known.open.insert(offset);
            known.next = offset.saturating_add(1);
            round = known.round;
        }
        Place {
            part,
            offset,
            round,
        }
    }

    /// It is done.
    pub(super) fn done(&mut self, place: Place) {
        let part = self.parts.get_mut(&place.part);
        if let Some(part) = part.filter(|part| part.round == place.round) {
            part.open.remove(&place.offset);
            let far = Some(part.far());
            if part.news != far {
                (part.news, part.turns) = (far, 0);
            }
        }
    }

    /// Forgets the parts that another one hears now: how far they are done is told by that one.
    pub(super) fn keep(&mut self, is_own: impl Fn(i32) -> bool) {
        self.parts.retain(|part, _| is_own(*part));
    }

    /// How far parts are done, where nobody is known to have heard it yet.
    pub(super) fn far(&self) -> impl Iterator<Item = (i32, i64)> + '_ {
        let each = self.parts.iter();
        each.filter_map(|(number, part)| Some((*number, part.news?)))
    }

    /// The same where it is time to tell it. To be asked once a turn.
    pub(super) fn turn(&mut self) -> Vec<(i32, i64)> {
        let mut told = Vec::new();
        for (number, part) in &mut self.parts {
            let Some(far) = part.news else { continue };
            if part.turns == 0 {
                told.push((*number, far));
                part.turns = AGAIN_TURNS;
            }
            part.turns -= 1;
        }
        told
    }

    /// What became of telling that a part is done up to an offset.
    pub(super) fn told(&mut self, number: i32, offset: i64, told: Told) {
        let part = self.parts.get_mut(&number);
        let Some(part) = part.filter(|part| part.news == Some(offset)) else {
            // Of what has been news since then nothing is known.
            return;
        };
        match told {
            Told::Missed => {}
            Told::Heard => (part.news, part.heard) = (None, Some(offset)),
            Told::Gone => (part.news, part.heard) = (None, None),
        }
    }

    /// The parts of which the group has to know how far they are done.
    pub(super) fn known(&self) -> Vec<i32> {
        let each = self.parts.iter();
        each.filter_map(|(number, part)| part.heard.map(|_| *number))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn far(progress: &Progress) -> Vec<(i32, i64)> {
        let all = progress.parts.iter();
        all.map(|(number, part)| (*number, part.far())).collect()
    }

    #[test]
    fn what_is_done_is_told_until_it_was_heard_and_not_of_a_topic_that_is_gone() {
        let mut progress = Progress::default();
        let places = [4, 5, 6].map(|offset| progress.take_up(0, offset));
        progress.take_up(1, 9);
        assert_eq!(progress.turn(), [], "nothing is done yet");
        progress.done(places[0]);
        let turns = |progress: &mut Progress| -> Vec<_> {
            (0..2 * AGAIN_TURNS).flat_map(|_| progress.turn()).collect()
        };
        assert_eq!(turns(&mut progress), [(0, 5); 2]);
        progress.told(0, 5, Told::Missed);
        assert_eq!(turns(&mut progress), [(0, 5); 2]);
        progress.done(places[1]);
        assert_eq!(progress.turn(), [(0, 6)], "news is told at once");
        progress.told(0, 5, Told::Heard);
        assert_eq!(progress.far().collect::<Vec<_>>(), [(0, 6)]);
        assert_eq!(progress.known(), [0; 0]);
        progress.told(0, 6, Told::Heard);
        assert_eq!(turns(&mut progress), []);
        assert_eq!(
            progress.known(),
            [0],
            "a part that was never told is not known"
        );
        progress.done(places[2]);
        progress.told(0, 7, Told::Gone);
        assert_eq!((turns(&mut progress), progress.known()), (vec![], vec![]));
        // Another topic of that name begins at its beginning.
        let first = progress.take_up(0, 0);
        progress.done(first);
        assert_eq!(progress.turn(), [(0, 1)]);
    }

    #[test]
    fn a_part_is_done_up_to_the_first_that_is_not() {
        let mut progress = Progress::default();
        // Retention and transactions leave holes.
        let [a, b, c] = [4, 5, 9].map(|offset| progress.take_up(0, offset));
        let other = progress.take_up(1, 70);
        assert_eq!(far(&progress), [(0, 4), (1, 70)]);
        progress.done(c);
        progress.done(b);
        assert_eq!(far(&progress), [(0, 4), (1, 70)], "the first is not done");
        progress.done(a);
        progress.done(a);
        progress.done(other);
        assert_eq!(far(&progress), [(0, 10), (1, 71)]);
        let next = progress.take_up(0, 10);
        assert_eq!(far(&progress), [(0, 10), (1, 71)]);
        progress.done(next);
        assert_eq!(far(&progress), [(0, 11), (1, 71)]);
    }

    #[test]
    fn what_another_one_hears_is_forgotten_and_begins_where_that_one_came_to() {
        let mut progress = Progress::default();
        let old = [4, 5].map(|offset| progress.take_up(0, offset));
        progress.keep(|part| part != 0);
        assert_eq!(far(&progress), []);
        // It comes back, further on and with the same once more.
        let again = progress.take_up(0, 5);
        progress.done(old[1]);
        assert_eq!(far(&progress), [(0, 5)], "that was another hearing of it");
        progress.done(again);
        assert_eq!(far(&progress), [(0, 6)]);
        // It was somebody else's between two looks.
        let back = progress.take_up(0, 2);
        assert_eq!(far(&progress), [(0, 2)]);
        progress.done(old[0]);
        progress.done(back);
        assert_eq!(far(&progress), [(0, 3)]);
    }
}

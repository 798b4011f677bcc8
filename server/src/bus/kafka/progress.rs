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
    /// Those of which the group knew how far they are done.
    known: BTreeSet<i32>,
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
        self.known.retain(|part| is_own(*part));
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
        if told == Told::Heard {
            part.news = None;
            self.known.insert(number);
        }
    }

    /// What the group knows of each part; whether there is one of which it knew more before. It
    /// forgets a topic that is deleted, and nothing else while we are in it.
    pub(super) fn forgot(&mut self, knows: &[(i32, bool)]) -> bool {
        let mut forgot = false;
        for &(part, knows) in knows {
            if knows {
                self.known.insert(part);
            } else {
                forgot |= self.known.contains(&part);
            }
        }
        forgot
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
    fn what_is_done_is_told_until_it_was_heard() {
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
        progress.told(0, 6, Told::Heard);
        assert_eq!(turns(&mut progress), []);
    }

    #[test]
    fn a_group_that_knows_less_than_before_has_lost_its_topic() {
        let mut progress = Progress::default();
        assert!(
            !progress.forgot(&[(0, false), (1, true)]),
            "it never knew 0"
        );
        assert!(
            progress.forgot(&[(1, false)]),
            "nothing was heard of 1 here"
        );
        let place = progress.take_up(0, 4);
        progress.done(place);
        progress.told(0, 5, Told::Missed);
        assert!(!progress.forgot(&[(0, false), (1, true)]));
        progress.told(0, 5, Told::Heard);
        assert!(progress.forgot(&[(0, false), (1, true)]));
        progress.keep(|part| part == 1);
        assert!(!progress.forgot(&[(0, false)]), "that is another's");
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

//! How far each part of a topic is done, while its messages are done side by side and end in any
//! order: up to the first that is not.

use std::collections::{BTreeMap, BTreeSet};

/// How far a part is done is told when there is news, and after the last news for so many turns,
/// each time so many have passed: while the group changes, nobody listens. Then no more: a topic may
/// be deleted and made again, and what is told of it then would be of the one that is gone.
const TOLD_AGAIN: u32 = 30;
const TOLD_AGAIN_EVERY: u32 = 10;

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
    /// For how many turns it is still told how far it is done.
    news: u32,
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
                news: 0,
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
            part.news = TOLD_AGAIN;
        }
    }

    /// Forgets the parts that another one hears now: how far they are done is told by that one.
    pub(super) fn keep(&mut self, is_own: impl Fn(i32) -> bool) {
        self.parts.retain(|part, _| is_own(*part));
    }

    /// The first message that is not done of each part of which there was news lately.
    pub(super) fn far(&self) -> impl Iterator<Item = (i32, i64)> + '_ {
        let lately = self.parts.iter().filter(|(_, part)| part.news > 0);
        lately.map(|(number, part)| (*number, part.far()))
    }

    /// The same of those that it is time to tell of. To be asked once a turn.
    pub(super) fn turn(&mut self) -> Vec<(i32, i64)> {
        let mut told = Vec::new();
        for (number, part) in &mut self.parts {
            if part.news > 0 && part.news.is_multiple_of(TOLD_AGAIN_EVERY) {
                told.push((*number, part.far()));
            }
            part.news = part.news.saturating_sub(1);
        }
        told
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
    fn what_is_done_is_told_a_few_times_and_then_no_more() {
        let mut progress = Progress::default();
        let places = [4, 5].map(|offset| progress.take_up(0, offset));
        progress.take_up(1, 9);
        assert_eq!(progress.turn(), [], "nothing is done yet");
        progress.done(places[0]);
        let told: Vec<_> = (0..100).flat_map(|_| progress.turn()).collect();
        assert_eq!(told, [(0, 5); 3]);
        assert_eq!(progress.far().count(), 0);
        progress.done(places[1]);
        assert_eq!(progress.turn(), [(0, 6)]);
        assert_eq!(progress.far().collect::<Vec<_>>(), [(0, 6)]);
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

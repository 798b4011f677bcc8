//! How old a replica is: known from a mark that moves on in the primary's database, never guessed.
//!
//! Whoever asks the primary for the mark knows that everything committed before the question stands
//! before the mark that was answered. A replica that shows that mark shows all of that, whatever its
//! own clock says, and whether or not anything was written since. Only this server's stopwatch
//! measures; no clock of one machine is held against another's.

use std::{
    collections::{BTreeSet, VecDeque},
    time::{Duration, Instant},
};

use uuid::Uuid;

use super::BEAT_MS;

/// How long marks are remembered: a replica that is further behind is so by more than this.
pub(super) const REMEMBERED: Duration = Duration::from_secs(60);
/// How many more marks than there was time for may have been made since the primary was heard:
/// machines count their seconds differently.
const AHEAD: i64 = 3;
/// How many marks that were never the primary's are remembered.
const REFUSED_KEPT: usize = 64;

/// The mark as it stands in a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Beat {
    /// Which house's database it is, drawn when its schema was made.
    pub house: Uuid,
    /// On which branch of the primary's history it was moved last.
    pub line: i64,
    /// How often it was moved.
    pub number: i64,
}

/// What the primary says to the question for its mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pulse {
    /// Where the mark stands.
    pub beat: Beat,
    /// For how long it stood there already, at most, when the primary looked.
    pub stood: Duration,
}

/// How old a mark is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AsOf {
    /// All is there that was committed before this.
    At(Instant),
    /// It is older than all that is remembered, which begins here.
    Before(Instant),
    /// Nothing can be said yet: the primary was not heard.
    Unknown,
    /// It is the mark of another house.
    OtherHouse,
    /// It was moved on another branch of history than the primary's.
    OtherLine,
}

/// The marks that the primary told, and from when each is known to be.
#[derive(Debug, Default)]
pub(super) struct Beats {
    /// In order of number; all of one house and line.
    known: VecDeque<(Beat, Instant)>,
    /// When the primary was last asked and answered.
    heard: Option<Instant>,
    /// Marks that were shown before the primary can have made them, on the line of what is known:
    /// they are of a history that was lost to a backup, also when the primary has come to their
    /// numbers.
    refused: BTreeSet<i64>,
}

impl Beats {
    /// Takes what the primary said to a question that was asked at `asked`.
    pub(super) fn note(&mut self, pulse: Pulse, asked: Instant) {
        let Pulse { beat, stood } = pulse;
        self.heard = Some(asked);
        if let Some((last, _)) = self.known.back() {
            if (last.house, last.line) != (beat.house, beat.line) || beat.number < last.number {
                // A failover, a restore: what was remembered says nothing of this line.
                self.known.clear();
                self.refused.clear();
            } else if last.number == beat.number {
                return;
            }
        }
        // It was moved by then, and whoever moved it had begun not more than `stood` earlier.
        let at = asked.checked_sub(stood).unwrap_or(asked);
        let at = self.known.back().map_or(at, |(_, last)| at.max(*last));
        self.known.push_back((beat, at));
        let old = |at: Instant| asked.saturating_duration_since(at) > REMEMBERED;
        while self.known.len() > 1 && self.known.front().is_some_and(|(_, at)| old(*at)) {
            self.known.pop_front();
        }
        if let Some((oldest, _)) = self.known.front() {
            self.refused = self.refused.split_off(&oldest.number);
        }
    }

    /// How old what stands beside this mark is, which was read before `now`. One that was moved on
    /// since the primary was last heard counts like the last that was heard, if there was time for
    /// it.
    pub(super) fn as_of(&mut self, shown: Beat, now: Instant) -> AsOf {
        let (Some((oldest, since)), Some((newest, _))) = (self.known.front(), self.known.back())
        else {
            return AsOf::Unknown;
        };
        if shown.house != newest.house {
            return AsOf::OtherHouse;
        }
        if shown.line != newest.line {
            return AsOf::OtherLine;
        }
        if shown.number < oldest.number {
            return AsOf::Before(*since);
        }
        let since_heard = self.heard.map(|at| now.saturating_duration_since(at));
        let beats = since_heard.unwrap_or_default().as_millis() / u128::from(BEAT_MS);
        let room = i64::try_from(beats).unwrap_or(i64::MAX);
        let most = newest.number.saturating_add(room).saturating_add(AHEAD);
        if shown.number > most && self.refused.len() < REFUSED_KEPT {
            self.refused.insert(shown.number);
        }
        if shown.number > most || self.refused.contains(&shown.number) {
            return AsOf::OtherLine;
        }
        let at = self
            .known
            .iter()
            .rev()
            .find(|(b, _)| b.number <= shown.number);
        at.map_or(AsOf::Unknown, |(_, at)| AsOf::At(*at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;

    const HOUSE: Uuid = Uuid::from_u128(7);

    fn beat(line: i64, number: i64) -> Beat {
        Beat {
            house: HOUSE,
            line,
            number,
        }
    }

    fn told(beats: &mut Beats, beat: Beat, asked: Instant, stood_ms: u64) {
        let stood = Duration::from_millis(stood_ms);
        beats.note(Pulse { beat, stood }, asked);
    }

    #[test]
    fn what_a_replica_shows_is_as_old_as_the_mark_beside_it() {
        let (start, mut beats) = (Clock::stopwatch(), Beats::default());
        let at = |ms| start + Duration::from_millis(ms);
        assert_eq!(beats.as_of(beat(1, 4), start), AsOf::Unknown);
        told(&mut beats, beat(1, 4), at(1_000), 0);
        told(&mut beats, beat(1, 5), at(1_200), 0);
        // Somebody else had moved it.
        told(&mut beats, beat(1, 7), at(1_600), 150);
        for (number, ms) in [(4, 1_000), (5, 1_200), (6, 1_200), (7, 1_450), (9, 1_450)] {
            assert_eq!(
                beats.as_of(beat(1, number), at(1_700)),
                AsOf::At(at(ms)),
                "{number}"
            );
        }
        assert_eq!(beats.as_of(beat(1, 3), at(1_700)), AsOf::Before(at(1_000)));
        // The same mark heard again is no younger for it.
        told(&mut beats, beat(1, 7), at(9_000), 100);
        assert_eq!(beats.as_of(beat(1, 7), at(9_100)), AsOf::At(at(1_450)));
    }

    #[test]
    fn marks_of_another_branch_or_house_say_nothing() {
        let (start, mut beats) = (Clock::stopwatch(), Beats::default());
        told(&mut beats, beat(1, 100), start, 0);
        assert_eq!(beats.as_of(beat(2, 100), start), AsOf::OtherLine);
        let other = Beat {
            house: Uuid::from_u128(8),
            ..beat(1, 100)
        };
        assert_eq!(beats.as_of(other, start), AsOf::OtherHouse);
        // A standby was promoted that did not have the last ones: the numbers come again.
        let later = start + Duration::from_secs(1);
        told(&mut beats, beat(2, 90), later, 0);
        assert_eq!(beats.as_of(beat(1, 100), later), AsOf::OtherLine);
        let soon = later + Duration::from_millis(600);
        assert_eq!(beats.as_of(beat(2, 95), soon), AsOf::At(later));
        assert_eq!(beats.as_of(beat(2, 97), soon), AsOf::OtherLine);
        // A backup was restored.
        let last = later + Duration::from_secs(1);
        told(&mut beats, beat(2, 10), last, 0);
        assert_eq!(beats.as_of(beat(2, 9), last), AsOf::Before(last));
        // A standby of what was lost by that stays where it is, and is no younger for it.
        assert_eq!(beats.as_of(beat(2, 95), last), AsOf::OtherLine);
        let then = last + Duration::from_secs(17);
        told(&mut beats, beat(2, 95), then, 0);
        assert_eq!(beats.as_of(beat(2, 95), then), AsOf::OtherLine);
        assert_eq!(beats.as_of(beat(2, 94), then), AsOf::At(last));
        told(&mut beats, beat(2, 96), then, 0);
        assert_eq!(beats.as_of(beat(2, 96), then), AsOf::At(then));
    }

    #[test]
    fn only_so_many_are_remembered_and_one_at_least() {
        let (start, mut beats) = (Clock::stopwatch(), Beats::default());
        let at = |s| start + Duration::from_secs(s);
        for s in 0..200 {
            let number = i64::try_from(s).expect("small");
            told(&mut beats, beat(1, number), at(s), 0);
        }
        assert_eq!(beats.known.len(), 61);
        assert_eq!(beats.as_of(beat(1, 20), at(199)), AsOf::Before(at(139)));
        told(&mut beats, beat(1, 1_000), at(2_000), 0);
        assert_eq!(beats.known.len(), 1);
    }
}

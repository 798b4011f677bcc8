//! The server's one clock. Everything that is decided is stamped here.
//!
//! Real time is counted from the start on, so that a step of the wall clock can't take time back.
//! A machine that slept, or whose wall clock was set forward, is followed: the count does not go on
//! during sleep. Behind the journals it never starts, so a file that was sold from by a clock that
//! was ahead (a demo that ran fast, a machine set wrong) goes on from there.
//!
//! Where several servers decide on one database, its primary's clock leads: [`Clock::correct`].

#![expect(
    clippy::disallowed_methods,
    reason = "this module is where time comes from"
)]

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use houseful_core::time::UtcMillis;
use tokio::sync::Notify;

/// How far the wall may get ahead before it is followed, and how far ahead it is not believed.
const FOLLOWED_MS: std::ops::RangeInclusive<i64> = 1_000..=7 * 86_400_000;
/// How far a clock may be from what is known of the primary's before it is corrected.
const SLACK_MS: i64 = 50;
/// A correction of more than this is worth a word.
const STEP_MS: i64 = 2_000;
/// How far ahead of the wall a file is worth a word.
const AHEAD_MS: i64 = 60_000;

/// What drives the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockKind {
    /// Real time.
    System,
    /// Real time, so many times as fast from the start on. 1 to 1,000.
    Fast(u32),
    /// Stands still until somebody moves it; refused where real sales are made.
    Manual,
}

/// A clock that never runs backwards.
#[derive(Clone, Debug)]
pub struct Clock {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    kind: ClockKind,
    /// Server time and real time at the start.
    start: UtcMillis,
    started: Instant,
    /// What it was moved by: by hand, to follow the wall, or to follow the primary's clock.
    moved_ms: AtomicI64,
    /// How far the wall is ahead of the primary's clock, as far as that is known.
    wall_ahead_ms: AtomicI64,
    /// Who moves it to follow something does so alone.
    following: Mutex<()>,
    /// The latest time that was told.
    latest: AtomicI64,
    moved: Notify,
}

impl Clock {
    /// A clock that starts now, or at `not_before` (the last time the database has seen) if that
    /// is later.
    #[must_use]
    pub fn start(kind: ClockKind, not_before: UtcMillis) -> Self {
        let wall = wall();
        let ahead_ms = not_before.ms_since(wall);
        if kind == ClockKind::System && ahead_ms > AHEAD_MS {
            let ahead_s = ahead_ms / 1_000;
            tracing::warn!(
                ahead_s,
                "the file was sold from by a clock that was ahead of this machine's, and goes on from there"
            );
        }
        Self::start_from(kind, wall.max(not_before), not_before)
    }

    /// A clock that starts at `start`, whatever the real time is: a manual one that goes on where
    /// it was left.
    #[must_use]
    pub fn start_at(kind: ClockKind, start: UtcMillis) -> Self {
        Self::start_from(kind, start, start)
    }

    fn start_from(kind: ClockKind, start: UtcMillis, not_before: UtcMillis) -> Self {
        Self {
            inner: Arc::new(Inner {
                kind,
                start,
                started: Instant::now(),
                moved_ms: AtomicI64::new(0),
                wall_ahead_ms: AtomicI64::new(0),
                following: Mutex::new(()),
                latest: AtomicI64::new(not_before.0),
                moved: Notify::new(),
            }),
        }
    }

    /// What drives it.
    #[must_use]
    pub fn kind(&self) -> ClockKind {
        self.inner.kind
    }

    /// Server seconds in a real second.
    #[must_use]
    pub fn speed(&self) -> u32 {
        match self.inner.kind {
            ClockKind::System => 1,
            ClockKind::Fast(speed) => speed.max(1),
            ClockKind::Manual => 0,
        }
    }

    /// The time.
    #[must_use]
    pub fn now(&self) -> UtcMillis {
        let inner = &self.inner;
        let gone_ms = match inner.kind {
            ClockKind::Manual => inner.moved_ms.load(Ordering::SeqCst),
            ClockKind::Fast(_) => self.real_ms().saturating_mul(i64::from(self.speed())),
            ClockKind::System => {
                let (counted_ms, ahead_ms) = self.counted();
                if FOLLOWED_MS.contains(&ahead_ms) {
                    self.follow()
                } else {
                    counted_ms
                }
            }
        };
        let now = inner.start.plus_ms(gone_ms);
        UtcMillis(inner.latest.fetch_max(now.0, Ordering::SeqCst).max(now.0))
    }

    fn real_ms(&self) -> i64 {
        ms(self.inner.started.elapsed())
    }

    /// What was counted since the start, and how far the wall got ahead of it.
    fn counted(&self) -> (i64, i64) {
        let inner = &self.inner;
        let moved_ms = inner.moved_ms.load(Ordering::SeqCst);
        let counted_ms = self.real_ms().saturating_add(moved_ms);
        let ahead_ms = wall().ms_since(inner.start.plus_ms(counted_ms));
        let known_ms = inner.wall_ahead_ms.load(Ordering::SeqCst);
        (counted_ms, ahead_ms.saturating_sub(known_ms))
    }

    /// Follows a wall that is ahead of what was counted; gives what is counted then.
    fn follow(&self) -> i64 {
        let inner = &self.inner;
        let _alone = inner
            .following
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        // Somebody else may have been here, or the primary was heard meanwhile.
        let (counted_ms, ahead_ms) = self.counted();
        if !FOLLOWED_MS.contains(&ahead_ms) {
            return counted_ms;
        }
        inner.moved_ms.fetch_add(ahead_ms, Ordering::SeqCst);
        tracing::warn!(ahead_ms, "the machine's clock went ahead, perhaps it slept");
        counted_ms.saturating_add(ahead_ms)
    }

    /// Follows the primary's clock, that said `primary` somewhere between `asked` and `heard`. Gives
    /// by how much this one was moved, in milliseconds. A time that was told is never taken back: a
    /// clock that was ahead stands still until the primary's has come up. Clocks that are moved by
    /// hand or run fast follow nobody.
    pub fn correct(&self, asked: Instant, heard: Instant, primary: UtcMillis) -> i64 {
        let inner = &self.inner;
        if inner.kind != ClockKind::System {
            return 0;
        }
        let _alone = inner
            .following
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let moved_ms = inner.moved_ms.load(Ordering::SeqCst);
        let gone_ms = ms(heard.saturating_duration_since(inner.started)).saturating_add(moved_ms);
        let (ahead_ms, way_ms) = (
            inner.start.plus_ms(gone_ms).ms_since(primary),
            ms(heard.saturating_duration_since(asked)),
        );
        if (-SLACK_MS..=way_ms.saturating_add(SLACK_MS)).contains(&ahead_ms) {
            return 0;
        }
        let by_ms = (way_ms / 2).saturating_sub(ahead_ms);
        inner.moved_ms.fetch_add(by_ms, Ordering::SeqCst);
        inner.wall_ahead_ms.fetch_sub(by_ms, Ordering::SeqCst);
        metrics::counter!("clock_corrections_total").increment(1);
        if by_ms.abs() > STEP_MS {
            tracing::warn!(by_ms, "the clock was corrected to the database's");
        } else {
            tracing::debug!(by_ms, "the clock was corrected to the database's");
        }
        by_ms
    }

    /// Moves a manual clock forward by `ms` (0 or more); `false` for any other clock.
    pub fn advance(&self, ms: i64) -> bool {
        if self.inner.kind != ClockKind::Manual || ms < 0 {
            return false;
        }
        self.inner.moved_ms.fetch_add(ms, Ordering::SeqCst);
        self.inner.moved.notify_waiters();
        true
    }

    /// Waits for `ms` of server time, or until a manual clock is moved.
    pub async fn rest(&self, ms: u32) {
        match self.inner.kind {
            ClockKind::Manual => {
                let moved = self.inner.moved.notified();
                // Woken at times even if nobody moves the clock, so that no wait is without end.
                let _ = tokio::time::timeout(Duration::from_millis(500), moved).await;
            }
            ClockKind::System | ClockKind::Fast(_) => {
                let real = Duration::from_millis(u64::from(ms / self.speed().max(1)));
                tokio::time::sleep(real.max(Duration::from_millis(1))).await;
            }
        }
    }

    /// Waits for real time: for ticks and time-outs of machinery, never for a rule.
    pub async fn rest_real(&self, ms: u64) {
        tokio::time::sleep(Duration::from_millis(ms)).await;
    }

    /// A real point in time, to measure how long machinery takes.
    #[must_use]
    pub fn stopwatch() -> Instant {
        Instant::now()
    }
}

fn ms(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}

/// The machine's own time.
fn wall() -> UtcMillis {
    let wall = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    UtcMillis(i64::try_from(wall.as_millis()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR_MS: i64 = 3_600_000;

    #[test]
    fn a_machine_that_slept_wakes_up_at_the_time_it_is() {
        // As after nine hours in which nothing was counted.
        let clock = Clock::start_at(ClockKind::System, wall().plus_ms(-9 * HOUR_MS));
        assert!(wall().ms_since(clock.now()).abs() < 60_000);
        let before = clock.now();
        assert!(clock.now() >= before);
    }

    #[test]
    fn a_wall_that_is_absurd_is_not_followed_and_one_behind_neither() {
        let start = wall().plus_ms(-30 * 24 * HOUR_MS);
        let clock = Clock::start_at(ClockKind::System, start);
        assert!(clock.now().ms_since(start) < HOUR_MS);
        let ahead = wall().plus_ms(9 * HOUR_MS);
        let clock = Clock::start(ClockKind::System, ahead);
        assert!((0..HOUR_MS).contains(&clock.now().ms_since(ahead)));
    }

    #[test]
    fn a_clock_that_runs_fast_or_stands_still_follows_nothing() {
        let start = wall().plus_ms(-HOUR_MS);
        for kind in [ClockKind::Fast(2), ClockKind::Manual] {
            let clock = Clock::start_at(kind, start);
            assert!(clock.now().ms_since(start) < HOUR_MS / 2);
        }
    }

    #[test]
    fn the_primary_is_followed_and_no_time_is_told_twice() {
        let clock = Clock::start(ClockKind::System, UtcMillis(0));
        let (asked, told) = (Clock::stopwatch(), wall());
        // Nothing was told yet, so it can go back.
        let by = clock.correct(asked, Clock::stopwatch(), told.plus_ms(-HOUR_MS));
        assert!((-HOUR_MS - 1_000..-HOUR_MS + 1_000).contains(&by), "{by}");
        let first = clock.now();
        assert!(wall().plus_ms(-HOUR_MS).ms_since(first).abs() < 1_000);
        // The wall, that is an hour ahead, is not followed.
        assert!(clock.now().ms_since(first) < 1_000);
        let later = Clock::stopwatch();
        assert!(clock.correct(later, later, first.plus_ms(5_000)) > 3_000);
        let second = clock.now();
        assert!(second.ms_since(first) >= 5_000);
        let last = Clock::stopwatch();
        assert!(clock.correct(last, last, first) < 0);
        let third = clock.now();
        assert!(
            (0..1_000).contains(&third.ms_since(second)),
            "it stands still"
        );
    }

    #[test]
    fn what_the_way_to_the_primary_took_is_no_error_of_the_clock() {
        let clock = Clock::start(ClockKind::System, UtcMillis(0));
        let heard = Clock::stopwatch();
        let Some(asked) = heard.checked_sub(Duration::from_secs(2)) else {
            return;
        };
        for said in [-2_000, -1_000, 0] {
            assert_eq!(
                clock.correct(asked, heard, wall().plus_ms(said)),
                0,
                "{said}"
            );
        }
        assert!(clock.correct(asked, heard, wall().plus_ms(-2_200)) < 0);
    }

    #[test]
    fn a_clock_that_stands_still_follows_no_primary() {
        let clock = Clock::start_at(ClockKind::Manual, UtcMillis(1));
        let at = Clock::stopwatch();
        assert_eq!(clock.correct(at, at, UtcMillis(HOUR_MS)), 0);
        assert_eq!(clock.now(), UtcMillis(1));
    }
}

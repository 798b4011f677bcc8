//! The server's one clock. Everything that is decided is stamped here.
//!
//! Real time is counted from the start on, so that a step of the wall clock can't take time back.
//! A machine that slept, or whose wall clock was set forward, is followed: the count does not go on
//! during sleep. Behind the journals it never starts, so a file that was sold from by a clock that
//! was ahead (a demo that ran fast, a machine set wrong) goes on from there.

#![expect(
    clippy::disallowed_methods,
    reason = "this module is where time comes from"
)]

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use houseful_core::time::UtcMillis;
use tokio::sync::Notify;

/// How far the wall may get ahead before it is followed, and how far ahead it is not believed.
const FOLLOWED_MS: std::ops::RangeInclusive<i64> = 1_000..=7 * 86_400_000;
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
    /// What it was moved by, by hand or to follow the wall, and the latest time that was told.
    moved_ms: AtomicI64,
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
        Self::start_at(kind, wall.max(not_before))
    }

    /// A clock that starts at `start`, whatever the real time is: a manual one that goes on where
    /// it was left.
    #[must_use]
    pub fn start_at(kind: ClockKind, start: UtcMillis) -> Self {
        Self {
            inner: Arc::new(Inner {
                kind,
                start,
                started: Instant::now(),
                moved_ms: AtomicI64::new(0),
                latest: AtomicI64::new(start.0),
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
        let real_ms = i64::try_from(inner.started.elapsed().as_millis()).unwrap_or(i64::MAX);
        let moved_ms = inner.moved_ms.load(Ordering::SeqCst);
        let gone_ms = match inner.kind {
            ClockKind::Manual => moved_ms,
            ClockKind::Fast(_) => real_ms.saturating_mul(i64::from(self.speed())),
            ClockKind::System => {
                let counted_ms = real_ms.saturating_add(moved_ms);
                let ahead_ms = wall().ms_since(inner.start.plus_ms(counted_ms));
                counted_ms.saturating_add(self.follow(moved_ms, ahead_ms))
            }
        };
        let now = inner.start.plus_ms(gone_ms);
        UtcMillis(inner.latest.fetch_max(now.0, Ordering::SeqCst).max(now.0))
    }

    /// Follows a wall that is ahead of what was counted; says by how much.
    fn follow(&self, moved_ms: i64, ahead_ms: i64) -> i64 {
        if !FOLLOWED_MS.contains(&ahead_ms) {
            return 0;
        }
        let inner = &self.inner;
        let to_ms = moved_ms.saturating_add(ahead_ms);
        let (set, get) = (Ordering::SeqCst, Ordering::SeqCst);
        // Whoever else is here follows the same wall.
        if inner
            .moved_ms
            .compare_exchange(moved_ms, to_ms, set, get)
            .is_ok()
        {
            tracing::warn!(ahead_ms, "the machine's clock went ahead, perhaps it slept");
        }
        ahead_ms
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
}

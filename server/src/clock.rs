//! The server's one clock. Everything that is decided is stamped here.
//!
//! Real time is counted from the start on, so that a step of the wall clock can't take time back.
//! A machine that slept, or whose wall clock was set forward, is followed: the count does not go on
//! during sleep. Behind the journals it never starts, so a file that was sold from by a clock that
//! was ahead (a demo that ran fast, a machine set wrong) goes on from there.
//!
//! Where several servers decide on one database, its primary's clock leads: [`Clock::correct`].
//! From then on real time is counted from one correction to the next, and a step of the wall clock
//! is no more than a hint to ask the primary at once: [`Clock::hint`].

#![expect(
    clippy::disallowed_methods,
    reason = "this module is where time comes from"
)]

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use houseful_core::time::UtcMillis;
use tokio::sync::Notify;

/// How far the wall may get ahead before it is followed, and how far ahead it is not believed.
const FOLLOWED_MS: std::ops::RangeInclusive<i64> = 1_000..=7 * 86_400_000;
/// How far a clock may be from what is known of the primary's before it is corrected.
const SLACK_MS: i64 = 50;
/// How far ahead of the primary's a time that was told may be before it is taken back: from 1 s on
/// what is decided is refused.
const STAND_MS: i64 = 500;
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

/// A clock that runs backwards only to follow a primary's that it was far ahead of.
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
    /// How far the wall is ahead of what is counted, as far as that is known from the primary.
    wall_ahead_ms: AtomicI64,
    /// Whether a primary was heard, which leads from then on.
    led: AtomicBool,
    hinted: AtomicBool,
    hint: Notify,
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
                led: AtomicBool::new(false),
                hinted: AtomicBool::new(false),
                hint: Notify::new(),
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
                if inner.led.load(Ordering::SeqCst) {
                    self.give_hint(ahead_ms);
                    counted_ms
                } else if FOLLOWED_MS.contains(&ahead_ms) {
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

    /// A wall that went ahead may mean that the machine slept: the primary knows.
    fn give_hint(&self, ahead_ms: i64) {
        let inner = &self.inner;
        if ahead_ms >= *FOLLOWED_MS.start() && !inner.hinted.swap(true, Ordering::SeqCst) {
            tracing::info!(
                ahead_ms,
                "the machine's clock went ahead; the database's is asked"
            );
            inner.hint.notify_one();
        }
    }

    /// Waits until there is a reason to ask the primary for its time at once: one at a time, and none
    /// again before [`Clock::correct`]. For one caller.
    pub async fn hint(&self) {
        self.inner.hint.notified().await;
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
        if inner.led.load(Ordering::SeqCst) || !FOLLOWED_MS.contains(&ahead_ms) {
            return counted_ms;
        }
        inner.moved_ms.fetch_add(ahead_ms, Ordering::SeqCst);
        tracing::warn!(ahead_ms, "the machine's clock went ahead, perhaps it slept");
        counted_ms.saturating_add(ahead_ms)
    }

    /// Follows the primary's clock, that said `primary` somewhere between `asked` and `heard`. Gives
    /// by how much this one was moved, in milliseconds.
    ///
    /// A clock that is a little ahead stands still until the primary's has come up. One that is far
    /// ahead goes back: what it decides would be refused for so long, and the order of a journal
    /// does not hang on it, as nothing is decided before a show's own last time. Clocks that are
    /// moved by hand or run fast follow nobody.
    pub fn correct(&self, asked: Instant, heard: Instant, primary: UtcMillis) -> i64 {
        let inner = &self.inner;
        if inner.kind != ClockKind::System {
            return 0;
        }
        let _alone = inner
            .following
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let by_ms = self.approach(asked, heard, primary);
        // The wall is compared with the clock as it is now.
        let (_, ahead_ms) = self.counted();
        inner.wall_ahead_ms.fetch_add(ahead_ms, Ordering::SeqCst);
        inner.led.store(true, Ordering::SeqCst);
        inner.hinted.store(false, Ordering::SeqCst);
        self.take_back(asked, heard, primary);
        by_ms
    }

    /// Takes back the latest time that was told, if the primary's clock is far behind it.
    fn take_back(&self, asked: Instant, heard: Instant, primary: UtcMillis) {
        let inner = &self.inner;
        let told = UtcMillis(inner.latest.load(Ordering::SeqCst));
        let way_ms = ms(heard.saturating_duration_since(asked));
        let since_ms = ms(heard.elapsed());
        let ahead_ms = told.ms_since(primary.plus_ms(since_ms));
        if ahead_ms <= way_ms.saturating_add(STAND_MS) {
            return;
        }
        let (counted_ms, _) = self.counted();
        let now = inner.start.plus_ms(counted_ms);
        // Somebody who was about to tell a time may put the old one back; the next correction,
        // which follows on the first refusal, takes that back as well.
        inner.latest.fetch_min(now.0, Ordering::SeqCst);
        tracing::warn!(ahead_ms, "the clock went back to the database's");
    }

    /// Moves what is counted to the primary's clock.
    fn approach(&self, asked: Instant, heard: Instant, primary: UtcMillis) -> i64 {
        let inner = &self.inner;
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

    /// The machine's own time, whatever drives a clock: for signatures between servers, never for a
    /// rule.
    #[must_use]
    pub fn wall() -> UtcMillis {
        wall()
    }

    /// Waits for real time where there is no clock yet, because nobody knows of which house.
    pub async fn rest_before_any(ms: u64) {
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
    fn the_primary_is_followed_forth_and_back() {
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
        // A little ahead, it stands still.
        let last = Clock::stopwatch();
        assert!(clock.correct(last, last, second.plus_ms(-300)) < 0);
        let third = clock.now();
        assert!(
            (0..1_000).contains(&third.ms_since(second)),
            "it stands still"
        );
        // Nothing that is decided an hour ahead would be taken for an hour.
        let back = Clock::stopwatch();
        let hour_ago = third.plus_ms(-HOUR_MS);
        assert!(clock.correct(back, back, hour_ago) < 0);
        assert!((0..1_000).contains(&clock.now().ms_since(hour_ago)));
    }

    #[test]
    fn a_start_behind_the_primary_is_over_when_it_was_heard() {
        // The journals say that it is later than it is.
        let clock = Clock::start(ClockKind::System, wall().plus_ms(HOUR_MS));
        assert!(clock.now().ms_since(wall()) > HOUR_MS / 2);
        let heard = Clock::stopwatch();
        clock.correct(heard, heard, wall());
        assert!(wall().ms_since(clock.now()).abs() < 1_000);
    }

    /// As if the wall had been set by so much since the last correction.
    fn step_the_wall(clock: &Clock, by_ms: i64) {
        let known = &clock.inner.wall_ahead_ms;
        known.fetch_sub(by_ms, Ordering::SeqCst);
    }

    async fn hinted(clock: &Clock) -> bool {
        let soon = Duration::from_millis(50);
        tokio::time::timeout(soon, clock.hint()).await.is_ok()
    }

    #[tokio::test]
    async fn a_wall_that_steps_is_a_hint_where_a_primary_leads() {
        for by_ms in [HOUR_MS, 30 * 24 * HOUR_MS] {
            let clock = Clock::start(ClockKind::System, UtcMillis(0));
            let heard = Clock::stopwatch();
            assert_eq!(clock.correct(heard, heard, wall()), 0);
            assert!(!hinted(&clock).await);
            let before = clock.now();
            step_the_wall(&clock, by_ms);
            for _ in 0..3 {
                let since_ms = clock.now().ms_since(before);
                assert!((0..1_000).contains(&since_ms), "{since_ms}");
            }
            assert!(hinted(&clock).await);
            assert!(!hinted(&clock).await, "one at a time");
            // The primary says that nothing has happened, and that is that.
            let heard = Clock::stopwatch();
            assert_eq!(clock.correct(heard, heard, clock.now()), 0);
            let _ = clock.now();
            assert!(!hinted(&clock).await);
            // It says that the machine slept.
            step_the_wall(&clock, by_ms);
            let _ = clock.now();
            assert!(hinted(&clock).await);
            let slept = Clock::stopwatch();
            clock.correct(slept, slept, before.plus_ms(by_ms));
            assert!(clock.now().ms_since(before) >= by_ms);
        }
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

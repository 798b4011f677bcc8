//! The server's one clock. Everything that is decided is stamped here.

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
    /// What a manual clock was moved by, and the latest time that was told.
    moved_ms: AtomicI64,
    latest: AtomicI64,
    moved: Notify,
}

impl Clock {
    /// A clock that starts now, or at `not_before` (the last time the database has seen) if that
    /// is later.
    #[must_use]
    pub fn start(kind: ClockKind, not_before: UtcMillis) -> Self {
        let wall = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let wall = UtcMillis(i64::try_from(wall.as_millis()).unwrap_or(i64::MAX));
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
        let gone_ms = match inner.kind {
            ClockKind::Manual => inner.moved_ms.load(Ordering::SeqCst),
            ClockKind::System | ClockKind::Fast(_) => {
                real_ms.saturating_mul(i64::from(self.speed()))
            }
        };
        let now = inner.start.plus_ms(gone_ms);
        // A monotonic clock starts each run, so a step of the wall clock cannot take time back.
        UtcMillis(inner.latest.fetch_max(now.0, Ordering::SeqCst).max(now.0))
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

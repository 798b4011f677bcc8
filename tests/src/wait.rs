//! Waiting for a condition, with a bound. The only place of the tests that looks at a clock.

#![expect(
    clippy::disallowed_methods,
    reason = "the one module of the tests that waits"
)]

use std::time::{Duration, Instant};

/// The wait between two looks.
const LOOK: Duration = Duration::from_millis(5);
/// The same where the time itself is measured.
const CLOSE_LOOK: Duration = Duration::from_micros(100);

/// Looks until there is something, for at most `seconds`.
///
/// # Panics
/// There is nothing in time.
pub fn until<T>(what: &str, seconds: u64, look: impl FnMut() -> Option<T>) -> T {
    within(seconds, look).unwrap_or_else(|| panic!("{what}: not within {seconds} s"))
}

/// The same for somebody who has more to say when there is nothing in time.
pub fn within<T>(seconds: u64, mut look: impl FnMut() -> Option<T>) -> Option<T> {
    let begun = Instant::now();
    loop {
        if let Some(found) = look() {
            return Some(found);
        }
        if begun.elapsed() >= Duration::from_secs(seconds) {
            return None;
        }
        std::thread::sleep(LOOK);
    }
}

/// The same where looking takes its time.
///
/// # Panics
/// There is nothing in time.
pub async fn until_async<T>(what: &str, seconds: u64, look: impl AsyncFnMut() -> Option<T>) -> T {
    let found = within_async(seconds, look).await;
    found.unwrap_or_else(|| panic!("{what}: not within {seconds} s"))
}

/// The same for somebody who has more to say when there is nothing in time.
pub async fn within_async<T>(seconds: u64, mut look: impl AsyncFnMut() -> Option<T>) -> Option<T> {
    let begun = Instant::now();
    loop {
        if let Some(found) = look().await {
            return Some(found);
        }
        if begun.elapsed() >= Duration::from_secs(seconds) {
            return None;
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// How long something took.
pub fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let begun = Instant::now();
    let done = work();
    (done, begun.elapsed())
}

/// The time of now.
#[must_use]
pub fn now() -> Instant {
    Instant::now()
}

/// How long ago that was.
#[must_use]
pub fn since(time: Instant) -> Duration {
    time.elapsed()
}

/// Rests for so many milliseconds: somebody who was told to come back, or who is not in a hurry.
pub async fn rest(ms: u64) {
    tokio::time::sleep(Duration::from_millis(ms)).await;
}

/// The time so long after now.
#[must_use]
pub fn from_now(time: Duration) -> Instant {
    Instant::now() + time
}

/// Waits until a time.
pub fn until_time(time: Instant) {
    std::thread::sleep(time.saturating_duration_since(Instant::now()));
}

/// How long after `since` there was something, looked for without pause; `None` if there was
/// nothing within `seconds`.
pub fn how_long<T>(
    since: Instant,
    seconds: u64,
    mut look: impl FnMut() -> Option<T>,
) -> Option<Duration> {
    while look().is_none() {
        if since.elapsed() >= Duration::from_secs(seconds) {
            return None;
        }
        std::thread::sleep(CLOSE_LOOK);
    }
    Some(since.elapsed())
}

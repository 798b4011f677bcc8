//! Waiting for a condition, with a bound. The only place of the tests that looks at a clock.

#![expect(
    clippy::disallowed_methods,
    reason = "the one module of the tests that waits"
)]

use std::time::{Duration, Instant};

/// The wait between two looks.
const LOOK: Duration = Duration::from_millis(5);

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
pub async fn until_async<T>(
    what: &str,
    seconds: u64,
    mut look: impl AsyncFnMut() -> Option<T>,
) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(
            begun.elapsed() < Duration::from_secs(seconds),
            "{what}: not within {seconds} s"
        );
        tokio::time::sleep(LOOK).await;
    }
}

/// How long something took.
pub fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let begun = Instant::now();
    let done = work();
    (done, begun.elapsed())
}

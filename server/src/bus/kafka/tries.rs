//! One message, tried until it is done, for a while.

use std::{future::Future, time::Duration};

use tokio::sync::Semaphore;

use crate::clock::Clock;

/// How many messages that came at a bad moment are tried again at most: with more of them something
/// is down, and each is left to whoever said it. The others have the rest of the room.
pub(super) const RESTING_MAX: usize = 256;
/// The longest that one attempt takes.
const ATTEMPT: Duration = Duration::from_secs(5);
/// The rests between attempts, in milliseconds: half a minute in all. Then whoever sent the message
/// has said it again.
const AGAIN_MS: [u64; 7] = [100, 400, 1_500, 3_000, 5_000, 10_000, 10_000];
/// A message over which its handler breaks down so often is looked at by a person.
const BREAKS_MAX: u32 = 3;

/// What a handler says of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Handled {
    /// It is done, in the database.
    Done,
    /// It could not be done now.
    NotNow,
    /// It can't be done, however often it is tried: its show is read-only, say. Whoever said it goes
    /// on saying it.
    NotAsItIs,
}

/// What came of it in the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Came {
    /// It is done.
    Done,
    /// It is left to whoever said it, who says it again.
    GivenUp,
    /// Its handler breaks down over it.
    Broke,
}

/// Tries a message until it is done, while the server `may` do it. `resting` has room for those that
/// are tried again.
pub(super) async fn tried<T, F>(
    said: T,
    handle: &impl Fn(T) -> F,
    with: (&Semaphore, &Clock),
    may: &(dyn Fn() -> bool + Send + Sync),
) -> Came
where
    T: Clone,
    F: Future<Output = Handled> + Send + 'static,
{
    tried_after(&AGAIN_MS, said, handle, with, may).await
}

/// The same with these rests, in milliseconds.
async fn tried_after<T, F>(
    rests_ms: &[u64],
    said: T,
    handle: &impl Fn(T) -> F,
    (resting, clock): (&Semaphore, &Clock),
    may: &(dyn Fn() -> bool + Send + Sync),
) -> Came
where
    T: Clone,
    F: Future<Output = Handled> + Send + 'static,
{
    let (mut place, mut breaks) = (None, 0);
    for rest_ms in rests_ms.iter().copied().map(Some).chain([None]) {
        if !may() {
            return Came::GivenUp;
        }
        // A task of its own, so that what breaks down in it breaks down alone.
        let attempt = tokio::spawn(handle(said.clone()));
        match tokio::time::timeout(ATTEMPT, attempt).await {
            Ok(Ok(Handled::Done)) => return Came::Done,
            Ok(Ok(Handled::NotAsItIs)) => return Came::GivenUp,
            Ok(Err(_)) => breaks += 1,
            // What takes too long goes on by itself and may be done after all.
            Ok(Ok(Handled::NotNow)) | Err(_) => {}
        }
        if breaks == BREAKS_MAX {
            return Came::Broke;
        }
        place = place.or_else(|| resting.try_acquire().ok());
        match rest_ms.filter(|_| place.is_some()) {
            Some(rest_ms) => clock.rest_real(rest_ms).await,
            None => break,
        }
    }
    if breaks > 0 {
        Came::Broke
    } else {
        Came::GivenUp
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    };

    use houseful_core::time::UtcMillis;

    use super::*;
    use crate::clock::ClockKind;

    /// What comes of a message whose handler says this at each attempt, and how many there were.
    async fn comes(
        room: usize,
        says: impl Fn(u32) -> Handled + Send + Copy + 'static,
    ) -> (Came, u32) {
        let clock = Clock::start(ClockKind::System, UtcMillis(0));
        let (resting, asked) = (Semaphore::new(room), Arc::new(AtomicU32::new(0)));
        let count = Arc::clone(&asked);
        let handle = move |()| {
            let number = count.fetch_add(1, Ordering::SeqCst);
            async move { says(number) }
        };
        let came = tried_after(&[1; 7], (), &handle, (&resting, &clock), &|| true).await;
        (came, asked.load(Ordering::SeqCst))
    }

    #[tokio::test]
    async fn a_bad_moment_passes_or_the_message_is_left_to_its_sender() {
        let mended = |at| {
            move |n| {
                if n < at {
                    Handled::NotNow
                } else {
                    Handled::Done
                }
            }
        };
        assert_eq!(comes(1, mended(0)).await, (Came::Done, 1));
        assert_eq!(comes(1, mended(5)).await, (Came::Done, 6));
        assert_eq!(comes(1, mended(u32::MAX)).await, (Came::GivenUp, 8));
        // Where everything waits, nothing more does.
        assert_eq!(comes(0, mended(1)).await, (Came::GivenUp, 1));
        assert_eq!(comes(0, mended(0)).await, (Came::Done, 1));
    }

    #[tokio::test]
    async fn what_never_will_be_done_is_not_tried_again() {
        assert_eq!(comes(1, |_| Handled::NotAsItIs).await, (Came::GivenUp, 1));
    }

    #[tokio::test]
    async fn a_handler_may_break_down_twice() {
        let breaks = |n: u32, times| {
            assert!(n >= times, "it breaks down");
            Handled::Done
        };
        assert_eq!(comes(1, move |n| breaks(n, 2)).await, (Came::Done, 3));
        assert_eq!(comes(1, move |n| breaks(n, 3)).await, (Came::Broke, 3));
        assert_eq!(comes(0, move |n| breaks(n, 3)).await, (Came::Broke, 1));
    }
}

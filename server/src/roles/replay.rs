//! Remembers which signed messages have been taken, so that none is taken twice.
//!
//! As much as is remembered is bounded: what has to be forgotten takes everything older with it.
//! Messages from before this server began are not taken at all, since it can't know which of them
//! an earlier run took.

use std::{
    collections::{BTreeSet, HashSet},
    sync::{Mutex, PoisonError},
};

use houseful_core::time::UtcMillis;

/// How many messages are remembered.
const KEPT_MAX: usize = 131_072;

/// Which messages have been taken.
#[derive(Debug)]
pub(super) struct Taken(Mutex<State>);

#[derive(Debug)]
struct State {
    by_time: BTreeSet<(UtcMillis, u128)>,
    nonces: HashSet<u128>,
    /// Nothing signed before this is taken.
    floor: UtcMillis,
}

impl Taken {
    /// Nothing yet; nothing signed before `floor` is taken.
    pub(super) fn since(floor: UtcMillis) -> Self {
        Self(Mutex::new(State {
            by_time: BTreeSet::new(),
            nonces: HashSet::new(),
            floor,
        }))
    }

    /// Takes a message, if it is not too old to be known and has not been taken. What was signed
    /// before `oldest` need not be remembered, because nobody takes it.
    pub(super) fn take(&self, at: UtcMillis, nonce: u128, oldest: UtcMillis) -> bool {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if at < state.floor || state.nonces.contains(&nonce) {
            return false;
        }
        state.nonces.insert(nonce);
        state.by_time.insert((at, nonce));
        loop {
            let full = state.by_time.len() > KEPT_MAX;
            let Some(&(first, old)) = state.by_time.first() else {
                return true;
            };
            if !full && first >= oldest {
                return true;
            }
            state.by_time.remove(&(first, old));
            state.nonces.remove(&old);
            if full {
                state.floor = state.floor.max(first.plus_ms(1));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: UtcMillis = UtcMillis(0);

    #[test]
    fn a_message_is_taken_once() {
        let taken = Taken::since(UtcMillis(1_000));
        assert!(taken.take(UtcMillis(1_000), 7, NONE));
        assert!(!taken.take(UtcMillis(1_000), 7, NONE));
        assert!(!taken.take(UtcMillis(1_500), 7, NONE), "whatever its time");
        assert!(taken.take(UtcMillis(1_000), 8, NONE));
        assert!(
            !taken.take(UtcMillis(999), 9, NONE),
            "from before the start"
        );
    }

    #[test]
    fn what_is_too_old_to_be_taken_is_forgotten_and_what_is_not_never_is() {
        let taken = Taken::since(NONE);
        assert!(taken.take(UtcMillis(10), 1, NONE));
        assert!(taken.take(UtcMillis(400_000), 2, UtcMillis(100_000)));
        let state = taken.0.lock().expect("a lock");
        assert_eq!((state.by_time.len(), state.nonces.len()), (1, 1));
    }

    #[test]
    fn with_too_many_the_oldest_are_refused_instead_of_taken_twice() {
        let taken = Taken::since(NONE);
        for n in 0..KEPT_MAX as u128 + 10 {
            let at = UtcMillis(i64::try_from(n).expect("small"));
            assert!(taken.take(at, n, NONE));
        }
        assert!(!taken.take(UtcMillis(3), 3, NONE), "forgotten and too old");
        assert!(!taken.take(UtcMillis(11), 11, NONE), "remembered");
        let state = taken.0.lock().expect("a lock");
        assert_eq!(
            (state.by_time.len(), state.nonces.len()),
            (KEPT_MAX, KEPT_MAX)
        );
    }
}

//! Remembers for a moment what was sent, to notice what is said again: its first saying may lie
//! unread in a topic whose reader hangs, so a repetition goes both ways.

use std::{
    collections::{HashMap, VecDeque},
    hash::Hash,
    time::{Duration, Instant},
};

/// How many messages are remembered.
const KEPT: usize = 16_384;
/// A message that is said again sooner may still be answered; payment waits 200 ms.
const SOON: Duration = Duration::from_millis(150);

/// What was sent lately.
#[derive(Debug)]
pub(super) struct Recent<K> {
    first_said: HashMap<K, Instant>,
    order: VecDeque<K>,
}

impl<K: Clone + Eq + Hash> Recent<K> {
    pub(super) fn new() -> Self {
        Self {
            first_said: HashMap::new(),
            order: VecDeque::new(),
        }
    }

    /// Notes that a message is sent at `now`; whether it was sent before, and not just now.
    pub(super) fn is_said_again(&mut self, message: K, now: Instant) -> bool {
        if let Some(first) = self.first_said.get(&message) {
            return now.saturating_duration_since(*first) >= SOON;
        }
        if self.order.len() == KEPT
            && let Some(oldest) = self.order.pop_front()
        {
            self.first_said.remove(&oldest);
        }
        self.order.push_back(message.clone());
        self.first_said.insert(message, now);
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;

    #[test]
    fn what_is_said_again_after_a_while_is_noticed_and_memory_has_an_end() {
        let (mut recent, begun) = (Recent::new(), Clock::stopwatch());
        assert!(!recent.is_said_again(0, begun));
        assert!(
            !recent.is_said_again(0, begun + SOON / 2),
            "it may be on its way"
        );
        assert!(recent.is_said_again(0, begun + SOON));
        assert!(recent.is_said_again(0, begun + SOON * 9));
        for n in 1..=KEPT {
            assert!(!recent.is_said_again(n, begun));
        }
        assert_eq!((recent.order.len(), recent.first_said.len()), (KEPT, KEPT));
        assert!(!recent.is_said_again(0, begun + SOON * 9), "forgotten");
    }
}

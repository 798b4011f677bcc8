//! Remembers what was sent and what was heard, as far back as memory allows.
//!
//! What is said again was not answered: its first saying may lie in a topic whose reader hangs. So
//! the carriers take turns. They never carry the same saying both, but where one of them is known to
//! be late: each announcement is answered, and each answer that comes twice is a question, so what is
//! always doubled would never end.

use std::{
    collections::{HashMap, VecDeque},
    hash::Hash,
};

/// How many messages are remembered.
const KEPT: usize = 32_768;

/// How often something was noted lately.
#[derive(Debug)]
pub(super) struct Recent<K> {
    times: HashMap<K, u32>,
    order: VecDeque<K>,
}

impl<K: Clone + Eq + Hash> Recent<K> {
    pub(super) fn new() -> Self {
        Self {
            times: HashMap::new(),
            order: VecDeque::new(),
        }
    }

    /// Notes something; how often it was noted before.
    pub(super) fn note(&mut self, what: K) -> u32 {
        if let Some(times) = self.times.get_mut(&what) {
            *times = times.saturating_add(1);
            return *times;
        }
        if self.order.len() == KEPT
            && let Some(oldest) = self.order.pop_front()
        {
            self.times.remove(&oldest);
        }
        self.order.push_back(what.clone());
        self.times.insert(what, 0);
        0
    }

    /// Whether it was noted.
    pub(super) fn knows(&self, what: &K) -> bool {
        self.times.contains_key(what)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_again_is_counted_and_memory_has_an_end() {
        let mut recent = Recent::new();
        assert!(!recent.knows(&0));
        assert_eq!([0, 0, 0].map(|n| recent.note(n)), [0, 1, 2]);
        for n in 1..=KEPT {
            assert_eq!(recent.note(n), 0);
        }
        assert_eq!((recent.order.len(), recent.times.len()), (KEPT, KEPT));
        assert_eq!(recent.note(0), 0, "forgotten");
    }
}

//! Which messages were seen to. A memory that is lost costs calls and nothing else.

use std::collections::{HashSet, VecDeque};

/// How many are remembered; more than come in the time that a signature is good.
pub(super) const SEEN_MAX: usize = 65_536;

/// Ids of messages, the oldest forgotten first.
#[derive(Default)]
pub(super) struct Seen {
    pub(super) ids: HashSet<String>,
    pub(super) order: VecDeque<String>,
}

impl Seen {
    pub(super) fn has(&self, id: &str) -> bool {
        self.ids.contains(id)
    }

    pub(super) fn add(&mut self, id: &str) {
        if !self.ids.insert(id.to_owned()) {
            return;
        }
        self.order.push_back(id.to_owned());
        if self.order.len() > SEEN_MAX
            && let Some(oldest) = self.order.pop_front()
        {
            self.ids.remove(&oldest);
        }
    }
}

//! The version of each show that this client wrote or saw last. It goes along when seats are read, so
//! that no server answers from a replica that has not come so far.

use std::collections::HashMap;

use houseful_core::{ids::ShowId, wire::seats::Version};

/// How many shows are remembered. Whoever looks at more in one go has not just written to them all.
const KEPT: usize = 1_000;

/// The versions, by show.
#[derive(Debug, Default)]
pub(super) struct Versions(HashMap<ShowId, Version>);

impl Versions {
    /// What an answer about `show` must have on its line.
    pub(super) fn of(&self, show: ShowId) -> Option<Version> {
        self.0.get(&show).copied()
    }

    /// Notes the version that an answer carried.
    pub(super) fn saw(&mut self, show: ShowId, version: Version) {
        if self.of(show).is_some_and(|known| known.ver > version.ver) {
            return;
        }
        if self.0.len() >= KEPT {
            self.0.clear();
        }
        self.0.insert(show, version);
    }

    /// Notes the version of an answer that was asked to have `reached` on its line. One that has not
    /// says that this line is lost; what was written meanwhile stays.
    pub(super) fn saw_after(&mut self, show: ShowId, reached: Option<Version>, version: Version) {
        if reached.is_some() && self.of(show) == reached {
            self.0.remove(&show);
        }
        self.saw(show, version);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHOW: ShowId = ShowId(7);

    const fn version(ver: u64, tip: u64) -> Version {
        Version { ver, tip }
    }

    #[test]
    fn an_older_answer_that_comes_late_takes_nothing_back() {
        let mut versions = Versions::default();
        assert_eq!(versions.of(SHOW), None);
        versions.saw(SHOW, version(5, 1));
        versions.saw(SHOW, version(4, 2));
        assert_eq!(versions.of(SHOW), Some(version(5, 1)));
        // Asked for before something was written, and heard after it.
        versions.saw(SHOW, version(6, 3));
        versions.saw_after(SHOW, Some(version(5, 1)), version(5, 1));
        assert_eq!(versions.of(SHOW), Some(version(6, 3)));
        versions.saw_after(SHOW, None, version(2, 1));
        assert_eq!(versions.of(SHOW), Some(version(6, 3)));
    }

    #[test]
    fn a_line_that_was_lost_is_not_asked_for_for_ever() {
        let mut versions = Versions::default();
        versions.saw(SHOW, version(9, 1));
        versions.saw_after(SHOW, Some(version(9, 1)), version(8, 4));
        assert_eq!(versions.of(SHOW), Some(version(8, 4)));
    }

    #[test]
    fn only_so_many_are_remembered() {
        let mut versions = Versions::default();
        for n in 0..=KEPT as u64 {
            versions.saw(ShowId(n), version(1, n));
        }
        assert!(versions.0.len() <= KEPT);
        assert_eq!(versions.of(ShowId(KEPT as u64)), Some(version(1, 1_000)));
    }
}

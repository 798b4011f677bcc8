//! What a talk rests on: what numbers mean, and what can still be told.

use std::collections::VecDeque;

use houseful_core::ids::ShowId;

use crate::tui::wording::plain;

/// How many lines of a list are told at a time.
const LINES: usize = 9;

/// What was told, as far as later words refer to it.
#[derive(Clone, Debug, Default)]
pub(super) struct Talk {
    /// The shows that numbers mean: as they were told, whatever the list has become since.
    pub shows: Vec<ShowId>,
    /// What is left of the list that was told last.
    pub rest: VecDeque<String>,
    /// Whether the next line is the cash that was given.
    pub amount: bool,
    /// Whether the other choices of this seat grid were told.
    pub choices_told: bool,
    /// Which view was told.
    pub told: Option<super::speak::At>,
}

impl Talk {
    /// The first lines of a list; the others follow on demand.
    pub(super) fn list(&mut self, lines: Vec<String>) -> Vec<String> {
        self.rest = lines.into();
        self.more()
    }

    /// The next lines of the list.
    pub(super) fn more(&mut self) -> Vec<String> {
        let count = self.rest.len().min(LINES);
        self.rest.drain(..count).collect()
    }

    /// How to hear the rest, if there is one.
    pub(super) fn more_hint(&self) -> Option<&'static str> {
        (!self.rest.is_empty()).then_some(plain::MORE)
    }
}

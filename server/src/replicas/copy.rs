//! A show as a replica has it: a fold of its own, from which pictures are drawn and nothing else.

use std::sync::Arc;

use houseful_core::{
    ids::ShowId,
    show::{ShowState, ShowTerms},
    time::UtcMillis,
    wire::seats::Version,
};

use crate::{
    hub::Picture,
    store::{StoreError, Tail},
};

/// The fold of a journal up to a version.
pub(super) struct Copy {
    state: ShowState,
    version: Version,
}

impl Copy {
    /// A show without a journal, as it is planned.
    pub(super) fn planned(show: ShowId, terms: &Arc<ShowTerms>) -> Self {
        Self {
            state: ShowState::planned(show, terms),
            version: Version { ver: 0, tip: 0 },
        }
    }

    /// Where it stands.
    pub(super) const fn version(&self) -> Version {
        self.version
    }

    /// A picture of it; `None` for a show that lives in another shard by now.
    pub(super) fn picture(&self) -> Option<Picture> {
        let is_here = self.state.moved_to().is_none() && !self.state.is_nowhere();
        is_here.then(|| Picture::of(&self.state, self.version.tip))
    }

    /// What is known of a show, with how its journal goes on; `None` for one without a journal.
    ///
    /// # Errors
    /// What was read makes no sense to this program.
    pub(super) fn go_on(
        known: Option<Self>,
        show: ShowId,
        tail: Tail,
    ) -> Result<Option<Self>, StoreError> {
        let (mut state, head, events) = match (tail, known) {
            (Tail::Rows { head, events }, Some(known)) => (known.state, Some(head), events),
            (Tail::Rows { .. }, None) => {
                let why = format!("{show} goes on from nowhere");
                return Err(StoreError::Unreadable(why));
            }
            (Tail::Elsewhere(loaded), _) => (ShowState::new(show), loaded.head, loaded.events),
        };
        let Some(head) = head else {
            return Ok(None);
        };
        for (at, event) in &events {
            let at: UtcMillis = *at;
            state.apply(at, event);
        }
        let (has, says) = (state.ver(), head.version.ver);
        if has != says {
            let why = format!("{show} has {has} events, and its head says {says}");
            return Err(StoreError::Unreadable(why));
        }
        Ok(Some(Self {
            state,
            version: head.version,
        }))
    }
}

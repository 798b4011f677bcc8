//! Moving a show to another shard: the old one is sealed for good, the new one goes on.
//!
//! The journal is copied up to and with the seal, and the copy begins to sell with the event that
//! says where it came from. Both are ordinary commits on exactly one version, so of two servers of
//! which one sells and one seals, one loses and reads; and whoever asks a sealed journal is told
//! where the show lives now. Both can be repeated after a crash.

use super::{Command, Event, ShowState};
use crate::{
    ids::{ShardName, ShowId},
    refusal::Refusal,
};

impl ShowState {
    /// The shard this show was moved to, if this journal is the one that was left behind.
    #[must_use]
    pub fn moved_to(&self) -> Option<&ShardName> {
        self.moved_to.as_ref()
    }

    /// A show without a journal here, and whose slot went to another shard: whatever there is of it
    /// is there.
    #[must_use]
    pub fn elsewhere(show: ShowId, shard: ShardName) -> Self {
        Self {
            moved_to: Some(shard),
            ..Self::new(show)
        }
    }

    /// Whether nothing is known of the show: it has no journal, it is not planned, and none is known
    /// elsewhere.
    #[must_use]
    pub fn is_nowhere(&self) -> bool {
        self.ver() == 0 && self.terms.is_none() && self.moved_to.is_none()
    }

    /// A sealed show decides nothing but the seal itself, said again, and its own arrival.
    pub(super) fn decide_seal(
        &self,
        command: &Command,
        to: &ShardName,
    ) -> Result<Vec<Event>, Refusal> {
        match &self.moved_to {
            Some(known) if known == to => Ok(Vec::new()),
            Some(known) => Err(Refusal::ShowMoved { to: known.clone() }),
            None => Ok(vec![Event::Sealed {
                command: command.id,
                to: to.clone(),
            }]),
        }
    }

    /// Arriving is meant for a copy whose last event is the seal that names this shard.
    pub(super) fn decide_arrive(
        &self,
        command: &Command,
        at: &ShardName,
        from: &ShardName,
    ) -> Result<Vec<Event>, Refusal> {
        match &self.moved_to {
            // It has arrived before, and perhaps sold since.
            None if self.came_from.as_ref() == Some(from) => Ok(Vec::new()),
            // A journal that was copied before it was sealed: what was sold since is not in it.
            None => Err(Refusal::NotSealed),
            Some(to) if to == at => Ok(vec![Event::Arrived {
                command: command.id,
                from: from.clone(),
            }]),
            Some(to) => Err(Refusal::ShowMoved { to: to.clone() }),
        }
    }
}

//! What is asked of a lane's [`Machine`](super::machine::Machine), and what it wants done.

use std::time::{Duration, Instant};

use houseful_core::{
    ids::ShowId,
    message::Settle,
    show::{Command, ShowState},
    time::UtcMillis,
    wire::seats::Version,
};

use super::{Answer, LaneError};
use crate::hub::Picture;

/// Looks at a loaded show, or is told why it can't be.
pub(crate) type Look = Box<dyn FnOnce(Result<Seen<'_>, LaneError>) -> Tell + Send>;
/// Tells whoever looked what they saw: after everybody can see it.
pub(crate) type Tell = Box<dyn FnOnce() + Send>;

/// What a [`Look`] sees.
pub(crate) struct Seen<'a> {
    pub(crate) state: &'a ShowState,
    pub(crate) tip: u64,
    pub(crate) now: UtcMillis,
}

/// The time: for the rules, and to tell how old something is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tick {
    pub(crate) now: UtcMillis,
    pub(crate) at: Instant,
}

/// Something to do for a show. `R` is where the answer goes.
pub(crate) enum Work<R> {
    Command {
        command: Box<Command>,
        reply: R,
    },
    Look {
        look: Look,
        /// How old what it sees may be, unless the primary confirmed it after it was asked for.
        within: Duration,
    },
}

/// What the driver has to do.
pub(crate) enum Effect<R> {
    /// Read a show: how it goes on from a version, or as a whole.
    Load(ShowId, Option<Version>),
    /// Have a show alone, and read how it goes on.
    TakeApart(ShowId, Option<Version>),
    Answer(R, Result<Answer, LaneError>),
    Tell(Tell),
    /// The show looks so, or still does, as was asked at that moment.
    Publish(Picture, Instant),
    Settle(Settle),
    /// The show is not in memory any more.
    Retire(ShowId),
    Alarm(ShowId, String),
}

impl<R> Work<R> {
    pub(super) fn fail(self, why: LaneError, out: &mut Vec<Effect<R>>) {
        match self {
            Self::Command { reply, .. } => out.push(Effect::Answer(reply, Err(why))),
            Self::Look { look, .. } => out.push(Effect::Tell(look(Err(why)))),
        }
    }
}

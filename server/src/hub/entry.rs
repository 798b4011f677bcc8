//! What is known of a show that is shown: its last picture, since when, from whom, and who watches.

use std::{
    collections::VecDeque,
    sync::Arc,
    time::{Duration, Instant},
};

use houseful_core::wire::seats::Version;
use tokio::sync::watch;

use super::picture::{Count, Picture};
use crate::clock::Clock;

/// Older pictures kept for feeds that come back after a short break.
const KEPT: usize = 64;

/// Who said that a show stands so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Origin {
    /// The database that is written to.
    #[default]
    Primary,
    /// One that follows it.
    Replica,
}

impl Origin {
    /// The word on the wire and in metrics.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Primary => "primary",
            Self::Replica => "replica",
        }
    }
}

/// The last picture of a show, and what is known of it.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The picture.
    pub picture: Arc<Picture>,
    /// How old it is at most, where others may have sold since.
    pub age: Duration,
    /// How long ago somebody heard that.
    pub heard: Duration,
    /// From whom.
    pub origin: Origin,
}

/// What it means for the picture of a show that a replica says where the show stands.
#[derive(Clone, Debug)]
pub(crate) enum News {
    /// It stands as the picture says.
    None(Arc<Picture>),
    /// The replica has not come so far yet.
    Behind,
    /// There is another picture to be drawn.
    Another,
}

/// The counts of a show, and what they are of.
#[derive(Clone, Copy, Debug)]
pub(super) struct HeadCount {
    pub(super) count: Count,
    pub(super) version: Version,
    /// All is there that was committed before this.
    pub(super) as_of: Instant,
}

#[derive(Debug, Default)]
pub(super) struct Entry {
    /// As its head says, for a show that nobody has looked at since the start.
    pub(super) head: Option<HeadCount>,
    pub(super) picture: Option<Arc<Picture>>,
    /// Whether a shard says that it left; where it is now another one says, or nobody yet.
    pub(super) left: bool,
    /// Where the show stood in the last picture, if that was dropped: who has come less far has
    /// nothing to show.
    pub(super) floor: Option<Version>,
    /// When somebody last began to ask whether the show stands as the picture says, and heard yes.
    pub(super) seen: Option<Instant>,
    /// When that was heard: what was read from then on is no older than the picture.
    pub(super) heard: Option<Instant>,
    /// Who said so.
    pub(super) origin: Origin,
    pub(super) feed: Option<watch::Sender<Arc<Picture>>>,
    pub(super) older: VecDeque<Arc<Picture>>,
}

impl Entry {
    /// Whether nothing is known of it but that it left.
    pub(super) fn is_nowhere(&self) -> bool {
        self.left && self.head.is_none() && self.picture.is_none() && self.feed.is_none()
    }

    pub(super) fn is_watched(&self) -> bool {
        let feed = self.feed.as_ref();
        feed.is_some_and(|feed| feed.receiver_count() > 0)
    }

    /// Whether whoever read all that was there at `as_of` also saw what the picture shows.
    pub(super) fn is_from_before(&self, as_of: Instant) -> bool {
        self.heard.is_none_or(|heard| heard < as_of)
    }

    /// Whether somebody who found the show at `stands` has come less far than the picture, or the
    /// one that was dropped.
    pub(super) fn is_ahead_of(&self, stands: Version, as_of: Instant) -> bool {
        let shown = self.picture.as_ref().map(|p| p.version);
        let dropped = self.floor.filter(|floor| *floor != stands);
        let is_ahead = |version: Version| version.ver >= stands.ver;
        shown.into_iter().chain(dropped).any(is_ahead) && !self.is_from_before(as_of)
    }

    /// The counts of the heads, if they are of later than the picture.
    pub(super) fn later_head(&self) -> Option<HeadCount> {
        let shown = self.picture.as_ref()?.version.ver;
        let is_later = |head: &HeadCount| {
            head.version.ver > shown && self.seen.is_none_or(|seen| seen <= head.as_of)
        };
        self.head.filter(is_later)
    }

    /// Forgets the picture, and not how far it had come.
    pub(super) fn drop_picture(&mut self) -> Option<Arc<Picture>> {
        let dropped = self.picture.take()?;
        self.floor = Some(dropped.version);
        Some(dropped)
    }

    /// Notes that somebody heard at this moment that the show stood as the picture says at `seen`.
    pub(super) fn confirm(&mut self, seen: Instant, origin: Origin) {
        self.heard = Some(Clock::stopwatch());
        if self.seen.is_none_or(|known| known < seen) {
            (self.seen, self.origin) = (Some(seen), origin);
        }
    }

    /// Shows another picture; gives what is not needed any more.
    pub(super) fn show(
        &mut self,
        picture: Arc<Picture>,
        seen: Instant,
        origin: Origin,
    ) -> Vec<Arc<Picture>> {
        self.heard = Some(Clock::stopwatch());
        (self.seen, self.origin) = (Some(seen), origin);
        self.floor = None;
        let before = self.picture.replace(Arc::clone(&picture));
        match &self.feed {
            Some(feed) if feed.receiver_count() > 0 => {
                if self.older.len() == KEPT {
                    self.older.pop_front();
                }
                self.older.extend(before);
                feed.send_replace(picture);
                Vec::new()
            }
            // Nobody watches any more: a reader that comes back gets the map.
            _ => {
                self.feed = None;
                let older = std::mem::take(&mut self.older);
                older.into_iter().chain(before).collect()
            }
        }
    }
}

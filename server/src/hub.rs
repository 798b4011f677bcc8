//! Pictures of shows for readers: rendered once, shared by all, never asked of the database.
//!
//! A picture carries the end of each hold, so it stays true while holds run out; readers apply
//! the predicate. Nothing is ever decided from a picture.
//!
//! On a store that others write to, each picture has an age: the time since somebody asked the
//! primary and heard that the show stands so, or up to which a replica that says so is known to have
//! all. What the primary says is shown whatever its number is: a server that followed a branch that
//! was lost goes back with the next one. What a replica says goes back only if it is known to have
//! all that was there when the picture was shown.

mod entry;
mod moves;
mod picture;
#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::{Arc, Mutex, OnceLock, PoisonError, RwLock},
    time::{Duration, Instant},
};

use houseful_core::{ids::ShowId, time::UtcMillis, wire::seats::Version};
use tokio::sync::watch;

pub(crate) use self::entry::News;
use self::entry::{Entry, HeadCount};
pub use self::{
    entry::{Origin, Shown},
    moves::Moves,
    picture::{Count, Picture},
};
use crate::store::{Head, SalesWord};

/// When the heads were read that lists are made from, and where.
#[derive(Clone, Copy, Debug)]
struct Lists {
    as_of: Instant,
    origin: Origin,
}

/// Where pictures are found.
#[derive(Clone, Debug, Default)]
pub struct Hub {
    shows: Arc<RwLock<HashMap<ShowId, Entry>>>,
    /// Shows that somebody watched when they were last looked at.
    watched: Arc<Mutex<HashSet<ShowId>>>,
    /// When the heads of each shard were read.
    lists: Arc<Mutex<BTreeMap<usize, Lists>>>,
    /// Shows that moved, for somebody who tells others; nobody does unless asked to.
    moves: Arc<OnceLock<Arc<Moves>>>,
}

impl Hub {
    /// A hub that knows no show.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the counts of the shows of a shard from their heads, which have all that was there at
    /// `as_of`. A picture that says something else by now is dropped, unless it came later (what it
    /// shows may have been written after the heads were read) or is watched. Heads that are older
    /// than those that are known are nothing new.
    pub fn know(&self, shard: usize, heads: &[Head], as_of: Instant, origin: Origin) {
        let dropped = self.write(|shows| {
            let mut dropped = Vec::new();
            let mut lists = self.lists.lock().unwrap_or_else(PoisonError::into_inner);
            if lists.get(&shard).is_some_and(|known| known.as_of > as_of) {
                return dropped;
            }
            lists.insert(shard, Lists { as_of, origin });
            for head in heads.iter().filter(|head| head.sales == SalesWord::Moved) {
                shows.entry(head.show).or_default().left = true;
            }
            // What was left behind says nothing any more; the shard it went to does.
            for head in heads.iter().filter(|head| head.sales != SalesWord::Moved) {
                let entry = shows.entry(head.show).or_default();
                entry.head = Some(HeadCount {
                    count: Count::of(head),
                    version: head.version,
                    as_of,
                });
                let differs = |p: &Arc<Picture>| p.version != head.version;
                let is_other = entry.picture.as_ref().is_some_and(differs);
                let is_over = is_other && entry.is_from_before(as_of);
                if (is_over || entry.later_head().is_some()) && !entry.is_watched() {
                    dropped.extend(entry.drop_picture());
                }
            }
            dropped
        });
        // What is large is given back outside of the lock.
        drop(dropped);
    }

    /// How old the counts in lists are at `at`, and where they are from: of the shard that was not
    /// heard for longest. `None` before anybody has read them.
    #[must_use]
    pub fn lists(&self, at: Instant) -> Option<(Duration, Origin)> {
        let lists = self.lists.lock().unwrap_or_else(PoisonError::into_inner);
        let oldest = lists.values().min_by_key(|known| known.as_of)?;
        Some((at.saturating_duration_since(oldest.as_of), oldest.origin))
    }

    /// The last picture of a show and what is known of it at `at`; `None` if there is none.
    #[must_use]
    pub fn shown(&self, show: ShowId, at: Instant) -> Option<Shown> {
        self.read(|shows| {
            let entry = shows.get(&show)?;
            let since = |then: Option<Instant>| then.map(|t| at.saturating_duration_since(t));
            Some(Shown {
                picture: entry.picture.clone()?,
                age: since(entry.seen)?,
                heard: since(entry.heard)?,
                origin: entry.origin,
            })
        })
    }

    /// How old the picture of a show is at `at`; `None` if there is none.
    #[must_use]
    pub fn age(&self, show: ShowId, at: Instant) -> Option<Duration> {
        self.read(|shows| {
            let entry = shows.get(&show)?;
            let seen = entry.picture.as_ref().and(entry.seen)?;
            Some(at.saturating_duration_since(seen))
        })
    }

    /// Shows that somebody watches.
    #[must_use]
    pub fn watched(&self) -> Vec<ShowId> {
        let mut watched = self.watched.lock().unwrap_or_else(PoisonError::into_inner);
        self.read(|shows| watched.retain(|show| shows.get(show).is_some_and(Entry::is_watched)));
        watched.iter().copied().collect()
    }

    /// The last picture of a show; `None` until the lane has loaded it.
    #[must_use]
    pub fn picture(&self, show: ShowId) -> Option<Arc<Picture>> {
        self.read(|shows| shows.get(&show)?.picture.clone())
    }

    /// A receiver of each new picture of the show that this is one of; those in between may be
    /// skipped. The picture may have been dropped since it was looked up: then it is the last again.
    #[must_use]
    pub fn watch(&self, picture: &Arc<Picture>) -> watch::Receiver<Arc<Picture>> {
        let show = picture.show;
        let receiver = self.write(|shows| {
            let entry = shows.entry(show).or_default();
            let now = entry.picture.get_or_insert_with(|| Arc::clone(picture));
            let channel = || watch::channel(Arc::clone(now)).0;
            entry.feed.get_or_insert_with(channel).subscribe()
        });
        let mut watched = self.watched.lock().unwrap_or_else(PoisonError::into_inner);
        watched.insert(show);
        receiver
    }

    /// A picture that was shown before, for a feed that comes back.
    #[must_use]
    pub fn recent(&self, show: ShowId, at: Version) -> Option<Arc<Picture>> {
        self.read(|shows| {
            let entry = shows.get(&show)?;
            let all = entry.older.iter().chain(entry.picture.as_ref());
            all.rev().find(|p| p.version == at).cloned()
        })
    }

    /// Every show that moves from now on, as the primary says.
    #[must_use]
    pub fn moves(&self) -> Arc<Moves> {
        Arc::clone(self.moves.get_or_init(Arc::default))
    }

    /// Whether a show has a journal.
    #[must_use]
    pub fn knows(&self, show: ShowId) -> bool {
        self.read(|shows| shows.get(&show).is_some_and(|entry| !entry.is_nowhere()))
    }

    /// How full a show is at `now`; `None` for one without a journal. One that left a shard and has
    /// arrived nowhere is away.
    #[must_use]
    pub fn count(&self, show: ShowId, now: UtcMillis) -> Option<Count> {
        let (later, head, picture, nowhere) = self.read(|shows| {
            let entry = shows.get(&show)?;
            let (later, nowhere) = (entry.later_head(), entry.is_nowhere());
            Some((later, entry.head, entry.picture.clone(), nowhere))
        })?;
        if nowhere {
            return Some(Count::AWAY);
        }
        if let Some(head) = later {
            return Some(head.count);
        }
        let shown = picture.map(|p| p.count(now));
        shown.or(head.map(|head| head.count))
    }

    /// Shows a picture to everybody, as somebody read the show at the primary who began at `seen`.
    /// The same again says that the show still stands there.
    pub(crate) fn publish(&self, picture: Picture, seen: Instant) {
        let picture = Arc::new(picture);
        let moved = Arc::clone(&picture);
        let dropped = self.write(|shows| {
            let entry = shows.entry(picture.show).or_default();
            let shown = entry.picture.as_ref().map(|p| p.version);
            if shown == Some(picture.version) {
                // A replica may have shown it first, and others have yet to be told.
                if entry.origin == Origin::Replica
                    && let Some(moves) = self.moves.get()
                {
                    moves.note(moved);
                }
                entry.confirm(seen, Origin::Primary);
                return vec![picture];
            }
            // A replica may have shown meanwhile what came after this.
            let overtaken = entry.origin == Origin::Replica
                && shown.is_some_and(|v| v.ver > picture.version.ver)
                && !entry.is_from_before(seen);
            if overtaken {
                return vec![picture];
            }
            if let Some(moves) = self.moves.get() {
                moves.note(moved);
            }
            entry.show(picture, seen, Origin::Primary)
        });
        // What is large is given back outside of the lock.
        drop(dropped);
    }

    /// What it means that a show stands so at a replica that has all that was there at `as_of`.
    pub(crate) fn compare(&self, show: ShowId, stands: Version, as_of: Instant) -> News {
        self.write(|shows| {
            let Some(entry) = shows.get_mut(&show) else {
                return News::Another;
            };
            match entry.picture.clone() {
                Some(picture) if picture.version == stands => {
                    entry.confirm(as_of, Origin::Replica);
                    News::None(picture)
                }
                _ if entry.is_ahead_of(stands, as_of) => News::Behind,
                _ => News::Another,
            }
        })
    }

    /// Shows a picture as it was read at a replica that has all that was there at `as_of`, unless a
    /// later one was shown meanwhile. Gives the later of both; `None` if that is not to be had.
    pub(crate) fn follow(&self, picture: Picture, as_of: Instant) -> Option<Arc<Picture>> {
        let picture = Arc::new(picture);
        let (shown, dropped) = self.write(|shows| {
            let entry = shows.entry(picture.show).or_default();
            match &entry.picture {
                Some(shown) if shown.version == picture.version => {
                    let shown = Arc::clone(shown);
                    entry.confirm(as_of, Origin::Replica);
                    (Some(shown), Vec::new())
                }
                shown if entry.is_ahead_of(picture.version, as_of) => {
                    (shown.clone(), vec![picture])
                }
                _ => {
                    let dropped = entry.show(Arc::clone(&picture), as_of, Origin::Replica);
                    (Some(picture), dropped)
                }
            }
        });
        drop(dropped);
        shown
    }

    /// Forgets the picture of a show that the lane does not keep in memory any more, unless
    /// somebody watches it or seats in it become free by themselves.
    pub(crate) fn retire(&self, show: ShowId) {
        let dropped = self.write(|shows| {
            let entry = shows.get_mut(&show)?;
            if entry.is_watched() {
                return None;
            }
            entry.picture.as_ref().filter(|p| p.ends().is_empty())?;
            let (is_behind, seen) = (entry.later_head().is_some(), entry.seen);
            let picture = entry.drop_picture()?;
            if let Some(as_of) = seen.filter(|_| !is_behind) {
                entry.head = Some(HeadCount {
                    count: picture.count(UtcMillis(0)),
                    version: picture.version,
                    as_of,
                });
            }
            entry.feed = None;
            Some((picture, std::mem::take(&mut entry.older)))
        });
        drop(dropped);
    }

    fn read<T>(&self, look: impl FnOnce(&HashMap<ShowId, Entry>) -> T) -> T {
        look(&self.shows.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn write<T>(&self, change: impl FnOnce(&mut HashMap<ShowId, Entry>) -> T) -> T {
        change(&mut self.shows.write().unwrap_or_else(PoisonError::into_inner))
    }
}

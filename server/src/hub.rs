//! Pictures of shows for readers: rendered once, shared by all, never asked of the database.
//!
//! A picture carries the end of each hold, so it stays true while holds run out; readers apply
//! the predicate. Nothing is ever decided from a picture.
//!
//! On a store that others write to, each picture has an age: the time since somebody asked the
//! primary and heard that the show stands so. A picture is shown whatever its number is: a server
//! that followed a branch that was lost goes back with the next one.

use std::{
    collections::{BTreeMap, HashMap, HashSet, VecDeque},
    sync::{Arc, Mutex, OnceLock, PoisonError, RwLock},
    time::{Duration, Instant},
};

use bytes::Bytes;
use houseful_core::{
    expiry::is_alive,
    ids::ShowId,
    layout::LayoutHash,
    show::{
        ShowState, Slot,
        view::{mark_of, seat_changes, seat_map},
    },
    time::UtcMillis,
    wire::{
        catalogue::ShowStatus,
        seats::{SeatChanges, Version},
    },
};
use tokio::sync::watch;

use crate::{
    clock::Clock,
    store::{Head, SalesWord},
};

/// Older pictures kept for feeds that come back after a short break.
const KEPT: usize = 64;
/// Rendered deltas kept for each picture.
const DELTAS: usize = 16;

/// A show at one version.
#[derive(Debug)]
pub struct Picture {
    show: ShowId,
    version: Version,
    status: ShowStatus,
    layout: LayoutHash,
    slots: Vec<Slot>,
    taken: usize,
    body: OnceLock<Bytes>,
    /// Until when and how many seats are held or wait for capture, in order of time.
    ends: OnceLock<Vec<(UtcMillis, u32)>>,
    /// The deltas that were rendered, by where they start: most feeds ask for the same few.
    deltas: Mutex<VecDeque<(Version, Bytes)>>,
}

impl Picture {
    /// A picture of a state whose version was written with `tip`.
    #[must_use]
    pub fn of(state: &ShowState, tip: u64) -> Self {
        Self {
            show: state.show(),
            version: Version {
                ver: state.ver(),
                tip,
            },
            status: state.status(),
            layout: state.layout_hash(),
            slots: state.slots().to_vec(),
            taken: state.slots().len() - state.free_written(),
            body: OnceLock::new(),
            ends: OnceLock::new(),
            deltas: Mutex::default(),
        }
    }

    /// At which version.
    #[must_use]
    pub fn version(&self) -> Version {
        self.version
    }

    /// The version as an HTTP entity tag.
    #[must_use]
    pub fn etag(&self) -> String {
        format!("\"{}\"", self.version)
    }

    /// The seat map as JSON.
    #[must_use]
    pub fn body(&self) -> Bytes {
        let render = || {
            let map = seat_map(
                self.show,
                self.version,
                self.layout,
                self.status,
                &self.slots,
            );
            // A seat map has string keys only, so it can always be written.
            Bytes::from(serde_json::to_vec(&map).unwrap_or_default())
        };
        self.body.get_or_init(render).clone()
    }

    /// What changed since `before`, as JSON; `None` when nothing did or when the seats are not
    /// the same seats.
    #[must_use]
    pub fn changes_from(&self, before: &Self) -> Option<Bytes> {
        if before.version == self.version || before.layout != self.layout {
            return None;
        }
        let mut deltas = self.deltas.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, body)) = deltas.iter().find(|(from, _)| *from == before.version) {
            return Some(body.clone());
        }
        let changes = SeatChanges {
            from: before.version,
            version: self.version,
            status: self.status,
            seats: seat_changes(&before.slots, &self.slots),
        };
        let body = Bytes::from(serde_json::to_vec(&changes).unwrap_or_default());
        if deltas.len() == DELTAS {
            deltas.pop_front();
        }
        deltas.push_back((before.version, body.clone()));
        Some(body)
    }

    /// How full the show is at `now`: a hold that is over counts no more, written down or not.
    fn count(&self, now: UtcMillis) -> Count {
        let over = self
            .ends()
            .iter()
            .take_while(|(end, _)| !is_alive(*end, now));
        let over: u32 = over.map(|(_, seats)| seats).sum();
        let total = count_of(self.slots.len());
        Count {
            free: total.saturating_sub(count_of(self.taken)) + over,
            total,
            status: self.status,
        }
    }

    fn ends(&self) -> &[(UtcMillis, u32)] {
        self.ends.get_or_init(|| {
            let mut ends = BTreeMap::new();
            for (_, until) in self.slots.iter().map(|slot| mark_of(*slot)) {
                if let Some(until) = until {
                    *ends.entry(until).or_default() += 1;
                }
            }
            ends.into_iter().collect()
        })
    }
}

fn count_of(seats: usize) -> u32 {
    u32::try_from(seats).unwrap_or(u32::MAX)
}

/// How full a show is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// Seats that nobody has.
    pub free: u32,
    /// All seats.
    pub total: u32,
    /// Whether it is for sale, its hours not counted in.
    pub status: ShowStatus,
}

#[derive(Debug, Default)]
struct Entry {
    /// As its head says, for a show that nobody has looked at since the start.
    head: Option<Count>,
    picture: Option<Arc<Picture>>,
    /// When somebody last began to ask whether the show stands as the picture says, and heard yes.
    seen: Option<Instant>,
    /// When that was heard: what was read from then on is no older than the picture.
    heard: Option<Instant>,
    feed: Option<watch::Sender<Arc<Picture>>>,
    older: VecDeque<Arc<Picture>>,
}

impl Entry {
    fn is_watched(&self) -> bool {
        let feed = self.feed.as_ref();
        feed.is_some_and(|feed| feed.receiver_count() > 0)
    }
}

impl Count {
    fn of(head: &Head) -> Self {
        Self {
            free: head.total.saturating_sub(head.taken),
            total: head.total,
            status: match head.sales {
                SalesWord::Open => ShowStatus::OnSale,
                SalesWord::Paused => ShowStatus::Paused,
                SalesWord::Cancelled | SalesWord::Moved => ShowStatus::Cancelled,
            },
        }
    }
}

/// Where pictures are found.
#[derive(Clone, Debug, Default)]
pub struct Hub {
    shows: Arc<RwLock<HashMap<ShowId, Entry>>>,
    /// Shows that somebody watched when they were last looked at.
    watched: Arc<Mutex<HashSet<ShowId>>>,
}

impl Hub {
    /// A hub that knows no show.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the counts of all shows from their heads, as somebody read them who began at `began`.
    /// A picture that says something else by now is dropped, unless it came later (what it shows may
    /// have been written after the heads were read) or is watched.
    pub fn know(&self, heads: &[Head], began: Instant) {
        let dropped = self.write(|shows| {
            let mut dropped = Vec::new();
            // What was left behind says nothing any more; the shard it went to does.
            for head in heads.iter().filter(|head| head.sales != SalesWord::Moved) {
                let entry = shows.entry(head.show).or_default();
                entry.head = Some(Count::of(head));
                let old = entry.heard.is_none_or(|heard| heard < began);
                if old && !entry.is_watched() {
                    let other = |p: &mut Arc<Picture>| p.version != head.version;
                    dropped.extend(entry.picture.take_if(other));
                }
            }
            dropped
        });
        // What is large is given back outside of the lock.
        drop(dropped);
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

    /// Whether a show has a journal.
    #[must_use]
    pub fn knows(&self, show: ShowId) -> bool {
        self.read(|shows| shows.contains_key(&show))
    }

    /// How full a show is at `now`; `None` for one without a journal.
    #[must_use]
    pub fn count(&self, show: ShowId, now: UtcMillis) -> Option<Count> {
        let (head, picture) = self.read(|shows| {
            let entry = shows.get(&show)?;
            Some((entry.head, entry.picture.clone()))
        })?;
        picture.map(|p| p.count(now)).or(head)
    }

    /// Shows a picture to everybody, as somebody read the show who began at `seen`. The same again
    /// says that the show still stands there.
    pub(crate) fn publish(&self, picture: Picture, seen: Instant) {
        let (picture, heard) = (Arc::new(picture), Clock::stopwatch());
        let dropped = self.write(|shows| {
            let entry = shows.entry(picture.show).or_default();
            entry.heard = Some(heard);
            let shown = entry.picture.as_ref();
            if shown.is_some_and(|p| p.version == picture.version) {
                entry.seen = entry.seen.max(Some(seen));
                return vec![picture];
            }
            entry.seen = Some(seen);
            let before = entry.picture.replace(Arc::clone(&picture));
            match &entry.feed {
                Some(feed) if feed.receiver_count() > 0 => {
                    if entry.older.len() == KEPT {
                        entry.older.pop_front();
                    }
                    entry.older.extend(before);
                    feed.send_replace(picture);
                    Vec::new()
                }
                // Nobody watches any more: a reader that comes back gets the map.
                _ => {
                    entry.feed = None;
                    let older = std::mem::take(&mut entry.older);
                    older.into_iter().chain(before).collect()
                }
            }
        });
        // What is large is given back outside of the lock.
        drop(dropped);
    }

    /// Forgets the picture of a show that the lane does not keep in memory any more, unless
    /// somebody watches it or seats in it become free by themselves.
    pub(crate) fn retire(&self, show: ShowId) {
        let dropped = self.write(|shows| {
            let entry = shows.get_mut(&show)?;
            if entry.is_watched() {
                return None;
            }
            let picture = entry.picture.take_if(|p| p.ends().is_empty())?;
            entry.head = Some(picture.count(UtcMillis(0)));
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

#[cfg(test)]
mod tests;

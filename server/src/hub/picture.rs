//! A show at one version, rendered once for everybody, and how full it is.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Mutex, OnceLock, PoisonError},
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

use crate::store::{Head, SalesWord};

/// Rendered deltas kept for each picture.
const DELTAS: usize = 16;

/// A show at one version.
#[derive(Debug)]
pub struct Picture {
    pub(super) show: ShowId,
    pub(super) version: Version,
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
    pub(super) fn count(&self, now: UtcMillis) -> Count {
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

    pub(super) fn ends(&self) -> &[(UtcMillis, u32)] {
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

impl Count {
    /// Of a show whose database was never heard, or is another one than the house's.
    pub const AWAY: Self = Self {
        free: 0,
        total: 0,
        status: ShowStatus::Away,
    };

    pub(super) fn of(head: &Head) -> Self {
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

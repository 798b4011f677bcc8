//! Which server leads, as far as anybody here has met it: the branch of the cluster's history that is
//! sold from. Whoever waits for a server that was left behind hears of it at once, and not when that
//! server at last says something.

use std::sync::atomic::{AtomicU32, Ordering};

use tokio::sync::{Notify, watch};

/// What was known of a server when a connection to it was checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Checked {
    /// The cluster's own number.
    pub(super) cluster: i64,
    /// The branch of its history.
    pub(super) timeline: u32,
    /// How often servers had to be checked anew before.
    pub(super) round: u32,
}

/// What the connections to one database share.
#[derive(Debug, Default)]
pub(super) struct Lead {
    /// The cluster and the highest branch of its history that was met.
    met: watch::Sender<Option<(i64, u32)>>,
    /// How often all servers had to be checked anew.
    round: AtomicU32,
    /// Somebody waits and hears nothing, or is refused what a server that leads does.
    doubt: Notify,
}

impl Lead {
    /// Notes a server that takes writes; says whether it is later than what was met before.
    ///
    /// # Errors
    /// It was left behind: the branch that is sold from.
    pub(super) fn meet(&self, cluster: i64, timeline: u32) -> Result<bool, u32> {
        let mut told = Ok(false);
        self.met.send_if_modified(|met| match *met {
            Some((known, later)) if known == cluster && timeline < later => {
                told = Err(later);
                false
            }
            before => {
                let now = Some((cluster, timeline));
                *met = now;
                told = Ok(before.is_some() && before != now);
                before != now
            }
        });
        told
    }

    /// The cluster that was met last.
    pub(super) fn cluster(&self) -> Option<i64> {
        self.met.borrow().map(|(cluster, _)| cluster)
    }

    /// The number of the present round of checks.
    pub(super) fn round(&self) -> u32 {
        self.round.load(Ordering::SeqCst)
    }

    /// Has every server checked again.
    pub(super) fn next_round(&self) {
        self.round.fetch_add(1, Ordering::SeqCst);
    }

    /// Whether a server may be used (again): no later branch of its cluster's history was met since,
    /// and nobody asked for a new check.
    pub(super) fn stands(&self, checked: Checked) -> bool {
        !self.has_left(checked) && checked.round == self.round()
    }

    /// Whether a later branch of its cluster's history was met.
    pub(super) fn has_left(&self, checked: Checked) -> bool {
        self.met.borrow().is_some_and(|(cluster, timeline)| {
            cluster == checked.cluster && checked.timeline < timeline
        })
    }

    /// Hears of each server that leads from now on.
    pub(super) fn watch(&self) -> watch::Receiver<Option<(i64, u32)>> {
        self.met.subscribe()
    }

    /// Has somebody look whether another server leads.
    pub(super) fn in_doubt(&self) {
        self.doubt.notify_one();
    }

    /// Waits until somebody is in doubt.
    pub(super) async fn doubt(&self) {
        self.doubt.notified().await;
    }
}

//! A primary with two standbys, of which one has every commit before it is told, and the operator
//! who promotes one when the primary is gone: by the script of `docs/operations.md`.

use std::time::Duration;

use crate::{cluster::Cluster, wait};

/// Whom commits wait for. The same on all, so that it holds for whoever leads; nobody is a standby
/// of itself.
const ANY: &str = "ANY 1 (one, two, three)";

/// What becomes of a primary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Its machine goes, without a word.
    Killed,
    /// It hangs with all its connections, and wakes up later as if nothing had been.
    Frozen,
    /// It is stopped at once, in the middle of everything.
    StoppedAtOnce,
    /// It is stopped for maintenance.
    Stopped,
}

impl Fate {
    /// All of them, the most frequent more often.
    pub const ROUND: [Self; 5] = [
        Self::Killed,
        Self::Frozen,
        Self::Killed,
        Self::StoppedAtOnce,
        Self::Stopped,
    ];
}

/// Three servers of one cluster.
#[derive(Debug)]
pub struct Three {
    nodes: [Cluster; 3],
    primary: usize,
}

impl Three {
    /// A primary with two standbys; every commit waits for one of them.
    ///
    /// # Panics
    /// They do not start.
    #[must_use]
    pub fn start() -> Self {
        let first = Cluster::quick();
        let (second, third) = (first.standby("two"), first.standby("three"));
        for standby in [&second, &third] {
            standby.set(&[("synchronous_standby_names", ANY)]);
            standby.reload();
        }
        first.wait_for(ANY);
        Self {
            nodes: [first, second, third],
            primary: 0,
        }
    }

    /// Who leads.
    #[must_use]
    pub const fn primary(&self) -> &Cluster {
        &self.nodes[self.primary]
    }

    /// All of them.
    #[must_use]
    pub const fn nodes(&self) -> &[Cluster; 3] {
        &self.nodes
    }

    /// An address that names all of them, and refuses whoever waits for no standby.
    #[must_use]
    pub fn address(&self, database: &str) -> String {
        let [a, b, c] = &self.nodes;
        let all = Cluster::one_of(&[a, b, c], database);
        format!("{all}?standby=required")
    }

    /// Something becomes of the primary.
    pub fn strike(&mut self, fate: Fate) {
        let primary = &mut self.nodes[self.primary];
        match fate {
            Fate::Killed => primary.kill(),
            Fate::Frozen => primary.freeze(),
            Fate::StoppedAtOnce => primary.stop_at_once(),
            Fate::Stopped => primary.stop(),
        }
    }

    /// Gives back the room that [`Cluster::fill_disk`] took from the primary.
    pub fn empty_disk(&self) {
        self.primary().limit_files(None);
    }

    /// Takes the room away for the log of changes, too: the primary can't go on, and ends.
    ///
    /// # Panics
    /// It goes on all the same.
    pub fn fill_disk_to_the_last_byte(&mut self) {
        let primary = &mut self.nodes[self.primary];
        primary.limit_files(Some(1));
        primary.end();
    }

    /// Promotes the standby that knows most, which has all that was ever told, and has the other one
    /// follow it; how long that took. Who was the primary is left as it is.
    pub fn promote(&mut self) -> Duration {
        let (old, began) = (self.primary, wait::now());
        let others = (0..self.nodes.len()).filter(|n| *n != old);
        let best = others.clone().max_by_key(|n| self.nodes[*n].reached());
        self.primary = best.unwrap_or(old);
        self.primary().promote();
        for n in others.filter(|n| *n != self.primary) {
            self.nodes[n].follow(self.primary());
        }
        wait::since(began)
    }

    /// The same beside a primary that goes on: the standbys receive nothing of it any more before one of
    /// them leads, for whoever went past the point where the new history begins can't follow that.
    pub fn promote_beside(&mut self) -> Duration {
        let others = (0..self.nodes.len()).filter(|n| *n != self.primary);
        others.for_each(|n| self.nodes[n].cut_off());
        self.promote()
    }

    /// Wakes a primary up that was frozen and is none any more.
    pub fn thaw(&self, old: usize) {
        self.nodes[old].thaw();
    }

    /// Which of them leads.
    #[must_use]
    pub const fn leader(&self) -> usize {
        self.primary
    }

    /// Has a former primary come back as a standby, and waits until both standbys are there.
    ///
    /// # Panics
    /// They are not in time.
    pub fn rejoin(&mut self, old: usize) {
        let [a, b, c] = &mut self.nodes;
        let (old, primary) = match (old, self.primary) {
            (0, 1) => (a, &*b),
            (0, 2) => (a, &*c),
            (1, 0) => (b, &*a),
            (1, 2) => (b, &*c),
            (2, 0) => (c, &*a),
            (2, 1) => (c, &*b),
            _ => panic!("{old} leads"),
        };
        old.rejoin(primary);
        wait::until("both standbys", 60, || {
            (self.primary().synchronous() == 2).then_some(())
        });
    }
}

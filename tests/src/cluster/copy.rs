//! A second cluster with the history of a first one.

use std::{path::Path, process::Command, sync::atomic::AtomicU32};

use houseful_server::chance;

use super::Cluster;

impl Cluster {
    /// A copy of this cluster as a standby that was promoted: the same cluster on a later branch of
    /// its history. This one goes on as it was, as an old primary does that nobody stopped.
    ///
    /// # Panics
    /// It does not start.
    #[must_use]
    pub fn promoted_copy(&mut self) -> Self {
        self.stop();
        let folder = std::env::temp_dir().join(format!("houseful-pg-{}", chance::uuid()));
        copy(&self.folder, &folder);
        self.restart();
        let mut copy = Self {
            name: "copy".to_owned(),
            binaries: self.binaries.clone(),
            folder,
            port: 0,
            server: None,
            databases: AtomicU32::new(0),
        };
        copy.make_standby();
        copy.begin();
        assert_eq!(copy.admin("SELECT pg_promote()"), "t");
        copy
    }
}

/// With owners and rights, which Postgres looks at.
fn copy(from: &Path, to: &Path) {
    let copied = Command::new("cp").arg("-a").args([from, to]).status();
    assert!(
        copied.is_ok_and(|s| s.success()),
        "a cluster that can't be copied"
    );
}

//! Standbys that stream: made, cut off, promoted, and an old primary that comes back as one.

use std::{fs, sync::atomic::Ordering};

use super::{ADMIN, Cluster};
use crate::wait;

/// How long a standby may take to be where it should.
const CATCH_UP_S: u64 = 60;

/// A standby tries again soon, and not after Postgres's 5 s: primaries come and go here.
const EAGER: (&str, &str) = ("wal_retrieve_retry_interval", "100ms");

impl Cluster {
    /// A standby that streams from this cluster, in a folder and on a port of its own. It is a
    /// [`Cluster`] like any other, with this one's settings; its databases are read with
    /// [`Cluster::here`].
    ///
    /// # Panics
    /// It does not start.
    #[must_use]
    pub fn standby(&self, name: &str) -> Self {
        self.standby_with(name, &[])
    }

    /// The same with settings of its own, such as `recovery_min_apply_delay`.
    ///
    /// # Panics
    /// It does not start.
    #[must_use]
    pub fn standby_with(&self, name: &str, more: &[(&str, &str)]) -> Self {
        let mut standby = Self::in_a_folder(name, self.binaries.clone());
        let made = self.databases.load(Ordering::Relaxed);
        standby.databases.store(made, Ordering::Relaxed);
        standby.copy_from(self);
        standby.set(&[EAGER]);
        standby.set(more);
        standby.begin();
        standby
    }

    /// What it is called in `synchronous_standby_names`. The first cluster is called `one`; `first` and `any` mean something else there.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The address of the same database at this cluster.
    #[must_use]
    pub fn here(&self, url: &str) -> String {
        let database = url.rsplit('/').next().unwrap_or_default();
        self.url(database)
    }

    /// The address of one database at several clusters, for [`super::ROLE`].
    #[must_use]
    pub fn one_of(clusters: &[&Self], url: &str) -> String {
        let hosts: Vec<_> = clusters
            .iter()
            .map(|cluster| format!("127.0.0.1:{}", cluster.port))
            .collect();
        let database = url.rsplit('/').next().unwrap_or_default();
        format!("postgres://{}@{}/{database}", super::ROLE, hosts.join(","))
    }

    /// Has commits wait for standbys from now on (`synchronous_standby_names`, as in
    /// `ANY 1 (a, b)`), or for nobody. It is written into the settings that a standby made later
    /// gets too.
    ///
    /// # Panics
    /// It is not so in time.
    pub fn wait_for(&self, standbys: &str) {
        self.set(&[("synchronous_standby_names", standbys)]);
        self.reload();
        let shown = || (self.admin("SHOW synchronous_standby_names") == standbys).then_some(());
        wait::until("the setting", CATCH_UP_S, shown);
        if !standbys.is_empty() {
            wait::until("a synchronous standby", CATCH_UP_S, || {
                (self.synchronous() > 0).then_some(())
            });
        }
    }

    /// How many standbys commits may wait for and are there.
    #[must_use]
    pub fn synchronous(&self) -> usize {
        let sql = "SELECT count(*) FROM pg_stat_replication
                   WHERE state = 'streaming' AND sync_state IN ('sync', 'quorum')";
        self.admin(sql).parse().unwrap_or(0)
    }

    /// Whether it is a standby now.
    #[must_use]
    pub fn is_standby(&self) -> bool {
        self.admin("SELECT pg_is_in_recovery()") == "t"
    }

    /// How far its journal of changes goes, in bytes: of a primary what it has written, of a
    /// standby what it has received. The standby with the most knows all that any of them knows.
    ///
    /// # Panics
    /// It does not tell.
    #[must_use]
    pub fn reached(&self) -> u64 {
        let sql = "SELECT CASE WHEN pg_is_in_recovery()
            THEN greatest(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn())
            ELSE pg_current_wal_lsn() END - '0/0'::pg_lsn";
        self.admin(sql).parse().expect("a number of bytes")
    }

    /// Waits until this standby shows what `primary` has written so far.
    ///
    /// # Panics
    /// It does not come so far.
    pub fn catch_up(&self, primary: &Self) {
        let wanted = primary.reached();
        let sql = "SELECT coalesce(pg_last_wal_replay_lsn() - '0/0'::pg_lsn, 0)";
        wait::until("a standby that has caught up", CATCH_UP_S, || {
            let has: u64 = self.admin(sql).parse().ok()?;
            (has >= wanted).then_some(())
        });
    }

    /// Makes this standby a primary, on a branch of its own.
    ///
    /// # Panics
    /// It stays a standby.
    pub fn promote(&self) {
        assert_eq!(self.admin("SELECT pg_promote()"), "t", "{}", self.log());
    }

    /// Has this standby follow another primary from now on.
    pub fn follow(&self, primary: &Self) {
        self.set(&[("primary_conninfo", &self.conninfo(primary))]);
        self.reload();
    }

    /// Cuts this standby off from its primary: nothing comes any more, and nothing is confirmed.
    ///
    /// # Panics
    /// It still receives.
    pub fn cut_off(&self) {
        self.set(&[("primary_conninfo", "")]);
        self.reload();
        wait::until("a standby that is cut off", CATCH_UP_S, || {
            let receives = self.admin("SELECT count(*) FROM pg_stat_wal_receiver");
            (receives == "0").then_some(())
        });
    }

    /// Has an old primary come back as a standby of another one, on the port it had: what it has is
    /// thrown away for a fresh copy.
    ///
    /// # Panics
    /// It does not start.
    pub fn rejoin(&mut self, primary: &Self) {
        if self.pid().is_some() {
            self.kill();
        }
        fs::remove_dir_all(self.data()).expect("the old data goes");
        let made = primary.databases.load(Ordering::Relaxed);
        self.databases.store(made, Ordering::Relaxed);
        self.copy_from(primary);
        self.set(&[EAGER]);
        self.restart();
    }

    /// Fetches the data of a running cluster and marks it as a standby's.
    fn copy_from(&self, primary: &Self) {
        let out = self
            .binaries
            .command("pg_basebackup")
            .args(["--checkpoint=fast", "--no-sync", "--wal-method=stream"])
            .args(["-h", "127.0.0.1", "-U", ADMIN])
            .args(["-p", &primary.port.to_string()])
            .arg("-D")
            .arg(self.data())
            .env("PGSSLMODE", "disable")
            .current_dir(&self.folder)
            .output()
            .expect("pg_basebackup starts");
        assert!(
            out.status.success(),
            "pg_basebackup: {}",
            String::from_utf8_lossy(&out.stderr)
        );
        self.set(&[("primary_conninfo", &self.conninfo(primary))]);
        self.make_standby();
    }

    fn conninfo(&self, primary: &Self) -> String {
        let (port, name) = (primary.port, &self.name);
        format!(
            "host=127.0.0.1 port={port} user={ADMIN} application_name={name} sslmode=disable \
             connect_timeout=2"
        )
    }
}

//! Copies of databases and of whole clusters, made and put back as `docs/operations.md` says.

use std::{fs, path::PathBuf};

use super::{ADMIN, Cluster, ROLE};
use crate::wait;

/// How long the log of changes may take to be copied away, and a cluster to come back.
const PATIENCE_S: u64 = 60;

/// What a base backup and a moment after it are called.
const BASE: &str = "base";
const MOMENT: &str = "monday";

impl Cluster {
    /// Dumps the database of `url` while people use it; where to.
    ///
    /// # Panics
    /// It can't be dumped.
    #[must_use]
    pub fn dump(&self, url: &str) -> PathBuf {
        let name = url.rsplit('/').next().unwrap_or_default();
        let dump = self.path(&format!("{name}.dump"));
        let file = dump.display().to_string();
        self.tool("pg_dump", &["--format=custom", "--file", &file, name]);
        dump
    }

    /// Puts a dump in the place of the database of `url`, to which nobody is connected, and keeps what
    /// stood there under another name.
    ///
    /// # Panics
    /// It can't be put back.
    pub fn put_back(&self, url: &str, dump: &std::path::Path) {
        let name = url.rsplit('/').next().unwrap_or_default();
        self.admin(&format!("ALTER DATABASE {name} RENAME TO {name}_before"));
        self.admin(&format!(
            "CREATE DATABASE {name} OWNER {ROLE} TEMPLATE template0"
        ));
        let file = dump.display().to_string();
        self.tool("pg_restore", &["--exit-on-error", "--dbname", name, &file]);
    }

    /// Has the log of changes kept beside the data from now on, and copies the whole cluster. It was
    /// started with `archive_mode`.
    ///
    /// # Panics
    /// It can't be copied.
    pub fn back_up(&self) {
        let kept = self.path("wal");
        fs::create_dir(&kept).expect("a folder for the log of changes");
        self.binaries.give(&kept);
        let kept = kept.display();
        let command = format!("test ! -f {kept}/%f && cp %p {kept}/%f");
        self.set(&[("archive_command", &command)]);
        self.reload();
        let base = self.path(BASE).display().to_string();
        self.tool(
            "pg_basebackup",
            &["--checkpoint=fast", "--no-sync", "--pgdata", &base],
        );
        self.tool_bare("pg_verifybackup", &[&base]);
    }

    /// Gives this moment a name, to which one can go back.
    ///
    /// # Panics
    /// The log of changes is not kept.
    pub fn name_this_moment(&self) {
        self.admin(&format!("SELECT pg_create_restore_point('{MOMENT}')"));
        let last = self.admin("SELECT pg_walfile_name(pg_switch_wal())");
        wait::until("the log of changes", PATIENCE_S, || {
            self.path("wal").join(&last).exists().then_some(())
        });
    }

    /// Goes back to the named moment: the copy of the whole cluster, and the log of changes from there
    /// on. What stood there is kept.
    ///
    /// # Panics
    /// It does not come back.
    pub fn go_back(&mut self) {
        self.stop();
        fs::rename(self.data(), self.path("data.before")).expect("the data goes aside");
        let (base, data) = (self.path(BASE), self.data());
        fs::rename(base, data).expect("the copy takes its place");
        let command = format!("cp {}/%f %p", self.path("wal").display());
        self.set(&[
            ("archive_mode", "off"),
            ("restore_command", &command),
            ("recovery_target_name", MOMENT),
            ("recovery_target_action", "promote"),
        ]);
        self.give("recovery.signal", "");
        self.restart();
        wait::until("the end of recovery", PATIENCE_S, || {
            (!self.is_standby()).then_some(())
        });
        // A standby that is made from it has its settings, and would stop or lead by them.
        self.set(&[
            ("restore_command", ""),
            ("recovery_target_name", ""),
            ("archive_mode", "on"),
        ]);
    }

    /// Reads every table and index of the database of `url` and looks for damage.
    ///
    /// # Panics
    /// There is some.
    pub fn check(&self, url: &str) {
        let name = url.rsplit('/').next().unwrap_or_default();
        let all = ["--install-missing", "--heapallindexed", "--database", name];
        self.tool("pg_amcheck", &all);
    }

    /// A program that is told where the server is.
    fn tool(&self, program: &str, args: &[&str]) {
        let port = self.port.to_string();
        let at = ["-h", "127.0.0.1", "-p", &port, "-U", ADMIN];
        self.tool_bare(program, &[&at, args].concat());
    }

    fn tool_bare(&self, program: &str, args: &[&str]) {
        let out = self
            .binaries
            .command(program)
            .args(args)
            .env("PGSSLMODE", "disable")
            .current_dir(&self.folder)
            .output();
        let out = out.unwrap_or_else(|e| panic!("{program}: {e}"));
        let why = String::from_utf8_lossy(&out.stderr);
        assert!(out.status.success(), "{program}: {why}");
    }
}

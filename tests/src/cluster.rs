//! A real Postgres cluster in a temporary folder, for the tests that want one.
//!
//! It runs as an ordinary user, on a free loopback port, without a socket file. A shell stands
//! between the test and the server and watches a pipe: when the test's process ends, however it
//! ends, the pipe closes, and the shell stops the server and removes the folder. So nothing is left
//! behind even by a test that was killed.

#![expect(
    clippy::expect_used,
    reason = "a test that has no database of its own ends at once"
)]

mod backup;
mod binaries;
mod copy;
mod disk;
mod nodes;
mod process;
mod settings;
mod standby;

use std::{
    path::PathBuf,
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

use houseful_server::{chance, postgres::Settings};

pub use binaries::Binaries;
pub use nodes::tables_of_nodes;
use process::Server;

/// The role that tests connect as: it owns its databases and is no superuser.
pub const ROLE: &str = "houseful";
/// The superuser, and who a standby is to its primary.
pub const ADMIN: &str = "postgres";

/// One cluster. Dropping it stops the server and removes the folder.
#[derive(Debug)]
pub struct Cluster {
    /// What it is called where a primary names its standbys.
    name: String,
    binaries: Binaries,
    folder: PathBuf,
    port: u16,
    server: Option<Server>,
    databases: AtomicU32,
}

impl Cluster {
    /// A cluster that keeps what it has promised.
    ///
    /// # Panics
    /// There is no Postgres of version 15 or later on this machine, or it does not start.
    #[must_use]
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    /// The same without waiting for the disk, marked so that our server takes it: for tests that
    /// crash nothing.
    ///
    /// # Panics
    /// As [`Cluster::start`].
    #[must_use]
    pub fn quick() -> Self {
        Self::start_with(&[
            ("fsync", "off"),
            ("full_page_writes", "off"),
            ("houseful.disposable", "on"),
        ])
    }

    /// The same with settings of `postgresql.conf`.
    ///
    /// # Panics
    /// As [`Cluster::start`].
    #[must_use]
    pub fn start_with(more: &[(&str, &str)]) -> Self {
        let mut cluster = Self::in_a_folder("one", Binaries::find());
        cluster.init();
        settings::write(&cluster.data(), more);
        cluster.begin();
        cluster.admin(&format!("CREATE ROLE {ROLE} LOGIN CREATEDB"));
        cluster
    }

    /// One that has nothing yet but a folder.
    fn in_a_folder(name: &str, binaries: Binaries) -> Self {
        let folder = std::env::temp_dir().join(format!("houseful-pg-{}", chance::uuid()));
        std::fs::create_dir(&folder).expect("a folder for the cluster");
        binaries.give(&folder);
        Self {
            name: name.to_owned(),
            binaries,
            folder,
            port: 0,
            server: None,
            databases: AtomicU32::new(0),
        }
    }

    /// The cluster that the tests of this process share, each with a database of its own.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Cluster> = OnceLock::new();
        SHARED.get_or_init(Self::quick)
    }

    /// The port on 127.0.0.1.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The folder of the data, with `postgresql.conf` and `pg_hba.conf`.
    #[must_use]
    pub fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// A path beside the data, for certificates and the like.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// What the server has said.
    #[must_use]
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.path("log")).unwrap_or_default()
    }

    /// The address of a database, for [`ROLE`].
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        format!("postgres://{ROLE}@127.0.0.1:{}/{database}", self.port)
    }

    /// An empty database of its own for one test, owned by [`ROLE`].
    ///
    /// # Panics
    /// The server does not make it.
    pub fn database(&self) -> String {
        let name = self.next_name();
        self.admin(&format!("CREATE DATABASE {name} OWNER {ROLE}"));
        self.url(&name)
    }

    /// The same as a copy of `template`, to which nobody may be connected.
    ///
    /// # Panics
    /// The server does not make it.
    pub fn copy_of(&self, template: &str) -> String {
        let name = self.next_name();
        self.admin(&format!(
            "CREATE DATABASE {name} OWNER {ROLE} TEMPLATE {template} STRATEGY file_copy"
        ));
        self.url(&name)
    }

    fn next_name(&self) -> String {
        format!("t{}", self.databases.fetch_add(1, Ordering::Relaxed))
    }

    /// Settings for a database of this cluster.
    ///
    /// # Panics
    /// The address is none.
    #[must_use]
    pub fn settings(url: &str) -> Settings {
        url.parse().expect("an address of Postgres")
    }

    /// Runs SQL as the superuser in the database `postgres` and tells what it printed.
    ///
    /// # Panics
    /// It fails.
    pub fn admin(&self, sql: &str) -> String {
        self.binaries.sql(
            &format!("postgres://{ADMIN}@127.0.0.1:{}/postgres", self.port),
            sql,
        )
    }

    /// Runs SQL as the superuser in the database of `url`.
    ///
    /// # Panics
    /// It fails.
    pub fn admin_in(&self, url: &str, sql: &str) -> String {
        self.binaries
            .sql(&url.replace(&format!("{ROLE}@"), &format!("{ADMIN}@")), sql)
    }

    /// Writes a file among the data, for the server's eyes only.
    ///
    /// # Panics
    /// It can't be written.
    pub fn give(&self, name: &str, text: &str) {
        let path = self.data().join(name);
        std::fs::write(&path, text).expect("a file of the cluster");
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        std::fs::set_permissions(&path, mode).expect("its owner's alone");
        self.binaries.give(&path);
    }

    /// Has a stopped cluster come up as a standby, of nobody.
    pub fn make_standby(&self) {
        self.give("standby.signal", "");
    }

    /// Writes lines to the end of `postgresql.conf`; they hold after [`Cluster::reload`] or a
    /// restart.
    pub fn set(&self, more: &[(&str, &str)]) {
        settings::write(&self.data(), more);
    }

    /// Has the server read its settings again.
    pub fn reload(&self) {
        self.admin("SELECT pg_reload_conf()");
    }

    fn init(&self) {
        let out = self
            .binaries
            .command("initdb")
            .args(["--no-sync", "--auth=trust", "--encoding=UTF8", "--locale=C"])
            .arg(format!("--username={ADMIN}"))
            .args(["--wal-segsize=4", "-D"])
            .arg(self.data())
            .current_dir(&self.folder)
            .output()
            .expect("initdb starts");
        assert!(
            out.status.success(),
            "initdb: {}",
            String::from_utf8_lossy(&out.stderr)
        );
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let Some(server) = self.server.take() {
            server.leave();
        }
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

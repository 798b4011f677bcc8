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

mod binaries;
mod settings;

use std::{
    io::{BufRead, BufReader},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

use houseful_server::{chance, postgres::Settings};

use crate::wait;
pub use binaries::Binaries;

/// The role that tests connect as: it owns its databases and is no superuser.
pub const ROLE: &str = "houseful";
/// The superuser.
pub const ADMIN: &str = "postgres";

/// How often another port is tried: between choosing one and taking it somebody may be faster.
const PORTS_TRIED: u32 = 8;
/// How long a server may take to start: one that was killed has its log to read again.
const START_S: u64 = 60;

/// Starts the server, tells its process id, and ends it when nobody holds the pipe any more: first
/// as after a power cut of the test (`QUIT` stops all at once), then the folder goes.
const WATCH: &str = r#"
"$@" >>"$LOG" 2>&1 </dev/null &
server=$!
echo "$server"
while read -r _; do :; done
kill -QUIT "$server" 2>/dev/null
wait "$server" 2>/dev/null
if [ -n "$FOLDER" ]; then rm -rf "$FOLDER"; fi
"#;

/// One cluster. Dropping it stops the server and removes the folder.
#[derive(Debug)]
pub struct Cluster {
    binaries: Binaries,
    folder: PathBuf,
    port: u16,
    server: Option<Server>,
    databases: AtomicU32,
}

#[derive(Debug)]
struct Server {
    /// The shell; its input is the pipe.
    watch: Child,
    pid: u32,
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
        let binaries = Binaries::find();
        let folder = std::env::temp_dir().join(format!("houseful-pg-{}", chance::uuid()));
        std::fs::create_dir(&folder).expect("a folder for the cluster");
        binaries.give(&folder);
        let mut cluster = Self {
            binaries,
            folder,
            port: 0,
            server: None,
            databases: AtomicU32::new(0),
        };
        cluster.init();
        settings::write(&cluster.data(), more);
        cluster.begin();
        cluster.admin(&format!("CREATE ROLE {ROLE} LOGIN CREATEDB"));
        cluster
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
        self.sql(
            &format!("postgres://{ADMIN}@127.0.0.1:{}/postgres", self.port),
            sql,
        )
    }

    /// Runs SQL as the superuser in the database of `url`.
    ///
    /// # Panics
    /// It fails.
    pub fn admin_in(&self, url: &str, sql: &str) -> String {
        self.sql(&url.replace(&format!("{ROLE}@"), &format!("{ADMIN}@")), sql)
    }

    fn sql(&self, url: &str, sql: &str) -> String {
        let out = Command::new(self.binaries.path("psql"))
            .args([
                "-X",
                "-q",
                "-A",
                "-t",
                "-v",
                "ON_ERROR_STOP=1",
                "-d",
                url,
                "-c",
                sql,
            ])
            .env("PGSSLMODE", "disable")
            .output()
            .expect("psql starts");
        assert!(
            out.status.success(),
            "{sql}: {}",
            String::from_utf8_lossy(&out.stderr)
        );
        String::from_utf8_lossy(&out.stdout).trim_end().to_owned()
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

    /// `kill -9`: the server's main process and with it all others, without a word.
    ///
    /// # Panics
    /// There is none.
    pub fn kill(&mut self) {
        let mut server = self.server.take().expect("a running server");
        signal(server.pid, "KILL");
        self.gone(&mut server);
    }

    /// Stops as an operator does who does not wait for people: `pg_ctl stop -m fast`.
    ///
    /// # Panics
    /// There is none.
    pub fn stop(&mut self) {
        let mut server = self.server.take().expect("a running server");
        signal(server.pid, "INT");
        self.gone(&mut server);
    }

    /// Starts a cluster that was stopped or killed, on the port it had.
    ///
    /// # Panics
    /// It does not start.
    pub fn restart(&mut self) {
        if self.server.is_some() {
            self.stop();
        }
        // After a kill the other processes need a moment to see that they are alone.
        let started = wait::within(START_S, || self.launch(self.port).then_some(()));
        assert!(
            started.is_some(),
            "Postgres does not start again:\n{}",
            self.log()
        );
    }

    /// The process id of the server's main process, while it runs.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.server.as_ref().map(|server| server.pid)
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

    fn begin(&mut self) {
        for _ in 0..PORTS_TRIED {
            let free = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
            let port = free.local_addr().expect("its address").port();
            drop(free);
            if self.launch(port) {
                return;
            }
        }
        panic!("no free port for Postgres:\n{}", self.log());
    }

    /// Starts the server; `false` when somebody else took the port.
    fn launch(&mut self, port: u16) -> bool {
        let said = self.log().len();
        let mut watch = self.binaries.command_of("sh");
        let mut watch = watch
            .args(["-c", WATCH, "sh"])
            .arg(self.binaries.path("postgres"))
            .arg("-D")
            .arg(self.data())
            .args(["-p", &port.to_string()])
            .env("LOG", self.path("log"))
            .env("FOLDER", &self.folder)
            .current_dir(&self.folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a shell starts");
        let mut line = String::new();
        BufReader::new(watch.stdout.take().expect("its output"))
            .read_line(&mut line)
            .expect("a process id");
        let pid = line.trim().parse().expect("a process id");
        let mut server = Server { watch, pid };
        self.port = port;
        let ready = wait::within(START_S, || {
            let log = self.log();
            let new = log.get(said..).unwrap_or_default();
            if new.contains("ready to accept connections") {
                Some(true)
            } else if !is_alive(pid) || new.contains("database system is shut down") {
                Some(false)
            } else {
                None
            }
        });
        match ready {
            Some(true) => {
                self.server = Some(server);
                true
            }
            Some(false) if not_yet(self.log().get(said..).unwrap_or_default()) => {
                self.gone(&mut server);
                false
            }
            _ => {
                signal(pid, "KILL");
                self.gone(&mut server);
                panic!("Postgres does not start:\n{}", self.log())
            }
        }
    }

    /// Waits until the server is gone, then ends its shell without its taking the folder along.
    fn gone(&self, server: &mut Server) {
        let pid = server.pid;
        wait::until("the end of Postgres", START_S, || {
            (!is_alive(pid)).then_some(())
        });
        // The folder stays: the shell is stopped before it sees the end of the pipe.
        let _ = server.watch.kill();
        let _ = server.watch.wait();
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let Some(mut server) = self.server.take() {
            // The shell does the rest when its pipe closes.
            drop(server.watch.stdin.take());
            let _ = server.watch.wait();
        }
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Whether what the server said on its way out will pass: somebody has the port, or the processes of
/// a server that was killed are still there.
fn not_yet(log: &str) -> bool {
    log.contains("could not bind") || log.contains("pre-existing shared memory block")
}

/// Whether a process is there and not only waits to be buried.
fn is_alive(pid: u32) -> bool {
    let stat = std::fs::read_to_string(Path::new("/proc").join(pid.to_string()).join("stat"));
    stat.is_ok_and(|stat| {
        let after = stat.rsplit_once(") ").map_or("", |(_, rest)| rest);
        !after.starts_with(['Z', 'X'])
    })
}

fn signal(pid: u32, name: &str) {
    let sent = Command::new("kill")
        .args([&format!("-{name}"), &pid.to_string()])
        .status();
    assert!(
        sent.is_ok_and(|s| s.success()),
        "no process {pid} to send {name}"
    );
}

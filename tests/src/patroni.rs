//! Three Postgres servers under Patroni with etcd, as `docs/operations.md` describes them, on free
//! loopback ports in a temporary folder.

#![expect(clippy::expect_used, reason = "a test without Patroni ends at once")]

mod config;

use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    process::Command,
};

use houseful_server::chance;
use serde_json::Value;

use crate::{
    cluster::{ADMIN, Binaries, ROLE},
    test_app, wait,
    watched::Watched,
};

/// How long anything may take that Patroni does: a leader that is gone is noticed after `ttl`.
const PATIENCE_S: u64 = 90;

/// What is missing for it on this machine, if anything, in a sentence.
#[must_use]
pub fn missing() -> Option<String> {
    let programs = ["etcd", "patroni", "patronictl"];
    let is_there = |program: &&str| {
        let path = std::env::var_os("PATH").unwrap_or_default();
        std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
    };
    let missing: Vec<_> = programs.into_iter().filter(|p| !is_there(p)).collect();
    (!missing.is_empty()).then(|| {
        format!(
            "no {} in PATH; scripts/test installs them where it may, or: apt-get install \
             --no-install-recommends patroni etcd-server",
            missing.join(", ")
        )
    })
}

/// One server and its Patroni.
#[derive(Debug)]
struct Node {
    name: String,
    port: u16,
    rest: u16,
    /// While it runs.
    patroni: Option<Watched>,
}

/// The three of them. Dropping it ends all and removes the folder.
#[derive(Debug)]
pub struct Patroni {
    nodes: Vec<Node>,
    folder: PathBuf,
    binaries: Binaries,
    http: reqwest::Client,
    etcd: Watched,
}

impl Patroni {
    /// Starts etcd and three servers, and waits until one leads, one is its synchronous standby, and
    /// one is another standby; makes the database `houseful`.
    ///
    /// # Panics
    /// They do not start.
    pub async fn start() -> Self {
        let binaries = Binaries::find();
        let folder = std::env::temp_dir().join(format!("houseful-patroni-{}", chance::uuid()));
        std::fs::create_dir(&folder).expect("a folder");
        binaries.give(&folder);
        let ports = free_ports(8);
        let etcd = etcd(&binaries, &folder, [ports[0], ports[1]]);
        let node = |n: usize| Node {
            name: format!("n{}", n + 1),
            port: ports[2 + n],
            rest: ports[5 + n],
            patroni: None,
        };
        let mut all = Self {
            nodes: (0..3).map(node).collect(),
            folder,
            binaries,
            http: test_app::http(),
            etcd,
        };
        for n in 0..3 {
            let node = &all.nodes[n];
            let data = all.folder.join(&node.name);
            let text = config::of(
                &node.name,
                ports[0],
                (node.port, node.rest),
                &data,
                &all.binaries,
            );
            std::fs::write(all.config(n), text).expect("a file");
            all.wake(n);
        }
        let leader = all.whole().await;
        all.sql(leader, &format!("CREATE ROLE {ROLE} LOGIN"));
        all.sql(
            leader,
            &format!("CREATE DATABASE {ROLE} OWNER {ROLE} ENCODING 'UTF8' TEMPLATE template0"),
        );
        all
    }

    /// The database at one of the servers.
    #[must_use]
    pub fn url(&self, node: usize) -> String {
        format!(
            "postgres://{ROLE}@127.0.0.1:{}/{ROLE}",
            self.nodes[node].port
        )
    }

    /// The database at whoever leads, with a standby.
    #[must_use]
    pub fn address(&self) -> String {
        let hosts: Vec<_> = self
            .nodes
            .iter()
            .map(|n| format!("127.0.0.1:{}", n.port))
            .collect();
        format!(
            "postgres://{ROLE}@{}/{ROLE}?standby=required",
            hosts.join(",")
        )
    }

    /// Starts a server's Patroni, which starts the server.
    pub fn wake(&mut self, node: usize) {
        let (name, config) = (self.nodes[node].name.clone(), self.config(node));
        let pid_file = self.folder.join(&name).join("postmaster.pid");
        // Patroni leaves its Postgres running.
        let after = format!(
            "kill -QUIT \"$(head -n 1 '{}')\" 2>/dev/null",
            pid_file.display()
        );
        let config = config.to_str().expect("plain text");
        let log = self.folder.join(format!("{name}.log"));
        let runner = self.runner();
        self.nodes[node].patroni = Some(Watched::start(runner, &["patroni", config], &log, &after));
    }

    /// `kill -9` for a server and its Patroni: its machine goes.
    ///
    /// # Panics
    /// It does not run.
    pub fn kill(&mut self, node: usize) {
        let patroni = self.nodes[node].patroni.take().expect("a running Patroni");
        let pid_file = self
            .folder
            .join(&self.nodes[node].name)
            .join("postmaster.pid");
        let text = std::fs::read_to_string(pid_file).expect("a running server");
        let server = text.lines().next().expect("a process id").to_owned();
        let killed = Command::new("kill")
            .args(["-KILL", &patroni.pid().to_string(), &server])
            .status();
        assert!(killed.is_ok_and(|s| s.success()), "nobody to kill");
    }

    /// Cuts everybody off from etcd: it hears and says nothing (`SIGSTOP`).
    pub fn silence_etcd(&self) {
        self.etcd.signal("STOP");
    }

    /// Lets etcd go on where it was.
    pub fn wake_etcd(&self) {
        self.etcd.signal("CONT");
    }

    /// Has another server lead, as for maintenance.
    ///
    /// # Panics
    /// Patroni refuses.
    pub fn switch_over(&self, from: usize) {
        let config = self.config(from);
        let out = self
            .runner()
            .args(["patronictl", "-c"])
            .arg(config)
            .args(["switchover", "--master", &self.nodes[from].name, "--force"])
            .output()
            .expect("patronictl starts");
        let said = String::from_utf8_lossy(&out.stdout).into_owned();
        assert!(said.contains("Successfully switched over"), "{said}");
    }

    /// Who leads, as far as Patroni knows.
    pub async fn leader(&self) -> Option<usize> {
        for (n, node) in self.nodes.iter().enumerate() {
            if self.ask(node, "leader").await.is_some() {
                return Some(n);
            }
        }
        None
    }

    /// Waits until one leads and both others stream, one of them as the synchronous standby; who
    /// leads.
    ///
    /// # Panics
    /// They are not in time.
    pub async fn whole(&self) -> usize {
        wait::until_async("a whole cluster", PATIENCE_S, async || {
            let leader = self.leader().await?;
            let told = self.ask(&self.nodes[leader], "cluster").await?;
            let members = told["members"].as_array()?;
            let is = |role: &str| {
                let found = members.iter().filter(|m| m["role"] == role);
                found
                    .filter(|m| m["state"] == "running" || m["state"] == "streaming")
                    .count()
            };
            (is("leader") == 1 && is("sync_standby") == 1 && is("replica") == 1).then_some(leader)
        })
        .await
    }

    /// What all of them said, for somebody who waits in vain.
    #[must_use]
    pub fn logs(&self) -> String {
        let log = |node: &Node| {
            let path = self.folder.join(format!("{}.log", node.name));
            let text = std::fs::read_to_string(path).unwrap_or_default();
            let lines: Vec<_> = text.lines().collect();
            let last = lines.len().saturating_sub(15);
            format!("{}:\n{}\n", node.name, lines[last..].join("\n"))
        };
        self.nodes.iter().map(log).collect()
    }

    async fn ask(&self, node: &Node, what: &str) -> Option<Value> {
        let url = format!("http://127.0.0.1:{}/{what}", node.rest);
        let answer = self.http.get(url).send().await.ok()?;
        let answer = answer.error_for_status().ok()?;
        serde_json::from_str(&answer.text().await.ok()?).ok()
    }

    fn sql(&self, node: usize, sql: &str) {
        let port = self.nodes[node].port;
        let url = format!("postgres://{ADMIN}@127.0.0.1:{port}/postgres");
        self.binaries.sql(&url, sql);
    }

    fn config(&self, node: usize) -> PathBuf {
        self.folder.join(format!("{}.yml", self.nodes[node].name))
    }

    /// A command that runs a program as somebody who may run Postgres.
    fn runner(&self) -> Command {
        let mut runner = self.binaries.command_of("env");
        runner.current_dir(&self.folder).env("PGSSLMODE", "disable");
        runner
    }
}

impl Drop for Patroni {
    fn drop(&mut self) {
        for node in &mut self.nodes {
            drop(node.patroni.take());
        }
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// One etcd, which forgets everything in the end.
fn etcd(binaries: &Binaries, folder: &Path, [clients, peers]: [u16; 2]) -> Watched {
    let at = |port: u16| format!("http://127.0.0.1:{port}");
    let (clients, peers) = (at(clients), at(peers));
    let (data, first) = (folder.join("etcd"), format!("e={peers}"));
    let data = data.to_str().expect("plain text");
    let mut runner = binaries.command_of("env");
    runner.current_dir(folder);
    // The last to go takes the folder along, once the servers have left it.
    let gone = format!(
        "n=0; while [ $n -lt 100 ] && ls '{0}'/*/postmaster.pid >/dev/null 2>&1; do sleep 0.1; \
         n=$((n + 1)); done; rm -rf '{0}'",
        folder.display()
    );
    let program = [
        "etcd",
        "--name=e",
        "--data-dir",
        data,
        "--listen-client-urls",
        &clients,
        "--advertise-client-urls",
        &clients,
        "--listen-peer-urls",
        &peers,
        "--initial-advertise-peer-urls",
        &peers,
        "--initial-cluster",
        &first,
        "--log-level=error",
        "--unsafe-no-fsync",
    ];
    Watched::start(runner, &program, &folder.join("etcd.log"), &gone)
}

/// Different ports that were free a moment ago.
fn free_ports(count: usize) -> Vec<u16> {
    let free = |_| TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let all: Vec<_> = (0..count).map(free).collect();
    all.iter()
        .map(|free| free.local_addr().expect("its address").port())
        .collect()
}

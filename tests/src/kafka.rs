//! A real Apache Kafka (KRaft, one node) in a temporary folder, for the tests that want one: on free
//! loopback ports, with a small heap, ended with the test however that ends. Its jars are where
//! `scripts/prepare` puts them.

#![expect(
    clippy::expect_used,
    reason = "a test without its programs ends at once"
)]

pub mod house;
pub mod listener;

use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use houseful_server::bus::kafka::{self, KafkaConfig, Properties};
use tokio::sync::OnceCell;

use crate::{folder::Folder, wait, watched::Watched};

/// How long a broker may take to start, on a machine that does much else.
const START_S: u64 = 90;
/// Who may come in by the listener with passwords, and by which.
pub const LOGIN: (&str, &str) = ("houseful", "a-password-of-the-test");

/// Where the jars are, from the root of the workspace.
fn jars() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/kafka")
}

/// What is missing for it on this machine, if anything, in a sentence.
#[must_use]
pub fn missing() -> Option<String> {
    let java = Command::new("java")
        .arg("-version")
        .stderr(Stdio::null())
        .status();
    if !java.is_ok_and(|status| status.success()) {
        return Some("no java in PATH; scripts/test installs it".to_owned());
    }
    let there = jars().join("pom.xml").exists();
    (!there).then(|| {
        "no Kafka in target/kafka; scripts/test fetches it, or: mvn -f tests/kafka/pom.xml \
         dependency:copy-dependencies -DoutputDirectory=$PWD/target/kafka"
            .to_owned()
    })
}

/// Whether the tests with a broker can't be run here, which is said.
///
/// # Panics
/// They can't and have to: with `CI=true`.
#[must_use]
pub fn is_missing() -> bool {
    let Some(missing) = missing() else {
        return false;
    };
    assert!(
        std::env::var_os("CI").is_none_or(|ci| ci != "true"),
        "{missing}"
    );
    eprintln!("not run: {missing}");
    true
}

/// One broker. Dropping it ends it and removes the folder.
#[derive(Debug)]
pub struct Broker {
    folder: Folder,
    /// Its number in its cluster.
    number: usize,
    /// For everybody, for itself, for who has a password.
    ports: [u16; 3],
    process: Option<Watched>,
}

impl Broker {
    /// Starts one without topics and waits until it answers.
    ///
    /// # Panics
    /// It does not start.
    pub async fn start() -> Self {
        let mut alone = Self::cluster(1).await;
        alone.pop().expect("one broker")
    }

    /// Starts so many as one cluster, each of which may lead it.
    ///
    /// # Panics
    /// They do not start.
    pub async fn cluster(size: usize) -> Vec<Self> {
        let free = || {
            let listeners = [(); 3].map(|()| TcpListener::bind(("127.0.0.1", 0)).expect("a port"));
            let port = |l: &TcpListener| l.local_addr().expect("an address").port();
            (listeners.each_ref().map(port), listeners)
        };
        let (ports, listeners): (Vec<[u16; 3]>, Vec<_>) = (0..size).map(|_| free()).unzip();
        drop(listeners);
        let brokers = ports.iter().enumerate();
        let mut brokers: Vec<Self> = brokers
            .map(|(at, own)| Self {
                folder: Folder::new(),
                number: at + 1,
                ports: *own,
                process: None,
            })
            .collect();
        for broker in &mut brokers {
            broker.prepare(&ports);
            broker.wake();
        }
        for broker in &brokers {
            broker.answers().await;
        }
        brokers
    }

    fn prepare(&self, all: &[[u16; 3]]) {
        let write = |name: &str, text: String| {
            std::fs::write(self.folder.path(name), text).expect("a file of the broker");
        };
        std::fs::create_dir(self.folder.path("data")).expect("a folder");
        let data = self.folder.path("data");
        write("server.properties", settings(self.number, all, &data));
        // What formatting its folder would write.
        let number = self.number;
        let identity = format!(
            "version=1\ncluster.id=MkU3OEVBNTcwNTJENDM2Qk\nnode.id={number}\n\
             directory.id=AAAAAAAAAAAAAAAAAAAA{}\n",
            ["ZA", "ZQ", "Zg"][(number - 1) % 3]
        );
        write("data/meta.properties", identity);
    }

    /// The broker that the tests of this process share, each with a prefix of its own.
    pub async fn shared() -> &'static Self {
        static SHARED: OnceCell<Broker> = OnceCell::const_new();
        SHARED.get_or_init(Self::start).await
    }

    /// How a server comes to it, with topics of its own that it makes.
    #[must_use]
    pub fn config(&self, prefix: &str) -> KafkaConfig {
        let mut config = KafkaConfig::new(self.address().parse().expect("an address"));
        config.prefix = prefix.parse().expect("a prefix");
        config.create_topics = true;
        config.copies = 1;
        config
    }

    /// The same for somebody who says this name and password.
    #[must_use]
    pub fn config_with_password(
        &self,
        prefix: &str,
        (name, password): (&str, &str),
    ) -> KafkaConfig {
        let mut config = self.config(prefix);
        let at = format!("127.0.0.1:{}", self.ports[2]);
        config.brokers = at.parse().expect("an address");
        let text = format!(
            "security.protocol=SASL_PLAINTEXT\nsasl.mechanism=PLAIN\nsasl.username={name}\nsasl.password={password}\n"
        );
        config.properties = Properties::parse(&text).expect("settings");
        config
    }

    /// Where it is, `host:port`.
    #[must_use]
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.ports[0])
    }

    /// Starts the process again where it was, and waits until it answers.
    pub async fn restart(&mut self) {
        self.wake();
        self.answers().await;
    }

    /// Stops it as an operator does.
    pub fn stop(&mut self) {
        let process = self.process.take().expect("a running broker");
        signal(process.pid(), "TERM");
        wait::until("the end of the broker", START_S, || {
            is_gone(process.pid()).then_some(())
        });
    }

    /// `kill -9`: its machine goes.
    pub fn kill(&mut self) {
        let process = self.process.take().expect("a running broker");
        signal(process.pid(), "KILL");
        wait::until("the end of the broker", START_S, || {
            is_gone(process.pid()).then_some(())
        });
    }

    /// Freezes it: its connections stay, it says nothing.
    pub fn freeze(&self) {
        signal(self.pid(), "STOP");
    }

    /// Lets it go on as if nothing had been.
    pub fn thaw(&self) {
        signal(self.pid(), "CONT");
    }

    fn pid(&self) -> u32 {
        self.process.as_ref().expect("a running broker").pid()
    }

    fn wake(&mut self) {
        let classes = jars().join("*");
        let settings = self.folder.arg("server.properties");
        let java = [
            "java",
            "-Xmx256m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
            "-cp",
            classes.to_str().expect("plain text"),
            "kafka.Kafka",
            &settings,
        ];
        let log = self.folder.path("log");
        self.process = Some(Watched::start(Command::new("env"), &java, &log, ""));
    }

    async fn answers(&self) {
        let config = self.config("look");
        let answered = wait::within_async(START_S, async || kafka::check(&config).await.ok()).await;
        let log = std::fs::read_to_string(self.folder.path("log")).unwrap_or_default();
        assert!(answered.is_some(), "no broker:\n{log}");
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        // Before its folder goes.
        drop(self.process.take());
    }
}

fn settings(number: usize, all: &[[u16; 3]], data: &Path) -> String {
    let (data, (name, password)) = (data.display(), LOGIN);
    let [everybody, itself, with_password] = all[number - 1];
    let voters = all.iter().enumerate();
    let voters = voters.map(|(at, [_, port, _])| format!("{}@127.0.0.1:{port}", at + 1));
    let (voters, copies) = (voters.collect::<Vec<_>>().join(","), all.len().min(3));
    format!(
        "process.roles=broker,controller
node.id={number}
controller.quorum.voters={voters}
listeners=PLAINTEXT://127.0.0.1:{everybody},CONTROLLER://127.0.0.1:{itself},SASL_PLAINTEXT://127.0.0.1:{with_password}
advertised.listeners=PLAINTEXT://127.0.0.1:{everybody},SASL_PLAINTEXT://127.0.0.1:{with_password}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT
sasl.enabled.mechanisms=PLAIN
listener.name.sasl_plaintext.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required user_{name}=\"{password}\";
log.dirs={data}
offsets.topic.replication.factor={copies}
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
num.network.threads=2
num.io.threads=4
log.cleaner.dedupe.buffer.size=2097152
"
    )
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

/// Whether a process is gone, or only waits to be buried.
fn is_gone(pid: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let state = stat
        .rsplit_once(") ")
        .and_then(|(_, rest)| rest.chars().next());
    state.is_none_or(|state| matches!(state, 'Z' | 'X'))
}

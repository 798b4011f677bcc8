//! A server in this process, with its notice beside the file if its database is one.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
};

use houseful_core::wire::admin::Mode;
use houseful_server::{
    app::{self, DemoChain, DemoSize, RunningServer, ServerConfig, StartError},
    bus::kafka::KafkaConfig,
    clock::ClockKind,
    database::{Address, PostgresUrl},
    payment::stripe::StripeConfig,
    roles::RolesConfig,
    shards::ShardFile,
};
use tokio::net::TcpListener;

use super::notice::{Notice, Posted};
use crate::error::CliError;

/// So many of the demo's next shows have sold seats before anybody looks.
const SOLD_SHOWS: usize = 60;

/// What to serve, and how.
#[derive(Clone, Debug)]
pub struct Hosting {
    /// The database.
    pub db: Address,
    /// The databases that shows are spread over, if not all are in `db`.
    pub shards: Option<ShardFile>,
    /// Where to listen; port 0 is any.
    pub listen: SocketAddr,
    /// What the file has to be for; whatever it is for if `None`.
    pub mode: Option<Mode>,
    /// Move the clock by hand only.
    pub manual_clock: bool,
    /// Seconds of the server's time in a real second; 1 for real time.
    pub speed: u32,
    /// Run the background timer.
    pub timer: bool,
    /// Fill a new file with the demo chain of this seed.
    pub demo_chain: Option<u64>,
    /// How large that chain is.
    pub demo_size: DemoSize,
    /// Serve while the chain's prior sales are still being made.
    pub sell_meanwhile: bool,
    /// The token of this run; a fresh one if `None`.
    pub token: Option<String>,
    /// What the server does, and who does the rest.
    pub roles: RolesConfig,
    /// The Stripe account that takes the cards; the simulated terminal does if `None`.
    pub stripe: Option<StripeConfig>,
    /// Replicas of the database that are read from.
    pub replicas: Vec<PostgresUrl>,
    /// The Kafka that messages between servers go through.
    pub kafka: Option<KafkaConfig>,
}

impl Hosting {
    /// A database as it is, for this machine only.
    #[must_use]
    pub fn new(db: Address) -> Self {
        Self {
            db,
            shards: None,
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            mode: None,
            manual_clock: false,
            speed: 1,
            timer: true,
            demo_chain: None,
            demo_size: DemoSize::Usual,
            sell_meanwhile: false,
            token: None,
            roles: RolesConfig::default(),
            stripe: None,
            replicas: Vec::new(),
            kafka: None,
        }
    }

    fn clock(&self) -> ClockKind {
        match (self.manual_clock, self.speed) {
            (true, _) => ClockKind::Manual,
            (false, 0 | 1) => ClockKind::System,
            (false, speed) => ClockKind::Fast(speed),
        }
    }
}

/// Why a file can't be served.
#[derive(Debug, thiserror::Error)]
pub enum HostError {
    /// Somebody else listens there.
    #[error("port {} of {} is taken by another program", .listen.port(), .listen.ip())]
    PortBusy {
        /// Where.
        listen: SocketAddr,
    },
    /// The operating system lets nobody, or not us, listen there.
    #[error("can't listen on {listen}: {source}")]
    Listen {
        /// Where.
        listen: SocketAddr,
        /// What it said.
        source: io::Error,
    },
    /// Another server has the file.
    #[error("another server has {} open", .0.display())]
    InUse(PathBuf),
    /// The server did not start.
    #[error(transparent)]
    Start(StartError),
    /// The notice can't be written.
    #[error("can't write {}: {source}", .path.display())]
    Notice {
        /// Where it would be.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
}

impl HostError {
    /// What to do next.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::PortBusy { .. } => {
                Some("stop that program, or take another port: `--listen 127.0.0.1:0` takes any that is free".to_owned())
            }
            Self::Listen { .. } => Some("`--listen 127.0.0.1:0` takes any port that is free".to_owned()),
            Self::InUse(file) => Some(format!(
                "stop it, or be its guest: `--embedded {}` finds it by itself",
                file.display()
            )),
            Self::Start(_) | Self::Notice { .. } => None,
        }
    }
}

/// A server of this process.
#[derive(Debug)]
pub struct Hosted {
    running: RunningServer,
    notice: Option<Posted>,
    server: String,
    token: String,
    db: Address,
}

impl Hosted {
    /// Listens, takes the file, serves it, and puts the notice up.
    ///
    /// # Errors
    /// See [`HostError`]. Nothing stays behind then.
    pub async fn start(hosting: Hosting) -> Result<Self, HostError> {
        let listen = hosting.listen;
        let listener = TcpListener::bind(listen)
            .await
            .map_err(|source| match source.kind() {
                io::ErrorKind::AddrInUse => HostError::PortBusy { listen },
                _ => HostError::Listen { listen, source },
            })?;
        let config = ServerConfig {
            shards: hosting.shards.clone(),
            clock: hosting.clock(),
            timer: hosting.timer,
            chain: hosting.demo_chain.map(|seed| DemoChain {
                seed,
                sold_shows: SOLD_SHOWS,
                size: hosting.demo_size,
            }),
            sell_meanwhile: hosting.sell_meanwhile,
            token: hosting.token.clone(),
            roles: hosting.roles.clone(),
            stripe: hosting.stripe.clone(),
            replicas: hosting.replicas.clone(),
            kafka: hosting.kafka.clone(),
            ..ServerConfig::new(hosting.db.clone(), hosting.mode)
        };
        let running = app::serve(config, listener).await.map_err(|e| match &e {
            StartError::Open(open) => match open.in_use() {
                Some(file) => HostError::InUse(file.clone()),
                None => HostError::Start(e),
            },
            _ => HostError::Start(e),
        })?;
        let server = format!("http://{}", reachable(running.addr));
        let notice = Notice {
            server: server.clone(),
            token: running.admin_token.clone(),
            pid: std::process::id(),
        };
        // Nobody looks for a server beside a database that has no file.
        let file = hosting.db.file();
        match file.map(|file| notice.post(file)).transpose() {
            Ok(posted) => Ok(Self {
                token: running.admin_token.clone(),
                running,
                notice: posted,
                server,
                db: hosting.db,
            }),
            Err(source) => {
                running.stop().await;
                let path = Notice::path(file.unwrap_or(Path::new("")));
                Err(HostError::Notice { path, source })
            }
        }
    }

    /// Where it listens, as in `http://127.0.0.1:40123`.
    #[must_use]
    pub fn server(&self) -> &str {
        &self.server
    }

    /// The token of this run: role admin, at the counter.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.token
    }

    /// The database it serves.
    #[must_use]
    pub fn db(&self) -> &Address {
        &self.db
    }

    /// What this machine files its sales at this server under.
    #[must_use]
    pub fn home(&self) -> String {
        let home = |file| super::home_of(file);
        self.db.file().map_or_else(|| self.server.clone(), home)
    }

    /// The server itself.
    #[must_use]
    pub fn running(&self) -> &RunningServer {
        &self.running
    }

    /// Takes the notice down, finishes what is under way and gives the database up.
    pub async fn stop(self) {
        drop(self.notice);
        self.running.stop().await;
    }
}

/// Where programs of this machine find a server that listens on every address.
fn reachable(addr: SocketAddr) -> SocketAddr {
    if addr.ip().is_unspecified() {
        let ip: std::net::IpAddr = match addr {
            SocketAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            SocketAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
        };
        SocketAddr::new(ip, addr.port())
    } else {
        addr
    }
}

impl From<HostError> for CliError {
    fn from(error: HostError) -> Self {
        let code = match &error {
            HostError::PortBusy { .. } => "port_busy",
            HostError::Listen { .. } => "cannot_listen",
            HostError::InUse(_) => "file_in_use",
            HostError::Start(_) => "cannot_serve",
            HostError::Notice { .. } => "file",
        };
        Self::NoServer {
            code,
            message: error.to_string(),
            hint: error.hint(),
        }
    }
}

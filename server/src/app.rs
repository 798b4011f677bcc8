//! Puts the rooms together: opens the database, starts lane, payments and timer, imports the
//! demo's chain if asked to, serves, and stops in the reverse order without losing anything.

mod booking;
mod catalogue;
mod chain;
mod house;
mod listen;
mod messages;
mod others;
mod payment;
mod shards;
mod start;

use std::{net::SocketAddr, ops::Deref, sync::Arc, time::Duration};

use houseful_core::wire::admin::Mode;
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::{
    sync::{CancellationToken, DropGuard},
    task::TaskTracker,
};

pub use self::start::StartError;
use crate::{
    auth::tokens::Tokens,
    bus::{Bus, kafka::KafkaConfig, local::Weather},
    catalogue::Catalogue,
    clock::{Clock, ClockKind},
    database::{Address, Books, PostgresUrl},
    hub::Hub,
    limits::{LimitConfig, Limits},
    payment::{
        Payments,
        stripe::{StripeConfig, Webhooks},
    },
    roles::{Cluster, RolesConfig, feed::Follower},
    shards::{Journals, Lanes, Readers, ShardFile, Watch},
};

/// The longest a stop waits for commands whose clients have gone.
const FLOWS_MAX: Duration = Duration::from_secs(5);

/// What a server is started with.
#[derive(Clone, Debug)]
pub struct ServerConfig {
    /// Where the database is; a file is created if it is not there.
    pub db: Address,
    /// The databases that shows are spread over; all of them are in `db` if `None`.
    pub shards: Option<ShardFile>,
    /// How serious the money is; `None` for what it is for already, or live for a new one.
    pub mode: Option<Mode>,
    /// What drives the clock; anything but real time is refused where sales are real.
    pub clock: ClockKind,
    /// Whether ended holds are written down by a timer. Selling never depends on it.
    pub timer: bool,
    /// The token of this run, where somebody has to know it beforehand; a fresh one if `None`.
    pub token: Option<String>,
    /// The demo's chain to import, if any.
    pub chain: Option<DemoChain>,
    /// Whether the chain's prior sales go on while the server serves already, for somebody who
    /// waits to look.
    pub sell_meanwhile: bool,
    /// What the server takes upon itself.
    pub limits: LimitConfig,
    /// How badly messages between payment and booking travel, for tests.
    pub weather: Weather,
    /// What the server does, and who does the rest.
    pub roles: RolesConfig,
    /// The Stripe account that takes the cards; the simulated terminal does if `None`.
    pub stripe: Option<StripeConfig>,
    /// Where replicas of the database are that maps, feeds, lists and the catalogue are read from.
    pub replicas: Vec<PostgresUrl>,
    /// The Kafka that messages between servers go through; they go by HTTP if `None`.
    pub kafka: Option<KafkaConfig>,
}

impl ServerConfig {
    /// A server for this database with real time, the usual limits and nothing imported.
    #[must_use]
    pub fn new(db: impl Into<Address>, mode: Option<Mode>) -> Self {
        Self {
            db: db.into(),
            shards: None,
            mode,
            clock: ClockKind::System,
            timer: true,
            token: None,
            chain: None,
            sell_meanwhile: false,
            limits: LimitConfig::default(),
            weather: Weather::default(),
            roles: RolesConfig::default(),
            stripe: None,
            replicas: Vec::new(),
            kafka: None,
        }
    }
}

/// How large the demo's chain is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DemoSize {
    /// A few cinemas in a few countries.
    #[default]
    Usual,
    /// 2,000 cities, 20,000 cinemas, 100,000 screens, 20,000 movies and a million shows. A file that
    /// has shows already keeps those and takes none of these.
    Huge,
}

/// The made-up chain of the demo: a week of shows from now on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DemoChain {
    /// The same seed at the same time makes the same week.
    pub seed: u64,
    /// In how many of the next shows seats have been sold before anybody comes.
    pub sold_shows: usize,
    /// How large it is.
    pub size: DemoSize,
}

/// What every request can reach.
pub struct Rooms {
    pub(crate) books: Books,
    pub(crate) lane: Lanes,
    pub(crate) journals: Journals,
    pub(crate) hub: Hub,
    pub(crate) readers: Readers,
    /// How the shards stand, where there are several.
    pub(crate) watch: Watch,
    pub(crate) catalogue: Catalogue,
    pub(crate) payments: Payments,
    /// The way to the other half of a sale, wherever it is.
    pub(crate) bus: Arc<dyn Bus>,
    pub(crate) tokens: Tokens,
    pub(crate) clock: Clock,
    pub(crate) limits: Limits,
    /// How messages of the provider are believed, where it sends some.
    pub(crate) webhooks: Option<Webhooks>,
    pub(crate) mode: Mode,
    /// What this server does, and the others of its house.
    pub(crate) cluster: Cluster,
    /// Where the catalogue role is another server's.
    pub(crate) follower: Option<Follower>,
    /// Cancelled when the server begins to stop: feeds end then.
    pub(crate) closing: CancellationToken,
    /// Commands that go on although their client went away.
    pub(crate) flows: TaskTracker,
}

/// The rooms of a running server; clones share them.
#[derive(Clone)]
pub struct App(Arc<Rooms>);

impl Deref for App {
    type Target = Rooms;
    fn deref(&self) -> &Rooms {
        &self.0
    }
}

/// A server that serves until it is stopped or dropped.
pub struct RunningServer {
    /// Where it listens.
    pub addr: SocketAddr,
    /// A token of this run, never written down: admin, at the counter.
    pub admin_token: String,
    /// The token of the first admin, if the database had no token at all. Shown once.
    pub first_admin_token: Option<String>,
    app: App,
    /// Stops what works in the background. Dropping the guards stops it too.
    shutdown: DropGuard,
    closing: DropGuard,
    listening: JoinHandle<()>,
    background: Vec<JoinHandle<()>>,
}

impl std::fmt::Debug for RunningServer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RunningServer({})", self.addr)
    }
}

/// Starts a server on a listener that is already bound.
///
/// # Errors
/// The file can't be opened (in use, newer, damaged), the configuration makes no sense, or the
/// chain can't be imported.
pub async fn serve(
    config: ServerConfig,
    listener: TcpListener,
) -> Result<RunningServer, StartError> {
    start::start(config, listener).await
}

impl RunningServer {
    /// The base address for clients.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// The way to the lanes, for tests and the demo.
    #[must_use]
    pub fn lane(&self) -> &Lanes {
        &self.app.lane
    }

    /// The replicas that are read from.
    #[must_use]
    pub fn readers(&self) -> &Readers {
        &self.app.readers
    }

    /// What is read of journals.
    #[must_use]
    pub fn journals(&self) -> &Journals {
        &self.app.journals
    }

    /// The pictures of shows.
    #[must_use]
    pub fn hub(&self) -> &Hub {
        &self.app.hub
    }

    /// The clock.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.app.clock
    }

    /// How serious the money is.
    #[must_use]
    pub fn mode(&self) -> Mode {
        self.app.mode
    }

    /// The rooms of the database.
    #[must_use]
    pub fn books(&self) -> &Books {
        &self.app.books
    }

    /// What is on.
    #[must_use]
    pub fn catalogue(&self) -> &Catalogue {
        &self.app.catalogue
    }

    /// The payment role.
    #[must_use]
    pub fn payments(&self) -> &Payments {
        &self.app.payments
    }

    /// Takes over now what the catalogue server has, instead of in a moment; `false` if there is no
    /// other, or it can't be had.
    pub async fn follow(&self) -> bool {
        match &self.app.follower {
            Some(follower) => follower.look().await.is_ok(),
            None => false,
        }
    }

    /// Stops: takes no more connections, ends the feeds, finishes what is under way (for at most
    /// 20 seconds), lets payments and the timer end, and closes the
    /// database.
    pub async fn stop(self) {
        self.closing.disarm().cancel();
        // The listener waits for its connections itself, with a bound.
        let _ = self.listening.await;
        self.app.flows.close();
        if tokio::time::timeout(FLOWS_MAX, self.app.flows.wait())
            .await
            .is_err()
        {
            tracing::warn!("commands were under way when the server stopped");
        }
        if tokio::time::timeout(FLOWS_MAX, self.app.lane.idle())
            .await
            .is_err()
        {
            tracing::warn!("the lane was at work when the server stopped");
        }
        self.shutdown.disarm().cancel();
        self.app.payments.stop().await;
        for task in self.background {
            let _ = task.await;
        }
        self.app.journals.close().await;
        self.app.books.ground.close().await;
        tracing::info!("stopped");
    }
}

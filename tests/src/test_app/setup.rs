//! How a test's server is to be, and how it starts.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use houseful_core::{
    price::Channel,
    time::UtcMillis,
    wire::admin::{Mode, Role},
};
use houseful_server::{
    app::{DemoChain, DemoSize, ServerConfig, serve},
    bus::local::Weather,
    chance,
    clock::ClockKind,
    database::{Address, Books},
    house,
    limits::LimitConfig,
    roles::{ClusterKey, RolesConfig, ServerRole},
    shards::ShardFile,
};
use tokio::net::TcpListener;

use super::{TestApp, http};

/// Set, it has every test of this harness run with the roles apart.
const APART: &str = "HOUSEFUL_TEST_APART";

/// How a test's server is to be.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The configuration; a file is put into the folder of the test.
    pub config: ServerConfig,
    /// Where its clock begins; now if `None`.
    pub begins_at: Option<UtcMillis>,
    /// Whether each role is a server of its own, with a database of its own.
    pub apart: bool,
}

impl Default for Setup {
    fn default() -> Self {
        let mut config = ServerConfig::new(PathBuf::new(), Some(Mode::Training));
        config.clock = ClockKind::Manual;
        config.limits.rates = None;
        Self {
            config,
            begins_at: None,
            apart: std::env::var_os(APART).is_some(),
        }
    }
}

impl Setup {
    /// With the demo's chain.
    #[must_use]
    pub fn chain(mut self, seed: u64) -> Self {
        self.config.chain = Some(DemoChain {
            seed,
            sold_shows: 0,
            size: DemoSize::Usual,
        });
        self
    }

    /// On another database than a file of its own.
    #[must_use]
    pub fn on(mut self, db: Address) -> Self {
        self.config.db = db;
        self
    }

    /// With each role a server of its own. Clients know the payment server's address alone; what a
    /// test does beside HTTP it does in the booking server.
    #[must_use]
    pub fn apart(mut self) -> Self {
        self.apart = true;
        self
    }

    /// With its shows spread over these databases.
    #[must_use]
    pub fn shards(mut self, shards: ShardFile) -> Self {
        self.config.shards = Some(shards);
        self
    }

    /// At a time of its own, so that the same test sees the same week every day.
    #[must_use]
    pub fn at(mut self, time: UtcMillis) -> Self {
        self.begins_at = Some(time);
        self
    }

    /// With messages that get lost, doubled and shuffled.
    #[must_use]
    pub fn weather(mut self, weather: Weather) -> Self {
        self.config.weather = weather;
        self
    }

    /// With limits.
    #[must_use]
    pub fn limits(mut self, limits: LimitConfig) -> Self {
        self.config.limits = limits;
        self
    }

    /// Starts the server in a folder of its own.
    ///
    /// # Panics
    /// It does not start.
    pub async fn start(self) -> TestApp {
        let folder = std::env::temp_dir().join(format!("houseful-app-{}", chance::uuid()));
        std::fs::create_dir(&folder).expect("a folder for the test");
        self.start_in(folder).await
    }

    /// Starts the server, on the file in `folder` unless its database is none.
    ///
    /// # Panics
    /// It does not start.
    pub async fn start_in(mut self, folder: PathBuf) -> TestApp {
        if self.config.db.file().is_some() {
            self.config.db = folder.join("house.db").into();
        }
        let mut servers = Vec::new();
        for (config, listener) in self.servers(&folder).await {
            if let Some(time) = self.begins_at {
                begin_at(&config, time).await;
            }
            servers.push(serve(config, listener).await.expect("a server"));
        }
        let server = servers.remove(servers.len() / 2);
        let mut app = TestApp {
            http: http(),
            url: servers.last().unwrap_or(&server).url(),
            server: Some(server),
            beside: servers,
            tokens: BTreeMap::new(),
            folder,
        };
        for (role, channel) in [
            (Role::Customer, Channel::Web),
            (Role::Clerk, Channel::Counter),
            (Role::Manager, Channel::Counter),
        ] {
            let account = format!("a {}", role.word());
            let token = app.token(&account, role, channel).await;
            app.tokens.insert(role, token);
        }
        app
    }
}

impl Setup {
    /// The servers in the order of their start, each with where it listens.
    async fn servers(&self, folder: &Path) -> Vec<(ServerConfig, TcpListener)> {
        let port = async || TcpListener::bind("127.0.0.1:0").await.expect("a port");
        if !self.apart {
            return vec![(self.config.clone(), port().await)];
        }
        let mut listeners = Vec::new();
        for role in ServerRole::ALL {
            listeners.push((role, port().await));
        }
        let address = |(role, listener): &(ServerRole, TcpListener)| {
            let address = listener.local_addr().expect("an address");
            (
                *role,
                format!("http://{address}").parse().expect("an address"),
            )
        };
        let peers: Vec<_> = listeners.iter().map(address).collect();
        let config = |role: ServerRole| {
            let mut config = self.config.clone();
            if role != ServerRole::Booking {
                config.db = folder.join(format!("{role}.db")).into();
                // They are of the database that the shows are in.
                config.shards = None;
                config.replicas.clear();
            }
            config.roles = RolesConfig {
                own: [role].into_iter().collect(),
                peers: peers.clone(),
                key: Some(ClusterKey::parse(&"k".repeat(32)).expect("a key")),
            };
            config
        };
        let each = listeners.into_iter();
        each.map(|(role, listener)| (config(role), listener))
            .collect()
    }
}

/// Sets the clock of a database that is not there yet.
async fn begin_at(config: &ServerConfig, time: UtcMillis) {
    let books = Books::open(&config.db, config.clock).await;
    let books = books.expect("a database");
    let kept = house::keep_clock(books.house.as_ref(), time).await;
    kept.expect("a clock");
    books.ground.close().await;
}

//! A whole server for one test: its own file, a clock that the test moves, and callers of every
//! role. Ended by [`TestApp::finish`], which has the independent sweep count the house.

#![expect(
    clippy::expect_used,
    reason = "a house that can't be built ends its test at once"
)]

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Arc, Once},
    time::Duration,
};

use houseful_core::{
    ids::{CommandId, PaymentId, ShowId},
    price::Channel,
    show::{Ask, ShowTerms},
    time::{DAY_MS, UtcMillis},
    wire::{
        BOOKING_SECRET_HEADER,
        admin::{Mode, Role, Token},
    },
};
use houseful_server::{
    app::{DemoChain, RunningServer, ServerConfig, serve},
    bus::local::Weather,
    catalogue::{Chain, NewShow, demo},
    chance,
    clock::ClockKind,
    database::{Address, Books},
    house,
    limits::LimitConfig,
    roles::{ClusterKey, RolesConfig, ServerRole},
    shards::ShardFile,
};
use reqwest::{
    Method, StatusCode,
    header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap},
};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::made_up;

/// The longest a test waits for anything.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Set, it has every test of this harness run with the roles apart.
const APART: &str = "HOUSEFUL_TEST_APART";

/// Four rows of ten, the last one dearer.
const HALL: &str = "name: Test hall
category o: standard \"Standard\"
category p: premium \"Premium\"

A  oooooooooo
B  oooooooooo
C  oooooooooo
D  pppppppppp
";

/// Who sends a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum As<'a> {
    /// Nobody in particular.
    Nobody,
    /// A token that is none.
    Stranger,
    /// A website's customer with this secret.
    Customer(&'a str),
    /// The website itself, without a secret.
    Website,
    /// The till.
    Clerk,
    /// The manager's desk.
    Manager,
    /// The operator.
    Admin,
    /// The bearer of this token.
    Bearer(&'a str),
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Said {
    /// Its status.
    pub status: u16,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body, `null` for one that is not JSON.
    pub body: Value,
    /// Its body as it came.
    pub text: String,
}

impl Said {
    /// The problem's code, or nothing.
    #[must_use]
    pub fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or("")
    }

    /// A header, or nothing.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|v| v.to_str().ok())
            .unwrap_or("")
    }

    /// The body of an answer with this status.
    ///
    /// # Panics
    /// It has another status.
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        self.body
    }
}

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

/// A client that trusts nobody and asks no proxy.
///
/// # Panics
/// It can't be made.
#[must_use]
pub fn http() -> reqwest::Client {
    static PROVIDER: Once = Once::new();
    PROVIDER.call_once(|| {
        // It fails only when there is one already.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
    reqwest::Client::builder()
        .tls_certs_only([])
        .no_proxy()
        .timeout(PATIENCE)
        .build()
        .expect("an HTTP client")
}

/// A running server and those who ask it.
pub struct TestApp {
    /// The one that sells.
    server: Option<RunningServer>,
    /// Those of the other roles, the one that clients know last.
    beside: Vec<RunningServer>,
    http: reqwest::Client,
    url: String,
    tokens: BTreeMap<Role, String>,
    folder: PathBuf,
}

impl TestApp {
    /// A server without a catalogue, with a clock that stands still.
    pub async fn start() -> Self {
        Setup::default().start().await
    }

    /// The server.
    ///
    /// # Panics
    /// It was stopped.
    #[must_use]
    pub fn server(&self) -> &RunningServer {
        self.server.as_ref().expect("a running server")
    }

    /// The server that clients know.
    fn front(&self) -> &RunningServer {
        self.beside.last().unwrap_or_else(|| self.server())
    }

    /// The server with the catalogue.
    #[must_use]
    pub fn catalogue_server(&self) -> &RunningServer {
        self.beside.first().unwrap_or_else(|| self.server())
    }

    /// The server with the payments.
    #[must_use]
    pub fn payment_server(&self) -> &RunningServer {
        self.front()
    }

    /// Takes a chain into the catalogue and opens its shows for sale.
    ///
    /// # Panics
    /// It can't be imported.
    pub async fn import(&self, chain: Chain) -> Vec<NewShow> {
        let shows = self.catalogue_server().catalogue().import(chain).await;
        let shows = shows.expect("an import");
        if self.beside.is_empty() {
            for show in &shows {
                self.open(show.id, Arc::clone(&show.terms)).await;
            }
        } else {
            assert!(self.server().follow().await, "the catalogue is followed");
        }
        shows
    }

    /// Its address.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Where its file is.
    #[must_use]
    pub fn folder(&self) -> &PathBuf {
        &self.folder
    }

    /// The token of a role, for programs that are to be somebody.
    ///
    /// # Panics
    /// There is none.
    #[must_use]
    pub fn token_of(&self, role: Role) -> &str {
        match role {
            Role::Admin => &self.front().admin_token,
            _ => self.tokens.get(&role).expect("a token"),
        }
    }

    /// The server's time.
    #[must_use]
    pub fn now(&self) -> UtcMillis {
        self.server().clock().now()
    }

    /// Moves the clock.
    ///
    /// # Panics
    /// It can't be moved.
    pub fn advance_ms(&self, ms: i64) {
        for server in std::iter::once(self.server()).chain(&self.beside) {
            assert!(server.clock().advance(ms), "the clock is not manual");
        }
    }

    /// Opens a show in the test hall that begins in two hours and sells until then.
    ///
    /// # Panics
    /// It can't be opened.
    pub async fn open_show(&self, number: u64) -> ShowId {
        let show = ShowId(number);
        self.open(show, Arc::new(terms(self.now()))).await;
        show
    }

    /// Opens a show under these terms.
    ///
    /// # Panics
    /// It can't be opened.
    pub async fn open(&self, show: ShowId, terms: Arc<ShowTerms>) {
        let command = made_up::command(made_up::staff("test"), Ask::Open(terms));
        let opened = self.server().lane().ask(show, command).await;
        opened.expect("an opened show");
    }

    /// A new token for somebody.
    ///
    /// # Panics
    /// There is none.
    pub async fn token(&self, account: &str, role: Role, channel: Channel) -> String {
        let request = json!({"account": account, "role": role, "channel": channel});
        let made = self.post(As::Admin, "/v1/tokens", &request).await;
        let token: Token = serde_json::from_value(made.expect(201)).expect("a token");
        token.secret.expect("a secret")
    }

    /// A cinema of the catalogue with four shows, opened, the first to begin first.
    ///
    /// # Panics
    /// It can't be imported.
    pub async fn open_cinema(&self) -> Vec<ShowId> {
        let chain = demo::small(self.now()).expect("a small chain");
        let mut shows = self.import(chain).await;
        shows.sort_by_key(|show| show.terms.starts_at);
        shows.into_iter().map(|show| show.id).collect()
    }

    /// A request that can still be changed.
    pub fn request(&self, who: As<'_>, method: Method, path: &str) -> reqwest::RequestBuilder {
        let url = format!("{}{path}", self.url);
        let mut request = self.http.request(method, url);
        let token = match who {
            As::Nobody => None,
            As::Stranger => Some("hf_0000000000000000000000000000000000000000000"),
            As::Customer(_) | As::Website => Some(self.token_of(Role::Customer)),
            As::Clerk => Some(self.token_of(Role::Clerk)),
            As::Manager => Some(self.token_of(Role::Manager)),
            As::Admin => Some(self.token_of(Role::Admin)),
            As::Bearer(token) => Some(token),
        };
        if let Some(token) = token {
            request = request.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        if let As::Customer(secret) = who {
            request = request.header(BOOKING_SECRET_HEADER, secret);
        }
        request
    }

    /// Sends a request.
    ///
    /// # Panics
    /// There is no answer.
    pub async fn send(&self, request: reqwest::RequestBuilder) -> Said {
        said(request).await
    }

    /// Asks for something.
    pub async fn get(&self, who: As<'_>, path: &str) -> Said {
        self.send(self.request(who, Method::GET, path)).await
    }

    /// Has something done.
    pub async fn post(&self, who: As<'_>, path: &str, body: &Value) -> Said {
        self.post_text(who, path, body.to_string()).await
    }

    /// Sends a body as it is.
    pub async fn post_text(&self, who: As<'_>, path: &str, body: impl Into<reqwest::Body>) -> Said {
        let request = self
            .request(who, Method::POST, path)
            .header(CONTENT_TYPE, "application/json")
            .body(body);
        self.send(request).await
    }

    /// Holds seats by name.
    pub async fn hold(&self, who: As<'_>, booking: &str, seats: &[&str]) -> Said {
        let seats: Vec<_> = seats.iter().map(|seat| json!({"seat": seat})).collect();
        let request = json!({"booking": booking, "command": command(), "wish": {"seats": seats}});
        self.post(who, "/v1/bookings", &request).await
    }

    /// Waits until an answer is as it should be.
    ///
    /// # Panics
    /// It is not in time.
    pub async fn until(&self, who: As<'_>, path: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let asking = async {
            loop {
                let said = self.get(who, path).await;
                if said.status == StatusCode::OK.as_u16() && wanted(&said.body) {
                    return said.body;
                }
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(PATIENCE, asking)
            .await
            .unwrap_or_else(|_| panic!("{path} is not what it should be in time"))
    }

    /// Has the house counted, and stops the server; its file stays.
    ///
    /// # Panics
    /// A seat was sold twice or is stuck, or money does not agree.
    pub async fn stop(self) -> PathBuf {
        let audit = self.get(As::Manager, "/v1/audit").await.expect(200);
        for wrong in ["double_sold", "money_mismatch", "stuck_seats"] {
            assert_eq!(audit[wrong], 0, "{audit}");
        }
        self.leave().await
    }

    async fn leave(mut self) -> PathBuf {
        let beside = std::mem::take(&mut self.beside);
        for server in self.server.take().into_iter().chain(beside) {
            server.stop().await;
        }
        std::mem::take(&mut self.folder)
    }

    /// The same, and removes the file.
    pub async fn finish(self) {
        let folder = self.stop().await;
        // What can't be removed is in the folder for temporary files.
        let _ = std::fs::remove_dir_all(folder);
    }

    /// Stops the server and removes its file, whatever stands in it.
    pub async fn abandon(self) {
        let folder = self.leave().await;
        let _ = std::fs::remove_dir_all(folder);
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        if self.server.is_some() && !std::thread::panicking() {
            panic!("a test ends with `finish`, which counts the house");
        }
    }
}

/// What comes back.
///
/// # Panics
/// There is no answer.
pub async fn said(request: reqwest::RequestBuilder) -> Said {
    let response = request.send().await.expect("an answer");
    let (status, headers) = (response.status(), response.headers().clone());
    let text = response.text().await.expect("a whole answer");
    Said {
        status: status.as_u16(),
        headers,
        body: serde_json::from_str(&text).unwrap_or(Value::Null),
        text,
    }
}

/// A fresh booking id of a show.
#[must_use]
pub fn booking(show: ShowId) -> String {
    let uuid = chance::uuid();
    houseful_core::ids::BookingId { show, uuid }.to_string()
}

/// A fresh command id.
#[must_use]
pub fn command() -> String {
    CommandId(chance::uuid()).to_string()
}

/// A fresh payment id.
#[must_use]
pub fn payment() -> String {
    PaymentId(chance::uuid()).to_string()
}

/// Adults 10.00 and 15.00, children 7.00 in standard only; 1.00 a ticket on the web.
fn terms(now: UtcMillis) -> ShowTerms {
    let mut prices = made_up::card(&[
        ("standard", "adult", 1_000),
        ("standard", "child", 700),
        ("premium", "adult", 1_500),
    ]);
    prices.fees.insert(Channel::Web, 100);
    let starts_at = now.plus_ms(7_200_000);
    ShowTerms {
        starts_at,
        windows: made_up::windows(now.plus_ms(-DAY_MS), starts_at),
        ..made_up::terms(HALL, prices)
    }
}

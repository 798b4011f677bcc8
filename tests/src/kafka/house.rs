//! Three servers, each with a database of its own and one role, and people who buy.

#![expect(
    clippy::expect_used,
    reason = "a house that can't be built ends its test at once"
)]

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use houseful_core::{
    ids::ShowId,
    price::Channel,
    time::{DAY_MS, UtcMillis},
    wire::admin::Mode,
};
use houseful_server::{
    app::{RunningServer, ServerConfig, StartError, serve},
    bus::kafka::KafkaConfig,
    catalogue::{Chain, demo},
    roles::{
        ClusterKey, RolesConfig,
        ServerRole::{self, Booking, Catalogue, Payment},
    },
};
use reqwest::{Method, header::CONTENT_TYPE};
use serde_json::{Value, json};
use tokio::{
    net::{TcpListener, TcpSocket},
    task::JoinHandle,
};

const SECRET: &str = "a secret of the house, long enough for a test";
const APPROVES: &str = "4242424242424242";
/// The longest a test waits for anything, in seconds: longer than the minute after which a payment
/// that the task which began it left open is looked at by others.
pub const PATIENCE: u64 = 150;

use crate::{
    folder::Folder,
    test_app::{Said, booking, command, http, payment, said},
    wait,
};

/// Whether booking and payment reach each other over HTTP, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Links {
    /// They do.
    Both,
    /// Their messages go through Kafka or not at all.
    KafkaAlone,
}

/// How many shows are enough for a test.
const SHOWS: usize = 12;
/// The rest of a till between two customers, in milliseconds.
const REST_MS: u64 = 100;
/// Which seed the large house is made from.
const SEED: u64 = 7;

/// A house; ended by [`House::close`].
pub struct House {
    folder: Folder,
    /// In the order of [`ServerRole::ALL`].
    ports: [u16; 3],
    /// A port at which nobody listens.
    _nobody: TcpSocket,
    nobody: u16,
    kafka: Option<KafkaConfig>,
    links: Links,
    servers: Vec<RunningServer>,
    token: String,
    /// Those on sale.
    pub shows: Vec<ShowId>,
}

/// The demo's chain without the shows of today, of which some are over, at whichever hour that is.
fn later_shows(now: UtcMillis) -> Chain {
    demo::chain(now.plus_ms(2 * DAY_MS), SEED).expect("a chain")
}

impl House {
    /// Starts the servers and puts a dozen shows on sale.
    ///
    /// # Panics
    /// They do not start.
    pub async fn open(kafka: KafkaConfig, links: Links) -> Self {
        let some = |now| {
            let mut chain = later_shows(now);
            chain.shows.truncate(SHOWS);
            chain
        };
        Self::open_with(Some(kafka), links, some).await
    }

    /// The same with a week of a whole chain, for many sales.
    ///
    /// # Panics
    /// They do not start.
    pub async fn open_large(kafka: Option<KafkaConfig>, links: Links) -> Self {
        Self::open_with(kafka, links, later_shows).await
    }

    async fn open_with(
        kafka: Option<KafkaConfig>,
        links: Links,
        chain: impl FnOnce(UtcMillis) -> Chain,
    ) -> Self {
        let nobody = TcpSocket::new_v4().expect("a socket");
        nobody.bind(([127, 0, 0, 1], 0).into()).expect("a port");
        let mut house = Self {
            folder: Folder::new(),
            ports: [0; 3],
            nobody: nobody.local_addr().expect("an address").port(),
            _nobody: nobody,
            kafka,
            links,
            servers: Vec::new(),
            token: String::new(),
            shows: Vec::new(),
        };
        house.start().await.expect("three servers");
        let sells = &house.servers[1];
        let now = sells.clock().now();
        let made = house.servers[0].catalogue().import(chain(now)).await;
        // The sale of the last days' shows opens later.
        let snapshot = house.servers[0].catalogue().snapshot();
        let is_on_sale = |show: &ShowId| {
            let terms = snapshot.terms(*show).expect("a show of the catalogue");
            let window = terms.windows.get(&Channel::Counter);
            window.is_some_and(|window| window.opens_at <= now)
        };
        let made = made.expect("an import");
        house.shows = made.into_iter().filter(is_on_sale).collect();
        assert!(sells.follow().await, "the catalogue is followed");
        let request = json!({"account": "till 1", "role": "clerk", "channel": "counter"});
        house.token.clone_from(&house.servers[0].admin_token);
        let made = house
            .ask(Catalogue, Method::POST, "/v1/tokens", Some(&request))
            .await;
        let made = made.expect(201);
        made["secret"]
            .as_str()
            .expect("a secret")
            .clone_into(&mut house.token);
        house
    }

    /// Starts the servers on their files.
    ///
    /// # Errors
    /// Why one does not start.
    pub async fn start(&mut self) -> Result<(), StartError> {
        let mut listeners = Vec::new();
        for port in self.ports {
            listeners.push(
                TcpListener::bind(("127.0.0.1", port))
                    .await
                    .expect("a port"),
            );
        }
        for (port, listener) in self.ports.iter_mut().zip(&listeners) {
            *port = listener.local_addr().expect("an address").port();
        }
        for (role, listener) in ServerRole::ALL.into_iter().zip(listeners) {
            let server = serve(self.config(role), listener).await?;
            self.servers.push(server);
        }
        Ok(())
    }

    fn config(&self, own: ServerRole) -> ServerConfig {
        let peer = |(role, port): (ServerRole, u16)| {
            let cut = self.links == Links::KafkaAlone && own != Catalogue && role != Catalogue;
            let port = if cut { self.nobody } else { port };
            let address = format!("http://127.0.0.1:{port}").parse();
            (role, address.expect("an address"))
        };
        let peers = ServerRole::ALL.into_iter().zip(self.ports);
        let roles = RolesConfig {
            own: [own].into_iter().collect(),
            peers: peers.map(peer).collect(),
            key: Some(ClusterKey::parse(SECRET).expect("a key")),
        };
        let mut config = ServerConfig::new(self.file(own), Some(Mode::Training));
        config.limits.rates = None;
        config.roles = roles;
        config.kafka.clone_from(&self.kafka);
        config
    }

    /// Stops the servers; their files stay.
    pub async fn stop(&mut self) {
        for server in self.servers.drain(..).rev() {
            server.stop().await;
        }
    }

    /// Waits until all is settled, counts the house, and ends it.
    pub async fn close(mut self) {
        self.is_settled().await;
        if self.links == Links::Both {
            self.counts_well().await;
        }
        self.stop().await;
    }

    fn url(&self, role: ServerRole) -> String {
        format!("http://127.0.0.1:{}", self.ports[role as usize])
    }

    /// The file of a role's server.
    #[must_use]
    pub fn file(&self, role: ServerRole) -> PathBuf {
        self.folder.path(&format!("{role}.db"))
    }

    /// Somebody who buys.
    pub fn till(&self) -> Till {
        Till::at((self.url(Booking), self.url(Payment)), self.token.clone())
    }

    /// Asks a role's server as its operator.
    pub async fn ask(
        &self,
        role: ServerRole,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Said {
        let token = &self.servers[role as usize].admin_token;
        ask(
            &http(),
            (method, &format!("{}{path}", self.url(role))),
            token,
            body,
        )
        .await
    }

    /// Waits until no payment is open.
    pub async fn is_settled(&self) {
        let path = "/v1/payments?open=true";
        let settled = wait::within_async(PATIENCE, async || {
            let list = self.ask(Payment, Method::GET, path, None).await.expect(200);
            list["items"]
                .as_array()
                .is_some_and(Vec::is_empty)
                .then_some(())
        });
        if settled.await.is_none() {
            let open = self.ask(Payment, Method::GET, path, None).await.text;
            panic!("money is left open: {open}");
        }
    }

    /// Has everything counted: nothing sold twice, no money without seats, no seat stuck.
    pub async fn counts_well(&self) {
        let audit = self
            .ask(Booking, Method::GET, "/v1/audit", None)
            .await
            .expect(200);
        for wrong in ["double_sold", "money_mismatch", "stuck_seats"] {
            assert_eq!(audit[wrong], 0, "{audit}");
        }
    }

    /// Where everything stands: all journals and all payments.
    pub async fn stands(&self) -> (Vec<Value>, Value) {
        let mut journals = Vec::new();
        for show in &self.shows {
            let path = format!("/v1/shows/{show}/journal?limit=1000");
            journals.push(
                self.ask(Booking, Method::GET, &path, None)
                    .await
                    .expect(200),
            );
        }
        let payments = self
            .ask(Payment, Method::GET, "/v1/payments?limit=500", None)
            .await;
        (journals, payments.expect(200))
    }

    /// People who buy one after the other, until they are sent home.
    pub fn people(&self, tills: usize) -> People {
        People::at(&self.till(), &self.shows, tills)
    }
}

#[derive(Default)]
struct Going {
    over: std::sync::atomic::AtomicBool,
    begun: AtomicUsize,
    sold: AtomicUsize,
    latest: AtomicUsize,
}

impl Going {
    fn is_over(&self) -> bool {
        self.over.load(Ordering::SeqCst)
    }
}

/// People at their tills.
pub struct People {
    work: Vec<JoinHandle<()>>,
    state: Arc<Going>,
}

impl People {
    /// So many, who buy seats of these shows one after the other.
    #[must_use]
    pub fn at(till: &Till, shows: &[ShowId], tills: usize) -> Self {
        let state = Arc::new(Going::default());
        let work = (0..tills).map(|n| {
            let (till, shows, state) = (till.clone(), shows.to_vec(), Arc::clone(&state));
            tokio::spawn(async move {
                let mut turn = n;
                while !state.is_over() {
                    let began = state.begun.fetch_add(1, Ordering::SeqCst);
                    till.buys(shows[turn % shows.len()]).await;
                    state.sold.fetch_add(1, Ordering::SeqCst);
                    state.latest.fetch_max(began, Ordering::SeqCst);
                    turn += 1;
                    wait::rest(REST_MS).await;
                }
            })
        });
        Self {
            work: work.collect(),
            state,
        }
    }

    /// Waits until so many who began after this moment have their tickets.
    pub async fn buy(&self, more: usize) {
        let begun = self.state.begun.load(Ordering::SeqCst);
        let sold = self.state.sold.load(Ordering::SeqCst);
        wait::until_async("people who buy", PATIENCE, async || {
            if self.work.iter().any(JoinHandle::is_finished) {
                return Some(());
            }
            let enough = self.state.sold.load(Ordering::SeqCst) >= sold + more
                && self.state.latest.load(Ordering::SeqCst) >= begun + more.saturating_sub(2);
            enough.then_some(())
        })
        .await;
        assert!(
            !self.work.iter().any(JoinHandle::is_finished),
            "somebody gave up"
        );
    }

    /// Sends them home; how many sales there were.
    pub async fn go_home(self) -> usize {
        self.state.over.store(true, Ordering::SeqCst);
        for till in self.work {
            till.await.expect("a till without trouble");
        }
        self.state.sold.load(Ordering::SeqCst)
    }
}

/// Somebody who buys at the servers that have the roles.
#[derive(Clone)]
pub struct Till {
    http: reqwest::Client,
    sells: String,
    pays: String,
    token: String,
}

impl Till {
    /// One who knows where seats are sold and where money is taken.
    #[must_use]
    pub fn at((sells, pays): (String, String), token: String) -> Self {
        Self {
            http: http(),
            sells,
            pays,
            token,
        }
    }

    async fn get(&self, url: &str) -> Said {
        ask(&self.http, (Method::GET, url), &self.token, None).await
    }

    /// Asks again what a server has no time for; each request has an id of its own.
    async fn post(&self, url: &str, body: &Value) -> Said {
        let began = wait::now();
        loop {
            let said = ask(&self.http, (Method::POST, url), &self.token, Some(body)).await;
            if said.status != 503 || wait::since(began).as_secs() >= PATIENCE {
                return said;
            }
            wait::rest(REST_MS).await;
        }
    }

    /// Holds the best seat.
    pub async fn holds(&self, show: ShowId) -> String {
        let id = booking(show);
        let wish = json!({"best": {"tickets": [{"ticket_type": "adult", "count": 1}]}});
        let hold = json!({"booking": id, "command": command(), "wish": wish});
        let held = self
            .post(&format!("{}/v1/bookings", self.sells), &hold)
            .await;
        assert_eq!(held.expect(201)["state"], "held");
        id
    }

    /// Begins to pay by card; what is paid.
    pub async fn begins_to_pay(&self, booking: &str) -> String {
        let leave = self.may_pay(booking).await;
        self.pays(&leave).await
    }

    /// The leave to pay for a booking.
    pub async fn may_pay(&self, booking: &str) -> Value {
        let leave = format!("{}/v1/bookings/{booking}/payment-token", self.sells);
        self.post(&leave, &json!({})).await.expect(200)
    }

    /// Begins to pay by card with leave to do so; what is paid.
    pub async fn pays(&self, leave: &Value) -> String {
        let id = payment();
        let pay = json!({"payment": id, "token": leave["token"], "card": {"number": APPROVES}});
        let paid = self
            .post(&format!("{}/v1/payments?wait_ms=0", self.pays), &pay)
            .await;
        assert!(matches!(paid.status, 200..=202), "{}", paid.text);
        id
    }

    /// Waits for the tickets.
    pub async fn has_tickets(&self, booking: &str) {
        let path = format!("{}/v1/bookings/{booking}", self.sells);
        let began = wait::now();
        loop {
            let said = self.get(&path).await.expect(200);
            if said["state"] == "confirmed" {
                return;
            }
            if wait::since(began).as_secs() >= PATIENCE {
                let open = format!("{}/v1/payments?open=true", self.pays);
                let open = self.get(&open).await.text;
                panic!("no tickets: {said}; open payments: {open}");
            }
            wait::rest(5).await;
        }
    }

    /// Buys a seat by card, from the hold to the ticket.
    pub async fn buys(&self, show: ShowId) {
        let id = self.holds(show).await;
        self.begins_to_pay(&id).await;
        self.has_tickets(&id).await;
    }
}

async fn ask(
    http: &reqwest::Client,
    (method, url): (Method, &str),
    token: &str,
    body: Option<&Value>,
) -> Said {
    let mut request = http.request(method, url).bearer_auth(token);
    if let Some(body) = body {
        request = request
            .header(CONTENT_TYPE, "application/json")
            .body(body.to_string());
    }
    said(request).await
}

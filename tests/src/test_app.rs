//! A whole server for one test: its own file, a clock that the test moves, and callers of every
//! role. Ended by [`TestApp::finish`], which has the independent sweep count the house.

#![expect(
    clippy::expect_used,
    reason = "a house that can't be built ends its test at once"
)]

mod said;
mod setup;

use std::{collections::BTreeMap, path::PathBuf, sync::Arc, time::Duration};

use houseful_core::{
    ids::{CommandId, PaymentId, ShowId},
    price::Channel,
    show::{Ask, ShowTerms},
    time::{DAY_MS, UtcMillis},
    wire::{
        BOOKING_SECRET_HEADER,
        admin::{Role, Token},
    },
};
use houseful_server::{
    app::RunningServer,
    catalogue::{Chain, demo},
    chance,
};
use reqwest::{
    Method, StatusCode,
    header::{AUTHORIZATION, CONTENT_TYPE},
};
use serde_json::{Value, json};

pub use self::{
    said::{Said, http, said, tried},
    setup::Setup,
};
use crate::made_up;

/// The longest a test waits for anything.
pub const PATIENCE: Duration = Duration::from_secs(20);

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

    /// Takes a chain into the catalogue; answers with its shows, which are on sale.
    ///
    /// # Panics
    /// It can't be imported.
    pub async fn import(&self, chain: Chain) -> Vec<ShowId> {
        let shows = self.catalogue_server().catalogue().import(chain).await;
        let shows = shows.expect("an import");
        if !self.beside.is_empty() {
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

    /// Under what a show of the catalogue is sold.
    ///
    /// # Panics
    /// There is no such show.
    #[must_use]
    pub fn terms(&self, show: ShowId) -> Arc<ShowTerms> {
        let snapshot = self.catalogue_server().catalogue().snapshot();
        snapshot.terms(show).expect("a show of the catalogue")
    }

    /// Opens a show under these terms, which the catalogue knows nothing of.
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

    /// A cinema of the catalogue with four shows, the first to begin first.
    ///
    /// # Panics
    /// It can't be imported.
    pub async fn open_cinema(&self) -> Vec<ShowId> {
        let chain = demo::small(self.now()).expect("a small chain");
        let mut shows = self.import(chain).await;
        shows.sort_by_key(|show| self.terms(*show).starts_at);
        shows
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
        facts: None,
        starts_at,
        windows: made_up::windows(now.plus_ms(-DAY_MS), starts_at),
        ..made_up::terms(HALL, prices)
    }
}

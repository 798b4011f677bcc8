//! A double of Stripe for tests: its shapes, its idempotency keys, its states, its webhooks, and a
//! dial of faults. What it has in its books is the truth about money that a test compares with.

#![expect(
    clippy::expect_used,
    reason = "a double that can't be started ends its test at once"
)]

pub use self::books::Kept;

pub mod books;
pub mod form;
mod post;
mod reading;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Json, Response},
    routing::{get, post as posted},
};
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinHandle};

use self::{
    books::Books,
    form::{Fields, No},
    post::Post,
    reading::{away, events, intent, list, refunds},
};

/// Faults, each in so many of 1,000 calls that change something or messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dial {
    /// No answer ever comes, and nothing was done.
    pub lost: u16,
    /// It was done, and no answer ever comes.
    pub silent: u16,
    /// 500, and nothing was done.
    pub broken_before: u16,
    /// It was done, and the answer is a 500.
    pub broken_after: u16,
    /// 429.
    pub too_many: u16,
    /// A capture is refused by the bank.
    pub capture_refused: u16,
    /// A refund is refused, once.
    pub refund_fails: u16,
    /// A message comes twice.
    pub doubled: u16,
    /// A message never comes.
    pub unsent: u16,
    /// Nothing gets through.
    pub outage: bool,
    /// Only the record of events can be read.
    pub only_news: bool,
    /// Refunds are under way and give no answer, until they are let through.
    pub refunds_stall: bool,
}

/// The double; clones share it. It ends with the last of them.
#[derive(Clone)]
pub struct StripeDouble(Arc<Shared>);

struct Shared {
    state: Mutex<Inner>,
    address: Mutex<String>,
    serving: Mutex<Option<JoinHandle<()>>>,
    post: Post,
}

struct Inner {
    books: Books,
    dial: Dial,
    chance: u64,
    calls: u64,
    looks: u64,
    /// Refunds under way: their keys, what was asked, and its body.
    stalled: Vec<(String, String, Bytes)>,
    /// What happens between two pages of a list, once.
    between_pages: Option<Deed>,
}

impl Drop for Shared {
    fn drop(&mut self) {
        let serving = self.serving.get_mut();
        if let Some(task) = serving.unwrap_or_else(PoisonError::into_inner).take() {
            task.abort();
        }
    }
}

impl StripeDouble {
    /// Starts it on a free port; `seed` is where its faults begin.
    ///
    /// # Panics
    /// It can't listen.
    pub async fn start(seed: u64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let shared = Arc::new(Shared {
            state: Mutex::new(Inner {
                books: Books::default(),
                dial: Dial::default(),
                chance: seed.wrapping_mul(2).wrapping_add(1),
                calls: 0,
                looks: 0,
                stalled: Vec::new(),
                between_pages: None,
            }),
            address: Mutex::new(format!("http://{address}")),
            serving: Mutex::default(),
            post: Post::start(),
        });
        let weak = Arc::downgrade(&shared);
        let router = Router::new()
            .route("/v1/payment_intents", posted(make).get(list))
            .route("/v1/payment_intents/{id}", get(intent))
            .route("/v1/payment_intents/{id}/{deed}", posted(deed))
            .route("/v1/refunds", posted(refund).get(refunds))
            .route("/v1/events", get(events))
            .with_state(Weak(weak));
        let task = tokio::spawn(async move {
            let _ = axum::serve(listener, router).await;
        });
        *shared.serving.lock().expect("a lock") = Some(task);
        Self(shared)
    }

    /// The file for `--stripe-file` that names it.
    #[must_use]
    pub fn file(&self) -> String {
        let address = self.0.address.lock().expect("a lock").clone();
        format!(
            "house = \"{HOUSE}\"\nsecret_key = \"{SECRET_KEY}\"\nwebhook_secrets = [\"{WEBHOOK_SECRET}\"]\n\
             api = \"{address}\"\nreturn_url = \"https://cinema.example/paid\"\n"
        )
    }

    /// Turns the dial.
    pub fn set_dial(&self, dial: Dial) {
        self.inner().dial = dial;
    }

    /// Has no bank take money back from now on, or all of them again.
    pub fn refunds_bounce(&self, bounce: bool) {
        self.inner().books.refunds_bounce = bounce;
    }

    /// Lets the refunds through that are under way; how many.
    pub fn let_refunds_through(&self) -> usize {
        let mut inner = self.inner();
        let stalled = inner.stalled.split_off(0);
        let count = stalled.len();
        for (key, content, body) in stalled {
            let done = inner.books.refund(&Fields::read(&body));
            let answer = done.map_or_else(|no| of_no(&no), |value| (200, value));
            inner.books.keys.insert(key, (content, answer));
        }
        self.tell_of(&mut inner);
        count
    }

    /// Sends its messages there from now on.
    pub fn tell(&self, url: &str) {
        self.0.post.tell(url);
    }

    /// How many messages were sent, and how many of them were taken.
    #[must_use]
    pub fn sent(&self) -> (u64, u64) {
        self.0.post.sent()
    }

    /// How many calls came.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.inner().calls
    }

    /// How often an intent was looked at.
    #[must_use]
    pub fn looks(&self) -> u64 {
        self.inner().looks
    }

    /// How many refunds were made, whatever became of them.
    #[must_use]
    pub fn refunds_made(&self) -> u64 {
        self.inner().books.refunds_made()
    }

    /// What it has of each payment.
    #[must_use]
    pub fn kept(&self) -> Vec<Kept> {
        self.inner().books.kept()
    }

    /// Does something to its books as staff at its own desk, or a bank, would, and tells of it.
    ///
    /// # Panics
    /// It can't be done.
    pub fn at_the_desk(&self, deed: impl FnOnce(&mut Books) -> Result<Value, No>) -> Value {
        let mut inner = self.inner();
        let done = deed(&mut inner.books).expect("a deed that can be done");
        self.tell_of(&mut inner);
        done
    }

    /// Makes an intent from a form and has its money promised, as another program with the same
    /// account would.
    ///
    /// # Panics
    /// It can't be done.
    pub fn make_and_promise(&self, form: &str) -> Value {
        self.at_the_desk(|books| books.make_and_promise(form))
    }

    /// Has something happen before the second page of the next list is read.
    pub fn between_pages(&self, deed: impl FnOnce(&mut Books) + Send + 'static) {
        self.inner().between_pages = Some(Box::new(deed));
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends what has happened since.
    fn tell_of(&self, inner: &mut Inner) {
        for news in inner.books.news.split_off(0) {
            if !inner.hits(inner.dial.unsent) {
                let times = if inner.hits(inner.dial.doubled) { 2 } else { 1 };
                let late = inner.draw() % 3;
                self.0.post.send(&news, times, late);
            }
        }
    }
}

/// Something that happens to the books.
type Deed = Box<dyn FnOnce(&mut Books) + Send>;

/// What the house is called at the double.
pub const HOUSE: &str = "odeon";
/// The key of the double.
pub const SECRET_KEY: &str = "sk_test_of_the_double";
/// What signs its messages.
pub const WEBHOOK_SECRET: &str = "whsec_of_the_double";

impl Inner {
    fn draw(&mut self) -> u64 {
        // xorshift64: chance that a seed repeats.
        self.chance ^= self.chance << 13;
        self.chance ^= self.chance >> 7;
        self.chance ^= self.chance << 17;
        self.chance >> 11
    }

    fn hits(&mut self, share: u16) -> bool {
        share > 0 && self.draw() % 1_000 < u64::from(share)
    }
}

/// The double as its routes hold it, so that it ends when the test does.
#[derive(Clone)]
struct Weak(std::sync::Weak<Shared>);

impl Weak {
    fn get(&self) -> Option<StripeDouble> {
        self.0.upgrade().map(StripeDouble)
    }
}

type Told = (u16, Value);

fn told((status, body): Told, replayed: bool) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, Json(body)).into_response();
    if replayed {
        let yes = axum::http::HeaderValue::from_static("true");
        response.headers_mut().insert("Idempotent-Replayed", yes);
    }
    response
}

fn of_no(no: &No) -> Told {
    let error = json!({"type": no.kind, "code": no.code, "message": no.message, "param": no.param});
    (no.status, json!({ "error": error }))
}

/// Never answers.
async fn silence() -> Response {
    std::future::pending().await
}

fn is_let_in(headers: &HeaderMap) -> bool {
    let bearer = headers.get("authorization");
    let bearer = bearer.and_then(|value| value.to_str().ok());
    bearer == Some(&format!("Bearer {SECRET_KEY}")) && headers.contains_key("stripe-version")
}

/// A call that changes something: keys, faults, then the deed.
async fn change(
    weak: Weak,
    headers: HeaderMap,
    (what, body): (String, Bytes),
    deed: impl FnOnce(&mut Books, &Fields) -> Result<Value, No>,
) -> Response {
    let Some(double) = weak.get() else {
        return silence().await;
    };
    if !is_let_in(&headers) {
        return told(
            (401, json!({"error": {"message": "Invalid API Key"}})),
            false,
        );
    }
    let key = headers.get("idempotency-key").and_then(|k| k.to_str().ok());
    let key = key.map(str::to_owned);
    let answer = {
        let mut inner = double.inner();
        inner.calls += 1;
        if inner.dial.outage {
            Some((away(), false))
        } else {
            decide(&mut inner, key, (what, &body), deed)
        }
    };
    let Some((answer, replayed)) = answer else {
        drop(double);
        return silence().await;
    };
    double.tell_of(&mut double.inner());
    told(answer, replayed)
}

/// What is answered, and whether it was before; `None` for silence.
fn decide(
    inner: &mut Inner,
    key: Option<String>,
    (what, body): (String, &Bytes),
    deed: impl FnOnce(&mut Books, &Fields) -> Result<Value, No>,
) -> Option<(Told, bool)> {
    let dial = inner.dial;
    let content = format!("{what} {}", String::from_utf8_lossy(body));
    if inner.hits(dial.too_many) {
        let busy = json!({"error": {"type": "invalid_request_error", "code": "rate_limit"}});
        return Some(((429, busy), false));
    }
    if inner.hits(dial.lost) {
        return None;
    }
    let other = || {
        let error = json!({"type": "idempotency_error", "message": "another request"});
        Some(((400, json!({ "error": error })), false))
    };
    if let Some(key) = &key
        && let Some((asked, answer)) = inner.books.keys.get(key)
    {
        if *asked != content {
            return other();
        }
        return Some((answer.clone(), true));
    }
    let under_way = |key: &String| inner.stalled.iter().find(|(known, ..)| known == key);
    if let Some((_, asked, _)) = key.as_ref().and_then(under_way) {
        if *asked != content {
            return other();
        }
        let busy = json!({"error": {"code": "idempotency_key_in_use"}});
        return Some(((409, busy), false));
    }
    if dial.refunds_stall && what == "refunds" {
        let key = key.unwrap_or_default();
        inner.stalled.push((key, content, body.clone()));
        return None;
    }
    let silent = inner.hits(dial.silent);
    let broken = json!({"error": {"type": "api_error", "message": "broken"}});
    let answer = if inner.hits(dial.broken_before) {
        (500, broken)
    } else if what.ends_with("/capture") && inner.hits(dial.capture_refused) {
        of_no(&No::card("card_declined", "Your card was declined."))
    } else if what == "refunds" && inner.hits(dial.refund_fails) {
        of_no(&No::refused(400, "balance_insufficient"))
    } else {
        let fields = Fields::read(body);
        let done = deed(&mut inner.books, &fields);
        let after = inner.hits(dial.broken_after);
        match done {
            Ok(_) if after => (500, broken),
            Ok(value) => (200, value),
            Err(no) => of_no(&no),
        }
    };
    if let Some(key) = key {
        inner.books.keys.insert(key, (content, answer.clone()));
    }
    if silent { None } else { Some((answer, false)) }
}

async fn make(State(weak): State<Weak>, headers: HeaderMap, body: Bytes) -> Response {
    let what = ("payment_intents".to_owned(), body);
    change(weak, headers, what, Books::make).await
}

async fn deed(
    State(weak): State<Weak>,
    Path((id, deed)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let what = (format!("{id}/{deed}"), body);
    change(weak, headers, what, |books, fields| match deed.as_str() {
        "confirm" => books.confirm(&id),
        "capture" => books.capture(&id, fields.number("amount_to_capture")),
        "cancel" => books.cancel(&id),
        _ => Err(No::refused(404, "no_such_route")),
    })
    .await
}

async fn refund(State(weak): State<Weak>, headers: HeaderMap, body: Bytes) -> Response {
    change(weak, headers, ("refunds".to_owned(), body), Books::refund).await
}

//! The calls that a payment needs, over HTTP. Each changing one carries a key that is made of the
//! payment and what is asked, so that a repeat is the same call:
//! <https://docs.stripe.com/api/idempotent_requests>.
//!
//! Stripe keeps the first answer of a key for a day, errors included. An error that is told again
//! (`Idempotent-Replayed`) says that the call has ended and will never end otherwise under this
//! key, so the next try has the next key: <https://docs.stripe.com/error-low-level>. That is safe
//! where the object itself refuses to be captured or cancelled twice; a refund looks first. Keys
//! are numbered, so that a call whose outcome is unknown is repeated under its own key and no other.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, Once, PoisonError},
    time::{Duration, Instant},
};

use houseful_core::ids::PaymentId;
use reqwest::{
    Method, RequestBuilder,
    header::{AUTHORIZATION, HeaderMap, HeaderValue},
    redirect::Policy,
};
use serde::de::DeserializeOwned;

use super::{
    amounts,
    config::{BadStripe, StripeConfig},
    events::Message,
    fault::{self, Fault},
    objects::{Intent, List, Problems, Refund},
};
use crate::{clock::Clock, payment::provider::Order};

/// The version of Stripe's API that this program speaks: <https://docs.stripe.com/api/versioning>.
const VERSION: &str = "2025-09-30.clover";
/// The longest that one answer may take, and a connection.
const ANSWER_MAX: Duration = Duration::from_secs(12);
const CONNECT_MAX: Duration = Duration::from_secs(4);
/// The longest answer that is read: a page of intents with their charges.
const ANSWER_BYTES_MAX: usize = 8 * 1024 * 1024;
/// How many used keys of a call are passed over in one go.
const KEYS_MAX: u32 = 200;
/// Of how many calls is remembered how many of their keys are used up.
const SPENT_MAX: usize = 10_000;
/// Objects on a page, the most that Stripe gives, and the most pages of one list that are read.
const PAGE: &str = "100";
const PAGES_MAX: usize = 1_000;
/// How long a call may be under way at Stripe whose answer never came: longer than it takes for
/// anything.
const UNDER_WAY_MAX: Duration = Duration::from_secs(600);
/// What happens to money long after a sale: it goes back, and may come here again. What a payment
/// goes through before that it is asked about itself.
const LATE_NEWS: [&str; 5] = [
    "charge.refunded",
    "charge.refund.updated",
    "refund.created",
    "refund.updated",
    "refund.failed",
];

/// Fields of a form.
type Form<'a> = Vec<(&'a str, String)>;

/// The way to Stripe.
pub(super) struct Client {
    http: reqwest::Client,
    base: String,
    house: Arc<str>,
    /// How many keys of a call are used up. Only to save calls: it is found out again.
    spent: Mutex<HashMap<String, u32>>,
    /// Calls some of whose keys were used for another amount.
    others: Mutex<HashMap<String, Others>>,
}

/// Since when it is known that keys of a call were used for another amount than this one.
#[derive(Clone, Copy, Debug)]
struct Others {
    amount: i64,
    since: Instant,
}

impl Client {
    pub(super) fn new(config: &StripeConfig) -> Result<Self, BadStripe> {
        let mut bearer = HeaderValue::from_str(&format!("Bearer {}", config.secret_key()))
            .map_err(|_| BadStripe::Key)?;
        bearer.set_sensitive(true);
        let headers = HeaderMap::from_iter([(AUTHORIZATION, bearer)]);
        install_tls_provider();
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("houseful/", env!("CARGO_PKG_VERSION")))
            .default_headers(headers)
            .connect_timeout(CONNECT_MAX)
            .timeout(ANSWER_MAX)
            .redirect(Policy::none());
        if config.is_near() {
            // Never encrypted, and reading the system's certificates takes time.
            builder = builder.no_proxy().tls_certs_only([]);
        }
        let http = builder.build().map_err(|e| BadStripe::Tls(cause(&e)))?;
        Ok(Self {
            http,
            base: config.api().to_owned(),
            house: Arc::clone(&config.house),
            spent: Mutex::default(),
            others: Mutex::default(),
        })
    }

    /// Makes an intent that promises nothing yet.
    pub(super) async fn make(&self, order: &Order, method: &str) -> Result<Intent, Fault> {
        let currency = order.amount.currency;
        let amount = amounts::to_stripe(currency, order.amount.minor)?;
        let form = vec![
            ("amount", amount.to_string()),
            ("currency", currency.code().to_ascii_lowercase()),
            ("capture_method", "manual".to_owned()),
            ("payment_method_types[]", "card".to_owned()),
            ("payment_method", method.to_owned()),
            ("metadata[house]", self.house.to_string()),
            ("metadata[payment]", order.payment.to_string()),
            ("metadata[booking]", order.booking.to_string()),
            ("metadata[quote]", order.quote.to_string()),
            ("expand[]", "latest_charge".to_owned()),
        ];
        let key = format!("{}-make", order.payment);
        self.send(self.form("payment_intents", &form, &key)).await
    }

    /// Asks the bank for the promise.
    pub(super) async fn confirm(
        &self,
        id: &str,
        payment: PaymentId,
        return_url: Option<&str>,
    ) -> Result<Intent, Fault> {
        let mut form = whole();
        form.extend(return_url.map(|url| ("return_url", url.to_owned())));
        let path = format!("payment_intents/{id}/confirm");
        let key = format!("{payment}-confirm");
        self.send(self.form(&path, &form, &key)).await
    }

    /// Takes so much of the promise.
    pub(super) async fn capture(
        &self,
        id: &str,
        payment: PaymentId,
        amount: i64,
    ) -> Result<Intent, Fault> {
        let mut form = whole();
        form.push(("amount_to_capture", amount.to_string()));
        let path = format!("payment_intents/{id}/capture");
        self.repeat(&path, &form, &format!("{payment}-capture-{amount}"))
            .await
    }

    /// Gives the promise up.
    pub(super) async fn cancel(&self, id: &str, payment: PaymentId) -> Result<Intent, Fault> {
        let path = format!("payment_intents/{id}/cancel");
        self.repeat(&path, &whole(), &format!("{payment}-cancel"))
            .await
    }

    /// Gives so much back. Whoever hears that the key is used up, or was used for another amount,
    /// looks at the list before the next.
    pub(super) async fn refund(
        &self,
        id: &str,
        payment: PaymentId,
        amount: i64,
        key: &str,
    ) -> Result<Refund, Fault> {
        let form = vec![
            ("payment_intent", id.to_owned()),
            ("amount", amount.to_string()),
            ("metadata[payment]", payment.to_string()),
        ];
        let numbered = self.numbered(key);
        let request = self.form("refunds", &form, &numbered);
        match self.send(request).await {
            Err(fault @ Fault::Spent(_)) => Err(self.spend(key, fault)),
            // The other call may be under way. When none can be any more, the list has what came of
            // them, and the next key is as good as this one was.
            Err(Fault::OtherCall(why)) if self.was_long_ago((key, amount), Clock::stopwatch()) => {
                Err(self.spend(key, Fault::Spent(why)))
            }
            done => done,
        }
    }

    /// An intent as it stands.
    pub(super) async fn intent(&self, id: &str) -> Result<Intent, Fault> {
        let query = [("expand[]", "latest_charge")];
        let path = format!("payment_intents/{id}");
        self.send(self.request(Method::GET, &path).query(&query))
            .await
    }

    /// All refunds of an intent, the newest first.
    pub(super) async fn refunds(&self, id: &str) -> Result<Vec<Refund>, Fault> {
        let query = [("payment_intent", id)];
        self.pages("refunds", &query, |refund: &Refund| &refund.id)
            .await
    }

    /// What happened to money that was taken before, since a time of Stripe's clock, in seconds; the
    /// newest first, and nothing of what is older than 30 days:
    /// <https://docs.stripe.com/api/events/list>.
    pub(super) async fn late_news(&self, since_s: i64) -> Result<Vec<Message>, Fault> {
        let since = since_s.to_string();
        let mut query = vec![("created[gte]", since.as_str())];
        query.extend(LATE_NEWS.map(|kind| ("types[]", kind)));
        self.pages("events", &query, |event: &Message| &event.id)
            .await
    }

    /// All pages of a list.
    async fn pages<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, &str)],
        id: impl Fn(&T) -> &String,
    ) -> Result<Vec<T>, Fault> {
        let mut all: Vec<T> = Vec::new();
        for _ in 0..PAGES_MAX {
            let mut query = query.to_vec();
            query.push(("limit", PAGE));
            query.extend(all.last().map(|last| ("starting_after", id(last).as_str())));
            let request = self.request(Method::GET, path).query(&query);
            let page: List<T> = self.send(request).await?;
            let more = page.has_more && !page.data.is_empty();
            all.extend(page.data);
            if !more {
                return Ok(all);
            }
        }
        let why = format!("its list of {path} is too long");
        Err(Fault::Odd(why))
    }

    /// A page of all intents, the newest first: <https://docs.stripe.com/api/payment_intents/list>.
    pub(super) async fn intents(
        &self,
        after: Option<&str>,
        limit: u32,
    ) -> Result<List<Intent>, Fault> {
        let limit = limit.to_string();
        let mut query = vec![
            ("limit", limit.as_str()),
            ("expand[]", "data.latest_charge"),
        ];
        query.extend(after.map(|after| ("starting_after", after)));
        let request = self.request(Method::GET, "payment_intents").query(&query);
        self.send(request).await
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let address = format!("{}/v1/{path}", self.base);
        self.http
            .request(method, address)
            .header("Stripe-Version", VERSION)
    }

    fn form(&self, path: &str, form: &Form<'_>, key: &str) -> RequestBuilder {
        self.request(Method::POST, path)
            .header("Idempotency-Key", key)
            .form(form)
    }

    /// Makes a call that does nothing twice, under another key when one is used up.
    async fn repeat(&self, path: &str, form: &Form<'_>, key: &str) -> Result<Intent, Fault> {
        let mut spent = Fault::Spent(String::new());
        for _ in 0..KEYS_MAX {
            match self.send(self.form(path, form, &self.numbered(key))).await {
                Err(fault @ Fault::Spent(_)) => spent = self.spend(key, fault),
                done => return done,
            }
        }
        Err(spent)
    }

    /// The first key of a call that is not known to be used up.
    fn numbered(&self, key: &str) -> String {
        let spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        match spent.get(key) {
            None => key.to_owned(),
            Some(count) => format!("{key}-{count}"),
        }
    }

    /// Notes that a key of a call is used up.
    fn spend(&self, key: &str, fault: Fault) -> Fault {
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        if spent.len() >= SPENT_MAX {
            spent.clear();
        }
        *spent.entry(key.to_owned()).or_default() += 1;
        fault
    }

    /// Whether it has been known for so long that keys of a call were used for another amount than this
    /// one that all of those are over. What is owed of a payment only grows, so since this amount is
    /// asked for no server begins to ask for another one that it was owed before, and when more is owed
    /// the wait begins anew. It is waited for once and not for each key, of which there may be
    /// thousands after a refusal of days.
    fn was_long_ago(&self, (key, amount): (&str, i64), now: Instant) -> bool {
        let mut others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
        if others.len() >= SPENT_MAX {
            others.clear();
        }
        let first = Others { amount, since: now };
        let known = others.entry(key.to_owned()).or_insert(first);
        if known.amount != amount {
            *known = first;
        }
        now.saturating_duration_since(known.since) > UNDER_WAY_MAX
    }

    async fn send<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T, Fault> {
        let answer = request.send().await.map_err(|error| {
            // Nothing has left that had no connection.
            if error.is_connect() || error.is_builder() {
                Fault::Later(cause(&error))
            } else {
                Fault::Unknown(cause(&error))
            }
        })?;
        let status = answer.status();
        let replayed = answer.headers().get("Idempotent-Replayed");
        let replayed = replayed.is_some_and(|value| value.as_bytes() == b"true");
        let body = read(answer).await?;
        if status.is_success() {
            return serde_json::from_slice(&body)
                .map_err(|error| Fault::Unknown(format!("its answer can't be read: {error}")));
        }
        let problems: Problems = serde_json::from_slice(&body).unwrap_or_default();
        Err(fault::of(status, problems.error, replayed))
    }
}

async fn read(mut answer: reqwest::Response) -> Result<Vec<u8>, Fault> {
    let mut body = Vec::new();
    loop {
        let chunk = answer.chunk().await;
        match chunk.map_err(|error| Fault::Unknown(cause(&error)))? {
            None => return Ok(body),
            Some(chunk) if body.len() + chunk.len() <= ANSWER_BYTES_MAX => {
                body.extend_from_slice(&chunk);
            }
            Some(_) => return Err(Fault::Unknown("its answer is too long".to_owned())),
        }
    }
}

/// Has the charge of an intent sent along.
fn whole() -> Form<'static> {
    vec![("expand[]", "latest_charge".to_owned())]
}

/// The innermost message of an error: "connection refused" instead of layers of wrapping. No
/// message has an address with anything secret in it.
fn cause(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

fn install_tls_provider() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // It fails only when there is one already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_another_call_are_passed_over_when_that_is_over_and_it_is_waited_for_once() {
        let text = "house = \"odeon\"\nsecret_key = \"sk_test_1234\"\nwebhook_secrets = [\"whsec_0123456789\"]\napi = \"http://127.0.0.1:1\"\n";
        let config = StripeConfig::parse(text).expect("a configuration");
        let client = Client::new(&config).expect("a client");
        let began = Clock::stopwatch();
        let later = |amount, seconds| {
            client.was_long_ago(("k", amount), began + Duration::from_secs(seconds))
        };
        assert!(!later(900, 0) && !later(900, 599) && !later(900, 600));
        // From now on each next key, at once.
        assert!(later(900, 601) && later(900, 601) && later(900, 602));
        assert!(!client.was_long_ago(("other", 900), began + Duration::from_secs(602)));
        // More is owed: what was asked for a moment ago may be under way.
        assert!(!later(1_200, 603) && !later(1_200, 1_203) && later(1_200, 1_204));
    }
}

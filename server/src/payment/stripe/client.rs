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
    Method, RequestBuilder, StatusCode,
    header::{AUTHORIZATION, HeaderMap, HeaderValue},
    redirect::Policy,
};
use serde::de::DeserializeOwned;

use super::{
    amounts,
    config::{BadStripe, StripeConfig},
    events::Message,
    objects::{Intent, List, Problem, Problems, Refund},
};
use crate::{
    clock::Clock,
    payment::provider::{Order, ProviderError},
};

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

/// Why a call came to nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Fault {
    /// It did not get there, or was sent away at the door: nothing was done.
    #[error("Stripe can't do it now: {0}")]
    Later(String),
    /// It may have been done.
    #[error("Stripe gave no answer that says what it did: {0}")]
    Unknown(String),
    /// The key of the call has an earlier answer, and that was an error.
    #[error("Stripe goes on answering with an earlier error: {0}")]
    Spent(String),
    /// The key of the call was used for another one, whose end may not be known.
    #[error("Stripe has this key from another call: {0}")]
    OtherCall(String),
    /// The card, or the bank behind it, said no.
    #[error("{}", .0.text().unwrap_or_else(|| "the card was declined".to_owned()))]
    Card(Problem),
    /// There is no such object.
    #[error("Stripe has no {0}")]
    Missing(String),
    /// It was understood, and refused.
    #[error("Stripe refused it ({status}): {}", .problem.text().unwrap_or_default())]
    Refused {
        /// The HTTP status.
        status: u16,
        /// What Stripe said.
        problem: Problem,
    },
    /// It was answered with something that this program can't read or ask for.
    #[error("{0}")]
    Odd(String),
}

impl Fault {
    /// Whether the same call may be made again at once.
    pub(super) fn did_nothing(&self) -> bool {
        matches!(self, Self::Later(_))
    }

    /// Whether the card said no.
    pub(super) fn is_card(&self) -> bool {
        matches!(self, Self::Card(_))
    }

    /// Whether the call was refused as it is, so that it did nothing and never will.
    pub(super) fn is_definite(&self) -> bool {
        matches!(self, Self::Refused { .. } | Self::Missing(_) | Self::Odd(_))
    }

    /// Whether it is about this parameter of the call.
    pub(super) fn is_about(&self, param: &str) -> bool {
        let problem = match self {
            Self::Refused { problem, .. } => problem,
            // Of what has to be made nothing else can be missing.
            Self::Missing(_) => return true,
            _ => return false,
        };
        problem.param.as_deref() == Some(param)
    }

    /// Whether a promise is not kept, or is over.
    pub(super) fn is_refused_capture(&self) -> bool {
        let over = |problem: &Problem| {
            matches!(
                problem.code.as_deref(),
                Some("charge_expired_for_capture" | "capture_charge_authorization_expired")
            )
        };
        match self {
            Self::Card(_) => true,
            Self::Refused { problem, .. } => over(problem),
            _ => false,
        }
    }

    /// What a payer is told. Stripe's words about cards are made for them; others are not.
    pub(super) fn for_payer(&self) -> String {
        match self {
            Self::Card(_) => self.to_string(),
            Self::Missing(_) => "Stripe knows no such payment method".to_owned(),
            _ => "the payment was refused; nothing was taken".to_owned(),
        }
    }

    /// Has somebody look: the same call would be refused again.
    pub(super) fn tell_somebody(&self, order: &Order) {
        tracing::error!(payment.id = %order.payment, booking.id = %order.booking, why = %self, "Stripe refused a call");
        metrics::counter!("provider_refusals_total").increment(1);
    }
}

impl From<Fault> for ProviderError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Later(_) | Fault::Unknown(_) | Fault::Spent(_) | Fault::OtherCall(_) => {
                Self::Unavailable(fault.to_string())
            }
            Fault::Card(_) | Fault::Missing(_) | Fault::Refused { .. } | Fault::Odd(_) => {
                Self::Fault(fault.to_string())
            }
        }
    }
}

impl From<ProviderError> for Fault {
    fn from(error: ProviderError) -> Self {
        Self::Odd(error.to_string())
    }
}

/// Fields of a form.
type Form<'a> = Vec<(&'a str, String)>;

/// The way to Stripe.
pub(super) struct Client {
    http: reqwest::Client,
    base: String,
    house: Arc<str>,
    /// How many keys of a call are used up. Only to save calls: it is found out again.
    spent: Mutex<HashMap<String, u32>>,
    /// Since when it is known that a key was used for another call.
    others: Mutex<HashMap<String, Instant>>,
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
            // The other call may be under way. When it can't be any more, the list has what came of
            // it, and the next key is as good as this one was.
            Err(Fault::OtherCall(why)) if self.was_long_ago(&numbered, Clock::stopwatch()) => {
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

    /// Whether it has been known for so long that a key was used for another call that this one is
    /// over.
    fn was_long_ago(&self, key: &str, now: Instant) -> bool {
        let mut others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
        if others.len() >= SPENT_MAX {
            others.clear();
        }
        let since = *others.entry(key.to_owned()).or_insert(now);
        now.duration_since(since) > UNDER_WAY_MAX
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
        Err(fault(status, problems.error, replayed))
    }
}

/// What an answer that is an error says of the call: <https://docs.stripe.com/api/errors>.
fn fault(status: StatusCode, problem: Problem, replayed: bool) -> Fault {
    let text = problem.text().unwrap_or_else(|| status.to_string());
    let code = problem.code.as_deref().unwrap_or("");
    // Who is too fast, or in somebody's way, is sent away before anything is done.
    let at_the_door = matches!(status.as_u16(), 409 | 429)
        || matches!(
            code,
            "lock_timeout" | "rate_limit" | "idempotency_key_in_use"
        );
    if at_the_door {
        return Fault::Later(text);
    }
    if problem.kind.as_deref() == Some("idempotency_error") {
        return Fault::OtherCall(text);
    }
    if replayed {
        return Fault::Spent(text);
    }
    match status.as_u16() {
        402 => Fault::Card(problem),
        _ if problem.kind.as_deref() == Some("card_error") => Fault::Card(problem),
        404 => Fault::Missing(text),
        code @ 400..=499 => Fault::Refused {
            status: code,
            problem,
        },
        _ => Fault::Unknown(text),
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

    fn of(status: u16, body: &str, replayed: bool) -> Fault {
        let problems: Problems = serde_json::from_str(body).unwrap_or_default();
        let status = StatusCode::from_u16(status).expect("a status");
        fault(status, problems.error, replayed)
    }

    #[test]
    fn each_error_says_what_may_have_been_done() {
        let declined = r#"{"error":{"type":"card_error","code":"card_declined","message":"Your card was declined."}}"#;
        assert!(of(402, declined, false).is_card());
        assert_eq!(
            of(402, declined, false).for_payer(),
            "Your card was declined."
        );
        let lock = r#"{"error":{"type":"invalid_request_error","code":"lock_timeout"}}"#;
        for (status, body) in [(429, "{}"), (409, "{}"), (400, lock)] {
            assert!(of(status, body, false).did_nothing(), "{status}");
            assert!(of(status, body, true).did_nothing(), "{status}");
        }
        for status in [500, 502, 503, 504] {
            assert!(matches!(of(status, "oops", false), Fault::Unknown(_)));
            assert!(matches!(of(status, "oops", true), Fault::Spent(_)));
        }
        for status in [400, 401, 403, 424] {
            let fault = of(status, "{}", false);
            assert!(fault.is_definite() && !fault.did_nothing(), "{status}");
        }
        assert!(matches!(of(404, "{}", false), Fault::Missing(_)));
        let other = r#"{"error":{"type":"idempotency_error"}}"#;
        assert!(matches!(of(400, other, false), Fault::OtherCall(_)));
        let method = r#"{"error":{"code":"resource_missing","param":"payment_method"}}"#;
        assert!(of(400, method, false).is_about("payment_method"));
        let expired = r#"{"error":{"code":"charge_expired_for_capture"}}"#;
        assert!(of(400, expired, false).is_refused_capture());
    }

    #[test]
    fn a_key_of_another_call_is_passed_over_when_that_is_over() {
        let text = "house = \"odeon\"\nsecret_key = \"sk_test_1234\"\nwebhook_secrets = [\"whsec_0123456789\"]\napi = \"http://127.0.0.1:1\"\n";
        let config = StripeConfig::parse(text).expect("a configuration");
        let client = Client::new(&config).expect("a client");
        let began = Clock::stopwatch();
        let later = |seconds| client.was_long_ago("k", began + Duration::from_secs(seconds));
        assert!(!later(0) && !later(599) && !later(600) && later(601));
        assert!(!client.was_long_ago("other", began + Duration::from_secs(601)));
    }

    #[test]
    fn nothing_of_a_refusal_but_cards_words_reaches_the_payer() {
        let key = r#"{"error":{"message":"Invalid API Key provided: sk_live_abc"}}"#;
        assert!(!of(401, key, false).for_payer().contains("sk_"));
    }
}

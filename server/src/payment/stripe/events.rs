//! Messages from Stripe. One only wakes a payment: of a message that is believed nothing is read
//! but which object it is about, and where that stands Stripe is asked. So a message that is old,
//! out of order, doubled or made up by somebody who has the secret can sell nothing:
//! <https://docs.stripe.com/webhooks>.

use std::sync::{Arc, Mutex, PoisonError};

use houseful_core::time::UtcMillis;
use serde::Deserialize;

use super::{config::StripeConfig, is_id, seen::Seen, signature};

/// Why a message is not believed. Each is a line of the log of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unbelieved {
    /// No signature came along.
    #[error("it is not signed")]
    Unsigned,
    /// The header is not a signature.
    #[error("its signature can't be read")]
    BadHeader,
    /// Nobody who has the secret signed this.
    #[error("its signature is not Stripe's, or it was altered")]
    NotStripes,
    /// It was signed too long ago: somebody may have kept it.
    #[error("it was signed too long ago")]
    TooOld,
    /// It was signed at a time that is not yet.
    #[error("it was signed in the future")]
    FromTheFuture,
    /// It is signed, and no message.
    #[error("it is signed and can't be read")]
    NoEvent,
    /// It is about practice where money is real, or the other way round.
    #[error("it is of another mode than this house's")]
    OtherMode,
}

/// A message that is believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Its id; Stripe sends one message several times under it.
    pub id: String,
    /// What happened, as in `payment_intent.succeeded`.
    pub kind: String,
    /// Which intent may have changed; `None` for what is about something else.
    pub intent: Option<String>,
}

/// Hears Stripe; clones share what was heard.
#[derive(Clone)]
pub struct Webhooks {
    secrets: Arc<[String]>,
    live: bool,
    seen: Arc<Mutex<Seen>>,
}

impl std::fmt::Debug for Webhooks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Webhooks")
    }
}

/// The parts of a message that are read.
#[derive(Clone, Deserialize)]
pub(super) struct Message {
    pub(super) id: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    livemode: Option<bool>,
    /// Seconds since 1970 by Stripe's clock.
    #[serde(default)]
    pub(super) created: i64,
    data: Data,
}

#[derive(Clone, Deserialize)]
struct Data {
    object: Object,
}

#[derive(Clone, Deserialize)]
struct Object {
    #[serde(default)]
    id: Option<String>,
    /// What charges, refunds and disputes belong to.
    #[serde(default)]
    payment_intent: Option<String>,
    #[serde(default)]
    livemode: Option<bool>,
}

impl Message {
    /// Which intent it is about; `None` if it is about something else.
    pub(super) fn intent(&self) -> Option<String> {
        let Object {
            id, payment_intent, ..
        } = &self.data.object;
        let own = id.as_ref().filter(|id| is_id(id, "pi_"));
        let of = || payment_intent.as_ref().filter(|id| is_id(id, "pi_"));
        own.or_else(of).cloned()
    }
}

impl Webhooks {
    /// Hears who has one of the secrets.
    #[must_use]
    pub fn new(config: &StripeConfig) -> Self {
        Self {
            secrets: Arc::clone(&config.webhook_secrets),
            live: config.is_live(),
            seen: Arc::default(),
        }
    }

    /// The message in a body, as it came with its header at `now` of the world's clock.
    ///
    /// # Errors
    /// It is not believed.
    pub fn open(
        &self,
        header: Option<&str>,
        body: &[u8],
        now: UtcMillis,
    ) -> Result<Event, Unbelieved> {
        signature::check(header, body, &self.secrets, now)?;
        let message: Message = serde_json::from_slice(body).map_err(|_| Unbelieved::NoEvent)?;
        if !is_id(&message.id, "evt_") {
            return Err(Unbelieved::NoEvent);
        }
        let live = message.livemode.or(message.data.object.livemode);
        if live.is_some_and(|live| live != self.live) {
            return Err(Unbelieved::OtherMode);
        }
        Ok(Event {
            kind: houseful_core::text::shown(&message.kind, 80),
            intent: message.intent(),
            id: message.id,
        })
    }

    /// Whether a message was seen to before.
    #[must_use]
    pub fn knows(&self, id: &str) -> bool {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.has(id)
    }

    /// Remembers a message. To be called when what it asked for is done: one that broke off has to
    /// count when it comes again.
    pub fn remember(&self, id: &str) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.add(id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::payment::stripe::seen::SEEN_MAX;

    const NOW: UtcMillis = UtcMillis(1_795_288_500_000);

    fn webhooks() -> Webhooks {
        let text = "house = \"odeon\"\nsecret_key = \"sk_test_1234\"\nwebhook_secrets = [\"whsec_0123456789\"]\n";
        Webhooks::new(&StripeConfig::parse(text).expect("a configuration"))
    }

    fn opened(body: &str) -> Result<Event, Unbelieved> {
        let header = super::super::sign("whsec_0123456789", NOW, body.as_bytes());
        webhooks().open(Some(&header), body.as_bytes(), NOW)
    }

    #[test]
    fn a_message_says_which_intent_and_nothing_else() {
        for (object, intent) in [
            (
                r#"{"id":"pi_1","amount":1,"status":"succeeded"}"#,
                Some("pi_1"),
            ),
            (r#"{"id":"ch_1","payment_intent":"pi_2"}"#, Some("pi_2")),
            (r#"{"id":"re_1","payment_intent":"pi_3"}"#, Some("pi_3")),
            (r#"{"id":"ch_1","payment_intent":null}"#, None),
            (r#"{"id":"pi_../../refunds"}"#, None),
            (r#"{"id":"cus_1"}"#, None),
        ] {
            let body = format!(r#"{{"id":"evt_1","type":"a.b","data":{{"object":{object}}}}}"#);
            let event = opened(&body).expect("a message");
            assert_eq!(event.intent.as_deref(), intent, "{object}");
        }
    }

    #[test]
    fn what_is_signed_and_makes_no_sense_is_not_believed() {
        for body in [
            "",
            "[]",
            r#"{"id":"evt_1"}"#,
            r#"{"id":"x","type":"a","data":{"object":{}}}"#,
        ] {
            assert_eq!(opened(body), Err(Unbelieved::NoEvent), "{body}");
        }
        let live = r#"{"id":"evt_1","type":"a","livemode":true,"data":{"object":{}}}"#;
        assert_eq!(opened(live), Err(Unbelieved::OtherMode));
    }

    #[test]
    fn a_message_is_remembered_and_memory_is_bounded() {
        let webhooks = webhooks();
        assert!(!webhooks.knows("evt_1"));
        for _ in 0..2 {
            webhooks.remember("evt_1");
            assert!(webhooks.knows("evt_1"));
        }
        for n in 0..SEEN_MAX + 10 {
            webhooks.remember(&format!("evt_x{n}"));
        }
        assert!(!webhooks.knows("evt_1"));
        let seen = webhooks.seen.lock().expect("a lock");
        assert_eq!((seen.ids.len(), seen.order.len()), (SEEN_MAX, SEEN_MAX));
    }
}

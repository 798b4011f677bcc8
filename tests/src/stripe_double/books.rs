//! What the double knows: intents, their charges and refunds, and the answers of used keys.

use std::collections::{BTreeMap, HashMap};

use houseful_server::clock::Clock;
use serde_json::{Map, Value, json};

/// A refusal.
#[derive(Clone, Debug)]
pub struct No {
    pub(super) status: u16,
    pub(super) kind: &'static str,
    pub(super) code: &'static str,
    pub(super) message: &'static str,
    pub(super) param: Option<&'static str>,
}

impl No {
    /// The bank's.
    #[must_use]
    pub fn card(code: &'static str, message: &'static str) -> Self {
        Self {
            status: 402,
            kind: "card_error",
            code,
            message,
            param: None,
        }
    }

    /// Stripe's.
    #[must_use]
    pub fn refused(status: u16, code: &'static str) -> Self {
        Self {
            status,
            kind: "invalid_request_error",
            code,
            message: code,
            param: None,
        }
    }
}

/// The fields of a form.
#[derive(Clone, Debug, Default)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    pub(super) fn read(body: &[u8]) -> Self {
        let text = String::from_utf8_lossy(body);
        let url = reqwest::Url::parse(&format!("http://form/?{text}"));
        let pairs = url.map(|url| url.query_pairs().into_owned().collect());
        Self(pairs.unwrap_or_default())
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    pub(super) fn number(&self, name: &str) -> Option<i64> {
        self.text(name)?.parse().ok()
    }

    fn metadata(&self) -> Map<String, Value> {
        let mut map = Map::new();
        for (name, value) in &self.0 {
            let inner = name.strip_prefix("metadata[");
            if let Some(name) = inner.and_then(|rest| rest.strip_suffix(']')) {
                map.insert(name.to_owned(), json!(value));
            }
        }
        map
    }
}

/// What the double has of one payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Its id here.
    pub intent: String,
    /// Its id in the house.
    pub payment: String,
    /// Its status.
    pub status: String,
    /// What was asked for.
    pub amount: i64,
    /// What was taken.
    pub captured: i64,
    /// What went back and stayed there.
    pub refunded: i64,
}

/// One intent.
#[derive(Clone, Debug)]
struct Intent {
    status: &'static str,
    amount: i64,
    currency: String,
    method: String,
    metadata: Map<String, Value>,
    created: i64,
    /// `succeeded` or `failed`, once a card was tried.
    charge: Option<&'static str>,
    captured: i64,
    refunds: Vec<Refund>,
    declined: bool,
}

#[derive(Clone, Debug)]
struct Refund {
    id: String,
    amount: i64,
    status: &'static str,
    metadata: Map<String, Value>,
}

/// An answer as it was given: its status and body.
type Given = (u16, Value);

/// The books.
#[derive(Clone, Debug, Default)]
pub struct Books {
    intents: BTreeMap<String, Intent>,
    /// In the order of their making.
    order: Vec<String>,
    refunds_made: u64,
    events: u64,
    /// Keys that were used, for what, and what was answered.
    pub(super) keys: HashMap<String, (String, Given)>,
    /// Events that are still to be told.
    pub(super) news: Vec<Value>,
}

impl Books {
    /// Makes an intent.
    ///
    /// # Errors
    /// There is no such payment method.
    pub fn make(&mut self, fields: &Fields) -> Result<Value, No> {
        let method = fields.text("payment_method").unwrap_or("").to_owned();
        if !method.starts_with("pm_card_") {
            return Err(No {
                param: Some("payment_method"),
                ..No::refused(400, "resource_missing")
            });
        }
        let id = format!("pi_{:06}", self.order.len() + 1);
        self.order.push(id.clone());
        let intent = Intent {
            status: "requires_confirmation",
            amount: fields.number("amount").unwrap_or(0),
            currency: fields.text("currency").unwrap_or("").to_owned(),
            method,
            metadata: fields.metadata(),
            created: Clock::wall().0 / 1_000,
            charge: None,
            captured: 0,
            refunds: Vec::new(),
            declined: false,
        };
        self.intents.insert(id.clone(), intent);
        self.event("payment_intent.created", &id);
        self.intent(&id)
    }

    /// Makes an intent from a form, and has its money promised.
    ///
    /// # Errors
    /// It can't be done.
    pub fn make_and_promise(&mut self, form: &str) -> Result<Value, No> {
        let made = self.make(&Fields::read(form.as_bytes()))?;
        let id = made["id"].as_str().unwrap_or_default().to_owned();
        self.confirm(&id)
    }

    /// Tries the card.
    ///
    /// # Errors
    /// The bank says no, or it is too late.
    pub fn confirm(&mut self, id: &str) -> Result<Value, No> {
        let intent = self.open(id, &["requires_confirmation", "requires_payment_method"])?;
        match intent.method.as_str() {
            "pm_card_visa_chargeDeclined" => {
                intent.status = "requires_payment_method";
                intent.charge = Some("failed");
                intent.declined = true;
                self.event("payment_intent.payment_failed", id);
                return Err(No::card("card_declined", "Your card was declined."));
            }
            "pm_card_authenticationRequired" => {
                intent.status = "requires_action";
                self.event("payment_intent.requires_action", id);
            }
            _ => self.promise(id)?,
        }
        self.intent(id)
    }

    fn promise(&mut self, id: &str) -> Result<(), No> {
        let intent = self.open(id, &["requires_confirmation", "requires_action"])?;
        intent.status = "requires_capture";
        intent.charge = Some("succeeded");
        self.event("payment_intent.amount_capturable_updated", id);
        Ok(())
    }

    /// The payer comes back from the bank's page.
    ///
    /// # Errors
    /// Nobody waits for that.
    pub fn authenticate(&mut self, id: &str, yes: bool) -> Result<Value, No> {
        let intent = self.open(id, &["requires_action"])?;
        if yes {
            self.promise(id)?;
        } else {
            intent.status = "requires_payment_method";
            intent.declined = true;
            self.event("payment_intent.payment_failed", id);
        }
        self.intent(id)
    }

    /// Takes what was promised.
    ///
    /// # Errors
    /// Nothing is promised.
    pub fn capture(&mut self, id: &str, amount: Option<i64>) -> Result<Value, No> {
        let intent = self.open(id, &["requires_capture"])?;
        if intent.method == "pm_card_captureRefused" {
            return Err(No::card("card_declined", "Your card was declined."));
        }
        intent.status = "succeeded";
        intent.captured = amount.unwrap_or(intent.amount).min(intent.amount);
        self.event("charge.captured", id);
        self.event("payment_intent.succeeded", id);
        self.intent(id)
    }

    /// Gives the promise up.
    ///
    /// # Errors
    /// It is too late.
    pub fn cancel(&mut self, id: &str) -> Result<Value, No> {
        let open = [
            "requires_confirmation",
            "requires_payment_method",
            "requires_action",
            "requires_capture",
        ];
        self.open(id, &open)?.status = "canceled";
        self.event("payment_intent.canceled", id);
        self.intent(id)
    }

    /// Gives money back.
    ///
    /// # Errors
    /// There is not so much.
    pub fn refund(&mut self, fields: &Fields) -> Result<Value, No> {
        let id = fields.text("payment_intent").unwrap_or("").to_owned();
        let amount = fields.number("amount").unwrap_or(0);
        self.give_back(&id, amount, fields.metadata())
    }

    /// Gives money back at Stripe's own desk.
    ///
    /// # Errors
    /// There is not so much.
    pub fn refund_by_hand(&mut self, id: &str, amount: i64) -> Result<Value, No> {
        self.give_back(id, amount, Map::new())
    }

    fn give_back(
        &mut self,
        id: &str,
        amount: i64,
        metadata: Map<String, Value>,
    ) -> Result<Value, No> {
        self.refunds_made += 1;
        let number = self.refunds_made;
        let intent = self.open(id, &["succeeded"])?;
        if amount <= 0 || amount > intent.captured - intent.refunded() {
            return Err(No::refused(400, "charge_already_refunded"));
        }
        let refund = Refund {
            id: format!("re_{number:06}"),
            amount,
            status: "succeeded",
            metadata,
        };
        let shown = refund.shown(id, &intent.currency);
        intent.refunds.push(refund);
        self.event("charge.refunded", id);
        Ok(shown)
    }

    /// The bank does not take the last refund of an intent: Stripe has the money again.
    ///
    /// # Errors
    /// There is none.
    pub fn bounce(&mut self, id: &str) -> Result<Value, No> {
        let intent = self.open(id, &["succeeded"])?;
        let last = intent.refunds.last_mut();
        let refund = last.ok_or_else(|| No::refused(404, "no_refund"))?;
        refund.status = "failed";
        self.event("refund.failed", id);
        self.intent(id)
    }

    /// Changes what an intent is over, as nobody should.
    ///
    /// # Errors
    /// There is none.
    pub fn tamper(&mut self, id: &str, amount: i64, booking: &str) -> Result<Value, No> {
        let intent = self.intents.get_mut(id);
        let intent = intent.ok_or_else(|| No::refused(404, "resource_missing"))?;
        intent.amount = amount;
        intent.metadata.insert("booking".to_owned(), json!(booking));
        self.intent(id)
    }

    /// An intent of a payment.
    #[must_use]
    pub fn id_of(&self, payment: &str) -> Option<String> {
        let of = |intent: &Intent| intent.metadata.get("payment") == Some(&json!(payment));
        let found = self.intents.iter().find(|(_, intent)| of(intent));
        found.map(|(id, _)| id.clone())
    }

    /// An intent as Stripe shows it, with its charge.
    ///
    /// # Errors
    /// There is none.
    pub fn intent(&self, id: &str) -> Result<Value, No> {
        let intent = self.intents.get(id);
        let intent = intent.ok_or_else(|| No::refused(404, "resource_missing"))?;
        Ok(intent.shown(id))
    }

    pub(super) fn list(&self, after: Option<&str>, limit: usize) -> Value {
        let newest: Vec<&String> = self.order.iter().rev().collect();
        let from = after.and_then(|id| newest.iter().position(|known| *known == id));
        let rest = &newest[from.map_or(0, |at| at + 1)..];
        let data: Vec<_> = rest
            .iter()
            .take(limit)
            .filter_map(|id| self.intent(id).ok())
            .collect();
        json!({"object": "list", "url": "/v1/payment_intents", "has_more": rest.len() > limit, "data": data})
    }

    pub(super) fn refunds(&self, id: &str) -> Result<Value, No> {
        let intent = self.intents.get(id);
        let intent = intent.ok_or_else(|| No::refused(404, "resource_missing"))?;
        let data: Vec<_> = intent
            .refunds
            .iter()
            .rev()
            .map(|r| r.shown(id, &intent.currency))
            .collect();
        Ok(json!({"object": "list", "url": "/v1/refunds", "has_more": false, "data": data}))
    }

    pub(super) fn kept(&self) -> Vec<Kept> {
        let kept = |(id, intent): (&String, &Intent)| Kept {
            intent: id.clone(),
            payment: intent
                .metadata
                .get("payment")
                .and_then(Value::as_str)
                .unwrap_or("")
                .to_owned(),
            status: intent.status.to_owned(),
            amount: intent.amount,
            captured: intent.captured,
            refunded: intent.refunded(),
        };
        self.intents.iter().map(kept).collect()
    }

    /// An intent in one of these states.
    fn open(&mut self, id: &str, states: &[&str]) -> Result<&mut Intent, No> {
        let intent = self.intents.get_mut(id);
        let intent = intent.ok_or_else(|| No::refused(404, "resource_missing"))?;
        if states.contains(&intent.status) {
            Ok(intent)
        } else {
            Err(No::refused(400, "payment_intent_unexpected_state"))
        }
    }

    fn event(&mut self, kind: &str, id: &str) {
        self.events += 1;
        let object = self.intent(id).unwrap_or_default();
        let object = if kind.starts_with("refund.") || kind.starts_with("charge.") {
            json!({"id": format!("ch_{id}"), "object": "charge", "payment_intent": id})
        } else {
            object
        };
        self.news.push(json!({
            "id": format!("evt_{:08}", self.events), "object": "event", "type": kind,
            "livemode": false, "created": Clock::wall().0 / 1_000, "data": {"object": object},
        }));
    }
}

impl Intent {
    fn refunded(&self) -> i64 {
        let stays = |refund: &&Refund| refund.status != "failed";
        self.refunds
            .iter()
            .filter(stays)
            .map(|refund| refund.amount)
            .sum()
    }

    fn shown(&self, id: &str) -> Value {
        let error = self.declined.then(|| {
            json!({"type": "card_error", "code": "card_declined", "message": "Your card was declined."})
        });
        let charge = self.charge.map(|status| {
            // What is let go of a promise counts as refunded.
            let let_go = if self.status == "canceled" { self.amount } else { 0 };
            json!({
                "id": format!("ch_{id}"), "object": "charge", "status": status, "amount": self.amount,
                "captured": self.captured > 0, "amount_captured": self.captured,
                "amount_refunded": self.refunded() + let_go,
                "failure_message": (status == "failed").then_some("Your card was declined."),
            })
        });
        let action = (self.status == "requires_action").then(|| {
            json!({"type": "redirect_to_url", "redirect_to_url": {"url": format!("https://bank.example/{id}")}})
        });
        json!({
            "id": id, "object": "payment_intent", "status": self.status, "amount": self.amount,
            "amount_received": self.captured, "currency": self.currency, "created": self.created,
            "livemode": false, "capture_method": "manual", "metadata": self.metadata,
            "latest_charge": charge, "last_payment_error": error, "next_action": action,
            "client_secret": format!("{id}_secret_abc"),
        })
    }
}

impl Refund {
    fn shown(&self, intent: &str, currency: &str) -> Value {
        json!({
            "id": self.id, "object": "refund", "amount": self.amount, "status": self.status,
            "currency": currency, "payment_intent": intent, "metadata": self.metadata,
        })
    }
}

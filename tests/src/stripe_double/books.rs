//! What the double knows: intents, their charges and refunds, and the answers of used keys.

use std::collections::{BTreeMap, HashMap};

use houseful_server::clock::Clock;
use serde_json::{Map, Value, json};

use super::form::{Fields, No};

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
    created: i64,
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
    /// All events, the newest last.
    told: Vec<Value>,
    /// Whether no bank takes money back.
    pub(super) refunds_bounce: bool,
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
        let bounces = self.refunds_bounce;
        let intent = self.open(id, &["succeeded"])?;
        if amount <= 0 || amount > intent.captured - intent.refunded() {
            return Err(No::refused(400, "charge_already_refunded"));
        }
        let refund = Refund {
            id: format!("re_{number:06}"),
            amount,
            status: if bounces { "failed" } else { "succeeded" },
            created: Clock::wall().0 / 1_000,
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

    /// Makes all refunds of an intent older.
    ///
    /// # Errors
    /// There is no such intent.
    pub fn age_refunds(&mut self, id: &str, seconds: i64) -> Result<Value, No> {
        for refund in &mut self.open(id, &["succeeded"])?.refunds {
            refund.created -= seconds;
        }
        self.intent(id)
    }

    /// How many refunds were made, whatever became of them.
    #[must_use]
    pub fn refunds_made(&self) -> u64 {
        self.refunds_made
    }

    /// Forgets what happened, as Stripe does after 30 days.
    pub fn forget_events(&mut self) {
        self.told.clear();
    }

    /// Makes all that happened so far older, as if it had happened days ago.
    pub fn age(&mut self, seconds: i64) {
        for event in &mut self.told {
            event["created"] = json!(event["created"].as_i64().unwrap_or(0) - seconds);
        }
        for intent in self.intents.values_mut() {
            intent.created -= seconds;
            for refund in &mut intent.refunds {
                refund.created -= seconds;
            }
        }
    }

    /// Writes another house's name onto an intent.
    ///
    /// # Errors
    /// There is none.
    pub fn move_to(&mut self, id: &str, house: &str) -> Result<Value, No> {
        let intent = self.intents.get_mut(id);
        let intent = intent.ok_or_else(|| No::refused(404, "resource_missing"))?;
        intent.metadata.insert("house".to_owned(), json!(house));
        self.intent(id)
    }

    /// Writes another payment's name onto an intent, as one click in the dashboard does.
    ///
    /// # Errors
    /// There is none.
    pub fn rename(&mut self, id: &str, payment: &str) -> Result<Value, No> {
        let intent = self.intents.get_mut(id);
        let intent = intent.ok_or_else(|| No::refused(404, "resource_missing"))?;
        intent.metadata.insert("payment".to_owned(), json!(payment));
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
        let newest = self.order.iter().rev();
        let newest = newest.filter_map(|id| self.intent(id).ok());
        page("/v1/payment_intents", newest, after, limit)
    }

    pub(super) fn refunds(&self, id: &str, after: Option<&str>, limit: usize) -> Result<Value, No> {
        let intent = self.intents.get(id);
        let intent = intent.ok_or_else(|| No::refused(404, "resource_missing"))?;
        let newest = intent.refunds.iter().rev();
        let newest = newest.map(|r| r.shown(id, &intent.currency));
        Ok(page("/v1/refunds", newest, after, limit))
    }

    pub(super) fn events(
        &self,
        kinds: &[String],
        since: i64,
        after: Option<&str>,
        limit: usize,
    ) -> Value {
        let asked = |event: &&Value| {
            let kind = event["type"].as_str().unwrap_or("");
            let wanted = kinds.is_empty() || kinds.iter().any(|k| k == kind);
            wanted && event["created"].as_i64().is_some_and(|at| at >= since)
        };
        let newest = self.told.iter().rev().filter(asked).cloned();
        page("/v1/events", newest, after, limit)
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
        let event = json!({
            "id": format!("evt_{:08}", self.events), "object": "event", "type": kind,
            "livemode": false, "created": Clock::wall().0 / 1_000, "data": {"object": object},
        });
        self.told.push(event.clone());
        self.news.push(event);
    }
}

/// A page of a list: what stands behind `after`.
fn page(
    url: &str,
    newest: impl Iterator<Item = Value>,
    after: Option<&str>,
    limit: usize,
) -> Value {
    let mut rest = newest.peekable();
    if let Some(after) = after {
        for object in rest.by_ref() {
            if object["id"] == after {
                break;
            }
        }
    }
    let data: Vec<Value> = rest.by_ref().take(limit).collect();
    json!({"object": "list", "url": url, "has_more": rest.peek().is_some(), "data": data})
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
            json!({
                "id": format!("ch_{id}"), "object": "charge", "status": status, "amount": self.amount,
                "captured": self.captured > 0, "amount_captured": self.captured,
                "amount_refunded": self.refunded(),
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
            "created": self.created,
            "currency": currency, "payment_intent": intent, "metadata": self.metadata,
        })
    }
}

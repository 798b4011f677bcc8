//! Stripe's objects, as much of them as is needed. Everything else in them is left unread, so that
//! new fields break nothing: <https://docs.stripe.com/api/payment_intents/object>,
//! <https://docs.stripe.com/api/refunds/object>, <https://docs.stripe.com/api/errors>.

use houseful_core::{ids::PaymentId, text::shown, wire::payment::PayerAction};
use serde::Deserialize;

/// The longest text of Stripe's that is passed on.
const TEXT_CHARS_MAX: usize = 200;

/// Where an intent stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Status {
    RequiresPaymentMethod,
    RequiresConfirmation,
    RequiresAction,
    Processing,
    RequiresCapture,
    Canceled,
    Succeeded,
    /// A status that is newer than this program.
    #[serde(other)]
    Unknown,
}

/// An intent, with its charge in it.
#[derive(Clone, Deserialize)]
pub(super) struct Intent {
    pub(super) id: String,
    pub(super) status: Status,
    pub(super) amount: i64,
    #[serde(default)]
    pub(super) amount_received: Option<i64>,
    pub(super) currency: String,
    pub(super) created: i64,
    #[serde(default)]
    metadata: Option<Metadata>,
    #[serde(default)]
    pub(super) latest_charge: Option<LatestCharge>,
    #[serde(default)]
    last_payment_error: Option<Problem>,
    #[serde(default)]
    next_action: Option<NextAction>,
    #[serde(default)]
    client_secret: Option<String>,
}

/// What we told Stripe an intent is for.
#[derive(Clone, Default, Deserialize)]
pub(super) struct Metadata {
    #[serde(default)]
    house: Option<String>,
    #[serde(default)]
    pub(super) payment: Option<String>,
    #[serde(default)]
    pub(super) booking: Option<String>,
    #[serde(default)]
    pub(super) quote: Option<String>,
}

/// The charge of an intent; the whole of it where it was asked for.
#[derive(Clone, Deserialize)]
#[serde(untagged)]
pub(super) enum LatestCharge {
    Whole(ChargeObject),
    Id(#[expect(dead_code, reason = "that there is one says enough")] String),
}

#[derive(Clone, Deserialize)]
pub(super) struct ChargeObject {
    #[serde(default)]
    pub(super) status: Option<String>,
    #[serde(default)]
    pub(super) amount: Option<i64>,
    #[serde(default)]
    pub(super) amount_captured: Option<i64>,
    #[serde(default)]
    pub(super) amount_refunded: Option<i64>,
    #[serde(default)]
    pub(super) failure_message: Option<String>,
}

#[derive(Clone, Deserialize)]
struct NextAction {
    #[serde(default)]
    redirect_to_url: Option<Redirect>,
}

#[derive(Clone, Deserialize)]
struct Redirect {
    #[serde(default)]
    url: Option<String>,
}

/// What goes wrong, as Stripe says it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(super) struct Problem {
    #[serde(default, rename = "type")]
    pub(super) kind: Option<String>,
    #[serde(default)]
    pub(super) code: Option<String>,
    #[serde(default)]
    pub(super) message: Option<String>,
    #[serde(default)]
    pub(super) param: Option<String>,
}

impl Problem {
    /// Its words, fit to be shown.
    pub(super) fn text(&self) -> Option<String> {
        let text = self.message.as_deref().filter(|text| !text.is_empty());
        text.or(self.code.as_deref())
            .map(|text| shown(text, TEXT_CHARS_MAX))
    }
}

/// The body of an answer that is an error.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Problems {
    #[serde(default)]
    pub(super) error: Problem,
}

/// A refund.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Refund {
    pub(super) id: String,
    pub(super) amount: i64,
    /// Seconds since 1970 by Stripe's clock.
    #[serde(default)]
    pub(super) created: i64,
    #[serde(default)]
    pub(super) status: Option<String>,
    #[serde(default)]
    pub(super) failure_reason: Option<String>,
}

/// A page of a list.
#[derive(Clone, Deserialize)]
pub(super) struct List<T> {
    pub(super) data: Vec<T>,
    #[serde(default)]
    pub(super) has_more: bool,
}

impl Intent {
    /// Which payment it is, if it is one of this house. An account may have several houses, and
    /// each would take the others' money for its own that got lost.
    pub(super) fn payment(&self, house: &str) -> Option<PaymentId> {
        let metadata = self.metadata();
        if metadata.house.as_deref() != Some(house) {
            return None;
        }
        metadata.payment?.parse().ok()
    }

    pub(super) fn metadata(&self) -> Metadata {
        self.metadata.clone().unwrap_or_default()
    }

    /// Whether no card was ever tried on it.
    pub(super) fn is_unconfirmed(&self) -> bool {
        match self.status {
            Status::RequiresConfirmation => self.last_payment_error.is_none(),
            Status::RequiresPaymentMethod => {
                self.last_payment_error.is_none() && self.latest_charge.is_none()
            }
            _ => false,
        }
    }

    /// Its charge, where it is there.
    pub(super) fn charge(&self) -> Option<&ChargeObject> {
        match &self.latest_charge {
            Some(LatestCharge::Whole(charge)) => Some(charge),
            Some(LatestCharge::Id(_)) | None => None,
        }
    }

    /// Whether its charge says that some of it went back, or leaves that open.
    pub(super) fn has_refunds(&self) -> bool {
        let told = self.charge().and_then(|charge| charge.amount_refunded);
        self.status == Status::Succeeded && told != Some(0)
    }

    /// Why a card was not taken.
    pub(super) fn decline(&self) -> Option<String> {
        let told = self.last_payment_error.as_ref().and_then(Problem::text);
        let failure = self.charge().and_then(|c| c.failure_message.as_deref());
        told.or_else(|| failure.map(|text| shown(text, TEXT_CHARS_MAX)))
    }

    /// What its payer has to do before the bank decides, as with 3-D Secure.
    pub(super) fn action(&self) -> Option<PayerAction> {
        if self.status != Status::RequiresAction {
            return None;
        }
        let redirect = self.next_action.as_ref();
        let redirect = redirect.and_then(|action| action.redirect_to_url.as_ref());
        Some(PayerAction {
            redirect_url: redirect.and_then(|to| to.url.clone()),
            client_secret: self.client_secret.clone(),
        })
    }
}

//! Why a call to Stripe came to nothing, and what may have been done all the same.

use reqwest::StatusCode;

use super::objects::Problem;
use crate::payment::provider::{Order, ProviderError};

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

/// What an answer that is an error says of the call: <https://docs.stripe.com/api/errors>.
pub(super) fn of(status: StatusCode, problem: Problem, replayed: bool) -> Fault {
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

#[cfg(test)]
mod tests {
    use super::{super::objects::Problems, *};

    fn told(status: u16, body: &str, replayed: bool) -> Fault {
        let problems: Problems = serde_json::from_str(body).unwrap_or_default();
        let status = StatusCode::from_u16(status).expect("a status");
        of(status, problems.error, replayed)
    }

    #[test]
    fn each_error_says_what_may_have_been_done() {
        let declined = r#"{"error":{"type":"card_error","code":"card_declined","message":"Your card was declined."}}"#;
        assert!(told(402, declined, false).is_card());
        assert_eq!(
            told(402, declined, false).for_payer(),
            "Your card was declined."
        );
        let lock = r#"{"error":{"type":"invalid_request_error","code":"lock_timeout"}}"#;
        for (status, body) in [(429, "{}"), (409, "{}"), (400, lock)] {
            assert!(told(status, body, false).did_nothing(), "{status}");
            assert!(told(status, body, true).did_nothing(), "{status}");
        }
        for status in [500, 502, 503, 504] {
            assert!(matches!(told(status, "oops", false), Fault::Unknown(_)));
            assert!(matches!(told(status, "oops", true), Fault::Spent(_)));
        }
        for status in [400, 401, 403, 424] {
            let fault = told(status, "{}", false);
            assert!(fault.is_definite() && !fault.did_nothing(), "{status}");
        }
        assert!(matches!(told(404, "{}", false), Fault::Missing(_)));
        let other = r#"{"error":{"type":"idempotency_error"}}"#;
        assert!(matches!(told(400, other, false), Fault::OtherCall(_)));
        let method = r#"{"error":{"code":"resource_missing","param":"payment_method"}}"#;
        assert!(told(400, method, false).is_about("payment_method"));
        let expired = r#"{"error":{"code":"charge_expired_for_capture"}}"#;
        assert!(told(400, expired, false).is_refused_capture());
    }

    #[test]
    fn nothing_of_a_refusal_but_cards_words_reaches_the_payer() {
        let key = r#"{"error":{"message":"Invalid API Key provided: sk_live_abc"}}"#;
        assert!(!told(401, key, false).for_payer().contains("sk_"));
    }
}

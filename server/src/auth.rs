//! Who asks, and what they may ask: tokens of staff and channels, secrets of customers.
//!
//! A token says what its bearer may do ([`policy`] is the one table). A booking of a customer
//! belongs to whoever knows its secret; staff act on every booking of the house. Neither tokens
//! nor secrets are stored as they are, and neither is ever logged.

pub mod gate;
pub mod policy;
pub mod tokens;

use std::sync::Arc;

use axum::http::{HeaderMap, header};
use houseful_core::{
    ids::OwnerRef,
    price::Channel,
    show::{Actor, HoldRules, OrphanRule, Proof},
    wire::{BOOKING_SECRET_HEADER, admin::Role},
};

use crate::problem::ApiError;

/// The bearer of a valid token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// A person, a till or a website.
    pub account: Arc<str>,
    /// What it may do.
    pub role: Role,
    /// Where its sales are booked.
    pub channel: Channel,
}

impl Caller {
    /// Whether it acts on every booking of the house.
    #[must_use]
    pub fn is_staff(&self) -> bool {
        self.role >= Role::Clerk
    }

    /// Who it is to a show: staff by their account, customers by the secret of the booking.
    ///
    /// # Errors
    /// A customer sent no secret, or one that can't be.
    pub fn actor(&self, headers: &HeaderMap) -> Result<Actor, ApiError> {
        let owner = if self.is_staff() {
            OwnerRef::of_staff(&self.account)
        } else {
            OwnerRef::of_secret(booking_secret(headers)?)
        };
        Ok(Actor {
            owner,
            staff: self.is_staff(),
            channel: self.channel,
        })
    }

    /// Who it is to a show when it acts for the house.
    #[must_use]
    pub fn staff_actor(&self) -> Actor {
        Actor {
            owner: OwnerRef::of_staff(&self.account),
            staff: self.is_staff(),
            channel: self.channel,
        }
    }

    /// The house rules for its holds. Only the counter may go beyond what customers may do; a
    /// wish to do so from elsewhere changes nothing.
    #[must_use]
    pub fn rules(&self, allow_orphans: bool, over_limit: bool) -> HoldRules {
        let counter = self.is_staff() && self.channel == Channel::Counter;
        let allow = counter && (allow_orphans || self.role >= Role::Manager);
        HoldRules {
            orphans: if allow {
                OrphanRule::Allow
            } else {
                OrphanRule::Refuse
            },
            over_limit: counter && over_limit,
        }
    }

    /// What they show for themselves. Who is a member is said by staff; from elsewhere it changes
    /// nothing.
    ///
    /// # Errors
    /// More or longer words than there can be.
    pub fn proof(&self, codes: Vec<String>, member: Option<String>) -> Result<Proof, ApiError> {
        let is_long = |word: &String| word.chars().count() > Proof::CHARS_MAX;
        let field = if codes.len() > Proof::CODES_MAX || codes.iter().any(is_long) {
            Some("codes")
        } else {
            member.as_ref().is_some_and(is_long).then_some("member")
        };
        if let Some(field) = field {
            return Err(ApiError::BadRequest {
                detail: format!(
                    "`{field}`: at most {} codes, each of at most {} characters",
                    Proof::CODES_MAX,
                    Proof::CHARS_MAX
                ),
                field: Some(field.to_owned()),
            });
        }
        let member = member.filter(|_| self.is_staff());
        Ok(Proof { codes, member })
    }
}

/// The shortest and the longest secret.
const SECRET_CHARS: std::ops::RangeInclusive<usize> = 22..=128;

fn booking_secret(headers: &HeaderMap) -> Result<&str, ApiError> {
    let bad = |what: &str| ApiError::BadRequest {
        detail: format!("{what} the header `{BOOKING_SECRET_HEADER}`"),
        field: Some(BOOKING_SECRET_HEADER.to_owned()),
    };
    let mut all = headers.get_all(BOOKING_SECRET_HEADER).iter();
    let secret = all
        .next()
        .ok_or_else(|| bad("a customer proves whose a booking is by"))?;
    let secret = secret.to_str().unwrap_or("");
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
    let good = SECRET_CHARS.contains(&secret.len()) && secret.bytes().all(is_plain);
    if good && all.next().is_none() {
        Ok(secret)
    } else {
        Err(bad(
            "22 to 128 characters of `A-Z a-z 0-9 _ -` belong once into",
        ))
    }
}

/// The token of a request; `Some("")` for an `Authorization` that carries none.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut all = headers.get_all(header::AUTHORIZATION).iter();
    let value = all.next()?;
    if all.next().is_some() {
        return Some("");
    }
    let parts = value.to_str().ok().and_then(|v| v.trim().split_once(' '));
    match parts {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Some(token.trim()),
        _ => Some(""),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn caller(role: Role, channel: Channel) -> Caller {
        Caller {
            account: "till 1".into(),
            role,
            channel,
        }
    }

    fn headers(name: &'static str, values: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(name, HeaderValue::from_str(value).unwrap());
        }
        headers
    }

    #[test]
    fn a_customer_is_known_by_the_secret_and_staff_by_the_account() {
        let secret = "abcdefghijklmnopqrstuv";
        let sent = headers(BOOKING_SECRET_HEADER, &[secret]);
        let customer = caller(Role::Customer, Channel::Web).actor(&sent).unwrap();
        assert_eq!(customer.owner, OwnerRef::of_secret(secret));
        assert!(!customer.staff);
        let clerk = caller(Role::Clerk, Channel::Counter).actor(&sent).unwrap();
        assert_eq!(clerk.owner, OwnerRef::of_staff("till 1"));
        assert!(clerk.staff);
        for bad in [
            vec![],
            vec!["short"],
            vec!["abcdefghijklmnopqrstu v"],
            vec!["abcdefghijklmnopqrstuv/"],
            vec![secret, secret],
        ] {
            let sent = headers(BOOKING_SECRET_HEADER, &bad);
            let refused = caller(Role::Customer, Channel::Web).actor(&sent);
            assert_eq!(refused.map_err(|e| e.code()), Err("bad_request"), "{bad:?}");
        }
    }

    #[test]
    fn only_the_counter_goes_beyond_what_customers_may_do() {
        let rules = |role, channel, asks| {
            let rules = caller(role, channel).rules(asks, asks);
            (rules.orphans == OrphanRule::Allow, rules.over_limit)
        };
        assert_eq!(
            rules(Role::Customer, Channel::Counter, true),
            (false, false)
        );
        assert_eq!(rules(Role::Manager, Channel::Web, true), (false, false));
        assert_eq!(rules(Role::Clerk, Channel::Counter, false), (false, false));
        assert_eq!(rules(Role::Clerk, Channel::Counter, true), (true, true));
        assert_eq!(rules(Role::Manager, Channel::Counter, false), (true, false));
    }

    #[test]
    fn a_bearer_is_read_in_any_case_and_nothing_else_is_one() {
        let read = |values: &[&str]| {
            let headers = headers("authorization", values);
            bearer(&headers).map(str::to_owned)
        };
        assert_eq!(read(&[]), None);
        assert_eq!(read(&["bEARER  hf_x "]), Some("hf_x".into()));
        assert_eq!(read(&["Basic hf_x"]), Some(String::new()));
        assert_eq!(read(&["hf_x"]), Some(String::new()));
        assert_eq!(read(&["Bearer a", "Bearer b"]), Some(String::new()));
    }
}

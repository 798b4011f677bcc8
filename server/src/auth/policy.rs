//! The one table of what may be asked by whom. What is not in it can't be asked by anybody.

use axum::http::Method;
use houseful_core::wire::admin::Role;

/// Who may use a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anybody; tokens are not looked at. For probes and pages.
    Open,
    /// Anybody; a token that comes along must be valid.
    Anyone,
    /// Whoever signs what they say: the handler looks at the signature, and tokens are not looked at.
    Signed,
    /// Bearers of a token with this role or a higher one. For routes about a booking, customers
    /// prove by its secret that it is theirs.
    Role(Role),
}

/// A row: method, path as the router has it, who may.
pub type Rule = (&'static str, &'static str, Access);

use Access::{Anyone, Open, Signed};

const CUSTOMER: Access = Access::Role(Role::Customer);
const CLERK: Access = Access::Role(Role::Clerk);
const MANAGER: Access = Access::Role(Role::Manager);
const ADMIN: Access = Access::Role(Role::Admin);

/// Routes of the API, each of which the OpenAPI document describes.
pub const API: &[Rule] = &[
    ("GET", "/healthz", Open),
    ("GET", "/readyz", Open),
    ("GET", "/metrics", Open),
    ("GET", "/openapi.json", Open),
    ("GET", "/v1", Anyone),
    ("GET", "/v1/cities", Anyone),
    ("GET", "/v1/cities/{id}", Anyone),
    ("GET", "/v1/cinemas", Anyone),
    ("GET", "/v1/cinemas/{id}", Anyone),
    ("GET", "/v1/movies", Anyone),
    ("GET", "/v1/movies/{id}", Anyone),
    ("GET", "/v1/movies/{id}/calendar", Anyone),
    ("GET", "/v1/shows", Anyone),
    ("GET", "/v1/shows/{id}", Anyone),
    ("GET", "/v1/shows/{id}/layout", Anyone),
    ("GET", "/v1/shows/{id}/seats", Anyone),
    ("GET", "/v1/shows/{id}/why", CUSTOMER),
    ("POST", "/v1/shows/{id}/price", CUSTOMER),
    ("GET", "/v1/shows/{id}/feed", Anyone),
    ("GET", "/v1/search", Anyone),
    ("POST", "/v1/bookings", CUSTOMER),
    ("GET", "/v1/bookings", CLERK),
    ("GET", "/v1/bookings/{id}", CUSTOMER),
    ("PUT", "/v1/bookings/{id}/contact", CUSTOMER),
    ("POST", "/v1/bookings/{id}/seats", CUSTOMER),
    ("POST", "/v1/bookings/{id}/release", CUSTOMER),
    ("POST", "/v1/bookings/{id}/payment-token", CUSTOMER),
    // Of a customer only what costs nothing; the show sees to that.
    ("POST", "/v1/bookings/{id}/cash", CUSTOMER),
    ("POST", "/v1/bookings/{id}/cancel", MANAGER),
    ("GET", "/v1/bookings/{id}/refund-quote", CLERK),
    // How much a clerk gives back alone the terms say; the show sees to that.
    ("POST", "/v1/bookings/{id}/refunds", CLERK),
    // Yes is a manager's, and no is who asked's, too; the show sees to that.
    ("POST", "/v1/bookings/{id}/refund-verdict", CLERK),
    ("GET", "/v1/bookings/{id}/tickets", CUSTOMER),
    ("GET", "/v1/tickets/{code}", CLERK),
    ("POST", "/v1/payments", CUSTOMER),
    ("GET", "/v1/payments", CLERK),
    ("GET", "/v1/payments/{id}", CUSTOMER),
    ("POST", "/v1/payments/reconcile", MANAGER),
    ("POST", "/v1/payments/reopen", ADMIN),
    ("POST", "/v1/payments/{id}/lost-part", MANAGER),
    // Whoever has a code may know what it is worth.
    ("POST", "/v1/vouchers/check", CUSTOMER),
    ("POST", "/v1/vouchers", MANAGER),
    ("GET", "/v1/vouchers", MANAGER),
    ("GET", "/v1/vouchers/{id}", MANAGER),
    ("POST", "/v1/vouchers/{id}/cancel", MANAGER),
    ("POST", "/v1/webhooks/stripe", Signed),
    ("POST", "/v1/shows/{id}/status", MANAGER),
    ("POST", "/v1/shows/{id}/blocks", MANAGER),
    ("GET", "/v1/shows/{id}/journal", MANAGER),
    ("GET", "/v1/audit", MANAGER),
    ("GET", "/v1/desk", CLERK),
    ("GET", "/v1/bookings/{id}/story", CLERK),
    ("POST", "/v1/bookings/{id}/case-resolution", CLERK),
    ("GET", "/v1/reports/money", MANAGER),
    ("GET", "/v1/tokens", ADMIN),
    ("POST", "/v1/tokens", ADMIN),
    ("DELETE", "/v1/tokens/{id}", ADMIN),
    ("POST", "/v1/test/clock", ADMIN),
    ("POST", "/v1/test/card-dial", ADMIN),
];

/// The pages that show the OpenAPI document.
const PAGES: &[Rule] = &[
    ("GET", "/docs", Open),
    ("GET", "/docs/", Open),
    ("GET", "/docs/{*rest}", Open),
];

fn rules() -> impl Iterator<Item = &'static Rule> {
    API.iter().chain(PAGES)
}

/// Who may ask `path` with `method`; `None` for what can't be asked.
#[must_use]
pub fn access(method: &Method, path: &str) -> Option<Access> {
    let method = match *method {
        Method::HEAD => "GET",
        ref other => other.as_str(),
    };
    rules()
        .find(|rule| rule.0 == method && rule.1 == path)
        .map(|rule| rule.2)
}

/// The methods that `path` knows, as an `Allow` header has them.
#[must_use]
pub fn methods(path: &str) -> String {
    let of_path = rules().filter(|rule| rule.1 == path);
    let mut known: Vec<&str> = of_path.map(|rule| rule.0).collect();
    if known.contains(&"GET") {
        known.push("HEAD");
    }
    known.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_row_stands_twice() {
        let mut seen = std::collections::BTreeSet::new();
        for (method, path, _) in rules() {
            assert!(seen.insert((method, path)), "{method} {path}");
        }
    }

    #[test]
    fn nothing_that_changes_something_is_for_anybody() {
        for (method, path, access) in rules() {
            assert!(
                *method == "GET" || matches!(access, Access::Role(_) | Signed),
                "{method} {path}"
            );
        }
    }

    #[test]
    fn what_is_not_in_the_table_can_not_be_asked() {
        assert_eq!(access(&Method::DELETE, "/v1/bookings/{id}"), None);
        assert_eq!(access(&Method::GET, "/v2"), None);
        assert_eq!(access(&Method::HEAD, "/v1"), Some(Anyone));
        assert_eq!(methods("/v1/tokens"), "GET, POST, HEAD");
    }
}

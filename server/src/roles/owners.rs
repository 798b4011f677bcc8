//! Which role answers which route. What no role is named for, every server answers for itself.

use super::ServerRole;

/// The roles that answer a route, the one that knows best first; none for what is about the server
/// that was asked.
///
/// Booking keeps a copy of the catalogue, so it answers for it too. Lists of shows count free
/// seats, which booking alone can.
#[must_use]
pub(crate) fn of(route: &str) -> &'static [ServerRole] {
    use ServerRole::{Booking, Catalogue, Payment};
    const PARTS: &[(&str, &[ServerRole])] = &[
        ("/v1/cities", &[Catalogue, Booking]),
        ("/v1/cinemas", &[Catalogue, Booking]),
        ("/v1/movies/{id}/calendar", &[Booking]),
        ("/v1/movies", &[Catalogue, Booking]),
        ("/v1/tokens", &[Catalogue]),
        ("/v1/shows", &[Booking]),
        ("/v1/search", &[Booking]),
        ("/v1/bookings", &[Booking]),
        ("/v1/tickets", &[Booking]),
        ("/v1/audit", &[Booking]),
        ("/v1/desk", &[Booking]),
        ("/v1/reports", &[Booking]),
        ("/v1/payments", &[Payment]),
        ("/v1/vouchers", &[Payment]),
        ("/v1/webhooks", &[Payment]),
        ("/v1/test/card-dial", &[Payment]),
    ];
    let below = |part: &str| {
        let rest = route.strip_prefix(part);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let found = PARTS.iter().find(|(part, _)| below(part));
    found.map_or(&[], |(_, roles)| roles)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::policy;

    #[test]
    fn every_route_has_its_place() {
        let own = [
            "/healthz",
            "/readyz",
            "/metrics",
            "/openapi.json",
            "/v1",
            "/v1/test/clock",
        ];
        for (_, route, _) in policy::API {
            assert_eq!(of(route).is_empty(), own.contains(route), "{route}");
        }
    }

    #[test]
    fn whatever_changes_something_has_one_role_that_may() {
        for (method, route, _) in policy::API {
            assert!(*method == "GET" || of(route).len() <= 1, "{method} {route}");
        }
    }

    #[test]
    fn a_part_is_whole_words_of_a_path() {
        assert_eq!(of("/v1/shows/{id}/feed"), [ServerRole::Booking]);
        assert!(of("/v1/showsome").is_empty());
    }
}

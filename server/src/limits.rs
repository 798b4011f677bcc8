//! How much one caller may ask for, and how much may be under way at once. A server that is
//! asked for too much says so at once, instead of being slow for everybody.
//!
//! Each server counts for itself: of several on one database each allows its share to everybody.

use std::{
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use governor::{
    Quota, RateLimiter,
    clock::{Clock as _, DefaultClock},
    state::keyed::DashMapStateStore,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::problem::ApiError;

/// Requests a second for one caller, each with a burst of four seconds' worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rates {
    /// From one address, without a token.
    pub anonymous_per_s: NonZeroU32,
    /// With one customers' token; a website uses one for all of its customers.
    pub customers_per_s: NonZeroU32,
    /// With one token of staff.
    pub staff_per_s: NonZeroU32,
}

impl Default for Rates {
    fn default() -> Self {
        let per_s = |n| NonZeroU32::new(n).unwrap_or(NonZeroU32::MIN);
        Self {
            anonymous_per_s: per_s(100),
            customers_per_s: per_s(1_000),
            staff_per_s: per_s(500),
        }
    }
}

/// What a server takes upon itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LimitConfig {
    /// Requests a second; `None` counts nothing, for tests and measurements.
    pub rates: Option<Rates>,
    /// Requests under way at once.
    pub flights_max: usize,
    /// Live feeds at once.
    pub feeds_max: usize,
    /// Connections at once.
    pub connections_max: usize,
}

impl Default for LimitConfig {
    fn default() -> Self {
        Self {
            rates: Some(Rates::default()),
            flights_max: 4_096,
            feeds_max: 10_000,
            connections_max: 20_000,
        }
    }
}

/// Whose rate is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Who {
    /// The bearer of a token.
    Token(u64),
    /// An address, or the network of one for IPv6.
    Address(IpAddr),
}

impl Who {
    /// Whoever is at this address; a customer of an IPv6 provider has a whole /64.
    #[must_use]
    pub fn at(address: IpAddr) -> Self {
        Self::Address(match address.to_canonical() {
            IpAddr::V6(v6) => {
                let [a, b, c, d, ..] = v6.segments();
                IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
            }
            v4 @ IpAddr::V4(_) => v4,
        })
    }
}

/// How generous the count is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allowance {
    /// No token.
    Anonymous,
    /// A customers' token.
    Customers,
    /// A token of staff.
    Staff,
}

type Limiter = RateLimiter<Who, DashMapStateStore<Who>, DefaultClock>;

/// Voucher codes in a minute that one account of staff may ask about: no till sells faster, and
/// nobody guesses one of 2^60 so.
const CODES_OF_STAFF_PER_MIN: u32 = 60;
/// The same for customers' tokens: a website uses one for all of its customers.
const CODES_OF_CUSTOMERS_PER_MIN: u32 = 600;

type CodeLimiter = RateLimiter<String, DashMapStateStore<String>, DefaultClock>;

struct Counters {
    anonymous: Limiter,
    customers: Limiter,
    staff: Limiter,
    codes_of_customers: CodeLimiter,
    codes_of_staff: CodeLimiter,
}

/// A request under way; the next may start when it is dropped.
pub struct Flight(#[expect(dead_code, reason = "held, never read")] OwnedSemaphorePermit);

/// The limits of one server.
#[derive(Clone)]
pub struct Limits {
    counters: Option<Arc<Counters>>,
    counted: Arc<AtomicU32>,
    flights: Arc<Semaphore>,
    feeds: Arc<Semaphore>,
}

/// After so many counted requests those who have not come back are forgotten.
const FORGET_EVERY: u32 = 65_536;

impl Limits {
    /// Limits as configured.
    #[must_use]
    pub fn new(config: &LimitConfig) -> Self {
        let limiter = |per_s: NonZeroU32| {
            let burst = per_s.saturating_mul(NonZeroU32::MIN.saturating_add(3));
            RateLimiter::dashmap(Quota::per_second(per_s).allow_burst(burst))
        };
        let codes = |per_min| {
            let per_min = NonZeroU32::new(per_min).unwrap_or(NonZeroU32::MIN);
            CodeLimiter::dashmap(Quota::per_minute(per_min))
        };
        let counters = |rates: Rates| Counters {
            anonymous: limiter(rates.anonymous_per_s),
            customers: limiter(rates.customers_per_s),
            staff: limiter(rates.staff_per_s),
            codes_of_customers: codes(CODES_OF_CUSTOMERS_PER_MIN),
            codes_of_staff: codes(CODES_OF_STAFF_PER_MIN),
        };
        Self {
            counters: config.rates.map(|rates| Arc::new(counters(rates))),
            counted: Arc::default(),
            flights: Arc::new(Semaphore::new(config.flights_max)),
            feeds: Arc::new(Semaphore::new(config.feeds_max)),
        }
    }

    /// Counts a request.
    ///
    /// # Errors
    /// There were too many.
    pub fn count(&self, who: Who, allowance: Allowance) -> Result<(), ApiError> {
        let Some(counters) = &self.counters else {
            return Ok(());
        };
        let limiter = match allowance {
            Allowance::Anonymous => &counters.anonymous,
            Allowance::Customers => &counters.customers,
            Allowance::Staff => &counters.staff,
        };
        if self.counted.fetch_add(1, Ordering::Relaxed) % FORGET_EVERY == FORGET_EVERY - 1 {
            counters.anonymous.retain_recent();
            counters.customers.retain_recent();
            counters.staff.retain_recent();
        }
        limiter.check_key(&who).map_err(|not_until| {
            let wait = not_until.wait_time_from(limiter.clock().now());
            ApiError::TooMany {
                after_s: wait.as_secs() + 1,
            }
        })
    }

    /// Counts voucher codes that an account asks about, right or wrong, before they are looked at.
    ///
    /// # Errors
    /// There were too many.
    pub fn count_codes(&self, account: &str, staff: bool, codes: u32) -> Result<(), ApiError> {
        let Some(counters) = &self.counters else {
            return Ok(());
        };
        let limiter = if staff {
            &counters.codes_of_staff
        } else {
            &counters.codes_of_customers
        };
        for _ in 0..codes {
            let counted = limiter.check_key(&account.to_owned());
            counted.map_err(|not_until| {
                let wait = not_until.wait_time_from(limiter.clock().now());
                ApiError::TooMany {
                    after_s: wait.as_secs() + 1,
                }
            })?;
        }
        Ok(())
    }

    /// Begins a request.
    ///
    /// # Errors
    /// Too many are under way.
    pub fn take_off(&self) -> Result<Flight, ApiError> {
        let permit = Arc::clone(&self.flights).try_acquire_owned();
        permit
            .map(Flight)
            .map_err(|_| ApiError::Busy("too many requests are under way".into()))
    }

    /// Begins a live feed; it counts until the permit is dropped.
    ///
    /// # Errors
    /// Too many are open.
    pub fn feed(&self) -> Result<OwnedSemaphorePermit, ApiError> {
        let permit = Arc::clone(&self.feeds).try_acquire_owned();
        permit.map_err(|_| ApiError::Busy("too many feeds are open".into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_caller_too_many_times_is_told_when_to_come_back_and_others_are_not() {
        let one = NonZeroU32::MIN;
        let rates = Rates {
            anonymous_per_s: one,
            customers_per_s: one,
            staff_per_s: one,
        };
        let config = LimitConfig {
            rates: Some(rates),
            ..LimitConfig::default()
        };
        let limits = Limits::new(&config);
        let bot = Who::at("203.0.113.5".parse().unwrap());
        let results: Vec<_> = (0..10)
            .map(|_| limits.count(bot, Allowance::Anonymous))
            .collect();
        assert_eq!(results.iter().filter(|r| r.is_ok()).count(), 4);
        let refused = results.into_iter().find_map(Result::err).unwrap();
        assert!(matches!(refused.retry_after_s(), Some(1..=2)));
        let other = Who::at("203.0.113.6".parse().unwrap());
        assert_eq!(limits.count(other, Allowance::Anonymous), Ok(()));
        assert_eq!(limits.count(Who::Token(1), Allowance::Staff), Ok(()));
    }

    #[test]
    fn codes_are_not_tried_out() {
        let limits = Limits::new(&LimitConfig::default());
        let tried = (0..100).filter(|_| limits.count_codes("till 1", true, 1).is_ok());
        let tried = tried.count();
        assert!((60..70).contains(&tried), "{tried} of 100");
        assert_eq!(limits.count_codes("till 2", true, 1), Ok(()));
        assert!(limits.count_codes("web", false, 100).is_ok());
    }

    #[test]
    fn a_network_of_ipv6_is_one_caller() {
        let at = |text: &str| Who::at(text.parse().unwrap());
        assert_eq!(at("2001:db8:1:2::1"), at("2001:db8:1:2:ffff::9"));
        assert_ne!(at("2001:db8:1:2::1"), at("2001:db8:1:3::1"));
        assert_eq!(at("::ffff:203.0.113.5"), at("203.0.113.5"));
    }

    #[test]
    fn what_is_under_way_is_bounded() {
        let config = LimitConfig {
            flights_max: 1,
            feeds_max: 1,
            ..LimitConfig::default()
        };
        let limits = Limits::new(&config);
        let flight = limits.take_off();
        assert!(flight.is_ok());
        assert_eq!(limits.take_off().map_err(|e| e.code()).err(), Some("busy"));
        drop(flight);
        assert!(limits.take_off().is_ok());
        let feed = limits.feed();
        assert!(feed.is_ok() && limits.feed().is_err());
    }
}

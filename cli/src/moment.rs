//! The only place of this crate that reads a clock, waits, or draws random numbers.
//!
//! Time for decisions comes from the server ([`crate::client::Client::server_now`]); the wall
//! clock here is for file names, ids and the comparison that `doctor` makes.

#![expect(
    clippy::disallowed_methods,
    reason = "the one module that may read clocks, wait and draw random numbers"
)]

use std::time::{Duration, Instant, SystemTime};

use houseful_core::{
    ids::{BookingId, CommandId, PaymentId, ShowId},
    time::UtcMillis,
};
use uuid::Uuid;

/// What this machine thinks the time is.
#[must_use]
pub fn wall_clock() -> UtcMillis {
    let since_1970 = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or(Duration::ZERO);
    UtcMillis(i64::try_from(since_1970.as_millis()).unwrap_or(i64::MAX))
}

/// A point on the clock that never goes back.
#[must_use]
pub fn tick() -> Instant {
    Instant::now()
}

/// Waits for `time`: between two attempts, or until something is worth showing.
pub async fn pause(time: Duration) {
    tokio::time::sleep(time).await;
}

/// Waits for a blink where nothing else runs yet: a program that starts, and its lock.
pub fn stand_still(blink: Duration) {
    std::thread::sleep(blink);
}

/// Fills `bytes` with secret-grade randomness.
fn fill(bytes: &mut [u8]) {
    if let Err(e) = getrandom::fill(bytes) {
        // Without randomness every id and secret could be guessed: nothing can be sold.
        panic!("the operating system gives no random numbers: {e}");
    }
}

/// A fresh UUID (version 7): in order of time, so that it sorts well where it is stored.
fn fresh_uuid() -> Uuid {
    let mut random = [0; 10];
    fill(&mut random);
    let millis = u64::try_from(wall_clock().0).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
}

/// A new booking's id.
#[must_use]
pub fn fresh_booking(show: ShowId) -> BookingId {
    BookingId {
        show,
        uuid: fresh_uuid(),
    }
}

/// A new command's id.
#[must_use]
pub fn fresh_command() -> CommandId {
    CommandId(fresh_uuid())
}

/// A new payment's id.
#[must_use]
pub fn fresh_payment() -> PaymentId {
    PaymentId(fresh_uuid())
}

/// A new booking's secret: 43 characters that carry 256 random bits.
#[must_use]
pub fn fresh_secret() -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
    let mut random = [0; 43];
    fill(&mut random);
    random
        .iter()
        .map(|b| char::from(ALPHABET[usize::from(b & 63)]))
        .collect()
}

/// A name for one request, for the server's log and for error reports.
#[must_use]
pub fn fresh_request_name() -> String {
    let mut random = [0; 6];
    fill(&mut random);
    let digits: String = random.iter().map(|b| format!("{b:02x}")).collect();
    format!("req_{digits}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fresh_things_are_well_formed_and_differ() {
        let id = fresh_booking(ShowId(7));
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_ne!(id, fresh_booking(ShowId(7)));
        assert_ne!(fresh_command(), fresh_command());
        let secret = fresh_secret();
        assert_eq!(secret.len(), 43);
        assert!(
            secret
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
        );
        assert_ne!(secret, fresh_secret());
    }
}

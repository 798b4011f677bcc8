//! The one place that draws random numbers, so that everything else can be replayed.

#![expect(
    clippy::disallowed_methods,
    reason = "this module is where chance comes from"
)]

use houseful_core::show::Rolls;

/// Fills an array from the operating system.
///
/// # Panics
/// The operating system gives no randomness; nothing secret can be made then.
#[must_use]
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut out = [0; N];
    if let Err(e) = getrandom::fill(&mut out) {
        panic!("the operating system gives no random numbers: {e}");
    }
    out
}

/// A random number.
#[must_use]
pub fn number() -> u64 {
    u64::from_ne_bytes(bytes())
}

/// Randomness for one command.
#[must_use]
pub fn rolls() -> Rolls {
    Rolls {
        code: number(),
        tickets: bytes(),
    }
}

/// A random UUID, version 4.
#[must_use]
pub fn uuid() -> uuid::Uuid {
    uuid::Builder::from_random_bytes(bytes()).into_uuid()
}

/// A secret of 256 bits as 43 characters of `A-Z a-z 0-9 _ -`.
#[must_use]
pub fn secret() -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
    bytes::<43>()
        .iter()
        .map(|b| char::from(ALPHABET[usize::from(b & 63)]))
        .collect()
}

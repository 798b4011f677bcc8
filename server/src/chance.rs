//! The one place that draws random numbers, so that everything else can be replayed.

#![expect(
    clippy::disallowed_methods,
    reason = "this module is where chance comes from"
)]

use std::cell::RefCell;

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

/// How much is drawn from the operating system at once for what is drawn often, in bytes.
const POOL: usize = 1_024;

thread_local! {
    /// Random bytes that were not given out yet: those before the mark have been.
    static DRAWN: RefCell<([u8; POOL], usize)> = const { RefCell::new(([0; POOL], POOL)) };
}

/// The same without a call of the operating system each time, for ids and codes. What was given
/// out is not kept.
fn drawn<const N: usize>() -> [u8; N] {
    const { assert!(N <= POOL) };
    DRAWN.with_borrow_mut(|(pool, mark)| {
        if POOL - *mark < N {
            (*pool, *mark) = (bytes(), 0);
        }
        let mut out = [0; N];
        let taken = &mut pool[*mark..*mark + N];
        out.copy_from_slice(taken);
        taken.fill(0);
        *mark += N;
        out
    })
}

/// A random number.
#[must_use]
pub fn number() -> u64 {
    u64::from_ne_bytes(drawn())
}

/// Randomness for one command.
#[must_use]
pub fn rolls() -> Rolls {
    Rolls {
        code: number(),
        tickets: drawn(),
    }
}

/// A random UUID, version 4.
#[must_use]
pub fn uuid() -> uuid::Uuid {
    uuid::Builder::from_random_bytes(drawn()).into_uuid()
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

//! What booking says that may be of a journal that was lost: it is not done, and booking is asked. Such
//! things are said again and again, also by a server that does not know yet what was lost, so each
//! payment asks about them now and then and not each time.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use houseful_core::ids::PaymentId;

use super::machine::Keep;

/// How long a payment does not ask again.
const REST: Duration = Duration::from_secs(1);
/// Of how many payments is remembered when they asked. What is forgotten asks again, and no more.
const ASKED_MAX: usize = 10_000;

/// How what booking says about a payment is heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Heard {
    /// It is done.
    Sound,
    /// It names another booking or amount: nothing is done.
    OfAnother,
    /// It may be of a lost journal: booking is asked.
    Doubtful,
    /// The same, and booking was asked lately.
    Again,
}

impl Heard {
    /// The word in metrics.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Sound => "sound",
            Self::OfAnother => "refused",
            Self::Doubtful | Self::Again => "hearsay",
        }
    }
}

/// What was said of which payment: a version, and what is to be kept.
type Said = (PaymentId, u64, i64);

/// When payments asked last about what.
#[derive(Debug, Default)]
pub(super) struct Doubts(Mutex<HashMap<Said, Instant>>);

impl Doubts {
    /// Whether a payment asked about this so lately that it should not now; else that is noted. What is
    /// said for the first time is asked about at once: it may be what booking decided just now.
    pub(super) fn asked_lately(&self, id: PaymentId, keep: Keep, now: Instant) -> bool {
        let said = (id, keep.ver, keep.minor);
        let mut asked = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let lately = |at: &Instant| now.saturating_duration_since(*at) < REST;
        if asked.get(&said).is_some_and(lately) {
            return true;
        }
        if asked.len() >= ASKED_MAX {
            asked.retain(|_, at| lately(at));
        }
        if asked.len() < ASKED_MAX {
            asked.insert(said, now);
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;

    #[test]
    fn each_payment_asks_once_a_second_and_memory_is_bounded() {
        let (doubts, began) = (Doubts::default(), Clock::stopwatch());
        let asks = |id: u128, ms| {
            let id = PaymentId(uuid::Uuid::from_u128(id));
            let keep = Keep { minor: 0, ver: 7 };
            !doubts.asked_lately(id, keep, began + Duration::from_millis(ms))
        };
        assert!(asks(1, 0) && !asks(1, 1) && !asks(1, 999) && asks(2, 999));
        assert!(asks(1, 1_000) && !asks(1, 1_999));
        let other = Keep { minor: 1, ver: 8 };
        let one = PaymentId(uuid::Uuid::from_u128(1));
        assert!(
            !doubts.asked_lately(one, other, began),
            "that is something else"
        );
        for id in 0..2 * ASKED_MAX as u128 {
            asks(id, 5_000);
        }
        let asked = doubts.0.lock().expect("a lock");
        assert_eq!(asked.len(), ASKED_MAX);
    }
}

//! How the way into a topic does: whether the topic may be used, whether it acknowledges, how much
//! waits and for how long. What the alarms are made of.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use super::verdict::TopicKind;
use crate::clock::Clock;

/// The way of one kind of message.
#[derive(Debug)]
pub(super) struct Way {
    kind: TopicKind,
    /// Whether the topic is as it should be.
    is_usable: AtomicBool,
    /// Whether the last that waited for an acknowledgement had one in time.
    is_open: AtomicBool,
    next: AtomicU64,
    /// Sent and not acknowledged, by number, with when that was.
    waiting: Mutex<BTreeMap<u64, Instant>>,
    acknowledged: Mutex<Option<Instant>>,
    /// When it was last tried while it was closed.
    probed: Mutex<Option<Instant>>,
}

/// How often a closed way is tried.
const PROBE: Duration = Duration::from_millis(500);

impl Way {
    /// One of which nothing is known yet, so that nothing is sent.
    pub(super) fn new(kind: TopicKind) -> Self {
        Self {
            kind,
            is_usable: AtomicBool::new(false),
            is_open: AtomicBool::new(true),
            next: AtomicU64::new(0),
            waiting: Mutex::default(),
            acknowledged: Mutex::default(),
            probed: Mutex::default(),
        }
    }

    /// Whether anything may be sent this way.
    pub(super) fn is_usable(&self) -> bool {
        self.is_usable.load(Ordering::SeqCst)
    }

    /// Which kind.
    pub(super) const fn kind(&self) -> TopicKind {
        self.kind
    }

    /// Takes it that the topic is, or is not, as it should be.
    pub(super) fn set_usable(&self, usable: bool) {
        self.is_usable.store(usable, Ordering::SeqCst);
    }

    /// Whether what is sent now can be expected to be acknowledged in time.
    pub(super) fn is_open(&self) -> bool {
        self.is_open.load(Ordering::SeqCst)
    }

    /// Whether it is time to see if a closed way is open again; not for everybody at once.
    pub(super) fn may_probe(&self) -> bool {
        let mut last = self.probed.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Clock::stopwatch();
        let rested = |at: Instant| now.saturating_duration_since(at) >= PROBE;
        if !self.is_usable() || !last.is_none_or(rested) {
            return false;
        }
        *last = Some(now);
        true
    }

    /// A message sets out; gives its number.
    pub(super) fn sets_out(&self) -> u64 {
        let number = self.next.fetch_add(1, Ordering::SeqCst);
        self.waiting().insert(number, Clock::stopwatch());
        number
    }

    /// It is late.
    pub(super) fn is_late(&self) {
        self.is_open.store(false, Ordering::SeqCst);
    }

    /// It was acknowledged.
    pub(super) fn arrived(&self, number: u64) {
        self.waiting().remove(&number);
        let mut at = self
            .acknowledged
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *at = Some(Clock::stopwatch());
        self.is_open.store(true, Ordering::SeqCst);
    }

    /// It never will be.
    pub(super) fn is_lost(&self, number: u64) {
        self.waiting().remove(&number);
        self.is_late();
    }

    /// Writes down how it does now.
    pub(super) fn measure(&self) {
        let now = Clock::stopwatch();
        let age = |at: Instant| now.saturating_duration_since(at);
        let (count, oldest) = {
            let waiting = self.waiting();
            (waiting.len(), waiting.values().next().copied().map(age))
        };
        let at = *self
            .acknowledged
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        let topic = self.kind.word();
        metrics::gauge!("kafka_unacknowledged", "topic" => topic).set(f64::from(count));
        metrics::gauge!("kafka_unacknowledged_age_seconds", "topic" => topic)
            .set(oldest.unwrap_or(Duration::ZERO).as_secs_f64());
        if let Some(age) = at.map(age) {
            metrics::gauge!("kafka_last_acknowledged_age_seconds", "topic" => topic)
                .set(age.as_secs_f64());
        }
        let is_up = self.is_usable() && self.is_open();
        metrics::gauge!("kafka_up", "topic" => topic).set(if is_up { 1.0 } else { 0.0 });
    }

    fn waiting(&self) -> std::sync::MutexGuard<'_, BTreeMap<u64, Instant>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_closes_when_something_is_late_and_opens_with_the_next_that_arrives() {
        let way = Way::new(TopicKind::Settlements);
        assert!(
            !way.is_usable() && !way.may_probe(),
            "nobody has looked yet"
        );
        way.set_usable(true);
        let (one, two) = (way.sets_out(), way.sets_out());
        assert!(way.is_open());
        way.is_late();
        assert!(!way.is_open());
        assert_eq!([way.may_probe(), way.may_probe()], [true, false]);
        way.arrived(two);
        assert!(way.is_open());
        way.is_lost(one);
        assert!(!way.is_open());
        assert!(way.waiting().is_empty());
    }
}

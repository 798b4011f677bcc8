//! What the crowd met, counted as it happens.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::client::ClientError;

/// Counts that all people of a crowd share.
#[derive(Debug, Default)]
pub struct Tally {
    visits: AtomicU64,
    requests: AtomicU64,
    holds: AtomicU64,
    refused: AtomicU64,
    declined: AtomicU64,
    paid: AtomicU64,
    released: AtomicU64,
    cancelled: AtomicU64,
    failed: AtomicU64,
}

/// The counts at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Times somebody came.
    pub visits: u64,
    /// Questions to the server.
    pub requests: u64,
    /// Holds that were granted.
    pub holds: u64,
    /// Wishes the rules said no to.
    pub refused: u64,
    /// Cards that were declined.
    pub declined: u64,
    /// Payments that were taken while the buyer waited.
    pub paid: u64,
    /// Holds that were given up.
    pub released: u64,
    /// Bookings that were taken back.
    pub cancelled: u64,
    /// Questions without an answer that can be used.
    pub failed: u64,
}

fn add(to: &AtomicU64) {
    to.fetch_add(1, Ordering::Relaxed);
}

impl Tally {
    /// The counts now.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let read = |of: &AtomicU64| of.load(Ordering::Relaxed);
        Counts {
            visits: read(&self.visits),
            requests: read(&self.requests),
            holds: read(&self.holds),
            refused: read(&self.refused),
            declined: read(&self.declined),
            paid: read(&self.paid),
            released: read(&self.released),
            cancelled: read(&self.cancelled),
            failed: read(&self.failed),
        }
    }

    pub(super) fn visit(&self) {
        add(&self.visits);
    }

    pub(super) fn hold(&self) {
        add(&self.holds);
    }

    pub(super) fn decline(&self) {
        add(&self.declined);
    }

    pub(super) fn pay(&self) {
        add(&self.paid);
    }

    pub(super) fn release(&self) {
        add(&self.released);
    }

    pub(super) fn cancel(&self) {
        add(&self.cancelled);
    }

    /// Counts the answer of any question and hands it on.
    pub(super) fn seen<T>(&self, answer: Result<T, ClientError>) -> Result<T, ClientError> {
        add(&self.requests);
        match &answer {
            Ok(_) => {}
            Err(ClientError::Problem(problem)) if problem.status < 500 => {
                if matches!(problem.status, 409 | 410 | 422) {
                    add(&self.refused);
                } else {
                    self.note_failure(&problem.code, &problem.detail);
                }
            }
            Err(error) => self.note_failure(error.code().unwrap_or("none"), &error.to_string()),
        }
        answer
    }

    fn note_failure(&self, code: &str, what: &str) {
        add(&self.failed);
        tracing::warn!(code, "the crowd got no answer it can use: {what}");
    }
}

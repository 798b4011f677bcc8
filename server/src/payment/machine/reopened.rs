//! Booking may have lost what it said: its journals went back to how they were. From then on a payment
//! believes only what answers an announcement that says so.

use houseful_core::{message::Tender, time::UtcMillis, wire::payment::PaymentState};

use super::{Account, Input, Keep};

impl Account {
    /// Whether what booking says may be of a lost journal, and is not what is being done anyway.
    #[must_use]
    pub fn is_doubtful(&self, keep: Keep, reopened_at: Option<UtcMillis>) -> bool {
        reopened_at != self.reopened_at && self.keep != Some(keep)
    }

    /// Forgets what booking said of a payment that it did not decide itself. Versions of a journal that
    /// was restored are smaller than those it had before, and have to be heard all the same.
    pub(super) fn reopen(&mut self, now: UtcMillis) {
        if self.tender() != Tender::Cash && self.state != PaymentState::Pending {
            (self.keep, self.settled_ver) = (None, None);
            // No two alike, whatever the clock does.
            let next = self.reopened_at.map(|last| last.plus_ms(1));
            self.reopened_at = Some(next.map_or(now, |next| next.max(now)));
        }
    }

    /// Whether booking said it to an announcement from before the last reopening, or unasked: then
    /// it may be of a journal that was lost, whatever its version.
    pub(super) fn is_hearsay(&self, input: &Input) -> bool {
        matches!(input, Input::Settle { reopened_at, .. } if *reopened_at != self.reopened_at)
    }
}

//! How long payment waits for booking to say what becomes of money. No wait is without an end.
//!
//! Booking answers every announcement, unless it is not there, its show is read-only, or the show
//! has no journal. Fifteen minutes on, the money can win no seat any more, whatever booking does
//! then. A promise of money is given back after that: nobody has tickets for a promise. Money that
//! was taken may be in tickets already, so it goes back only if booking says that the show has no
//! journal; else a person has to look.

use houseful_core::{
    expiry::{HOLD_MS, LATE_MS, is_alive},
    time::{MINUTE_MS, UtcMillis},
    wire::payment::PaymentState,
};

use super::{Account, Keep, Moment, TELL_AGAIN_MS, backoff};

/// What is left to say when booking says nothing, or knows of no journal: no show has this version.
const NOTHING: Keep = Keep { minor: 0, ver: 0 };

/// Why money was given back that booking never spoke of.
const GIVEN_BACK: &str = "nobody said what it was for, so it was given back";
/// Why a payment ended that the provider never decided about.
const UNDECIDED: &str = "the card terminal never decided, so it was called off";
/// Why a person should look at money that is not there.
const SHORT: &str = "less of it is here than its tickets cost: it went back, or was never taken, \
                     at the provider's own desk; somebody should look";
/// How often booking is reminded of such a payment at the most.
const REMIND_MS: i64 = 6 * 60 * MINUTE_MS;
/// Why a person should look at money that booking does not speak of.
const SILENCE: &str = "it was taken, and nobody has said for what; somebody should look";

impl Account {
    /// Whether booking has left it open for too long what becomes of the money.
    fn is_overdue(&self, now: UtcMillis) -> bool {
        let waits = matches!(
            self.state,
            PaymentState::Authorised | PaymentState::Captured
        );
        // Until booking has spoken, nothing changes after the money was promised or taken.
        waits && self.keep.is_none() && !is_alive(self.updated_at.plus_ms(LATE_MS), now)
    }

    /// How long to wait before booking is told again. Once it is overdue, it has the longest wait
    /// for an answer.
    pub(super) fn patience_ms(&self, at: Moment) -> i64 {
        if self.is_overdue(at.now) {
            TELL_AGAIN_MS.1.max(at.floor_ms)
        } else if self.is_short() {
            backoff((TELL_AGAIN_MS.0, REMIND_MS), self.told, at)
        } else {
            backoff(TELL_AGAIN_MS, self.told, at)
        }
    }

    /// Draws the end when booking was asked after the time and did not answer.
    pub(super) fn lose_patience(&mut self, at: Moment) {
        let longest = TELL_AGAIN_MS.1.max(at.floor_ms);
        let asked_in_vain = self
            .tell_at
            .is_some_and(|due| due <= at.now && self.is_overdue(due.plus_ms(-longest)));
        if !asked_in_vain {
            return;
        }
        if self.state == PaymentState::Authorised {
            self.give_up();
        } else {
            self.reason = Some(SILENCE.to_owned());
        }
    }

    /// Takes what booking says.
    pub(super) fn listen(&mut self, keep: Keep, now: UtcMillis) {
        if self.keep.is_some_and(|known| keep.ver <= known.ver) {
            return;
        }
        if keep.ver > NOTHING.ver {
            self.keep = Some(keep);
            if self.reason.as_deref() == Some(SILENCE) {
                self.reason = None;
            }
        } else if self.is_overdue(now) {
            // Before, the journal may have been on its way to whoever did not find it.
            self.give_up();
        }
    }

    /// Draws the end when the provider has not decided by the time after which no seat can be won:
    /// it need not any more. If it takes the money all the same, that goes back.
    pub(super) fn stop_asking(&mut self, now: UtcMillis) {
        let end = self.created_at.plus_ms(HOLD_MS + LATE_MS);
        if self.state == PaymentState::Pending && self.keep.is_none() && !is_alive(end, now) {
            self.keep = Some(NOTHING);
            self.reason = Some(UNDECIDED.to_owned());
        }
    }

    /// Whether less of it is here than booking keeps, and nothing that can be asked will change that.
    /// Where nothing is left at all booking draws the end by itself.
    pub(super) fn is_short(&self) -> bool {
        let left = self.captured - self.refunded;
        let keep = self.keep.map_or(0, |keep| keep.minor);
        let open = self.parts.iter().any(super::Part::is_open);
        left > 0 && left < keep && !open && !self.is_doomed() && self.call().is_none()
    }

    /// Says why a person should look, as long as it is so.
    pub(super) fn note_shortness(&mut self) {
        if self.is_short() {
            self.reason.get_or_insert_with(|| SHORT.to_owned());
        } else if self.reason.as_deref() == Some(SHORT) {
            self.reason = None;
        }
    }

    fn give_up(&mut self) {
        self.keep = Some(NOTHING);
        self.reason = Some(GIVEN_BACK.to_owned());
    }

    /// Whether it goes back, or went back, without a word from booking.
    pub(super) fn is_given_up(&self) -> bool {
        self.keep == Some(NOTHING)
    }

    /// Whether somebody should look at it, because booking is silent about it.
    pub(super) fn is_in_silence(&self) -> bool {
        self.is_given_up() || self.reason.as_deref() == Some(SILENCE)
    }

    /// The reason that a payment has which goes back without a word from booking.
    pub(super) fn own_reason(&self) -> Option<String> {
        self.reason.clone().filter(|_| self.is_given_up())
    }
}

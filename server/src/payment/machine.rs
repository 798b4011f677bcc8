//! One payment as a state machine without IO: what is known of it, what has to be asked of the
//! provider next, when booking has to be told.
//!
//! Everything is monotone. What the provider says is merged, never assigned; of what booking asks
//! the highest `ver` stands. So repeats, old news and shuffled news change nothing.

mod check;
mod lost;
mod part;
mod patience;
mod reopened;

use houseful_core::{
    ids::{BookingId, PaymentId, QuoteHash},
    message::{Announcement, Settle, Tender},
    money::Money,
    time::UtcMillis,
    wire::payment::PaymentState,
};

pub use self::{check::Broken, part::Part};
use super::provider::{Charge, ChargeStatus};

/// How long a payment that was just begun is left to the task that began it.
const FIRST_LOOK_MS: i64 = 60_000;
/// The first and the longest wait between two calls of the provider.
const CALL_AGAIN_MS: (i64, i64) = (1_000, 30_000);
/// The first and the longest wait between two announcements.
const TELL_AGAIN_MS: (i64, i64) = (200, 30_000);
/// After so many calls in vain a person should look.
const TRIES_FLAGGED: u32 = 8;

/// What booking wants the house to keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keep {
    /// Minor units.
    pub minor: i64,
    /// The version of the show that decided it; 0 when no show did.
    pub ver: u64,
}

/// All that is known of one payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its id, also its idempotency key at the provider.
    pub id: PaymentId,
    /// What it is for.
    pub booking: BookingId,
    /// What the payer agreed to.
    pub quote: QuoteHash,
    /// What was asked for.
    pub amount: Money,
    /// By which means, in the order in which they are asked for; at least one. What they come to
    /// together stands below.
    pub parts: Vec<Part>,
    /// Where it stands.
    pub state: PaymentState,
    /// What was taken, in minor units.
    pub captured: i64,
    /// What of it was ordered to go back, in minor units.
    pub ordered_back: i64,
    /// What of that has gone back, in minor units.
    pub refunded: i64,
    /// What booking wants; `None` until it has said so.
    pub keep: Option<Keep>,
    /// The highest `ver` that has been carried out.
    pub settled_ver: Option<u64>,
    /// When it last forgot what booking had said. From then on it believes only what answers an
    /// announcement that says so: what was said before may still be on its way.
    pub reopened_at: Option<UtcMillis>,
    /// Why nothing was taken, or why a person should look.
    pub reason: Option<String>,
    /// Whether a card was tried; not when the order never arrived.
    pub tried: bool,
    /// Calls in vain since the last one that told something new.
    pub tries: u32,
    /// When the provider is asked (again).
    pub next_at: Option<UtcMillis>,
    /// How often booking was told where it stands now.
    pub told: u32,
    /// When booking is told again.
    pub tell_at: Option<UtcMillis>,
    /// When it was begun.
    pub created_at: UtcMillis,
    /// When it last changed.
    pub updated_at: UtcMillis,
}

/// What has to be asked of the provider. Each may be repeated: amounts are totals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// What became of it? If the provider never heard of it, it never shall.
    Resolve,
    /// Take this much.
    Capture {
        /// Minor units.
        minor: i64,
    },
    /// Give the promise back.
    Void,
    /// Give money back, up to this much in all.
    Refund {
        /// Minor units.
        total_minor: i64,
    },
}

impl Call {
    /// The word in metrics and logs.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Resolve => "look_up",
            Self::Capture { .. } => "capture",
            Self::Void => "void",
            Self::Refund { .. } => "refund",
        }
    }
}

/// Something that happens to a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// The provider answered where its charge stands.
    Learned(Charge),
    /// The provider's list or a message said so. Unlike an answer it may be old news, and says nothing
    /// about a call that is under way or planned.
    Heard(Charge),
    /// A call of the provider came to nothing; its outcome may be unknown.
    Missed {
        /// What went wrong.
        why: String,
    },
    /// Booking said what the house keeps.
    Settle {
        /// That.
        keep: Keep,
        /// What the announcement said of a reopening that it answers.
        reopened_at: Option<UtcMillis>,
    },
    /// Booking said that it is one tender of a payment over so much, of which nothing else is known
    /// any more.
    Complete(Money),
    /// It is time to tell booking again.
    Tell,
    /// Booking may have lost what it said: it is asked again, and whatever it says then stands.
    Reopen,
    /// A person saw to what is owed of the part that nobody knows the means of: so much, in minor units.
    SeenTo {
        /// What was owed of it then; if it is another sum, nothing happens.
        minor: i64,
        /// Who says what, for the trail.
        said: String,
    },
}

impl Input {
    /// The word in the audit trail.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Learned(_) => "learned",
            Self::Heard(_) => "heard",
            Self::Missed { .. } => "missed",
            Self::Settle { .. } => "settle",
            Self::Complete(_) => "complete",
            Self::Tell => "tell",
            Self::Reopen => "reopen",
            Self::SeenTo { .. } => "seen_to",
        }
    }
}

/// The time, and the shortest wait that makes sense on its clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The server's time.
    pub now: UtcMillis,
    /// A clock that runs fast must not make the machinery spin.
    pub floor_ms: i64,
}

/// What came of an input.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// Whether anything has to be written.
    pub changed: bool,
    /// Whether it belongs into the audit trail.
    pub notable: bool,
    /// Whether booking has to be told now.
    pub announce: bool,
    /// Whether a person should look at it from now on: booking is silent about it.
    pub flagged: bool,
    /// Whether what a person saw to is owed no more by this step.
    pub seen_to: bool,
    /// Whether a person should look at it: what was paid beside its card is not known any more.
    pub lost: bool,
    /// Whether a person should look at it from now on: less of it is here than booking keeps.
    pub short: bool,
    /// Whether a person should look at it from now on: the provider was asked in vain again and
    /// again. It is asked on all the same.
    pub stuck: bool,
}

impl Account {
    /// A card payment that was just begun.
    #[must_use]
    pub fn begin(
        id: PaymentId,
        (booking, quote): (BookingId, QuoteHash),
        amount: Money,
        now: UtcMillis,
    ) -> Self {
        Self {
            id,
            booking,
            quote,
            amount,
            parts: vec![Part::new(id, Tender::Card, amount.minor)],
            state: PaymentState::Pending,
            captured: 0,
            ordered_back: 0,
            refunded: 0,
            keep: None,
            settled_ver: None,
            reopened_at: None,
            reason: None,
            tried: true,
            tries: 0,
            next_at: Some(now.plus_ms(FIRST_LOOK_MS)),
            told: 0,
            tell_at: None,
            created_at: now,
            updated_at: now,
        }
    }

    /// A payment that booking speaks of and nobody has heard of here. Cash is in the till by
    /// then; of a card the provider has to say what became of it. What else it was paid by is not
    /// known any more, so only what the card took is found again.
    #[must_use]
    pub fn unheard(ask: &Settle, now: UtcMillis) -> Self {
        let nothing = QuoteHash(uuid::Uuid::nil());
        let begun = Self::begin(ask.payment, (ask.booking, nothing), ask.amount, now);
        match ask.tender {
            Tender::Card => Self {
                next_at: Some(now),
                ..begun
            },
            Tender::Split => Self {
                parts: vec![Part::new(ask.payment, ask.tender, ask.amount.minor)],
                next_at: Some(now),
                ..begun
            },
            Tender::Voucher => begun.by_lost_vouchers(ask),
            Tender::Cash => {
                let taken = Part {
                    status: ChargeStatus::Captured,
                    captured: ask.amount.minor,
                    ..Part::new(ask.payment, Tender::Cash, ask.amount.minor)
                };
                Self {
                    parts: vec![taken],
                    state: PaymentState::Captured,
                    captured: ask.amount.minor,
                    next_at: None,
                    ..begun
                }
            }
        }
    }

    /// A payment that only the provider's list knows of.
    #[must_use]
    pub fn found(charge: &Charge, now: UtcMillis) -> Self {
        let about = (charge.booking, charge.quote);
        let mut account = Self::begin(charge.payment, about, charge.amount, now);
        account.next_at = Some(now);
        account
    }

    /// Takes an input. Calling it too often is harmless.
    pub fn step(&mut self, input: &Input, at: Moment) -> Step {
        let before = self.clone();
        match input {
            Input::Learned(charge) => {
                self.learn(charge);
                self.stop_asking(at.now);
            }
            Input::Heard(charge) => self.learn(charge),
            Input::Missed { .. } => self.stop_asking(at.now),
            Input::Tell => self.lose_patience(at),
            Input::Settle { keep, .. } if !self.is_hearsay(input) => self.listen(*keep, at.now),
            Input::Settle { .. } => {}
            Input::Complete(amount) => self.complete(*amount),
            Input::Reopen => self.reopen(at.now),
            Input::SeenTo { minor, .. } => self.see_to_lost(*minor),
        }
        self.obey();
        let moved = self.standing() != before.standing();
        // A tender that was promised is no news to booking, but has the next one asked.
        let stirred = moved || self.keep != before.keep || self.statuses().ne(before.statuses());
        let asked = matches!(input, Input::Learned(_) | Input::Missed { .. });
        let reopened = self.reopened_at != before.reopened_at;
        if stirred {
            self.updated_at = at.now;
            self.tries = 0;
            self.next_at = self.call().map(|_| at.now);
        } else if asked && self.call().is_some() {
            let asked = before.next_call().map(|(part, _)| part.name());
            self.tries = self.tries.saturating_add(1);
            self.next_at = Some(at.now.plus_ms(backoff(CALL_AGAIN_MS, self.tries, at)));
            self.flag(input, asked);
        } else if asked {
            self.next_at = None;
        }
        self.note_shortness();
        // A repeat of what has been done is a question whether it was done; and what may be of a
        // journal that was lost is asked about.
        let done = |keep: &Keep| self.settled_ver == Some(keep.ver);
        let repeated = matches!(input, Input::Settle { keep, .. } if done(keep));
        let doubtful = matches!(input, Input::Settle { keep, reopened_at } if self.is_doubtful(*keep, *reopened_at));
        let asked_back = repeated || doubtful;
        let announce = self.announce(&before, moved, asked_back, input, at);
        Step {
            changed: *self != before,
            notable: stirred || reopened || matches!(input, Input::Missed { .. }),
            announce,
            flagged: self.is_in_silence() && !before.is_in_silence(),
            seen_to: moved && matches!(input, Input::SeenTo { .. }),
            lost: self.has_lost() && !before.has_lost(),
            short: self.is_short() && !before.is_short(),
            stuck: self.tries >= TRIES_FLAGGED && before.tries < TRIES_FLAGGED,
        }
    }

    /// Whether booking is told now, and when again.
    fn announce(
        &mut self,
        before: &Self,
        moved: bool,
        asked_back: bool,
        input: &Input,
        at: Moment,
    ) -> bool {
        if !self.is_news() && !asked_back {
            self.tell_at = None;
            return false;
        }
        let due = matches!(input, Input::Tell) && !self.is_settled();
        let announce = moved || asked_back || due;
        if self.is_settled() || !self.is_news() {
            self.tell_at = None;
        } else if !moved && !due && before.tell_at.is_some() {
            // Whoever asks, or says what may be of a lost journal, is answered, and puts off nothing:
            // else what has its time would never come while somebody goes on asking.
        } else if announce {
            self.told = if moved {
                1
            } else {
                self.told.saturating_add(1)
            };
            self.tell_at = Some(at.now.plus_ms(self.patience_ms(at)));
        } else if before.tell_at.is_none() {
            self.told = 0;
            self.tell_at = Some(at.now);
        }
        announce
    }

    /// Draws the consequences: what has to go back, where that leaves the payment, whether
    /// booking has been obeyed.
    fn obey(&mut self) {
        self.add_up();
        self.state = self.conclude();
        if let Some(keep) = self.keep
            && self.call().is_none()
            && self.captured - self.refunded == keep.minor
        {
            self.settled_ver = Some(keep.ver);
        }
    }

    /// What a provider has to be asked next.
    #[must_use]
    pub fn call(&self) -> Option<Call> {
        self.next_call().map(|(_, call)| call)
    }

    /// Whether it was written down and nothing has happened since, as far as that is known.
    #[must_use]
    pub fn was_never_asked(&self) -> bool {
        self.state == PaymentState::Pending
            && self.keep.is_none()
            && self.tries == 0
            && self.updated_at == self.created_at
    }

    /// What the provider has to be asked by now.
    #[must_use]
    pub fn due_call(&self, now: UtcMillis) -> Option<Call> {
        self.call()
            .filter(|_| self.next_at.is_some_and(|at| at <= now))
    }

    /// Whether nothing is left to do for either side.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        match self.keep {
            // Money that turns up after all goes back first.
            Some(keep) => {
                let stands = self.captured - self.refunded == keep.minor;
                stands && self.settled_ver == Some(keep.ver) && self.call().is_none()
            }
            None => matches!(
                self.state,
                PaymentState::Declined | PaymentState::Voided | PaymentState::CaptureRefused
            ),
        }
    }

    /// Whether the payer need not wait any longer.
    #[must_use]
    pub fn is_final(&self) -> bool {
        self.state.is_final(self.is_settled())
    }

    /// Whether booking cares at all.
    fn is_news(&self) -> bool {
        self.keep.is_some() || !matches!(self.state, PaymentState::Pending | PaymentState::Declined)
    }

    /// What booking is told.
    #[must_use]
    pub fn announcement(&self) -> Announcement {
        Announcement {
            payment: self.id,
            booking: self.booking,
            quote: self.quote,
            amount: self.amount,
            tender: self.tender(),
            state: self.state,
            settled_ver: self.settled_ver,
            refunded_minor: self.refunded,
            reopened_at: self.reopened_at,
        }
    }

    /// What of the money taken is in seats, or waits for booking to say.
    #[must_use]
    pub fn applied(&self) -> i64 {
        self.captured - self.ordered_back
    }

    /// What of the money taken is on its way back.
    #[must_use]
    pub fn refund_due(&self) -> i64 {
        self.ordered_back - self.refunded
    }

    fn statuses(&self) -> impl Iterator<Item = ChargeStatus> {
        self.parts.iter().map(|part| part.status)
    }

    fn standing(&self) -> (PaymentState, i64, i64, i64, Option<u64>) {
        let money = (self.captured, self.ordered_back, self.refunded);
        (self.state, money.0, money.1, money.2, self.settled_ver)
    }

    fn flag(&mut self, input: &Input, asked: Option<String>) {
        if let Input::Missed { why } = input
            && self.tries >= TRIES_FLAGGED
        {
            let several = self.parts.len() > 1;
            let of = asked.filter(|_| several).map(|name| format!("{name}: "));
            let of = of.unwrap_or_default();
            self.reason = Some(format!("{of}{why}; tried {} times", self.tries));
        }
    }
}

/// Doubles from the first to the longest wait.
fn backoff((first, longest): (i64, i64), tries: u32, at: Moment) -> i64 {
    let doubled = first << tries.saturating_sub(1).min(20);
    doubled.min(longest).max(at.floor_ms)
}

#[cfg(test)]
mod tests;

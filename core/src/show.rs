//! A show: the fold of its journal, and the rules over it.
//!
//! [`decide`](ShowState::decide) reads a [`ShowState`], a [`Command`] and the time, and answers
//! with events or a refusal; [`apply`](ShowState::apply) folds an event in and never consults a
//! rule. Both are pure, total and deterministic. What is not in the state does not count.

mod apply;
mod booking;
mod check;
mod claim;
mod command;
mod decide;
mod desk;
mod event;
mod pick;
mod preview;
mod priced;
mod record;
mod refund;
mod resolve;
mod seal;
mod sell;
mod story;
mod terms;
#[cfg(test)]
mod tests;
pub mod view;
mod why;

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Bound,
    sync::Arc,
};

use uuid::Uuid;

pub use booking::{BookingRecord, Line};
pub use check::Broken;
pub use command::{
    Actor, Ask, Command, HoldRules, OrphanRule, Party, Proof, Rolls, SeatPick, Wish,
};
pub use desk::{DeskTold, FoundCase, desk_rows};
pub use event::{CashBy, Event, ReturnReason, SalesChange, Tickets};
pub use preview::PriceAsk;
pub use priced::{PriceFacts, Quoted};
pub use record::{DecodeError, Immutables, Row};
pub use refund::{
    Declined, Refund, RefundAsked, RefundLine, RefundQuote, RefundRecord, RefundRules,
};
pub use resolve::{KeptLess, OVERDUE_MS, Resolved};
pub use terms::{SalesWindow, ShowTerms, TermsRow};

use crate::{
    expiry::is_alive,
    ids::{CommandId, Fingerprint, OwnerRef, PaymentId, ShardName, ShowId},
    layout::BlockReason,
    message::{Announcement, Settle, Tender},
    money::Money,
    seat::{SeatNo, SeatSet},
    time::UtcMillis,
};

/// How long until what booking asked of payment is asked again: 5 s.
pub const SETTLE_AGAIN_MS: i64 = 5_000;

/// Who has a seat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    /// Nobody.
    Free,
    /// A held booking, until its end.
    Held {
        /// Whose.
        booking: Uuid,
        /// When the hold ends.
        until: UtcMillis,
    },
    /// A secured or confirmed booking.
    Booked {
        /// Whose.
        booking: Uuid,
        /// When the wait for capture ends, while it is secured.
        until: Option<UtcMillis>,
    },
    /// Staff.
    Blocked(BlockReason),
    /// The house, until its seats go on sale.
    Kept {
        /// When they do.
        until: UtcMillis,
    },
}

impl Slot {
    /// Whether the seat is for sale at `now`.
    #[must_use]
    pub const fn is_free(self, now: UtcMillis) -> bool {
        match self {
            Self::Free => true,
            Self::Held { until, .. }
            | Self::Kept { until }
            | Self::Booked {
                until: Some(until), ..
            } => !is_alive(until, now),
            Self::Booked { until: None, .. } | Self::Blocked(_) => false,
        }
    }

    /// The booking that has it, dead or alive.
    #[must_use]
    pub const fn booking(self) -> Option<Uuid> {
        match self {
            Self::Held { booking, .. } | Self::Booked { booking, .. } => Some(booking),
            Self::Free | Self::Blocked(_) | Self::Kept { .. } => None,
        }
    }
}

/// Whether a show sells, apart from its hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sales {
    /// It does.
    Open,
    /// Staff stopped it; payments under way still finish.
    Paused,
    /// It was called off, for good.
    Cancelled,
}

/// What is known of a payment towards this show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentRecord {
    /// What it is for; the booking itself may be unknown here.
    pub booking: Uuid,
    /// What it is worth.
    pub amount: Money,
    /// By which means.
    pub tender: Tender,
    /// What the house keeps: the price of the seats it stands for, and `fees_minor`.
    pub keep_minor: i64,
    /// What of it is kept for tickets that were given back.
    pub fees_minor: i64,
    /// What payment said has gone back, when that was more than was ordered.
    pub back_minor: i64,
    /// The version that decided it.
    pub asked_ver: u64,
    /// When that was decided.
    pub asked_at: UtcMillis,
    /// Whether payment has done so.
    pub settled: bool,
    /// Why money goes back, when it does.
    pub returned: Option<ReturnReason>,
    /// What was ordered back while nobody stood at a till for it and is cash, or may be in part:
    /// nobody has said yet that it was handed out.
    pub to_hand: Vec<KeptLess>,
    /// Who handed cash of it out last.
    pub handed: Option<Resolved>,
    /// What a person did about the rest of it, since something was decided about it.
    pub resolved: Option<Resolved>,
}

impl PaymentRecord {
    /// Whether more of it has gone back than was ordered, so that what is kept is not there.
    #[must_use]
    pub fn is_short(&self) -> bool {
        self.back_minor > self.amount.minor - self.keep_minor
    }

    /// Whether the news are about this payment, and not about another one with its id.
    fn is(&self, news: &Announcement) -> bool {
        let (booking, tender) = (news.booking.uuid, news.tender);
        (self.booking, self.amount, self.tender) == (booking, news.amount, tender)
    }
}

impl PaymentRecord {
    /// Whether the news are about one tender of this payment alone.
    fn is_one_tender_of(&self, news: &Announcement) -> bool {
        self.tender == Tender::Split
            && news.tender != Tender::Split
            && self.booking == news.booking.uuid
            && self.amount.currency == news.amount.currency
            && news.amount.minor < self.amount.minor
    }
}

/// A command that was carried out, so that its repeat gets the same answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Done {
    pub(crate) fingerprint: Fingerprint,
    pub(crate) owner: OwnerRef,
}

/// Something the show waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Due {
    Booking(Uuid),
    Payment(PaymentId),
    /// A refund of the booking that waits for a manager.
    Refund(Uuid),
    /// Cash of the payment that waits to be handed out.
    Cash(PaymentId),
}

/// The fold of one show's journal.
#[derive(Clone, Debug, PartialEq)]
pub struct ShowState {
    show: ShowId,
    ver: u64,
    terms: Option<Arc<ShowTerms>>,
    sales: Sales,
    /// Where the show lives now, if this journal was left behind.
    moved_to: Option<ShardName>,
    /// Where it came from last.
    came_from: Option<ShardName>,
    slots: Vec<Slot>,
    /// Seats that are not [`Slot::Free`].
    taken: usize,
    bookings: BTreeMap<Uuid, BookingRecord>,
    payments: BTreeMap<PaymentId, PaymentRecord>,
    /// The payments towards each booking, in the order they were heard of.
    paid_towards: BTreeMap<Uuid, Vec<PaymentId>>,
    /// The payments that have not done yet what was asked of them.
    unsettled: BTreeSet<PaymentId>,
    commands: BTreeMap<CommandId, Done>,
    due: BTreeSet<(UtcMillis, Due)>,
}

impl ShowState {
    /// A show without a journal.
    #[must_use]
    pub fn new(show: ShowId) -> Self {
        Self {
            show,
            ver: 0,
            terms: None,
            sales: Sales::Open,
            moved_to: None,
            came_from: None,
            slots: Vec::new(),
            taken: 0,
            bookings: BTreeMap::new(),
            payments: BTreeMap::new(),
            paid_towards: BTreeMap::new(),
            unsettled: BTreeSet::new(),
            commands: BTreeMap::new(),
            due: BTreeSet::new(),
        }
    }

    /// A show that is to be sold under `terms` and of which nothing is written yet. What is decided
    /// first opens its journal, in the same commit; until then it costs nothing but its line in the
    /// catalogue.
    #[must_use]
    pub fn planned(show: ShowId, terms: &Arc<ShowTerms>) -> Self {
        let mut state = Self::new(show);
        state.open(terms);
        state
    }

    /// Whether it has terms and no journal.
    #[must_use]
    pub fn is_planned(&self) -> bool {
        self.ver == 0 && self.terms.is_some()
    }

    /// Which show.
    #[must_use]
    pub fn show(&self) -> ShowId {
        self.show
    }

    /// The number of the last event; 0 without any.
    #[must_use]
    pub fn ver(&self) -> u64 {
        self.ver
    }

    /// Layout, prices and hours; `None` until the show is planned or was opened.
    #[must_use]
    pub fn terms(&self) -> Option<&Arc<ShowTerms>> {
        self.terms.as_ref()
    }

    /// Whether it sells, apart from its hours.
    #[must_use]
    pub fn sales(&self) -> Sales {
        self.sales
    }

    /// Who has each seat, in layout order.
    #[must_use]
    pub fn slots(&self) -> &[Slot] {
        &self.slots
    }

    /// Seats that nobody has, as the journal has it: dead holds count as held until they are
    /// written down as expired.
    #[must_use]
    pub fn free_written(&self) -> usize {
        self.slots.len() - self.taken
    }

    /// A booking, living or not.
    #[must_use]
    pub fn booking(&self, booking: Uuid) -> Option<&BookingRecord> {
        self.bookings.get(&booking)
    }

    /// All bookings of the show, living or not, in order of id.
    pub fn bookings(&self) -> impl Iterator<Item = (Uuid, &BookingRecord)> {
        self.bookings.iter().map(|(id, record)| (*id, record))
    }

    /// The payments towards one booking, the first heard of first.
    pub fn payments_towards(
        &self,
        booking: Uuid,
    ) -> impl Iterator<Item = (PaymentId, &PaymentRecord)> {
        let ids = self.paid_towards.get(&booking).into_iter().flatten();
        ids.filter_map(|id| Some((*id, self.payments.get(id)?)))
    }

    /// A payment towards the show.
    #[must_use]
    pub fn payment(&self, payment: PaymentId) -> Option<&PaymentRecord> {
        self.payments.get(&payment)
    }

    /// The bookings behind this one in the order of [`Self::bookings`], or all.
    pub fn bookings_after(
        &self,
        after: Option<Uuid>,
    ) -> impl Iterator<Item = (Uuid, &BookingRecord)> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let range = self.bookings.range((from, Bound::Unbounded));
        range.map(|(id, record)| (*id, record))
    }

    /// All payments towards the show.
    pub fn payments(&self) -> impl Iterator<Item = (PaymentId, &PaymentRecord)> {
        self.payments.iter().map(|(id, record)| (*id, record))
    }

    /// The seats that are for sale at `now`.
    #[must_use]
    pub fn free(&self, now: UtcMillis) -> SeatSet {
        self.free_for(None, now)
    }

    /// The seats that are for sale at `now`, those of `booking` counted as free.
    pub(crate) fn free_for(&self, booking: Option<Uuid>, now: UtcMillis) -> SeatSet {
        let mut free = SeatSet::with_seats(self.slots.len());
        for (seat, slot) in (0_u16..).zip(&self.slots) {
            if slot.is_free(now) || (booking.is_some() && slot.booking() == booking) {
                free.insert(SeatNo(seat));
            }
        }
        free
    }

    /// The earliest thing the show waits for: the end of a hold, of a wait for capture, or the
    /// time to ask payment again. The one timer looks at this; selling never does. A journal that
    /// was left behind waits for nothing: that is done where the show lives now.
    #[must_use]
    pub fn next_due(&self) -> Option<UtcMillis> {
        if self.moved_to.is_some() {
            return None;
        }
        self.due.first().map(|(at, _)| *at)
    }

    /// The same where payment was asked just now for what is unsettled, so that only ends of
    /// holds and of waits for capture come before `asked_until`.
    #[must_use]
    pub fn next_due_unless_asked(&self, asked_until: UtcMillis) -> Option<UtcMillis> {
        if self.moved_to.is_some() {
            return None;
        }
        let after = |(at, due): &(UtcMillis, Due)| match due {
            Due::Booking(_) | Due::Refund(_) | Due::Cash(_) => *at,
            Due::Payment(_) => (*at).max(asked_until),
        };
        // In order of time: behind the first booking nothing comes earlier than it.
        let booking = self
            .due
            .iter()
            .position(|(_, due)| !matches!(due, Due::Payment(_)));
        let to_look_at = booking.map_or(self.due.len(), |at| at + 1);
        self.due.iter().take(to_look_at).map(after).min()
    }

    /// The earliest time after `now` at which a seat that is not free becomes free by itself.
    #[must_use]
    pub fn next_end(&self, now: UtcMillis) -> Option<UtcMillis> {
        let mut ends = self.due.iter().filter_map(|(at, due)| match due {
            Due::Booking(_) => Some(*at),
            Due::Payment(_) | Due::Refund(_) | Due::Cash(_) => None,
        });
        let end = ends.find(|at| is_alive(*at, now));
        end.into_iter().chain(self.house_end(now)).min()
    }

    /// When seats that the house keeps become free, if that is to come.
    fn house_end(&self, now: UtcMillis) -> Option<UtcMillis> {
        let until = self.terms.as_ref()?.rules.house_free_at?;
        let keeps = || self.slots.contains(&Slot::Kept { until });
        (is_alive(until, now) && keeps()).then_some(until)
    }

    /// What booking has asked of payment and not seen done.
    pub fn unsettled(&self) -> impl Iterator<Item = Settle> + '_ {
        self.unsettled.iter().filter_map(|id| self.settle(*id))
    }

    /// What booking has asked of payment so long ago that it should be asked again.
    pub fn overdue(&self, now: UtcMillis) -> impl Iterator<Item = Settle> + '_ {
        let is_due = move |p: &PaymentRecord| !is_alive(p.asked_at.plus_ms(SETTLE_AGAIN_MS), now);
        self.unsettled
            .iter()
            .filter(move |id| self.payments.get(id).is_some_and(is_due))
            .filter_map(|id| self.settle(*id))
    }

    /// What booking asks of payment for one payment; `None` for one it has not decided about.
    #[must_use]
    pub fn settle(&self, payment: PaymentId) -> Option<Settle> {
        self.payments
            .get(&payment)
            .map(|p| self.settle_of(payment, p))
    }

    /// What payment is told when it announces something; `None` for a payment that nothing was
    /// decided about, and for one of which it says that all is done that was asked: whoever answers
    /// that talks for ever, and where messages come twice, ever more. Of another payment under a known
    /// id the house keeps nothing, for ever. Who speaks of one tender of a known payment alone has
    /// lost the others, and is told what all of them are for: nothing of it is to go back for that.
    #[must_use]
    pub fn settle_for(&self, news: &Announcement) -> Option<Settle> {
        let known = self.payments.get(&news.payment)?;
        let is_done = known.settled && news.settled_ver == Some(known.asked_ver);
        if is_done && known.is(news) {
            return None;
        }
        Some(if known.is(news) || known.is_one_tender_of(news) {
            Settle {
                reopened_at: news.reopened_at,
                ..self.settle_of(news.payment, known)
            }
        } else {
            Settle {
                payment: news.payment,
                booking: news.booking,
                amount: news.amount,
                tender: news.tender,
                keep_minor: 0,
                ver: known.asked_ver,
                reopened_at: news.reopened_at,
            }
        })
    }

    fn settle_of(&self, payment: PaymentId, p: &PaymentRecord) -> Settle {
        Settle {
            payment,
            booking: crate::ids::BookingId {
                show: self.show,
                uuid: p.booking,
            },
            amount: p.amount,
            tender: p.tender,
            keep_minor: p.keep_minor,
            ver: p.asked_ver,
            reopened_at: None,
        }
    }
}

//! Where payments are written down.
//!
//! Contract of every backend: each call is one transaction, durable when it answers; a payment is
//! read, stepped and written in that one transaction, so that no two steps of it cross; nothing of
//! it is ever deleted, and each notable step adds a line to the trail.
//!
//! A store object is one server of its database. A payment whose provider is asked is *leased* to
//! the server that asks, until a time, in the transaction that says so: by [`PaymentStore::begin`],
//! by a step that finds something to ask at once, or by [`PaymentStore::take`]. Until then no other
//! server is given it, so two never ask about one payment at once; after it any may take it up, so
//! a dead server's work is not lost. What a server leased itself it may take again: within a server
//! `flow` sees to it that one task is at a payment. The lease ends with the answer.
//!
//! An announcement that is due is told by the server whose [`Input::Tell`] moves its time; to the
//! others nothing is due any more.

use houseful_core::{
    ids::{BookingId, PaymentId},
    message::Tender,
    time::UtcMillis,
};

use super::{
    machine::{Account, Input, Moment, Step},
    token::SigningKey,
    voucher::VoucherStore,
};
use crate::{
    chance,
    store::{Later, StoreError},
};

/// The newest two secrets of those that sign leave to pay, the newest first.
pub type Secrets = Vec<[u8; 32]>;

/// A payment that somebody wants to begin.
#[derive(Clone, Debug)]
pub struct Begin {
    /// As it will stand.
    pub account: Account,
    /// What tells a repeat from a reused id, by each key, the one to write first.
    pub fingerprints: Vec<[u8; 16]>,
    /// The leave to pay is over: only a repeat is answered.
    pub expired: bool,
    /// How many payments of a booking may be declined or not decided yet.
    pub declined_max: u32,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Begun {
    /// It was written down.
    Fresh(Account),
    /// It was begun before, by the same request.
    Known(Account),
    /// Another request has its id.
    Reused,
    /// The booking has had its declined payments, or waits for that many.
    TooMany,
    /// It is new, and the leave to pay is over.
    Expired,
}

/// Which payments are given to whoever asks the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Take {
    /// One whose provider has to be asked by now.
    Due,
    /// One whose provider has to be asked, now or later.
    Early,
}

/// Who asks the provider of a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    /// A number that the server drew when it started.
    pub by: [u8; 16],
    /// The end: from then on any server may take the payment up.
    pub until: UtcMillis,
}

impl Lease {
    /// Whether `me` may have a payment that is leased so.
    #[must_use]
    pub fn lets(lease: Option<Self>, me: [u8; 16], now: UtcMillis) -> bool {
        lease.is_none_or(|l| l.by == me || l.until <= now)
    }
}

/// A payment after a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stepped {
    /// As it stands now.
    pub account: Account,
    /// What came of the input.
    pub step: Step,
}

/// Which payments are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only those that are not settled.
    pub open: bool,
    /// Only those of a booking.
    pub booking: Option<BookingId>,
}

/// Where a page of payments ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageCursor {
    /// When its last payment was begun.
    pub created_at: UtcMillis,
    /// That payment.
    pub payment: PaymentId,
}

/// What waits for the worker.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Due {
    /// Payments whose provider has to be asked.
    pub calls: Vec<PaymentId>,
    /// Payments of which booking has to be told again.
    pub news: Vec<PaymentId>,
    /// How many announcements wait to be answered, due or not.
    pub outbox: u32,
}

/// Payments with their tenders, vouchers, and the keys that sign leave to pay.
///
/// What a step changes of a payment's tenders is written in its transaction, with a line of the
/// ledger for each movement of a tender's money.
pub trait PaymentStore: VoucherStore {
    /// Gives an id to payments of this booking by this means; `false` when it is another's.
    fn claim(&self, id: PaymentId, booking: BookingId, tender: Tender) -> Later<'_, bool>;
    /// Begins a payment, or says why not. A new one is leased until its own `next_at`.
    fn begin(&self, begin: Begin) -> Later<'_, Begun>;
    /// Steps a payment. One that is not there is first written down as `or_else`, if that is
    /// given; else the answer is `None`. If something has to be asked by then, and no other server
    /// is at it, the payment is leased until `until`. An [`Input::Tell`] before its time is no step.
    fn step(
        &self,
        id: PaymentId,
        input: Input,
        or_else: Option<Account>,
        at: Moment,
        until: UtcMillis,
    ) -> Later<'_, Option<Stepped>>;
    /// Leases a payment until `until`; `None` if its provider need not be asked, or another server
    /// is at it.
    fn take(
        &self,
        id: PaymentId,
        which: Take,
        now: UtcMillis,
        until: UtcMillis,
    ) -> Later<'_, Option<Account>>;
    /// From now on all payments but cash believe only what answers an announcement that says so,
    /// whatever else stays as it is.
    fn doubt_all(&self, now: UtcMillis) -> Later<'_, ()>;
    /// A payment.
    fn get(&self, id: PaymentId) -> Later<'_, Option<Account>>;
    /// Payments, the newest first, at most `limit`, those behind `after` only.
    fn list(
        &self,
        filter: Filter,
        after: Option<PageCursor>,
        limit: u32,
    ) -> Later<'_, Vec<Account>>;
    /// What waits at `now` and no other server is at, at most `limit` of each kind.
    fn due(&self, now: UtcMillis, limit: u32) -> Later<'_, Due>;
    /// Has the provider asked at once about all that an earlier run left unfinished; to be called
    /// before this run begins anything. Where other servers may be at work nothing is known of an
    /// earlier run: its leases end by themselves, and the answer is 0.
    fn take_over(&self, now: UtcMillis) -> Later<'_, u64>;
    /// Whether other servers may be at work on these payments.
    fn shared(&self) -> bool;
    /// The newest secrets; where there is none `first` is written and is the one. Of several
    /// servers that start at once all hear the same.
    fn secrets(&self, first: [u8; 32], now: UtcMillis) -> Later<'_, Secrets>;
    /// Writes a newer secret.
    fn add_secret(&self, secret: [u8; 32], now: UtcMillis) -> Later<'_, ()>;
}

/// The keys of these payments; the first one is made when there is none.
///
/// # Errors
/// They can't be read or written.
pub async fn load_key(store: &dyn PaymentStore, now: UtcMillis) -> Result<SigningKey, StoreError> {
    let secrets = store.secrets(chance::bytes(), now).await?;
    let mut secrets = secrets.into_iter();
    let newest = secrets.next().ok_or(StoreError::Busy)?;
    Ok(SigningKey::new(newest, secrets.next()))
}

/// Makes a new key; what the last one signed is still believed.
///
/// # Errors
/// It can't be written.
pub async fn change_key(
    store: &dyn PaymentStore,
    now: UtcMillis,
) -> Result<SigningKey, StoreError> {
    store.add_secret(chance::bytes(), now).await?;
    load_key(store, now).await
}

/// A payment in the transaction that steps it.
#[derive(Clone, Debug)]
pub(super) struct Held {
    /// As it stands.
    pub(super) account: Account,
    /// Who is at it.
    pub(super) lease: Option<Lease>,
}

impl Held {
    /// Steps it, and says who is at it from then on.
    pub(super) fn step(
        &mut self,
        input: &Input,
        at: Moment,
        me: Lease,
    ) -> Result<Step, StoreError> {
        let early = |tell_at: Option<UtcMillis>| tell_at.is_none_or(|t| t > at.now);
        if matches!(input, Input::Tell) && early(self.account.tell_at) {
            return Ok(Step::default());
        }
        let step = self.account.step(input, at);
        if let Err(broken) = self.account.check() {
            return Err(StoreError::Unreadable(broken.to_string()));
        }
        let answered = matches!(input, Input::Learned(_) | Input::Missed { .. });
        // What was heard of by the way says nothing about who is at it.
        let aside = matches!(input, Input::Heard(_)) && !step.changed;
        if !aside && Lease::lets(self.lease, me.by, at.now) {
            if self.account.due_call(at.now).is_some() {
                self.lease = Some(me);
            } else if answered {
                self.lease = None;
            }
        }
        Ok(step)
    }

    /// Leases it, if something has to be asked and nobody else is at it; whether it did.
    pub(super) fn take(&mut self, which: Take, now: UtcMillis, me: Lease) -> bool {
        let call = match which {
            Take::Due => self.account.due_call(now),
            Take::Early => self.account.call(),
        };
        let free = call.is_some() && Lease::lets(self.lease, me.by, now);
        // A lease that has most of its time left is not written again.
        let long = |l: Lease| l.by == me.by && l.until.ms_since(now) * 2 > me.until.ms_since(now);
        if free && !self.lease.is_some_and(long) {
            self.lease = Some(me);
        }
        free
    }
}

/// What a line of the trail says beside its kind.
pub(super) fn detail(input: &Input) -> String {
    match input {
        Input::Learned(charge) | Input::Heard(charge) => charge.status.word().to_owned(),
        Input::Missed { why } => why.clone(),
        Input::Complete(amount) => amount.to_string(),
        Input::Settle { keep, .. } => format!("keep {} at {}", keep.minor, keep.ver),
        Input::SeenTo { minor, said } => format!("{minor} {said}"),
        Input::Tell | Input::Reopen => String::new(),
    }
}

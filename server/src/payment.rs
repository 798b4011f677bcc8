//! The payment role: takes money, gives it back, and obeys what booking says about keeping it.
//!
//! ```text
//! pay ── begin (row) ── authorise ── learn (row) ── announce ──> booking
//! booking ──> settle ── keep (row) ── capture | void | refund ── learn (row) ── announce
//! ```
//!
//! No provider is called inside a transaction: what is wanted is written first, then the provider
//! is asked, then its answer is written. Whatever was left open by a crash is asked again.

pub mod card;
mod cash;
mod doubts;
mod error;
mod flow;
mod later;
mod lost;
pub mod machine;
mod parts;
mod plan;
#[cfg(feature = "postgres")]
mod postgres;
pub mod provider;
mod reconcile;
mod reopen;
mod shown;
mod sqlite;
pub mod store;
pub mod stripe;
mod token;
pub mod voucher;
mod vouchers;
mod waiting;
mod words;
mod worker;

use std::{sync::Arc, time::Duration};

use houseful_core::{
    ids::{BookingId, PaymentId},
    message::{Settle, Tender},
    money::Money,
    wire::{
        admin::CardDial,
        payment::{PayRequest, Payment, PaymentState, Reconciled, Reopened, TenderWish},
    },
};
use tokio::sync::Semaphore;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

#[cfg(feature = "postgres")]
pub use self::postgres::{PostgresCharges, PostgresIntents, PostgresPayments};
use self::{
    card::CardTerminal,
    doubts::Heard,
    flow::Flow,
    machine::{Account, Input, Keep},
    plan::Plan,
    provider::Provider,
    shown::shown,
    store::Begin,
    stripe::{Event, Stripe},
    voucher::VoucherStore,
    waiting::Waiting,
};
pub use self::{
    card::SimLedger,
    error::PaymentError,
    sqlite::{SqliteCharges, SqliteIntents, SqlitePayments},
    store::{Filter, PageCursor, PaymentStore, change_key, load_key},
    token::{SigningKey, TokenClaims},
};
use crate::{bus::Bus, clock::Clock, store::StoreError};

/// The longest a payer waits for an answer, in milliseconds.
pub const WAIT_MS_MAX: u32 = 20_000;
/// How many payments of a booking may be declined or not decided yet; more look like somebody trying
/// out cards.
pub const DECLINED_MAX: u32 = 3;
/// The most payments on a page.
pub const LIST_MAX: u32 = 1_000;
/// How many messages of the provider are seen to at once.
const WAKING_MAX: usize = 64;
/// How long a message waits for its payment to be looked at, in milliseconds of real time: its sender
/// waits longer.
const WAKE_MS: u64 = 8_000;
/// How long a stop waits for calls that are under way.
const STOP_MS: u64 = 3_000;

/// Who takes the cards of a house.
#[derive(Clone, Debug)]
pub enum Cards {
    /// The simulated terminal.
    Terminal(CardTerminal),
    /// Stripe.
    Stripe(Stripe),
}

impl Cards {
    /// The simulated terminal over its ledger.
    #[must_use]
    pub fn terminal(charges: Arc<dyn SimLedger>, clock: &Clock) -> Self {
        Self::Terminal(CardTerminal::new(charges, clock.clone()))
    }

    const fn stripe(&self) -> Option<&Stripe> {
        match self {
            Self::Terminal(_) => None,
            Self::Stripe(stripe) => Some(stripe),
        }
    }

    fn provider(&self) -> Arc<dyn Provider> {
        match self {
            Self::Terminal(terminal) => Arc::new(terminal.clone()),
            Self::Stripe(stripe) => Arc::new(stripe.clone()),
        }
    }
}

/// The payment role; clones share it.
#[derive(Clone)]
pub struct Payments {
    flow: Arc<Flow>,
    cards: Cards,
    key: SigningKey,
    waiting: Waiting,
    /// Places for looks that messages of the provider have asked for.
    waking: Arc<Semaphore>,
}

impl std::fmt::Debug for Payments {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Payments")
    }
}

impl Payments {
    /// Starts the role on the current runtime, with its worker and its comparison with the
    /// provider's list. Both end when `shutdown` is cancelled.
    #[must_use]
    pub fn start(
        rooms: (Arc<dyn PaymentStore>, Cards),
        bus: Arc<dyn Bus>,
        key: SigningKey,
        clock: Clock,
        shutdown: CancellationToken,
    ) -> Self {
        let payments = Self::idle(rooms, bus, key, clock);
        let flow = &payments.flow;
        tokio::spawn(worker::run(Arc::clone(flow), shutdown.clone()));
        if let Some(stripe) = payments.cards.stripe().cloned() {
            tokio::spawn(later::run(Arc::clone(flow), stripe, shutdown.clone()));
        }
        tokio::spawn(reconcile::run(Arc::clone(flow), shutdown));
        payments
    }

    /// The room of a role that another server has: nothing works in it.
    #[must_use]
    pub fn idle(
        (store, cards): (Arc<dyn PaymentStore>, Cards),
        bus: Arc<dyn Bus>,
        key: SigningKey,
        clock: Clock,
    ) -> Self {
        let flow = Arc::new(Flow::new(
            store,
            cards.provider(),
            bus,
            clock,
            TaskTracker::new(),
        ));
        Self {
            flow,
            cards,
            key,
            waiting: Waiting::default(),
            waking: Arc::new(Semaphore::new(WAKING_MAX)),
        }
    }

    /// Begins a payment, or finds the one that the same request began, and waits up to `wait_ms`
    /// for it to be final. The payment goes on if the caller does not wait.
    ///
    /// # Errors
    /// Nothing was begun, or it is unknown whether; see [`PaymentError`].
    pub async fn pay(&self, request: PayRequest, wait_ms: u32) -> Result<Payment, PaymentError> {
        let claims = self.claims(&request.token)?;
        let wishes = plan::wishes(&request)?;
        for wish in &wishes {
            if let TenderWish::Card { card, .. } = wish {
                self.flow.card().takes(card)?;
            }
        }
        let now = self.flow.clock.now();
        let content = format!(
            "{} {} {} {}",
            claims.booking,
            claims.quote,
            claims.amount,
            plan::content(&wishes)
        );
        let about = (claims.booking, claims.quote);
        let Plan { parts, card } = self.plan(&request, wishes, claims.amount).await?;
        let begin = Begin {
            account: Account::begin(request.payment, about, claims.amount, now).of_parts(parts),
            fingerprints: self.key.fingerprints(&content),
            expired: claims.expires_at <= now,
            declined_max: DECLINED_MAX,
        };
        let flow = Arc::clone(&self.flow);
        // A payer who goes away must not leave half a payment behind.
        let begun = self
            .flow
            .tasks
            .spawn(async move { flow.begin(begin, card, claims.expires_at).await });
        let begun = begun.await.map_err(|_| PaymentError::Unknown)?;
        let why = match &begun {
            Err(PaymentError::TokenExpired { .. }) => Some("it is over"),
            Err(PaymentError::IdReused) => Some("its payment's id was used for another payment"),
            _ => None,
        };
        if let Some(why) = why {
            tracing::warn!(payment.id = %request.payment, booking.id = %claims.booking, why, "a payment token is not believed");
        }
        let account = begun?;
        if account.is_final() {
            return Ok(shown(&account));
        }
        self.wait(&account, wait_ms.min(WAIT_MS_MAX)).await;
        let last = self.flow.store.get(account.id).await?;
        Ok(self.told(&last.unwrap_or(account)))
    }

    /// A payment, with what its payer has to do.
    fn told(&self, account: &Account) -> Payment {
        let pending = account.state == PaymentState::Pending;
        let action = pending.then(|| self.flow.card().action(account.id));
        Payment {
            action: action.flatten(),
            ..shown(account)
        }
    }

    /// Which tender pays how much. A repeat is not planned again: what its vouchers are worth by now
    /// is what the first request left of them.
    async fn plan(
        &self,
        request: &PayRequest,
        wishes: Vec<TenderWish>,
        amount: Money,
    ) -> Result<Plan, PaymentError> {
        let store = &self.flow.store;
        let begun = Plan::of_card(request.payment, amount, None);
        let by_vouchers = plan::asks_vouchers(&wishes);
        if by_vouchers && store.get(request.payment).await?.is_some() {
            return Ok(begun);
        }
        let now = self.flow.clock.now();
        let vouchers: &dyn VoucherStore = store.as_ref();
        let planned = plan::plan(vouchers, request.payment, wishes, amount, now).await;
        // The same request may have come by another way meanwhile.
        if by_vouchers && planned.is_err() && store.get(request.payment).await?.is_some() {
            return Ok(begun);
        }
        planned
    }

    /// Waits for a payment to be final, if there is a place to wait.
    async fn wait(&self, account: &Account, wait_ms: u32) {
        let Some(_place) = self.waiting.place(account.booking) else {
            return;
        };
        let mut seen = self.flow.watch(account.id);
        let look = self.flow.store.get(account.id).await;
        // It may have ended before it was watched.
        if !look.is_ok_and(|found| found.is_some_and(|a| a.is_final())) {
            // Whoever has something to do at the bank must not be kept waiting.
            let provider = self.flow.card();
            let last = seen.wait_for(|a| {
                a.as_ref().is_some_and(Account::is_final) || provider.action(account.id).is_some()
            });
            let elsewhere = self.flow.ended_elsewhere(account.id);
            let either = async {
                tokio::select! { _ = last => {}, () = elsewhere => {} }
            };
            let wait = Duration::from_millis(u64::from(wait_ms));
            // Whatever came of it is read from the payment.
            let _ = tokio::time::timeout(wait, either).await;
        }
        drop(seen);
        self.flow.watch_no_more(account.id);
    }

    /// Gives a payment's id to cash for a booking, before its show is asked. From then on no other
    /// payment can have it, whether or not the cash is taken.
    ///
    /// # Errors
    /// It is another payment's, or can't be written now.
    pub async fn claim_cash(&self, id: PaymentId, booking: BookingId) -> Result<(), PaymentError> {
        if self.flow.store.claim(id, booking, Tender::Cash).await? {
            Ok(())
        } else {
            Err(PaymentError::IdReused)
        }
    }

    /// What a payment token says, whether or not it is over: whose booking it is about.
    ///
    /// # Errors
    /// The house did not sign it.
    pub fn claims(&self, token: &str) -> Result<TokenClaims, PaymentError> {
        self.key
            .verify(token)
            .filter(|claims| claims.amount.minor > 0)
            .ok_or_else(|| {
                let why = token::flaw(token);
                tracing::warn!(why, "a payment token is not believed");
                PaymentError::TokenInvalid
            })
    }

    /// The key that signs and checks payment tokens.
    #[must_use]
    pub fn key(&self) -> &SigningKey {
        &self.key
    }

    /// A payment.
    ///
    /// # Errors
    /// It can't be read now.
    pub async fn get(&self, id: PaymentId) -> Result<Option<Payment>, PaymentError> {
        let found = self.flow.store.get(id).await?;
        Ok(found.as_ref().map(|account| self.told(account)))
    }

    /// Payments, the newest first: all, those that are not settled, or those of a booking; at most
    /// `limit`, those behind `after` only.
    ///
    /// # Errors
    /// They can't be read now.
    pub async fn page(
        &self,
        filter: Filter,
        after: Option<PageCursor>,
        limit: u32,
    ) -> Result<(Vec<Payment>, Option<PageCursor>), PaymentError> {
        let asked = limit.saturating_add(1);
        let mut found = self.flow.store.list(filter, after, asked).await?;
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = found.len() > limit;
        found.truncate(limit);
        let last = found.last().filter(|_| more);
        let next = last.map(|a| PageCursor {
            created_at: a.created_at,
            payment: a.id,
        });
        Ok((found.iter().map(shown).collect(), next))
    }

    /// The newest payments: all, those that are not settled, or those of a booking.
    ///
    /// # Errors
    /// They can't be read now.
    pub async fn list(
        &self,
        open: bool,
        booking: Option<BookingId>,
    ) -> Result<Vec<Payment>, PaymentError> {
        let filter = Filter { open, booking };
        let (items, _) = self.page(filter, None, LIST_MAX).await?;
        Ok(items)
    }

    /// Compares all charges on the provider's list with our payments and brings them in line, with
    /// what changed since the list was read last however old it is.
    ///
    /// # Errors
    /// The list or the payments can't be read now.
    pub async fn reconcile(&self) -> Result<Reconciled, PaymentError> {
        let whole = houseful_core::time::UtcMillis(0);
        let mut done = reconcile::compare(&self.flow, whole).await?;
        if let Some(stripe) = self.cards.stripe() {
            let mut later = Reconciled::default();
            // What can't be seen to now is told in the log, and has its turn in a minute.
            let _ = later::hear(&self.flow, stripe, &mut later).await;
            done.repaired += later.repaired;
            done.unknown += later.unknown;
            done.differing += later.differing;
        }
        Ok(done)
    }

    /// Asks booking again about the card payments that changed since a time, and obeys what it says
    /// then, whatever it said before: its journals may have gone back to how they were.
    ///
    /// # Errors
    /// Not all payments could be read or written now; the same again does the rest.
    pub async fn reopen(
        &self,
        since: houseful_core::time::UtcMillis,
    ) -> Result<Reopened, PaymentError> {
        reopen::reopen(&self.flow, since).await
    }

    /// Turns the fault dial of the simulated card terminal; `false` if this house has another
    /// provider.
    pub fn set_dial(&self, dial: CardDial) -> bool {
        match &self.cards {
            Cards::Terminal(terminal) => {
                terminal.set_dial(dial);
                true
            }
            Cards::Stripe(_) => false,
        }
    }

    /// Looks where the charge stands that a message of Stripe's is about, and writes that down;
    /// `false` if that was not done in time and the message should come again.
    #[must_use]
    pub async fn wake(&self, event: &Event) -> bool {
        let (Some(stripe), Some(intent)) = (self.cards.stripe(), &event.intent) else {
            return true;
        };
        let Ok(place) = Arc::clone(&self.waking).try_acquire_owned() else {
            return false;
        };
        let (flow, stripe, intent) = (Arc::clone(&self.flow), stripe.clone(), intent.clone());
        // In a task of its own: what was begun is not broken off by a sender who goes away.
        let look = self.flow.tasks.spawn(async move {
            let mut done = Reconciled::default();
            let seen = later::wake(&flow, &stripe, &intent, &mut done).await;
            drop(place);
            seen
        });
        let patience = Duration::from_millis(WAKE_MS);
        matches!(tokio::time::timeout(patience, look).await, Ok(Ok(true)))
    }

    /// Takes what booking says about keeping a payment, writes it down and does it. Old and
    /// repeated messages change nothing, nor do those that make no sense: booking never says them.
    ///
    /// # Errors
    /// It is not known to be written, and should be brought again.
    pub async fn settle(&self, ask: Settle) -> Result<(), StoreError> {
        if !(0..=ask.amount.minor).contains(&ask.keep_minor) {
            tracing::error!(payment.id = %ask.payment, keep = ask.keep_minor, "a settlement makes no sense");
            return Ok(());
        }
        let keep = Keep {
            minor: ask.keep_minor,
            ver: ask.ver,
        };
        let heard = self.flow.accepts(&ask, keep).await?;
        metrics::counter!("settlements_heard_total", "how" => heard.word()).increment(1);
        match heard {
            Heard::Sound => {}
            Heard::OfAnother => {
                tracing::error!(payment.id = %ask.payment, "a settlement names another booking or amount");
                return Ok(());
            }
            Heard::Doubtful => {
                tracing::info!(payment.id = %ask.payment, ver = ask.ver, "a settlement may be of a lost journal: booking is asked");
            }
            Heard::Again => return Ok(()),
        }
        let unheard = Account::unheard(&ask, self.flow.clock.now());
        let (id, reopened_at) = (ask.payment, ask.reopened_at);
        let input = Input::Settle { keep, reopened_at };
        let account = self.flow.write(id, input, Some(unheard)).await?;
        if account.is_some_and(|account| account.call().is_some()) {
            self.flow.spawn_drive(id);
        }
        Ok(())
    }

    /// Waits for calls that are under way, but not for long: what is cut off is asked again by
    /// the next run. To be called after `shutdown` was cancelled.
    pub async fn stop(&self) {
        self.flow.tasks.close();
        let rest = self.flow.tasks.wait();
        if tokio::time::timeout(Duration::from_millis(STOP_MS), rest)
            .await
            .is_err()
        {
            tracing::warn!("provider calls were under way when payments stopped");
        }
    }
}

#[cfg(test)]
mod tests;

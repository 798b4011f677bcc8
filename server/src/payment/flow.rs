//! One payment at a time from step to step: asks the provider what the machine wants asked,
//! writes the answer down, tells booking.

mod turns;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use houseful_core::{
    ids::{PaymentId, VoucherId},
    message::{Settle, Tender},
    money::Money,
    time::UtcMillis,
    wire::payment::Card,
};
use tokio::sync::watch;
use tokio_util::task::TaskTracker;

use self::turns::Turns;
use super::{
    PaymentError,
    card::wait_until,
    cash::Cash,
    doubts::{Doubts, Heard},
    lost::Lost,
    machine::{Account, Call, Input, Keep, Moment, Part},
    provider::{Calling, Charge, Order, Provider, ProviderError},
    store::{Begin, Begun, PaymentStore, Stepped, Take},
    voucher::{VoucherDesk, VoucherStore},
};
use crate::{bus::Bus, clock::Clock, store::StoreError};

/// On a fast clock a server second is short: machinery gets at least so much real time for an
/// answer, and between two attempts.
const CALL_REAL_MS: i64 = 250;
const AGAIN_REAL_MS: i64 = 25;
/// How long a payment is left to the server that asks about it, in times of the longest that an
/// answer may take: the rest is for writing the answer down.
const LEASE_CALLS: i64 = 4;
/// How often is looked whether another server finished a payment that somebody waits for here, in
/// milliseconds of real time.
const ELSEWHERE_REAL_MS: u64 = 500;
/// How often, and after which rests in milliseconds of real time, is looked whether a payment was
/// begun of which that is unknown: as long as another server of the database may take to lead.
const FIND_OUT_TRIES: u32 = 60;
const FIND_OUT_REAL_MS: u64 = 500;
/// The rests, in milliseconds of real time, after which what a provider answered is written again if it
/// could not be, while the payment is ours: asking anew would make a payer wait for what is known here.
const WRITE_AGAIN_REAL_MS: [u64; 5] = [50, 200, 500, 1_500, 3_000];
/// How many payments are followed before those are looked for whose followers went away.
const WATCHED_MAX: usize = 10_000;

/// What all parts of the payment role share.
pub(super) struct Flow {
    pub(super) store: Arc<dyn PaymentStore>,
    card: Arc<dyn Provider>,
    bus: Arc<dyn Bus>,
    pub(super) clock: Clock,
    /// Calls under way; a stop waits for them.
    pub(super) tasks: TaskTracker,
    /// Whether what an earlier run left open has been told from what this run begins.
    pub(super) taken_over: watch::Sender<bool>,
    turns: Turns,
    doubts: Doubts,
    watched: Mutex<HashMap<PaymentId, watch::Sender<Option<Account>>>>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Flow {
    pub(super) fn new(
        store: Arc<dyn PaymentStore>,
        card: Arc<dyn Provider>,
        bus: Arc<dyn Bus>,
        clock: Clock,
        tasks: TaskTracker,
    ) -> Self {
        Self {
            store,
            card,
            bus,
            clock,
            tasks,
            taken_over: watch::Sender::new(false),
            turns: Turns::default(),
            doubts: Doubts::default(),
            watched: Mutex::default(),
        }
    }

    pub(super) fn moment(&self) -> Moment {
        Moment {
            now: self.clock.now(),
            floor_ms: i64::from(self.clock.speed()) * AGAIN_REAL_MS,
        }
    }

    /// The longest an answer may take, in milliseconds of server time.
    fn call_ms(&self) -> i64 {
        let speed = i64::from(self.clock.speed());
        let patience = self.card.patience_ms();
        patience.max(CALL_REAL_MS.saturating_mul(speed))
    }

    /// Until when a payment is ours if we begin to ask about it now.
    fn lease_until(&self) -> UtcMillis {
        let lease_ms = self.call_ms().saturating_mul(LEASE_CALLS);
        self.clock.now().plus_ms(lease_ms)
    }

    /// Who is asked about cards, and has a list of what he was asked.
    pub(super) fn card(&self) -> &dyn Provider {
        self.card.as_ref()
    }

    /// Who is asked about a tender.
    fn provider(&self, account: &Account, part: &Part) -> Arc<dyn Provider> {
        match part.means {
            Tender::Cash => Arc::new(Cash),
            Tender::Split if account.is_lost(part) => Arc::new(Lost),
            Tender::Card | Tender::Split => Arc::clone(&self.card),
            Tender::Voucher => {
                let vouchers: Arc<dyn VoucherStore> = Arc::clone(&self.store) as _;
                // Each has one; without, there is no such voucher.
                let voucher = part.voucher.unwrap_or(VoucherId(uuid::Uuid::nil()));
                let order = order_of(account, part);
                let rooms = (vouchers, self.clock.clone());
                Arc::new(VoucherDesk::new(rooms, voucher, account.id, order))
            }
        }
    }

    /// Writes a new payment down and, if it is new, asks for its tenders in a task of its own.
    pub(super) async fn begin(
        self: Arc<Self>,
        begin: Begin,
        card: Option<Card>,
        expires_at: UtcMillis,
    ) -> Result<Account, PaymentError> {
        let mut ready = self.taken_over.subscribe();
        if ready.wait_for(|done| *done).await.is_err() {
            return Err(PaymentError::Busy);
        }
        let max = begin.declined_max;
        let begun = self.store.begin(begin.clone()).await;
        if begun == Err(StoreError::Unknown) {
            // It may be written, and nobody else will ever know the card.
            let flow = Arc::clone(&self);
            let after_all = async move { flow.begin_after_all(begin, card, expires_at).await };
            self.tasks.spawn(after_all);
            return Err(PaymentError::Unknown);
        }
        let account = match begun? {
            Begun::Known(account) => return Ok(account),
            Begun::Reused => return Err(PaymentError::IdReused),
            Begun::Expired => return Err(PaymentError::TokenExpired { at: expires_at }),
            Begun::TooMany => return Err(PaymentError::TooManyAttempts { max }),
            Begun::Fresh(account) => account,
        };
        metrics::counter!("payments_total", "state" => account.state.word()).increment(1);
        let (flow, begun) = (Arc::clone(&self), account.clone());
        self.tasks
            .spawn(async move { flow.authorise(begun, card).await });
        Ok(account)
    }

    /// Finds out what became of a payment that may have been begun, and goes on with it if nobody
    /// else does: whoever asks again at another server has begun it there.
    async fn begin_after_all(&self, mut begin: Begin, card: Option<Card>, expires_at: UtcMillis) {
        for _ in 0..FIND_OUT_TRIES {
            self.clock.rest_real(FIND_OUT_REAL_MS).await;
            if self.tasks.is_closed() {
                return;
            }
            begin.expired = expires_at <= self.clock.now();
            let ours = match self.store.begin(begin.clone()).await {
                Ok(Begun::Fresh(account)) => Ok(Some(account)),
                Ok(Begun::Known(account)) => {
                    let (now, until) = (self.clock.now(), self.lease_until());
                    self.store.take(account.id, Take::Early, now, until).await
                }
                Ok(Begun::Reused | Begun::TooMany | Begun::Expired) => return,
                Err(error) => Err(error),
            };
            match ours {
                Ok(Some(account)) if account.was_never_asked() => {
                    return self.authorise(account, card).await;
                }
                Ok(_) => return,
                Err(_) => {}
            }
        }
    }

    /// Asks for each tender's promise in order, until one is refused, and goes on from there.
    async fn authorise(&self, account: Account, card: Option<Card>) {
        let id = account.id;
        // Nobody else looks at it.
        let card = card.unwrap_or_else(|| Card::number(""));
        let until = account.next_at.unwrap_or(UtcMillis::MAX);
        let mut missed = false;
        if let Some(_turn) = self.turns.enter(id) {
            for part in &account.parts {
                let provider = self.provider(&account, part);
                let answer = provider.authorise(order_of(&account, part), card.clone());
                let input = self.heard(id, "authorise", answer).await;
                missed = matches!(input, Input::Missed { .. });
                let stepped = self.answered(id, input, until).await;
                let promised =
                    |a: Account| a.parts.iter().any(|p| p.id == part.id && p.is_promised());
                if !stepped.is_some_and(promised) {
                    break;
                }
            }
        }
        // Without an answer it is found out at once what became of it.
        self.drive(id, missed).await;
    }

    /// How what booking says is to be heard. A payment of which we know a tender only is made whole
    /// first.
    pub(super) async fn accepts(&self, ask: &Settle, keep: Keep) -> Result<Heard, StoreError> {
        let Some(known) = self.store.get(ask.payment).await? else {
            return Ok(Heard::Sound);
        };
        if known.is_remnant_of(ask) {
            let whole = Input::Complete(ask.amount);
            self.write(ask.payment, whole, None).await?;
        } else if known.booking != ask.booking
            || known.amount != ask.amount
            || known.tender() != ask.tender
        {
            return Ok(Heard::OfAnother);
        }
        if !known.is_doubtful(keep, ask.reopened_at) {
            return Ok(Heard::Sound);
        }
        let again = self
            .doubts
            .asked_lately(ask.payment, keep, Clock::stopwatch());
        Ok(if again { Heard::Again } else { Heard::Doubtful })
    }

    pub(super) fn spawn_drive(self: &Arc<Self>, id: PaymentId) {
        let flow = Arc::clone(self);
        self.tasks.spawn(async move { flow.drive(id, false).await });
    }

    /// Takes a payment as far as it will go now. `at_once` asks the provider even if that is
    /// planned for later.
    async fn drive(&self, id: PaymentId, mut at_once: bool) {
        let Some(mut turn) = self.turns.enter(id) else {
            return;
        };
        loop {
            while self.advance(id, at_once).await {
                at_once = false;
            }
            if turn.ends() {
                return;
            }
        }
    }

    /// Makes one call that is due and writes down its answer; `false` when nothing is due.
    async fn advance(&self, id: PaymentId, at_once: bool) -> bool {
        let which = if at_once { Take::Early } else { Take::Due };
        let (now, until) = (self.clock.now(), self.lease_until());
        let account = match self.store.take(id, which, now, until).await {
            Ok(Some(account)) => account,
            Ok(None) => return false,
            Err(error) => {
                tracing::warn!(payment.id = %id, %error, "a payment can't be taken up");
                return false;
            }
        };
        let Some((part, call)) = account.next_call() else {
            return false;
        };
        let provider = self.provider(&account, part);
        let order = order_of(&account, part);
        let answer: Calling<'_, Charge> = match call {
            Call::Capture { minor } => provider.capture(order, minor),
            Call::Void => provider.void(order),
            Call::Refund { total_minor } => provider.refund(order, total_minor),
            // In the house nothing is needed but the order itself, so what was not asked yet is asked.
            Call::Resolve if !part.is_outside() => provider.authorise(order, Card::number("")),
            Call::Resolve => Box::pin(async {
                match provider.look_up(order.clone()).await? {
                    Some(charge) => Ok(charge),
                    None => provider.void(order).await,
                }
            }),
        };
        let input = self.heard(id, call.word(), answer).await;
        self.answered(id, input, until).await.is_some()
    }

    /// Waits for a provider's answer, but not for ever.
    async fn heard(&self, id: PaymentId, call: &'static str, answer: Calling<'_, Charge>) -> Input {
        let until = self.clock.now().plus_ms(self.call_ms());
        let result = tokio::select! {
            biased;
            result = answer => result,
            () = wait_until(&self.clock, until) => Err(ProviderError::TimedOut),
        };
        let outcome = match &result {
            Ok(_) => "answered",
            Err(ProviderError::TimedOut) => "timed_out",
            Err(ProviderError::Unavailable(_)) => "failed",
            Err(ProviderError::Fault(why)) => {
                tracing::error!(payment.id = %id, call, why, "a provider will not do it; somebody should look");
                "refused"
            }
        };
        metrics::counter!("provider_calls_total", "call" => call, "outcome" => outcome)
            .increment(1);
        match result {
            Ok(charge) => Input::Learned(charge),
            Err(error) => Input::Missed {
                why: error.to_string(),
            },
        }
    }

    /// Writes an input down, and tells whoever waits for what came of it. `None` when there is
    /// no such payment or nothing could be written; then it is tried again later.
    pub(super) async fn step(
        &self,
        id: PaymentId,
        input: Input,
        or_else: Option<Account>,
    ) -> Option<Account> {
        // Why not is in the log.
        self.write(id, input, or_else).await.ok().flatten()
    }

    /// Writes down what came of asking a provider. An answer is written again if that is in vain, but
    /// not for as long as the payment may be another's: `until` then.
    async fn answered(&self, id: PaymentId, input: Input, until: UtcMillis) -> Option<Account> {
        if !matches!(input, Input::Learned(_)) {
            return self.step(id, input, None).await;
        }
        for rest_ms in WRITE_AGAIN_REAL_MS {
            let why = match self.write(id, input.clone(), None).await {
                Ok(account) => return account,
                Err(why) => why,
            };
            let rest = i64::try_from(rest_ms).unwrap_or(i64::MAX);
            let rest = rest.saturating_mul(i64::from(self.clock.speed()));
            let is_over = self.clock.now().plus_ms(rest) >= until;
            if is_over || self.tasks.is_closed() || matches!(why, StoreError::Unreadable(_)) {
                return None;
            }
            self.clock.rest_real(rest_ms).await;
        }
        self.step(id, input, None).await
    }

    /// The same for somebody who can bring the input again. `None` when there is no such payment.
    ///
    /// # Errors
    /// Why nothing is known to be written.
    pub(super) async fn write(
        &self,
        id: PaymentId,
        input: Input,
        or_else: Option<Account>,
    ) -> Result<Option<Account>, StoreError> {
        let stepped = self.write_step(id, input, or_else).await?;
        Ok(stepped.map(|stepped| stepped.account))
    }

    /// The same for somebody who wants to know what the input did.
    ///
    /// # Errors
    /// As above.
    pub(super) async fn write_step(
        &self,
        id: PaymentId,
        input: Input,
        or_else: Option<Account>,
    ) -> Result<Option<Stepped>, StoreError> {
        let kind = input.word();
        let until = self.lease_until();
        let step = self.store.step(id, input, or_else, self.moment(), until);
        let stepped = step.await.inspect_err(|error| {
            tracing::warn!(payment.id = %id, kind, %error, "a payment can't be written");
        })?;
        let Some(Stepped { account, step }) = stepped else {
            return Ok(None);
        };
        if step.notable {
            metrics::counter!("payments_total", "state" => account.state.word()).increment(1);
            tracing::debug!(payment.id = %id, kind, state = account.state.word(), "payment");
        }
        if step.flagged {
            let why = account.reason.as_deref().unwrap_or_default();
            metrics::counter!("payments_in_silence_total").increment(1);
            tracing::error!(payment.id = %id, booking.id = %account.booking, why, "booking is silent about a payment");
        }
        if step.lost {
            metrics::counter!("payments_lost_tenders_total").increment(1);
            tracing::error!(payment.id = %id, booking.id = %account.booking, amount = %account.amount, "what was paid beside the card of a payment is not known any more");
        }
        if step.short {
            metrics::counter!("payments_short_total").increment(1);
            tracing::error!(payment.id = %id, booking.id = %account.booking, captured = account.captured, refunded = account.refunded, "less of a payment is here than its tickets cost");
        }
        if step.stuck {
            let call = account.call().map_or("none", Call::word);
            let why = account.reason.as_deref().unwrap_or_default();
            metrics::counter!("payments_stuck_total", "call" => call).increment(1);
            tracing::error!(payment.id = %id, booking.id = %account.booking, call, why, "the provider was asked in vain again and again");
        }
        if step.announce {
            self.bus.announce(account.announcement());
        }
        if step.changed {
            self.show(&account);
        }
        Ok(Some(Stepped { account, step }))
    }

    /// Whether somebody is at a payment right now.
    pub(super) fn is_busy(&self, id: PaymentId) -> bool {
        self.turns.has(id)
    }

    /// Follows a payment from now on.
    pub(super) fn watch(&self, id: PaymentId) -> watch::Receiver<Option<Account>> {
        let mut watched = locked(&self.watched);
        watched
            .entry(id)
            .or_insert_with(|| watch::channel(None).0)
            .subscribe()
    }

    /// Waits until a payment is final by the hand of another server, of which nobody here is told.
    pub(super) async fn ended_elsewhere(&self, id: PaymentId) {
        if !self.store.shared() {
            return std::future::pending().await;
        }
        loop {
            self.clock.rest_real(ELSEWHERE_REAL_MS).await;
            let found = self.store.get(id).await;
            if found.is_ok_and(|found| found.is_some_and(|a| a.is_final())) {
                return;
            }
        }
    }

    /// Forgets who followed a payment, when nobody does any more.
    pub(super) fn watch_no_more(&self, id: PaymentId) {
        let mut watched = locked(&self.watched);
        if watched.get(&id).is_some_and(|w| w.receiver_count() == 0) {
            watched.remove(&id);
        }
    }

    fn show(&self, account: &Account) {
        let mut watched = locked(&self.watched);
        let gone = watched
            .get(&account.id)
            .is_some_and(|w| w.send(Some(account.clone())).is_err());
        if gone || account.is_final() {
            watched.remove(&account.id);
        }
        // Those whose watchers went away before anything happened.
        if watched.len() > WATCHED_MAX {
            watched.retain(|_, w| w.receiver_count() > 0);
        }
    }
}

pub(super) fn order_of(account: &Account, part: &Part) -> Order {
    Order {
        payment: part.id,
        booking: account.booking,
        quote: account.quote,
        amount: Money::new(part.amount, account.amount.currency),
    }
}

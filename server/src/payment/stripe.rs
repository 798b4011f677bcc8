//! Stripe: cards without a card number ever coming here.
//!
//! A payment becomes a `PaymentIntent` in two steps. The intent is made first, which moves nothing,
//! and its id is written down in the [`IntentBook`]; only then is it confirmed. So money can be
//! promised on an intent that we know by its id and on no other, and what became of a call whose
//! answer was lost is read from that object: no search, no list, no guess. A payment that is called
//! off before its intent was written down is closed in the same book, and whoever made the intent
//! meanwhile finds the book closed and leaves it unconfirmed, which is nothing.
//!
//! Statuses are those of <https://docs.stripe.com/payments/paymentintents/lifecycle>; a promise is
//! an intent with `capture_method=manual` in `requires_capture`, see
//! <https://docs.stripe.com/payments/place-a-hold-on-a-payment-method>. An intent that was declined
//! is cancelled before anybody is told, because whoever has its client secret could try another
//! card on it.

mod amounts;
mod book;
mod client;
mod config;
mod events;
mod fault;
mod listing;
mod objects;
mod refunds;
mod seen;
mod signature;
mod standing;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, atomic::AtomicBool},
};

use houseful_core::{
    ids::PaymentId,
    time::UtcMillis,
    wire::payment::{Card, PayerAction},
};

pub use self::{
    book::{Branch, IntentBook, Named},
    config::{BadStripe, StripeConfig},
    events::{Event, Unbelieved, Webhooks},
    signature::sign,
};
use self::{
    client::Client,
    fault::Fault,
    objects::{Intent, Status},
    seen::Seen,
    standing::{charge, never},
};
use super::{
    PaymentError,
    provider::{Calling, Charge, ChargeStatus, Listed, Order, Provider, ProviderError},
};
use crate::clock::Clock;

/// How long an answer may take, with the attempts that are made meanwhile: banks take seconds.
const PATIENCE_MS: i64 = 25_000;
/// How often a call that certainly did nothing is made again at once, and the first rest before.
const AGAIN: (u32, u64) = (2, 250);
/// How many payers are remembered who have something to do.
const ACTIONS_MAX: usize = 10_000;
/// The longest id of an object.
const ID_CHARS_MAX: usize = 255;

/// Stripe as a provider; clones share it.
#[derive(Clone)]
pub struct Stripe(Arc<Inner>);

struct Inner {
    client: Client,
    /// What its intents carry, and no other house's.
    house: Arc<str>,
    book: Arc<dyn IntentBook>,
    return_url: Option<String>,
    clock: Clock,
    /// Where the book was when the reading of the whole list was begun that came to its end last.
    was_read: Mutex<Option<Branch>>,
    /// Whether Stripe refuses to tell late news.
    no_news: AtomicBool,
    /// Which of its late news were seen to.
    heard: Mutex<Seen>,
    /// What payers have to do, as Stripe said last. A client secret is nobody's but the payer's, so
    /// it is never written down; a look-up brings it back.
    actions: Mutex<HashMap<PaymentId, PayerAction>>,
}

impl std::fmt::Debug for Stripe {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Stripe")
    }
}

impl Stripe {
    /// Stripe by this configuration, with the book of which intent is which payment's. Connects to
    /// nothing yet.
    ///
    /// # Errors
    /// There is no encryption to be had.
    pub fn new(
        config: &StripeConfig,
        book: Arc<dyn IntentBook>,
        clock: Clock,
    ) -> Result<Self, BadStripe> {
        Ok(Self(Arc::new(Inner {
            client: Client::new(config)?,
            house: Arc::clone(&config.house),
            book,
            return_url: config.return_url.clone(),
            clock,
            was_read: Mutex::default(),
            no_news: AtomicBool::new(false),
            heard: Mutex::default(),
            actions: Mutex::default(),
        })))
    }

    async fn begin(&self, order: Order, card: Card) -> Result<Charge, ProviderError> {
        let Card::PaymentMethod(method) = card else {
            return Err(ProviderError::Fault(
                "Stripe takes no card numbers".to_owned(),
            ));
        };
        let made = self.persist(|| self.0.client.make(&order, &method)).await;
        let intent = match made {
            Ok(intent) => intent,
            Err(fault) if fault.is_card() || fault.is_definite() => {
                if !fault.is_card() && !fault.is_about("payment_method") {
                    fault.tell_somebody(&order);
                }
                // Nothing was made, and nothing will be.
                self.0.book.close(order.payment).await?;
                return Ok(declined(&order, fault.for_payer()));
            }
            Err(fault) => return Err(fault.into()),
        };
        let id = match self.0.book.name(order.payment, intent.id.clone()).await? {
            Named::Intent(id) => id,
            Named::Closed => return Ok(never(&order)),
        };
        let url = self.0.return_url.as_deref();
        let confirm = || self.0.client.confirm(&id, order.payment, url);
        match self.persist(confirm).await {
            Ok(intent) => {
                self.standing(intent, Whose::Ordered(&order), Refunds::None)
                    .await
            }
            Err(fault) if fault.is_card() => self.call_off(&order, &id, fault.for_payer()).await,
            Err(fault) if fault.is_definite() => {
                let intent = self.0.client.intent(&id).await?;
                let undecided = intent.status == Status::RequiresPaymentMethod;
                if !undecided && !intent.is_unconfirmed() {
                    // It was confirmed before, which is what was asked for.
                    return self
                        .standing(intent, Whose::Ordered(&order), Refunds::Asked)
                        .await;
                }
                fault.tell_somebody(&order);
                self.call_off(&order, &id, fault.for_payer()).await
            }
            Err(fault) => Err(fault.into()),
        }
    }

    /// Makes a call again that certainly did nothing.
    async fn persist<F>(&self, call: impl Fn() -> F) -> Result<Intent, Fault>
    where
        F: Future<Output = Result<Intent, Fault>>,
    {
        let (mut left, mut rest) = AGAIN;
        loop {
            match call().await {
                Err(fault) if fault.did_nothing() && left > 0 => {}
                done => return done,
            }
            self.0.clock.rest_real(rest).await;
            (left, rest) = (left - 1, rest * 2);
        }
    }

    /// Cancels what was declined, so that it stays so.
    async fn call_off(
        &self,
        order: &Order,
        id: &str,
        why: String,
    ) -> Result<Charge, ProviderError> {
        let intent = self.cancel(id, order.payment).await?;
        let charge = self
            .standing(intent, Whose::Booked(order), Refunds::None)
            .await?;
        let called_off = matches!(charge.status, ChargeStatus::Never | ChargeStatus::Declined);
        Ok(Charge {
            status: if called_off {
                ChargeStatus::Declined
            } else {
                charge.status
            },
            reason: charge.reason.filter(|_| !called_off).or(Some(why)),
            ..charge
        })
    }

    /// Cancels an intent, and says where it stands then: it may be too late.
    async fn cancel(&self, id: &str, payment: PaymentId) -> Result<Intent, Fault> {
        match self.0.client.cancel(id, payment).await {
            Err(fault) if fault.is_definite() => {
                let intent = self.0.client.intent(id).await?;
                let over = matches!(intent.status, Status::Canceled | Status::Succeeded);
                if over { Ok(intent) } else { Err(fault) }
            }
            done => done,
        }
    }

    async fn take(&self, order: Order, minor: i64) -> Result<Charge, ProviderError> {
        let id = self.id_of(order.payment).await?;
        let amount = amounts::to_stripe(order.amount.currency, minor)?;
        let booked = Whose::Booked(&order);
        // Somebody may have changed it at Stripe since it was promised. What is not what was ordered
        // any more is not taken: it could not be told apart from money of something else.
        let intent = self.0.client.intent(&id).await?;
        if intent.status != Status::RequiresCapture {
            return self.standing(intent, booked, Refunds::Told).await;
        }
        let ordered = Whose::Ordered(&order);
        self.standing(intent, ordered, Refunds::None).await?;
        let fault = match self.0.client.capture(&id, order.payment, amount).await {
            Ok(intent) => return self.standing(intent, booked, Refunds::Told).await,
            Err(fault) if fault.is_definite() || fault.is_card() => fault,
            Err(fault) => return Err(fault.into()),
        };
        let intent = self.0.client.intent(&id).await?;
        if intent.status != Status::RequiresCapture {
            return self.standing(intent, booked, Refunds::Told).await;
        }
        if !fault.is_refused_capture() {
            fault.tell_somebody(&order);
            return Err(fault.into());
        }
        // What the bank will not pay must not be promised any more either.
        let intent = self.cancel(&id, order.payment).await?;
        let charge = self.standing(intent, booked, Refunds::Told).await?;
        if charge.status != ChargeStatus::Voided {
            return Ok(charge);
        }
        Ok(Charge {
            status: ChargeStatus::CaptureRefused,
            reason: Some(fault.for_payer()),
            ..charge
        })
    }

    async fn give_up(&self, order: Order) -> Result<Charge, ProviderError> {
        // A payment that only booking knows of was lost here, and its intent's line with it: the list
        // has it, if there is one.
        let lost = standing::is_lost(&order);
        if lost && self.0.book.get(order.payment).await?.is_none() && !self.was_read() {
            let why = "its intent may be on Stripe's list, which was not read yet";
            return Err(ProviderError::Unavailable(why.to_owned()));
        }
        let id = match self.0.book.close(order.payment).await? {
            Named::Closed => return Ok(never(&order)),
            Named::Intent(id) => id,
        };
        let intent = self.cancel(&id, order.payment).await?;
        let booked = Whose::Booked(&order);
        self.standing(intent, booked, Refunds::Asked).await
    }

    async fn find(&self, order: Order) -> Result<Option<Charge>, ProviderError> {
        let payment = order.payment;
        let Some(Named::Intent(id)) = self.0.book.get(payment).await? else {
            return Ok(None);
        };
        let mut intent = self.0.client.intent(&id).await?;
        if intent.payment(&self.0.house) != Some(payment) {
            let why = "the intent at Stripe is not of this house and payment";
            return Err(ProviderError::Fault(why.to_owned()));
        }
        if intent.is_unconfirmed() {
            // As good as unheard of; whoever asks makes sure that it stays so.
            return Ok(None);
        }
        if intent.status == Status::RequiresPaymentMethod {
            intent = self.cancel(&id, payment).await?;
        }
        let ordered = Whose::Ordered(&order);
        let charge = self.standing(intent, ordered, Refunds::Asked);
        charge.await.map(Some)
    }

    async fn id_of(&self, payment: PaymentId) -> Result<String, ProviderError> {
        match self.0.book.get(payment).await? {
            Some(Named::Intent(id)) => Ok(id),
            Some(Named::Closed) | None => Err(ProviderError::Fault(
                "Stripe was never asked about this payment".to_owned(),
            )),
        }
    }

    /// The charge of an intent as it stands, with what the payer has to do noted.
    async fn standing(
        &self,
        intent: Intent,
        whose: Whose<'_>,
        refunds: Refunds,
    ) -> Result<Charge, ProviderError> {
        let given_back = match refunds {
            Refunds::Asked if intent.status == Status::Succeeded => true,
            Refunds::Told => intent.has_refunds(),
            Refunds::Asked | Refunds::None => false,
        };
        let back = if given_back {
            refunds::total(&self.0.client.refunds(&intent.id).await?)
        } else {
            refunds::Total::default()
        };
        let charge = match whose {
            Whose::Told => charge(&intent, &self.0.house, back)?,
            Whose::Ordered(order) => {
                let charge = charge(&intent, &self.0.house, back)?;
                standing::fits(&charge, order)?;
                charge
            }
            Whose::Booked(order) => standing::by_book(&intent, order, back)?,
        };
        self.note(charge.payment, intent.action());
        Ok(charge)
    }

    /// Whether the whole list was read since the book is where it is.
    fn was_read(&self) -> bool {
        let was_read = self.0.was_read.lock();
        *was_read.unwrap_or_else(PoisonError::into_inner) == Some(self.0.book.branch())
    }

    fn note(&self, payment: PaymentId, action: Option<PayerAction>) {
        let mut actions = self
            .0
            .actions
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        match action {
            Some(action) if actions.len() < ACTIONS_MAX => {
                actions.insert(payment, action);
            }
            Some(_) | None => {
                actions.remove(&payment);
            }
        }
    }
}

/// Whose an intent is.
#[derive(Clone, Copy)]
enum Whose<'a> {
    /// Whose it says that it is.
    Told,
    /// This order's, and it has to say so and be over as much: it is to sell seats.
    Ordered(&'a Order),
    /// This order's by the book, whatever it says.
    Booked(&'a Order),
}

/// What is asked about money that went back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refunds {
    /// Nothing: none was taken.
    None,
    /// The list, if the charge says that there is one.
    Told,
    /// The list, whatever the charge says: a refund may have failed after it was made.
    Asked,
}

fn declined(order: &Order, reason: String) -> Charge {
    Charge {
        status: ChargeStatus::Declined,
        reason: Some(reason),
        ..never(order)
    }
}

impl Provider for Stripe {
    fn takes(&self, card: &Card) -> Result<(), PaymentError> {
        match card {
            Card::PaymentMethod(id) if is_id(id, "pm_") => Ok(()),
            Card::PaymentMethod(_) => Err(PaymentError::BadPaymentMethod),
            Card::Number(_) => Err(PaymentError::NoCardNumbers),
        }
    }

    fn patience_ms(&self) -> i64 {
        PATIENCE_MS
    }

    fn action(&self, payment: PaymentId) -> Option<PayerAction> {
        let actions = self
            .0
            .actions
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        actions.get(&payment).cloned()
    }

    fn authorise(&self, order: Order, card: Card) -> Calling<'_, Charge> {
        Box::pin(self.begin(order, card))
    }

    fn capture(&self, order: Order, minor: i64) -> Calling<'_, Charge> {
        Box::pin(self.take(order, minor))
    }

    fn void(&self, order: Order) -> Calling<'_, Charge> {
        Box::pin(self.give_up(order))
    }

    fn refund(&self, order: Order, total_minor: i64) -> Calling<'_, Charge> {
        Box::pin(self.give_back(order, total_minor))
    }

    fn look_up(&self, order: Order) -> Calling<'_, Option<Charge>> {
        Box::pin(self.find(order))
    }

    fn wants_whole_list(&self) -> bool {
        !self.was_read()
    }

    fn list(&self, since: UtcMillis, after: Option<String>, limit: u32) -> Calling<'_, Listed> {
        Box::pin(self.page(since, after, limit))
    }
}

/// Whether a text can be the id of an object of Stripe's, and nothing else in an address.
fn is_id(text: &str, prefix: &str) -> bool {
    let rest = text.strip_prefix(prefix).unwrap_or("");
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    !rest.is_empty() && text.len() <= ID_CHARS_MAX && rest.bytes().all(plain)
}

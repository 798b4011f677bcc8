//! The simulated card terminal: a provider with a ledger of its own, which survives a crash of
//! ours, and with faults by card number or by dial.

mod ledger;
mod scenario;

use std::sync::{Arc, Mutex, PoisonError};

use houseful_core::{
    ids::PaymentId,
    time::UtcMillis,
    wire::{admin::CardDial, payment::Card},
};

pub use self::ledger::{Change, SimCharge, SimLedger};
use self::scenario::Scenario;
use super::{
    PaymentError,
    provider::{Calling, Charge, Listed, Order, Provider, ProviderError},
};
use crate::clock::Clock;

/// How long a slow card takes, in milliseconds of server time.
const SLOW_MS: i64 = 2_000;
/// How long a late card takes: longer than any hold lasts.
const LATE_MS: i64 = 310_000;

/// The simulated card terminal.
#[derive(Clone)]
pub struct CardTerminal {
    ledger: Arc<dyn SimLedger>,
    clock: Clock,
    dial: Arc<Mutex<CardDial>>,
}

impl std::fmt::Debug for CardTerminal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CardTerminal")
    }
}

impl CardTerminal {
    /// A terminal without faults over its ledger.
    #[must_use]
    pub fn new(ledger: Arc<dyn SimLedger>, clock: Clock) -> Self {
        Self {
            ledger,
            clock,
            dial: Arc::default(),
        }
    }

    /// Turns the dial; payments begun from now on obey it.
    pub fn set_dial(&self, dial: CardDial) {
        *self.dial.lock().unwrap_or_else(PoisonError::into_inner) = dial;
    }

    fn dial(&self) -> CardDial {
        *self.dial.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn begin(&self, order: Order, card: Card) -> Result<Charge, ProviderError> {
        let scenario = Scenario::of(&card, self.dial(), order.payment);
        if scenario == Scenario::LostOnTheWay {
            // It never arrives, and no answer ever comes.
            return std::future::pending().await;
        }
        let now = self.clock.now();
        let refund_fails = scenario::first_refund_fails(self.dial(), order.payment);
        let begun = SimCharge::begin(&order, scenario, refund_fails, now.plus_ms(LATE_MS), now);
        let charge = self.ledger.begin(begun).await?.charge(self.clock.now());
        match scenario {
            Scenario::Slow => wait_until(&self.clock, now.plus_ms(SLOW_MS)).await,
            Scenario::AnswerLost => std::future::pending().await,
            _ => {}
        }
        Ok(charge)
    }
}

/// Waits until the server's clock has reached a time.
pub(super) async fn wait_until(clock: &Clock, at: UtcMillis) {
    loop {
        let left = at.ms_since(clock.now());
        if left <= 0 {
            return;
        }
        clock.rest(u32::try_from(left).unwrap_or(u32::MAX)).await;
    }
}

impl Provider for CardTerminal {
    fn takes(&self, card: &Card) -> Result<(), PaymentError> {
        let Card::Number(digits) = card else {
            return Err(PaymentError::NoPaymentMethods);
        };
        let good = (12..=19).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
        if good {
            Ok(())
        } else {
            Err(PaymentError::BadCard)
        }
    }

    fn authorise(&self, order: Order, card: Card) -> Calling<'_, Charge> {
        Box::pin(self.begin(order, card))
    }

    fn capture(&self, order: Order, minor: i64) -> Calling<'_, Charge> {
        Box::pin(async move {
            let now = self.clock.now();
            let take = move |c: &mut SimCharge| c.capture(minor, now);
            let done = self.ledger.change(order.payment, Box::new(take)).await?;
            known(done, now)
        })
    }

    fn void(&self, order: Order) -> Calling<'_, Charge> {
        Box::pin(async move {
            let now = self.clock.now();
            // For a charge that never arrived the tombstone is what is found or made here.
            self.ledger.begin(SimCharge::never(&order, now)).await?;
            let void = move |c: &mut SimCharge| c.void(now);
            let done = self.ledger.change(order.payment, Box::new(void)).await?;
            known(done, now)
        })
    }

    fn refund(&self, order: Order, total_minor: i64) -> Calling<'_, Charge> {
        Box::pin(async move {
            let now = self.clock.now();
            let give = move |c: &mut SimCharge| c.refund(total_minor, now);
            let done = self.ledger.change(order.payment, Box::new(give)).await?;
            match done {
                Some((_, false)) => Err(ProviderError::Unavailable(
                    "the card terminal could not give the money back".to_owned(),
                )),
                done => known(done, now),
            }
        })
    }

    fn look_up(&self, order: Order) -> Calling<'_, Option<Charge>> {
        Box::pin(async move {
            let found = self.ledger.get(order.payment).await?;
            Ok(found.map(|c| c.charge(self.clock.now())))
        })
    }

    fn list(&self, since: UtcMillis, after: Option<String>, limit: u32) -> Calling<'_, Listed> {
        Box::pin(async move {
            let (since, after) = match after {
                Some(at) => {
                    let (time, payment) = place(&at).ok_or_else(|| {
                        ProviderError::Fault("the terminal's list has no such page".to_owned())
                    })?;
                    (time, Some(payment))
                }
                None => (since, None),
            };
            let found = self.ledger.list(since, after, limit).await?;
            let whole = found.len() >= usize::try_from(limit).unwrap_or(usize::MAX);
            let last = found.last().filter(|_| whole);
            let next = last.map(|c| format!("{}.{}", c.updated_at.0, c.payment));
            let now = self.clock.now();
            let charges = found.iter().map(|c| c.charge(now)).collect();
            Ok(Listed {
                charges,
                next,
                odd: 0,
            })
        })
    }
}

/// Where a page ended: the time of its last charge, and the charge.
fn place(text: &str) -> Option<(UtcMillis, PaymentId)> {
    let (time, payment) = text.split_once('.')?;
    Some((UtcMillis(time.parse().ok()?), payment.parse().ok()?))
}

fn known(done: Option<(SimCharge, bool)>, now: UtcMillis) -> Result<Charge, ProviderError> {
    done.map(|(charge, _)| charge.charge(now))
        .ok_or_else(|| ProviderError::Unavailable("the terminal knows no such charge".to_owned()))
}

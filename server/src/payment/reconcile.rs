//! Compares our payments with the provider's list. Money that the provider took and no payment of
//! ours explains becomes a payment, so that booking decides about it like about any other.

use std::{collections::HashSet, sync::Arc};

use houseful_core::{
    expiry::{HOLD_MS, LATE_MS},
    ids::PaymentId,
    message::Tender,
    time::{MINUTE_MS, UtcMillis},
    wire::payment::Reconciled,
};
use tokio_util::sync::CancellationToken;

use super::{
    PaymentError,
    card::wait_until,
    flow::Flow,
    machine::{Account, Input},
    provider::{Charge, ChargeStatus},
    stripe::Stripe,
};

/// How often it compares, in milliseconds of server time.
const EVERY_MS: i64 = MINUTE_MS;
/// The least real time between two comparisons, in milliseconds.
const EVERY_REAL_MS: i64 = 2_000;
/// How far back it looks again behind the beginning of the last comparison: further than a charge is
/// old when the last is decided about it, and than two clocks are apart.
const BEHIND_MS: i64 = HOLD_MS + LATE_MS + 10 * MINUTE_MS;
/// How often it is looked up what a message is about while somebody is at it; how often, and after
/// which rests in milliseconds of real time, is looked whether nobody is any more.
const WAKE_TRIES: u32 = 4;
const WAKE_LOOKS: u32 = 100;
const WAKE_REAL_MS: u64 = 50;
/// Charges in one answer of the provider.
const PAGE: u32 = 500;

/// Compares what changed lately, until `shutdown` is cancelled.
pub(super) async fn run(flow: Arc<Flow>, shutdown: CancellationToken) {
    let speed = i64::from(flow.clock.speed());
    let mut since = UtcMillis(0);
    loop {
        let next = flow
            .clock
            .now()
            .plus_ms(EVERY_MS.max(EVERY_REAL_MS.saturating_mul(speed)));
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = wait_until(&flow.clock, next) => {}
        }
        let began = flow.clock.now();
        match compare(&flow, since).await {
            Ok(_) => since = since.max(began.plus_ms(-BEHIND_MS)),
            // The next comparison begins where this one did.
            Err(error) => tracing::warn!(%error, "the provider's list can't be compared"),
        }
    }
}

/// Compares all charges that were made or changed since a time.
pub(super) async fn compare(flow: &Flow, since: UtcMillis) -> Result<Reconciled, PaymentError> {
    let mut done = Reconciled::default();
    // A list that changes while it is read may show a charge twice, and must not be read for ever.
    let (mut after, mut seen): (Option<String>, HashSet<PaymentId>) = (None, HashSet::new());
    loop {
        let page = flow.card().list(since, after.clone(), PAGE);
        let page = page.await.map_err(|error| {
            tracing::warn!(%error, "the provider's list can't be read");
            PaymentError::Busy
        })?;
        for charge in &page.charges {
            if seen.insert(charge.payment) {
                done.checked += 1;
                compare_one(flow, charge, &mut done).await?;
            }
        }
        if page.next.is_none() || page.next == after {
            break;
        }
        after = page.next;
    }
    if done.unknown > 0 || done.repaired > 0 || done.differing > 0 {
        let Reconciled {
            checked,
            repaired,
            unknown,
            differing,
        } = done;
        tracing::warn!(
            checked,
            repaired,
            unknown,
            differing,
            "payments differed from the provider's list"
        );
        metrics::counter!("payments_repaired_total").increment(repaired);
        metrics::counter!("payments_unknown_total").increment(unknown);
        metrics::counter!("payments_differing_total").increment(differing);
    }
    Ok(done)
}

/// Looks where one charge stands that somebody spoke of, and brings its payment in line; `false` if
/// that could not be done.
pub(super) async fn wake(flow: &Flow, stripe: &Stripe, intent: &str) -> bool {
    for _ in 0..WAKE_TRIES {
        let charge = match stripe.charge_of(intent).await {
            Ok(Some(charge)) => charge,
            Ok(None) => {
                tracing::info!(intent, "a message is about nothing of ours");
                return true;
            }
            Err(error) => {
                tracing::warn!(intent, %error, "what a message is about can't be looked up");
                return false;
            }
        };
        if !flow.is_busy(charge.payment) {
            let mut done = Reconciled::default();
            match compare_one(flow, &charge, &mut done).await {
                Ok(true) => return true,
                Ok(false) => {}
                Err(error) => {
                    tracing::warn!(payment.id = %charge.payment, %error, "what a message is about can't be written");
                    return false;
                }
            }
        }
        // Whoever is at it may have asked before this happened, and may move it: what was just
        // found is old news by then.
        for _ in 0..WAKE_LOOKS {
            flow.clock.rest_real(WAKE_REAL_MS).await;
            if !flow.is_busy(charge.payment) {
                break;
            }
        }
    }
    false
}

/// Brings one payment in line; `false` if somebody is at it, who may have asked before.
async fn compare_one(
    flow: &Flow,
    charge: &Charge,
    done: &mut Reconciled,
) -> Result<bool, PaymentError> {
    // Whoever is at a payment writes down what the provider says.
    if flow.is_busy(charge.payment) {
        return Ok(false);
    }
    let known = flow.store.get(charge.payment).await?;
    if let Some(account) = &known
        && !is_about(account, charge)
    {
        tracing::error!(
            payment.id = %charge.payment, ours = %account.amount, theirs = %charge.amount,
            "a charge is not what its payment ordered; somebody should look"
        );
        done.differing += 1;
        return Ok(true);
    }
    match &known {
        None => done.unknown += 1,
        Some(account) if agree(account, charge) || is_behind(account, charge) => return Ok(true),
        Some(_) => done.repaired += 1,
    }
    let found = Account::found(charge, flow.clock.now());
    // What is left to do is due at once; the worker does it.
    flow.step(
        charge.payment,
        Input::Learned(charge.clone()),
        known.is_none().then_some(found),
    )
    .await
    .map(|_| true)
    .ok_or(PaymentError::Busy)
}

/// Whether a payment knows of money that a charge says nothing of: it was moved since that was said.
fn is_behind(account: &Account, charge: &Charge) -> bool {
    let part = account.parts.iter().find(|p| p.id == charge.payment);
    part.is_some_and(|part| {
        charge.captured < part.captured || (charge.bounced == 0 && charge.refunded < part.refunded)
    })
}

/// Whether a charge is over what its payment ordered by it. One that booking spoke of first has no
/// quote.
fn is_about(account: &Account, charge: &Charge) -> bool {
    let part = account.parts.iter().find(|p| p.id == charge.payment);
    let ordered = part.filter(|p| p.means == Tender::Card);
    account.booking == charge.booking
        && account.amount.currency == charge.amount.currency
        && ordered.is_some_and(|p| p.amount == charge.amount.minor)
}

/// Whether a payment says of the tender's money what the provider says.
fn agree(account: &Account, charge: &Charge) -> bool {
    use ChargeStatus as S;
    let Some(part) = account.parts.iter().find(|p| p.id == charge.payment) else {
        return false;
    };
    let money = (part.captured, part.refunded) == (charge.captured, charge.refunded);
    let standing = match charge.status {
        // Late ones are asked about by their own plan.
        S::Pending => part.status == S::Pending,
        S::Authorised => part.status == S::Authorised,
        S::Captured => charge.captured > 0,
        S::Declined | S::Never => matches!(part.status, S::Declined | S::Never),
        S::Voided => matches!(part.status, S::Voided | S::CaptureRefused),
        S::CaptureRefused => part.status == S::CaptureRefused,
    };
    money && standing
}

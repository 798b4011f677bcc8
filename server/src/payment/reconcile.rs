//! Compares our payments with the provider's list. Money that the provider took and no payment of
//! ours explains becomes a payment, so that booking decides about it like about any other. One charge
//! that makes no sense is told and keeps none of the others from being compared.

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
    flow::{Flow, order_of},
    machine::{Account, Input},
    provider::{Charge, ChargeStatus},
};
use crate::store::StoreError;

/// How often it compares, in milliseconds of server time.
const EVERY_MS: i64 = MINUTE_MS;
/// The least real time between two comparisons, in milliseconds.
const EVERY_REAL_MS: i64 = 2_000;
/// How far back it looks again behind the beginning of the last comparison: further than a charge is
/// old when the last is decided about it, and than two clocks are apart.
const BEHIND_MS: i64 = HOLD_MS + LATE_MS + 10 * MINUTE_MS;
/// Charges in one answer of the provider.
const PAGE: u32 = 500;

/// Compares what changed lately, until `shutdown` is cancelled.
pub(super) async fn run(flow: Arc<Flow>, shutdown: CancellationToken) {
    let mut since = UtcMillis(0);
    while pause(&flow, &shutdown).await {
        let began = flow.clock.now();
        if flow.card().wants_whole_list() {
            since = UtcMillis(0);
        }
        match compare(&flow, since).await {
            Ok(_) => since = since.max(began.plus_ms(-BEHIND_MS)),
            // The next comparison begins where this one did.
            Err(error) => tracing::warn!(%error, "the provider's list can't be compared"),
        }
    }
}

/// Waits for the next time; `false` when there is none.
pub(super) async fn pause(flow: &Flow, shutdown: &CancellationToken) -> bool {
    let speed = i64::from(flow.clock.speed());
    let wait_ms = EVERY_MS.max(EVERY_REAL_MS.saturating_mul(speed));
    let next = flow.clock.now().plus_ms(wait_ms);
    tokio::select! {
        () = shutdown.cancelled() => false,
        () = wait_until(&flow.clock, next) => true,
    }
}

/// Compares all charges that were made or changed since a time.
///
/// # Errors
/// Not all of them could be; the others were.
pub(super) async fn compare(flow: &Flow, since: UtcMillis) -> Result<Reconciled, PaymentError> {
    let mut done = Reconciled::default();
    let mut whole = true;
    // A list that changes while it is read may show a charge twice, and must not be read for ever.
    let (mut after, mut seen): (Option<String>, HashSet<PaymentId>) = (None, HashSet::new());
    loop {
        let page = flow.card().list(since, after.clone(), PAGE);
        let page = page.await.map_err(|error| {
            tracing::warn!(%error, "the provider's list can't be read");
            PaymentError::Busy
        })?;
        done.differing += page.odd;
        for charge in &page.charges {
            if seen.insert(charge.payment) {
                done.checked += 1;
                whole &= compare_one(flow, charge, &mut done).await.is_ok();
            }
        }
        if page.next.is_none() || page.next == after {
            break;
        }
        after = page.next;
    }
    tell(&done);
    whole.then_some(done).ok_or(PaymentError::Busy)
}

/// Tells what differed.
pub(super) fn tell(done: &Reconciled) {
    let Reconciled {
        checked,
        repaired,
        unknown,
        differing,
    } = *done;
    if unknown > 0 || repaired > 0 || differing > 0 {
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
}

/// Brings one payment in line; `false` if somebody is at it, who may have asked before.
///
/// # Errors
/// It can't be read or written, or its provider can't be asked, now.
pub(super) async fn compare_one(
    flow: &Flow,
    charge: &Charge,
    done: &mut Reconciled,
) -> Result<bool, PaymentError> {
    // Whoever is at a payment writes down what the provider says.
    if flow.is_busy(charge.payment) {
        return Ok(false);
    }
    let known = match flow.store.get(charge.payment).await {
        Err(StoreError::Unreadable(why)) => return Ok(differs(charge, &why, done)),
        read => read?,
    };
    let Some(account) = known else {
        done.unknown += 1;
        let found = Account::found(charge, flow.clock.now());
        return merge(flow, charge.clone(), Some(found), done).await;
    };
    if !is_about(&account, charge) {
        let why = format!("its payment is over {}", account.amount);
        return Ok(differs(charge, &why, done));
    }
    if agree(&account, charge) {
        return Ok(true);
    }
    if !is_behind(&account, charge) {
        done.repaired += 1;
        return merge(flow, charge.clone(), None, done).await;
    }
    // Old news, or a list that tells nothing of money which went back and came here again: the charge
    // itself knows.
    let part = account.parts.iter().find(|p| p.id == charge.payment);
    let Some(order) = part.map(|part| order_of(&account, part)) else {
        return Ok(true);
    };
    let looked = flow.card().look_up(order).await;
    let now = looked.map_err(|error| {
        tracing::warn!(payment.id = %charge.payment, %error, "a charge can't be looked up");
        PaymentError::Busy
    })?;
    match now {
        Some(now) if !agree(&account, &now) && !is_behind(&account, &now) => {
            done.repaired += 1;
            merge(flow, now, None, done).await
        }
        _ => Ok(true),
    }
}

/// Writes down what was heard of a charge. What is left to do is due at once; the worker does it.
async fn merge(
    flow: &Flow,
    charge: Charge,
    or_else: Option<Account>,
    done: &mut Reconciled,
) -> Result<bool, PaymentError> {
    let heard = Input::Heard(charge.clone());
    match flow.write(charge.payment, heard, or_else).await {
        Ok(_) => Ok(true),
        Err(StoreError::Unreadable(why)) => Ok(differs(&charge, &why, done)),
        Err(error) => Err(error.into()),
    }
}

/// Tells that a charge does not go with its payment; nothing is done about it.
fn differs(charge: &Charge, why: &str, done: &mut Reconciled) -> bool {
    tracing::error!(
        payment.id = %charge.payment, theirs = %charge.amount, why,
        "a charge is not what its payment ordered; somebody should look"
    );
    done.differing += 1;
    true
}

/// Whether a payment knows of money that a charge says nothing of: it was moved since that was said.
fn is_behind(account: &Account, charge: &Charge) -> bool {
    let part = account.parts.iter().find(|p| p.id == charge.payment);
    part.is_some_and(|part| {
        charge.captured < part.captured || (charge.bounced == 0 && charge.refunded < part.refunded)
    })
}

/// Whether a charge is over what its payment ordered by it. One that booking spoke of first has no
/// quote, and of several tenders it is not known how much the card was to pay.
fn is_about(account: &Account, charge: &Charge) -> bool {
    let part = account.parts.iter().find(|p| p.id == charge.payment);
    let ordered = part.is_some_and(|p| match p.means {
        Tender::Card => p.amount == charge.amount.minor,
        Tender::Split => p.amount > charge.amount.minor,
        Tender::Cash | Tender::Voucher => false,
    });
    account.booking == charge.booking
        && account.amount.currency == charge.amount.currency
        && ordered
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

//! Compares our payments with the provider's list. Money that the provider took and no payment of
//! ours explains becomes a payment, so that booking decides about it like about any other.

use std::sync::Arc;

use houseful_core::{
    ids::PaymentId,
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
};

/// How often it compares, in milliseconds of server time.
const EVERY_MS: i64 = MINUTE_MS;
/// The least real time between two comparisons, in milliseconds.
const EVERY_REAL_MS: i64 = 2_000;
/// How far back it looks again behind the last charge it has seen.
const BEHIND_MS: i64 = 10 * MINUTE_MS;
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
        match compare(&flow, since).await {
            Ok((_, latest)) => since = since.max(latest.plus_ms(-BEHIND_MS)),
            Err(error) => tracing::warn!(%error, "the provider's list can't be compared"),
        }
    }
}

/// Compares all charges that changed since a time; also tells the time of the last of them.
pub(super) async fn compare(
    flow: &Flow,
    since: UtcMillis,
) -> Result<(Reconciled, UtcMillis), PaymentError> {
    let mut done = Reconciled::default();
    let (mut at, mut after): (UtcMillis, Option<PaymentId>) = (since, None);
    loop {
        let page = flow.card().list(at, after, PAGE).await.map_err(|error| {
            tracing::warn!(%error, "the provider's list can't be read");
            PaymentError::Busy
        })?;
        for charge in &page {
            done.checked += 1;
            (at, after) = (charge.updated_at, Some(charge.payment));
            compare_one(flow, charge, &mut done).await?;
        }
        if page.len() < PAGE as usize {
            break;
        }
    }
    if done.unknown > 0 || done.repaired > 0 {
        let Reconciled {
            checked,
            repaired,
            unknown,
        } = done;
        tracing::warn!(
            checked,
            repaired,
            unknown,
            "payments differed from the provider's list"
        );
        metrics::counter!("payments_repaired_total").increment(repaired);
        metrics::counter!("payments_unknown_total").increment(unknown);
    }
    Ok((done, at))
}

async fn compare_one(
    flow: &Flow,
    charge: &Charge,
    done: &mut Reconciled,
) -> Result<(), PaymentError> {
    // Whoever is at a payment writes down what the provider says.
    if flow.is_busy(charge.payment) {
        return Ok(());
    }
    let known = flow.store.get(charge.payment).await?;
    match &known {
        None => done.unknown += 1,
        Some(account) if agree(account, charge) => return Ok(()),
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
    .map(|_| ())
    .ok_or(PaymentError::Busy)
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

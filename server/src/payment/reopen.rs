//! Asks booking again. When a booking database was restored from a copy, payment still knows of money
//! for bookings that are not in the journals any more, and was told what to keep under versions that
//! those journals have yet to reach. So payment forgets what it was told, and announces what it has:
//! booking wins back the same seats, or the money goes back, as with any late money.

use std::sync::Arc;

use houseful_core::{
    message::Tender,
    time::{MINUTE_MS, UtcMillis},
    wire::payment::Reopened,
};

use super::{
    PaymentError,
    flow::Flow,
    machine::Input,
    store::{Filter, PageCursor},
};

/// Payments read at a time.
const PAGE: u32 = 500;
/// How much further back it looks: the time of a copy is told by another machine's clock.
const BEFORE_MS: i64 = 10 * MINUTE_MS;

pub(super) async fn reopen(flow: &Arc<Flow>, since: UtcMillis) -> Result<Reopened, PaymentError> {
    let since = since.plus_ms(-BEFORE_MS);
    // Of what has not changed payment may have yet to hear what the lost journal said.
    flow.store.doubt_all(flow.clock.now()).await?;
    let mut done = Reopened::default();
    let mut after = None;
    loop {
        let page = flow.store.list(Filter::default(), after, PAGE).await?;
        // Those that were begun long ago may have changed since.
        for account in page.iter().filter(|a| a.updated_at >= since) {
            if account.tender() == Tender::Cash {
                done.cash += 1;
                continue;
            }
            let stepped = flow.step(account.id, Input::Reopen, None).await;
            let stepped = stepped.ok_or(PaymentError::Busy)?;
            done.reopened += u64::from(stepped.keep.is_none() && account.keep.is_some());
        }
        after = page.last().map(|last| PageCursor {
            created_at: last.created_at,
            payment: last.id,
        });
        if page.len() < PAGE as usize {
            break;
        }
    }
    tracing::warn!(
        reopened = done.reopened,
        cash = done.cash,
        since = %since.rfc3339(),
        "booking is asked again about payments"
    );
    Ok(done)
}

//! Does again what came to nothing: asks the provider, tells booking, as each falls due.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::{flow::Flow, machine::Input};

/// How often it looks, in milliseconds of server time.
const LOOK_MS: u32 = 200;
/// The least real time between two looks, in milliseconds.
const LOOK_REAL_MS: u32 = 10;
/// How many payments of each kind it sees to at once.
const AT_ONCE: u32 = 500;

/// Runs until `shutdown` is cancelled.
pub(super) async fn run(flow: Arc<Flow>, shutdown: CancellationToken) {
    match flow.store.take_over(flow.clock.now()).await {
        Ok(0) => {}
        Ok(count) => tracing::info!(count, "payments were left open by an earlier run"),
        Err(error) => tracing::warn!(%error, "open payments can't be taken over"),
    }
    flow.taken_over.send_replace(true);
    let look_ms = LOOK_MS.max(LOOK_REAL_MS.saturating_mul(flow.clock.speed()));
    while !shutdown.is_cancelled() {
        see_to(&flow).await;
        tokio::select! {
            () = shutdown.cancelled() => {}
            () = flow.clock.rest(look_ms) => {}
        }
    }
}

async fn see_to(flow: &Arc<Flow>) {
    let due = match flow.store.due(flow.clock.now(), AT_ONCE).await {
        Ok(due) => due,
        Err(error) => {
            tracing::warn!(%error, "due payments can't be read");
            return;
        }
    };
    metrics::gauge!("outbox_depth").set(f64::from(due.outbox));
    for id in due.calls {
        if !flow.is_busy(id) {
            flow.spawn_drive(id);
        }
    }
    let told = due
        .news
        .into_iter()
        .map(|id| flow.step(id, Input::Tell, None));
    futures_util::future::join_all(told).await;
}

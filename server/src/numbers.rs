//! The metrics of this process. Everything counts with the `metrics` macros; this keeps the sums.
//!
//! One recorder serves the whole process, however many servers run in it.

use std::sync::OnceLock;

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;

static HANDLE: OnceLock<Option<PrometheusHandle>> = OnceLock::new();

/// Upper ends of the buckets of times, in seconds.
const SECONDS: [f64; 12] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0,
];

/// How often histograms are tidied, in milliseconds of real time.
const TIDY_MS: u64 = 5_000;

fn handle() -> Option<&'static PrometheusHandle> {
    let install = || {
        let buckets = Matcher::Suffix("_seconds".to_owned());
        let builder = PrometheusBuilder::new()
            .set_buckets_for_metric(buckets, &SECONDS)
            .ok()?;
        let recorder = builder.build_recorder();
        let handle = recorder.handle();
        // Whoever embeds the server may count elsewhere; then there is nothing to show here.
        metrics::set_global_recorder(recorder).ok()?;
        Some(handle)
    };
    HANDLE.get_or_init(install).as_ref()
}

/// Begins to count, and tidies until `shutdown` is cancelled.
pub fn start(clock: Clock, shutdown: CancellationToken) {
    let Some(handle) = handle() else { return };
    tokio::spawn(async move {
        loop {
            tokio::select! {
                () = shutdown.cancelled() => return,
                () = clock.rest_real(TIDY_MS) => handle.run_upkeep(),
            }
        }
    });
}

/// All numbers as text.
#[must_use]
pub fn render() -> String {
    handle().map(PrometheusHandle::render).unwrap_or_default()
}

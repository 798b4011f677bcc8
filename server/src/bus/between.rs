//! The carrier between servers: batches of signed messages over HTTP, to the same handlers.
//!
//! A batch is sent again until somebody has taken it, said that it never will, or said too often that it can't now, so that what
//! waited out a dead server arrives when it is back; what does not fit into the queue meanwhile is dropped, as any carrier may.
//! What arrives late or twice says nothing new.

use std::sync::Arc;

use serde::Serialize;
use tokio::{
    sync::{Semaphore, mpsc},
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;

use crate::{
    clock::Clock,
    roles::{BATCH_MAX, Cluster, Nothing, ServerRole, cluster::AskError},
};

/// How many batches are under way at once.
const AT_ONCE: usize = 4;
/// The rest before a batch is sent again, in milliseconds of real time: twice as long each time.
const AGAIN_MS: u64 = 50;
const AGAIN_MS_MAX: u64 = 2_000;

/// Where one kind of message goes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct To {
    /// Who takes it.
    pub(crate) role: ServerRole,
    /// Where that is asked.
    pub(crate) address: &'static str,
}

/// Carries messages to another server, until `shutdown` is cancelled.
pub(crate) fn carry<T: Serialize + Send + Sync + 'static>(
    mut messages: mpsc::Receiver<T>,
    to: To,
    (cluster, clock): (Cluster, Clock),
    shutdown: CancellationToken,
) -> JoinHandle<()> {
    tokio::spawn(async move {
        let room = Arc::new(Semaphore::new(AT_ONCE));
        loop {
            let Ok(permit) = Arc::clone(&room).acquire_owned().await else {
                return;
            };
            let mut batch = Vec::new();
            let some = tokio::select! {
                () = shutdown.cancelled() => return,
                some = messages.recv_many(&mut batch, BATCH_MAX) => some,
            };
            if some == 0 {
                return;
            }
            let (cluster, clock, shutdown) = (cluster.clone(), clock.clone(), shutdown.clone());
            tokio::spawn(async move {
                tokio::select! {
                    () = shutdown.cancelled() => {}
                    () = bring(&batch, to, &cluster, &clock) => {}
                }
                drop(permit);
            });
        }
    })
}

/// How often a batch is brought to somebody who can't take it now. By then something in it may be why,
/// and others wait.
const IN_VAIN_MAX: u32 = 8;

/// Whether the same batch would be refused for ever, after so many times; what matters in it is said
/// again.
fn is_final(status: u16, times: u32) -> bool {
    let itself = (400..500).contains(&status) && !matches!(status, 408 | 425 | 429);
    itself || times >= IN_VAIN_MAX
}

/// Sends a batch until somebody has taken it, will never do, or could not too often.
async fn bring<T: Serialize>(batch: &[T], to: To, cluster: &Cluster, clock: &Clock) {
    let (mut rest_ms, mut times) = (AGAIN_MS, 0_u32);
    while let Err(error) = cluster.ask::<Nothing>(to.role, to.address, &batch).await {
        let refused = match &error {
            AskError::Refused { status, .. } => Some(*status),
            _ => None,
        };
        times += u32::from(refused.is_some());
        if refused.is_some_and(|status| is_final(status, times)) {
            metrics::counter!("messages_refused_total", "to" => to.role.word())
                .increment(u64::try_from(batch.len()).unwrap_or(u64::MAX));
            let messages = batch.len();
            tracing::warn!(role = %to.role, messages, %error, "messages were refused and are dropped");
            return;
        }
        tracing::debug!(role = %to.role, messages = batch.len(), %error, "messages wait");
        clock.rest_real(rest_ms).await;
        rest_ms = (rest_ms * 2).min(AGAIN_MS_MAX);
    }
    let messages = u64::try_from(batch.len()).unwrap_or(u64::MAX);
    metrics::counter!("messages_carried_total", "to" => to.role.word()).increment(messages);
}

#[cfg(test)]
mod tests {
    use super::{IN_VAIN_MAX, is_final};

    #[test]
    fn what_is_refused_for_itself_is_not_said_again_and_what_came_at_a_bad_moment_is() {
        for status in [400, 409, 413, 422] {
            assert!(is_final(status, 1), "{status}");
        }
        for status in [408, 429, 500, 503] {
            assert!(!is_final(status, IN_VAIN_MAX - 1), "{status}");
            assert!(is_final(status, IN_VAIN_MAX), "{status}: not for ever");
        }
    }
}

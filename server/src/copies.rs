//! Copies in memory of rows that other servers of the same database change: the catalogue, and who
//! may do what. Where no other server can be there is nothing to follow.
//!
//! A change shows here within a second, as long as the database answers. No sale depends on it:
//! journals are compared at every commit, and a show's terms stand in its journal.

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::{auth::tokens::Tokens, catalogue::Catalogue, clock::Clock, replicas::Replicas};

/// How often it looks, in milliseconds of real time: half of the second that is promised, the rest
/// is for reading.
pub const LOOK_MS: u64 = 500;

/// Follows what others change on the current runtime, until `shutdown` is cancelled. Each in a task
/// of its own: a token that was revoked does not wait for a catalogue that is read. The catalogue is
/// read from a replica where one will do; who may do what is asked at the primary.
pub fn follow(
    (catalogue, tokens): (Catalogue, Tokens),
    replicas: Option<Replicas>,
    clock: &Clock,
    shutdown: &CancellationToken,
) -> [JoinHandle<()>; 2] {
    let tokens = every_look(clock, shutdown, move || {
        let tokens = tokens.clone();
        async move {
            if let Err(error) = tokens.follow().await {
                tracing::warn!(%error, "tokens of other servers can't be read");
            }
        }
    });
    let catalogue = every_look(clock, shutdown, move || {
        let (catalogue, replicas) = (catalogue.clone(), replicas.clone());
        async move {
            let followed = match &replicas {
                Some(replicas) => catalogue.follow_at(replicas).await,
                None => catalogue.follow().await,
            };
            if let Err(error) = followed {
                tracing::warn!(%error, "imports of other servers can't be read");
            }
        }
    });
    [tokens, catalogue]
}

/// Looks again and again.
fn every_look<F>(
    clock: &Clock,
    shutdown: &CancellationToken,
    look: impl Fn() -> F + Send + 'static,
) -> JoinHandle<()>
where
    F: Future<Output = ()> + Send,
{
    let (clock, shutdown) = (clock.clone(), shutdown.clone());
    tokio::spawn(async move {
        loop {
            tokio::select! {
                () = shutdown.cancelled() => return,
                () = clock.rest_real(LOOK_MS) => {}
            }
            look().await;
        }
    })
}

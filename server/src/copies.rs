//! Copies in memory of rows that other servers of the same database change: the catalogue, and who
//! may do what. Where no other server can be there is nothing to follow.
//!
//! A change shows here within a second, as long as the database answers. No sale depends on it:
//! journals are compared at every commit, and a show's terms stand in its journal.

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::{auth::tokens::Tokens, catalogue::Catalogue, clock::Clock};

/// How often it looks, in milliseconds of real time: half of the second that is promised, the rest
/// is for reading.
pub const LOOK_MS: u64 = 500;

/// Follows what others change on the current runtime, until `shutdown` is cancelled.
pub fn follow(
    catalogue: Catalogue,
    tokens: Tokens,
    clock: Clock,
    shutdown: CancellationToken,
) -> JoinHandle<()> {
    tokio::spawn(async move {
        loop {
            tokio::select! {
                () = shutdown.cancelled() => return,
                () = clock.rest_real(LOOK_MS) => {}
            }
            if let Err(error) = tokens.follow().await {
                tracing::warn!(%error, "tokens of other servers can't be read");
            }
            if let Err(error) = catalogue.follow().await {
                tracing::warn!(%error, "imports of other servers can't be read");
            }
        }
    })
}

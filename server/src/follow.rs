//! What other servers of the same database change in rows that are kept in memory here: the
//! catalogue, and who may do what. Where no other server can be there is nothing to follow.
//!
//! A change shows here within a second, as long as the database answers. No sale depends on it:
//! journals are compared at every commit, and a show's terms stand in its journal.

use std::sync::Arc;

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::{auth::tokens::Tokens, catalogue::Catalogue, clock::Clock, hub::Hub, store::Store};

/// How often it looks, in milliseconds of real time: half of the second that is promised, the rest
/// is for reading.
pub const LOOK_MS: u64 = 500;

/// What is followed.
pub struct Follower {
    /// What is on.
    pub catalogue: Catalogue,
    /// Who may do what.
    pub tokens: Tokens,
    /// The pictures, which have to know the shows that another server imported.
    pub hub: Hub,
    /// Their journals.
    pub store: Arc<dyn Store>,
}

impl Follower {
    /// Starts to follow on the current runtime, until `shutdown` is cancelled.
    pub fn start(self, clock: Clock, shutdown: CancellationToken) -> JoinHandle<()> {
        tokio::spawn(async move {
            loop {
                tokio::select! {
                    () = shutdown.cancelled() => return,
                    () = clock.rest_real(LOOK_MS) => self.look().await,
                }
            }
        })
    }

    async fn look(&self) {
        if let Err(error) = self.tokens.follow().await {
            tracing::warn!(%error, "tokens of other servers can't be read");
        }
        match self.catalogue.follow().await {
            Ok(false) => {}
            Ok(true) => match self.store.heads().await {
                Ok(heads) => self.hub.know(&heads),
                Err(error) => tracing::warn!(%error, "new shows can't be read"),
            },
            Err(error) => tracing::warn!(%error, "imports of other servers can't be read"),
        }
    }
}

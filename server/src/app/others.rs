//! What a server starts because of the other servers of its house.

use std::sync::Arc;

use houseful_core::time::UtcMillis;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::StartError;
use crate::{
    auth::tokens::{Opened, Tokens},
    catalogue::Catalogue,
    clock::Clock,
    database::Books,
    house,
    roles::{
        Cluster, ServerRole,
        feed::{self, Elsewhere, Follower, Lag},
    },
    store::StoreError,
};

/// What goes on beside a server's own roles.
pub(super) struct Others {
    /// Follows the catalogue role, where that is another server's.
    pub(super) follower: Option<Follower>,
    /// What ends with the server.
    pub(super) background: Vec<JoinHandle<()>>,
}

/// Refuses the database of a catalogue server whose house has its seats or its money elsewhere, and
/// binds the house to this database where this server is one of several.
pub(super) async fn bind(books: &Books, cluster: &Cluster) -> Result<(), StartError> {
    let facts = books.house.as_ref();
    let id = house::journal_id(facts).await?;
    if !cluster.has(ServerRole::Catalogue) {
        return Ok(());
    }
    for role in cluster.own().iter() {
        let elsewhere = if cluster.has_key() {
            !house::bind(facts, role, &id).await?
        } else {
            // Alone: what it was before it is taken apart binds nobody.
            house::is_bound_elsewhere(facts, role, &id).await?
        };
        if let Some(why) = Elsewhere::of(role).filter(|_| elsewhere) {
            return Err(why.into());
        }
    }
    Ok(())
}

/// The tokens; the first one is made by the catalogue role alone.
pub(super) async fn tokens(
    books: &Books,
    cluster: &Cluster,
    now: UtcMillis,
    one_off: Option<String>,
) -> Result<Opened, StoreError> {
    let store = Arc::clone(&books.tokens);
    if cluster.has(ServerRole::Catalogue) {
        Tokens::open(store, now, one_off).await
    } else {
        Tokens::open_copy(store, one_off).await
    }
}

/// Greets the others, and follows the catalogue if it is theirs. What it says now is taken over
/// before this server answers anybody; if it says nothing, the copy of an earlier run is as good as
/// it gets.
pub(super) async fn start(
    cluster: &Cluster,
    books: &Books,
    copies: (Catalogue, Tokens),
    (clock, shutdown): (&Clock, &CancellationToken),
) -> Result<Others, StartError> {
    let mut others = Others {
        follower: None,
        background: Vec::new(),
    };
    if !cluster.peers().is_empty() {
        let greeting = feed::greet(cluster.clone(), clock.clone(), shutdown.clone());
        others.background.push(greeting);
    }
    if cluster.has(ServerRole::Catalogue) {
        return Ok(others);
    }
    let follower = Follower::new(cluster.clone(), books.clone(), copies, clock.clone());
    match follower.look().await {
        Ok(()) => {}
        Err(Lag::Another) => return Err(StartError::AnotherCatalogue),
        Err(Lag::Elsewhere(elsewhere)) => return Err(elsewhere.into()),
        Err(Lag::Store(error)) => return Err(error.into()),
        Err(lag) => tracing::warn!(%lag, "starting with the catalogue of an earlier run"),
    }
    others.background.push(follower.start(shutdown));
    others.follower = Some(follower);
    Ok(others)
}

//! What the catalogue role starts: what is on, and the demo's chain if it was asked for.

use std::sync::Arc;

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::{ServerConfig, StartError, booking::Booking, chain};
use crate::{catalogue::Catalogue, clock::Clock, database::Books, house, roles::ServerRole};

/// Starts the role; where another server has it, what is on is a copy of what that one has.
pub(super) async fn start(
    books: &Books,
    config: &ServerConfig,
    clock: &Clock,
) -> Result<Catalogue, StartError> {
    let catalogue = Catalogue::load(Arc::clone(&books.catalogue)).await?;
    if !config.roles.own.has(ServerRole::Catalogue) {
        return Ok(catalogue);
    }
    house::mark_catalogue(books.house.as_ref()).await?;
    if let Some(chain) = config.chain {
        chain::import(&catalogue, clock, chain).await?;
    }
    Ok(catalogue)
}

/// Makes the demo's prior sales, if it was asked for. Answers with them, if they go on while the
/// server serves.
pub(super) async fn sell(
    catalogue: &Catalogue,
    booking: &Booking,
    config: &ServerConfig,
    (clock, shutdown): (&Clock, &CancellationToken),
) -> Result<Option<JoinHandle<()>>, StartError> {
    let Some(chain) = config.chain else {
        return Ok(None);
    };
    let sales = chain::sell(catalogue, booking, clock.now(), chain, shutdown.clone());
    if !config.sell_meanwhile {
        sales.await?;
        return Ok(None);
    }
    Ok(Some(tokio::spawn(async {
        if let Err(error) = sales.await {
            tracing::warn!(%error, "the demo's prior sales ended early");
        }
    })))
}

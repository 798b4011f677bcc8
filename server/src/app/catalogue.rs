//! What the catalogue role starts: what is on, and the demo's chain if it was asked for.

use std::sync::Arc;

use houseful_core::ids::ShowId;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::{ServerConfig, StartError, booking::Booking, chain};
use crate::{catalogue::Catalogue, clock::Clock, database::Books, house, roles::ServerRole};

/// Starts the role; where another server has it, what is on is a copy of what that one has. Answers
/// with the demo's shows that are new, too.
pub(super) async fn start(
    books: &Books,
    config: &ServerConfig,
    clock: &Clock,
) -> Result<(Catalogue, Vec<ShowId>), StartError> {
    let catalogue = Catalogue::load(Arc::clone(&books.catalogue)).await?;
    let mut new = Vec::new();
    if config.roles.own.has(ServerRole::Catalogue) {
        house::mark_catalogue(books.house.as_ref()).await?;
        if let Some(chain) = config.chain {
            new = chain::import(&catalogue, clock, chain).await?;
        }
    }
    Ok((catalogue, new))
}

/// Makes the demo's prior sales, if it was asked for. Answers with them, if they go on while the
/// server serves.
pub(super) async fn sell(
    (catalogue, new): (&Catalogue, Vec<ShowId>),
    booking: &Booking,
    config: &ServerConfig,
    (clock, shutdown): (&Clock, &CancellationToken),
) -> Result<Option<JoinHandle<()>>, StartError> {
    let Some(chain) = config.chain else {
        return Ok(None);
    };
    let sales = chain::sell(
        (catalogue, new),
        booking,
        clock.now(),
        chain,
        shutdown.clone(),
    );
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

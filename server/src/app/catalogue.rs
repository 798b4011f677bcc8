//! What the catalogue role starts: what is on, and the demo's chain if it was asked for.

use std::sync::Arc;

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::{ServerConfig, StartError, booking::Booking, chain};
use crate::{
    catalogue::Catalogue, clock::Clock, database::Books, follow, house, roles::ServerRole,
};

/// How often shows are opened that could not be, in milliseconds of real time.
const OPEN_AGAIN_MS: u64 = 5_000;

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

/// Goes on opening the shows of shards that were away, and of slots that were on their way to another
/// shard, when the server started.
pub(super) fn open_the_rest(
    catalogue: &Catalogue,
    booking: &Booking,
    clock: &Clock,
    shutdown: &CancellationToken,
) -> JoinHandle<()> {
    let (catalogue, clock) = (catalogue.clone(), clock.clone());
    let (lane, hub) = (booking.lane.clone(), booking.hub.clone());
    let work = async move {
        loop {
            clock.rest_real(OPEN_AGAIN_MS).await;
            if let Err(error) = chain::open_where_possible(&catalogue, &lane, &hub).await {
                tracing::warn!(%error, "a show can't be opened for sale");
            }
        }
    };
    follow::until(shutdown, work)
}

/// Opens the shows that are not on sale yet, and makes the demo's prior sales. Answers with the
/// sales, if they go on while the server serves.
pub(super) async fn open_shows(
    catalogue: &Catalogue,
    booking: &Booking,
    config: &ServerConfig,
    clock: &Clock,
    shutdown: &CancellationToken,
) -> Result<Option<JoinHandle<()>>, StartError> {
    let Booking { lane, hub, .. } = booking;
    let opened = if config.shards.is_some() {
        chain::open_where_possible(catalogue, lane, hub).await?
    } else {
        chain::open(catalogue, lane, hub, clock).await?
    };
    let Some(chain) = config.chain else {
        return Ok(None);
    };
    let sales = chain::sell(
        catalogue.clone(),
        lane.clone(),
        clock.now(),
        chain,
        opened,
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

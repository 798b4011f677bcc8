//! What the booking role starts: the lane on its journals, the pictures of its shows, and whoever
//! keeps both close to what others write.

use std::sync::Arc;

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::{ServerConfig, StartError};
use crate::{
    bus::Bus,
    clock::Clock,
    database::Books,
    follow,
    hub::{Hub, Origin},
    lane::Lane,
    replicas::Replicas,
    shards::{Lanes, Readers},
    store::Head,
    timer,
};

/// The booking role at work.
pub(super) struct Booking {
    /// What decides and commits.
    pub(super) lane: Lanes,
    /// What readers are shown.
    pub(super) hub: Hub,
    /// Where pictures are read from, if not at the primary.
    pub(super) readers: Readers,
    /// What ends with the server.
    pub(super) background: Vec<JoinHandle<()>>,
}

/// Starts the role. Once this answers it sells; shows that wait for something that is over have
/// been looked at.
pub(super) async fn start(
    books: &Books,
    config: &ServerConfig,
    bus: Arc<dyn Bus>,
    (clock, shutdown): (&Clock, &CancellationToken),
) -> Result<Booking, StartError> {
    let (store, hub) = (&books.journal, Hub::new());
    let began = Clock::stopwatch();
    let heads = store.heads().await?;
    hub.know(0, &heads, began, Origin::Primary);
    let lane = Lane::start(Arc::clone(store), bus, hub.clone(), clock.clone());
    let lane = Lanes::from(lane);
    let readers = Readers::new(lane.homes().clone());
    let mut background = Vec::new();
    let sources = books.ground.replicas(&config.replicas)?;
    if let Some(primary) = books.ground.primary().filter(|_| !sources.is_empty()) {
        let (replicas, tasks) = Replicas::start(primary, sources, hub.clone(), clock, shutdown);
        readers.add(0, replicas);
        background.extend(tasks);
    }
    let followed = (lane.clone(), readers.clone());
    background.extend(follow::start(store, followed, &hub, clock, shutdown));
    let is_over = |h: &Head| h.next_due.is_some_and(|due| due <= clock.now());
    let (over, waiting): (Vec<_>, Vec<_>) = heads
        .into_iter()
        .filter(|h| h.next_due.is_some())
        .partition(is_over);
    look_at(&lane, over, shutdown).await;
    let (eye, stop) = (lane.clone(), shutdown.clone());
    let looking = tokio::spawn(async move { look_at(&eye, waiting, &stop).await });
    background.push(looking);
    Ok(Booking {
        lane,
        hub,
        readers,
        background,
    })
}

/// Starts the timer that writes down what has ended.
pub(super) fn timer(
    books: &Books,
    lane: &Lanes,
    clock: &Clock,
    shutdown: &CancellationToken,
) -> JoinHandle<()> {
    let store = Arc::clone(&books.journal);
    timer::start(store, lane.clone(), clock.clone(), shutdown.clone())
}

/// Looks at the shows in which something ends, so that lists count their seats by the time even
/// where no timer runs.
async fn look_at(lane: &Lanes, heads: Vec<Head>, shutdown: &CancellationToken) {
    for Head { show, .. } in heads {
        if shutdown.is_cancelled() {
            return;
        }
        if let Err(error) = lane.read(show, |_, _, _| ()).await {
            tracing::warn!(show.id = %show, %error, "a show can't be looked at");
        }
    }
}

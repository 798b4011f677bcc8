//! What the booking role starts: the lane on its journals, the pictures of its shows, and whoever
//! keeps both close to what others write.

use std::sync::Arc;

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::StartError;
use crate::{
    bus::Bus,
    clock::Clock,
    database::Books,
    follow,
    hub::Hub,
    lane::Lane,
    shards::Lanes,
    store::{Head, Store},
    timer,
};

/// The booking role at work.
pub(super) struct Booking {
    /// What decides and commits.
    pub(super) lane: Lanes,
    /// What readers are shown.
    pub(super) hub: Hub,
    /// What ends with the server.
    pub(super) background: Vec<JoinHandle<()>>,
}

/// Starts the role. Once this answers it sells; shows that wait for something that is over have
/// been looked at.
pub(super) async fn start(
    store: &Arc<dyn Store>,
    bus: Arc<dyn Bus>,
    clock: &Clock,
    shutdown: &CancellationToken,
) -> Result<Booking, StartError> {
    let hub = Hub::new();
    let began = Clock::stopwatch();
    let heads = store.heads().await?;
    hub.know(&heads, began);
    let lane = Lane::start(Arc::clone(store), bus, hub.clone(), clock.clone());
    let lane = Lanes::from(lane);
    let mut background = follow::start(store, lane.clone(), &hub, clock, shutdown);
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
        background,
    })
}

/// The rooms of a role that another server has: nothing works in them.
pub(super) fn idle(store: &Arc<dyn Store>, bus: Arc<dyn Bus>, clock: &Clock) -> Booking {
    let hub = Hub::new();
    let lane = Lane::start(Arc::clone(store), bus, hub.clone(), clock.clone());
    Booking {
        lane: Lanes::from(lane),
        hub,
        background: Vec::new(),
    }
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

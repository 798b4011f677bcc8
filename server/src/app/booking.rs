//! What the booking role starts: a lane on the journals of each shard, the pictures of their shows,
//! and whoever keeps both close to what others write.

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
    shards::{Journals, Lanes},
    store::{Head, Store, StoreError},
    timer,
};

/// The booking role at work.
pub(super) struct Booking {
    /// What decides and commits.
    pub(super) lane: Lanes,
    /// What is read of journals.
    pub(super) journals: Journals,
    /// What readers are shown.
    pub(super) hub: Hub,
    /// What ends with the server.
    pub(super) background: Vec<JoinHandle<()>>,
}

/// What every shard is started with.
#[derive(Clone)]
pub(super) struct Beginning {
    pub(super) hub: Hub,
    pub(super) bus: Arc<dyn Bus>,
    pub(super) clock: Clock,
    pub(super) shutdown: CancellationToken,
}

/// Starts the role on one database. Once this answers it sells; shows that wait for something that
/// is over have been looked at.
pub(super) async fn start(
    books: &Books,
    bus: Arc<dyn Bus>,
    clock: &Clock,
    shutdown: &CancellationToken,
) -> Result<Booking, StartError> {
    let hub = Hub::new();
    let begin = Beginning {
        hub: hub.clone(),
        bus,
        clock: clock.clone(),
        shutdown: shutdown.clone(),
    };
    let store = &books.journal;
    let heads = begin.heads(store).await?;
    let lane = Lanes::from(begin.lane(store));
    let mut background = follow::start(store, lane.clone(), &hub, clock, shutdown);
    background.push(begin.look(&lane, heads).await);
    Ok(Booking {
        lane,
        journals: Journals::from(books.clone()),
        hub,
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

impl Beginning {
    /// Reads where all shows of a shard stand, for lists.
    pub(super) async fn heads(&self, store: &Arc<dyn Store>) -> Result<Vec<Head>, StoreError> {
        let began = Clock::stopwatch();
        let heads = store.heads().await?;
        self.hub.know(&heads, began);
        Ok(heads)
    }

    /// Starts the lane of a shard.
    pub(super) fn lane(&self, store: &Arc<dyn Store>) -> Lane {
        let (bus, hub) = (Arc::clone(&self.bus), self.hub.clone());
        Lane::start(Arc::clone(store), bus, hub, self.clock.clone())
    }

    /// Looks at the shows in which something ends, so that lists count their seats by the time even
    /// where no timer runs: at once where it has ended, at the others while the server serves.
    pub(super) async fn look(&self, lane: &Lanes, heads: Vec<Head>) -> JoinHandle<()> {
        let is_over = |h: &Head| h.next_due.is_some_and(|due| due <= self.clock.now());
        let (over, waiting): (Vec<_>, Vec<_>) = heads
            .into_iter()
            .filter(|h| h.next_due.is_some())
            .partition(is_over);
        look_at(lane, over, &self.shutdown).await;
        let (eye, stop) = (lane.clone(), self.shutdown.clone());
        tokio::spawn(async move { look_at(&eye, waiting, &stop).await })
    }
}

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

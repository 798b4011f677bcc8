//! What the booking role starts: a lane on the journals of each shard, the pictures of their shows,
//! and whoever keeps both close to what others write.

use std::sync::Arc;

use houseful_core::ids::ShardName;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::{ServerConfig, StartError};
use crate::{
    bus::Bus,
    clock::Clock,
    database::{Books, OpenError, PostgresUrl},
    follow,
    hub::{Hub, Origin},
    lane::{Lane, Plans},
    replicas::Replicas,
    shards::{Journals, Lanes, Readers, Watch},
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
    /// Where pictures are read from, if not at the primary.
    pub(super) readers: Readers,
    /// How the shards stand, where there are several.
    pub(super) watch: Watch,
    /// What ends with the server.
    pub(super) background: Vec<JoinHandle<()>>,
}

/// What every shard is started with.
#[derive(Clone)]
pub(super) struct Beginning {
    pub(super) hub: Hub,
    pub(super) bus: Arc<dyn Bus>,
    pub(super) plans: Plans,
    pub(super) clock: Clock,
    pub(super) shutdown: CancellationToken,
}

/// Starts the role on one database. Once this answers it sells; shows that wait for something that
/// is over have been looked at.
pub(super) async fn start(
    books: &Books,
    config: &ServerConfig,
    (bus, plans): (Arc<dyn Bus>, Plans),
    (clock, shutdown): (&Clock, &CancellationToken),
) -> Result<Booking, StartError> {
    let hub = Hub::new();
    let begin = Beginning {
        hub: hub.clone(),
        bus,
        plans,
        clock: clock.clone(),
        shutdown: shutdown.clone(),
    };
    let store = &books.journal;
    let heads = begin.heads(0, store).await?;
    let lane = Lanes::from(begin.lane(store));
    let readers = Readers::new(lane.homes().clone());
    let mut background = Vec::new();
    let replicas = begin.replicas(books, &config.replicas, None, &mut background)?;
    if let Some(replicas) = replicas {
        readers.add(0, replicas);
    }
    let followed = (lane.clone(), readers.clone());
    background.extend(follow::start(store, followed, &hub, clock, shutdown));
    background.push(begin.look(&lane, heads).await);
    Ok(Booking {
        lane,
        journals: Journals::from(books.clone()),
        hub,
        readers,
        watch: Watch::default(),
        background,
    })
}

/// The rooms of a role that another server has: nothing works in them. What this server does have of
/// the catalogue is read from `replicas`.
pub(super) fn idle(
    books: &Books,
    replicas: &[PostgresUrl],
    bus: Arc<dyn Bus>,
    (clock, shutdown): (&Clock, &CancellationToken),
) -> Result<Booking, OpenError> {
    let begin = Beginning {
        hub: Hub::new(),
        bus,
        plans: Plans::none(),
        clock: clock.clone(),
        shutdown: shutdown.clone(),
    };
    let lane = Lanes::from(begin.lane(&books.journal));
    let (readers, mut background) = (Readers::new(lane.homes().clone()), Vec::new());
    if let Some(replicas) = begin.replicas(books, replicas, None, &mut background)? {
        readers.add(0, replicas);
    }
    Ok(Booking {
        journals: Journals::from(books.clone()),
        readers,
        lane,
        hub: begin.hub,
        watch: Watch::default(),
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
    pub(super) async fn heads(
        &self,
        shard: usize,
        store: &Arc<dyn Store>,
    ) -> Result<Vec<Head>, StoreError> {
        let began = Clock::stopwatch();
        let heads = store.heads().await?;
        self.hub.know(shard, &heads, began, Origin::Primary);
        Ok(heads)
    }

    /// Starts to read from the replicas of a database, if any are named; `shard` is its name where
    /// there are several. What has to end with the server is added to `tasks`.
    pub(super) fn replicas(
        &self,
        books: &Books,
        addresses: &[PostgresUrl],
        shard: Option<&ShardName>,
        tasks: &mut Vec<JoinHandle<()>>,
    ) -> Result<Option<Replicas>, OpenError> {
        let sources = books.ground.replicas(addresses)?;
        let primary = books.ground.primary().filter(|_| !sources.is_empty());
        Ok(primary.map(|primary| {
            let named = (shard.map(ToString::to_string), sources);
            let drawn = (self.hub.clone(), self.plans.clone());
            let (replicas, keeping) =
                Replicas::start(primary, named, drawn, &self.clock, &self.shutdown);
            tasks.extend(keeping);
            replicas
        }))
    }

    /// Starts the lane of a shard.
    pub(super) fn lane(&self, store: &Arc<dyn Store>) -> Lane {
        let (bus, hub) = (Arc::clone(&self.bus), self.hub.clone());
        let (clock, plans) = (self.clock.clone(), self.plans.clone());
        Lane::start(Arc::clone(store), bus, hub, clock, plans)
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

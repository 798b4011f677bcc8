//! Keeps what this server has in memory close to what others write to a shared store: pictures that
//! somebody looks at, the counts of all shows, the clock. On a store of its own there is nothing to
//! follow. Nothing is decided here; a server that follows late tells older pictures, no wrong yes.

use std::{collections::BTreeMap, convert::Infallible, future::Future, sync::Arc, time::Duration};

use houseful_core::ids::ShowId;
use tokio::task::{AbortHandle, JoinHandle, JoinSet};
use tokio_util::sync::CancellationToken;

use crate::{
    clock::Clock,
    hub::{Hub, Origin},
    shards::{Lanes, Readers},
    store::{Store, StoreError},
};

/// No picture is older when it is asked for: it is confirmed before it is shown, or not shown. One
/// that is watched is followed, as long as the store answers.
pub const PICTURE_STALE: Duration = Duration::from_millis(500);
/// When nobody could confirm a watched picture for so long, its feeds end: a reader that comes back is
/// told why, one that kept an old map would believe in it.
pub const FEED_STALE: Duration = Duration::from_secs(5);
/// How often watched shows are looked at, in milliseconds of real time, all with one question, and
/// how recently confirmed ones are left out.
const LOOK_MS: u64 = 200;
const LOOKED_AT: Duration = Duration::from_millis(100);
/// The counts in lists, and which shows there are, are at most so old, and twice what reading all
/// heads takes; if that takes more than a tenth of it, they are read after ten times as long.
pub const LISTS_STALE: Duration = Duration::from_secs(2);
/// How often the clock is compared with the primary's, in milliseconds of real time.
const CLOCK_MS: u64 = 10_000;
/// The same if the primary could not be asked.
const CLOCK_AGAIN_MS: u64 = 1_000;

/// Starts to follow; the tasks end when `shutdown` is cancelled.
pub fn start(
    store: &Arc<dyn Store>,
    (lanes, readers): (Lanes, Readers),
    hub: &Hub,
    clock: &Clock,
    shutdown: &CancellationToken,
) -> Vec<JoinHandle<()>> {
    if !store.shared() {
        return Vec::new();
    }
    let mut tasks = all_shards(store, (lanes, readers.clone()), hub, clock, shutdown);
    tasks.push(one_shard((0, store, readers), hub, clock, shutdown));
    tasks
}

/// Starts to follow what is followed once for all shards: pictures, wherever their shows are, and the
/// clock, which is that of the house's own database, `store`.
pub fn all_shards(
    store: &Arc<dyn Store>,
    followed: (Lanes, Readers),
    hub: &Hub,
    clock: &Clock,
    shutdown: &CancellationToken,
) -> Vec<JoinHandle<()>> {
    let pictures = pictures(followed, hub.clone(), clock.clone());
    let time = time(Arc::clone(store), clock.clone());
    vec![until(shutdown, pictures), until(shutdown, time)]
}

/// Starts to follow where the shows of one shard stand, so that one that is slow delays no other.
pub fn one_shard(
    (shard, store, readers): (usize, &Arc<dyn Store>, Readers),
    hub: &Hub,
    clock: &Clock,
    shutdown: &CancellationToken,
) -> JoinHandle<()> {
    let lists = lists(
        (shard, Arc::clone(store), readers),
        hub.clone(),
        clock.clone(),
    );
    until(shutdown, lists)
}

/// Does something until it is told to stop.
pub(crate) fn until(
    shutdown: &CancellationToken,
    work: impl Future<Output = Infallible> + Send + 'static,
) -> JoinHandle<()> {
    let shutdown = shutdown.clone();
    tokio::spawn(async move {
        tokio::select! {
            () = shutdown.cancelled() => {}
            never = work => match never {},
        }
    })
}

/// Has replicas or else the lanes read on, for whoever watches: each shard by itself, so that one
/// whose replicas are slow delays no other.
async fn pictures((lanes, readers): (Lanes, Readers), hub: Hub, clock: Clock) -> Infallible {
    let (mut tasks, mut busy) = (JoinSet::new(), BTreeMap::<usize, AbortHandle>::new());
    loop {
        clock.rest_real(LOOK_MS).await;
        while tasks.try_join_next().is_some() {}
        let now = Clock::stopwatch();
        let is_old = |show: &ShowId| hub.age(*show, now).is_none_or(|age| age > LOOKED_AT);
        let watched = hub.watched().into_iter().filter(is_old);
        for (shard, shows) in readers.by_shard(watched) {
            if busy.get(&shard).is_some_and(|task| !task.is_finished()) {
                continue;
            }
            let (lanes, readers) = (lanes.clone(), readers.clone());
            let task = tasks.spawn(async move {
                for show in readers.refresh(shard, shows).await {
                    // With too much to do the picture is older for once.
                    let _ = lanes.refresh(show, LOOKED_AT);
                }
            });
            busy.insert(shard, task);
        }
    }
}

/// Reads where all shows of a shard stand: what others sold, and what others opened.
async fn lists(
    (shard, store, readers): (usize, Arc<dyn Store>, Readers),
    hub: Hub,
    clock: Clock,
) -> Infallible {
    let mut rest_ms = LISTS_STALE.as_millis();
    loop {
        clock
            .rest_real(u64::try_from(rest_ms).unwrap_or(u64::MAX))
            .await;
        let began = Clock::stopwatch();
        let at_replica = match readers.at(shard) {
            Some(replicas) => replicas.heads().await,
            None => None,
        };
        if let Some((heads, as_of)) = at_replica {
            hub.know(shard, &heads, as_of, Origin::Replica);
        } else {
            match store.heads().await {
                Ok(heads) => hub.know(shard, &heads, began, Origin::Primary),
                Err(error) => tracing::warn!(%error, "the counts of shows can't be read"),
            }
        }
        let took = Clock::stopwatch().saturating_duration_since(began);
        metrics::gauge!("lists_read_seconds").set(took.as_secs_f64());
        rest_ms = LISTS_STALE.max(took * 10).as_millis();
    }
}

async fn time(store: Arc<dyn Store>, clock: Clock) -> Infallible {
    loop {
        tokio::select! {
            () = clock.rest_real(CLOCK_MS) => {}
            () = clock.hint() => {}
        }
        while let Err(error) = set_clock(&*store, &clock).await {
            tracing::warn!(%error, "the database's clock can't be read");
            clock.rest_real(CLOCK_AGAIN_MS).await;
        }
    }
}

/// Sets the clock by the primary's, if there is one that it follows.
///
/// # Errors
/// The primary can't be asked.
pub async fn set_clock(store: &dyn Store, clock: &Clock) -> Result<(), StoreError> {
    let asked = Clock::stopwatch();
    if let Some(primary) = store.time().await? {
        clock.correct(asked, Clock::stopwatch(), primary);
    }
    Ok(())
}

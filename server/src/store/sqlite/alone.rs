//! Shows that somebody has alone. There is one process on the file, so the locks are in memory; the
//! writing thread looks at them, so what was sent before a lock was taken is written before it.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use houseful_core::{ids::ShowId, wire::seats::Version};
use tokio::sync::Notify;

use super::{SqliteStore, rows};
use crate::store::{Alone, Apart, Later, Outcome, ShowCommit, StoreError};

/// The longest wait for a show that somebody else has alone.
const PATIENCE: Duration = Duration::from_secs(3);

/// Which shows are taken.
#[derive(Clone, Debug, Default)]
pub(super) struct Locks {
    inner: Arc<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    taken: Mutex<HashSet<ShowId>>,
    freed: Notify,
}

/// A show that is taken until this is dropped.
struct Lock {
    locks: Locks,
    show: ShowId,
}

impl Locks {
    /// Whether somebody has the show.
    pub(super) fn has(&self, show: ShowId) -> bool {
        self.taken().contains(&show)
    }

    fn taken(&self) -> MutexGuard<'_, HashSet<ShowId>> {
        let taken = self.inner.taken.lock();
        taken.unwrap_or_else(PoisonError::into_inner)
    }

    async fn take(&self, show: ShowId) -> Lock {
        loop {
            let freed = self.inner.freed.notified();
            let mut freed = std::pin::pin!(freed);
            // From here on no word of a show that is given free is missed.
            freed.as_mut().enable();
            if self.taken().insert(show) {
                let locks = self.clone();
                return Lock { locks, show };
            }
            freed.await;
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        self.locks.taken().remove(&self.show);
        self.locks.inner.freed.notify_waiters();
    }
}

struct Held {
    store: SqliteStore,
    lock: Lock,
}

pub(super) async fn alone(
    store: &SqliteStore,
    show: ShowId,
    known: Option<Version>,
) -> Result<Apart, StoreError> {
    let lock = tokio::time::timeout(PATIENCE, store.locks.take(show));
    let lock = lock.await.map_err(|_| StoreError::Busy)?;
    let kept = Arc::clone(&store.kept);
    // By the writing thread: behind everything that was sent before the lock was taken.
    let seen = store
        .db
        .write(move |conn| rows::tail(conn, &kept, show, known))
        .await?;
    let store = store.clone();
    Ok((seen, Box::new(Held { store, lock })))
}

impl Alone for Held {
    fn commit(self: Box<Self>, show: ShowCommit) -> Later<'static, Outcome> {
        Box::pin(async move {
            if show.head.show != self.lock.show {
                let why = format!("{} is not the show that was taken", show.head.show);
                return Err(StoreError::Unwritable(why));
            }
            let mine = Some(self.lock.show);
            let outcomes = self.store.write(vec![show], mine).await?;
            outcomes.into_iter().next().ok_or(StoreError::Unknown)
        })
    }
}

//! The one timer: finds shows that wait for something that is over and has it written down.
//!
//! Selling never depends on it. With the timer off a dead hold is sold over just the same; only
//! journals, counts in lists and messages to payment wait.

use std::sync::Arc;

use houseful_core::{
    ids::{CommandId, OwnerRef, ShowId},
    price::Channel,
    show::{Actor, Ask, Command, SETTLE_AGAIN_MS},
};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::{chance, clock::Clock, lane::Lane, store::Store};

/// How often it looks, in milliseconds of server time.
const LOOK_MS: u32 = 250;
/// How many shows it sees to at once.
const AT_ONCE: u32 = 500;

/// Starts the timer on the current runtime; it ends when `shutdown` is cancelled.
pub fn start(
    store: Arc<dyn Store>,
    lane: Lane,
    clock: Clock,
    shutdown: CancellationToken,
) -> JoinHandle<()> {
    tokio::spawn(async move {
        loop {
            tokio::select! {
                () = shutdown.cancelled() => return,
                () = clock.rest(LOOK_MS) => {}
            }
            match store.due(clock.now(), AT_ONCE).await {
                Ok(shows) => see_to(&store, &lane, &clock, shows).await,
                Err(error) => tracing::warn!(%error, "due shows can't be read"),
            }
        }
    })
}

async fn see_to(store: &Arc<dyn Store>, lane: &Lane, clock: &Clock, shows: Vec<ShowId>) {
    let all = shows
        .into_iter()
        .map(|show| see_to_one(store, lane, clock, show));
    futures_util::future::join_all(all).await;
}

async fn see_to_one(store: &Arc<dyn Store>, lane: &Lane, clock: &Clock, show: ShowId) {
    if let Err(error) = lane.ask(show, expire()).await {
        tracing::warn!(show.id = %show, %error, "a due show can't be seen to");
    }
    let again = clock.now().plus_ms(SETTLE_AGAIN_MS);
    let waits = lane.read(show, move |state, _, now| {
        let is_due = state.next_due().is_some_and(|due| due <= now);
        // It waits for payment: until that is asked again, only the end of a hold comes first.
        is_due.then(|| state.next_due_unless_asked(again).filter(|due| *due > now))
    });
    // One that can't be read, or has something due that can't be written down, is looked at later.
    if let Some(until) = waits.await.unwrap_or(Some(None)) {
        let until = until.unwrap_or(again);
        if let Err(error) = store.put_off(show, until).await {
            tracing::warn!(show.id = %show, %error, "a due show can't be put off");
        }
    }
}

/// Writes down what has ended. No client asks for it, so its id is never repeated.
#[must_use]
pub fn expire() -> Command {
    let owner = OwnerRef::of_staff("timer");
    Command {
        id: CommandId(chance::uuid()),
        actor: Actor {
            owner,
            staff: true,
            channel: Channel::Counter,
        },
        ask: Ask::Expire,
        rolls: chance::rolls(),
    }
}

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

use crate::{chance, clock::Clock, shards::Lanes, store::Store};

/// How often it looks, in milliseconds of server time.
const LOOK_MS: u32 = 250;
/// How many shows it sees to at once.
const AT_ONCE: u32 = 500;
/// For how long a show that was taken is nobody else's, in milliseconds of server time: one whose
/// server died is seen to after this, and so is one that still waits for payment.
const LEASE_MS: i64 = SETTLE_AGAIN_MS;

/// Starts the timer on the current runtime; it ends when `shutdown` is cancelled.
pub fn start(
    store: Arc<dyn Store>,
    lanes: Lanes,
    clock: Clock,
    shutdown: CancellationToken,
) -> JoinHandle<()> {
    tokio::spawn(async move {
        loop {
            tokio::select! {
                () = shutdown.cancelled() => return,
                () = clock.rest(LOOK_MS) => {}
            }
            let now = clock.now();
            match store.lease(now, now.plus_ms(LEASE_MS), AT_ONCE).await {
                Ok(shows) => see_to(&lanes, shows).await,
                Err(error) => tracing::warn!(%error, "due shows can't be taken"),
            }
        }
    })
}

async fn see_to(lanes: &Lanes, shows: Vec<ShowId>) {
    let all = shows.into_iter().map(|show| async move {
        if let Err(error) = lanes.ask(show, expire()).await {
            tracing::warn!(show.id = %show, %error, "a due show can't be seen to");
        }
    });
    futures_util::future::join_all(all).await;
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

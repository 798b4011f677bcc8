//! The demo's chain: imported, its shows opened for sale, and some seats sold before anybody
//! comes, so that the halls look lived in.

use std::{collections::HashSet, sync::Arc};

use futures_util::future::join_all;
use houseful_core::{
    best::Zone,
    ids::{CommandId, OwnerRef, PaymentId, ShowId},
    price::Channel,
    refusal::Refusal,
    show::{Actor, Ask, Command, HoldRules, OrphanRule, Party, Wish},
    time::UtcMillis,
};

use tokio_util::sync::CancellationToken;

use super::{DemoChain, StartError};
use crate::{
    catalogue::{Catalogue, NewShow, demo},
    chance,
    clock::Clock,
    hub::Hub,
    lane::LaneError,
    shards::Lanes,
};

/// How often shows are asked for that can't be opened for a moment, and the rest between, in
/// milliseconds of real time: half a minute in all.
const TRIES: u32 = 60;
const REST_MS: u64 = 500;
/// How many shows are seen to at once.
const AT_ONCE: usize = 64;

/// Imports the chain. A file that has shows from an earlier run keeps them; what is new is planned
/// around them.
pub(super) async fn import(
    catalogue: &Catalogue,
    clock: &Clock,
    chain: DemoChain,
) -> Result<(), StartError> {
    let more = demo::more(clock.now(), chain.seed, &catalogue.snapshot())?;
    catalogue.import(more).await?;
    Ok(())
}

/// Opens the journals of all shows of the catalogue that have none, as after an import that was
/// cut short. Other servers may be at the same shows: those that are in the way are tried again.
pub(super) async fn open(
    catalogue: &Catalogue,
    lane: &Lanes,
    hub: &Hub,
    clock: &Clock,
) -> Result<Vec<ShowId>, StartError> {
    let is_open = |show| hub.knows(show);
    let new = catalogue.snapshot().unopened(&is_open);
    for some in new.chunks(AT_ONCE) {
        for tried in 1.. {
            match open_some(some, lane, hub).await {
                Ok(()) => break,
                Err(LaneError::Busy | LaneError::Unknown) if tried < TRIES => {
                    clock.rest_real(REST_MS).await;
                }
                Err(error) => return Err(error.into()),
            }
        }
    }
    Ok(new.into_iter().map(|show| show.id).collect())
}

/// The same where shows are spread over shards: what can't be opened for now (its shard is away, or
/// its slot on its way to another one) is left for later, and keeps nobody waiting.
pub(super) async fn open_where_possible(
    catalogue: &Catalogue,
    lane: &Lanes,
    hub: &Hub,
) -> Result<Vec<ShowId>, LaneError> {
    let is_out_of_question = |show| hub.knows(show) || !lane.reaches(show);
    let new = catalogue.snapshot().unopened(&is_out_of_question);
    for some in new.chunks(AT_ONCE) {
        match open_some(some, lane, hub).await {
            Ok(()) => {}
            Err(passing @ (LaneError::Busy | LaneError::Unknown)) => {
                tracing::info!(%passing, "some shows can't be opened for sale yet");
            }
            Err(error) => return Err(error),
        }
    }
    let opened = new.into_iter().map(|show| show.id);
    Ok(opened.filter(|show| hub.knows(*show)).collect())
}

/// Opens those of these shows that nobody has opened by now.
async fn open_some(some: &[NewShow], lane: &Lanes, hub: &Hub) -> Result<(), LaneError> {
    let left = some.iter().filter(|show| !hub.knows(show.id));
    let asked = left.map(|show| lane.ask(show.id, by_house(Ask::Open(Arc::clone(&show.terms)))));
    let mut failed = Ok(());
    for answer in join_all(asked).await {
        match answer {
            // Opened, or another server was faster.
            Ok(_)
            | Err(LaneError::Refused {
                refusal: Refusal::OpenedAlready,
                ..
            }) => {}
            // What passes does not hide what does not.
            Err(passing @ (LaneError::Busy | LaneError::Unknown)) => {
                failed = failed.and(Err(passing));
            }
            Err(error) => return Err(error),
        }
    }
    failed
}

/// Sells seats of the next shows for cash, party by party; only of those that were just opened.
/// Whoever is in the queue at `shutdown` goes home.
pub(super) async fn sell(
    catalogue: Catalogue,
    lane: Lanes,
    now: UtcMillis,
    chain: DemoChain,
    opened: Vec<ShowId>,
    shutdown: CancellationToken,
) -> Result<(), StartError> {
    let snapshot = catalogue.snapshot();
    let mut sales = demo::prior_sales(&snapshot, now, chain.seed, chain.sold_shows);
    let opened: HashSet<&ShowId> = opened.iter().collect();
    sales.retain(|sales| opened.contains(&sales.show));
    for some in sales.chunks(AT_ONCE) {
        let sold = some.iter().filter_map(|sales| {
            let terms = snapshot.terms(sales.show)?;
            let ticket_type = terms.prices.ticket_types.first()?.code.clone();
            let (lane, shutdown) = (&lane, &shutdown);
            Some(async move {
                for party in &sales.parties {
                    if shutdown.is_cancelled() {
                        break;
                    }
                    let party = Party {
                        ticket_type: ticket_type.clone(),
                        count: *party,
                    };
                    sell_one(lane, sales.show, party).await?;
                }
                Ok::<_, LaneError>(())
            })
        });
        for result in join_all(sold).await {
            result?;
        }
    }
    Ok(())
}

/// Sells the best seats to one party. A party that finds none goes home.
async fn sell_one(lane: &Lanes, show: ShowId, party: Party) -> Result<(), LaneError> {
    let booking = chance::uuid();
    let hold = Ask::Hold {
        booking,
        wish: Wish::Best {
            party: vec![party],
            zone: Zone::Any,
            category: None,
            accessible: false,
            skip: 0,
        },
        rules: HoldRules {
            orphans: OrphanRule::Allow,
            over_limit: false,
        },
    };
    let pay = Ask::PayCash {
        booking,
        payment: PaymentId(chance::uuid()),
        given_minor: None,
    };
    for ask in [hold, pay] {
        match lane.ask(show, by_house(ask)).await {
            Ok(_) => {}
            Err(LaneError::Refused { .. }) => return Ok(()),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn by_house(ask: Ask) -> Command {
    Command {
        id: CommandId(chance::uuid()),
        actor: Actor {
            owner: OwnerRef::of_staff("house"),
            staff: true,
            channel: Channel::Counter,
        },
        ask,
        rolls: chance::rolls(),
    }
}

//! The demo's chain: imported, and some seats sold before anybody comes, so that the halls look
//! lived in.

use std::{collections::HashSet, future::Future};

use futures_util::future::join_all;
use houseful_core::{
    best::Zone,
    ids::{CommandId, OwnerRef, PaymentId, ShowId},
    price::Channel,
    show::{Actor, Ask, Command, HoldRules, OrphanRule, Party, Proof, Wish},
    time::UtcMillis,
};

use tokio_util::sync::CancellationToken;

use super::{DemoChain, DemoSize, StartError, booking::Booking};
use crate::{
    catalogue::{
        Catalogue,
        demo::{self, PriorSales},
    },
    chance,
    clock::Clock,
    lane::LaneError,
    shards::Lanes,
};

/// How many shows are seen to at once.
const AT_ONCE: usize = 64;

/// Imports the chain. A file that has shows from an earlier run keeps them; what is new is planned
/// around them.
pub(super) async fn import(
    catalogue: &Catalogue,
    clock: &Clock,
    chain: DemoChain,
) -> Result<Vec<ShowId>, StartError> {
    if chain.size == DemoSize::Huge {
        if !catalogue.snapshot().is_empty() {
            return Ok(Vec::new());
        }
        let huge = demo::Huge::new(clock.now(), chain.seed, demo::Sizes::HUGE)?;
        return Ok(catalogue.import_huge(huge).await?);
    }
    let more = demo::more(clock.now(), chain.seed, &catalogue.snapshot())?;
    Ok(catalogue.import(more).await?)
}

/// Sells seats of the next shows for cash, party by party; only of those that are `new`. Whoever is in the queue at `shutdown` goes home.
pub(super) fn sell(
    (catalogue, new): (&Catalogue, Vec<ShowId>),
    booking: &Booking,
    now: UtcMillis,
    chain: DemoChain,
    shutdown: CancellationToken,
) -> impl Future<Output = Result<(), StartError>> + Send + 'static {
    let (snapshot, lane) = (catalogue.snapshot(), booking.lane.clone());
    let mut sales = demo::prior_sales(&snapshot, now, chain.seed, chain.sold_shows);
    let new: HashSet<ShowId> = new.into_iter().collect();
    // Another server of this database may have sold some by now.
    sales.retain(|sales| new.contains(&sales.show) && !booking.hub.knows(sales.show));
    async move {
        for some in sales.chunks(AT_ONCE) {
            let sold = some.iter().filter_map(|sales| {
                let terms = snapshot.terms(sales.show)?;
                let ticket_type = terms.prices.ticket_types.first()?.code.clone();
                let to_one = (&lane, &shutdown);
                Some(sell_show(to_one, sales, ticket_type))
            });
            for result in join_all(sold).await {
                result?;
            }
        }
        Ok(())
    }
}

async fn sell_show(
    (lane, shutdown): (&Lanes, &CancellationToken),
    sales: &PriorSales,
    ticket_type: String,
) -> Result<(), LaneError> {
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
        proof: Proof::default(),
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

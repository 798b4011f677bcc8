//! What the payment role starts: payments, their worker, and their comparison with the provider.

use std::sync::Arc;

use houseful_core::wire::admin::Mode;
use tokio_util::sync::CancellationToken;

use super::{ServerConfig, StartError};
use crate::{
    bus::Bus,
    clock::Clock,
    database::Books,
    payment::{self, Cards, Payments, stripe::Stripe},
    roles::{ClusterKey, ServerRole},
};

/// Starts the role, or leaves its room as it is where another server has it. Leave to pay is signed
/// with the key of the house where there is one, so that booking signs it and payment believes it;
/// what was signed with the database's own key before is believed, too.
pub(super) async fn start(
    books: &Books,
    bus: Arc<dyn Bus>,
    (config, mode, clock): (&ServerConfig, Mode, &Clock),
    shutdown: &CancellationToken,
) -> Result<Payments, StartError> {
    let (roles, stripe) = (&config.roles, config.stripe.as_ref());
    let key = payment::load_key(books.payments.as_ref(), clock.now()).await?;
    let of_house = roles.key.iter().flat_map(ClusterKey::payment_tokens);
    let key = key.below(of_house);
    let cards = match stripe {
        Some(config) => {
            config.check(mode)?;
            let book = Arc::clone(&books.intents);
            Cards::Stripe(Stripe::new(config, book, clock.clone())?)
        }
        None => Cards::terminal(Arc::clone(&books.charges), clock),
    };
    let rooms = (Arc::clone(&books.payments), cards);
    if !roles.own.has(ServerRole::Payment) {
        return Ok(Payments::idle(rooms, bus, key, clock.clone()));
    }
    Ok(Payments::start(
        rooms,
        bus,
        key,
        clock.clone(),
        shutdown.clone(),
    ))
}

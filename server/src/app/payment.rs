//! What the payment role starts: payments, their worker, and their comparison with the provider.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::StartError;
use crate::{
    bus::Bus,
    clock::Clock,
    database::Books,
    payment::{self, Payments},
};

/// Starts the role.
pub(super) async fn start(
    books: &Books,
    bus: Arc<dyn Bus>,
    clock: &Clock,
    shutdown: &CancellationToken,
) -> Result<Payments, StartError> {
    let key = payment::load_key(books.payments.as_ref(), clock.now()).await?;
    let rooms = (Arc::clone(&books.payments), Arc::clone(&books.charges));
    Ok(Payments::start(
        rooms,
        bus,
        key,
        clock.clone(),
        shutdown.clone(),
    ))
}

//! How messages between payment and booking go, whichever of the two this server is.

use std::sync::Arc;

use serde::Serialize;
use tokio::{sync::mpsc, task::JoinHandle};
use tokio_util::sync::CancellationToken;

use crate::{
    bus::{
        Bus,
        between::{self, To},
        kafka::{Kafka, May},
        local::{self, AnnouncementsRx, QUEUE, SettlementsRx},
    },
    clock::Clock,
    hub::Hub,
    payment::Payments,
    roles::{ANNOUNCEMENTS, Cluster, SETTLEMENTS, ServerRole, feed::Follower},
    shards::Lanes,
};

/// Where settlements go.
const TO_PAYMENT: To = To {
    role: ServerRole::Payment,
    address: SETTLEMENTS,
};
/// Where announcements go.
const TO_BOOKING: To = To {
    role: ServerRole::Booking,
    address: ANNOUNCEMENTS,
};

/// Delivers here what both roles are here for, and sends the rest to where it is for: through Kafka
/// where there is one, by HTTP what that does not take. What others send here by HTTP comes in by
/// its routes.
pub(super) fn start(
    (announcements, settlements): (AnnouncementsRx, SettlementsRx),
    (lanes, payments): (Lanes, Payments),
    (cluster, clock, kafka): (&Cluster, &Clock, Option<&Kafka>),
    shutdown: &CancellationToken,
) -> Vec<JoinHandle<()>> {
    let roles = (
        cluster.has(ServerRole::Booking),
        cluster.has(ServerRole::Payment),
    );
    let how = || (cluster.clone(), clock.clone(), shutdown.clone());
    match roles {
        (true, true) => {
            let both = (announcements, settlements);
            local::deliver(both, lanes, payments, shutdown.clone()).into()
        }
        (true, false) => {
            let carry = |kafka: &Kafka, asks, http| kafka.settle(asks, http, shutdown);
            away(settlements, TO_PAYMENT, kafka.map(|k| (k, carry)), how())
        }
        (false, true) => {
            let carry = |kafka: &Kafka, news, http| kafka.announce(news, http, shutdown);
            away(announcements, TO_BOOKING, kafka.map(|k| (k, carry)), how())
        }
        (false, false) => Vec::new(),
    }
}

/// Sends messages to another server.
fn away<T: Serialize + Send + Sync + 'static>(
    messages: mpsc::Receiver<T>,
    to: To,
    kafka: Option<(
        &Kafka,
        impl FnOnce(&Kafka, mpsc::Receiver<T>, mpsc::Sender<T>) -> Option<JoinHandle<()>>,
    )>,
    (cluster, clock, shutdown): (Cluster, Clock, CancellationToken),
) -> Vec<JoinHandle<()>> {
    let Some((kafka, carry)) = kafka else {
        return vec![between::carry(messages, to, (cluster, clock), shutdown)];
    };
    let (http_tx, http) = mpsc::channel(QUEUE);
    let mut both: Vec<_> = carry(kafka, messages, http_tx).into_iter().collect();
    both.push(between::carry(http, to, (cluster, clock), shutdown));
    both
}

/// Hears through Kafka what is for this server, tells others of its seats, and keeps an eye on the
/// way. Begins when it is known whether this is the house's database for what the server does.
pub(super) fn hear(
    kafka: &Kafka,
    (cluster, follower): (&Cluster, Option<Follower>),
    (hub, lanes, payments): (&Hub, Lanes, Payments),
    bus: &Arc<dyn Bus>,
    shutdown: &CancellationToken,
) -> Vec<JoinHandle<()>> {
    let mut tasks = vec![kafka.keep(shutdown.clone())];
    let may: May = Arc::new(move || {
        let elsewhere = follower.as_ref().and_then(Follower::elsewhere);
        elsewhere.is_none()
    });
    if cluster.has(ServerRole::Booking) {
        let answer = Arc::clone(bus);
        tasks.extend(kafka.hear_announcements(&lanes, answer, Arc::clone(&may), shutdown));
        tasks.extend(kafka.tell_seats(hub, shutdown));
    }
    if cluster.has(ServerRole::Payment) {
        tasks.extend(kafka.hear_settlements(&payments, may, shutdown));
    }
    tasks
}

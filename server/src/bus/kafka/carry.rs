//! The two carriers of a message: Kafka, and HTTP for what Kafka has not acknowledged in time.

use std::{hash::Hash, sync::Arc, time::Duration};

use houseful_core::{
    ids::{PaymentId, ShowId},
    message::{Announcement, Settle},
    time::UtcMillis,
    wire::payment::PaymentState,
};
use rdkafka::{
    message::{Header, OwnedHeaders},
    producer::{FutureRecord, future_producer::DeliveryFuture},
};
use serde::Serialize;
use tokio::{
    sync::{Semaphore, mpsc},
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;

use super::{
    letter::{Pen, SIGNED},
    mouth::Mouth,
    recent::Recent,
    verdict::TopicKind,
    way::Way,
};
use crate::clock::Clock;

/// A message that Kafka has not acknowledged for so long goes by HTTP, too.
const PATIENCE: Duration = Duration::from_secs(1);
/// How many messages wait for an acknowledgement at once; with more of them nobody waits.
const WAITING_MAX: usize = 8_192;

/// What both directions have in common.
pub(super) trait Message: Serialize + Clone + Send + Sync + 'static {
    /// What makes two of them the same message.
    type Same: Clone + Eq + Hash + Send;
    /// The show it is about, which is its key: what is said of a show stays in order.
    fn show(&self) -> ShowId;
    /// See [`Message::Same`].
    fn same(&self) -> Self::Same;
}

impl Message for Announcement {
    type Same = (PaymentId, PaymentState, Option<u64>, i64, Option<UtcMillis>);
    fn show(&self) -> ShowId {
        self.booking.show
    }
    fn same(&self) -> Self::Same {
        (
            self.payment,
            self.state,
            self.settled_ver,
            self.refunded_minor,
            self.reopened_at,
        )
    }
}

impl Message for Settle {
    type Same = (PaymentId, u64, Option<UtcMillis>);
    fn show(&self) -> ShowId {
        self.booking.show
    }
    fn same(&self) -> Self::Same {
        (self.payment, self.ver, self.reopened_at)
    }
}

/// Where one kind of message goes.
#[derive(Clone)]
pub(super) struct Route {
    pub(super) kind: TopicKind,
    pub(super) topic: String,
    pub(super) mouth: Mouth,
    pub(super) pen: Pen,
    pub(super) way: Arc<Way>,
}

impl Route {
    /// Hands a message to Kafka; `None` if that does not even begin.
    fn hand_over<T: Message>(&self, message: &T) -> Option<(u64, DeliveryFuture)> {
        if !self.way.is_usable() {
            return None;
        }
        let key = message.show().to_string();
        let sealed = self.pen.write(self.kind, &key, message)?;
        let headers = OwnedHeaders::new().insert(Header {
            key: SIGNED,
            value: Some(&sealed.signature),
        });
        let record = FutureRecord::to(&self.topic)
            .key(&key)
            .payload(&sealed.value)
            .headers(headers);
        let number = self.way.sets_out();
        match self.mouth.producer().send_result(record) {
            Ok(delivery) => Some((number, delivery)),
            Err((error, _)) => {
                self.way.is_lost(number);
                tracing::debug!(topic = self.topic, %error, "Kafka takes nothing");
                None
            }
        }
    }

    fn count(&self, how: &'static str) {
        metrics::counter!("kafka_messages_total", "topic" => self.kind.word(), "how" => how)
            .increment(1);
    }
}

/// Sends messages through Kafka, and by `http` what Kafka does not acknowledge in time. While the way
/// is closed all go by `http`, and now and then one through Kafka, too, to see whether it is open.
pub(super) fn carry<T: Message>(
    mut messages: mpsc::Receiver<T>,
    route: Route,
    http: mpsc::Sender<T>,
    clock: Clock,
    shutdown: CancellationToken,
) -> JoinHandle<()> {
    tokio::spawn(async move {
        let mut recent = Recent::new();
        let room = Arc::new(Semaphore::new(WAITING_MAX));
        loop {
            let message = tokio::select! {
                () = shutdown.cancelled() => return,
                message = messages.recv() => message,
            };
            let Some(message) = message else { return };
            // What is said again was not answered: the carriers take turns.
            let is_first = recent.note(message.same()).is_multiple_of(2);
            let is_open = route.way.is_open();
            let goes = (is_open && is_first) || (!is_open && route.way.may_probe());
            let permit = Arc::clone(&room).try_acquire_owned().ok();
            let handed = permit
                .filter(|_| goes)
                .and_then(|permit| Some((permit, route.hand_over(&message)?)));
            let Some((permit, (number, delivery))) = handed else {
                by_http(&route, &http, message);
                continue;
            };
            let waits = if is_open {
                Some(message)
            } else {
                by_http(&route, &http, message);
                None
            };
            let (route, http, clock) = (route.clone(), http.clone(), clock.clone());
            tokio::spawn(async move {
                see_to(&route, (number, delivery), waits, &http, &clock).await;
                drop(permit);
            });
        }
    })
}

/// Waits for an acknowledgement, for a while alone and then beside the other carrier.
async fn see_to<T: Message>(
    route: &Route,
    (number, mut delivery): (u64, DeliveryFuture),
    mut waits: Option<T>,
    http: &mpsc::Sender<T>,
    clock: &Clock,
) {
    let patience = u64::try_from(PATIENCE.as_millis()).unwrap_or(u64::MAX);
    let in_time = tokio::select! {
        done = &mut delivery => Some(done),
        () = clock.rest_real(patience) => None,
    };
    let done = match in_time {
        Some(done) => done,
        None => {
            route.way.is_late();
            if let Some(message) = waits.take() {
                by_http(route, http, message);
            }
            delivery.await
        }
    };
    match done {
        Ok(Ok(_)) => {
            route.way.arrived(number);
            route.count("kafka");
        }
        Ok(Err((error, _))) => {
            route.way.is_lost(number);
            route.count("failed");
            tracing::debug!(topic = route.topic, %error, "Kafka did not take a message");
            if let Some(message) = waits {
                by_http(route, http, message);
            }
        }
        // The producer is gone, with the server.
        Err(_) => route.way.is_lost(number),
    }
}

/// What does not fit into the other carrier's queue is dropped, as any carrier may.
fn by_http<T: Message>(route: &Route, http: &mpsc::Sender<T>, message: T) {
    route.count("http");
    if http.try_send(message).is_err() {
        metrics::counter!("bus_lost_total", "kind" => route.kind.word()).increment(1);
    }
}

//! Tells others what becomes of seats, in the words of the public feed: a `map` first, then the
//! `seats` that changed, each with the version it leads to.
//!
//! Like a feed that falls behind, this skips what came in between: of each show the last picture
//! waits until Kafka has acknowledged it. So nothing grows while a broker is away, and the first
//! message after that leads from where readers are to where the show is.

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
};

use futures_util::future::join_all;
use houseful_core::ids::ShowId;
use rdkafka::{
    error::RDKafkaErrorCode,
    message::{Header, OwnedHeaders},
    producer::FutureRecord,
};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::{mouth::Mouth, way::Way};
use crate::{
    clock::Clock,
    hub::{Moves, Picture},
};

/// The shortest time between two messages about one show, in milliseconds of real time.
const TICK_MS: u64 = 100;
/// The rest when nothing can be sent, in milliseconds.
const REST_MS: u64 = 1_000;
/// Of so many shows it is known what readers have; the others begin again with a map. Each keeps a
/// picture.
const KNOWN: usize = 512;
/// How many messages wait for an acknowledgement at once.
const AT_ONCE: usize = 256;

/// Where it is told.
pub(super) struct Seats {
    pub(super) topic: String,
    pub(super) mouth: Mouth,
    pub(super) way: Arc<Way>,
    pub(super) moves: Arc<Moves>,
    pub(super) clock: Clock,
}

/// What became of a message.
enum Sent {
    /// Readers can read it.
    Whole,
    /// It has to be tried again.
    NotYet,
    /// It is too large for a broker.
    Never,
}

/// What readers have of each show.
#[derive(Default)]
struct Told {
    last: HashMap<ShowId, Arc<Picture>>,
    order: VecDeque<ShowId>,
}

impl Told {
    /// Readers have to begin with a map.
    fn forget(&mut self, show: ShowId) {
        self.last.remove(&show);
        self.order.retain(|other| *other != show);
    }

    fn note(&mut self, show: ShowId, picture: Arc<Picture>) {
        if self.last.insert(show, picture).is_some() {
            return;
        }
        self.order.push_back(show);
        if self.order.len() > KNOWN
            && let Some(oldest) = self.order.pop_front()
        {
            self.last.remove(&oldest);
        }
    }
}

impl Seats {
    /// Tells until `shutdown` is cancelled.
    pub(super) fn tell(self, shutdown: CancellationToken) -> JoinHandle<()> {
        tokio::spawn(async move {
            let mut told = Told::default();
            loop {
                tokio::select! {
                    () = shutdown.cancelled() => return,
                    () = self.moves.wait() => {}
                }
                let went_well = self.tell_once(&mut told).await;
                let rest_ms = if went_well { TICK_MS } else { REST_MS };
                tokio::select! {
                    () = shutdown.cancelled() => return,
                    () = self.clock.rest_real(rest_ms) => {}
                }
            }
        })
    }

    /// Tells what has moved; whether all of it was acknowledged. The rest waits.
    async fn tell_once(&self, told: &mut Told) -> bool {
        if !self.way.is_usable() {
            return false;
        }
        let mut went_well = true;
        let moved = self.moves.take();
        for some in moved.chunks(AT_ONCE) {
            let each = some.iter().map(|(show, picture)| async {
                let before = told.last.get(show);
                self.send(*show, before.map(Arc::as_ref), picture).await
            });
            let sent = join_all(each).await;
            for ((show, picture), sent) in some.iter().zip(sent) {
                match sent {
                    Sent::Whole => told.note(*show, Arc::clone(picture)),
                    Sent::Never => told.forget(*show),
                    Sent::NotYet => {
                        went_well = false;
                        self.moves.put_back(*show, Arc::clone(picture));
                    }
                }
            }
        }
        went_well
    }

    /// Leads readers from what they have to what is.
    async fn send(&self, show: ShowId, before: Option<&Picture>, now: &Picture) -> Sent {
        if before.is_some_and(|before| before.version() == now.version()) {
            return Sent::Whole;
        }
        let changes = before.and_then(|before| now.changes_from(before));
        let (event, data) = match changes {
            Some(changes) => ("seats", changes),
            None => ("map", now.body()),
        };
        let (key, id) = (show.to_string(), now.version().to_string());
        let text = |key, value| Header {
            key,
            value: Some(value),
        };
        let headers = OwnedHeaders::new().insert(text("event", event));
        let headers = headers.insert(text("id", &id));
        let record = FutureRecord::to(&self.topic)
            .key(&key)
            .payload(data.as_ref())
            .headers(headers);
        let number = self.way.sets_out();
        let producer = self.mouth.producer();
        let sent = match producer.send_result(record) {
            Ok(delivery) => match delivery.await {
                Ok(Ok(_)) => Ok(()),
                Ok(Err((error, _))) => Err(error.rdkafka_error_code()),
                Err(_) => Err(None),
            },
            Err((error, _)) => Err(error.rdkafka_error_code()),
        };
        let is_too_large = sent == Err(Some(RDKafkaErrorCode::MessageSizeTooLarge));
        let how = match sent {
            Ok(()) => "kafka",
            Err(_) if is_too_large => "too_large",
            Err(_) => "failed",
        };
        metrics::counter!("kafka_messages_total", "topic" => "seats", "how" => how).increment(1);
        if sent.is_ok() || is_too_large {
            self.way.arrived(number);
        } else {
            self.way.is_lost(number);
        }
        if is_too_large {
            // It would be as large the next time, and all others would wait for it.
            tracing::error!(show.id = %show, bytes = data.len(), "a broker takes no message as large as the seats of a show");
        }
        match sent {
            Ok(()) => Sent::Whole,
            Err(_) if is_too_large => Sent::Never,
            Err(_) => Sent::NotYet,
        }
    }
}

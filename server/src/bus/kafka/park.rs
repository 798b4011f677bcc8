//! Puts aside what could not be read, for somebody to look at. It is tried until a broker has it:
//! meanwhile everything behind it goes on, but its topic is not told to be done.

use std::sync::Arc;

use houseful_core::text::shown;
use rdkafka::{
    Message as _,
    error::{KafkaError as ClientError, RDKafkaErrorCode},
    message::{Header, OwnedHeaders, OwnedMessage},
    producer::FutureRecord,
};
use tokio::sync::Semaphore;

use super::{letter::Unread, mouth::Mouth};
use crate::clock::Clock;

/// The header that says why a message was parked.
pub(super) const WHY: &str = "houseful-why";
/// The header that says where it stood: topic, partition, offset.
pub(super) const FROM: &str = "houseful-from";
/// How many wait to be parked at most. More of them are left where they are: somebody floods us, and
/// what is behind them matters more.
const WAITING_MAX: usize = 128;
/// So much of a message that is too large to be parked as it came, in bytes.
const CUT: usize = 16 * 1024;
/// The first and the longest rest before it is tried again, in milliseconds.
const AGAIN_MS: (u64, u64) = (500, 30_000);

/// Where messages are parked.
#[derive(Clone)]
pub(super) struct Park {
    topic: String,
    mouth: Mouth,
    clock: Clock,
    room: Arc<Semaphore>,
}

impl Park {
    pub(super) fn new(topic: String, mouth: Mouth, clock: Clock) -> Self {
        let room = Arc::new(Semaphore::new(WAITING_MAX));
        Self {
            topic,
            mouth,
            clock,
            room,
        }
    }

    /// Parks a message as it came.
    pub(super) async fn park(&self, message: &OwnedMessage, unread: Unread) {
        let why = unread.word();
        let from = format!(
            "{}/{}/{}",
            message.topic(),
            message.partition(),
            message.offset()
        );
        metrics::counter!("kafka_parked_total", "why" => why).increment(1);
        let key = String::from_utf8_lossy(message.key().unwrap_or_default());
        let key = shown(&key, 40);
        tracing::error!(why, from, key, "a message was parked: somebody should look");
        let Ok(_place) = self.room.try_acquire() else {
            metrics::counter!("kafka_parked_total", "why" => "not_parked").increment(1);
            tracing::error!(
                from,
                "a message could not be parked and stays where it is: too many wait for that"
            );
            return;
        };
        let (mut rest_ms, mut most) = (AGAIN_MS.0, usize::MAX);
        while let Err(error) = self.send(message, (why, &from), most).await {
            if error == RDKafkaErrorCode::MessageSizeTooLarge && most > CUT {
                // Its beginning, and where the rest is.
                most = CUT;
                continue;
            }
            tracing::warn!(from, %error, "a message waits to be parked");
            self.clock.rest_real(rest_ms).await;
            rest_ms = (rest_ms * 2).min(AGAIN_MS.1);
        }
    }

    /// Waits until a broker has so much of it at `most`, or the client has given it up.
    async fn send(
        &self,
        message: &OwnedMessage,
        (why, from): (&str, &str),
        most: usize,
    ) -> Result<(), RDKafkaErrorCode> {
        let (key, value) = (
            message.key().unwrap_or_default(),
            message.payload().unwrap_or_default(),
        );
        let (key, value) = (&key[..key.len().min(most)], &value[..value.len().min(most)]);
        let whole = most == usize::MAX;
        let headers = message.headers().filter(|_| whole).cloned();
        let headers = headers.unwrap_or_else(OwnedHeaders::new);
        let text = |key, value| Header {
            key,
            value: Some(value),
        };
        let headers = headers.insert(text(WHY, why)).insert(text(FROM, from));
        let record = FutureRecord::to(&self.topic)
            .key(key)
            .payload(value)
            .headers(headers);
        let code = |error: ClientError| error.rdkafka_error_code();
        let sent = match self.mouth.producer().send_result(record) {
            Ok(delivery) => match delivery.await {
                Ok(Ok(_)) => return Ok(()),
                Ok(Err((error, _))) => code(error),
                Err(_) => None,
            },
            Err((error, _)) => code(error),
        };
        Err(sent.unwrap_or(RDKafkaErrorCode::Fail))
    }
}

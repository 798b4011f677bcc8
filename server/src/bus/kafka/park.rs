//! Puts aside what could not be read, for somebody to look at, and goes on.

use std::time::Duration;

use houseful_core::text::shown;
use rdkafka::{
    Message as _,
    message::{Header, OwnedHeaders, OwnedMessage},
    producer::FutureRecord,
};

use super::{letter::Unread, running::Mouth};

/// The header that says why a message was parked.
pub(super) const WHY: &str = "houseful-why";
/// The header that says where it stood: topic, partition, offset.
pub(super) const FROM: &str = "houseful-from";
/// The longest wait for the parked message to be acknowledged: nothing behind it is held up longer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Where messages are parked.
#[derive(Clone)]
pub(super) struct Park {
    pub(super) topic: String,
    pub(super) mouth: Mouth,
}

impl Park {
    /// Parks a message as it came. If even that fails it stays where it is, and the log says where.
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
        let headers = message.headers().cloned().unwrap_or_else(OwnedHeaders::new);
        let text = |key, value| Header {
            key,
            value: Some(value),
        };
        let headers = headers.insert(text(WHY, why)).insert(text(FROM, &from));
        let record = FutureRecord::to(&self.topic)
            .key(message.key().unwrap_or_default())
            .payload(message.payload().unwrap_or_default())
            .headers(headers);
        let producer = self.mouth.producer();
        let sent = tokio::time::timeout(PATIENCE, producer.send(record, PATIENCE)).await;
        let error = match sent {
            Ok(Ok(_)) => return,
            Ok(Err((error, _))) => error.to_string(),
            Err(_) => "it was not acknowledged in time".to_owned(),
        };
        metrics::counter!("kafka_parked_total", "why" => "not_parked").increment(1);
        tracing::error!(
            from,
            error,
            "a message could not be parked and stays where it is"
        );
    }
}

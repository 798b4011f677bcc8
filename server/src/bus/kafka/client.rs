//! The clients of Kafka: how they are set, and where what they say goes.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use rdkafka::{
    ClientConfig, ClientContext,
    config::RDKafkaLogLevel,
    consumer::{ConsumerContext, StreamConsumer},
    error::KafkaError as ClientError,
    producer::FutureProducer,
    statistics::Statistics,
};

use super::{KafkaConfig, KafkaError};
use crate::clock::Clock;

/// A message that was not acknowledged for so long is given up, in milliseconds: it has gone by
/// HTTP, and whoever sent it says it again if that was in vain.
const GIVEN_UP_MS: &str = "30000";
/// The same trouble is told again after so long.
const TOLD_AGAIN: Duration = Duration::from_secs(60);

/// Sends messages.
pub(super) type Producer = FutureProducer<Voice>;
/// Hears messages.
pub(super) type Consumer = StreamConsumer<Voice>;

/// What a client says: its log, its troubles (each once a minute), its numbers.
#[derive(Clone, Debug)]
pub(super) struct Voice {
    name: &'static str,
    told: Arc<Mutex<Option<(String, Instant)>>>,
}

impl Voice {
    pub(super) fn new(name: &'static str) -> Self {
        Self {
            name,
            told: Arc::default(),
        }
    }

    fn is_news(&self, what: &str) -> bool {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Clock::stopwatch();
        let fresh = |at: Instant| now.saturating_duration_since(at) < TOLD_AGAIN;
        if told
            .as_ref()
            .is_some_and(|(known, at)| known == what && fresh(*at))
        {
            return false;
        }
        *told = Some((what.to_owned(), now));
        true
    }
}

impl ClientContext for Voice {
    fn log(&self, level: RDKafkaLogLevel, _: &str, text: &str) {
        let client = self.name;
        match level {
            RDKafkaLogLevel::Emerg | RDKafkaLogLevel::Alert | RDKafkaLogLevel::Critical => {
                tracing::error!(client, text, "the Kafka client broke down");
            }
            // The same comes as an error, which is told with measure.
            _ => tracing::debug!(client, text, "kafka"),
        }
    }

    fn error(&self, error: ClientError, reason: &str) {
        let (client, error) = (self.name, error.to_string());
        if self.is_news(&error) {
            tracing::warn!(client, error, reason, "Kafka is in trouble");
        }
    }

    fn stats(&self, statistics: Statistics) {
        for (topic, of) in &statistics.topics {
            let lags = of.partitions.values().map(|p| p.consumer_lag.max(0));
            let lag: i64 = lags.sum();
            // A float in any case, and a lag is no money.
            let lag = u32::try_from(lag).unwrap_or(u32::MAX);
            metrics::gauge!("kafka_lag", "topic" => topic.clone()).set(f64::from(lag));
        }
    }
}

impl ConsumerContext for Voice {}

fn base(config: &KafkaConfig) -> ClientConfig {
    let mut client = ClientConfig::new();
    client.set_log_level(RDKafkaLogLevel::Warning);
    client
        .set("client.id", "houseful")
        .set("socket.connection.setup.timeout.ms", "5000")
        .set("socket.timeout.ms", "10000")
        .set("socket.nagle.disable", "true")
        .set("reconnect.backoff.max.ms", "2000");
    for (name, value) in config.properties.iter() {
        client.set(name, value);
    }
    client
        .set("bootstrap.servers", config.brokers.as_ref())
        // A topic that is gone and made again is another one.
        .set("topic.metadata.refresh.interval.ms", "5000")
        .set("metadata.max.age.ms", "15000");
    client
}

/// A client that only asks.
pub(super) fn asking(config: &KafkaConfig) -> ClientConfig {
    base(config)
}

/// A client that sends: each message once in the order of its sending, and acknowledged when all
/// brokers that have to have it do.
pub(super) fn producer(config: &KafkaConfig, name: &'static str) -> Result<Producer, KafkaError> {
    let mut client = base(config);
    client
        .set("enable.idempotence", "true")
        .set("acks", "all")
        .set("message.timeout.ms", GIVEN_UP_MS)
        // A topic that is missing is soon known to be.
        .set("topic.metadata.propagation.max.ms", "5000")
        .set("linger.ms", "1")
        .set("queue.buffering.max.messages", "100000")
        .set("queue.buffering.max.kbytes", "65536");
    created(client.create_with_context(Voice::new(name)))
}

/// A client that hears as one of a group, and takes nothing for heard before it is told so.
pub(super) fn consumer(
    config: &KafkaConfig,
    group: &str,
    name: &'static str,
) -> Result<Consumer, KafkaError> {
    let mut client = base(config);
    client
        .set("group.id", group)
        .set("enable.auto.commit", "false")
        .set("enable.auto.offset.store", "false")
        // Nothing is missed, and what comes again changes nothing.
        .set("auto.offset.reset", "earliest")
        .set("allow.auto.create.topics", "false")
        .set("partition.assignment.strategy", "cooperative-sticky")
        // A server that dies is replaced soon; the least that brokers allow as they come.
        .set("session.timeout.ms", "6000")
        .set("heartbeat.interval.ms", "1500")
        .set("fetch.error.backoff.ms", "100")
        .set("fetch.wait.max.ms", "100")
        .set("queued.max.messages.kbytes", "16384")
        .set("statistics.interval.ms", "1000");
    created(client.create_with_context(Voice::new(name)))
}

fn created<T>(client: Result<T, ClientError>) -> Result<T, KafkaError> {
    client.map_err(|error| KafkaError::Settings(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bus::kafka::Properties;

    fn config(properties: &str) -> KafkaConfig {
        let mut config = KafkaConfig::new("127.0.0.1:1".parse().expect("an address"));
        config.properties = Properties::parse(properties).expect("settings");
        config
    }

    #[tokio::test]
    async fn the_client_takes_our_settings_and_says_no_to_what_it_does_not_know() {
        let plain = config(
            "security.protocol=SASL_PLAINTEXT\nsasl.mechanism=PLAIN\nsasl.username=u\nsasl.password=p",
        );
        assert!(producer(&plain, "test").is_ok());
        assert!(consumer(&plain, "g", "test").is_ok());
        let odd = config("sasl.no_such_thing=1");
        assert!(matches!(
            producer(&odd, "test"),
            Err(KafkaError::Settings(_))
        ));
    }

    #[test]
    fn the_same_trouble_is_told_once() {
        let voice = Voice::new("test");
        let told = ["a", "a", "b", "a", "a"].map(|what| voice.is_news(what));
        assert_eq!(told, [true, false, true, true, false]);
    }
}

//! The clients of Kafka: how they are set, and where what they say goes.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use houseful_core::text::shown;
use rdkafka::{
    ClientConfig, ClientContext,
    config::RDKafkaLogLevel,
    consumer::{ConsumerContext, StreamConsumer},
    error::KafkaError as ClientError,
    producer::FutureProducer,
    statistics::Statistics,
    types::RDKafkaConfRes,
};

use super::{KafkaConfig, KafkaError};
use crate::clock::Clock;

/// A message that was not acknowledged for so long is given up, in milliseconds: it has gone by
/// HTTP, and whoever sent it says it again if that was in vain.
const GIVEN_UP_MS: &str = "30000";
/// What librdkafka says of a setting that it was compiled without.
const NOT_BUILT: &str = "not supported in this build";
/// The most that is shown of a name that is none.
const SHOWN: usize = 80;
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
        for topic in statistics.topics.keys() {
            let lag = lag(&statistics, topic);
            metrics::gauge!("kafka_lag", "topic" => topic.clone()).set(lag);
        }
    }
}

impl ConsumerContext for Voice {}

/// How many messages of a topic are still to do; not a number where nobody can know. A broker that is
/// away says nothing of what is written, and what it said last would go on looking like news.
fn lag(statistics: &Statistics, topic: &str) -> f64 {
    // Beside those with a number there are names for whoever happens to be asked.
    let brokers = statistics.brokers.values();
    let up = brokers.filter(|broker| broker.nodeid >= 0 && broker.state == "UP");
    let up: Vec<i32> = up.map(|broker| broker.nodeid).collect();
    let Some(of) = statistics.topics.get(topic).filter(|_| !up.is_empty()) else {
        return f64::NAN;
    };
    // Of parts that another one hears the client knows what was, not what is.
    let own = of.partitions.values().filter(|p| p.fetch_state == "active");
    let mut lag: i64 = 0;
    for part in own {
        if !up.contains(&part.leader) {
            return f64::NAN;
        }
        lag = lag.saturating_add(part.consumer_lag.max(0));
    }
    // A float in any case, and a lag is no money.
    f64::from(u32::try_from(lag).unwrap_or(u32::MAX))
}

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
        // Nobody but us and the operator makes topics: a broker would make them as it likes.
        .set("allow.auto.create.topics", "false")
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
    created(client.create_with_context(Voice::new(name)), config)
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
        .set("partition.assignment.strategy", "cooperative-sticky")
        // A server that dies is replaced soon; the least that brokers allow as they come.
        .set("session.timeout.ms", "6000")
        .set("heartbeat.interval.ms", "1500")
        .set("fetch.error.backoff.ms", "100")
        .set("fetch.wait.max.ms", "100")
        .set("queued.max.messages.kbytes", "16384")
        .set("statistics.interval.ms", "1000");
    created(client.create_with_context(Voice::new(name)), config)
}

/// A client, or which setting it does not take. What the setting says is never repeated: it may be a
/// password, also under a name that was typed wrong.
pub(super) fn created<T>(
    client: Result<T, ClientError>,
    config: &KafkaConfig,
) -> Result<T, KafkaError> {
    client.map_err(|error| {
        let why = match &error {
            ClientError::ClientConfig(RDKafkaConfRes::RD_KAFKA_CONF_UNKNOWN, _, name, _) => {
                format!("`{}` is none", shown(name, SHOWN))
            }
            ClientError::ClientConfig(_, why, name, _) if why.contains(NOT_BUILT) => {
                format!("`{name}` needs a program built with `--features kafka-tls`")
            }
            ClientError::ClientConfig(_, _, name, _) => {
                format!("`{name}` can't be what it was set to")
            }
            _ => config.properties.hide(&error.to_string()),
        };
        KafkaError::Settings(why)
    })
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
    }

    #[tokio::test]
    async fn a_setting_that_is_wrong_is_named_and_what_it_says_is_not_repeated() {
        let odd = |line: &str| match producer(&config(line), "test") {
            Err(error @ KafkaError::Settings(_)) => error.to_string(),
            Err(error) => panic!("{line}: {error}"),
            Ok(_) => panic!("{line}: taken"),
        };
        for (line, name) in [
            ("sasl.pasword=hunter2", "sasl.pasword"),
            ("security.protocol=hunter2", "security.protocol"),
            ("ssl.no_such_thing=hunter2", "ssl.no_such_thing"),
            ("socket.timeout.ms=hunter2", "socket.timeout.ms"),
            (
                "security.protocol=SASL_PLAINTEXT\nsasl.mechanism=hunter2\nsasl.username=u\nsasl.password=p",
                "",
            ),
        ] {
            let said = odd(line);
            assert!(!said.contains("hunter2") && said.contains(name), "{said}");
        }
        // The same by the way of whoever looks at topics.
        let clerk = super::super::topics::Clerk::new(&config("sasl.pasword=hunter2"));
        let said = clerk.err().map(|e| e.to_string()).unwrap_or_default();
        assert!(
            !said.contains("hunter2") && said.contains("sasl.pasword"),
            "{said}"
        );
        if cfg!(not(feature = "kafka-tls")) {
            let said = odd("ssl.key.password=hunter2");
            assert!(
                !said.contains("hunter2") && said.contains("kafka-tls"),
                "{said}"
            );
        }
    }

    #[test]
    fn a_lag_is_told_only_by_brokers_that_are_there() {
        let mut known = Statistics::default();
        for (id, state) in [(1, "UP"), (2, "UP"), (-1, "UP")] {
            let broker = rdkafka::statistics::Broker {
                nodeid: id,
                state: state.to_owned(),
                ..Default::default()
            };
            known.brokers.insert(id.to_string(), broker);
        }
        let mut topic = rdkafka::statistics::Topic::default();
        for (number, leader, state, lag) in [
            (0, 1, "active", 5),
            (1, 2, "active", -1),
            (2, 2, "none", 70),
        ] {
            let part = rdkafka::statistics::Partition {
                leader,
                fetch_state: state.to_owned(),
                consumer_lag: lag,
                ..Default::default()
            };
            topic.partitions.insert(number, part);
        }
        known.topics.insert("t".to_owned(), topic);
        assert!((lag(&known, "t") - 5.0).abs() < 0.1, "{}", lag(&known, "t"));
        let with = |down: &[i32]| {
            let mut known = known.clone();
            for broker in known.brokers.values_mut() {
                if down.contains(&broker.nodeid) {
                    broker.state = "TRY_CONNECT".to_owned();
                }
            }
            lag(&known, "t")
        };
        assert!(with(&[1]).is_nan() && with(&[2]).is_nan() && with(&[1, 2]).is_nan());
        assert!(lag(&known, "other").is_nan());
    }

    #[test]
    fn the_same_trouble_is_told_once() {
        let voice = Voice::new("test");
        let told = ["a", "a", "b", "a", "a"].map(|what| voice.is_news(what));
        assert_eq!(told, [true, false, true, true, false]);
    }
}

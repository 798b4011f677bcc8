//! Somebody beside our servers who reads and writes topics: the reader of a seat feed, the one who
//! repeats and shuffles, the one who writes nonsense, the one who takes topics away.

use std::{collections::BTreeMap, time::Duration};

use houseful_server::bus::kafka::KafkaConfig;
use rdkafka::{
    ClientConfig, Message, Offset, TopicPartitionList,
    admin::{AdminClient, AdminOptions, NewTopic, TopicReplication},
    client::DefaultClientContext,
    config::RDKafkaLogLevel,
    consumer::{BaseConsumer, Consumer, StreamConsumer},
    message::{Headers, OwnedHeaders, OwnedMessage},
    producer::{FutureProducer, FutureRecord},
};

use crate::wait;

/// The longest wait for a broker.
const PATIENCE: Duration = Duration::from_secs(PATIENCE_S);
const PATIENCE_S: u64 = 20;

/// Somebody with a client of their own.
pub struct Stranger {
    config: ClientConfig,
    prefix: String,
    /// What kind of house the servers are of, as it stands in the names of their groups.
    house: &'static str,
    producer: FutureProducer,
    admin: AdminClient<DefaultClientContext>,
}

impl Stranger {
    /// One who knows the same brokers and topics as a server with this configuration.
    ///
    /// # Panics
    /// The client can't be made.
    #[must_use]
    pub fn beside(kafka: &KafkaConfig) -> Self {
        let mut config = ClientConfig::new();
        config.set_log_level(RDKafkaLogLevel::Critical);
        config.set("bootstrap.servers", kafka.brokers.as_ref());
        // The broker makes topics for whoever writes into them.
        config.set("allow.auto.create.topics", "false");
        Self {
            producer: config.create().expect("a producer"),
            admin: config.create().expect("an admin"),
            prefix: kafka.prefix.to_string(),
            house: "training-system",
            config,
        }
    }

    /// The same beside servers of the demo's house.
    #[must_use]
    pub fn of_demo(mut self) -> Self {
        self.house = "demo-system";
        self
    }

    fn topic(&self, kind: &str) -> String {
        format!("{}.{kind}", self.prefix)
    }

    /// A group of the servers.
    fn group(&self, name: &str) -> String {
        format!("{}.{name}.{}", self.prefix, self.house)
    }

    /// One of a group that hears a topic.
    ///
    /// # Panics
    /// The client can't be made.
    pub fn joins(&self, group: &str, kind: &str) -> StreamConsumer {
        let mut config = self.config.clone();
        config
            .set("group.id", self.group(group))
            .set("auto.offset.reset", "earliest")
            .set("enable.auto.commit", "false")
            .set("session.timeout.ms", "6000")
            .set("partition.assignment.strategy", "cooperative-sticky");
        let consumer: StreamConsumer = config.create().expect("a consumer");
        consumer
            .subscribe(&[&self.topic(kind)])
            .expect("a subscription");
        consumer
    }

    /// Where each part of a topic begins and ends; nothing of a topic that is not there. A broker
    /// that has just started needs a moment to know.
    ///
    /// # Panics
    /// No broker answers.
    #[must_use]
    pub fn ends(&self, kind: &str) -> BTreeMap<i32, (i64, i64)> {
        let consumer: BaseConsumer = self.config.create().expect("a consumer");
        let topic = self.topic(kind);
        wait::until("the ends of a topic", PATIENCE_S, || {
            let all = consumer.fetch_metadata(None, PATIENCE).ok()?;
            let of = all.topics().iter().find(|t| t.name() == topic);
            let parts = of.map_or(&[][..], |of| of.partitions());
            let ends = parts.iter().map(|part| {
                let ends = consumer.fetch_watermarks(&topic, part.id(), PATIENCE);
                Some((part.id(), ends.ok()?))
            });
            ends.collect()
        })
    }

    /// How many messages are in a topic.
    #[must_use]
    pub fn count(&self, kind: &str) -> i64 {
        self.ends(kind).values().map(|(low, high)| high - low).sum()
    }

    /// How many messages were ever written into a topic.
    #[must_use]
    pub fn written(&self, kind: &str) -> i64 {
        self.ends(kind).values().map(|(_, high)| high).sum()
    }

    /// How many messages of a topic a group has not told to be done.
    ///
    /// # Panics
    /// No broker answers.
    #[must_use]
    pub fn lag(&self, group: &str, kind: &str) -> i64 {
        self.lags(group, kind).values().sum()
    }

    /// The same of each part. Below zero it is of a topic that is gone: what will be written next is
    /// taken for done.
    ///
    /// # Panics
    /// No broker answers.
    #[must_use]
    pub fn lags(&self, group: &str, kind: &str) -> BTreeMap<i32, i64> {
        let mut config = self.config.clone();
        config.set("group.id", self.group(group));
        let consumer: BaseConsumer = config.create().expect("a consumer");
        let (topic, ends) = (self.topic(kind), self.ends(kind));
        let mut list = TopicPartitionList::new();
        for part in ends.keys() {
            list.add_partition(&topic, *part);
        }
        let told = consumer
            .committed_offsets(list, PATIENCE)
            .expect("its offsets");
        let behind = ends.iter().map(|(part, (low, high))| {
            let told = told.find_partition(&topic, *part).map(|p| p.offset());
            let lag = match told {
                Some(Offset::Offset(at)) => high - at,
                _ => high - low,
            };
            (*part, lag)
        });
        behind.collect()
    }

    /// All that is in a topic now, part by part.
    ///
    /// # Panics
    /// No broker answers.
    pub async fn read(&self, kind: &str) -> Vec<OwnedMessage> {
        let mut config = self.config.clone();
        config.set("group.id", format!("{}.reads", self.prefix));
        let consumer: StreamConsumer = config.create().expect("a consumer");
        let (topic, ends) = (self.topic(kind), self.ends(kind));
        let mut list = TopicPartitionList::new();
        let mut left: i64 = 0;
        for (part, (low, high)) in ends.iter().filter(|(_, (low, high))| high > low) {
            left += high - low;
            let added = list.add_partition_offset(&topic, *part, Offset::Beginning);
            added.expect("a part");
        }
        let mut all = Vec::new();
        if left == 0 {
            return all;
        }
        consumer.assign(&list).expect("an assignment");
        while i64::try_from(all.len()).expect("few") < left {
            let next = tokio::time::timeout(PATIENCE, consumer.recv()).await;
            all.push(
                next.expect("a message in time")
                    .expect("a message")
                    .detach(),
            );
        }
        all
    }

    /// Writes into a topic.
    ///
    /// # Panics
    /// The broker does not take it.
    pub async fn write(&self, kind: &str, key: &[u8], value: &[u8], headers: OwnedHeaders) {
        let topic = self.topic(kind);
        let record = FutureRecord::to(&topic)
            .key(key)
            .payload(value)
            .headers(headers);
        let sent = self.producer.send(record, PATIENCE).await;
        sent.map_err(|(error, _)| error)
            .expect("an acknowledgement");
    }

    /// Writes a message that was read once more.
    pub async fn repeat(&self, kind: &str, message: &OwnedMessage) {
        let headers = message.headers().cloned().unwrap_or_else(OwnedHeaders::new);
        let (key, value) = (message.key(), message.payload());
        self.write(
            kind,
            key.unwrap_or_default(),
            value.unwrap_or_default(),
            headers,
        )
        .await;
    }

    /// Makes a topic with one part, set like this.
    ///
    /// # Panics
    /// The broker does not.
    pub async fn make_topic(&self, kind: &str, settings: &[(&str, &str)]) {
        let topic = self.topic(kind);
        let mut new = NewTopic::new(&topic, 1, TopicReplication::Fixed(1));
        for (name, value) in settings {
            new = new.set(name, value);
        }
        let options = AdminOptions::new().operation_timeout(Some(PATIENCE));
        let done = self.admin.create_topics([&new], &options).await;
        let done = done.expect("an answer").pop().expect("one");
        done.expect("a topic that was made");
        wait::until("the topic", PATIENCE_S, || {
            (!self.ends(kind).is_empty()).then_some(())
        });
    }

    /// Takes a topic away.
    ///
    /// # Panics
    /// The broker does not.
    pub async fn delete_topic(&self, kind: &str) {
        let topic = self.topic(kind);
        let options = AdminOptions::new().operation_timeout(Some(PATIENCE));
        let done = self.admin.delete_topics(&[&topic], &options).await;
        let done = done.expect("an answer").pop().expect("one");
        done.expect("a topic that was deleted");
        // A server that makes topics may be faster than this look.
        wait::within(2, || self.ends(kind).is_empty().then_some(()));
    }

    /// Has a group forget how far it had heard.
    ///
    /// # Panics
    /// The broker does not.
    pub async fn forget(&self, group: &str) {
        let group = self.group(group);
        let done = self
            .admin
            .delete_groups(&[&group], &AdminOptions::new())
            .await;
        let done = done.expect("an answer").pop().expect("one");
        done.expect("a group that was forgotten");
    }
}

/// The text of a header.
///
/// # Panics
/// There is none.
#[must_use]
pub fn header(message: &OwnedMessage, name: &str) -> String {
    let headers = message.headers().expect("headers");
    let mut all = headers.iter();
    let value = all
        .find(|h| h.key == name)
        .and_then(|h| h.value)
        .expect("a header");
    String::from_utf8(value.to_vec()).expect("text")
}

//! What an operator does with Kafka: look at its topics, make them, see what was parked.

use std::time::Duration;

use houseful_core::{text::shown, time::UtcMillis};
use rdkafka::{
    Message as _, Offset, TopicPartitionList,
    consumer::Consumer as _,
    message::{Headers as _, OwnedMessage},
};

use super::{
    KafkaConfig, KafkaError, Parked,
    client::{self, Consumer},
    park::{FROM, WHY},
    topics::{self, Clerk},
    verdict::{TopicKind, Verdict},
};

/// How long a broker may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// The most that is shown of a parked message.
const SHOWN: usize = 2_000;

/// How all topics of a house are set.
///
/// # Errors
/// No broker answers, or it refuses.
pub async fn check(config: &KafkaConfig) -> Result<Vec<Verdict>, KafkaError> {
    Clerk::new(config)?.look(&TopicKind::ALL).await
}

/// Makes the topics that are missing with so many parts (the usual number if `None`) and tells how
/// all of them are set. Those that are there stay as they are.
///
/// # Errors
/// No broker answers, or it refuses.
pub async fn create_topics(
    config: &KafkaConfig,
    partitions: Option<u16>,
) -> Result<Vec<Verdict>, KafkaError> {
    let clerk = Clerk::new(config)?;
    let parts = partitions.unwrap_or(topics::PARTITIONS);
    clerk.create(&TopicKind::ALL, parts).await?;
    clerk.look(&TopicKind::ALL).await
}

/// The last messages that were parked, the newest last; at most so many.
///
/// # Errors
/// No broker answers, or it refuses.
pub async fn parked(config: &KafkaConfig, limit: u16) -> Result<Vec<Parked>, KafkaError> {
    let topic = topics::name(&config.prefix, TopicKind::Parked);
    let verdicts = Clerk::new(config)?.look(&[TopicKind::Parked]).await?;
    let parts = verdicts
        .first()
        .map_or(0, |verdict| verdict.facts.partitions);
    let group = format!("{}.look", config.prefix);
    let consumer = client::consumer(config, &group, "look")?;
    let limit = usize::from(limit);
    let read = tokio::task::spawn_blocking(move || last(&consumer, &topic, (parts, limit)));
    let read = read.await.map_err(|e| KafkaError::Refused(e.to_string()))?;
    let mut found = read.map_err(|e| KafkaError::Refused(e.to_string()))?;
    found.sort_by_key(|message| message.timestamp().to_millis());
    let skipped = found.len().saturating_sub(limit);
    Ok(found.iter().skip(skipped).map(Parked::of).collect())
}

/// The last messages of each part.
fn last(
    consumer: &Consumer,
    topic: &str,
    (parts, limit): (usize, usize),
) -> Result<Vec<OwnedMessage>, rdkafka::error::KafkaError> {
    let mut list = TopicPartitionList::new();
    let mut left: i64 = 0;
    for part in 0..i32::try_from(parts).unwrap_or(0) {
        let (low, high) = consumer.fetch_watermarks(topic, part, PATIENCE)?;
        let from = low.max(high.saturating_sub(i64::try_from(limit).unwrap_or(i64::MAX)));
        left += high - from;
        if high > from {
            list.add_partition_offset(topic, part, Offset::Offset(from))?;
        }
    }
    let mut found = Vec::new();
    if left == 0 {
        return Ok(found);
    }
    consumer.assign(&list)?;
    let handle = tokio::runtime::Handle::current();
    while i64::try_from(found.len()).unwrap_or(i64::MAX) < left {
        let next = handle.block_on(async { tokio::time::timeout(PATIENCE, consumer.recv()).await });
        match next {
            Ok(message) => found.push(message?.detach()),
            // Retention may have taken what was counted.
            Err(_) => break,
        }
    }
    Ok(found)
}

impl Parked {
    fn of(message: &OwnedMessage) -> Self {
        let text = |bytes: &[u8]| shown(&String::from_utf8_lossy(bytes), SHOWN);
        let header = |name: &str| {
            let mut all = message.headers()?.iter();
            all.find(|h| h.key == name)?.value.map(text)
        };
        Self {
            at: message.timestamp().to_millis().map(UtcMillis),
            why: header(WHY).unwrap_or_default(),
            from: header(FROM).unwrap_or_default(),
            key: text(message.key().unwrap_or_default()),
            value: text(message.payload().unwrap_or_default()),
        }
    }
}

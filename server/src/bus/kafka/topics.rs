//! The topics of a house: what they are called, how they are set, and making those that are missing.

use std::time::Duration;

use rdkafka::{
    admin::{AdminClient, AdminOptions, NewTopic, ResourceSpecifier, TopicReplication},
    error::RDKafkaErrorCode,
};

use super::{
    Brokers, KafkaConfig, KafkaError, Prefix,
    client::{self, Voice},
    verdict::{TopicFacts, TopicKind, Verdict},
};
use crate::clock::Clock;

/// How long a broker may take for an answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// How many parts a topic has that we make: as many servers of a role share its messages.
pub(super) const PARTITIONS: u16 = 12;
/// How many copies a message has when it is acknowledged, where there are three or more: with as many
/// as there are copies nothing could be said while one broker is away.
const IN_SYNC: u8 = 2;

/// How often, and how long after each other, a topic is looked for that was just made.
const LOOKS: u32 = 40;
const LOOK_MS: u64 = 250;

/// The settings that are judged.
const JUDGED: [&str; 6] = [
    "cleanup.policy",
    "retention.ms",
    "min.insync.replicas",
    "unclean.leader.election.enable",
    "max.message.bytes",
    "compression.type",
];

/// What a topic is called.
pub(super) fn name(prefix: &Prefix, kind: TopicKind) -> String {
    format!("{prefix}.{kind}")
}

/// Somebody who asks brokers about topics.
pub(super) struct Clerk {
    admin: std::sync::Arc<AdminClient<Voice>>,
    brokers: Brokers,
    prefix: Prefix,
    copies: u8,
}

impl Clerk {
    /// Asks nothing yet.
    pub(super) fn new(config: &KafkaConfig) -> Result<Self, KafkaError> {
        let admin = client::asking(config).create_with_context(Voice::new("clerk"));
        let admin = client::created(admin, config)?;
        Ok(Self {
            admin: std::sync::Arc::new(admin),
            brokers: config.brokers.clone(),
            prefix: config.prefix.clone(),
            copies: config.copies,
        })
    }

    /// How the topics are set.
    pub(super) async fn look(&self, kinds: &[TopicKind]) -> Result<Vec<Verdict>, KafkaError> {
        let names: Vec<String> = kinds.iter().map(|k| name(&self.prefix, *k)).collect();
        let mut facts = self.shapes(names.clone()).await?;
        self.settings(&names, &mut facts).await?;
        let each = kinds.iter().zip(names).zip(facts);
        Ok(each
            .map(|((kind, name), facts)| Verdict::of(*kind, name, facts))
            .collect())
    }

    /// How many parts and copies there are. All topics are asked for: asking for one by name may
    /// make it.
    async fn shapes(&self, names: Vec<String>) -> Result<Vec<TopicFacts>, KafkaError> {
        let (admin, brokers) = (std::sync::Arc::clone(&self.admin), self.brokers.clone());
        let asked = tokio::task::spawn_blocking(move || {
            let away = |e: rdkafka::error::KafkaError| KafkaError::Away {
                brokers,
                why: e.to_string(),
            };
            let all = admin.inner().fetch_metadata(None, PATIENCE).map_err(away)?;
            let facts = names.iter().map(|name| {
                let topic = all.topics().iter().find(|t| t.name() == name);
                let parts = topic.map_or(&[][..], |t| t.partitions());
                TopicFacts {
                    partitions: parts.len(),
                    replicas: parts.iter().map(|p| p.replicas().len()).min().unwrap_or(0),
                    brokers: all.brokers().len(),
                    ..TopicFacts::default()
                }
            });
            Ok(facts.collect())
        });
        asked
            .await
            .unwrap_or_else(|e| Err(KafkaError::Refused(e.to_string())))
    }

    async fn settings(&self, names: &[String], facts: &mut [TopicFacts]) -> Result<(), KafkaError> {
        let there: Vec<_> = names
            .iter()
            .zip(&*facts)
            .filter(|(_, facts)| facts.partitions > 0)
            .map(|(name, _)| ResourceSpecifier::Topic(name))
            .collect();
        if there.is_empty() {
            return Ok(());
        }
        let told = self.admin.describe_configs(&there, &options()).await;
        let told = told.map_err(|e| self.away(&e))?;
        let there = facts.iter_mut().filter(|facts| facts.partitions > 0);
        for (facts, told) in there.zip(told) {
            // Who may not read the settings of a topic may still use it.
            let Ok(told) = told else { continue };
            for entry in told.entries {
                if let Some(value) = entry.value
                    && JUDGED.contains(&entry.name.as_str())
                {
                    facts.settings.insert(entry.name, value);
                }
            }
        }
        Ok(())
    }

    /// Makes the topics that are missing, as they should be. How many copies they have does not go by how
    /// many brokers are up: one that restarts is no reason to keep what is said on a single disk for ever.
    pub(super) async fn create(
        &self,
        kinds: &[TopicKind],
        partitions: u16,
    ) -> Result<(), KafkaError> {
        let names: Vec<String> = kinds.iter().map(|k| name(&self.prefix, *k)).collect();
        let facts = self.shapes(names.clone()).await?;
        let up = facts.first().map_or(0, |facts| facts.brokers);
        let in_sync = if self.copies > IN_SYNC { IN_SYNC } else { 1 }.to_string();
        let kept: Vec<String> = kinds.iter().map(|k| k.kept_ms().to_string()).collect();
        let missing = names.iter().zip(&facts).zip(&kept);
        let missing: Vec<_> = missing
            .filter(|((_, facts), _)| facts.partitions == 0)
            .map(|((name, _), kept)| {
                NewTopic::new(
                    name,
                    i32::from(partitions),
                    TopicReplication::Fixed(i32::from(self.copies)),
                )
                .set("cleanup.policy", "delete")
                .set("retention.ms", kept)
                .set("min.insync.replicas", &in_sync)
                .set("unclean.leader.election.enable", "false")
            })
            .collect();
        if missing.is_empty() {
            return Ok(());
        }
        let made = self.admin.create_topics(&missing, &options()).await;
        for made in made.map_err(|e| self.away(&e))? {
            match made {
                // Another server may have been faster.
                Ok(_) | Err((_, RDKafkaErrorCode::TopicAlreadyExists)) => {}
                Err((topic, RDKafkaErrorCode::InvalidReplicationFactor)) => {
                    let copies = self.copies;
                    return Err(KafkaError::TooFewBrokers { topic, copies, up });
                }
                Err((topic, code)) => {
                    return Err(KafkaError::Refused(format!("{topic}: {code}")));
                }
            }
        }
        self.until_seen(names).await
    }

    /// Waits until brokers have told each other of topics that were just made.
    async fn until_seen(&self, names: Vec<String>) -> Result<(), KafkaError> {
        for _ in 0..LOOKS {
            let facts = self.shapes(names.clone()).await?;
            if facts.iter().all(|facts| facts.partitions > 0) {
                return Ok(());
            }
            Clock::rest_before_any(LOOK_MS).await;
        }
        Ok(())
    }

    fn away(&self, error: &rdkafka::error::KafkaError) -> KafkaError {
        KafkaError::Away {
            brokers: self.brokers.clone(),
            why: error.to_string(),
        }
    }
}

fn options() -> AdminOptions {
    AdminOptions::new()
        .request_timeout(Some(PATIENCE))
        .operation_timeout(Some(PATIENCE))
}

//! Kafka as a carrier between servers: announcements and settlements, keyed by show, and the
//! changes of seats for whoever wants to know of them.
//!
//! ```text
//! payment ── <prefix>.announcements ──> booking        booking ── <prefix>.seats ──> anybody
//! booking ── <prefix>.settlements ────> payment        what can't be read ──> <prefix>.parked
//! ```
//!
//! Kafka may be away, slow, or lose everything, and nothing depends on it: a message that it has
//! not acknowledged within a second goes by HTTP to the same handler (`between`), whoever
//! sent it says it again until it was answered, and what comes twice, late or in another order
//! changes nothing. The settings are always compiled; what speaks to a broker is the feature
//! `kafka`.

#[cfg(feature = "kafka")]
mod carry;
#[cfg(feature = "kafka")]
mod client;
#[cfg(feature = "kafka")]
mod desk;
#[cfg(feature = "kafka")]
mod hear;
#[cfg(feature = "kafka")]
mod keep;
#[cfg(feature = "kafka")]
mod letter;
#[cfg(not(feature = "kafka"))]
mod missing;
#[cfg(feature = "kafka")]
mod mouth;
#[cfg(feature = "kafka")]
mod park;
#[cfg(feature = "kafka")]
mod progress;
#[cfg(feature = "kafka")]
mod recent;
#[cfg(feature = "kafka")]
mod running;
#[cfg(feature = "kafka")]
mod seats;
mod settings;
#[cfg(feature = "kafka")]
mod teller;
#[cfg(feature = "kafka")]
mod topics;
#[cfg(feature = "kafka")]
mod tries;
mod verdict;
#[cfg(feature = "kafka")]
mod way;

#[cfg(not(feature = "kafka"))]
pub use self::missing::{Kafka, check, create_topics, parked};
#[cfg(not(feature = "kafka"))]
pub(crate) use self::missing::{May, Who};
#[cfg(feature = "kafka")]
pub(crate) use self::running::{May, Who};
#[cfg(feature = "kafka")]
pub use self::{
    desk::{check, create_topics, parked},
    running::Kafka,
};
pub use self::{
    settings::{BadSettings, Brokers, COPIES, KafkaConfig, Prefix, Properties},
    verdict::{Finding, Grade, TopicFacts, TopicKind, Verdict},
};
use houseful_core::time::UtcMillis;

/// A message that was put aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parked {
    /// When.
    pub at: Option<UtcMillis>,
    /// Why: `unsigned`, `forged`, `other_version`, ...
    pub why: String,
    /// Where it stood: topic, partition, offset.
    pub from: String,
    /// Its key, as far as it is text.
    pub key: String,
    /// What it says, as far as it is text.
    pub value: String,
}

/// Why Kafka can't be used.
#[derive(Debug, thiserror::Error)]
pub enum KafkaError {
    /// The program has not learned it.
    #[error(
        "this program was built without Kafka; build it with `--features kafka`, or leave `--kafka` out"
    )]
    NotBuilt,
    /// The client does not take its settings.
    #[error("the settings for Kafka can't be used: {0}")]
    Settings(String),
    /// Nobody answers at the addresses of the brokers.
    #[error("no Kafka broker answers at {brokers}: {why}")]
    Away {
        /// Where.
        brokers: Brokers,
        /// What the client said.
        why: String,
    },
    /// The topics are missing, or set so that what is sent could be lost.
    #[error("the topics can't be used:{}", sentences(.0))]
    Topics(Vec<Finding>),
    /// The cluster has fewer brokers than a topic is to be on.
    #[error(
        "{topic} was not made: it is to be on {copies} brokers, and the cluster has fewer; {up} answer"
    )]
    TooFewBrokers {
        /// The first that was not made, by its whole name.
        topic: String,
        /// On how many brokers it is to be.
        copies: u8,
        /// How many are up.
        up: usize,
    },
    /// A broker said no.
    #[error("Kafka refused: {0}")]
    Refused(String),
}

fn sentences(findings: &[Finding]) -> String {
    let refused = findings.iter().filter(|f| f.grade == Grade::Refused);
    refused.map(|f| format!("\n  {f}")).collect()
}

//! Whoever sends, for as long as the server runs.

use std::sync::Arc;

use arc_swap::ArcSwap;
use rdkafka::producer::Producer as _;

use super::{
    KafkaConfig, KafkaError,
    client::{self, Producer},
};

/// Whoever sends; replaced when the client is beyond help.
#[derive(Clone)]
pub(super) struct Mouth(Arc<ArcSwap<Producer>>);

impl Mouth {
    pub(super) fn open(config: &KafkaConfig) -> Result<Self, KafkaError> {
        let producer = client::producer(config, "producer")?;
        Ok(Self(Arc::new(ArcSwap::from_pointee(producer))))
    }

    /// Sends as long as it is held.
    pub(super) fn producer(&self) -> Arc<Producer> {
        self.0.load_full()
    }

    /// Begins anew if the client says that it will never send again.
    pub(super) fn mend(&self, config: &KafkaConfig) {
        let Some((_, why)) = self.producer().client().fatal_error() else {
            return;
        };
        match client::producer(config, "producer") {
            Ok(producer) => {
                tracing::error!(why, "the Kafka producer was beyond help and began anew");
                let old = self.0.swap(Arc::new(producer));
                // It waits for its threads.
                tokio::task::spawn_blocking(move || drop(old));
            }
            Err(error) => tracing::error!(why, %error, "the Kafka producer can't begin anew"),
        }
    }
}

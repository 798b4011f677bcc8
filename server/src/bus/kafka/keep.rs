//! Keeps an eye on Kafka: how its topics are, how the way into each does, and whether the producer
//! is still good for anything.

use std::{
    sync::{Arc, PoisonError},
    time::Duration,
};

use rdkafka::producer::Producer as _;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::{Finding, Grade, Kafka, KafkaError, topics, verdict::Verdict};

/// How often what is measured is written down, in milliseconds.
const MEASURE_MS: u64 = 1_000;
/// How often the topics are looked at, in turns of measuring; and while one can't be used.
const LOOK_TURNS: u32 = 10;
const LOOK_TURNS_CLOSED: u32 = 2;
/// The longest that what was sent is waited for when the server stops.
const LAST_WORDS: Duration = Duration::from_secs(2);

impl Kafka {
    /// Looks at the topics, makes what is missing if that was asked for, says what should be
    /// otherwise, unless it was told already, and takes each for what it is.
    pub(super) async fn look(&self) -> Result<(), KafkaError> {
        let mut trouble = String::new();
        if self.config.create_topics
            && let Err(error) = self.clerk.create(&self.kinds, topics::PARTITIONS).await
        {
            match error {
                KafkaError::Away { .. } => return Err(error),
                // They may be there all the same.
                error => trouble = error.to_string(),
            }
        }
        let verdicts = self.clerk.look(&self.kinds).await?;
        let refused = verdicts.iter().filter(|v| v.is_refused()).count();
        metrics::gauge!("kafka_topics_refused").set(u32::try_from(refused).map_or(0.0, f64::from));
        self.tell(&verdicts, &trouble);
        for verdict in &verdicts {
            self.open_or_close(verdict);
        }
        Ok(())
    }

    /// Says what should be otherwise, unless it was told already.
    fn tell(&self, verdicts: &[Verdict], trouble: &str) {
        let findings = || verdicts.iter().flat_map(|verdict| &verdict.findings);
        let now: String = findings().map(ToString::to_string).collect();
        let now = now + trouble;
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if now == *told {
            return;
        }
        for Finding { topic, what, grade } in findings() {
            match grade {
                Grade::Refused => tracing::error!(topic, what, "a topic can't be used"),
                Grade::Warned => tracing::warn!(topic, what, "a topic should be otherwise"),
            }
        }
        if !trouble.is_empty() {
            tracing::error!(why = trouble, "topics could not be made");
        }
        *told = now;
    }

    /// Opens the way into a topic that can be used, and closes that into one that can't.
    fn open_or_close(&self, verdict: &Verdict) {
        let Some(way) = self.ways.iter().find(|way| way.kind() == verdict.kind) else {
            return;
        };
        let topic = &verdict.topic;
        match (way.is_usable(), !verdict.is_refused()) {
            (false, true) => tracing::info!(topic, "messages go through Kafka"),
            (true, false) => tracing::error!(topic, "nothing is sent through it from now on"),
            _ => {}
        }
        way.set_usable(!verdict.is_refused());
    }

    /// Measures, looks at the topics again and again, and sees to the producer, until `shutdown` is
    /// cancelled.
    pub(crate) fn keep(&self, shutdown: CancellationToken) -> JoinHandle<()> {
        let kafka = self.clone();
        tokio::spawn(async move {
            let mut turn = 0_u32;
            loop {
                tokio::select! {
                    () = shutdown.cancelled() => break,
                    () = kafka.clock.rest_real(MEASURE_MS) => {}
                }
                kafka.ways.iter().for_each(|way| way.measure());
                turn = turn.wrapping_add(1);
                let is_open = kafka.ways.iter().all(|way| way.is_usable());
                let turns = if is_open {
                    LOOK_TURNS
                } else {
                    LOOK_TURNS_CLOSED
                };
                if turn.is_multiple_of(turns) {
                    kafka.mouth.mend(&kafka.config);
                    kafka.look_again(&shutdown).await;
                }
            }
            kafka.last_words().await;
        })
    }

    /// A broker that does not answer is no reason to think ill of its topics: what is sent then is
    /// late, and goes by HTTP.
    async fn look_again(&self, shutdown: &CancellationToken) {
        let looked = tokio::select! {
            () = shutdown.cancelled() => return,
            looked = self.look() => looked,
        };
        if let Err(error) = looked {
            tracing::debug!(%error, "the topics can't be looked at");
        }
    }

    /// Waits for what was sent, for a moment.
    async fn last_words(&self) {
        let (producer, clerk) = (self.mouth.producer(), Arc::clone(&self.clerk));
        let flushed = tokio::task::spawn_blocking(move || {
            // It waits for its threads, if nobody else has it any more.
            drop(clerk);
            producer.flush(LAST_WORDS)
        });
        if let Ok(Err(error)) = flushed.await {
            tracing::debug!(%error, "what was sent last was not acknowledged");
        }
    }
}

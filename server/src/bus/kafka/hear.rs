//! Hears what stands in a topic, has it done, and only then lets Kafka know how far it has come.
//!
//! Messages are done side by side: order means nothing to what is said. So one that has to wait
//! holds up none behind it; only how far its part is done is not told beyond it. What can't be read,
//! and what its handler breaks down over, is parked; what comes at a bad moment is tried for a while
//! and then left to whoever said it, who says it again.

use std::{
    future::Future,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use rdkafka::{
    Message as _,
    consumer::Consumer as _,
    error::{KafkaError as ClientError, RDKafkaErrorCode},
    message::{Headers, OwnedMessage},
    topic_partition_list::TopicPartitionListElem,
};
use serde::de::DeserializeOwned;
use tokio::{
    sync::Semaphore,
    task::{JoinHandle, JoinSet},
};
use tokio_util::sync::CancellationToken;

use super::{
    KafkaConfig,
    client::{self, Consumer},
    letter::{Pen, SIGNED, Unread},
    park::Park,
    progress::{Place, Progress},
    recent::Recent,
    teller::{Answer, Far, Teller},
    tries::{Came, Handled, tried},
    verdict::TopicKind,
};
use crate::clock::Clock;

/// How many messages are done side by side at most.
const AT_ONCE: usize = 1_024;
/// How often it is told how far everything is done, in milliseconds.
const TELL_MS: u64 = 100;
/// How often a look is taken whether the client is beyond help, in times of telling.
const FATAL_EVERY: u32 = 10;
/// How often the group is asked whether it still knows what it was told, in times of telling.
const KNOWN_EVERY: u32 = 30;
/// The rest after trouble, in milliseconds.
const REST_MS: u64 = 300;
/// The same when the topic is gone.
const GONE_MS: u64 = 2_000;
/// How often a server that may not hear looks whether it may, in milliseconds.
const LOOK_MS: u64 = 1_000;

/// Where one kind of message is heard.
#[derive(Clone)]
pub(super) struct Ear {
    pub(super) config: KafkaConfig,
    pub(super) kind: TopicKind,
    pub(super) topic: String,
    pub(super) group: String,
    pub(super) name: &'static str,
    pub(super) pen: Pen,
    pub(super) park: Park,
    /// Whether this server may do what it hears: the house may have its seats or its money in
    /// another database than this one's.
    pub(super) may: Arc<dyn Fn() -> bool + Send + Sync>,
    pub(super) clock: Clock,
    /// Signatures of letters that were done lately.
    pub(super) heard: Arc<Mutex<Recent<Vec<u8>>>>,
    /// Room for messages that are tried again.
    pub(super) resting: Arc<Semaphore>,
}

/// Hears until `shutdown` is cancelled.
pub(super) fn hear<T, F>(
    ear: Ear,
    handle: impl Fn(T) -> F + Clone + Send + Sync + 'static,
    shutdown: CancellationToken,
) -> JoinHandle<()>
where
    T: DeserializeOwned + Clone + Send + 'static,
    F: Future<Output = Handled> + Send + 'static,
{
    tokio::spawn(async move {
        while !shutdown.is_cancelled() {
            match (ear.may)().then(|| ear.begin()) {
                Some(Ok(consumer)) => {
                    let consumer = Arc::new(consumer);
                    let mut teller = Teller::new(&consumer, &ear.topic);
                    let far = ear.listen(&consumer, &mut teller, &handle, &shutdown).await;
                    teller.leave(consumer, far).await;
                    // Whoever hears it now says how much is left.
                    metrics::gauge!("kafka_lag", "topic" => ear.topic.clone()).set(0.0);
                }
                Some(Err(why)) => tracing::error!(topic = ear.topic, why, "Kafka can't be heard"),
                None => {}
            }
            tokio::select! {
                () = shutdown.cancelled() => return,
                () = ear.clock.rest_real(LOOK_MS) => {}
            }
        }
    })
}

/// Whether there is no such topic. A client that was told so once may hear nothing of one that is made
/// in its place (seen: for two minutes and more, without another word), so it is heard by another.
fn is_gone(error: &ClientError) -> bool {
    matches!(
        error.rdkafka_error_code(),
        Some(
            RDKafkaErrorCode::UnknownTopicOrPartition
                | RDKafkaErrorCode::UnknownTopic
                | RDKafkaErrorCode::UnknownPartition
        )
    )
}

impl Ear {
    fn begin(&self) -> Result<Consumer, String> {
        let consumer = client::consumer(&self.config, &self.group, self.name);
        let consumer = consumer.map_err(|e| e.to_string())?;
        let subscribed = consumer.subscribe(&[&self.topic]);
        subscribed.map_err(|e| e.to_string())?;
        Ok(consumer)
    }

    /// Until the server stops, may hear no more, or the client is beyond help. What is under way
    /// then is broken off: nobody was told that it is done, so it comes again. Where the topic is gone
    /// nothing comes again, and what is under way goes on. Gives how far everything was done.
    async fn listen<T, F>(
        &self,
        consumer: &Consumer,
        teller: &mut Teller,
        handle: &(impl Fn(T) -> F + Clone + Send + Sync + 'static),
        shutdown: &CancellationToken,
    ) -> Far
    where
        T: DeserializeOwned + Clone + Send + 'static,
        F: Future<Output = Handled> + Send + 'static,
    {
        let mut progress = Progress::default();
        let mut under_way = JoinSet::<Place>::new();
        let mut turn = 0_u32;
        // Made anew only when it is over: messages that keep coming must not put it off.
        let mut tell = Box::pin(self.clock.rest_real(TELL_MS));
        loop {
            tokio::select! {
                () = shutdown.cancelled() => break,
                () = &mut tell => {
                    tell = Box::pin(self.clock.rest_real(TELL_MS));
                    turn = turn.wrapping_add(1);
                    if !(self.may)() {
                        // What was done meanwhile is another's to do.
                        return Far::new();
                    }
                    self.keep(consumer, &mut progress);
                    if teller.is_free() && turn.is_multiple_of(KNOWN_EVERY) {
                        teller.ask(self.own(consumer));
                    }
                    if teller.is_free() {
                        teller.tell(progress.turn());
                    }
                    if turn.is_multiple_of(FATAL_EVERY) && self.is_beyond_help(consumer) {
                        break;
                    }
                }
                answer = teller.answer() => match answer {
                    Answer::Told(far, told) => {
                        for (part, offset) in far {
                            progress.told(part, offset, told);
                        }
                    }
                    Answer::Knows(knows) if !progress.forgot(&knows) => {}
                    Answer::Knows(_) | Answer::Gone => {
                        tracing::warn!(topic = self.topic, "the topic is gone: what is made in its place is heard from its beginning");
                        under_way.detach_all();
                        return Far::new();
                    }
                },
                Some(done) = under_way.join_next() => {
                    // Whoever sees to a message breaks down only with all of us.
                    let Ok(place) = done else { break };
                    progress.done(place);
                }
                heard = consumer.recv(), if under_way.len() < AT_ONCE => match heard {
                    Ok(message) if (self.may)() => {
                        let place = progress.take_up(message.partition(), message.offset());
                        let (ear, message, handle) = (self.clone(), message.detach(), handle.clone());
                        under_way.spawn(async move {
                            ear.see_to(&message, &handle).await;
                            place
                        });
                    }
                    Ok(_) => return Far::new(),
                    Err(error) if is_gone(&error) => {
                        tracing::debug!(topic = self.topic, "the topic is gone");
                        under_way.detach_all();
                        self.rest(GONE_MS, shutdown).await;
                        return Far::new();
                    }
                    Err(error) => {
                        tracing::debug!(topic = self.topic, %error, "nothing was heard");
                        self.rest(REST_MS, shutdown).await;
                    }
                },
            }
        }
        self.keep(consumer, &mut progress);
        progress.far().collect()
    }

    async fn rest(&self, ms: u64, shutdown: &CancellationToken) {
        tokio::select! {
            () = shutdown.cancelled() => {}
            () = self.clock.rest_real(ms) => {}
        }
    }

    fn is_beyond_help(&self, consumer: &Consumer) -> bool {
        let fatal = consumer.client().fatal_error();
        if let Some((_, why)) = &fatal {
            tracing::error!(topic = self.topic, why, "Kafka is heard anew");
        }
        fatal.is_some()
    }

    /// Does what one message says, or puts it aside.
    async fn see_to<T, F>(
        &self,
        message: &OwnedMessage,
        handle: &(impl Fn(T) -> F + Clone + Send + Sync + 'static),
    ) where
        T: DeserializeOwned + Clone + Send + 'static,
        F: Future<Output = Handled> + Send + 'static,
    {
        let signature = message.headers().and_then(|headers| {
            let mut all = headers.iter();
            all.find(|header| header.key == SIGNED)?.value
        });
        let (key, value) = (
            message.key().unwrap_or_default(),
            message.payload().unwrap_or_default(),
        );
        let unread = match self.pen.read::<T>(self.kind, key, value, signature) {
            Ok(said) => {
                // The same letter, and not the same said again: a repetition of the carrier. Each
                // would be answered, and answers that come twice are questions.
                let letter = signature.unwrap_or_default().to_vec();
                if self.heard().knows(&letter) {
                    return self.count("repeated");
                }
                match tried(said, handle, (&self.resting, &self.clock), &*self.may).await {
                    Came::Done => {
                        self.heard().note(letter);
                        return self.count("done");
                    }
                    Came::GivenUp => return self.count("given_up"),
                    Came::Broke => Unread::Broke,
                }
            }
            Err(unread) => unread,
        };
        self.park.park(message, unread).await;
        self.count("parked");
    }

    fn heard(&self) -> MutexGuard<'_, Recent<Vec<u8>>> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn count(&self, how: &'static str) {
        metrics::counter!("kafka_heard_total", "topic" => self.kind.word(), "how" => how)
            .increment(1);
    }

    /// The parts this server hears.
    fn own(&self, consumer: &Consumer) -> Vec<i32> {
        let own = consumer.assignment().unwrap_or_default();
        let own = own.elements_for_topic(&self.topic);
        own.iter().map(TopicPartitionListElem::partition).collect()
    }

    /// What another one hears now is told by that one.
    fn keep(&self, consumer: &Consumer, progress: &mut Progress) {
        if let Ok(own) = consumer.assignment() {
            progress.keep(|part| own.find_partition(&self.topic, part).is_some());
        }
    }
}

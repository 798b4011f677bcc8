//! Hears what stands in a topic, has it done, and only then lets Kafka know how far it has come.
//!
//! A batch is done side by side: order means nothing to what is said. What can't be read, and what
//! its handler breaks down over, is parked and holds up nobody; what comes at a bad moment is tried
//! a few times and then left to whoever said it, who says it again.

use std::{
    collections::BTreeMap,
    future::Future,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures_util::{FutureExt, future::join_all};
use rdkafka::{
    Message as _, Offset, TopicPartitionList,
    consumer::{CommitMode, Consumer as _},
    error::KafkaError as ClientError,
    message::{BorrowedMessage, Headers, OwnedMessage},
};
use serde::de::DeserializeOwned;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::{
    KafkaConfig,
    client::{self, Consumer},
    letter::{Pen, SIGNED, Unread},
    park::Park,
    recent::Recent,
    verdict::TopicKind,
};
use crate::clock::Clock;

/// How many messages are done side by side.
const BATCH_MAX: usize = 256;
/// The rests before something is tried again that came at a bad moment, in milliseconds.
const AGAIN_MS: [u64; 3] = [100, 400, 1_600];
/// The longest that one message is seen to. Whoever sent it says it again.
const PATIENCE: Duration = Duration::from_secs(30);
/// The rest after trouble, in milliseconds.
const REST_MS: u64 = 300;
/// How often, and how long after each other, it is told again how far everything is done.
const TOLD_AGAIN: u32 = 3;
const TOLD_AGAIN_MS: u64 = 1_000;
/// How often a server that may not hear looks whether it may, in milliseconds.
const LOOK_MS: u64 = 1_000;
/// The longest wait for a consumer to take its leave of the group.
const LEAVE_MAX: Duration = Duration::from_secs(3);

/// What came of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Handled {
    /// It is done, in the database.
    Done,
    /// It could not be done now.
    NotNow,
}

/// The first message of each part that is not done.
type Offsets = BTreeMap<i32, i64>;

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
            if !(ear.may)() {
                tokio::select! {
                    () = shutdown.cancelled() => return,
                    () = ear.clock.rest_real(LOOK_MS) => continue,
                }
            }
            match ear.begin() {
                Ok(consumer) => {
                    ear.listen(&consumer, &handle, &shutdown).await;
                    leave(consumer).await;
                }
                Err(why) => {
                    tracing::error!(topic = ear.topic, why, "Kafka can't be heard");
                    ear.clock.rest_real(LOOK_MS).await;
                }
            }
        }
    })
}

impl Ear {
    fn begin(&self) -> Result<Consumer, String> {
        let consumer = client::consumer(&self.config, &self.group, self.name);
        let consumer = consumer.map_err(|e| e.to_string())?;
        let subscribed = consumer.subscribe(&[&self.topic]);
        subscribed.map_err(|e| e.to_string())?;
        Ok(consumer)
    }

    /// Until the server stops, may hear no more, or the client is beyond help.
    async fn listen<T, F>(
        &self,
        consumer: &Consumer,
        handle: &(impl Fn(T) -> F + Clone + Send + Sync + 'static),
        shutdown: &CancellationToken,
    ) where
        T: DeserializeOwned + Clone + Send + 'static,
        F: Future<Output = Handled> + Send + 'static,
    {
        let mut done = Offsets::new();
        let mut again = 0;
        loop {
            let heard = tokio::select! {
                () = shutdown.cancelled() => return,
                heard = batch(consumer) => heard,
                () = self.clock.rest_real(TOLD_AGAIN_MS), if again > 0 => {
                    again -= 1;
                    self.tell_again(consumer, &mut done);
                    continue;
                }
            };
            if !(self.may)() {
                return;
            }
            match heard {
                Ok(batch) => {
                    join_all(batch.iter().map(|message| self.see_to(message, handle))).await;
                    for message in &batch {
                        let next = message.offset().saturating_add(1);
                        done.insert(message.partition(), next);
                    }
                    self.commit(consumer, &done);
                    again = TOLD_AGAIN;
                }
                Err(error) => {
                    tracing::debug!(topic = self.topic, %error, "nothing was heard");
                    self.clock.rest_real(REST_MS).await;
                    if let Some((_, why)) = consumer.client().fatal_error() {
                        tracing::error!(topic = self.topic, why, "Kafka is heard anew");
                        return;
                    }
                }
            }
        }
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
                let (handle, clock) = (handle.clone(), self.clock.clone());
                // A task of its own, so that what breaks down in it breaks down alone.
                let done = tokio::spawn(async move { tried(said, &handle, &clock).await });
                match done.await {
                    Ok(Handled::Done) => {
                        self.heard().note(letter);
                        return self.count("done");
                    }
                    Ok(Handled::NotNow) => return self.count("given_up"),
                    Err(_) => Unread::Broke,
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

    /// Tells again how far everything is done: while the group changes, nobody listens.
    fn tell_again(&self, consumer: &Consumer, done: &mut Offsets) {
        let Ok(own) = consumer.assignment() else {
            return;
        };
        // What another one hears now is told by that one.
        done.retain(|part, _| own.find_partition(&self.topic, *part).is_some());
        self.commit(consumer, done);
    }

    /// Tells how far everything is done. If that is lost, it is done again, which changes nothing.
    fn commit(&self, consumer: &Consumer, done: &Offsets) {
        if done.is_empty() {
            return;
        }
        let mut list = TopicPartitionList::new();
        for (partition, offset) in done {
            let added = list.add_partition_offset(&self.topic, *partition, Offset::Offset(*offset));
            if let Err(error) = added {
                tracing::debug!(topic = self.topic, %error, "an offset is none");
            }
        }
        if let Err(error) = consumer.commit(&list, CommitMode::Async) {
            tracing::debug!(topic = self.topic, %error, "how far this was heard could not be told");
        }
    }
}

/// Tries a message until it is done, a few times.
async fn tried<T, F>(said: T, handle: &impl Fn(T) -> F, clock: &Clock) -> Handled
where
    T: Clone,
    F: Future<Output = Handled>,
{
    let all = async {
        for rest_ms in AGAIN_MS {
            if handle(said.clone()).await == Handled::Done {
                return Handled::Done;
            }
            clock.rest_real(rest_ms).await;
        }
        handle(said).await
    };
    let done = tokio::time::timeout(PATIENCE, all).await;
    done.unwrap_or(Handled::NotNow)
}

/// Waits for a message and takes what else is there.
async fn batch(consumer: &Consumer) -> Result<Vec<OwnedMessage>, ClientError> {
    let mut batch = vec![
        consumer
            .recv()
            .await
            .as_ref()
            .map_err(Clone::clone)
            .map(detach)?,
    ];
    while batch.len() < BATCH_MAX
        && let Some(Ok(message)) = consumer.recv().now_or_never()
    {
        batch.push(detach(&message));
    }
    Ok(batch)
}

fn detach(message: &BorrowedMessage<'_>) -> OwnedMessage {
    message.detach()
}

/// Takes leave of the group, which a thread has to wait for.
async fn leave(consumer: Consumer) {
    let (gone_tx, gone) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        drop(consumer);
        let _ = gone_tx.send(());
    });
    let _ = tokio::time::timeout(LEAVE_MAX, gone).await;
}

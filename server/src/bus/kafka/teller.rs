//! Tells Kafka how far everything is done, and takes leave of the group: from a thread of its own,
//! since both have to be waited for.

use std::{sync::Arc, time::Duration};

use rdkafka::{
    Offset, TopicPartitionList,
    consumer::{CommitMode, Consumer as _},
    error::RDKafkaErrorCode,
};
use tokio::sync::{mpsc, oneshot};

use super::{client::Consumer, progress::Told};

/// The longest wait for a consumer to take its leave of the group.
const LEAVE_MAX: Duration = Duration::from_secs(3);

/// The longest wait for what a group knows.
const LOOK_MAX: Duration = Duration::from_secs(2);

/// Parts, and the first message of each that is not done.
pub(super) type Far = Vec<(i32, i64)>;

/// What has to be asked of the group.
enum Ask {
    /// To write down how far parts are done.
    Write(Far),
    /// Of which parts it knows how far they are done.
    Know(Vec<i32>),
}

/// What the group says.
pub(super) enum Answer {
    /// What became of telling it.
    Told(Far, Told),
    /// Of each part it was asked about, whether it knows how far that is done. None of them where it
    /// can't be asked now.
    Knows(Vec<(i32, bool)>),
    /// The topic is gone. If one of its name is made again, whatever was heard is not about that.
    Gone,
}

/// Tells it for one consumer, one thing after the other.
pub(super) struct Teller {
    asks: std::sync::mpsc::Sender<Ask>,
    answers: mpsc::UnboundedReceiver<Answer>,
    gone: oneshot::Receiver<()>,
    is_busy: bool,
}

impl Teller {
    pub(super) fn new(consumer: &Arc<Consumer>, topic: &str) -> Self {
        let (asks, asked) = std::sync::mpsc::channel::<Ask>();
        let (answers_tx, answers) = mpsc::unbounded_channel();
        let (gone_tx, gone) = oneshot::channel();
        let (consumer, topic) = (Arc::clone(consumer), topic.to_owned());
        std::thread::spawn(move || {
            for ask in asked {
                let answer = match ask {
                    Ask::Write(far) => tell(&consumer, &topic, far),
                    Ask::Know(parts) => Answer::Knows(knows(&consumer, &topic, &parts)),
                };
                // Whoever leaves does not wait for it.
                let _ = answers_tx.send(answer);
            }
            drop(consumer);
            let _ = gone_tx.send(());
        });
        Self {
            asks,
            answers,
            gone,
            is_busy: false,
        }
    }

    /// Whether what was told last was answered.
    pub(super) const fn is_free(&self) -> bool {
        !self.is_busy
    }

    /// Has it told how far these parts are done.
    pub(super) fn tell(&mut self, far: Far) {
        if !far.is_empty() {
            self.is_busy = self.asks.send(Ask::Write(far)).is_ok();
        }
    }

    /// Has it asked what is known of these parts.
    pub(super) fn ask(&mut self, parts: Vec<i32>) {
        if !parts.is_empty() {
            self.is_busy = self.asks.send(Ask::Know(parts)).is_ok();
        }
    }

    /// Waits for what became of it.
    pub(super) async fn answer(&mut self) -> Answer {
        match self.answers.recv().await {
            Some(answer) => {
                self.is_busy = false;
                answer
            }
            None => std::future::pending().await,
        }
    }

    /// Tells it for the last time and takes leave.
    pub(super) async fn leave(mut self, consumer: Arc<Consumer>, far: Far) {
        self.tell(far);
        let Self { asks, gone, .. } = self;
        drop((asks, consumer));
        let _ = tokio::time::timeout(LEAVE_MAX, gone).await;
    }
}

/// Waits until the group has it. If that is lost, everything is done again, which changes nothing.
fn tell(consumer: &Consumer, topic: &str, far: Far) -> Answer {
    let mut list = TopicPartitionList::new();
    for (part, offset) in &far {
        let added = list.add_partition_offset(topic, *part, Offset::Offset(*offset));
        if let Err(error) = added {
            tracing::debug!(topic, %error, "an offset is none");
        }
    }
    let Err(error) = consumer.commit(&list, CommitMode::Sync) else {
        return Answer::Told(far, Told::Heard);
    };
    tracing::debug!(topic, %error, "how far this was heard could not be told");
    if error.rdkafka_error_code() == Some(RDKafkaErrorCode::UnknownTopicOrPartition) {
        Answer::Gone
    } else {
        Answer::Told(far, Told::Missed)
    }
}

/// What the group was told of each of these parts: whoever had come far in a topic that is deleted and
/// made again would wait behind what is said first in the new one.
fn knows(consumer: &Consumer, topic: &str, parts: &[i32]) -> Vec<(i32, bool)> {
    let mut list = TopicPartitionList::new();
    for part in parts {
        list.add_partition(topic, *part);
    }
    // Who can't be asked now is asked again.
    let Ok(told) = consumer.committed_offsets(list, LOOK_MAX) else {
        return Vec::new();
    };
    let of = told.elements().into_iter();
    let of = of.filter(|part| part.error().is_ok());
    of.map(|part| (part.partition(), part.offset() != Offset::Invalid))
        .collect()
}

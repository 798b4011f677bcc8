//! In the place of Kafka where the program was built without it: the same names, of which none
//! gets further than the first.

use std::{convert::Infallible, sync::Arc};

use houseful_core::message::{Announcement, Settle};
use tokio::{sync::mpsc, task::JoinHandle};
use tokio_util::sync::CancellationToken;

use super::{KafkaConfig, KafkaError, Parked, Verdict};
use crate::{
    bus::Bus,
    clock::Clock,
    hub::Hub,
    payment::Payments,
    roles::{ClusterKey, Roles},
    shards::Lanes,
};

/// Whether a server may do what it hears.
pub(crate) type May = Arc<dyn Fn() -> bool + Send + Sync>;

/// Who a server is to Kafka.
#[expect(dead_code, reason = "nobody is told")]
pub(crate) struct Who<'a> {
    pub(crate) roles: Roles,
    pub(crate) key: Option<&'a ClusterKey>,
    pub(crate) house: String,
}

/// There is none.
#[derive(Clone, Copy)]
pub struct Kafka(Infallible);

impl Kafka {
    pub(crate) async fn open(_: &KafkaConfig, _: Who<'_>, _: &Clock) -> Result<Self, KafkaError> {
        Err(KafkaError::NotBuilt)
    }

    pub(crate) fn keep(&self, _: CancellationToken) -> JoinHandle<()> {
        match self.0 {}
    }

    pub(crate) fn announce(
        &self,
        _: mpsc::Receiver<Announcement>,
        _: mpsc::Sender<Announcement>,
        _: &CancellationToken,
    ) -> Option<JoinHandle<()>> {
        match self.0 {}
    }

    pub(crate) fn settle(
        &self,
        _: mpsc::Receiver<Settle>,
        _: mpsc::Sender<Settle>,
        _: &CancellationToken,
    ) -> Option<JoinHandle<()>> {
        match self.0 {}
    }

    pub(crate) fn tell_seats(&self, _: &Hub, _: &CancellationToken) -> Option<JoinHandle<()>> {
        match self.0 {}
    }

    pub(crate) fn hear_announcements(
        &self,
        _: &Lanes,
        _: Arc<dyn Bus>,
        _: May,
        _: &CancellationToken,
    ) -> Option<JoinHandle<()>> {
        match self.0 {}
    }

    pub(crate) fn hear_settlements(
        &self,
        _: &Payments,
        _: May,
        _: &CancellationToken,
    ) -> Option<JoinHandle<()>> {
        match self.0 {}
    }
}

/// Says that it can't.
///
/// # Errors
/// Always.
pub async fn check(_: &KafkaConfig) -> Result<Vec<Verdict>, KafkaError> {
    Err(KafkaError::NotBuilt)
}

/// Says that it can't.
///
/// # Errors
/// Always.
pub async fn create_topics(_: &KafkaConfig, _: Option<u16>) -> Result<Vec<Verdict>, KafkaError> {
    Err(KafkaError::NotBuilt)
}

/// Says that it can't.
///
/// # Errors
/// Always.
pub async fn parked(_: &KafkaConfig, _: u16) -> Result<Vec<Parked>, KafkaError> {
    Err(KafkaError::NotBuilt)
}

//! Kafka as a running server uses it: what it sends, what it hears, and who keeps an eye on it.

use std::{
    future::Future,
    sync::{Arc, Mutex},
    time::Duration,
};

use houseful_core::message::{Announcement, Settle};
use serde::de::DeserializeOwned;
use tokio::{
    sync::{Semaphore, mpsc},
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;

use super::{
    KafkaConfig, KafkaError,
    carry::{self, Route},
    hear::{self, Ear},
    letter::Pen,
    mouth::Mouth,
    park::Park,
    recent::Recent,
    seats::Seats,
    topics::{self, Clerk},
    tries::{Handled, RESTING_MAX},
    verdict::TopicKind,
    way::Way,
};
use crate::{
    bus::heard,
    clock::Clock,
    hub::Hub,
    lane::LaneError,
    payment::Payments,
    roles::{ClusterKey, Roles, ServerRole},
    shards::Lanes,
    store::StoreError,
};

/// The longest that a server that starts waits to know how the topics are. Until then messages go by
/// HTTP.
const FIRST_LOOK: Duration = Duration::from_secs(2);

/// Kafka, as a server uses it; clones share it.
#[derive(Clone)]
pub struct Kafka {
    pub(super) config: KafkaConfig,
    /// Which topics this server needs.
    pub(super) kinds: Vec<TopicKind>,
    pen: Option<Pen>,
    pub(super) mouth: Mouth,
    pub(super) clerk: Arc<Clerk>,
    /// Into each topic that it writes.
    pub(super) ways: Arc<[Arc<Way>]>,
    /// What was said of the topics when somebody looked last.
    pub(super) told: Arc<Mutex<String>>,
    pub(super) clock: Clock,
}

/// Who a server is to Kafka.
pub(crate) struct Who<'a> {
    pub(crate) roles: Roles,
    /// What letters are signed with; without it the seats alone are told.
    pub(crate) key: Option<&'a ClusterKey>,
    /// What kind of house it is.
    pub(crate) house: String,
}

impl Kafka {
    /// Looks at the topics. Whatever is wrong with them or with the brokers is no reason not to sell:
    /// it is told, they are looked at again and again, and until they can be used messages go by HTTP.
    ///
    /// # Errors
    /// The settings are none.
    pub(crate) async fn open(
        config: &KafkaConfig,
        who: Who<'_>,
        clock: &Clock,
    ) -> Result<Self, KafkaError> {
        let pen = who.key.cloned().map(|key| Pen::new(key, who.house));
        let mut kinds = Vec::new();
        if pen.is_some() {
            kinds.extend([
                TopicKind::Announcements,
                TopicKind::Settlements,
                TopicKind::Parked,
            ]);
        }
        if who.roles.has(ServerRole::Booking) {
            kinds.push(TopicKind::Seats);
        }
        let kafka = Self {
            config: config.clone(),
            ways: written(who.roles)
                .map(|kind| Arc::new(Way::new(kind)))
                .collect(),
            kinds,
            pen,
            mouth: Mouth::open(config)?,
            clerk: Arc::new(Clerk::new(config)?),
            told: Arc::default(),
            clock: clock.clone(),
        };
        match tokio::time::timeout(FIRST_LOOK, kafka.look()).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "messages go by HTTP"),
            Err(_) => tracing::warn!(
                brokers = %config.brokers,
                "how the topics are is not known yet: messages go by HTTP"
            ),
        }
        Ok(kafka)
    }

    fn route(&self, kind: TopicKind) -> Option<Route> {
        Some(Route {
            kind,
            topic: topics::name(&self.config.prefix, kind),
            mouth: self.mouth.clone(),
            pen: self.pen.clone()?,
            way: self.way(kind)?,
        })
    }

    /// The way into a topic that this server writes.
    fn way(&self, kind: TopicKind) -> Option<Arc<Way>> {
        self.ways.iter().find(|way| way.kind() == kind).cloned()
    }

    /// Carries announcements, and gives what Kafka does not take to `http`; `None` where there is
    /// nothing to sign with, which a server that says anything to another never lacks.
    pub(crate) fn announce(
        &self,
        news: mpsc::Receiver<Announcement>,
        http: mpsc::Sender<Announcement>,
        shutdown: &CancellationToken,
    ) -> Option<JoinHandle<()>> {
        let route = self.route(TopicKind::Announcements)?;
        let (clock, shutdown) = (self.clock.clone(), shutdown.clone());
        Some(carry::carry(news, route, http, clock, shutdown))
    }

    /// The same for settlements.
    pub(crate) fn settle(
        &self,
        asks: mpsc::Receiver<Settle>,
        http: mpsc::Sender<Settle>,
        shutdown: &CancellationToken,
    ) -> Option<JoinHandle<()>> {
        let route = self.route(TopicKind::Settlements)?;
        let (clock, shutdown) = (self.clock.clone(), shutdown.clone());
        Some(carry::carry(asks, route, http, clock, shutdown))
    }

    /// Tells others of seats.
    pub(crate) fn tell_seats(
        &self,
        hub: &Hub,
        shutdown: &CancellationToken,
    ) -> Option<JoinHandle<()>> {
        let seats = Seats {
            topic: topics::name(&self.config.prefix, TopicKind::Seats),
            mouth: self.mouth.clone(),
            way: self.way(TopicKind::Seats)?,
            moves: hub.moves(),
            clock: self.clock.clone(),
        };
        Some(seats.tell(shutdown.clone()))
    }

    /// Hears announcements, for as long as `may` says that this server may do what it hears; `None`
    /// where there is nothing to know them by.
    pub(crate) fn hear_announcements(
        &self,
        lanes: &Lanes,
        answer: Arc<dyn crate::bus::Bus>,
        may: May,
        shutdown: &CancellationToken,
    ) -> Option<JoinHandle<()>> {
        let lanes = lanes.clone();
        let handle = move |news: Announcement| {
            let (lanes, answer) = (lanes.clone(), Arc::clone(&answer));
            async move {
                match heard::told(&lanes, news).await {
                    Ok(Some(ask)) => answer.settle(ask),
                    Ok(None) => {}
                    // What a person has to mend takes longer than anybody waits here.
                    Err(LaneError::ReadOnly(_) | LaneError::Refused { .. }) => {
                        return Handled::NotAsItIs;
                    }
                    Err(_) => return Handled::NotNow,
                }
                Handled::Done
            }
        };
        self.hear(TopicKind::Announcements, "booking", handle, may, shutdown)
    }

    /// Hears settlements, likewise.
    pub(crate) fn hear_settlements(
        &self,
        payments: &Payments,
        may: May,
        shutdown: &CancellationToken,
    ) -> Option<JoinHandle<()>> {
        let payments = payments.clone();
        let handle = move |ask: Settle| {
            let payments = payments.clone();
            async move {
                match payments.settle(ask).await {
                    Ok(()) => Handled::Done,
                    Err(StoreError::Unreadable(_)) => Handled::NotAsItIs,
                    Err(_) => Handled::NotNow,
                }
            }
        };
        self.hear(TopicKind::Settlements, "payment", handle, may, shutdown)
    }

    fn hear<T, F>(
        &self,
        kind: TopicKind,
        name: &'static str,
        handle: impl Fn(T) -> F + Clone + Send + Sync + 'static,
        may: May,
        shutdown: &CancellationToken,
    ) -> Option<JoinHandle<()>>
    where
        T: DeserializeOwned + Clone + Send + 'static,
        F: Future<Output = Handled> + Send + 'static,
    {
        let prefix = &self.config.prefix;
        let pen = self.pen.clone()?;
        let ear = Ear {
            config: self.config.clone(),
            kind,
            topic: topics::name(prefix, kind),
            // Practice beside the real thing must not take its messages from it.
            group: format!("{prefix}.{name}.{}", pen.house()),
            name,
            pen,
            park: Park::new(
                topics::name(prefix, TopicKind::Parked),
                self.mouth.clone(),
                self.clock.clone(),
            ),
            may,
            clock: self.clock.clone(),
            heard: Arc::new(Mutex::new(Recent::new())),
            resting: Arc::new(Semaphore::new(RESTING_MAX)),
        };
        Some(hear::hear(ear, handle, shutdown.clone()))
    }
}

/// What a server writes of its own accord: what both roles are here for need not go anywhere.
fn written(roles: Roles) -> impl Iterator<Item = TopicKind> {
    let (sells, pays) = (
        roles.has(ServerRole::Booking),
        roles.has(ServerRole::Payment),
    );
    let each = [
        (TopicKind::Announcements, pays && !sells),
        (TopicKind::Settlements, sells && !pays),
        (TopicKind::Seats, sells),
    ];
    each.into_iter().filter(|(_, is)| *is).map(|(kind, _)| kind)
}

/// Whether a server may do what it hears.
pub(crate) type May = Arc<dyn Fn() -> bool + Send + Sync>;

//! Kafka as a running server uses it: what it sends, what it hears, and who keeps an eye on it.

use std::{
    future::Future,
    sync::{Arc, Mutex},
    time::Duration,
};

use arc_swap::ArcSwap;
use houseful_core::message::{Announcement, Settle};
use rdkafka::producer::Producer as _;
use serde::de::DeserializeOwned;
use tokio::{sync::mpsc, task::JoinHandle};
use tokio_util::sync::CancellationToken;

use super::{
    Grade, KafkaConfig, KafkaError,
    carry::{self, Route},
    client::{self, Producer},
    hear::{self, Ear, Handled},
    letter::Pen,
    park::Park,
    recent::Recent,
    seats::Seats,
    topics::{self, Clerk},
    verdict::{TopicKind, Verdict},
    way::Way,
};
use crate::{
    bus::heard,
    clock::Clock,
    hub::Hub,
    payment::Payments,
    roles::{ClusterKey, Roles, ServerRole},
    shards::Lanes,
};

/// How often what is measured is written down, in milliseconds.
const MEASURE_MS: u64 = 1_000;
/// How often the topics are looked at, in turns of measuring.
const LOOK_TURNS: u32 = 10;
/// The longest that what was sent is waited for when the server stops.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// Whoever sends; replaced when the client is beyond help.
#[derive(Clone)]
pub(super) struct Mouth(Arc<ArcSwap<Producer>>);

impl Mouth {
    fn open(config: &KafkaConfig) -> Result<Self, KafkaError> {
        let producer = client::producer(config, "producer")?;
        Ok(Self(Arc::new(ArcSwap::from_pointee(producer))))
    }

    /// Sends as long as it is held.
    pub(super) fn producer(&self) -> Arc<Producer> {
        self.0.load_full()
    }

    /// Begins anew if the client says that it will never send again.
    fn mend(&self, config: &KafkaConfig) {
        let Some((_, why)) = self.producer().client().fatal_error() else {
            return;
        };
        match client::producer(config, "producer") {
            Ok(producer) => {
                tracing::error!(why, "the Kafka producer was beyond help and began anew");
                self.0.store(Arc::new(producer));
            }
            Err(error) => tracing::error!(why, %error, "the Kafka producer can't begin anew"),
        }
    }
}

/// Kafka, as a server uses it; clones share it.
#[derive(Clone)]
pub struct Kafka {
    config: KafkaConfig,
    /// Which topics this server needs.
    kinds: Vec<TopicKind>,
    pen: Option<Pen>,
    mouth: Mouth,
    way: Arc<Way>,
    clock: Clock,
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
    /// Looks at the topics. If no broker answers, that is no reason not to sell: they are looked at
    /// later, and until then messages go by HTTP.
    ///
    /// # Errors
    /// The settings are none, or the topics are such that what is sent could be lost.
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
            kinds,
            pen,
            mouth: Mouth::open(config)?,
            way: Arc::new(Way::new()),
            clock: clock.clone(),
        };
        let mut told = String::new();
        match kafka.look(&mut told).await {
            Ok(()) => Ok(kafka),
            Err(KafkaError::Away { brokers, why }) => {
                kafka.way.set_usable(false);
                tracing::warn!(%brokers, why, "no Kafka broker answers: messages go by HTTP");
                Ok(kafka)
            }
            Err(error) => Err(error),
        }
    }

    /// Looks at the topics, makes what is missing if that was asked for, and says what should be
    /// otherwise, unless it was told already.
    async fn look(&self, told: &mut String) -> Result<(), KafkaError> {
        let clerk = Clerk::new(&self.config)?;
        if self.config.create_topics {
            clerk.create(&self.kinds, topics::PARTITIONS).await?;
        }
        let verdicts = clerk.look(&self.kinds).await?;
        let refused = verdicts.iter().filter(|v| v.is_refused()).count();
        metrics::gauge!("kafka_topics_refused").set(u32::try_from(refused).map_or(0.0, f64::from));
        self.way.set_usable(refused == 0);
        let findings: Vec<_> = verdicts
            .into_iter()
            .flat_map(|v: Verdict| v.findings)
            .collect();
        let now: String = findings.iter().map(ToString::to_string).collect();
        if now != *told {
            for finding in &findings {
                let (topic, what) = (&finding.topic, &finding.what);
                match finding.grade {
                    Grade::Refused => tracing::error!(topic, what, "a topic can't be used"),
                    Grade::Warned => tracing::warn!(topic, what, "a topic should be otherwise"),
                }
            }
            *told = now;
        }
        if refused > 0 {
            return Err(KafkaError::Topics(findings));
        }
        Ok(())
    }

    /// Measures, looks at the topics again and again, and sees to the producer, until `shutdown` is
    /// cancelled.
    pub(crate) fn keep(&self, shutdown: CancellationToken) -> JoinHandle<()> {
        let kafka = self.clone();
        tokio::spawn(async move {
            let (mut told, mut turn) = (String::new(), 0_u32);
            loop {
                tokio::select! {
                    () = shutdown.cancelled() => break,
                    () = kafka.clock.rest_real(MEASURE_MS) => {}
                }
                kafka.way.measure();
                turn = turn.wrapping_add(1);
                if turn.is_multiple_of(LOOK_TURNS) {
                    kafka.mouth.mend(&kafka.config);
                    kafka.look_again(&mut told).await;
                }
            }
            kafka.last_words().await;
        })
    }

    /// A broker that does not answer is no reason to think ill of its topics: what is sent then is
    /// late, and goes by HTTP.
    async fn look_again(&self, told: &mut String) {
        let was_usable = self.way.is_usable();
        match self.look(told).await {
            Ok(()) if !was_usable => tracing::info!("messages go through Kafka again"),
            Ok(()) => {}
            Err(KafkaError::Topics(_)) if was_usable => {
                tracing::error!("messages go by HTTP, until the topics of Kafka can be used");
            }
            Err(error) => tracing::debug!(%error, "the topics can't be looked at"),
        }
    }

    /// Waits for what was sent, for a moment.
    async fn last_words(&self) {
        let producer = self.mouth.producer();
        let flushed = tokio::task::spawn_blocking(move || producer.flush(LAST_WORDS));
        if let Ok(Err(error)) = flushed.await {
            tracing::debug!(%error, "what was sent last was not acknowledged");
        }
    }

    fn route(&self, kind: TopicKind) -> Option<Route> {
        Some(Route {
            kind,
            topic: topics::name(&self.config.prefix, kind),
            mouth: self.mouth.clone(),
            pen: self.pen.clone()?,
            way: Arc::clone(&self.way),
        })
    }

    /// Carries announcements, and gives what Kafka does not take to `http`; gives all of them back
    /// where there is nothing to sign with.
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
    pub(crate) fn tell_seats(&self, hub: &Hub, shutdown: &CancellationToken) -> JoinHandle<()> {
        let seats = Seats {
            topic: topics::name(&self.config.prefix, TopicKind::Seats),
            mouth: self.mouth.clone(),
            way: Arc::clone(&self.way),
            moves: hub.moves(),
            clock: self.clock.clone(),
        };
        seats.tell(shutdown.clone())
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
                payments.settle(ask).await;
                Handled::Done
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
        let ear = Ear {
            config: self.config.clone(),
            kind,
            topic: topics::name(prefix, kind),
            group: format!("{prefix}.{name}"),
            name,
            pen: self.pen.clone()?,
            park: Park {
                topic: topics::name(prefix, TopicKind::Parked),
                mouth: self.mouth.clone(),
            },
            may,
            clock: self.clock.clone(),
            heard: Arc::new(Mutex::new(Recent::new())),
        };
        Some(hear::hear(ear, handle, shutdown.clone()))
    }
}

/// Whether a server may do what it hears.
pub(crate) type May = Arc<dyn Fn() -> bool + Send + Sync>;

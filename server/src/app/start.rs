//! The order in which a server starts, and why one does not.

use std::sync::Arc;

use houseful_core::wire::admin::Mode;
use tokio::net::TcpListener;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    App, Rooms, RunningServer, ServerConfig, booking, booking::Booking, catalogue, house,
    listen::listen, messages, others, payment, shards,
};
use crate::{
    bus::{
        Bus,
        kafka::{Kafka, KafkaError, Who},
        local::LocalBus,
    },
    catalogue::CatalogueError,
    clock::Clock,
    copies,
    database::{Address, Books, OpenError, PostgresUrl},
    follow,
    house::{OtherMode, mode_word},
    lane::{LaneError, Plans},
    limits::Limits,
    numbers,
    payment::stripe::{BadStripe, Webhooks},
    roles::{BadRoles, Cluster, ServerRole, cluster::kind_of, feed::Elsewhere},
    routes,
    shards::{Opened, OpeningError},
    store::StoreError,
};

/// Why a server did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Real sales by another clock than the world's.
    #[error(
        "a clock that is set by hand or runs fast is for training and the demo; sales in live mode go by real time"
    )]
    ClockNotReal,
    /// The database is for practice and real sales were asked for, or the other way round.
    #[error("{db} is for {}, not for {}; name another {}", mode_word(.modes.has), mode_word(.modes.wanted), kind(.db))]
    OtherMode {
        /// Which database.
        db: Address,
        /// What it is for, and what was asked for.
        modes: OtherMode,
    },
    /// The roles of the server can't be so.
    #[error(transparent)]
    Roles(#[from] BadRoles),
    /// A new database without a catalogue server to say what it is for.
    #[error(
        "no catalogue server answers, and this database is new: start the catalogue server first"
    )]
    NobodyToAsk,
    /// The catalogue server is of another kind of house.
    #[error(
        "the catalogue server is of a house that is `{theirs}`, and this server of one that is `{ours}`"
    )]
    OtherHouse {
        /// What this server would be.
        ours: String,
        /// What the catalogue server is.
        theirs: String,
    },
    /// The shows of the database are of another catalogue than the catalogue server's.
    #[error(
        "the catalogue server has another catalogue than the one whose shows are in this database"
    )]
    AnotherCatalogue,
    /// The house has its seats or its money in another database.
    #[error(transparent)]
    Elsewhere(#[from] Elsewhere),
    /// The database can't be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The database can't be read or written.
    #[error("the database can't be used: {0}")]
    Store(#[from] StoreError),
    /// The shards can't be sold from.
    #[error(transparent)]
    Shards(#[from] OpeningError),
    /// The demo's chain can't be imported.
    #[error("the demo's cinemas can't be imported: {0}")]
    Catalogue(#[from] CatalogueError),
    /// Seats of the demo's chain can't be sold.
    #[error("the demo's seats can't be sold: {0}")]
    Show(#[from] LaneError),
    /// Stripe can't be used.
    #[error("Stripe can't be used: {0}")]
    Stripe(#[from] BadStripe),
    /// Messages can't go through Kafka as it is set.
    #[error(transparent)]
    Kafka(#[from] KafkaError),
    /// The listener has no address, or a thread can't be started.
    #[error("the operating system said no: {0}")]
    System(#[from] std::io::Error),
}

/// What a database is called in a sentence.
fn kind(db: &Address) -> &'static str {
    match db {
        Address::File(_) | Address::Scratch(_) => "file",
        Address::Postgres(_) => "database",
    }
}

/// Starts the booking role on one database or on those of all shards.
async fn start_booking(
    books: &Books,
    opened: Option<Opened>,
    config: &ServerConfig,
    with: (Arc<dyn Bus>, Plans),
    when: (&Clock, &CancellationToken),
) -> Result<Booking, StartError> {
    match (opened, &config.shards) {
        (Some(opened), Some(file)) => {
            shards::start(books, (opened, file), with, config, when).await
        }
        _ => booking::start(books, config, with, when).await,
    }
}

/// The replicas that a server without the booking role reads from; says what of its configuration
/// does not concern it.
fn for_roles<'a>(config: &'a ServerConfig, cluster: &Cluster) -> &'a [PostgresUrl] {
    if config.shards.is_some() {
        tracing::info!("shards are the booking servers' business; this server has none");
    }
    if cluster.has(ServerRole::Catalogue) {
        return &config.replicas;
    }
    if !config.replicas.is_empty() {
        tracing::info!("a payment server reads nothing from replicas");
    }
    &[]
}

/// Looks at the Kafka that messages are to go through, if there is one.
async fn open_kafka(
    config: &ServerConfig,
    mode: Mode,
    clock: &Clock,
) -> Result<Option<Kafka>, StartError> {
    let Some(kafka) = &config.kafka else {
        return Ok(None);
    };
    let who = Who {
        roles: config.roles.own,
        key: config.roles.key.as_ref(),
        house: kind_of(mode, config.clock),
    };
    Ok(Some(Kafka::open(kafka, who, clock).await?))
}

/// Starts what a server is made of, each on what was started before it.
pub(super) async fn start(
    config: ServerConfig,
    listener: TcpListener,
) -> Result<RunningServer, StartError> {
    let addr = listener.local_addr()?;
    config.roles.check()?;
    let books = Books::open(&config.db, config.clock).await?;
    let heard = house::heard(&books, &config).await?;
    let mode = house::mode(&books, &config, heard.as_ref()).await?;
    let cluster = Cluster::new(&config.roles, mode, config.clock);
    others::bind(&books, &cluster).await?;
    let sells = cluster.has(ServerRole::Booking);
    let opened = if sells {
        shards::open(&books, &config, mode).await?
    } else {
        None
    };
    let clock = house::clock(&books, opened.as_ref(), config.clock, heard.as_ref()).await?;
    let kafka = open_kafka(&config, mode, &clock).await?;
    // Whatever fails from here on stops what was started.
    let (closing, shutdown) = (CancellationToken::new(), CancellationToken::new());
    let (closing_guard, shutdown_guard) =
        (closing.clone().drop_guard(), shutdown.clone().drop_guard());

    follow::set_clock(&*books.journal, &clock).await?;
    let (bus, announcements, settlements) = LocalBus::in_weather(config.weather);
    let bus: Arc<dyn Bus> = Arc::new(bus);
    let when = (&clock, &shutdown);
    let (catalogue, new) = catalogue::start(&books, &config, &clock).await?;
    let mut booking = if sells {
        let with = (Arc::clone(&bus), catalogue.plans());
        start_booking(&books, opened, &config, with, when).await?
    } else {
        booking::idle(&books, for_roles(&config, &cluster), Arc::clone(&bus), when)?
    };
    let how = (&config, mode, &clock);
    let payments = payment::start(&books, Arc::clone(&bus), how, &shutdown).await?;
    let mut background = std::mem::take(&mut booking.background);
    background.extend(messages::start(
        (announcements, settlements),
        (booking.lane.clone(), payments.clone()),
        (&cluster, &clock, kafka.as_ref()),
        &shutdown,
    ));
    if sells {
        background.extend(catalogue::sell((&catalogue, new), &booking, &config, when).await?);
        // Each shard has a timer of its own.
        if config.timer && config.shards.is_none() {
            background.push(booking::timer(&books, &booking.lane, &clock, &shutdown));
        }
    }
    numbers::start(clock.clone(), shutdown.clone());
    let tokens = others::tokens(&books, &cluster, clock.now(), config.token).await?;
    if books.ground.shared() {
        let copied = (catalogue.clone(), tokens.tokens.clone());
        let replicas = booking.readers.home().cloned();
        background.extend(copies::follow(copied, replicas, &clock, &shutdown));
    }
    let copies = (catalogue.clone(), tokens.tokens.clone());
    let others = others::start(&cluster, &books, copies, when).await?;
    background.extend(others.background);
    if let Some(kafka) = &kafka {
        let follower = others.follower.clone();
        let rooms = (&booking.hub, booking.lane.clone(), payments.clone());
        let heard = messages::hear(kafka, (&cluster, follower), rooms, &bus, &shutdown);
        background.extend(heard);
    }

    let app = App(Arc::new(Rooms {
        books,
        lane: booking.lane,
        journals: booking.journals,
        hub: booking.hub,
        readers: booking.readers,
        watch: booking.watch,
        catalogue,
        payments,
        bus,
        tokens: tokens.tokens,
        clock: clock.clone(),
        limits: Limits::new(&config.limits),
        webhooks: config.stripe.as_ref().map(Webhooks::new),
        mode,
        cluster,
        follower: others.follower,
        closing: closing.clone(),
        flows: TaskTracker::new(),
    }));
    let router = routes::router(app.clone());
    let connections_max = config.limits.connections_max;
    let listening = tokio::spawn(listen(listener, router, connections_max, clock, closing));
    tracing::info!(%addr, ?mode, "serving");
    Ok(RunningServer {
        addr,
        admin_token: tokens.one_off,
        first_admin_token: tokens.first,
        app,
        shutdown: shutdown_guard,
        closing: closing_guard,
        listening,
        background,
    })
}

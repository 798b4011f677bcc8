//! The order in which a server starts, and why one does not.

use std::sync::Arc;

use tokio::net::TcpListener;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    App, Rooms, RunningServer, ServerConfig, booking, catalogue, house, listen::listen, payment,
    shards,
};
use crate::{
    auth::tokens::Tokens,
    bus::local::{self, LocalBus},
    catalogue::CatalogueError,
    copies,
    database::{Address, Books, OpenError},
    follow,
    house::{OtherMode, mode_word},
    lane::LaneError,
    limits::Limits,
    numbers, routes,
    shards::OpeningError,
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
    /// A show of the chain can't be opened for sale.
    #[error("a show can't be opened for sale: {0}")]
    Show(#[from] LaneError),
    /// The listener has no address, or a thread can't be started.
    #[error("the operating system said no: {0}")]
    System(#[from] std::io::Error),
}

/// What a database is called in a sentence.
fn kind(db: &Address) -> &'static str {
    match db {
        Address::File(_) => "file",
        Address::Postgres(_) => "database",
    }
}

/// Starts what a server is made of, each on what was started before it.
pub(super) async fn start(
    config: ServerConfig,
    listener: TcpListener,
) -> Result<RunningServer, StartError> {
    let addr = listener.local_addr()?;
    let books = Books::open(&config.db, config.clock).await?;
    let mode = house::mode(&books, &config).await?;
    let opened = shards::open(&books, &config, mode).await?;
    let clock = house::clock(&books, opened.as_ref(), config.clock).await?;
    // Whatever fails from here on stops what was started.
    let (closing, shutdown) = (CancellationToken::new(), CancellationToken::new());
    let (closing_guard, shutdown_guard) =
        (closing.clone().drop_guard(), shutdown.clone().drop_guard());

    follow::set_clock(&*books.journal, &clock).await?;
    let (bus, announcements, settlements) = LocalBus::in_weather(config.weather);
    let bus = Arc::new(bus);
    let mut booking = match (opened, &config.shards) {
        (Some(opened), Some(file)) => {
            let (bus, when) = (bus.clone(), (&clock, &shutdown));
            shards::start(&books, (opened, file), bus, &config, when).await?
        }
        _ => booking::start(&books, &config, bus.clone(), (&clock, &shutdown)).await?,
    };
    let payments = payment::start(&books, bus, &clock, &shutdown).await?;
    let mut background = std::mem::take(&mut booking.background);
    background.extend(local::deliver(
        (announcements, settlements),
        booking.lane.clone(),
        payments.clone(),
        shutdown.clone(),
    ));
    let catalogue = catalogue::start(&books, &config, &clock).await?;
    let sales = catalogue::open_shows(&catalogue, &booking, &config, &clock, &shutdown).await?;
    background.extend(sales);
    if config.shards.is_some() {
        let rest = catalogue::open_the_rest(&catalogue, &booking, &clock, &shutdown);
        background.push(rest);
    }
    if config.timer && config.shards.is_none() {
        background.push(booking::timer(&books, &booking.lane, &clock, &shutdown));
    }
    numbers::start(clock.clone(), shutdown.clone());
    let tokens = Tokens::open(Arc::clone(&books.tokens), clock.now(), config.token).await?;
    if books.ground.shared() {
        let copied = (catalogue.clone(), tokens.tokens.clone());
        let replicas = booking.readers.home().cloned();
        background.extend(copies::follow(copied, replicas, &clock, &shutdown));
    }

    let app = App(Arc::new(Rooms {
        books,
        lane: booking.lane,
        journals: booking.journals,
        hub: booking.hub,
        readers: booking.readers,
        catalogue,
        payments,
        tokens: tokens.tokens,
        clock: clock.clone(),
        limits: Limits::new(&config.limits),
        mode,
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

//! The order in which a server starts, and why one does not.

use std::sync::Arc;

use houseful_core::wire::admin::Mode;
use tokio::net::TcpListener;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{App, Rooms, RunningServer, ServerConfig, chain, listen::listen};
use crate::{
    auth::tokens::Tokens,
    bus::local::{self, LocalBus},
    catalogue::{Catalogue, CatalogueError},
    clock::{Clock, ClockKind},
    copies,
    database::{Address, Books, OpenError},
    follow,
    house::{self, OtherMode, mode_word},
    hub::Hub,
    lane::{Lane, LaneError},
    limits::Limits,
    numbers,
    payment::{self, Payments},
    routes,
    store::{Head, StoreError},
    timer,
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

pub(super) async fn start(
    config: ServerConfig,
    listener: TcpListener,
) -> Result<RunningServer, StartError> {
    let addr = listener.local_addr()?;
    let books = Books::open(&config.db, config.clock).await?;
    let mode = mode(&books, &config).await?;
    let clock = clock(&books, config.clock).await?;
    // Whatever fails from here on stops what was started.
    let (closing, shutdown) = (CancellationToken::new(), CancellationToken::new());
    let (closing_guard, shutdown_guard) =
        (closing.clone().drop_guard(), shutdown.clone().drop_guard());

    let store = Arc::clone(&books.journal);
    follow::set_clock(&*store, &clock).await?;
    let hub = Hub::new();
    let began = Clock::stopwatch();
    let heads = store.heads().await?;
    hub.know(&heads, began);
    let (bus, announcements, settlements) = LocalBus::in_weather(config.weather);
    let bus = Arc::new(bus);
    let lane = Lane::start(Arc::clone(&store), bus.clone(), hub.clone(), clock.clone());
    let mut background = follow::start(&store, lane.clone(), &hub, &clock, &shutdown);
    let is_over = |h: &Head| h.next_due.is_some_and(|due| due <= clock.now());
    let (over, waiting): (Vec<_>, Vec<_>) = heads
        .into_iter()
        .filter(|h| h.next_due.is_some())
        .partition(is_over);
    look_at(&lane, over, &shutdown).await;
    let (eye, stop) = (lane.clone(), shutdown.clone());
    let looking = tokio::spawn(async move { look_at(&eye, waiting, &stop).await });
    background.push(looking);
    let key = payment::load_key(books.payments.as_ref(), clock.now()).await?;
    let rooms = (Arc::clone(&books.payments), Arc::clone(&books.charges));
    let payments = Payments::start(rooms, bus, key, clock.clone(), shutdown.clone());
    let carriers = (announcements, settlements);
    let carried = local::deliver(carriers, lane.clone(), payments.clone(), shutdown.clone());
    background.extend(carried);
    let catalogue = Catalogue::load(Arc::clone(&books.catalogue)).await?;
    if let Some(chain) = config.chain {
        chain::import(&catalogue, &clock, chain).await?;
    }
    let opened = chain::open(&catalogue, &lane, &hub, &clock).await?;
    if let Some(chain) = config.chain {
        let (catalogue, lane) = (catalogue.clone(), lane.clone());
        let sales = chain::sell(
            catalogue,
            lane,
            clock.now(),
            chain,
            opened,
            shutdown.clone(),
        );
        if config.sell_meanwhile {
            background.push(tokio::spawn(async {
                if let Err(error) = sales.await {
                    tracing::warn!(%error, "the demo's prior sales ended early");
                }
            }));
        } else {
            sales.await?;
        }
    }
    if config.timer {
        let (store, lane, clock) = (Arc::clone(&store), lane.clone(), clock.clone());
        background.push(timer::start(store, lane, clock, shutdown.clone()));
    }
    numbers::start(clock.clone(), shutdown.clone());
    let tokens = Tokens::open(Arc::clone(&books.tokens), clock.now(), config.token).await?;
    if books.ground.shared() {
        let (catalogue, tokens) = (catalogue.clone(), tokens.tokens.clone());
        background.extend(copies::follow(catalogue, tokens, &clock, &shutdown));
    }

    let app = App(Arc::new(Rooms {
        books,
        lane,
        hub,
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

/// Looks at the shows in which something ends, so that lists count their seats by the time even
/// where no timer runs.
async fn look_at(lane: &Lane, heads: Vec<Head>, shutdown: &CancellationToken) {
    for Head { show, .. } in heads {
        if shutdown.is_cancelled() {
            return;
        }
        if let Err(error) = lane.read(show, |_, _, _| ()).await {
            tracing::warn!(show.id = %show, %error, "a show can't be looked at");
        }
    }
}

/// What the database is for, if that can be had with this clock.
async fn mode(books: &Books, config: &ServerConfig) -> Result<Mode, StartError> {
    if config.mode == Some(Mode::Live) && config.clock != ClockKind::System {
        return Err(StartError::ClockNotReal);
    }
    let mode = match house::mode(books.house.as_ref(), config.mode).await? {
        Ok(mode) => mode,
        Err(modes) => {
            let db = config.db.clone();
            return Err(StartError::OtherMode { db, modes });
        }
    };
    if mode == Mode::Live && config.clock != ClockKind::System {
        return Err(StartError::ClockNotReal);
    }
    Ok(mode)
}

/// A clock that is not behind the journals; one that is moved by hand goes on where it was left.
async fn clock(books: &Books, kind: ClockKind) -> Result<Clock, StartError> {
    let (house, latest) = (books.house.as_ref(), books.ground.latest_time());
    if kind == ClockKind::Manual
        && let Some(left) = house::clock_at(house).await?
    {
        return Ok(Clock::start_at(kind, left.max(latest)));
    }
    let clock = Clock::start(kind, latest);
    if kind == ClockKind::Manual {
        house::keep_clock(house, clock.now()).await?;
    }
    Ok(clock)
}

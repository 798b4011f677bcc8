//! Where races are run: lanes on one database file, and a judge for what comes of them.

#![expect(clippy::expect_used, reason = "a race that can't be run has to stop")]

use std::sync::Arc;

use houseful_core::{
    ids::ShowId,
    message::{Announcement, Settle},
    show::{Ask, Command, Event, ShowState, ShowTerms},
    time::UtcMillis,
};
use houseful_server::{
    bus::Bus,
    clock::{Clock, ClockKind},
    hub::Hub,
    lane::{Answer, Lane, LaneError, Plans},
    store::{
        Store,
        sqlite::{Database, SqliteStore},
    },
};
use houseful_tests::{folder::Folder, made_up, witness};
use tokio::sync::Barrier;
use uuid::Uuid;

use super::tampered::Tampered;

pub const SHOW: ShowId = ShowId(1);

/// Nobody listens.
struct Silence;

impl Bus for Silence {
    fn announce(&self, _: Announcement) {}
    fn settle(&self, _: Settle) {}
}

/// Lanes (each with a memory of its own, as in servers of their own) on one file.
pub struct Ground {
    pub lanes: Vec<Lane>,
    /// What each of them shows.
    pub hubs: Vec<Hub>,
    pub clock: Clock,
    pub store: Arc<dyn Store>,
    database: Database,
    _folder: Folder,
}

impl Ground {
    /// An open show with rows of `width` seats; several lanes know that they are not alone.
    pub async fn new(lanes: usize, rows: u8, width: usize) -> Self {
        if lanes > 1 {
            return Self::on(lanes, rows, width, Tampered::shared).await;
        }
        Self::on(lanes, rows, width, |store| store).await
    }

    /// The same on a store that is tampered with.
    pub async fn on(
        lanes: usize,
        rows: u8,
        width: usize,
        tamper: impl FnOnce(Arc<dyn Store>) -> Arc<dyn Store>,
    ) -> Self {
        let folder = Folder::new();
        let database = Database::open(&folder.path("db")).expect("a database");
        let store: Arc<dyn Store> = Arc::new(SqliteStore::new(database.clone()));
        let store = tamper(store);
        let clock = Clock::start(ClockKind::Manual, UtcMillis(0));
        let hubs: Vec<Hub> = (0..lanes).map(|_| Hub::new()).collect();
        let lane = |hub: &Hub| {
            Lane::start(
                Arc::clone(&store),
                Arc::new(Silence),
                hub.clone(),
                clock.clone(),
                Plans::none(),
            )
        };
        let ground = Self {
            lanes: hubs.iter().map(lane).collect(),
            hubs,
            clock: clock.clone(),
            store: Arc::clone(&store),
            database,
            _folder: folder,
        };
        ground.open(SHOW, rows, width).await;
        ground
    }

    /// Opens a show at the first lane.
    pub async fn open(&self, show: ShowId, rows: u8, width: usize) {
        let open = Ask::Open(terms(rows, width));
        let open = made_up::command(made_up::staff("house"), open);
        self.lanes[0].ask(show, open).await.expect("opened");
    }

    /// All commands at the same moment, spread over the lanes, each by a task of its own.
    pub async fn race(&self, commands: Vec<Command>) -> Vec<Result<Answer, LaneError>> {
        let barrier = Arc::new(Barrier::new(commands.len()));
        let runners: Vec<_> = commands
            .into_iter()
            .zip(self.lanes.iter().cycle())
            .map(|(command, lane)| {
                let (barrier, lane) = (Arc::clone(&barrier), lane.clone());
                tokio::spawn(async move {
                    barrier.wait().await;
                    lane.ask(SHOW, command).await
                })
            })
            .collect();
        let mut answers = Vec::new();
        for runner in runners {
            answers.push(runner.await.expect("a runner"));
        }
        answers
    }

    pub async fn journal(&self) -> Vec<(UtcMillis, Event)> {
        self.store.load(SHOW).await.expect("a journal").events
    }

    pub async fn state(&self) -> ShowState {
        let mut state = ShowState::new(SHOW);
        for (at, event) in self.journal().await {
            state.apply(at, &event);
        }
        state
    }

    /// What the witness and the rules' own check say of the journal.
    pub async fn verdict(&self) -> Result<(), String> {
        witness::attest(&self.journal().await)?;
        self.state()
            .await
            .check()
            .map_err(|broken| broken.to_string())
    }

    /// Ends the race: the journal must be sound.
    pub async fn finish(self) {
        self.verdict().await.expect("a sound journal");
        self.clear().await;
    }

    /// Ends it whatever came of it.
    pub async fn clear(self) {
        drop(self.lanes);
        self.database.close().await;
    }
}

fn terms(rows: u8, width: usize) -> Arc<ShowTerms> {
    let drawn: String = (0..rows)
        .map(|row| format!("{}  {}\n", char::from(b'A' + row), "o".repeat(width)))
        .collect();
    let prices = made_up::card(&[("standard", "adult", 1000)]);
    Arc::new(made_up::terms(&format!("name: Races\n{drawn}"), prices))
}

/// A fresh command of a customer.
pub fn command(who: &str, ask: Ask) -> Command {
    made_up::command(made_up::customer(who), ask)
}

/// A fresh hold of these seats.
pub fn hold(who: &str, seats: &[String]) -> Command {
    made_up::hold(made_up::customer(who), made_up::seats(seats))
}

/// A fresh hold of the best seats together.
pub fn best(who: &str, count: u16) -> Command {
    made_up::hold(made_up::customer(who), made_up::best(count))
}

/// The booking that a command is about.
pub fn booking_of(command: &Command) -> Uuid {
    command.ask.booking().expect("a booking")
}

//! A crowd that buys over HTTP at several servers of one house, whatever happens to its database:
//! who gets no answer that settles it asks the same again, with the same ids, as a client does. It
//! keeps a [`Diary`] of what it was told, and whether that is true is found out afterwards.

#![expect(
    clippy::expect_used,
    reason = "an answer that is none of those ends the test"
)]

mod buyer;
pub mod diary;
pub mod journal;

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use houseful_core::ids::ShowId;
use houseful_server::{clock::ClockKind, database::Address};
use tokio::task::JoinHandle;

use crate::{
    made_up,
    test_app::{As, Setup, TestApp},
    wait,
};
use diary::Diary;

/// The longest that the crowd may be without an answer that settles anything.
const PATIENCE: Duration = Duration::from_secs(90);
/// Seats of a show are bought in pairs, so that none is left alone: rows, and pairs in a row.
const ROWS: usize = 10;
const PAIRS_A_ROW: usize = 6;

/// Where a crowd buys: servers of one database, and shows that all of them sell.
pub struct Market {
    servers: Vec<TestApp>,
    shows: Vec<ShowId>,
    diary: Mutex<Diary>,
    closing: AtomicBool,
}

impl Market {
    /// Starts servers with real time on these addresses of one database, and opens so many shows.
    ///
    /// # Panics
    /// A server does not start.
    pub async fn open(addresses: &[String], shows: u64) -> Self {
        let mut servers = Vec::new();
        for address in addresses {
            let mut setup = Setup::default().on(Address::new(address.as_ref()));
            setup.config.clock = ClockKind::System;
            servers.push(setup.start().await);
        }
        let prices = made_up::card(&[("standard", "adult", 1_000)]);
        let terms = Arc::new(made_up::terms(&hall(), prices));
        let shows: Vec<_> = (1..=shows).map(ShowId).collect();
        for show in &shows {
            servers[0].open(*show, Arc::clone(&terms)).await;
        }
        Self {
            diary: Mutex::new(Diary::new(servers.len())),
            servers,
            shows,
            closing: AtomicBool::new(false),
        }
    }

    /// Lets so many people in, spread over the servers.
    #[must_use]
    pub fn let_in(self: &Arc<Self>, people: usize) -> Crowd {
        let buyers = (0..people)
            .map(|n| tokio::spawn(buyer::buy(Arc::clone(self), n)))
            .collect();
        Crowd {
            market: Arc::clone(self),
            buyers,
        }
    }

    /// What the crowd was told so far.
    pub fn diary(&self) -> MutexGuard<'_, Diary> {
        self.diary.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The servers.
    #[must_use]
    pub fn servers(&self) -> &[TestApp] {
        &self.servers
    }

    /// Waits until so many more seats were bought than there are now.
    ///
    /// # Panics
    /// They are not in time.
    pub async fn sells(&self, more: usize) {
        let wanted = self.diary().writes().len() + more;
        self.until_written(wanted).await;
    }

    /// Waits until so many more writes were told after `since`.
    ///
    /// # Panics
    /// They are not in time.
    pub async fn sells_since(&self, since: Instant, more: usize) {
        wait::until_async("sales", PATIENCE.as_secs(), async || {
            (self.diary().writes_since(since) >= more).then_some(())
        })
        .await;
    }

    async fn until_written(&self, wanted: usize) {
        wait::until_async("sales", PATIENCE.as_secs(), async || {
            (self.diary().writes().len() >= wanted).then_some(())
        })
        .await;
    }

    /// Waits until nothing is left to say between booking and payment, has every server count the
    /// house, and stops them.
    ///
    /// # Panics
    /// Somebody is still in, or the house does not agree with itself.
    pub async fn close(self: Arc<Self>) {
        let market = Arc::into_inner(self).expect("nobody else is here");
        for server in &market.servers {
            let empty =
                |list: &serde_json::Value| list["items"].as_array().is_some_and(Vec::is_empty);
            server
                .until(As::Clerk, "/v1/payments?open=true", empty)
                .await;
        }
        for server in market.servers {
            server.finish().await;
        }
    }

    fn is_closing(&self) -> bool {
        self.closing.load(Ordering::SeqCst)
    }
}

/// People who are in. They go when they are told to, each with an answer to all they asked.
pub struct Crowd {
    market: Arc<Market>,
    buyers: Vec<JoinHandle<()>>,
}

impl Crowd {
    /// Sends everybody home.
    ///
    /// # Panics
    /// Somebody was told what can't be.
    pub async fn leave(self) {
        self.market.closing.store(true, Ordering::SeqCst);
        for buyer in self.buyers {
            buyer.await.expect("somebody was told what can't be");
        }
        self.market.closing.store(false, Ordering::SeqCst);
    }
}

/// Rows of pairs.
fn hall() -> String {
    let row = "o".repeat(PAIRS_A_ROW * 2);
    let rows = ('A'..).take(ROWS).map(|name| format!("{name}  {row}\n"));
    format!("name: Crowd hall\n\n{}", rows.collect::<String>())
}

/// The names of a pair's seats.
fn pair(number: usize) -> [String; 2] {
    let row = ('A'..).nth(number / PAIRS_A_ROW).unwrap_or('A');
    let left = number % PAIRS_A_ROW * 2 + 1;
    [format!("{row}{left}"), format!("{row}{}", left + 1)]
}

const PAIRS: usize = ROWS * PAIRS_A_ROW;

//! The carrier inside one process: two bounded queues. What does not fit is dropped, as any
//! carrier may; each side says again what was not answered.

use std::{
    future::Future,
    sync::{Arc, Mutex, PoisonError},
};

use houseful_core::message::{Announcement, Settle};
use tokio::{
    sync::{Semaphore, mpsc},
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;

use super::{Bus, heard};
use crate::{payment::Payments, shards::Lanes};

/// How many messages of each kind may wait.
pub(crate) const QUEUE: usize = 8_192;
/// How many messages are handled at once.
const AT_ONCE: usize = 256;

/// Where announcements arrive.
pub type AnnouncementsRx = mpsc::Receiver<Announcement>;
/// Where settlements arrive.
pub type SettlementsRx = mpsc::Receiver<Settle>;

/// How badly a carrier carries, for tests. Each is a share of 1,000 messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Weather {
    /// Lost.
    pub lose: u16,
    /// Carried twice.
    pub repeat: u16,
    /// Kept back until others have passed.
    pub shuffle: u16,
    /// Begins the draw, so that a bad day can be had again.
    pub seed: u64,
}

/// The carrier.
#[derive(Debug)]
pub struct LocalBus {
    announcements: Lossy<Announcement>,
    settlements: Lossy<Settle>,
}

impl LocalBus {
    /// A carrier that loses nothing while there is room, and where its messages arrive.
    #[must_use]
    pub fn new() -> (Self, AnnouncementsRx, SettlementsRx) {
        Self::in_weather(Weather::default())
    }

    /// A carrier that loses, repeats and shuffles.
    #[must_use]
    pub fn in_weather(weather: Weather) -> (Self, AnnouncementsRx, SettlementsRx) {
        let (announcements_tx, announcements_rx) = mpsc::channel(QUEUE);
        let (settlements_tx, settlements_rx) = mpsc::channel(QUEUE);
        let bus = Self {
            announcements: Lossy::new(announcements_tx, weather, "announcement"),
            settlements: Lossy::new(settlements_tx, weather, "settlement"),
        };
        (bus, announcements_rx, settlements_rx)
    }
}

impl Bus for LocalBus {
    fn announce(&self, news: Announcement) {
        self.announcements.send(news);
    }

    fn settle(&self, ask: Settle) {
        self.settlements.send(ask);
    }
}

/// One direction.
#[derive(Debug)]
struct Lossy<T> {
    tx: mpsc::Sender<T>,
    weather: Weather,
    kind: &'static str,
    state: Mutex<State<T>>,
}

#[derive(Debug)]
struct State<T> {
    drawn: u64,
    kept_back: Vec<T>,
}

impl<T: Clone> Lossy<T> {
    fn new(tx: mpsc::Sender<T>, weather: Weather, kind: &'static str) -> Self {
        let state = State {
            drawn: weather.seed ^ kind.len() as u64,
            kept_back: Vec::new(),
        };
        Self {
            tx,
            weather,
            kind,
            state: Mutex::new(state),
        }
    }

    fn send(&self, message: T) {
        let weather = self.weather;
        if weather.lose == 0 && weather.repeat == 0 && weather.shuffle == 0 {
            return self.carry(message);
        }
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.hits(weather.lose) {
            return self.lost();
        }
        if state.hits(weather.repeat) {
            self.carry(message.clone());
        }
        if state.hits(weather.shuffle) {
            state.kept_back.push(message);
            return;
        }
        self.carry(message);
        // The one kept back last goes first, so that the order is truly another one.
        while let Some(old) = state.kept_back.pop() {
            self.carry(old);
        }
    }

    fn carry(&self, message: T) {
        if self.tx.try_send(message).is_err() {
            self.lost();
        }
    }

    fn lost(&self) {
        metrics::counter!("bus_lost_total", "kind" => self.kind).increment(1);
    }
}

impl<T> State<T> {
    /// Whether the next draw hits a share of 1,000 (SplitMix64: the same seed, the same day).
    fn hits(&mut self, share: u16) -> bool {
        self.drawn = self.drawn.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.drawn;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % 1_000 < u64::from(share)
    }
}

/// Brings announcements to the lanes and settlements to payments, until `shutdown` is cancelled.
/// The two tasks end by themselves.
pub fn deliver(
    (announcements, settlements): (AnnouncementsRx, SettlementsRx),
    lanes: Lanes,
    payments: Payments,
    shutdown: CancellationToken,
) -> [JoinHandle<()>; 2] {
    let settlers = payments.clone();
    let news = move |news: Announcement| {
        let (lanes, payments) = (lanes.clone(), settlers.clone());
        async move {
            if let Some(answer) = heard::announcement(&lanes, news).await {
                settle(&payments, answer).await;
            }
        }
    };
    let asks = move |ask: Settle| {
        let payments = payments.clone();
        async move { settle(&payments, ask).await }
    };
    [
        tokio::spawn(each(announcements, shutdown.clone(), news)),
        tokio::spawn(each(settlements, shutdown, asks)),
    ]
}

/// Booking says again what could not be written.
async fn settle(payments: &Payments, ask: Settle) {
    let id = ask.payment;
    if let Err(error) = payments.settle(ask).await {
        tracing::debug!(payment.id = %id, %error, "a settlement was not taken");
    }
}

/// Handles each message in a task of its own, not too many at once.
async fn each<T, F>(mut rx: mpsc::Receiver<T>, shutdown: CancellationToken, handle: impl Fn(T) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let room = Arc::new(Semaphore::new(AT_ONCE));
    loop {
        let message = tokio::select! {
            () = shutdown.cancelled() => return,
            message = rx.recv() => message,
        };
        let (Some(message), Ok(permit)) = (message, Arc::clone(&room).acquire_owned().await) else {
            return;
        };
        let work = handle(message);
        tokio::spawn(async move {
            work.await;
            drop(permit);
        });
    }
}

#[cfg(test)]
mod tests;

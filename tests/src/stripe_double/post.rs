//! The messages of the double: signed, doubled, late and out of order as the dial says, and sent
//! again a few times while nobody takes them.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicU64, Ordering},
};

use houseful_server::{clock::Clock, payment::stripe::sign};
use serde_json::Value;
use tokio::{sync::Semaphore, task::JoinSet};

use super::WEBHOOK_SECRET;
use crate::test_app::http;

/// How often a message is sent that nobody takes.
const TRIES: u32 = 3;
/// How many are on their way at once.
const AT_ONCE: usize = 16;

/// Sends messages.
pub(super) struct Post {
    bag: Bag,
    tasks: Mutex<JoinSet<()>>,
}

#[derive(Clone)]
struct Bag(Arc<Sending>);

struct Sending {
    http: reqwest::Client,
    to: Mutex<Option<String>>,
    places: Semaphore,
    sent: AtomicU64,
    taken: AtomicU64,
}

impl Post {
    pub(super) fn start() -> Self {
        Self {
            bag: Bag(Arc::new(Sending {
                http: http(),
                to: Mutex::default(),
                places: Semaphore::new(AT_ONCE),
                sent: AtomicU64::new(0),
                taken: AtomicU64::new(0),
            })),
            tasks: Mutex::default(),
        }
    }

    pub(super) fn tell(&self, url: &str) {
        let mut to = self.bag.0.to.lock().unwrap_or_else(PoisonError::into_inner);
        *to = Some(url.to_owned());
    }

    pub(super) fn sent(&self) -> (u64, u64) {
        let Sending { sent, taken, .. } = &*self.bag.0;
        (sent.load(Ordering::Relaxed), taken.load(Ordering::Relaxed))
    }

    /// Sends a message so many times, after so many others.
    pub(super) fn send(&self, news: &Value, times: u32, late: u64) {
        let to = self.bag.0.to.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(to) = to.clone() else {
            return;
        };
        let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        while tasks.try_join_next().is_some() {}
        for _ in 0..times {
            let (bag, to, body) = (self.bag.clone(), to.clone(), news.to_string());
            tasks.spawn(async move {
                for _ in 0..late * 3 {
                    tokio::task::yield_now().await;
                }
                bag.deliver(&to, body).await;
            });
        }
    }
}

impl Bag {
    async fn deliver(&self, to: &str, body: String) {
        for _ in 0..TRIES {
            let Ok(_place) = self.0.places.acquire().await else {
                return;
            };
            let signed = sign(WEBHOOK_SECRET, Clock::wall(), body.as_bytes());
            let request = self.0.http.post(to).header("Stripe-Signature", signed);
            self.0.sent.fetch_add(1, Ordering::Relaxed);
            let answer = request.body(body.clone()).send().await;
            if answer.is_ok_and(|answer| answer.status().is_success()) {
                self.0.taken.fetch_add(1, Ordering::Relaxed);
                return;
            }
            Clock::rest_before_any(50).await;
        }
    }
}

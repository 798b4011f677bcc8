//! Measures how long a payment takes from the hold to the tickets, and how many there are in a
//! second, with Kafka between the servers and with HTTP alone, in the same run on the same machine:
//! `cargo run --release -p houseful-tests --bin houseful-bench-kafka`.
//!
//! Three servers, each with a SQLite file of its own, and one broker, which `scripts/test` has
//! fetched once. Prints one JSON object: milliseconds, and payments per second. What counts are the
//! ratios; `tills` is how many people pay at once.

#![expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use houseful_server::bus::kafka::KafkaConfig;
use houseful_tests::kafka::{
    Broker,
    house::{House, Links},
    missing,
};
use serde_json::{Value, json};

/// The allocator of the program itself.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How long each is measured, after a moment to get going.
const LENGTH: Duration = Duration::from_secs(10);
const BEFORE: Duration = Duration::from_secs(2);
/// Alone, and as many as keep a small machine busy.
const TILLS: [usize; 2] = [1, 16];

#[tokio::main]
async fn main() {
    if let Some(missing) = missing() {
        eprintln!("error: {missing}");
        std::process::exit(1);
    }
    let broker = Broker::start().await;
    let mut out = serde_json::Map::new();
    let ways = [
        ("http", None),
        ("kafka", Some(broker.config("bench"))),
        // Once more: a machine is not as fast at the end as at the beginning.
        ("http_again", None),
        ("kafka_again", Some(broker.config("again"))),
    ];
    for (name, kafka) in ways {
        out.insert(name.to_owned(), measure(kafka).await);
    }
    let out = serde_json::to_string_pretty(&out).unwrap_or_default();
    println!("{out}");
}

async fn measure(kafka: Option<KafkaConfig>) -> Value {
    let house = House::open_large(kafka, Links::Both).await;
    let mut measured = Vec::new();
    for tills in TILLS {
        measured.push(pay(&house, tills).await);
    }
    house.close().await;
    Value::Array(measured)
}

/// So many people pay one booking after the other.
async fn pay(house: &House, tills: usize) -> Value {
    let took = Arc::new(Mutex::new(Vec::new()));
    let began = Instant::now();
    let work = (0..tills).map(|n| {
        let (till, shows, took) = (house.till(), house.shows.clone(), Arc::clone(&took));
        tokio::spawn(async move {
            let mut turn = n;
            while began.elapsed() < BEFORE + LENGTH {
                let show = shows[turn % shows.len()];
                let booking = till.holds(show).await;
                let held = Instant::now();
                till.begins_to_pay(&booking).await;
                till.has_tickets(&booking).await;
                if began.elapsed() >= BEFORE {
                    let mut all = took.lock().unwrap_or_else(PoisonError::into_inner);
                    all.push(held.elapsed());
                }
                turn += tills;
            }
        })
    });
    for till in work.collect::<Vec<_>>() {
        till.await.unwrap_or_else(|e| panic!("a till: {e}"));
    }
    let seconds = (began.elapsed() - BEFORE).as_secs_f64();
    let mut all = took.lock().unwrap_or_else(PoisonError::into_inner).clone();
    all.sort_unstable();
    let at = |share: f64| {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a place in a list"
        )]
        let place = (share * (all.len().saturating_sub(1)) as f64) as usize;
        all.get(place)
            .map(|t| (t.as_secs_f64() * 10_000.0).round() / 10.0)
    };
    let count = u32::try_from(all.len()).unwrap_or(u32::MAX);
    json!({
        "tills": tills,
        "payments": count,
        "payments_per_s": (f64::from(count) / seconds * 10.0).round() / 10.0,
        "hold_to_tickets_p50_ms": at(0.5),
        "hold_to_tickets_p99_ms": at(0.99),
    })
}

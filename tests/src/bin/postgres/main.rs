//! Measures what Houseful gets through a Postgres of its own, beside the transaction with row locks
//! that one would write by hand, run by pgbench on the same server a moment later:
//! `cargo run --release -p houseful-tests --bin houseful-bench-postgres [SECONDS]`.
//!
//! Prints one JSON object. A hold is two adjacent seats, all or nothing; the figures are per second
//! and milliseconds. Servers, the load and Postgres share one machine, so more servers are not
//! faster here; what counts are the ratios. Each house is counted after its run, and a seat that is
//! sold twice or stuck, or money that does not agree, ends the program.

#![expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]

mod by_hand;
mod committer;
mod servers;

use std::{error::Error, time::Duration};

use houseful_tests::cluster::Cluster;
use serde_json::{Value, json};

/// The allocator of the program itself.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Done<T> = Result<T, Box<dyn Error + Send + Sync>>;

const SHOWS: u64 = 1_000;
const SEATS: u16 = 300;
const BATCHES: [usize; 4] = [1, 10, 64, 150];
const CLIENTS: usize = 64;
/// Servers, and the databases that their shows are spread over.
const HOUSES: [(usize, usize); 6] = [(1, 1), (2, 1), (4, 1), (1, 2), (2, 2), (4, 2)];

#[tokio::main]
async fn main() -> Done<()> {
    let seconds = std::env::args().nth(1).map_or(Ok(5), |s| s.parse())?;
    let length = Duration::from_secs(seconds);
    let clusters = [(); 2].map(|()| {
        Cluster::start_with(&[
            ("shared_buffers", "256MB"),
            ("max_wal_size", "2GB"),
            ("autovacuum", "on"),
        ])
    });
    let [cluster, _] = &clusters;
    let mut committer = committer::Committer::open(&cluster.database()).await?;
    let mut batches = Vec::new();
    for size in BATCHES {
        batches.push(committer.run(size, length).await?);
    }
    let mut houses = Vec::new();
    for (servers, shards) in HOUSES {
        houses.push(servers::run(&clusters[..shards], servers, length).await?);
    }
    let hand = by_hand::run(cluster, seconds)?;
    let of = |what: &str, figure: &str| {
        let at = |house: &Value| house[what][figure].as_f64().unwrap_or(0.0);
        houses.iter().map(at).collect::<Vec<_>>()
    };
    let ratios = |ours: Vec<f64>, theirs: &Value| {
        let theirs = theirs.as_f64().unwrap_or(0.0).max(1.0);
        let ratio = |ours: f64| (ours / theirs * 100.0).round() / 100.0;
        ours.into_iter().map(ratio).collect::<Vec<_>>()
    };
    let measured = json!({
        "shows": SHOWS,
        "clients": CLIENTS,
        "build": if cfg!(debug_assertions) { "debug" } else { "release" },
        "one_committer": batches,
        "servers": houses,
        "row_locks_by_hand": hand,
        "ratios_to_by_hand": {
            "servers_and_shards": HOUSES,
            "hot_holds": ratios(of("hot", "holds_per_s"), &hand["hot"]["holds_per_s"]),
            "hot_attempts": ratios(of("rush", "per_s"), &hand["hot"]["attempts_per_s"]),
            "spread_holds": ratios(of("spread", "holds_per_s"), &hand["spread"]["holds_per_s"]),
        },
    });
    println!("{}", serde_json::to_string_pretty(&measured)?);
    Ok(())
}

//! Measures the catalogue on the huge chain:
//! `cargo run --release -p houseful-tests --bin houseful-bench-catalogue`.
//!
//! Prints one JSON object: how long the chain takes to be taken in, how long a start with it takes,
//! the memory after each, and each question over HTTP beside an empty answer of the same server in
//! the same run. Server and askers share the processors; what counts are the ratios.

#![expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]

use std::{
    error::Error,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use houseful_core::wire::admin::Mode;
use houseful_server::{
    app::{DemoChain, DemoSize, RunningServer, ServerConfig, serve},
    limits::LimitConfig,
};
use houseful_tests::load::{self, Load};
use serde_json::{Map, Value, json};

/// The allocator of the program itself.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

const CLIENTS: usize = 16;
const LENGTH: Duration = Duration::from_secs(3);
const CITIES: u64 = 2_000;
/// So many different questions are asked again and again.
const ASKED: u64 = 200;

#[tokio::main]
async fn main() -> Outcome<()> {
    let folder = std::env::temp_dir().join(format!("houseful-huge-{}", std::process::id()));
    std::fs::create_dir(&folder)?;
    let measured = measure(&folder).await;
    std::fs::remove_dir_all(&folder)?;
    println!("{}", serde_json::to_string_pretty(&measured?)?);
    Ok(())
}

async fn measure(folder: &Path) -> Outcome<Value> {
    let file = folder.join("huge.db");
    let begun = Instant::now();
    let server = start(file.clone()).await?;
    let load_s = begun.elapsed().as_secs_f64();
    let (load_now, load_peak) = memory();
    server.stop().await;
    let begun = Instant::now();
    let server = start(file.clone()).await?;
    let start_s = begun.elapsed().as_secs_f64();
    let (start_now, _) = memory();
    let asked = ask_all(server.addr).await?;
    let (end_now, end_peak) = memory();
    server.stop().await;
    Ok(json!({
        "clients": CLIENTS,
        "load_s": tenths(load_s),
        "start_s": tenths(start_s),
        "file_mib": std::fs::metadata(&file)?.len() >> 20,
        "memory_mib": {
            "after_load": load_now,
            "peak_of_load": load_peak,
            "after_start": start_now,
            "after_all": end_now,
            "peak": end_peak,
        },
        "asked": asked,
    }))
}

/// A name, and the n-th path of it.
type Question = (&'static str, fn(u64) -> String);

/// Each question, first to many places that nobody asked about, then again and again to a few.
async fn ask_all(addr: SocketAddr) -> Outcome<Value> {
    let empty = run(addr, |_| "/healthz".to_owned(), u64::MAX).await?;
    let questions: [Question; 6] = [
        ("movies_in_city", |n| {
            format!("/v1/movies?city={}", n % CITIES + 1)
        }),
        ("shows_of_movie_in_city", |n| {
            let (city, movie) = (n % CITIES + 1, n / CITIES % 30 + 1);
            format!("/v1/shows?city={city}&movie={movie}")
        }),
        ("shows_of_movie_anywhere", |n| {
            format!("/v1/shows?movie={}&limit=50", n % 20_000 + 1)
        }),
        ("search", |n| {
            let word = ["silent", "red", "golden", "tivoli", "rialto"][(n % 5) as usize];
            format!("/v1/search?q={word}%20{}", n / 5 % 40 + 2)
        }),
        ("cinemas_nearby", |n| {
            format!("/v1/cinemas?near_city={}&within_km=20", n % CITIES + 1)
        }),
        ("cities_of_a_country", |n| {
            let country = ["GB", "FR", "PL", "JP", "MX"][(n % 5) as usize];
            format!("/v1/cities?country={country}")
        }),
    ];
    let mut all = Map::new();
    all.insert("empty".to_owned(), summary(&empty, &empty));
    for (name, question) in questions {
        // Each asks about other places than those that are asked again below.
        let first = run(addr, move |n| question(ASKED + n), CITIES - ASKED).await?;
        run(addr, question, ASKED).await?;
        let again = run(addr, move |n| question(n % ASKED), u64::MAX).await?;
        let told = json!({"first": summary(&first, &empty), "again": summary(&again, &empty)});
        all.insert(name.to_owned(), told);
    }
    Ok(Value::Object(all))
}

/// Asks each of so many questions once, or for the whole time.
async fn run(
    addr: SocketAddr,
    question: impl Fn(u64) -> String + Send + Sync + 'static,
    most: u64,
) -> Outcome<Load> {
    let request = move |client: usize, n: u64| {
        let n = n * CLIENTS as u64 + client as u64;
        (n < most).then(|| load::get(&question(n), ""))
    };
    Ok(load::run(addr, CLIENTS, LENGTH, request).await?)
}

async fn start(db: PathBuf) -> Outcome<RunningServer> {
    let limits = LimitConfig {
        rates: None,
        ..LimitConfig::default()
    };
    let chain = Some(DemoChain {
        seed: 1,
        sold_shows: 0,
        size: DemoSize::Huge,
    });
    let config = ServerConfig {
        chain,
        limits,
        ..ServerConfig::new(db, Some(Mode::Demo))
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    Ok(serve(config, listener).await?)
}

fn summary(load: &Load, empty: &Load) -> Value {
    json!({
        "per_s": load.per_second().round(),
        "to_empty": (load.per_second() / empty.per_second() * 100.0).round() / 100.0,
        "p50_ms": load.percentile_ms(500),
        "p99_ms": load.percentile_ms(990),
        "cpu_us": load.cpu_micros(),
        "by_status": load.by_status,
    })
}

fn tenths(seconds: f64) -> f64 {
    (seconds * 10.0).round() / 10.0
}

/// What the process has in memory, and had at most, in MiB (proc(5)).
fn memory() -> (u64, u64) {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let of = |field: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(field));
        let kib = line.and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok());
        kib.unwrap_or(0) >> 10
    };
    (of("VmRSS:"), of("VmHWM:"))
}

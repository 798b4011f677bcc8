//! Measures holds and seat-map reads over HTTP on SQLite, beside the limits of the same machine
//! in the same run: `cargo run --release -p houseful-tests --bin houseful-bench`.
//!
//! Prints one JSON object. Figures are per second unless their name says otherwise; what counts
//! are the ratios. Memory is that of the whole process, so that the asking half is in it.

#![expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]

use std::{
    error::Error,
    fs::File,
    io::{Seek, SeekFrom, Write},
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use houseful_core::wire::{
    Page,
    admin::{Audit, Mode},
    catalogue::Show,
    seats::LayoutView,
};
use houseful_server::{
    app::{DemoChain, DemoSize, RunningServer, ServerConfig, serve},
    limits::LimitConfig,
};
use houseful_tests::load::{self, Load};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::mpsc,
};
use uuid::Uuid;

/// The allocator of the program itself.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

const CLIENTS: usize = 64;
const LENGTH: Duration = Duration::from_secs(3);
const WATCHERS: usize = 1_000;

#[tokio::main]
async fn main() -> Outcome<()> {
    // The client can't be built without one, although all of this is plain HTTP.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let folder = std::env::temp_dir().join(format!("houseful-bench-{}", std::process::id()));
    std::fs::create_dir(&folder)?;
    let measured = measure(&folder).await;
    std::fs::remove_dir_all(&folder)?;
    println!("{}", serde_json::to_string_pretty(&measured?)?);
    Ok(())
}

async fn measure(folder: &Path) -> Outcome<Value> {
    let syncs = append_and_sync(&folder.join("raw"))?;
    let one_tx = sqlite_one_hold_a_transaction(&folder.join("plain.db"))?;
    let server = start(folder.join("bench.db")).await?;
    let shows = Shows::look(server.addr, &server.admin_token).await?;

    let hello = load::run(server.addr, CLIENTS, LENGTH, |_, _| {
        Some(load::get("/healthz", ""))
    })
    .await?;
    let lists = load::run(server.addr, CLIENTS, LENGTH, |_, _| {
        Some(load::get("/v1/shows?limit=50", ""))
    })
    .await?;
    let before_maps = resident();
    let maps = shows.read_maps(server.addr).await?;
    let a_show = resident().saturating_sub(before_maps) / shows.pairs.len() as u64;
    let watched = shows.watch(server.addr).await?;
    let spread = shows.hold(server.addr, Draw::Spread).await?;
    let hot = shows.hold(server.addr, Draw::Hot).await?;
    let audit: Audit = reqwest::Client::new()
        .get(format!("{}/v1/audit", server.url()))
        .bearer_auth(&server.admin_token)
        .send()
        .await?
        .json()
        .await?;
    server.stop().await;
    Ok(json!({
        "clients": CLIENTS,
        "limits": {
            "append_4k_fdatasync": syncs.round(),
            "sqlite_one_hold_a_transaction": one_tx.round(),
            "healthz_over_http": hello.per_second().round(),
        },
        "lists_of_50_shows": summary(&lists, 200),
        "maps": summary(&maps, 200),
        "holds_spread": summary(&spread, 201),
        "holds_hot": summary(&hot, 201),
        "watched": watched,
        "memory_bytes_a_show_read": a_show,
        "ratios": {
            "maps_to_healthz": ratio(maps.per_second(), hello.per_second()),
            "holds_spread_to_one_a_transaction": ratio(spread.per_second_of(201), one_tx),
            "holds_spread_to_healthz": ratio(spread.per_second_of(201), hello.per_second()),
            "hot_attempts_to_healthz": ratio(hot.per_second(), hello.per_second()),
        },
        "audit": audit,
    }))
}

/// The demo's chain in a fresh file, without a limit of requests.
async fn start(db: PathBuf) -> Outcome<RunningServer> {
    let limits = LimitConfig {
        rates: None,
        ..LimitConfig::default()
    };
    let chain = Some(DemoChain {
        seed: 1,
        sold_shows: 0,
        size: DemoSize::Usual,
    });
    let config = ServerConfig {
        chain,
        limits,
        ..ServerConfig::new(db, Some(Mode::Demo))
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    Ok(serve(config, listener).await?)
}

fn ratio(a: f64, b: f64) -> f64 {
    (a / b * 100.0).round() / 100.0
}

fn summary(load: &Load, good: u16) -> Value {
    json!({
        "all": load.per_second().round(),
        "good": load.per_second_of(good).round(),
        "p50_ms": load.percentile_ms(500),
        "p99_ms": load.percentile_ms(990),
        "cpu_us": load.cpu_micros(),
        "by_status": load.by_status,
    })
}

/// Memory of this process that is in use (proc(5), `statm`), in bytes; 0 where nobody tells.
fn resident() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = statm.split_whitespace().nth(1).and_then(|n| n.parse().ok());
    pages.unwrap_or(0_u64) * 4_096
}

/// Appends 4 KiB and syncs the data, again and again.
fn append_and_sync(path: &Path) -> Outcome<f64> {
    let mut file = File::create_new(path)?;
    let (block, begun, mut count) = ([7_u8; 4096], Instant::now(), 0_u32);
    while begun.elapsed() < LENGTH {
        file.seek(SeekFrom::End(0))?;
        file.write_all(&block)?;
        file.sync_data()?;
        count += 1;
    }
    Ok(f64::from(count) / begun.elapsed().as_secs_f64())
}

/// The plain way: one transaction for each hold, one row each.
fn sqlite_one_hold_a_transaction(path: &Path) -> Outcome<f64> {
    let db = rusqlite::Connection::open(path)?;
    db.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
         CREATE TABLE hold (show INTEGER, ver INTEGER, body TEXT, PRIMARY KEY (show, ver));",
    )?;
    let mut insert = db.prepare("INSERT INTO hold VALUES (?1, ?2, ?3)")?;
    let (body, begun, mut count) = ("x".repeat(400), Instant::now(), 0_u32);
    while begun.elapsed() < LENGTH {
        insert.execute((count % 1000, count, &body))?;
        count += 1;
    }
    Ok(f64::from(count) / begun.elapsed().as_secs_f64())
}

#[derive(Clone, Copy)]
enum Draw {
    /// All shows in turn, pairs that nobody else asks for.
    Spread,
    /// One show, random pairs of neighbours, as in a rush.
    Hot,
}

/// Two seats side by side.
type Pair = (String, String);

/// The shows under load, each with its pairs of neighbouring seats.
struct Shows {
    token: String,
    pairs: Arc<Vec<(String, Vec<Pair>)>>,
}

impl Shows {
    async fn look(addr: SocketAddr, token: &str) -> Outcome<Self> {
        let http = reqwest::Client::new();
        let base = format!("http://{addr}/v1");
        let list: Page<Show> = http
            .get(format!("{base}/shows?limit=500"))
            .send()
            .await?
            .json()
            .await?;
        let mut pairs = Vec::new();
        for show in list.items {
            let url = format!("{base}/shows/{}/layout", show.id);
            let layout: LayoutView = http.get(url).send().await?.json().await?;
            pairs.push((show.id.to_string(), neighbours(&layout)));
        }
        Ok(Self {
            token: token.to_owned(),
            pairs: Arc::new(pairs),
        })
    }

    async fn read_maps(&self, addr: SocketAddr) -> Outcome<Load> {
        let pairs = Arc::clone(&self.pairs);
        let request = move |client: usize, n: u64| {
            let at = (client + usize::try_from(n).ok()? * CLIENTS) % pairs.len();
            Some(load::get(&format!("/v1/shows/{}/seats", pairs[at].0), ""))
        };
        Ok(load::run(addr, CLIENTS, LENGTH, request).await?)
    }

    /// Many watch one show: what one more of them costs, and when the last hears of a hold.
    async fn watch(&self, addr: SocketAddr) -> Outcome<Value> {
        let (show, seats) = self.pairs.first().ok_or("no show to watch")?;
        let (told, mut heard) = mpsc::channel(WATCHERS);
        let before = resident();
        for _ in 0..WATCHERS {
            tokio::spawn(watcher(addr, show.clone(), told.clone()));
        }
        drop(told);
        for _ in 0..WATCHERS {
            heard.recv().await.ok_or("a feed ended")?;
        }
        let each = resident().saturating_sub(before) / WATCHERS as u64;
        let (a, b) = seats.first().ok_or("no pair to hold")?;
        let number = show.trim_start_matches("shw_");
        let booking = format!("bkg_{number}_{}", Uuid::from_u64_pair(1, 1).as_simple());
        let command = format!("cmd_{}", Uuid::from_u64_pair(1, 2).as_simple());
        let wish = json!({"seats": [{"seat": a}, {"seat": b}]});
        let body = json!({
            "booking": booking, "command": command, "wish": wish, "allow_orphans": true,
        });
        let begun = Instant::now();
        reqwest::Client::new()
            .post(format!("http://{addr}/v1/bookings"))
            .bearer_auth(&self.token)
            .json(&body)
            .send()
            .await?
            .error_for_status()?;
        let answered = begun.elapsed();
        for _ in 0..WATCHERS {
            heard.recv().await.ok_or("a feed ended")?;
        }
        let ms = |time: Duration| (time.as_secs_f64() * 10_000.0).round() / 10.0;
        Ok(json!({
            "watchers": WATCHERS,
            "memory_bytes_each": each,
            "hold_answered_ms": ms(answered),
            "last_heard_ms": ms(begun.elapsed()),
        }))
    }

    async fn hold(&self, addr: SocketAddr, draw: Draw) -> Outcome<Load> {
        let pairs = Arc::clone(&self.pairs);
        let auth = format!("authorization: Bearer {}\r\n", self.token);
        let hot = pairs.iter().max_by_key(|(_, seats)| seats.len()).cloned();
        let (hot_show, hot_pairs) = hot.ok_or("no show to sell")?;
        let flat: Vec<(String, Pair)> = (0..)
            .map_while(|i| {
                let row: Vec<_> = pairs
                    .iter()
                    .filter_map(|(show, seats)| Some((show.clone(), seats.get(i)?.clone())))
                    .collect();
                (!row.is_empty()).then_some(row)
            })
            .flatten()
            .collect();
        let request = move |client: usize, n: u64| {
            let n = usize::try_from(n).ok()?;
            let (show, (a, b)) = match draw {
                Draw::Spread => flat.get(n * CLIENTS + client)?.clone(),
                Draw::Hot => {
                    let at = scatter(client as u64, n as u64) % hot_pairs.len() as u64;
                    (
                        hot_show.clone(),
                        hot_pairs[usize::try_from(at).ok()?].clone(),
                    )
                }
            };
            let number = show.trim_start_matches("shw_");
            let (booking, command) = (fresh(client, n, 1, &draw), fresh(client, n, 2, &draw));
            let body = format!(
                r#"{{"booking":"bkg_{number}_{booking}","command":"cmd_{command}","wish":{{"seats":[{{"seat":"{a}"}},{{"seat":"{b}"}}]}},"allow_orphans":true}}"#,
            );
            Some(load::post("/v1/bookings", &auth, &body))
        };
        Ok(load::run(addr, CLIENTS, LENGTH, request).await?)
    }
}

/// Reads a feed: tells when the map was there, and again at the first change.
async fn watcher(addr: SocketAddr, show: String, told: mpsc::Sender<()>) -> Outcome<()> {
    let mut stream = TcpStream::connect(addr).await?;
    let request = load::get(&format!("/v1/shows/{show}/feed"), "");
    stream.write_all(&request).await?;
    for awaited in ["event: map", "event: seats"] {
        let mut read = String::new();
        while !read.contains(awaited) {
            let mut some = [0; 2_048];
            let n = stream.read(&mut some).await?;
            if n == 0 {
                return Err("the feed ended".into());
            }
            read.push_str(&String::from_utf8_lossy(&some[..n]));
        }
        told.send(()).await?;
    }
    Ok(())
}

/// Neighbours that do not overlap: seats 1 and 2, 3 and 4 of each stretch.
fn neighbours(layout: &LayoutView) -> Vec<Pair> {
    let mut found = Vec::new();
    let mut seats = layout.seats.iter().peekable();
    while let Some(seat) = seats.next() {
        let next = seats.next_if(|n| (n.row, n.column) == (seat.row, seat.column + 1));
        found.extend(next.map(|n| (seat.label.to_string(), n.label.to_string())));
    }
    found
}

/// A number that looks random and is the same in every run.
fn scatter(a: u64, b: u64) -> u64 {
    let x = (a.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ b).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    (x ^ (x >> 31)).wrapping_mul(0x94D0_49BB_1331_11EB) >> 11
}

fn fresh(client: usize, n: usize, salt: u64, draw: &Draw) -> String {
    let rush = u64::from(matches!(draw, Draw::Hot));
    let id = Uuid::from_u64_pair((client as u64) << 32 | n as u64, salt << 8 | rush);
    id.as_simple().to_string()
}

//! Measures what one committer gets through a Postgres of its own, beside the transaction with row
//! locks that one would write by hand, run by pgbench on the same server a moment later:
//! `cargo run --release -p houseful-tests --bin houseful-bench-postgres [SECONDS]`.
//!
//! Prints one JSON object. A hold is two adjacent seats, all or nothing; the figures are holds per
//! second and milliseconds of a commit. What counts are the ratios: disk and machine are in both.

#![expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]

use std::{
    error::Error,
    time::{Duration, Instant},
};

use houseful_core::{
    ids::{CommandId, Fingerprint, OwnerRef, ShowId},
    price::Channel,
    seat::SeatNo,
    show::{Event, Line},
    time::UtcMillis,
    wire::seats::Version,
};
use houseful_server::{
    chance,
    postgres::Database,
    store::{Head, Outcome, SalesWord, ShowCommit, Store, postgres::PostgresStore},
};
use houseful_tests::{
    cluster::{ADMIN, Binaries, Cluster},
    made_up,
};
use serde_json::{Value, json};

type Done<T> = Result<T, Box<dyn Error + Send + Sync>>;

const SHOWS: u64 = 1_000;
const SEATS: u16 = 300;
const BATCHES: [usize; 4] = [1, 10, 64, 150];
const CLIENTS: &str = "16";

#[tokio::main]
async fn main() -> Done<()> {
    let seconds = std::env::args().nth(1).map_or(Ok(5), |s| s.parse())?;
    let cluster = Cluster::start_with(&[
        ("shared_buffers", "256MB"),
        ("max_wal_size", "2GB"),
        ("autovacuum", "on"),
    ]);
    let url = cluster.database();
    let naive = cluster.database();
    let mut committer = Committer::open(&url).await?;
    let mut batches = Vec::new();
    for size in BATCHES {
        batches.push(committer.run(size, Duration::from_secs(seconds)).await?);
    }
    prepare_naive(&cluster, &naive);
    let by_hand = run_naive(&cluster, &naive, seconds)?;
    let best = batches
        .iter()
        .filter_map(|b| b["holds_per_s"].as_f64())
        .fold(0.0, f64::max);
    let measured = json!({
        "shows": SHOWS,
        "build": if cfg!(debug_assertions) { "debug" } else { "release" },
        "one_committer": batches,
        "row_locks_by_hand": { "clients": 16, "holds_per_s": by_hand.round() },
        "ratio_best_to_by_hand": (best / by_hand * 100.0).round() / 100.0,
    });
    println!("{}", serde_json::to_string_pretty(&measured)?);
    Ok(())
}

/// One lane's worth of commits, without the lane.
struct Committer {
    store: PostgresStore,
    stands: Vec<Version>,
    next: usize,
}

impl Committer {
    async fn open(url: &str) -> Done<Self> {
        let db = Database::open(Cluster::settings(url)).await?;
        let store = PostgresStore::new(db).by_another_clock();
        let prices = made_up::card(&[("standard", "adult", 900)]);
        let terms = std::sync::Arc::new(made_up::terms("name: Small\n\nA  oooo\n", prices));
        let stands: Vec<_> = (0..SHOWS).map(|_| version(1)).collect();
        for first in (1..=SHOWS).step_by(100) {
            let opening = |show: u64| {
                let at = usize::try_from(show).map_or(0, |n| n - 1);
                let command = CommandId(chance::uuid());
                let event = Event::Opened {
                    command,
                    terms: std::sync::Arc::clone(&terms),
                };
                ShowCommit {
                    expect: None,
                    rows: vec![(UtcMillis(0), event.to_row())],
                    opened: vec![event],
                    projections: Vec::new(),
                    head: head(ShowId(show), stands[at]),
                }
            };
            committed(
                &store
                    .commit((first..first + 100).map(opening).collect())
                    .await?,
            )?;
        }
        Ok(Self {
            store,
            stands,
            next: 0,
        })
    }

    /// Batches of so many holds, each in another show, one after the other.
    async fn run(&mut self, size: usize, length: Duration) -> Done<Value> {
        let mut took_ms = Vec::new();
        let begun = Instant::now();
        while begun.elapsed() < length {
            let batch = (0..size).map(|_| self.hold()).collect();
            let asked = Instant::now();
            let outcomes = self.store.commit(batch).await?;
            took_ms.push(asked.elapsed().as_secs_f64() * 1_000.0);
            committed(&outcomes)?;
        }
        let holds = (took_ms.len() * size) as f64 / begun.elapsed().as_secs_f64();
        took_ms.sort_by(f64::total_cmp);
        let at = |part: usize| {
            took_ms
                .get(took_ms.len() * part / 100)
                .copied()
                .unwrap_or(0.0)
        };
        Ok(json!({
            "batch": size,
            "holds_per_s": holds.round(),
            "commits": took_ms.len(),
            "p50_ms": (at(50) * 100.0).round() / 100.0,
            "p99_ms": (at(99) * 100.0).round() / 100.0,
        }))
    }

    fn hold(&mut self) -> ShowCommit {
        let place = self.next % self.stands.len();
        self.next += 1;
        let before = self.stands[place];
        let after = version(before.ver + 1);
        self.stands[place] = after;
        ShowCommit {
            expect: Some(before),
            rows: vec![(UtcMillis(0), held(before.ver).to_row())],
            opened: Vec::new(),
            projections: Vec::new(),
            head: head(ShowId(place as u64 + 1), after),
        }
    }
}

fn committed(outcomes: &[Outcome]) -> Done<()> {
    match outcomes.iter().find(|o| **o != Outcome::Committed) {
        Some(other) => Err(format!("a hold came to {other:?}").into()),
        None => Ok(()),
    }
}

fn version(ver: u64) -> Version {
    let tip = chance::number();
    Version { ver, tip }
}

fn head(show: ShowId, version: Version) -> Head {
    Head {
        show,
        version,
        next_due: Some(UtcMillis(i64::try_from(version.ver).unwrap_or(0) * 1_000)),
        taken: 2,
        total: SEATS.into(),
        sales: SalesWord::Open,
    }
}

fn held(n: u64) -> Event {
    let seat = u16::try_from(n % 149).unwrap_or(0) * 2;
    let line = |seat| Line {
        seat: SeatNo(seat),
        ticket_type: "adult".into(),
        minor: 900,
    };
    Event::Held {
        command: CommandId(chance::uuid()),
        fingerprint: Fingerprint(chance::uuid()),
        booking: chance::uuid(),
        owner: OwnerRef([1; 16]),
        channel: Channel::Web,
        lines: vec![line(seat), line(seat + 1)],
        fee_minor: 0,
        hold_until: UtcMillis(300_000),
        relaxed: Vec::new(),
    }
}

/// A row a seat, as one would have it.
fn prepare_naive(cluster: &Cluster, url: &str) {
    let last = SEATS - 1;
    cluster.admin_in(
        url,
        &format!(
            "CREATE TABLE seat (show_id bigint, seat_no int, booking uuid, hold_until timestamptz,
                                PRIMARY KEY (show_id, seat_no)) WITH (fillfactor = 70);
             CREATE TABLE booking (booking uuid PRIMARY KEY, show_id bigint, at timestamptz);
             INSERT INTO seat (show_id, seat_no)
             SELECT show_id, seat_no FROM generate_series(1, {SHOWS}) show_id,
                                          generate_series(0, {last}) seat_no;"
        ),
    );
    cluster.admin_in(url, "VACUUM ANALYZE seat");
}

/// Locks two seats in order, holds them if both are free, and writes the booking.
const BY_HAND: &str = "\\set show random(1, 1000)
\\set seat random(0, 298)
BEGIN;
SELECT count(*) AS free FROM (
    SELECT 1 FROM seat WHERE show_id = :show AND seat_no BETWEEN :seat AND :seat + 1
       AND (booking IS NULL OR hold_until <= clock_timestamp())
    ORDER BY seat_no FOR UPDATE) free \\gset
\\if :free = 2
UPDATE seat SET booking = gen_random_uuid(), hold_until = clock_timestamp() + interval '1 second'
 WHERE show_id = :show AND seat_no BETWEEN :seat AND :seat + 1;
INSERT INTO booking VALUES (gen_random_uuid(), :show, clock_timestamp());
\\endif
COMMIT;
";

fn run_naive(cluster: &Cluster, url: &str, seconds: u64) -> Done<f64> {
    let script = cluster.path("by-hand.sql");
    std::fs::write(
        &script,
        BY_HAND.replace("\\if :free = 2", "\\set both :free = 2\n\\if :both"),
    )?;
    let before = count(cluster, url)?;
    let database = url.rsplit('/').next().unwrap_or_default();
    let out = std::process::Command::new(Binaries::find().path("pgbench"))
        .args(["-n", "-M", "prepared", "-h", "127.0.0.1", "-U", ADMIN])
        .args(["-p", &cluster.port().to_string()])
        .args(["-c", CLIENTS, "-j", "2", "-T", &seconds.to_string(), "-f"])
        .arg(&script)
        .arg(database)
        .output()?;
    if !out.status.success() {
        return Err(String::from_utf8_lossy(&out.stderr).into_owned().into());
    }
    let holds = count(cluster, url)? - before;
    Ok(holds as f64 / seconds as f64)
}

fn count(cluster: &Cluster, url: &str) -> Done<u64> {
    Ok(cluster
        .admin_in(url, "SELECT count(*) FROM booking")
        .parse()?)
}

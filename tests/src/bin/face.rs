//! Measures what staff feel at the screens, in real terminals:
//! `cargo build --release -p houseful-tests --bins && target/release/houseful-face`.
//!
//! Prints one line for each goal, then a line of JSON. `--contested N` lets two tills race for N
//! seats (10,000 unless said otherwise), `--idle SECONDS` looks at the idle program for so long.

#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    reason = "a measurement reads the clock, and ends when something is missing"
)]

use std::{
    fs,
    net::SocketAddr,
    process::ExitCode,
    time::{Duration, Instant},
};

use clap::Parser;
use houseful_core::ids::ShowId;
use houseful_tests::{
    contest,
    folder::Folder,
    program::{Server, program},
    proxy::Proxy,
    terminal::{Screen, Terminal},
    tills::{Till, home},
    wait,
};
use serde_json::{Map, Value, json};

/// What to measure.
#[derive(Parser)]
struct Args {
    /// Seats that two tills race for.
    #[arg(long, default_value_t = 10_000)]
    contested: u32,
    /// How long the idle program is looked at, in seconds.
    #[arg(long, default_value_t = 60)]
    idle: u64,
    /// Only this goal, as in `G5`.
    #[arg(long)]
    only: Option<String>,
}

/// Measures a goal, or a few that belong together.
type Measure = fn(&House, &mut Table, &Args);

/// After a key the screen is drawn by then.
const SETTLED: Duration = Duration::from_millis(25);

/// What was measured, by goal.
#[derive(Default)]
struct Table {
    measured: Map<String, Value>,
    missed: bool,
}

impl Table {
    /// Notes a figure, and whether it is at most `most`: the figure itself, or a part of it.
    fn add(&mut self, goal: &str, what: &str, (part, most): (&str, f64), measured: &Value) {
        let figure = measured.get(part).unwrap_or(measured).as_f64();
        let is_met = figure.is_some_and(|figure| figure <= most);
        let wanted = format!("{part} <= {most}");
        let verdict = if is_met { "met" } else { "MISSED" };
        println!("{goal:<5} {what:<58} {wanted:<17} {verdict:<7} {measured}");
        self.measured.insert(goal.to_owned(), measured.clone());
        self.missed |= !is_met;
    }
}

fn main() -> ExitCode {
    // The client can't be built without one, although all of this is plain HTTP.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let args = Args::parse();
    let folder = Folder::new();
    let file = folder.chain("face.db");
    let server = Server::start(&folder, &file, &[]);
    let house = House { folder, server };
    let mut table = Table::default();
    let wanted = |goal: &str| args.only.as_deref().is_none_or(|only| only == goal);
    let goals: [(&str, Measure); 10] = [
        ("G1", keys_of_a_sale),
        ("G3", version),
        ("G4", first_frame),
        ("G4b", demo_from_nothing),
        // Before anything is held: each hold that ends is news, and not idleness.
        ("G10", idle),
        ("G5", keys_in_a_big_hall),
        ("G7", other_till),
        ("G8", best_two),
        ("G9", memory),
        ("G20", contested),
    ];
    for (goal, measure) in goals {
        if wanted(goal) {
            measure(&house, &mut table, &args);
        }
    }
    let size = fs::metadata(program()).expect("the program").len();
    table.add("G11", "binary, MiB", ("", 25.0), &mib(size / 1_024));
    println!("{}", Value::Object(table.measured));
    ExitCode::from(u8::from(table.missed))
}

/// A server with the demo's chain, in a process of its own.
struct House {
    folder: Folder,
    server: Server,
}

impl House {
    fn url(&self) -> String {
        self.server.notice().server
    }

    fn address(&self) -> SocketAddr {
        let url = self.url();
        let address = url.strip_prefix("http://").expect("plain HTTP");
        address.parse().expect("an address")
    }

    fn till(&self, url: &str, columns: u16, rows: u16) -> Till {
        Till::open(&self.folder, &self.server, url, columns, rows)
    }

    /// The shows of the biggest hall, which are of the next days.
    fn big_shows(&self) -> Vec<ShowId> {
        contest::shows(&self.server, |show| show.total > 2_000)
    }
}

fn millis(time: Duration) -> f64 {
    (time.as_secs_f64() * 10_000.0).round() / 10.0
}

fn mib(kib: u64) -> Value {
    let tenths = kib * 10 / 1_024;
    json!(f64::from(u32::try_from(tenths).unwrap_or(u32::MAX)) / 10.0)
}

/// Median, 95th, 99th of a hundred, and the longest, in milliseconds.
fn spread(mut times: Vec<Duration>) -> Value {
    times.sort();
    let at = |percent: usize| {
        let last = times.len().saturating_sub(1);
        times.get(last * percent / 100).copied().map(millis)
    };
    json!({"p50": at(50), "p95": at(95), "p99": at(99), "max": at(100), "n": times.len()})
}

fn keys_of_a_sale(house: &House, table: &mut Table, _: &Args) {
    let mut till = house.till(&house.url(), 80, 24);
    let keys = "12\r\r";
    till.terminal.press(keys);
    till.terminal.shows("SOLD");
    let keys = json!(keys.len());
    table.add(
        "G1",
        "keys of the default sale of two seats",
        ("", 4.0),
        &keys,
    );
}

fn version(_: &House, table: &mut Table, _: &Args) {
    let run = || {
        let begun = Instant::now();
        let ran = std::process::Command::new(program())
            .arg("--version")
            .output();
        assert!(ran.expect("it runs").status.success());
        begun.elapsed()
    };
    run();
    let times = (0..50).map(|_| run()).collect();
    table.add("G3", "--version, ms", ("p95", 10.0), &spread(times));
}

fn first_frame(house: &House, table: &mut Table, _: &Args) {
    let proxy = Proxy::before(house.address());
    proxy.delay(Duration::from_millis(50));
    let times = (0..20).map(|_| {
        let begun = Instant::now();
        let till = Till::open_at_once(&house.folder, &house.server, &proxy.url(), 80, 24);
        till.time(begun, |screen| {
            (screen.is_full() && screen.text().contains("Houseful")).then_some(())
        })
    });
    let times = spread(times.collect());
    table.add(
        "G4",
        "tui, first frame, server 50 ms away, ms",
        ("p95", 80.0),
        &times,
    );
}

fn demo_from_nothing(house: &House, table: &mut Table, _: &Args) {
    let times = (0..7).map(|_| {
        let begun = Instant::now();
        let terminal = Terminal::open(&house.folder.command(&["demo"]), 80, 24);
        let till = Till { terminal };
        till.time(begun, home)
    });
    let times = spread(times.collect());
    table.add(
        "G4b",
        "demo, from nothing to the list of shows, ms",
        ("p95", 700.0),
        &times,
    );
}

/// What moves with the cursor of the seat grid: itself, or the hall under it; and the name of its
/// seat at the bottom.
fn focus(screen: &Screen<'_>) -> ((u16, u16), String) {
    let row = screen.size().1 - 3;
    let name = (0..8).map(|column| screen.cell(column, row)).collect();
    (screen.cursor(), name)
}

fn keys_in_a_big_hall(house: &House, table: &mut Table, _: &Args) {
    let proxy = Proxy::before(house.address());
    let mut till = house.till(&proxy.url(), 140, 40);
    till.show(house.big_shows()[0]);
    // With seats held, so that all that can be drawn is.
    till.terminal.press("2");
    till.terminal.shows("BOOKING  2 seats");
    proxy.delay(Duration::from_secs(5));
    let mut written = vec![till.terminal.written()];
    let times = (0..400).map(|n| {
        // Round and round, so that there is always somewhere to go.
        let key = ["\u{1b}[C", "\u{1b}[B", "\u{1b}[D", "\u{1b}[A"][n / 5 % 4];
        let before = till.terminal.look(focus);
        let begun = Instant::now();
        till.terminal.press(key);
        let took = till.time(begun, |screen| (focus(screen) != before).then_some(()));
        wait::until_time(begun + SETTLED);
        written.push(till.terminal.written());
        took
    });
    let times = spread(times.collect());
    let what = "key to cell, 140x40, 2,006 seats, server 5 s late, ms";
    table.add("G5", what, ("p99", 16.0), &times);
    let mut bytes: Vec<usize> = written.windows(2).map(|w| w[1] - w[0]).collect();
    bytes.sort_unstable();
    let bytes = json!({
        "p50": bytes[bytes.len() / 2], "p95": bytes[bytes.len() * 95 / 100], "max": bytes.last(),
    });
    table.add(
        "G6",
        "bytes written for a move of the cursor",
        ("p95", 400.0),
        &bytes,
    );
}

fn other_till(house: &House, table: &mut Table, _: &Args) {
    let show = house.big_shows()[1];
    let mut tills = [0; 2].map(|_| house.till(&house.url(), 80, 24));
    tills.iter_mut().for_each(|till| till.show(show));
    let [seller, other] = &mut tills;
    let counts = |screen: &Screen<'_>| screen.lines().swap_remove(1);
    let free = other.terminal.look(counts);
    let times = (0..50).map(|_| {
        let begun = Instant::now();
        seller.terminal.press("2");
        let took = other.time(begun, |screen| (counts(screen) != free).then_some(()));
        // It is given back, and the other till sees that too.
        seller.terminal.shows("BOOKING  2 seats");
        seller.terminal.press("u");
        other.terminal.find("free again", |screen| {
            (counts(screen) == free).then_some(())
        });
        took
    });
    let times = spread(times.collect());
    let what = "a seat taken at one till is seen at the other, ms";
    table.add("G7", what, ("p95", 500.0), &times);
}

fn best_two(house: &House, table: &mut Table, _: &Args) {
    let mut till = house.till(&house.url(), 80, 24);
    till.show(house.big_shows()[2]);
    let times = (0..50).map(|_| {
        let begun = Instant::now();
        till.terminal.press("2");
        let took = till.time(begun, |screen| {
            screen.text().contains("BOOKING  2 seats").then_some(())
        });
        till.terminal.press("u");
        till.terminal.find("no booking", |screen| {
            (!screen.text().contains("BOOKING  2 seats")).then_some(())
        });
        took
    });
    let times = spread(times.collect());
    table.add(
        "G8",
        "best two to held on the screen, ms",
        ("p95", 100.0),
        &times,
    );
}

/// A figure of `/proc/PID/status` in KiB.
fn status(pid: u32, name: &str) -> u64 {
    let text = fs::read_to_string(format!("/proc/{pid}/status")).expect("a process");
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    let number = line.and_then(|l| l.trim_start_matches(':').split_whitespace().next());
    number.and_then(|n| n.parse().ok()).expect("a figure")
}

fn memory(house: &House, table: &mut Table, _: &Args) {
    let mut till = house.till(&house.url(), 140, 40);
    till.show(house.big_shows()[3]);
    till.terminal.press("2");
    till.terminal.shows("BOOKING  2 seats");
    let thin = mib(status(till.terminal.pid(), "VmRSS"));
    table.add(
        "G9",
        "memory of the client in a hall of 2,006, MiB",
        ("", 30.0),
        &thin,
    );
    let terminal = Terminal::open(&house.folder.command(&["demo"]), 80, 24);
    terminal.find("the next shows", home);
    let whole = mib(status(terminal.pid(), "VmRSS"));
    table.add(
        "G9b",
        "memory of the demo with its server, MiB",
        ("", 45.0),
        &whole,
    );
}

/// Processor time of a process so far, in hundredths of a second.
fn processor(pid: u32) -> u64 {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).expect("a process");
    let after = text.rsplit(") ").next().expect("a name");
    let fields: Vec<&str> = after.split_whitespace().collect();
    let tick = |at: usize| fields[at].parse::<u64>().expect("ticks");
    tick(11) + tick(12)
}

fn idle(house: &House, table: &mut Table, args: &Args) {
    let look = |till: &Till| {
        let pid = till.terminal.pid();
        wait::until_time(Instant::now() + Duration::from_secs(2));
        let before = processor(pid);
        wait::until_time(Instant::now() + Duration::from_secs(args.idle));
        let used = u32::try_from(processor(pid) - before).unwrap_or(u32::MAX);
        let seconds = u32::try_from(args.idle).unwrap_or(u32::MAX);
        // A tick is a hundredth of a second: ticks a second are per cent of a core.
        json!((f64::from(used) / f64::from(seconds) * 1_000.0).round() / 1_000.0)
    };
    let mut till = house.till(&house.url(), 80, 24);
    let quiet = look(&till);
    table.add(
        "G10",
        "processor when idle, per cent of a core",
        ("", 0.2),
        &quiet,
    );
    till.terminal.press("12");
    till.terminal.shows("BOOKING  2 seats");
    let counting = look(&till);
    let what = "processor with a countdown, per cent of a core";
    table.add("G10b", what, ("", 0.5), &counting);
}

fn contested(house: &House, table: &mut Table, args: &Args) {
    let begun = Instant::now();
    // What the tills before left unsold would be told of here, in the place of the answers.
    let folder = Folder::new();
    let told = contest::race(&folder, &house.server, args.contested);
    let took = begun.elapsed().as_secs();
    let told = json!({
        "picks": told.picks, "sold": told.sold, "double_sold": told.double_sold,
        "losers": told.losers, "offered": told.offered, "seconds": took,
    });
    let what = "two tills race for the same seats";
    table.add("G20", what, ("double_sold", 0.0), &told);
}

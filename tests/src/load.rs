//! A load generator: HTTP/1.1 over kept connections, requests made by a closure, answers counted
//! by status. It parses no more than it must, so that the server is what is measured.

#![expect(
    clippy::disallowed_methods,
    reason = "a load generator measures real time"
)]

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// What a run of load came to.
#[derive(Clone, Debug, Default)]
pub struct Load {
    /// Answers by HTTP status.
    pub by_status: BTreeMap<u16, u64>,
    /// How long it took.
    pub seconds: f64,
    /// Processor time of this process meanwhile, the load's own half included; 0 where the system
    /// does not tell.
    pub cpu_seconds: f64,
    /// Time to answer, sorted, in microseconds.
    pub micros: Vec<u32>,
}

impl Load {
    /// Adds what another one came to that ran at the same time in the same process.
    pub fn add(&mut self, other: Self) {
        for (status, count) in other.by_status {
            *self.by_status.entry(status).or_default() += count;
        }
        self.seconds = self.seconds.max(other.seconds);
        self.cpu_seconds = self.cpu_seconds.max(other.cpu_seconds);
        self.micros.extend(other.micros);
        self.micros.sort_unstable();
    }

    /// All answers in a second.
    #[must_use]
    pub fn per_second(&self) -> f64 {
        self.by_status.values().sum::<u64>() as f64 / self.seconds
    }

    /// Answers with this status in a second.
    #[must_use]
    pub fn per_second_of(&self, status: u16) -> f64 {
        self.by_status.get(&status).copied().unwrap_or(0) as f64 / self.seconds
    }

    /// Processor time for one answer, in microseconds: it hardly depends on what else the machine
    /// is doing.
    #[must_use]
    pub fn cpu_micros(&self) -> f64 {
        let answers = self.by_status.values().sum::<u64>();
        (self.cpu_seconds * 1e6 / answers.max(1) as f64).round()
    }

    /// The time to answer that `share` of 1,000 answers stayed below, in milliseconds.
    #[must_use]
    pub fn percentile_ms(&self, share: usize) -> f64 {
        let at = self.micros.len().saturating_sub(1) * share / 1000;
        f64::from(self.micros.get(at).copied().unwrap_or(0)) / 1000.0
    }
}

/// Runs `clients` connections for `length`; `request(client, n)` gives the bytes of each request,
/// or `None` to stop early.
///
/// # Errors
/// A connection broke or an answer was not HTTP.
pub async fn run(
    addr: SocketAddr,
    clients: usize,
    length: Duration,
    request: impl Fn(usize, u64) -> Option<Vec<u8>> + Send + Sync + 'static,
) -> std::io::Result<Load> {
    let request = Arc::new(request);
    let cpu_before = cpu_seconds();
    let begun = Instant::now();
    let end = begun + length;
    let mut tasks = Vec::new();
    for client in 0..clients {
        let request = Arc::clone(&request);
        tasks.push(tokio::spawn(one_client(addr, end, move |n| {
            request(client, n)
        })));
    }
    let mut load = Load::default();
    for task in tasks {
        let (by_status, micros) = task.await.map_err(std::io::Error::other)??;
        for (status, count) in by_status {
            *load.by_status.entry(status).or_default() += count;
        }
        load.micros.extend(micros);
    }
    load.seconds = begun.elapsed().as_secs_f64();
    load.cpu_seconds = cpu_seconds() - cpu_before;
    load.micros.sort_unstable();
    Ok(load)
}

/// Processor time of this process so far (proc(5): fields 14 and 15, in hundredths of a second).
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let times = after_name.split_whitespace().skip(11).take(2);
    times.filter_map(|t| t.parse::<f64>().ok()).sum::<f64>() / 100.0
}

type Counted = (BTreeMap<u16, u64>, Vec<u32>);

async fn one_client(
    addr: SocketAddr,
    end: Instant,
    request: impl Fn(u64) -> Option<Vec<u8>>,
) -> std::io::Result<Counted> {
    let mut stream = TcpStream::connect(addr).await?;
    stream.set_nodelay(true)?;
    let (mut by_status, mut micros) = (BTreeMap::new(), Vec::new());
    let mut buffer = Vec::with_capacity(64 * 1024);
    for n in 0.. {
        let begun = Instant::now();
        let Some(bytes) = (begun < end).then(|| request(n)).flatten() else {
            break;
        };
        stream.write_all(&bytes).await?;
        let status = read_answer(&mut stream, &mut buffer).await?;
        *by_status.entry(status).or_default() += 1;
        micros.push(u32::try_from(begun.elapsed().as_micros()).unwrap_or(u32::MAX));
    }
    Ok((by_status, micros))
}

/// Reads one answer with a `content-length` and gives its status.
async fn read_answer(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> std::io::Result<u16> {
    buffer.clear();
    let head_end = loop {
        if stream.read_buf(buffer).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        if let Some(at) = find(buffer, b"\r\n\r\n") {
            break at + 4;
        }
    };
    let head = String::from_utf8_lossy(&buffer[..head_end]).to_ascii_lowercase();
    let not_http = || std::io::Error::other("not an HTTP answer");
    let status: u16 = head
        .split(' ')
        .nth(1)
        .and_then(|s| s.parse().ok())
        .ok_or_else(not_http)?;
    let length = head
        .split("\r\n")
        .find_map(|line| line.strip_prefix("content-length: "))
        .and_then(|n| n.trim().parse::<usize>().ok());
    let length = if status == 304 {
        0
    } else {
        length.ok_or_else(not_http)?
    };
    while buffer.len() < head_end + length {
        if stream.read_buf(buffer).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
    }
    Ok(status)
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|w| w == needle)
}

/// A GET request.
#[must_use]
pub fn get(path: &str, more: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n{more}\r\n").into_bytes()
}

/// A POST request with a JSON body.
#[must_use]
pub fn post(path: &str, more: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
         content-length: {length}\r\n{more}\r\n{body}"
    )
    .into_bytes()
}

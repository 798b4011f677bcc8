//! Servers on one database, asked over HTTP by as many people as the transaction by hand has.

use std::{path::Path, sync::Arc, time::Duration};

use houseful_core::{code::SLOTS, ids::ShowId, wire::admin::Role};
use houseful_server::{clock::ClockKind, database::Address, shards::ShardFile};
use houseful_tests::{
    cluster::Cluster,
    load::{self, Load},
    made_up,
    test_app::{As, Setup, TestApp, booking, command},
};
use serde_json::{Value, json};

use super::{CLIENTS, Done, SHOWS};

/// Rows of a hall, and pairs of seats in a row: 300 seats.
const ROWS: usize = 15;
const PAIRS_A_ROW: usize = 10;
/// How long servers are asked before it counts.
const WARM: Duration = Duration::from_secs(1);
const PAIRS: usize = ROWS * PAIRS_A_ROW;

/// What so many servers get through, each with its share of the people. With more than one cluster
/// the shows are spread over all of them.
///
/// # Panics
/// The house does not agree with itself afterwards.
pub(super) async fn run(clusters: &[Cluster], count: usize, length: Duration) -> Done<Value> {
    let [cluster, ..] = clusters else {
        return Err("no database".into());
    };
    let url = cluster.database();
    let shards = spread_over(clusters)?;
    let mut servers = Vec::new();
    for _ in 0..count {
        let mut setup = Setup::default().on(Address::new(url.as_ref()));
        setup.config.clock = ClockKind::System;
        setup.config.shards.clone_from(&shards);
        servers.push(setup.start().await);
    }
    let hall = hall();
    let prices = made_up::card(&[("standard", "adult", 900)]);
    let terms = Arc::new(made_up::terms(&hall, prices));
    for show in 1..=SHOWS + 2 {
        servers[0].open(ShowId(show), Arc::clone(&terms)).await;
    }
    // Every server has the shows in memory before anything is counted.
    spread(&servers, WARM, |pair| PAIRS - 1 - pair).await?;
    let spread = spread(&servers, length, |pair| pair).await?;
    let hot = hot(&servers, length).await?;
    let rush = rush(&servers, length).await?;
    let audit = servers[0].get(As::Manager, "/v1/audit").await.expect(200);
    for server in servers {
        server.finish().await;
    }
    let deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()";
    Ok(json!({
        "servers": count,
        "shards": clusters.len(),
        "spread": summary(&spread),
        "hot": summary(&hot),
        "rush": summary(&rush),
        "deadlocks": cluster.admin_in(&url, deadlocks),
        "audit": audit,
    }))
}

/// A shard in each cluster, with as many slots each; none for a single one.
fn spread_over(clusters: &[Cluster]) -> Done<Option<ShardFile>> {
    if clusters.len() < 2 {
        return Ok(None);
    }
    let each = usize::from(SLOTS) / clusters.len();
    let shard = |(n, cluster): (usize, &Cluster)| {
        let (url, first) = (cluster.database(), n * each);
        let last = first + each - 1;
        format!("[[shard]]\nname = \"s{n}\"\nprimary = \"{url}\"\nslots = \"{first}-{last}\"\n")
    };
    let text: String = clusters.iter().enumerate().map(shard).collect();
    Ok(Some(ShardFile::of(Path::new("shards.toml"), &text)?))
}

/// Everybody holds pairs that nobody else wants, in all shows in turn.
async fn spread(
    servers: &[TestApp],
    length: Duration,
    order: impl Fn(usize) -> usize + Send + Sync + 'static,
) -> Done<Load> {
    ask(servers, length, move |who, n| {
        let at = n * CLIENTS + who;
        let shows = usize::try_from(SHOWS).ok()?;
        let pair = at / shows;
        (pair < PAIRS).then(|| hold((at % shows) as u64 + 1, order(pair)))
    })
    .await
}

/// Everybody holds a pair of one show and gives it back, again and again; nobody loses.
async fn hot(servers: &[TestApp], length: Duration) -> Done<Load> {
    let last = std::sync::Mutex::new(vec![String::new(); CLIENTS]);
    ask(servers, length, move |who, n| {
        let mut last = last.lock().ok()?;
        if n % 2 == 1 {
            let body = json!({ "command": command() }).to_string();
            return Some((format!("/v1/bookings/{}/release", last[who]), body));
        }
        last[who] = booking(ShowId(SHOWS + 1));
        Some(hold_as(&last[who], who))
    })
    .await
}

/// Everybody wants any pair of one show, which is sold out in a moment.
async fn rush(servers: &[TestApp], length: Duration) -> Done<Load> {
    ask(servers, length, |who, n| {
        let scattered = (n * CLIENTS + who).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 17;
        Some(hold(SHOWS + 2, scattered % PAIRS))
    })
    .await
}

/// Has people ask, each at their own server.
async fn ask(
    servers: &[TestApp],
    length: Duration,
    request: impl Fn(usize, usize) -> Option<(String, String)> + Send + Sync + 'static,
) -> Done<Load> {
    let request = Arc::new(request);
    let people = CLIENTS / servers.len();
    let mut asking = Vec::new();
    for (n, server) in servers.iter().enumerate() {
        let auth = format!("authorization: Bearer {}\r\n", server.token_of(Role::Clerk));
        let (address, request) = (server.server().addr, Arc::clone(&request));
        let one = move |client: usize, count: u64| {
            let (path, body) = request(n * people + client, usize::try_from(count).ok()?)?;
            Some(load::post(&path, &auth, &body))
        };
        asking.push(tokio::spawn(load::run(address, people, length, one)));
    }
    let mut all = Load::default();
    for load in asking {
        all.add(load.await??);
    }
    Ok(all)
}

fn hold(show: u64, pair: usize) -> (String, String) {
    hold_as(&booking(ShowId(show)), pair)
}

fn hold_as(booking: &str, pair: usize) -> (String, String) {
    let row = ('A'..).nth(pair / PAIRS_A_ROW).unwrap_or('A');
    let left = pair % PAIRS_A_ROW * 2 + 1;
    let seats = [left, left + 1].map(|seat| json!({ "seat": format!("{row}{seat}") }));
    let body = json!({"booking": booking, "command": command(), "wish": {"seats": seats}});
    ("/v1/bookings".to_owned(), body.to_string())
}

fn hall() -> String {
    let row = "o".repeat(PAIRS_A_ROW * 2);
    let rows = ('A'..).take(ROWS).map(|name| format!("{name}  {row}\n"));
    format!("name: Bench hall\n\n{}", rows.collect::<String>())
}

fn summary(load: &Load) -> Value {
    json!({
        "holds_per_s": load.per_second_of(201).round(),
        "per_s": load.per_second().round(),
        "p50_ms": load.percentile_ms(500),
        "p99_ms": load.percentile_ms(990),
        "by_status": load.by_status,
    })
}

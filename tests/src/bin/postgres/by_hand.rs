//! The transaction with row locks that one would write by hand, run by pgbench.

use houseful_tests::{
    cluster::{ADMIN, Binaries, Cluster},
    folder::Folder,
};
use serde_json::{Value, json};

use super::{CLIENTS, Done, SEATS, SHOWS};

/// Over all shows, and with everybody in one of them.
pub(super) fn run(cluster: &Cluster, seconds: u64) -> Done<Value> {
    let url = cluster.database();
    prepare(cluster, &url);
    Ok(json!({
        "clients": CLIENTS,
        "spread": pgbench(cluster, &url, SHOWS, seconds)?,
        "hot": pgbench(cluster, &url, 1, seconds)?,
    }))
}

/// A row a seat, as one would have it.
fn prepare(cluster: &Cluster, url: &str) {
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

/// Locks two seats in order, holds them if both are free, and writes the booking. A hold is short, so
/// that one show is not sold out at once: about every fifth attempt wins there.
const BY_HAND: &str = "\\set show random(1, @SHOWS)
\\set seat random(0, 298)
BEGIN;
SELECT count(*) AS free FROM (
    SELECT 1 FROM seat WHERE show_id = :show AND seat_no BETWEEN :seat AND :seat + 1
       AND (booking IS NULL OR hold_until <= clock_timestamp())
    ORDER BY seat_no FOR UPDATE) free \\gset
\\set both :free = 2
\\if :both
UPDATE seat SET booking = gen_random_uuid(), hold_until = clock_timestamp() + interval '50 milliseconds'
 WHERE show_id = :show AND seat_no BETWEEN :seat AND :seat + 1;
INSERT INTO booking VALUES (gen_random_uuid(), :show, clock_timestamp());
\\endif
COMMIT;
";

fn pgbench(cluster: &Cluster, url: &str, shows: u64, seconds: u64) -> Done<Value> {
    // What pgbench writes down of each transaction goes there, and the script stands beside it.
    let (folder, beside) = (Folder::new(), Folder::new());
    let script = beside.path("by-hand.sql");
    std::fs::write(&script, BY_HAND.replace("@SHOWS", &shows.to_string()))?;
    let before = count(cluster, url)?;
    let database = url.rsplit('/').next().unwrap_or_default();
    let out = std::process::Command::new(Binaries::find().path("pgbench"))
        .args(["-n", "-M", "prepared", "-h", "127.0.0.1", "-U", ADMIN])
        .args(["-p", &cluster.port().to_string()])
        .args(["-c", &CLIENTS.to_string(), "-j", "2", "-l"])
        .args(["-T", &seconds.to_string(), "-f"])
        .arg(&script)
        .arg(database)
        .current_dir(folder.whole())
        .output()?;
    if !out.status.success() {
        return Err(String::from_utf8_lossy(&out.stderr).into_owned().into());
    }
    let holds = count(cluster, url)? - before;
    let mut took_us = Vec::new();
    for log in std::fs::read_dir(folder.whole())? {
        let text = std::fs::read_to_string(log?.path())?;
        let of_line = |line: &str| line.split(' ').nth(2).and_then(|us| us.parse::<f64>().ok());
        took_us.extend(text.lines().filter_map(of_line));
    }
    took_us.sort_by(f64::total_cmp);
    let at = |part: usize| {
        let us = took_us.get(took_us.len() * part / 100).copied();
        us.unwrap_or(0.0).round() / 1_000.0
    };
    let per_s = |n: usize| (n as f64 / seconds as f64).round();
    Ok(json!({
        "holds_per_s": per_s(holds),
        "attempts_per_s": per_s(took_us.len()),
        "p50_ms": at(50),
        "p99_ms": at(99),
    }))
}

fn count(cluster: &Cluster, url: &str) -> Done<usize> {
    Ok(cluster
        .admin_in(url, "SELECT count(*) FROM booking")
        .parse()?)
}

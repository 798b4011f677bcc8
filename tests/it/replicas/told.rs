//! What readers are told: their own writes, how old it is, what others sell, and all of it without
//! the primary.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use super::*;
use crate::http_seats::Feed;

/// How many write and read at once, each in a show of their own, and how often.
const PEOPLE: usize = 8;
const ROUNDS: usize = 150;

/// What somebody writes at one server they see at another, whatever replica that one asks.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_wrote_sees_it_at_another_server() {
    let (first, url) = primary();
    let quick = first.standby("quick");
    let late = first.standby_with("late", &[("recovery_min_apply_delay", "300ms")]);
    let writing = Arc::new(server(&url, &[]).await);
    let reading = Arc::new(server(&url, &[quick.here(&url), late.here(&url)]).await);
    let mut shows = Vec::new();
    for n in 0..PEOPLE {
        shows.push(writing.open_show(n as u64 + 1).await);
    }
    until_states(&reading, &["in_use", "in_use"]).await;
    let at_replicas = Arc::new(AtomicUsize::new(0));
    let people: Vec<_> = shows
        .into_iter()
        .map(|show| {
            let (writing, reading) = (Arc::clone(&writing), Arc::clone(&reading));
            let at_replicas = Arc::clone(&at_replicas);
            tokio::spawn(async move {
                let sees = async |version: &str, wanted: char| {
                    let said = seats_after(&reading, show, version).await;
                    let seen = super::version(&said.body);
                    assert!(number(&seen) >= number(version), "{seen} after {version}");
                    assert_eq!(letter(&said.body, 4), wanted, "{seen} after {version}");
                    if said.header("x-read-from") == "replica" {
                        at_replicas.fetch_add(1, Ordering::Relaxed);
                        assert!(age_ms(&said) <= 2_000, "{}", age_ms(&said));
                    }
                };
                for _ in 0..ROUNDS {
                    let (id, held) = hold(&writing, show, "A5").await;
                    sees(&held, 'h').await;
                    let released = release(&writing, &id).await;
                    sees(&released, 'f').await;
                }
            })
        })
        .collect();
    for person in people {
        person.await.expect("their own writes");
    }
    let at_replicas = at_replicas.load(Ordering::Relaxed);
    println!("{at_replicas} of {} at replicas", PEOPLE * ROUNDS * 2);
    assert!(
        at_replicas > 100,
        "{at_replicas}: replicas had no part in it"
    );
    for app in [writing, reading] {
        Arc::into_inner(app).expect("the last one").finish().await;
    }
}

/// A reader that has seen a version is shown nothing older, also by tag and on a feed; a version of
/// a line that is lost is asked for at the primary, and is no reason to say nothing.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_shown_less_than_they_have_seen() {
    let (first, url) = primary();
    let late = first.standby_with("late", &[("recovery_min_apply_delay", "700ms")]);
    let writing = server(&url, &[]).await;
    let reading = server(&url, &[late.here(&url)]).await;
    let show = writing.open_show(1).await;
    until_states(&reading, &["in_use"]).await;
    wait::until_async("the show at the replica", NOTICED_S, async || {
        let said = seats(&reading, show).await;
        (said.header("x-read-from") == "replica").then_some(())
    })
    .await;
    let (_, held) = hold(&writing, show, "B1").await;
    // Without a word the replica is asked, and it has not come so far.
    let before = seats(&reading, show).await;
    assert_eq!(before.header("x-read-from"), "replica");
    assert!(number(&version(&before.body)) < number(&held));
    let get = reading.request(GUEST, Method::GET, &seats_path(show));
    let said = reading
        .send(get.header("if-none-match", format!("\"{held}\"")))
        .await;
    assert_eq!((said.status, said.header("x-read-from")), (304, "primary"));

    let (_, held) = hold(&writing, show, "B4").await;
    let path = format!("/v1/shows/{show}/feed");
    let mut feed = Feed::open(&reading, &path, Some(&held)).await;
    // It has what the reader has, so only what comes after is told.
    let (_, next) = hold(&writing, show, "B7").await;
    let event = feed.next().await.expect("an event");
    assert_eq!((event.name.as_str(), event.id), ("seats", next.clone()));
    let changes: Value = serde_json::from_str(&event.data).expect("changes");
    assert_eq!(changes["from"], json!(held));
    drop(feed);

    let held = next;
    let other_tip = format!("{}-00000000000000aa", number(&held) - 1);
    let said = seats_after(&reading, show, &other_tip).await;
    assert_eq!(said.header("x-read-from"), "primary");
    assert_eq!(version(&said.body), held);
    let get = reading.request(GUEST, Method::GET, &seats_path(show));
    let said = reading.send(get.header("if-version-at-least", "B3")).await;
    assert_eq!((said.status, said.code()), (400, "bad_request"));
    writing.finish().await;
    reading.finish().await;
}

/// The age that is told is never less than what is known to have happened since.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_answer_is_older_than_it_says() {
    let (first, url) = primary();
    let late = first.standby_with("late", &[("recovery_min_apply_delay", "800ms")]);
    let writing = Arc::new(server(&url, &[]).await);
    let reading = server(&url, &[late.here(&url)]).await;
    let show = writing.open_show(1).await;
    until_states(&reading, &["in_use"]).await;
    let over = Arc::new(AtomicBool::new(false));
    let writes = tokio::spawn({
        let (writing, over) = (Arc::clone(&writing), Arc::clone(&over));
        async move {
            // When each version was known to be written.
            let mut written: BTreeMap<u64, Instant> = BTreeMap::new();
            while !over.load(Ordering::SeqCst) {
                let (id, held) = hold(&writing, show, "A5").await;
                written.insert(number(&held), Clock::stopwatch());
                let released = release(&writing, &id).await;
                written.insert(number(&released), Clock::stopwatch());
                writing.server().clock().rest_real(20).await;
            }
            written
        }
    });
    let (mut heard, begun) = (Vec::new(), Clock::stopwatch());
    while since(begun) < Duration::from_secs(6) {
        let asked = Clock::stopwatch();
        let said = seats(&reading, show).await;
        let from = said.header("x-read-from").to_owned();
        heard.push((asked, number(&version(&said.body)), age_ms(&said), from));
    }
    over.store(true, Ordering::SeqCst);
    let written = writes.await.expect("writes");
    let (mut stale, mut at_replica) = (0, 0);
    for (asked, seen, age_ms, from) in &heard {
        at_replica += usize::from(from == "replica");
        let Some((_, next)) = written.range(seen + 1..).next() else {
            continue;
        };
        let behind = asked.saturating_duration_since(*next).as_millis();
        stale += usize::from(behind > 400);
        assert!(
            u128::from(*age_ms) >= behind,
            "{age_ms} ms told of {behind} ms"
        );
        assert!(from == "primary" || *age_ms <= 2_000, "{age_ms}");
    }
    println!(
        "{} answers, {at_replica} of a replica, {stale} stale",
        heard.len()
    );
    assert!(stale > 10, "{stale}: the replica was not behind");
    Arc::into_inner(writing)
        .expect("the last one")
        .finish()
        .await;
    reading.finish().await;
}

/// Those who watch at one server see what another sells, and neither they nor anybody else who reads
/// asks the primary anything.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn readers_ask_the_primary_nothing() {
    let (first, url) = primary();
    let second = first.standby("second");
    let writing = server(&url, &[]).await;
    let named = format!("{url}?application_name=showing");
    let reading = server(&named, &[second.here(&url)]).await;
    let shows = writing.open_cinema().await;
    let show = shows[0];
    until_states(&reading, &["in_use"]).await;
    reading
        .until(GUEST, &format!("/v1/shows/{show}"), |_| true)
        .await;
    first.set(&[("log_statement", "all"), ("log_line_prefix", "<%a> ")]);
    first.reload();
    wait::until("statements in the log", NOTICED_S, || {
        first.log().contains("<showing>").then_some(())
    });
    let quiet = first.log().len();

    let path = format!("/v1/shows/{show}/feed");
    let mut feed = Feed::open(&reading, &path, None).await;
    assert_eq!(feed.response.headers()["x-read-from"], "replica");
    let map = feed.next().await.expect("a map");
    let map: Value = serde_json::from_str(&map.data).expect("a map");
    let free = |n: usize| letter(&map, n) == 'f';
    let seats: Vec<usize> = (0..40).filter(|n| free(*n)).step_by(3).take(6).collect();
    let layout = reading
        .get(GUEST, &format!("/v1/shows/{show}/layout"))
        .await;
    let label = |n: usize| {
        layout.body["seats"][n]["label"]
            .as_str()
            .expect("a label")
            .to_owned()
    };
    for seat in seats {
        let id = booking(show);
        let wish = json!({"seats": [{"seat": label(seat)}]});
        let request =
            json!({"booking": id, "command": command(), "wish": wish, "allow_orphans": true});
        let held = writing
            .post(As::Clerk, "/v1/bookings", &request)
            .await
            .expect(201);
        let sold = Clock::stopwatch();
        loop {
            let event = feed.next().await.expect("an event");
            if event.id == version(&held) {
                break;
            }
        }
        assert!(since(sold) < Duration::from_secs(6), "{:?}", since(sold));
        for show in &shows {
            let said = super::seats(&reading, *show).await;
            assert_eq!(said.header("x-read-from"), "replica");
        }
        for list in ["/v1/cities", "/v1/movies", "/v1/shows", "/v1/search?q=a"] {
            reading.get(GUEST, list).await.expect(200);
        }
    }
    let log = first.log();
    let asked: Vec<&str> = log
        .get(quiet..)
        .unwrap_or_default()
        .split("\n<")
        .filter(|line| line.starts_with("showing>"))
        .collect();
    let reads = [
        "show_head",
        "show_event",
        "immutable",
        "FROM show",
        "FROM movie",
        "FROM city",
    ];
    let read: Vec<_> = asked
        .iter()
        .filter(|a| reads.iter().any(|r| a.contains(r)))
        .collect();
    assert!(read.is_empty(), "{read:#?}");
    assert!(asked.iter().any(|a| a.contains("heartbeat")), "{asked:#?}");
    drop(feed);
    writing.finish().await;
    reading.finish().await;
}

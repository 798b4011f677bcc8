//! Replicas that are late, stopped, frozen or gone: left out in time, used again, and the primary
//! has everything meanwhile.

use super::*;

/// Nothing that a replica tells is older.
const BOUND_MS: u64 = 2_000;
/// Nor what the primary tells, also on a machine with much else to do.
const AT_PRIMARY_MS: u64 = 3_000;

/// Looks again and again until the answer comes from there; how often it did not. Whatever is told
/// on the way is young enough.
async fn until_read_from(app: &TestApp, show: ShowId, from: &str) -> usize {
    let mut before = 0;
    wait::until_async(&format!("an answer of the {from}"), NOTICED_S, async || {
        let said = seats(app, show).await;
        let read_from = said.header("x-read-from");
        let bound_ms = if read_from == "replica" {
            BOUND_MS
        } else {
            AT_PRIMARY_MS
        };
        assert!(age_ms(&said) <= bound_ms, "{} ms", age_ms(&said));
        if read_from == from {
            return Some(());
        }
        before += 1;
        None
    })
    .await;
    before
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replica_that_is_ten_seconds_late_is_left_out_until_it_is_not() {
    let (first, url) = primary();
    let late = first.standby_with("late", &[("recovery_min_apply_delay", "10s")]);
    let writing = server(&url, &[]).await;
    let reading = server(&url, &[late.here(&url)]).await;
    let show = writing.open_show(1).await;
    // It shows nothing yet, not even the house.
    for n in 0..5 {
        let (id, held) = hold(&writing, show, "A1").await;
        let said = seats_after(&reading, show, &held).await;
        assert_eq!(said.header("x-read-from"), "primary", "{n}");
        assert_eq!(version(&said.body), held);
        release(&writing, &id).await;
    }
    // It says how late it is as soon as it shows anything.
    let told = wait::until_async("a late replica", 40, async || {
        let states = states(&reading).await;
        let age_ms = states[0].1["age_ms"].as_u64().unwrap_or(0);
        (states[0].0 == "late" && age_ms >= 9_000).then_some(age_ms)
    })
    .await;
    assert!(told < 20_000, "{told}");
    let said = seats(&reading, show).await;
    assert_eq!(said.header("x-read-from"), "primary");

    late.set(&[("recovery_min_apply_delay", "0")]);
    late.reload();
    until_read_from(&reading, show, "replica").await;
    until_states(&reading, &["in_use"]).await;
    writing.finish().await;
    reading.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replica_that_stands_still_is_read_for_as_long_as_it_is_young_and_no_longer() {
    let (first, url) = primary();
    let (second, third) = (first.standby("second"), first.standby("third"));
    let writing = server(&url, &[]).await;
    let reading = server(&url, &[second.here(&url), third.here(&url)]).await;
    let show = writing.open_show(1).await;
    until_states(&reading, &["in_use", "in_use"]).await;
    until_read_from(&reading, show, "replica").await;

    second.admin("SELECT pg_wal_replay_pause()");
    until_states(&reading, &["late", "in_use"]).await;
    // The other one is enough.
    let (_, held) = hold(&writing, show, "A1").await;
    let said = seats_after(&reading, show, &held).await;
    assert_eq!(letter(&said.body, 0), 'h');
    third.admin("SELECT pg_wal_replay_pause()");
    let kept = until_read_from(&reading, show, "primary").await;
    assert!(kept > 0, "it was left out at once");
    until_states(&reading, &["late", "late"]).await;
    // Nothing but the primary is read, and what it says is young.
    for seat in ["B1", "B4", "B7"] {
        let (_, held) = hold(&writing, show, seat).await;
        let said = seats(&reading, show).await;
        assert_eq!(said.header("x-read-from"), "primary");
        assert!(age_ms(&said) <= AT_PRIMARY_MS, "{}", age_ms(&said));
        let said = seats_after(&reading, show, &held).await;
        assert_eq!(version(&said.body), held);
    }
    second.admin("SELECT pg_wal_replay_resume()");
    until_states(&reading, &["in_use", "late"]).await;
    until_read_from(&reading, show, "replica").await;
    writing.finish().await;
    reading.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_all_replicas_gone_the_primary_is_read_and_they_are_welcome_again() {
    let (first, url) = primary();
    let (mut second, third) = (first.standby("second"), first.standby("third"));
    let writing = server(&url, &[]).await;
    let reading = server(&url, &[second.here(&url), third.here(&url)]).await;
    let show = writing.open_show(1).await;
    until_states(&reading, &["in_use", "in_use"]).await;
    until_read_from(&reading, show, "replica").await;

    second.kill();
    third.freeze();
    until_read_from(&reading, show, "primary").await;
    let states = until_states(&reading, &["out", "out"]).await;
    let why = |n: usize| states[n].1["reason"].as_str().unwrap_or("").to_owned();
    assert!(why(0).contains("does not answer"), "{}", why(0));
    assert!(why(1).contains("does not answer"), "{}", why(1));
    let metrics = reading.get(GUEST, "/metrics").await.text;
    // Other tests of this process count in the same place.
    for name in [
        "replica_in_use{shard=\"\",replica=\"2\"}",
        "replicas_in_use{shard=\"\"}",
        "pictures_read_total{from=\"primary\"}",
    ] {
        assert!(metrics.contains(name), "{name}");
    }
    // Nobody waits for them again and again: that takes a second each time.
    let mut quickest = Duration::MAX;
    for _ in 0..5 {
        let begun = Clock::stopwatch();
        hold(&writing, show, "A1").await;
        seats(&reading, show).await;
        quickest = quickest.min(since(begun));
        let found = writing
            .get(As::Clerk, &format!("/v1/bookings?show={show}&state=held"))
            .await;
        let id = found.body["items"][0]["id"]
            .as_str()
            .expect("a booking")
            .to_owned();
        release(&writing, &id).await;
    }
    assert!(quickest < Duration::from_millis(900), "{quickest:?}");
    third.thaw();
    until_states(&reading, &["out", "in_use"]).await;
    until_read_from(&reading, show, "replica").await;
    second.restart();
    until_states(&reading, &["in_use", "in_use"]).await;
    writing.finish().await;
    reading.finish().await;
}

/// Yes and no both come from the primary, whatever a replica shows.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_decided_from_a_replica() {
    let (first, url) = primary();
    let second = first.standby("second");
    let writing = server(&url, &[]).await;
    let reading = server(&url, &[second.here(&url)]).await;
    let show = writing.open_show(1).await;
    let (given_up, _) = hold(&writing, show, "A1").await;
    until_states(&reading, &["in_use"]).await;
    wait::until_async("the hold at the replica", NOTICED_S, async || {
        let said = seats(&reading, show).await;
        let is_there = letter(&said.body, 0) == 'h' && said.header("x-read-from") == "replica";
        is_there.then_some(())
    })
    .await;
    second.admin("SELECT pg_wal_replay_pause()");
    release(&writing, &given_up).await;
    hold(&writing, show, "A5").await;
    // A1 looks held and A5 free.
    let seen = seats(&reading, show).await;
    assert_eq!(seen.header("x-read-from"), "replica");
    assert_eq!((letter(&seen.body, 0), letter(&seen.body, 4)), ('h', 'f'));
    let lost = reading.hold(GUEST, &booking(show), &["A5"]).await;
    assert_eq!((lost.status, lost.code()), (409, "seats_taken"));
    let (_, held) = hold(&reading, show, "A1").await;
    // Whoever got it sees it at once, and so does everybody else at that server.
    for said in [
        seats_after(&reading, show, &held).await,
        seats(&reading, show).await,
    ] {
        assert_eq!(version(&said.body), held);
        assert_eq!((letter(&said.body, 0), letter(&said.body, 4)), ('h', 'h'));
    }
    second.admin("SELECT pg_wal_replay_resume()");
    writing.finish().await;
    reading.finish().await;
}

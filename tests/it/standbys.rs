//! What the tests of failover stand on: standbys that stream, wait, lead and come back.

use houseful_tests::{cluster::Cluster, wait};

/// Writes a row and tells how many there are.
fn write(cluster: &Cluster, url: &str) -> String {
    let url = cluster.here(url);
    cluster.admin_in(&url, "INSERT INTO kept VALUES (1)");
    count(cluster, &url)
}

fn count(cluster: &Cluster, url: &str) -> String {
    cluster.admin_in(&cluster.here(url), "SELECT count(*) FROM kept")
}

#[test]
fn a_standby_leads_and_the_old_primary_follows() {
    let mut first = Cluster::quick();
    let url = first.database();
    first.admin_in(&url, "CREATE TABLE kept (n int)");
    let (second, third) = (first.standby("two"), first.standby("three"));
    first.wait_for("ANY 1 (one, two, three)");
    assert_eq!(write(&first, &url), "1");
    assert!(second.is_standby() && third.is_standby() && !first.is_standby());
    third.catch_up(&first);
    assert_eq!(count(&third, &url), "1");

    first.kill();
    second.promote();
    third.follow(&second);
    second.wait_for("ANY 1 (one, two, three)");
    assert_eq!(write(&second, &url), "2");
    first.rejoin(&second);
    assert!(first.is_standby());
    first.catch_up(&second);
    assert_eq!(count(&first, &url), "2");
    wait::until("both standbys", 20, || {
        (second.synchronous() == 2).then_some(())
    });
    assert_eq!(second.name(), "two");
}

#[test]
fn a_standby_that_is_cut_off_confirms_nothing_and_one_that_is_late_shows_nothing() {
    let first = Cluster::quick();
    let url = first.database();
    first.admin_in(&url, "CREATE TABLE kept (n int)");
    let second = first.standby("two");
    let late = first.standby_with("late", &[("recovery_min_apply_delay", "1h")]);
    first.wait_for("two");
    assert_eq!(write(&first, &url), "1");
    assert!(late.reached() > 0);
    assert_eq!(count(&late, &url), "0");

    second.cut_off();
    assert_eq!(first.synchronous(), 0);
    let waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'";
    std::thread::scope(|threads| {
        let written = threads.spawn(|| write(&first, &url));
        wait::until("somebody who waits", 20, || {
            (first.admin(waits) == "1").then_some(())
        });
        second.follow(&first);
        assert_eq!(written.join().ok().as_deref(), Some("2"));
    });
}

#[test]
fn who_is_frozen_goes_on_where_it_was_and_ends_when_it_is_left() {
    let first = Cluster::quick();
    let url = first.database();
    first.admin_in(&url, "CREATE TABLE kept (n int)");
    first.freeze();
    std::thread::scope(|threads| {
        let written = threads.spawn(|| write(&first, &url));
        std::thread::park_timeout(std::time::Duration::from_millis(200));
        assert!(!written.is_finished());
        first.thaw();
        assert_eq!(written.join().ok().as_deref(), Some("1"));
    });
    first.freeze();
    let pid = first.pid();
    drop(first);
    let path = format!("/proc/{}", pid.unwrap_or_default());
    wait::until("its end", 20, || {
        (!std::path::Path::new(&path).exists()).then_some(())
    });
}

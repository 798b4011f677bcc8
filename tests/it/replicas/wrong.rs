//! Addresses that lead to something else than a replica of the database, and primaries that change.

use houseful_tests::folder::Folder;

use super::*;

/// Waits until the only replica is out for a reason that says so.
async fn out_because(app: &TestApp, says: &str) {
    let mut last = String::new();
    let found = wait::within_async(NOTICED_S, async || {
        let states = states(app).await;
        let reason = states[0].1["reason"].as_str().unwrap_or("");
        last = format!("{} {reason}", states[0].0);
        (states[0].0 == "out" && reason.contains(says)).then_some(())
    });
    let found = found.await;
    assert!(found.is_some(), "not {says}, but {last}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_replica_of_this_database_is_not_read_and_it_is_said_why() {
    let (first, url) = primary();
    let (other, other_url) = primary();
    let neighbour = first.database();
    let (second, stranger) = (first.standby("second"), other.standby("stranger"));
    // Both houses have a schema; the other cluster's and the neighbour's move their marks, too.
    let apart = server(&other_url, &[stranger.here(&other_url)]).await;
    let near = server(&neighbour, &[second.here(&neighbour)]).await;
    until_states(&apart, &["in_use"]).await;
    until_states(&near, &["in_use"]).await;
    for (address, says) in [
        (url.clone(), "no standby"),
        (other_url.clone(), "no standby"),
        (stranger.here(&other_url), "another cluster"),
        (second.here(&neighbour), "another database"),
        (
            "postgres://houseful@127.0.0.1:1/nowhere".to_owned(),
            "does not answer",
        ),
    ] {
        let app = server(&url, &[address]).await;
        let show = ShowId(1);
        if app.get(GUEST, &seats_path(show)).await.status == 404 {
            app.open_show(1).await;
        }
        out_because(&app, says).await;
        assert_eq!(seats(&app, show).await.header("x-read-from"), "primary");
        app.finish().await;
    }
    apart.finish().await;
    near.finish().await;
}

/// After a failover the replicas of the new primary are read, and one that stayed with the old one
/// is not.
#[tokio::test(flavor = "multi_thread")]
async fn a_replica_that_stays_with_an_old_primary_is_left_out() {
    let (mut first, url) = primary();
    let (second, third) = (first.standby("second"), first.standby("third"));
    let both = Cluster::one_of(&[&first, &second], &url);
    let app = server(&both, &[third.here(&url)]).await;
    let show = app.open_show(1).await;
    until_states(&app, &["in_use"]).await;
    second.catch_up(&first);
    first.kill();
    second.promote();
    // It has nothing of what is sold from now on.
    let held = wait::until_async("a sale at the new primary", NOTICED_S, async || {
        let held = app.hold(GUEST, &booking(show), &["A1"]).await;
        (held.status == 201).then(|| version(&held.body))
    })
    .await;
    let said = seats_after(&app, show, &held).await;
    assert_eq!(letter(&said.body, 0), 'h');
    out_because(&app, "another branch").await;
    assert_eq!(version(&seats(&app, show).await.body), held);
    third.follow(&second);
    until_states(&app, &["in_use"]).await;
    wait::until_async("the sale at the replica", NOTICED_S, async || {
        let said = seats(&app, show).await;
        assert_eq!(version(&said.body), held);
        (said.header("x-read-from") == "replica").then_some(())
    })
    .await;
    app.finish().await;
}

#[test]
fn addresses_that_can_not_be_meant_are_refused_at_the_start_without_a_password() {
    let folder = Folder::new();
    let file = ["serve", "--db", "house.db", "--listen", "127.0.0.1:0"];
    for (replica, says) in [
        (
            "postgres://houseful:s3cret@db2/house",
            "only a Postgres server has replicas",
        ),
        ("db2:s3cret", "not postgres://user@host/name"),
    ] {
        let ran = folder.run(&[&file[..], &["--replica", replica]].concat());
        assert!(ran.err.contains(says), "{}", ran.err);
        assert!(!ran.err.contains("s3cret"), "{}", ran.err);
    }
    let url = Cluster::shared().database();
    let bad = "postgres://houseful:s3cret@db2/house?colour=red";
    let ran = folder.run(&["serve", "--db", &url, "--replica", bad]);
    assert!(
        ran.err.contains("colour") && !ran.err.contains("s3cret"),
        "{}",
        ran.err
    );
}

//! What only a lost primary had: commits that no standby has, and a server that has seen them.

use houseful_core::ids::ShowId;
use houseful_server::database::Address;
use houseful_tests::{
    cluster::Cluster,
    test_app::{As, Said, Setup, TestApp, booking, command},
    wait,
};
use serde_json::{Value, json};
use tokio::task::block_in_place;

const ANN: As<'_> = As::Customer("the-secret-of-ann-0123456789");
const BOB: As<'_> = As::Customer("the-secret-of-bob-0123456789");
const CARL: As<'_> = As::Customer("the-secret-of-carl-012345678");
const DORA: As<'_> = As::Customer("the-secret-of-dora-012345678");

/// A show in which nothing is lost.
const OTHER: u64 = 2;

async fn server(url: &str) -> TestApp {
    let setup = Setup::default().on(Address::new(url.as_ref()));
    setup.start().await
}

/// A primary, its standby, and a database on both.
fn two_clusters() -> (Cluster, Cluster, String) {
    block_in_place(|| {
        let one = Cluster::quick();
        let two = one.standby("two");
        let url = one.database();
        (one, two, url)
    })
}

/// A server that knows both, with a show and the other one.
async fn sells_at(one: &Cluster, two: &Cluster, url: &str) -> (TestApp, ShowId) {
    let app = server(&Cluster::one_of(&[one, two], url)).await;
    let show = app.open_show(1).await;
    app.open_show(OTHER).await;
    (app, show)
}

/// A hold that can be asked for again.
fn hold(show: ShowId, seats: [&str; 2]) -> Value {
    let seats = seats.map(|seat| json!({ "seat": seat }));
    json!({"booking": booking(show), "command": command(), "wish": {"seats": seats}})
}

/// Asks for a hold whose commit waits for a standby until somebody cancels that.
async fn unwaited(app: &TestApp, primary: &Cluster, who: As<'_>, body: &Value) -> Said {
    let cancel = "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'";
    let cancelled = wait::until_async("a commit that waits", 20, async || {
        block_in_place(|| primary.admin(cancel) == "t").then_some(())
    });
    let (said, ()) = tokio::join!(app.post(who, "/v1/bookings", body), cancelled);
    said
}

/// Waits until a server sells at the new primary, in a show that has nothing to do with the others:
/// what it knows of those stays as it is.
async fn has_met_the_new_one(app: &TestApp) {
    let body = hold(ShowId(OTHER), ["D1", "D2"]);
    wait::until_async("a server of the new primary", 30, async || {
        let said = app.post(DORA, "/v1/bookings", &body).await;
        (said.status < 300).then_some(())
    })
    .await;
}

/// The letters of a show's seats, row by row, and its version.
async fn seats(app: &TestApp, show: ShowId) -> (String, String) {
    let path = format!("/v1/shows/{show}/seats");
    let map = app.get(As::Nobody, &path).await.expect(200);
    let text = |field: &str| map[field].as_str().expect(field).to_owned();
    (text("states"), text("version"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_only_a_lost_primary_had_is_neither_told_nor_sold_from() {
    let (mut one, two, url) = two_clusters();
    let (app, show) = sells_at(&one, &two, &url).await;
    block_in_place(|| {
        two.catch_up(&one);
        one.wait_for("two");
        two.cut_off();
    });

    // Two holds are written that no standby has; nobody is told yes.
    let (ann, bob) = (hold(show, ["A1", "A2"]), hold(show, ["B1", "B2"]));
    for (who, body) in [(ANN, &ann), (BOB, &bob), (ANN, &ann), (BOB, &bob)] {
        // Nor when it is found again: a yes that is repeated waits for the standby, too.
        let said = unwaited(&app, &one, who, body).await;
        assert_eq!((said.status, said.code()), (503, "outcome_unknown"));
    }
    // The server has seen them.
    let (lost, version) = seats(&app, show).await;
    assert_ne!(lost[0..2], lost[2..4], "{lost}");
    assert!(version.starts_with("3-"), "{version}");

    // The standby leads, and goes on by another branch to the same number.
    block_in_place(|| {
        one.kill();
        two.promote();
    });
    let other = server(&two.here(&url)).await;
    let (carl, dora) = (hold(show, ["A1", "A2"]), hold(show, ["C1", "C2"]));
    for (who, body) in [(CARL, &carl), (DORA, &dora)] {
        other.post(who, "/v1/bookings", body).await.expect(201);
    }
    let (_, there) = seats(&other, show).await;
    assert!(there.starts_with("3-") && there != version, "{there}");

    // Who had no answer asks again at the server that has seen the lost branch.
    has_met_the_new_one(&app).await;
    let said = app.post(ANN, "/v1/bookings", &ann).await;
    assert_eq!(
        (said.status, said.code()),
        (409, "seats_taken"),
        "{}",
        said.text
    );
    // What nobody has is had now, once, by whoever wanted it before.
    let said = app.post(BOB, "/v1/bookings", &bob).await.expect(201);
    assert!(
        said["version"]
            .as_str()
            .is_some_and(|v| v.starts_with("4-"))
    );
    for (who, body) in [(CARL, &carl), (DORA, &dora), (BOB, &bob)] {
        for at in [&app, &other] {
            at.post(who, "/v1/bookings", body).await.expect(200);
        }
    }
    assert_eq!(seats(&app, show).await, seats(&other, show).await);
    app.finish().await;
    other.finish().await;
}

/// The same for a house that waits for no standby: what was told is lost then, which its operator
/// chose; but nobody sells or tells anything from it.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_branch_that_was_told_and_lost_is_left_by_every_server() {
    let (mut one, two, url) = two_clusters();
    let (app, show) = sells_at(&one, &two, &url).await;
    block_in_place(|| {
        two.catch_up(&one);
        two.cut_off();
    });
    let ann = hold(show, ["A1", "A2"]);
    app.post(ANN, "/v1/bookings", &ann).await.expect(201);
    block_in_place(|| {
        one.kill();
        two.promote();
    });
    let other = server(&two.here(&url)).await;
    let carl = hold(show, ["A1", "A2"]);
    other.post(CARL, "/v1/bookings", &carl).await.expect(201);
    // Both are at the second event of the show.
    has_met_the_new_one(&app).await;
    let said = app.post(ANN, "/v1/bookings", &ann).await;
    assert_eq!(
        (said.status, said.code()),
        (409, "seats_taken"),
        "{}",
        said.text
    );
    app.post(CARL, "/v1/bookings", &carl).await.expect(200);
    app.finish().await;
    other.finish().await;
}

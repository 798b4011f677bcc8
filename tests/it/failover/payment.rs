//! A payment of which nobody knows whether it was begun.

use houseful_server::database::Address;
use houseful_tests::{
    cluster::Cluster,
    test_app::{As, Setup, booking, payment},
    wait,
};
use serde_json::json;
use tokio::task::block_in_place;

const GUEST: As<'_> = As::Customer("the-secret-of-a-guest-012345");

/// The card is known to the server that was asked and to nobody else: it goes on with the payment as
/// soon as it can, and nobody waits for the minute after which a payment is given up.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_payment_that_may_have_been_begun_goes_on_by_itself() {
    let (one, two, url) = block_in_place(|| {
        let one = Cluster::quick();
        let two = one.standby("two");
        let url = one.database();
        (one, two, url)
    });
    let app = Setup::default()
        .on(Address::new(url.as_ref()))
        .start()
        .await;
    let show = app.open_show(1).await;
    let id = booking(show);
    app.hold(GUEST, &id, &["A1", "A2"]).await.expect(201);
    let path = format!("/v1/bookings/{id}/payment-token");
    let token = app.post(GUEST, &path, &json!({})).await.expect(200);
    let card = json!({"number": "4242424242424242"});
    let pay = json!({"payment": payment(), "token": token["token"], "card": card});

    block_in_place(|| {
        one.wait_for("two");
        two.cut_off();
    });
    let cancel = "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'";
    let cancelled = wait::until_async("a commit that waits", 20, async || {
        block_in_place(|| one.admin(cancel) == "t").then_some(())
    });
    let (said, ()) = tokio::join!(app.post(GUEST, "/v1/payments", &pay), cancelled);
    assert_eq!(
        (said.status, said.code()),
        (503, "outcome_unknown"),
        "{}",
        said.text
    );
    block_in_place(|| two.follow(&one));

    // Without another word of whoever pays.
    let path = format!("/v1/bookings/{id}");
    app.until(GUEST, &path, |b| b["state"] == "confirmed").await;
    let again = app.post(GUEST, "/v1/payments", &pay).await.expect(200);
    assert_eq!(again["state"], "captured");
    let open = "/v1/payments?open=true";
    let empty = |list: &serde_json::Value| list["items"].as_array().is_some_and(Vec::is_empty);
    app.until(As::Clerk, open, empty).await;
    app.finish().await;
}

//! What has to wait holds up nothing behind it, and nothing is told to be done that was not written.

use std::time::Duration;

use houseful_core::ids::ShowId;
use houseful_server::{
    bus::kafka,
    roles::ServerRole::{Booking, Payment},
};
use houseful_tests::{
    kafka::{
        Broker,
        house::{House, Links, PATIENCE, Till},
        is_missing,
        listener::Stranger,
    },
    wait,
};
use rdkafka::message::{Header, OwnedHeaders};
use rusqlite::Connection;
use tokio::task::block_in_place;

use super::all_is_heard;

/// How long a sale may take beside others that wait: they wait for seconds.
const BESIDE: Duration = Duration::from_millis(1_200);

/// How long the middle one of some sales takes.
async fn a_sale_takes(till: &Till, shows: &[ShowId]) -> Duration {
    let mut took = Vec::new();
    for show in shows {
        let began = wait::now();
        till.buys(*show).await;
        took.push(wait::since(began));
    }
    took.sort_unstable();
    took[took.len() / 2]
}

fn sql(db: &std::path::Path, text: &str) {
    let db = Connection::open(db).expect("a database");
    db.execute_batch(text).expect("done");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_show_that_is_read_only_delays_no_other() {
    if is_missing() {
        return;
    }
    let config = Broker::shared().await.config("stuck");
    let mut house = House::open(config, Links::KafkaAlone).await;
    let (till, bad, good) = (house.till(), house.shows[0], house.shows[1..].to_vec());
    let mut leaves = Vec::new();
    for _ in 0..8 {
        let id = till.holds(bad).await;
        leaves.push(till.may_pay(&id).await);
    }
    house.stop().await;
    let newer = format!(
        "INSERT INTO show_event (show_id, ver, at, kind, format, body) \
         SELECT show_id, ver + 1, at, 'from_a_newer_program', 1, '{{}}' FROM show_head \
         WHERE show_id = {0}; \
         UPDATE show_head SET ver = ver + 1 WHERE show_id = {0}",
        bad.0
    );
    sql(&house.file(Booking), &newer);
    house.start().await.expect("the servers start again");
    till.buys(good[0]).await;
    for leave in &leaves {
        till.pays(leave).await;
    }
    // Of the eight one is said again all the time.
    let took = a_sale_takes(&till, &good).await;
    assert!(took < BESIDE, "{took:?}");
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_can_not_be_parked_yet_delays_nobody_and_is_parked_in_the_end() {
    if is_missing() {
        return;
    }
    let mut config = Broker::shared().await.config("full");
    config.create_topics = false;
    kafka::create_topics(&config, Some(4))
        .await
        .expect("topics");
    let stranger = Stranger::beside(&config);
    let house = House::open(config.clone(), Links::KafkaAlone).await;
    let till = house.till();
    till.buys(house.shows[0]).await;
    stranger.delete_topic("parked").await;
    for show in &house.shows {
        let forged = OwnedHeaders::new().insert(Header {
            key: "houseful-signed",
            value: Some("forged"),
        });
        let key = show.to_string();
        stranger
            .write("announcements", key.as_bytes(), b"{}", forged)
            .await;
    }
    let took = a_sale_takes(&till, &house.shows).await;
    assert!(took < BESIDE, "{took:?}");
    let lag = || block_in_place(|| stranger.lag("booking", "announcements"));
    assert!(lag() > 0, "what is not parked is not done");
    kafka::create_topics(&config, Some(4))
        .await
        .expect("topics");
    all_is_heard(&stranger).await;
    let parked = kafka::parked(&config, 100).await.expect("what was parked");
    assert_eq!(parked.len(), house.shows.len(), "{parked:?}");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_is_told_to_be_done_that_was_not_written() {
    if is_missing() {
        return;
    }
    let config = Broker::shared().await.config("unwritten");
    let stranger = Stranger::beside(&config);
    let house = House::open(config, Links::KafkaAlone).await;
    let till = house.till();
    till.buys(house.shows[0]).await;
    house.is_settled().await;
    all_is_heard(&stranger).await;
    for (role, table, group, kind) in [
        (Booking, "show_head", "booking", "announcements"),
        (Payment, "payment", "payment", "settlements"),
    ] {
        let file = house.file(role);
        let id = till.holds(house.shows[1]).await;
        let leave = till.may_pay(&id).await;
        let full = format!(
            "CREATE TRIGGER full BEFORE UPDATE OF {} ON {table} \
             BEGIN SELECT RAISE(ABORT, 'full'); END",
            if role == Payment { "keep" } else { "ver" }
        );
        let lag = || block_in_place(|| stranger.lag(group, kind));
        // What payment learns from the card is written before booking can have said anything.
        if role == Booking {
            sql(&file, &full);
            till.pays(&leave).await;
        } else {
            sql(
                &house.file(Booking),
                "CREATE TRIGGER late BEFORE UPDATE OF ver ON show_head BEGIN SELECT RAISE(ABORT, 'full'); END",
            );
            till.pays(&leave).await;
            wait::until_async("an announcement", PATIENCE, async || {
                (block_in_place(|| stranger.lag("booking", "announcements")) > 0).then_some(())
            })
            .await;
            sql(&file, &full);
            sql(&house.file(Booking), "DROP TRIGGER late");
        }
        wait::until_async("a message that waits", PATIENCE, async || {
            (lag() > 0).then_some(())
        })
        .await;
        let began = wait::now();
        while wait::since(began) < Duration::from_secs(4) {
            assert!(lag() > 0, "{kind} were told to be done");
            wait::rest(50).await;
        }
        sql(&file, "DROP TRIGGER full");
        till.has_tickets(&id).await;
        house.is_settled().await;
        all_is_heard(&stranger).await;
    }
    house.close().await;
}

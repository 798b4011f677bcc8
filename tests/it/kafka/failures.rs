//! A broker that is not there when the house opens, is stopped, killed, frozen, or loses a topic:
//! people book and pay all the same, and in the end every penny is where it belongs.

use std::time::Duration;

use houseful_tests::{
    kafka::{Broker, is_missing, listener::Stranger},
    wait,
};
use tokio::task::block_in_place;

use super::{HEARD_MAX, all_is_quiet, goes_through_kafka, seats::readers_know};
use houseful_tests::kafka::house::{House, Links, PATIENCE};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn people_book_and_pay_while_the_broker_is_stopped_killed_or_frozen() {
    if is_missing() {
        return;
    }
    let mut broker = Broker::start().await;
    let config = broker.config("hard");
    let stranger = Stranger::beside(&config);
    block_in_place(|| broker.stop());
    // Nobody answers, and the house opens.
    let house = House::open(config, Links::Both).await;
    let people = house.people(3);
    people.buy(6).await;
    broker.restart().await;
    wait::until_async("topics that were made", PATIENCE, async || {
        (!block_in_place(|| stranger.ends("announcements")).is_empty()).then_some(())
    })
    .await;
    goes_through_kafka(&stranger, "after a late start").await;

    block_in_place(|| broker.kill());
    people.buy(8).await;
    broker.restart().await;
    goes_through_kafka(&stranger, "after it was killed").await;

    broker.freeze();
    people.buy(8).await;
    broker.thaw();
    goes_through_kafka(&stranger, "after it was frozen").await;

    block_in_place(|| broker.stop());
    people.buy(8).await;
    let sold = people.go_home().await;
    assert!(sold >= 30, "{sold}");
    house.is_settled().await;
    // Whoever reads of seats is led to where they are, when the broker is there again.
    broker.restart().await;
    readers_know(&house, &stranger).await;
    // What came late by one carrier and was said again by the other is no reason to talk on.
    all_is_quiet(&stranger).await;
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_topic_that_is_deleted_costs_nobody_anything() {
    if is_missing() {
        return;
    }
    let config = Broker::shared().await.config("lost");
    let stranger = Stranger::beside(&config);
    let house = House::open(config, Links::Both).await;
    let people = house.people(3);
    people.buy(6).await;
    for kind in ["announcements", "settlements"] {
        stranger.delete_topic(kind).await;
    }
    people.buy(10).await;
    wait::until_async("the topics are made again", PATIENCE, async || {
        let made = |kind| !block_in_place(|| stranger.ends(kind)).is_empty();
        (made("announcements") && made("settlements")).then_some(())
    })
    .await;
    goes_through_kafka(&stranger, "after it was deleted").await;
    wait::until_async("what is sent is heard", HEARD_MAX, async || {
        let lag = block_in_place(|| stranger.lag("booking", "announcements"));
        let _ = wait::rest(200).await;
        (lag < 5).then_some(())
    })
    .await;
    people.go_home().await;
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_sale_that_waits_for_a_frozen_broker_waits_for_a_second_and_not_more() {
    if is_missing() {
        return;
    }
    let broker = Broker::start().await;
    let house = House::open(broker.config("frozen"), Links::Both).await;
    let till = house.till();
    till.buys(house.shows[0]).await;
    let id = till.holds(house.shows[0]).await;
    broker.freeze();
    let began = wait::now();
    till.begins_to_pay(&id).await;
    till.has_tickets(&id).await;
    let took = wait::since(began);
    broker.thaw();
    // Two messages, each a second late, and a third that is not waited for.
    assert!(took < Duration::from_secs(8), "{took:?}");
    house.close().await;
}

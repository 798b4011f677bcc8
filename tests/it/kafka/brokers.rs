//! Three brokers, of which one is away at a bad moment.

use houseful_server::bus::kafka::{self, KafkaConfig};
use houseful_tests::{
    kafka::{
        Broker,
        house::{House, Links, PATIENCE},
        is_missing,
        listener::Stranger,
    },
    wait,
};
use tokio::task::block_in_place;

use super::{all_is_heard, goes_through_kafka};

/// Waits until the cluster knows that one of its brokers is away.
async fn misses_one(config: &KafkaConfig) {
    wait::until_async("a cluster that misses one of three", PATIENCE, async || {
        let seen = kafka::check(config).await.ok()?;
        (seen.first()?.facts.brokers == 2).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn topics_that_are_made_while_a_broker_is_away_are_on_three_all_the_same() {
    if is_missing() {
        return;
    }
    let mut brokers = Broker::cluster(3).await;
    let mut config = brokers[0].config("three");
    let all: Vec<String> = brokers.iter().map(Broker::address).collect();
    config.brokers = all.join(",").parse().expect("addresses");
    config.copies = kafka::COPIES;
    block_in_place(|| brokers[2].stop());
    misses_one(&config).await;
    // The servers make them.
    let stranger = Stranger::beside(&config);
    let house = House::open(config.clone(), Links::Both).await;
    let people = house.people(1);
    goes_through_kafka(&stranger, "with one of three away").await;
    brokers[2].restart().await;
    let sound = wait::within_async(PATIENCE, async || {
        let seen = kafka::check(&config).await.ok()?;
        let whole = seen.iter().all(|topic| {
            topic.facts.replicas == 3 && topic.findings.is_empty() && topic.facts.brokers == 3
        });
        whole.then_some(())
    });
    let made = sound.await.is_some();
    assert!(made, "{:?}", kafka::check(&config).await);
    // What two have is not lost with one of them, whichever that is.
    block_in_place(|| brokers[0].kill());
    people.buy(4).await;
    misses_one(&config).await;
    goes_through_kafka(&stranger, "after the first one was killed").await;
    people.go_home().await;
    house.is_settled().await;
    all_is_heard(&stranger).await;
    house.close().await;
}

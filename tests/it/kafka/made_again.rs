//! A topic that is deleted and made again, at once, so that nobody sees it missing.

use houseful_server::bus::kafka;
use houseful_tests::kafka::{
    Broker,
    house::{House, Links},
    is_missing,
    listener::Stranger,
};
use tokio::task::block_in_place;

use super::{all_is_heard, all_is_quiet};

/// How often.
const TIMES: u32 = 3;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_topic_that_was_made_again_is_heard_from_its_beginning() {
    if is_missing() {
        return;
    }
    let mut config = Broker::shared().await.config("again");
    config.create_topics = false;
    kafka::create_topics(&config, Some(1))
        .await
        .expect("topics");
    let stranger = Stranger::beside(&config);
    let house = House::open(config.clone(), Links::KafkaAlone).await;
    house.till().buys(house.shows[0]).await;
    house.is_settled().await;
    all_is_heard(&stranger).await;
    all_is_quiet(&stranger).await;
    for time in 0..TIMES {
        // As many as were heard: whoever goes on where the old one ended waits for one more.
        let said = stranger.read("settlements").await;
        assert!(!said.is_empty(), "{time}");
        stranger.delete_topic("settlements").await;
        kafka::create_topics(&config, Some(1))
            .await
            .expect("topics");
        for message in &said {
            stranger.repeat("settlements", message).await;
        }
        let there = block_in_place(|| stranger.count("settlements"));
        assert_eq!(usize::try_from(there), Ok(said.len()), "{time}");
        all_is_heard(&stranger).await;
    }
    house.close().await;
}

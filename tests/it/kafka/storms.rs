//! Repeats make no talk without an end, although what is late is carried twice.

use std::collections::BTreeMap;

use houseful_server::roles::ServerRole::Payment;
use houseful_tests::{
    kafka::{
        Broker,
        house::{House, Links},
        is_missing,
        listener::Stranger,
    },
    wait,
};
use rdkafka::message::Message as _;
use rusqlite::Connection;
use serde_json::Value;
use tokio::task::block_in_place;

use super::{all_is_heard, all_is_quiet, said};

/// How often, and for how long, in milliseconds, nothing can be captured.
const SLOW: u32 = 4;
const SLOW_MS: u64 = 1_500;
/// How often one thing may be said in that time.
const TIMES: u32 = 20;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_slow_capture_does_not_make_the_servers_talk_for_ever() {
    if is_missing() {
        return;
    }
    let config = Broker::shared().await.config("storm");
    let stranger = Stranger::beside(&config);
    let house = House::open(config, Links::Both).await;
    let people = house.people(4);
    people.buy(4).await;
    let file = house.file(Payment);
    let slow = tokio::spawn(async move {
        let db = Connection::open(file).expect("the payment server's database");
        for _ in 0..SLOW {
            block_in_place(|| db.execute_batch("BEGIN IMMEDIATE")).expect("a lock");
            wait::rest(SLOW_MS).await;
            db.execute_batch("ROLLBACK").expect("the end of it");
            wait::rest(300).await;
        }
    });
    slow.await.expect("slow days");
    let sold = people.go_home().await;
    house.is_settled().await;
    all_is_heard(&stranger).await;
    all_is_quiet(&stranger).await;
    let (said, sold) = (block_in_place(|| said(&stranger)), sold.try_into());
    let sold: i64 = sold.expect("a number");
    // Two announcements and a settlement, each of them repeated a few times.
    assert!(said <= 12 * sold, "{said} messages for {sold} sales");
    // None of them often, whatever became of the others: a talk that doubled for a while shows here.
    let mut times = BTreeMap::new();
    for message in stranger.read("settlements").await {
        let value = message.payload().unwrap_or_default();
        let value: Value = serde_json::from_slice(value).expect("a message");
        let of = (
            value["said"]["payment"].to_string(),
            value["said"]["ver"].to_string(),
        );
        *times.entry(of).or_insert(0_u32) += 1;
    }
    let most = times.iter().max_by_key(|(_, times)| **times);
    assert!(most.is_some_and(|(_, times)| *times <= TIMES), "{most:?}");
    house.close().await;
}

//! Repeats make no talk without an end, although what is late is carried twice.

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
use rusqlite::Connection;
use tokio::task::block_in_place;

use super::{all_is_heard, all_is_quiet, said};

/// How often, and for how long, in milliseconds, nothing can be captured.
const SLOW: u32 = 4;
const SLOW_MS: u64 = 1_500;

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
    house.close().await;
}

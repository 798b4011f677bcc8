//! A house whose servers speak through a real Kafka, and what becomes of its money when that stops,
//! dies, freezes, forgets, repeats, shuffles, or is told lies.

#![expect(clippy::expect_used, reason = "a test says what it expected and stops")]

mod apart;
mod brokers;
mod failures;
mod made_again;
mod sales;
mod seats;
mod settings;
mod storms;
mod waits;

use houseful_tests::{
    kafka::{house::PATIENCE, listener::Stranger},
    wait,
};
use tokio::task::block_in_place;

/// The longest until what stands in a topic is heard, in seconds: whoever is deaf for a while and hears
/// again in the end is not well.
const HEARD_MAX: u64 = 60;

/// Waits until messages go through Kafka again.
async fn goes_through_kafka(stranger: &Stranger, what: &str) {
    let before = block_in_place(|| stranger.written("announcements"));
    wait::until_async(what, PATIENCE, async || {
        let now = block_in_place(|| stranger.written("announcements"));
        (now > before).then_some(())
    })
    .await;
}

/// Waits until everything that is in both topics was done and told to be done.
async fn all_is_heard(stranger: &Stranger) {
    let lags = || {
        block_in_place(|| {
            [("booking", "announcements"), ("payment", "settlements")]
                .map(|(group, kind)| stranger.lags(group, kind))
        })
    };
    let heard = wait::within_async(HEARD_MAX, async || {
        let done = lags().iter().flatten().all(|(_, lag)| *lag == 0);
        done.then_some(())
    })
    .await;
    assert!(heard.is_some(), "not all is done: {:?}", lags());
}

/// How many messages were ever written about money.
fn said(stranger: &Stranger) -> i64 {
    stranger.written("announcements") + stranger.written("settlements")
}

/// Waits until nobody has anything to say any more: for three seconds no message is written.
async fn all_is_quiet(stranger: &Stranger) {
    let (mut before, mut since) = (-1, wait::now());
    wait::until_async("an end of the talk", PATIENCE, async || {
        let now = block_in_place(|| said(stranger));
        if now != before {
            (before, since) = (now, wait::now());
        }
        wait::rest(100).await;
        (wait::since(since).as_secs() >= 3).then_some(())
    })
    .await;
}

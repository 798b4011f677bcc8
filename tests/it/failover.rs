//! The primary of a database goes, a standby leads, and nothing that was told is lost.

#![expect(clippy::expect_used, reason = "a test says what it expected and stops")]

mod disk;
mod full;
mod lost_branch;
mod payment;

use std::sync::Arc;

use houseful_tests::{
    crowd::{Crowd, Market, journal::Journals},
    failover::{Fate, Three},
    wait,
};
use tokio::task::block_in_place;

const SHOWS: u64 = 6;
const PEOPLE: usize = 12;
/// What has to be sold before a primary goes, and after another one leads, for a round to count.
const ENOUGH: usize = 40;

/// How often, unless somebody wants more.
const ROUNDS: usize = 5;

fn rounds() -> usize {
    std::env::var("HOUSEFUL_FAILOVERS")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(ROUNDS)
}

/// One primary goes and another one leads; how long nobody was told of anything written.
async fn fail_over(three: &mut Three, market: &Arc<Market>, database: &str, fate: Fate) -> u128 {
    market.sells(ENOUGH).await;
    let (old, struck) = (three.leader(), wait::now());
    block_in_place(|| three.strike(fate));
    let promoting = block_in_place(|| three.promote());
    let led = wait::now();
    market.sells_since(led, ENOUGH).await;
    if fate == Fate::Frozen {
        block_in_place(|| three.thaw(old));
        market.sells_since(wait::now(), ENOUGH).await;
    }
    let silence = market.diary().longest_silence(struck);
    is_kept(three, market, database).await;
    block_in_place(|| three.rejoin(old));
    eprintln!(
        "{fate:?}: promoted in {} ms, nothing written for {} ms",
        promoting.as_millis(),
        silence.as_millis()
    );
    silence.as_millis()
}

/// What was told until now can all be true, and is so at whoever leads now.
async fn is_kept(three: &Three, market: &Arc<Market>, database: &str) -> Journals {
    let told = market.diary().so_far();
    let journals = Journals::read(&three.primary().here(database)).await;
    told.agrees().unwrap_or_else(|why| panic!("{why}"));
    told.is_kept_by(&journals)
        .unwrap_or_else(|why| panic!("{why}"));
    journals.are_gapless().unwrap_or_else(|why| panic!("{why}"));
    journals
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_that_was_told_is_lost_when_another_server_of_the_database_leads() {
    let mut three = block_in_place(Three::start);
    let database = block_in_place(|| three.primary().database());
    let address = three.address(&database);
    let market = Arc::new(Market::open(&[address.clone(), address], SHOWS).await);
    let crowd: Crowd = market.let_in(PEOPLE);
    let mut silences = Vec::new();
    for fate in Fate::ROUND.into_iter().cycle().take(rounds()) {
        silences.push(fail_over(&mut three, &market, &database, fate).await);
    }
    crowd.leave().await;
    let journals = is_kept(&three, &market, &database).await;
    journals.are_sound().unwrap_or_else(|why| panic!("{why}"));
    let count = market.diary().count();
    market.close().await;
    silences.sort_unstable();
    let half = silences[silences.len() / 2];
    let most = silences.last().copied().unwrap_or_default();
    eprintln!(
        "{} failovers, nothing written for {half} ms (median), {most} ms (longest); {count:?}",
        silences.len()
    );
    // A run in which nobody was in the middle of something proves nothing.
    assert!(count.paid >= silences.len(), "{count:?}");
    assert!(
        count.not_now.values().sum::<usize>() >= silences.len(),
        "{count:?}"
    );
    assert!(count.not_now.contains_key("outcome_unknown"), "{count:?}");
}

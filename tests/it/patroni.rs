//! Patroni moves the primary while a crowd buys: nothing that was told is lost, without an operator.

use std::sync::Arc;

use houseful_tests::{
    crowd::{Market, journal::Journals},
    patroni::{self, Patroni},
    wait,
};
use tokio::task::block_in_place;

const SHOWS: u64 = 4;
const PEOPLE: usize = 8;
/// What has to be sold before the primary moves and after it for a round to count.
const ENOUGH: usize = 40;
/// Longer than this nobody may be unable to buy: Patroni gives a leader 20 s to be heard of.
const SILENCE_MAX_MS: u128 = 45_000;

/// How the primary comes to move.
#[derive(Clone, Copy, Debug)]
enum Move {
    /// Its machine goes.
    Killed,
    /// Somebody wants to work on its machine.
    SwitchedOver,
}

/// One, unless somebody wants more.
fn rounds() -> usize {
    let wanted = std::env::var("HOUSEFUL_PATRONI_ROUNDS").ok();
    wanted.and_then(|n| n.parse().ok()).unwrap_or(1)
}

/// How long nobody was told of anything written.
async fn move_on(patroni: &mut Patroni, market: &Arc<Market>, how: Move) -> u128 {
    let old = patroni.whole().await;
    market.sells(ENOUGH).await;
    let struck = wait::now();
    match how {
        Move::Killed => block_in_place(|| patroni.kill(old)),
        Move::SwitchedOver => block_in_place(|| patroni.switch_over(old)),
    }
    let new = wait::until_async("another leader", 90, async || {
        patroni.leader().await.filter(|n| *n != old)
    })
    .await;
    market.sells_since(wait::now(), ENOUGH).await;
    let silence = market.diary().longest_silence(struck).as_millis();
    is_kept(patroni, market, new).await;
    if matches!(how, Move::Killed) {
        block_in_place(|| patroni.wake(old));
    }
    eprintln!("{how:?}: nothing written for {silence} ms");
    silence
}

async fn is_kept(patroni: &Patroni, market: &Arc<Market>, leader: usize) -> Journals {
    let told = market.diary().so_far();
    let journals = Journals::read(&patroni.url(leader)).await;
    let sound = told
        .agrees()
        .and_then(|()| told.is_kept_by(&journals))
        .and_then(|()| journals.are_gapless());
    sound.unwrap_or_else(|why| panic!("{why}\n{}", patroni.logs()));
    journals
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_that_was_told_is_lost_when_patroni_moves_the_primary() {
    if let Some(missing) = patroni::missing() {
        panic!("{missing}");
    }
    let mut patroni = Patroni::start().await;
    let address = patroni.address();
    let market = Arc::new(Market::open(&[address.clone(), address], SHOWS).await);
    let crowd = market.let_in(PEOPLE);
    let mut silences = Vec::new();
    let moves = [Move::Killed, Move::SwitchedOver, Move::Killed];
    for how in moves.into_iter().cycle().take(rounds()) {
        silences.push(move_on(&mut patroni, &market, how).await);
    }
    crowd.leave().await;
    let leader = patroni.whole().await;
    let journals = is_kept(&patroni, &market, leader).await;
    journals.are_sound().unwrap_or_else(|why| panic!("{why}"));
    let count = market.diary().count();
    market.close().await;
    eprintln!("nothing written for {silences:?} ms; {count:?}");
    assert!(count.not_now.values().sum::<usize>() > 0, "{count:?}");
    assert!(
        silences.iter().all(|ms| *ms < SILENCE_MAX_MS),
        "{silences:?}"
    );
}

/// How long etcd says nothing: longer than a leader may go without it (`ttl`).
const AWAY_MS: u64 = 30_000;
/// How long nobody may lead, looked at while etcd is away and the primary is gone.
const LEADERLESS_MS: u64 = 10_000;

/// Without etcd the primary goes on as long as it hears from both others (`failsafe_mode`), and when it
/// goes, too, nobody leads until etcd says who.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn without_etcd_the_primary_goes_on_and_nobody_else_begins_to_lead() {
    if let Some(missing) = patroni::missing() {
        panic!("{missing}");
    }
    let mut patroni = Patroni::start().await;
    let address = patroni.address();
    let market = Arc::new(Market::open(&[address.clone(), address], SHOWS).await);
    let crowd = market.let_in(PEOPLE);
    let old = patroni.whole().await;
    market.sells(ENOUGH).await;
    let silenced = wait::now();
    patroni.silence_etcd();
    wait::rest(AWAY_MS).await;
    market.sells_since(wait::now(), ENOUGH).await;
    let silence = market.diary().longest_silence(silenced).as_millis();
    is_kept(&patroni, &market, old).await;

    block_in_place(|| patroni.kill(old));
    // What was under way when it went may still be told.
    wait::rest(1_000).await;
    let gone = wait::now();
    wait::rest(LEADERLESS_MS).await;
    let meanwhile = market.diary().writes_since(gone);
    patroni.wake_etcd();
    let new = wait::until_async("another leader", 90, async || {
        patroni.leader().await.filter(|n| *n != old)
    })
    .await;
    market.sells_since(wait::now(), ENOUGH).await;
    is_kept(&patroni, &market, new).await;
    block_in_place(|| patroni.wake(old));
    crowd.leave().await;
    let leader = patroni.whole().await;
    let journals = is_kept(&patroni, &market, leader).await;
    journals.are_sound().unwrap_or_else(|why| panic!("{why}"));
    market.close().await;
    eprintln!("without etcd nothing was written for {silence} ms at most");
    assert_eq!(meanwhile, 0, "somebody sold without a leader");
    assert!(
        silence < 15_000,
        "{silence} ms without a sale while only etcd was away"
    );
}

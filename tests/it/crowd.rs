//! Four servers of one database and a crowd, one of them far from the database: nobody sells twice,
//! nobody waits for ever, and who is far away sells, too.

use std::{sync::Arc, time::Duration};

use houseful_tests::{
    cluster::Cluster,
    crowd::{Market, diary::Count, journal::Journals},
    proxy::Proxy,
};

const SERVERS: usize = 4;
const PEOPLE: usize = 64;
/// How much is written before they go: holds, payments, seats given back.
const ENOUGH: usize = 1_500;
/// How far the last server is from the database, each way.
const FAR: Duration = Duration::from_millis(3);

/// Lets the crowd buy in so many shows, and counts.
async fn buy(shows: u64) -> Count {
    let url = Cluster::shared().database();
    let near = std::net::SocketAddr::from(([127, 0, 0, 1], Cluster::shared().port()));
    let far = Proxy::before(near);
    far.delay_each_way(FAR);
    let from_afar = url.replace(&near.to_string(), &far.address().to_string());
    let mut addresses = vec![url.clone(); SERVERS - 1];
    addresses.push(from_afar);
    let market = Arc::new(Market::open(&addresses, shows).await);
    let crowd = market.let_in(PEOPLE);
    market.sells(ENOUGH).await;
    crowd.leave().await;

    let told = market.diary().so_far();
    told.agrees().unwrap_or_else(|why| panic!("{why}"));
    let journals = Journals::read(&url).await;
    told.is_kept_by(&journals)
        .unwrap_or_else(|why| panic!("{why}"));
    journals.are_sound().unwrap_or_else(|why| panic!("{why}"));
    market.close().await;
    let deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()";
    assert_eq!(Cluster::shared().admin_in(&url, deadlocks), "0");
    told.count()
}

/// Each server sold, and none less than a tenth of what would be its share.
fn is_fair(count: &Count) {
    let all: usize = count.won.iter().sum();
    let least = all / SERVERS / 10;
    let shares: Vec<_> = count.won.iter().map(|n| n * 100 / all.max(1)).collect();
    eprintln!("shares of {all} holds in %, the last from afar: {shares:?}; {count:?}");
    assert!(all >= ENOUGH / 4, "too little happened: {count:?}");
    assert!(count.won.iter().all(|n| *n > least), "{count:?}");
    assert!(count.paid > 0 && count.ended == count.held, "{count:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn four_servers_and_a_crowd_in_one_show() {
    let count = buy(1).await;
    is_fair(&count);
    // There are fewer pairs of seats than people.
    assert!(count.refused.iter().all(|n| *n > 0), "{count:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn four_servers_and_a_crowd_in_two_hundred_shows() {
    is_fair(&buy(200).await);
}

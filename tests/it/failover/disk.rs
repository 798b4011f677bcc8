//! The disk of the primary is full, by a limit on the size of its files: nothing is sold, nothing is
//! lost, and it goes on when there is room again or when a standby leads, whether or not anybody stopped
//! the one that is full.

use super::*;
use houseful_tests::test_app::As;

/// Waits until people are told that nothing can be written, at each server.
async fn until_unwritable(market: &Market) {
    let before = unwritable(market);
    wait::until_async("people who are told", 60, async || {
        (unwritable(market) >= before + 2 * PEOPLE).then_some(())
    })
    .await;
}

/// Waits until the last page is full, too: between two rounds of people who are told nothing is sold.
async fn until_full(market: &Market) {
    wait::until_async("a full disk", 60, async || {
        let written = market.diary().writes().len();
        until_unwritable(market).await;
        (market.diary().writes().len() == written).then_some(())
    })
    .await;
}

fn unwritable(market: &Market) -> usize {
    let count = market.diary().count();
    count.not_now.get("store_unwritable").copied().unwrap_or(0)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_primary_whose_disk_is_full_loses_nothing_and_is_followed_by_another() {
    let mut three = block_in_place(Three::start);
    let database = block_in_place(|| three.primary().database());
    let address = three.address(&database);
    let market = Arc::new(Market::open(&[address.clone(), address], SHOWS).await);
    let crowd = market.let_in(PEOPLE);
    market.sells(ENOUGH).await;

    // No room for journals: told as that, and pictures are shown all the same.
    block_in_place(|| three.primary().fill_disk(&database));
    until_full(&market).await;
    // The server says what is the matter in its own code, which servers of ours know.
    let said = three.primary().log();
    assert!(said.contains("wrote only 4096 of 8192 bytes"), "{said}");
    let full = wait::now();
    for app in market.servers() {
        let map = app.get(As::Nobody, "/v1/shows/shw_1/seats").await;
        assert_eq!(map.status, 200, "{}", map.text);
    }
    is_kept(&three, &market, &database).await;
    // Somebody makes room.
    block_in_place(|| three.empty_disk());
    market.sells_since(full, ENOUGH).await;

    // Or has a standby lead: with the full one stopped, as is written down, or there still, where it
    // answers everybody and writes nothing.
    for fate in [Some(Fate::StoppedAtOnce), None] {
        block_in_place(|| three.primary().fill_disk(&database));
        until_full(&market).await;
        let old = three.leader();
        block_in_place(|| match fate {
            Some(fate) => {
                three.strike(fate);
                three.promote()
            }
            None => three.promote_beside(),
        });
        market.sells_since(wait::now(), ENOUGH).await;
        is_kept(&three, &market, &database).await;
        block_in_place(|| three.rejoin(old));
        market.sells_since(wait::now(), ENOUGH).await;
    }

    // No room for the log of changes: it ends by itself.
    let old = three.leader();
    block_in_place(|| {
        three.fill_disk_to_the_last_byte();
        three.promote();
    });
    market.sells_since(wait::now(), ENOUGH).await;
    is_kept(&three, &market, &database).await;
    block_in_place(|| three.rejoin(old));
    crowd.leave().await;
    let journals = is_kept(&three, &market, &database).await;
    journals.are_sound().unwrap_or_else(|why| panic!("{why}"));
    market.close().await;
}

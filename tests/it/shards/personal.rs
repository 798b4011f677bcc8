//! Who somebody is, and which seats they have, stands in one shard only, wherever a show has been.

use houseful_core::{code::slot_of, ids::ShowId};
use houseful_server::shards::Stage;
use houseful_tests::test_app::{As, TestApp};
use serde_json::{Value, json};

use super::{
    Ground, by_cash, count, found, in_north, killed::dies_at, moves::moves, open, shows, text,
};

/// How many rows a shard has that say where people sit or who they are.
fn personal(url: &str) -> u64 {
    let rows = ["booking", "ticket", "contact", "contact_word"];
    rows.iter()
        .map(|table| count(url, &format!("SELECT count(*) FROM {table}")))
        .sum()
}

async fn is_for(app: &TestApp, booking: &Value, name: &str) {
    let path = format!("/v1/bookings/{}/contact", text(booking, "id"));
    let put = app.request(As::Clerk, reqwest::Method::PUT, &path);
    app.send(put.json(&json!({"name": name}))).await.expect(200);
}

/// A show in the north that has sold two seats to somebody.
async fn sold(app: &TestApp) -> (ShowId, Value) {
    let show = shows(1, in_north)[0];
    open(app, &[show]).await;
    let booking = by_cash(app, show, &["A1", "A2"]).await;
    is_for(app, &booking, "Ann Arbor").await;
    (show, booking)
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_a_show_that_went_and_came_back_stays_where_it_was() {
    let ground = Ground::new();
    let app = ground.server().await;
    let (show, booking) = sold(&app).await;
    let slot = slot_of(show);
    let before = personal(&ground.north);
    assert!(before >= 5, "{before}");
    moves(&ground, slot, "south").await;
    assert_eq!(
        (personal(&ground.north), personal(&ground.south)),
        (0, before)
    );
    // What changes there is what comes back.
    is_for(&app, &booking, "Bea").await;
    let there = personal(&ground.south);
    moves(&ground, slot, "north").await;
    assert_eq!(
        (personal(&ground.north), personal(&ground.south)),
        (there, 0)
    );
    assert_eq!(found(&app, "q=bea").await, [text(&booking, "id")]);
    assert_eq!(found(&app, "q=arbor").await, Vec::<String>::new());
    by_cash(&app, show, &["B1"]).await;
    moves(&ground, slot, "south").await;
    assert_eq!(personal(&ground.north), 0);
    assert_eq!(found(&app, "q=bea").await, [text(&booking, "id")]);
    app.finish().await;
}

/// A move that was cut off before it had cleared away, and another one from there.
#[tokio::test(flavor = "multi_thread")]
async fn a_third_shard_clears_away_what_two_moves_left_behind() {
    let (ground, west) = Ground::with_west();
    let app = ground.server().await;
    let (show, booking) = sold(&app).await;
    let slot = slot_of(show);
    let all = personal(&ground.north);
    dies_at(&ground, slot, "south", |s| matches!(s, Stage::Arrived(_))).await;
    let halfway = (personal(&ground.north), personal(&ground.south));
    assert_eq!(halfway, (all, all), "it was cut off in between");
    moves(&ground, slot, "west").await;
    assert_eq!(
        (
            personal(&ground.north),
            personal(&ground.south),
            personal(&west)
        ),
        (0, 0, all)
    );
    assert_eq!(found(&app, "q=arbor").await, [text(&booking, "id")]);
    by_cash(&app, show, &["B1"]).await;
    app.finish().await;
}

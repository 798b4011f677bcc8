//! A shard that was put back to a copy from before a slot left it: two shards say that the slot is
//! theirs. The way out is that of `docs/operations.md`.

use houseful_core::code::slot_of;
use houseful_server::shards;
use houseful_tests::{
    cluster::Cluster,
    test_app::{As, booking},
};
use serde_json::json;

use super::{
    Ground, by_cash, count, file, found, in_north,
    moves::{moves, name},
    open,
    opening::refused,
    shows, text,
};

#[tokio::test(flavor = "multi_thread")]
async fn the_way_out_that_is_written_down_leads_out() {
    // A future of that size is for the heap.
    Box::pin(leads_out()).await;
}

async fn leads_out() {
    let mut ground = Ground::new();
    let app = ground.server().await;
    let slot = slot_of(shows(1, in_north)[0]);
    let all = shows(2, |s| s == slot);
    open(&app, &all).await;
    let before = by_cash(&app, all[0], &["A1"]).await;
    let path = format!("/v1/bookings/{}/contact", text(&before, "id"));
    let put = app.request(As::Clerk, reqwest::Method::PUT, &path);
    let put = put.json(&json!({"name": "Ann Arbor"}));
    app.send(put).await.expect(200);
    app.finish().await;
    // The copy. What is sold after it, in the north and in the south, it does not know.
    let cluster = Cluster::shared();
    let copy = cluster.copy_of(ground.north.rsplit('/').next().expect("a name"));
    let app = ground.server().await;
    by_cash(&app, all[0], &["B1"]).await;
    Box::pin(moves(&ground, slot, "south")).await;
    by_cash(&app, all[0], &["C1"]).await;
    app.finish().await;

    // The north is put back to it, and no server starts.
    ground.north.clone_from(&copy);
    ground.file = file(&[
        ("north", &ground.north, "0-511"),
        ("south", &ground.south, "512-1023"),
    ]);
    let told = refused(&ground.home, Some(&ground.file)).await;
    let twice = format!("the databases of north and south both say that slot {slot} is theirs");
    assert!(told.starts_with(&twice), "{told}");
    let told = &mut |_| ();
    let again = Box::pin(shards::move_slot(
        &ground.file,
        (slot, &name("south")),
        told,
    ))
    .await;
    let told = again.expect_err("a refusal").to_string();
    assert!(told.starts_with(&twice), "{told}");

    // 1: which of the two went on; 2: the other one is told so; 3: the move, once more.
    let stands = |url: &str, show: u64| {
        let sql = format!("SELECT ver FROM show_head WHERE show_id = {show}");
        count(url, &sql)
    };
    for show in &all {
        assert!(stands(&ground.south, show.0) > stands(&ground.north, show.0));
    }
    let other = format!("UPDATE shard_slot SET left_to = 'south' WHERE slot = {slot}");
    cluster.admin_in(&ground.north, &other);
    let moved = Box::pin(moves(&ground, slot, "south")).await;
    assert_eq!(moved.shows, 0, "they are there");
    for rows in ["ticket", "booking", "contact", "contact_word"] {
        let rows = format!("SELECT count(*) FROM {rows}");
        assert_eq!(
            count(&ground.north, &rows),
            0,
            "{rows} was left in the north"
        );
    }
    let left = "SELECT count(*) FROM show_head WHERE sales = 'moved' AND next_due IS NULL";
    assert_eq!(count(&ground.north, left), 2);
    // Whatever it sold before they left stays written where it was sold.
    let money = "SELECT count(*) FROM money_line";
    assert_eq!(count(&ground.north, money), 2);
    // The same once more changes nothing, and so does the way back.
    assert_eq!(Box::pin(moves(&ground, slot, "south")).await.shows, 0);

    // 4: servers start, and everything is there once.
    let app = ground.server().await;
    for seat in ["A1", "B1", "C1"] {
        let taken = app.hold(As::Clerk, &booking(all[0]), &[seat]).await;
        assert_eq!((taken.status, taken.code()), (409, "seats_taken"), "{seat}");
    }
    assert_eq!(found(&app, "q=arbor").await, [text(&before, "id")]);
    assert_eq!(found(&app, "recent=true").await.len(), 3);
    by_cash(&app, all[1], &["A1"]).await;
    assert_eq!(Box::pin(moves(&ground, slot, "north")).await.shows, 2);
    by_cash(&app, all[0], &["D1"]).await;
    app.finish().await;
}

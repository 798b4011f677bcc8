//! A shard that was put back to a copy. From before a slot left it: two shards say that the slot is
//! theirs. From before a slot came to it: nobody says so. The ways out are those of `docs/operations.md`.

use houseful_core::{code::slot_of, ids::ShowId};
use houseful_server::shards;
use houseful_tests::{
    cluster::Cluster,
    test_app::{As, TestApp, booking, command},
};
use serde_json::{Value, json};

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

/// What a shard has of people's tickets and bookings, in words that are the same for the same rows.
fn rows(url: &str) -> [String; 2] {
    let all = |table: &str, order: &str| {
        let sql = format!("SELECT string_agg(t::text, ' ' ORDER BY {order}) FROM {table} t");
        Cluster::shared().admin_in(url, &sql)
    };
    [all("ticket", "code"), all("booking", "booking")]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_show_whose_new_shard_was_put_back_has_its_tickets_again() {
    Box::pin(has_its_tickets_again()).await;
}

async fn has_its_tickets_again() {
    let mut ground = Ground::new();
    let slot = slot_of(shows(1, in_north)[0]);
    let all = shows(2, |s| s == slot);
    let (first, copy, before) = Box::pin(moved_after_a_copy(&ground, &all)).await;

    // The south is put back to the copy, which has never heard of these shows.
    ground.south = copy;
    ground.file = file(&[
        ("north", &ground.north, "0-511"),
        ("south", &ground.south, "512-1023"),
    ]);
    let app = ground.server().await;
    let gone = app.hold(As::Clerk, &booking(all[0]), &["D1"]).await;
    assert_eq!(gone.status, 503, "{}", gone.text);
    // The move once more: one of them had tickets.
    let moved = Box::pin(moves(&ground, slot, "south")).await;
    assert_eq!((moved.shows, moved.made_again), (2, 1));
    assert_eq!(rows(&ground.south), before);
    Box::pin(is_as_it_was(&app, &all, &first)).await;
    // Nothing is made again where nothing is missing, and the second guard stands.
    assert_eq!(Box::pin(moves(&ground, slot, "north")).await.made_again, 0);
    assert_eq!(Box::pin(moves(&ground, slot, "south")).await.made_again, 0);
    app.finish().await;
}

/// Sells, copies the south, sells and gives back, and moves the shows there: the first booking, the
/// copy, and what there is of tickets and bookings.
async fn moved_after_a_copy(ground: &Ground, all: &[ShowId]) -> (Value, String, [String; 2]) {
    let app = ground.server().await;
    let slot = slot_of(all[0]);
    open(&app, all).await;
    // What was sold before the copy, and after it, before the move; and what was given back of that.
    let first = by_cash(&app, all[0], &["A1", "A2"]).await;
    app.finish().await;
    let cluster = Cluster::shared();
    let copy = cluster.copy_of(ground.south.rsplit('/').next().expect("a name"));
    let app = ground.server().await;
    let back = by_cash(&app, all[0], &["B1"]).await;
    let path = format!("/v1/bookings/{}/cancel", text(&back, "id"));
    let cancel = json!({"command": command(), "reason": "ill"});
    app.post(As::Manager, &path, &cancel).await.expect(200);
    by_cash(&app, all[0], &["C1"]).await;
    let before = rows(&ground.north);
    assert!(
        before[0].contains(",t)") && before[0].contains(",f)"),
        "{before:?}"
    );
    let moved = Box::pin(moves(ground, slot, "south")).await;
    assert_eq!((moved.shows, moved.made_again), (2, 0));
    assert_eq!(rows(&ground.south), before);
    assert_eq!(rows(&ground.north), ["", ""]);
    app.finish().await;
    (first, copy, before)
}

async fn is_as_it_was(app: &TestApp, all: &[ShowId], first: &Value) {
    let ticket = format!("/v1/tickets/{}", text(&first["tickets"][0], "code"));
    let ticket = app.until(As::Clerk, &ticket, |t| t["seat"] == "A1").await;
    assert_eq!(ticket["code"], first["tickets"][0]["code"], "{ticket}");
    let code = format!("code={}", text(first, "code"));
    assert_eq!(found(app, &code).await, [text(first, "id")]);
    let taken = app.hold(As::Clerk, &booking(all[0]), &["A1"]).await;
    assert_eq!((taken.status, taken.code()), (409, "seats_taken"));
    for show in all {
        by_cash(app, *show, &["B1"]).await;
    }
}

/// A show that left and came back, in a shard that was put back to a copy from before: what the other
/// one sold meanwhile is free in it, and still stands there.
#[tokio::test(flavor = "multi_thread")]
async fn a_shard_that_a_show_came_back_to_does_not_sell_from_an_older_copy() {
    Box::pin(does_not_sell_from_an_older_copy(true)).await;
}

/// The same with a copy from before anybody bought a seat: nothing in it says that there was a show.
#[tokio::test(flavor = "multi_thread")]
async fn a_shard_that_a_show_came_back_to_does_not_open_it_anew_from_an_older_copy() {
    Box::pin(does_not_sell_from_an_older_copy(false)).await;
}

async fn does_not_sell_from_an_older_copy(is_sold_before: bool) {
    let mut ground = Ground::new();
    let slot = slot_of(shows(1, in_north)[0]);
    let show = shows(1, |s| s == slot)[0];
    let app = ground.server().await;
    if is_sold_before {
        open(&app, &[show]).await;
        by_cash(&app, show, &["A1"]).await;
    }
    app.finish().await;
    let cluster = Cluster::shared();
    let copy = cluster.copy_of(ground.north.rsplit('/').next().expect("a name"));
    let app = ground.server().await;
    Box::pin(moves(&ground, slot, "south")).await;
    if !is_sold_before {
        open(&app, &[show]).await;
    }
    by_cash(&app, show, &["B1"]).await;
    Box::pin(moves(&ground, slot, "north")).await;
    by_cash(&app, show, &["C1"]).await;
    app.finish().await;

    ground.north = copy;
    ground.file = file(&[
        ("north", &ground.north, "0-511"),
        ("south", &ground.south, "512-1023"),
    ]);
    let stands = || {
        let heads = "SELECT string_agg(h::text, ' ' ORDER BY show_id) FROM show_head h";
        let slots = "SELECT string_agg(s::text, ' ' ORDER BY slot) FROM shard_slot s";
        [&ground.north, &ground.south].map(|url| {
            let told = |sql| cluster.admin_in(url, sql);
            (told(heads), told(slots))
        })
    };
    let before = stands();
    let wanted = format!("shard north has {show} as it was before it came back from south");
    let told = refused(&ground.home, Some(&ground.file)).await;
    assert!(told.starts_with(&wanted), "{told}");
    // A move finds out by itself where the journal is that has to be carried.
    for to in ["north", "south"].into_iter().filter(|_| is_sold_before) {
        let told = &mut |_| ();
        let moved = Box::pin(shards::move_slot(&ground.file, (slot, &name(to)), told)).await;
        let told = moved.expect_err("a refusal").to_string();
        assert!(told.starts_with(&wanted), "{to}: {told}");
    }
    assert_eq!(stands(), before, "nothing was given or sealed");
}

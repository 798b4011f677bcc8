//! Slots that move while people buy.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::Duration,
};

use houseful_core::{
    code::slot_of,
    ids::{ShardName, ShowId},
    wire::admin::Mode,
};
use houseful_server::{
    clock::{Clock, ClockKind},
    shards::{self, Moved},
};
use houseful_tests::test_app::{As, TestApp, booking, command, payment};
use serde_json::{Value, json};

use super::{Ground, by_cash, count, found, in_north, open, shows, text};

/// How many people buy at each server.
const CLIENTS: usize = 6;

pub(super) fn name(text: &str) -> ShardName {
    text.parse().expect("a name")
}

/// Moves a slot as the command does.
pub(super) async fn moves(ground: &Ground, slot: u16, to: &str) -> Moved {
    let moved = shards::move_slot(&ground.file, (slot, &name(to)), &mut |_| ()).await;
    moved.expect("a move")
}

/// Two servers and a crowd at each.
struct Crowd {
    apps: Vec<TestApp>,
    shows: Vec<ShowId>,
    /// What was told to be sold, by booking: at which show.
    sold: Mutex<BTreeMap<String, ShowId>>,
    /// How often somebody was told to come back, by show.
    busy: Mutex<BTreeMap<ShowId, u32>>,
    done: AtomicBool,
    asked: AtomicU32,
    /// The longest that anybody waited for an answer that was no "come back", in milliseconds.
    longest_ms: AtomicU32,
}

impl Crowd {
    async fn ask(&self, app: &TestApp, show: ShowId, path: &str, body: &Value) -> Value {
        let began = Clock::stopwatch();
        loop {
            let said = app.post(As::Clerk, path, body).await;
            self.asked.fetch_add(1, Ordering::Relaxed);
            match said.status {
                // The same again settles it.
                503 => {
                    *self.busy.lock().expect("a lock").entry(show).or_default() += 1;
                    tokio::task::yield_now().await;
                }
                200 | 201 | 409 | 410 => {
                    let took = Clock::stopwatch().saturating_duration_since(began);
                    let ms = u32::try_from(took.as_millis()).expect("a short time");
                    self.longest_ms.fetch_max(ms, Ordering::Relaxed);
                    return said.body;
                }
                other => panic!("{path}: {other} {}", said.text),
            }
        }
    }

    /// Buys and gives back, until everybody goes home.
    async fn buy(self: Arc<Self>, n: usize) {
        let app = &self.apps[n % self.apps.len()];
        for turn in n.. {
            if self.done.load(Ordering::Relaxed) {
                return;
            }
            let show = self.shows[turn % self.shows.len()];
            let id = booking(show);
            let row = ['A', 'B', 'C'][turn % 3];
            let seat = format!("{row}{}", 1 + turn * 7 % 10);
            let wish = json!({"booking": id, "command": command(), "allow_orphans": true,
                "wish": {"seats": [{"seat": seat}]}});
            let held = self.ask(app, show, "/v1/bookings", &wish).await;
            if held["state"] != "held" {
                continue;
            }
            let path = format!("/v1/bookings/{id}");
            if turn % 5 == 0 {
                let cash = json!({"command": command(), "payment": payment()});
                let paid = self.ask(app, show, &format!("{path}/cash"), &cash).await;
                if paid["state"] == "confirmed" {
                    self.sold.lock().expect("a lock").insert(id, show);
                }
            } else {
                let release = json!({"command": command()});
                self.ask(app, show, &format!("{path}/release"), &release)
                    .await;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slot_moves_under_load_and_nothing_is_lost_or_sold_twice() {
    let ground = Ground::new();
    let mut setup = ground.setup();
    setup.config.mode = Some(Mode::Live);
    setup.config.clock = ClockKind::System;
    let apps = vec![setup.clone().start().await, setup.start().await];
    let slot = slot_of(shows(1, in_north)[0]);
    let moving = shows(6, |s| s == slot);
    let staying = shows(6, |s| s != slot);
    open(&apps[0], &moving).await;
    open(&apps[0], &staying).await;
    let crowd = Arc::new(Crowd {
        apps,
        shows: moving.iter().chain(&staying).copied().collect(),
        sold: Mutex::default(),
        busy: Mutex::default(),
        done: AtomicBool::new(false),
        asked: AtomicU32::new(0),
        longest_ms: AtomicU32::new(0),
    });
    let people: Vec<_> = (0..2 * CLIENTS)
        .map(|n| tokio::spawn(Arc::clone(&crowd).buy(n)))
        .collect();
    let clock = crowd.apps[0].server().clock().clone();
    clock.rest_real(1_500).await;
    let there = moves(&ground, slot, "south").await;
    clock.rest_real(1_500).await;
    let back = moves(&ground, slot, "north").await;
    clock.rest_real(1_000).await;
    let again = moves(&ground, slot, "south").await;
    clock.rest_real(1_000).await;
    crowd.done.store(true, Ordering::Relaxed);
    for one in people {
        one.await.expect("somebody who goes home");
    }
    for moved in [&there, &back, &again] {
        assert_eq!(moved.shows, 6);
        assert!(moved.rows > 6, "{moved:?}");
        assert!(moved.longest_pause < Duration::from_secs(10), "{moved:?}");
    }
    assert_eq!(
        (&there.from[..], &back.from[..]),
        (&[name("north")][..], &[name("south")][..])
    );
    let crowd = Arc::into_inner(crowd).expect("nobody else");
    let sold = crowd.sold.into_inner().expect("a lock");
    let busy = crowd.busy.into_inner().expect("a lock");
    println!(
        "{} requests, {} sold; rows {}, longest pause {:?}, all pauses {:?}; {} told to come back; longest answer {} ms",
        crowd.asked.into_inner(),
        sold.len(),
        again.rows,
        again.longest_pause,
        again.total_pause,
        busy.values().sum::<u32>(),
        crowd.longest_ms.into_inner(),
    );
    let on = |shows: &[ShowId]| sold.values().filter(|show| shows.contains(show)).count();
    assert!(
        on(&moving) > 0 && on(&staying) > 0,
        "the crowd bought nothing"
    );
    // Whoever bought elsewhere was not told to come back because of the move.
    let elsewhere: u32 = staying.iter().filter_map(|show| busy.get(show)).sum();
    assert_eq!(elsewhere, 0, "{busy:?}");
    // Each yes is true, at both servers.
    for app in &crowd.apps {
        for id in sold.keys() {
            let path = format!("/v1/bookings/{id}");
            let told = app.get(As::Clerk, &path).await.expect(200);
            assert_eq!(told["state"], "confirmed", "{told}");
        }
    }
    // Tickets and journals agree, journals have no gaps, no seat has two owners.
    for app in crowd.apps {
        app.finish().await;
    }
    let tickets = "SELECT count(*) FROM ticket WHERE valid";
    let valid = count(&ground.north, tickets) + count(&ground.south, tickets);
    assert_eq!(valid, u64::try_from(sold.len()).expect("a number"));
    let moved = "SELECT count(*) FROM show_head WHERE sales = 'moved'";
    assert_eq!(
        (count(&ground.north, moved), count(&ground.south, moved)),
        (6, 0)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_show_has_goes_with_it_and_is_found_there() {
    let ground = Ground::new();
    let app = ground.server().await;
    let show = shows(1, in_north)[0];
    let (slot, new) = (slot_of(show), shows(2, |s| s == slot_of(show))[1]);
    open(&app, &[show]).await;
    let sold = by_cash(&app, show, &["A1", "A2"]).await;
    let id = text(&sold, "id");
    let path = format!("/v1/bookings/{id}/contact");
    let contact = json!({"name": "Ann Arbor", "phone": "020 7946 0958"});
    let put = app.request(As::Clerk, reqwest::Method::PUT, &path);
    app.send(put.json(&contact)).await.expect(200);
    let held = booking(show);
    app.hold(As::Clerk, &held, &["B1", "B2"]).await.expect(201);
    let moved = moves(&ground, slot, "south").await;
    assert_eq!(moved.shows, 1);
    for personal in ["contact", "contact_word", "booking", "ticket"] {
        let rows = format!("SELECT count(*) FROM {personal}");
        assert_eq!(count(&ground.north, &rows), 0, "{personal} stays behind");
        assert_ne!(count(&ground.south, &rows), 0, "{personal} is not there");
    }
    // This server has not been told.
    let code = text(&sold, "code");
    for question in [
        format!("code={code}"),
        format!("q={}", &code[..7]),
        "q=arbor".to_owned(),
    ] {
        assert_eq!(found(&app, &question).await, [id], "{question}");
    }
    let told = app
        .get(As::Clerk, &format!("/v1/bookings/{id}"))
        .await
        .expect(200);
    assert_eq!(told["contact"]["name"], "Ann Arbor");
    let cash = json!({"command": command(), "payment": payment()});
    let paid = app
        .post(As::Clerk, &format!("/v1/bookings/{held}/cash"), &cash)
        .await;
    assert_eq!(
        paid.expect(200)["state"],
        "confirmed",
        "the hold goes on there"
    );
    let after = app
        .get(As::Manager, &format!("/v1/shows/{show}/journal?limit=1000"))
        .await;
    let after = after.expect(200);
    let kinds: Vec<&str> = after["items"]
        .as_array()
        .expect("rows")
        .iter()
        .map(|r| text(r, "kind"))
        .collect();
    let sealed = kinds.iter().position(|kind| *kind == "sealed");
    assert_eq!(sealed.and_then(|at| kinds.get(at + 1)), Some(&"arrived"));
    // A show that is new opens in the new shard, by a server that thinks otherwise too.
    app.open_show(new.0).await;
    by_cash(&app, new, &["A1"]).await;
    let lives = format!("SELECT count(*) FROM show_head WHERE show_id = {}", new.0);
    assert_eq!(
        (count(&ground.north, &lives), count(&ground.south, &lives)),
        (0, 1)
    );
    // A server that starts with the old file finds it all, and so does one without a move to follow.
    let other = ground.server().await;
    by_cash(&other, show, &["C1"]).await;
    by_cash(&other, new, &["C1"]).await;
    assert_eq!(found(&other, &format!("code={code}")).await, [id]);
    other.finish().await;
    // The same again has nothing to do.
    let again = moves(&ground, slot, "south").await;
    assert_eq!((again.shows, again.rows, again.from.len()), (0, 0, 0));
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_watches_a_show_goes_on_watching_while_it_moves() {
    let ground = Ground::new();
    let app = ground.server().await;
    let show = shows(1, in_north)[0];
    open(&app, &[show]).await;
    let hub = app.server().hub().clone();
    app.get(As::Nobody, &format!("/v1/shows/{show}/seats"))
        .await
        .expect(200);
    let mut feed = hub.watch(&hub.picture(show).expect("a picture"));
    moves(&ground, slot_of(show), "south").await;
    let other = ground.server().await;
    let sold = other
        .hold(As::Clerk, &booking(show), &["A1"])
        .await
        .expect(201);
    let wanted = text(&sold, "version").to_owned();
    let seen = async {
        while feed.borrow_and_update().version().to_string() != wanted {
            feed.changed().await.expect("the hub is there");
        }
    };
    let seen = tokio::time::timeout(Duration::from_secs(10), seen).await;
    seen.expect("a watcher at another server sees what was sold after the move");
    other.finish().await;
    app.finish().await;
}

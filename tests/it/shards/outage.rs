//! A shard that is away, and the rest of the house.

use std::fs;

use houseful_core::{code::slot_of, ids::ShowId, wire::admin::Role};
use houseful_tests::{
    cluster::Cluster,
    folder::Folder,
    program::Ran,
    test_app::{As, TestApp, booking},
    wait,
};
use serde_json::{Value, json};

use super::{Ground, by_cash, file, found, in_north, in_south, open, shows, text};

/// The longest until a server has seen that a shard went or came back, in seconds.
const NOTICED_S: u64 = 30;

fn ground(other: &Cluster) -> Ground {
    let here = Cluster::shared();
    Ground::of([here.database(), here.database(), other.database()])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_shard_keeps_nobody_from_the_shows_of_the_others() {
    let mut other = Cluster::quick();
    let ground = ground(&other);
    let app = ground.server().await;
    let (north, south) = (shows(2, in_north), shows(1, in_south)[0]);
    open(&app, &north).await;
    open(&app, &[south]).await;
    let sold = by_cash(&app, north[0], &["A1"]).await;
    let lost = by_cash(&app, south, &["A1"]).await;
    other.kill();
    // The code names the shard, and no other is asked.
    let code = format!("code={}", text(&sold, "code"));
    assert_eq!(found(&app, &code).await, [text(&sold, "id")]);
    let begun = format!("q={}", &text(&sold, "code")[..7]);
    assert_eq!(found(&app, &begun).await, [text(&sold, "id")]);
    let ticket = format!("/v1/tickets/{}", text(&sold["tickets"][0], "code"));
    app.get(As::Clerk, &ticket).await.expect(200);
    by_cash(&app, north[1], &["B1", "B2"]).await;
    let ready = app.get(As::Nobody, "/readyz").await;
    assert_eq!(ready.status, 200, "{}", ready.text);
    assert_eq!(found(&app, "recent=true").await.len(), 2);
    until_told(&app, &["in_use", "away"]).await;
    // What would have to be whole is not told in part, but by whom it would be.
    let day = "date=2026-11-23";
    for path in [
        "/v1/bookings?q=ann".to_owned(),
        format!("/v1/bookings?code={}", text(&lost, "code")),
        "/v1/audit".to_owned(),
        format!("/v1/reports/money?{day}"),
        "/v1/desk".to_owned(),
        "/v1/tickets/7KQM-4T2X-PA9D".to_owned(),
    ] {
        let said = app.get(As::Manager, &path).await;
        let told = (said.status, said.code());
        assert_eq!(told, (503, "shard_unavailable"), "{path}: {}", said.text);
        assert!(said.text.contains("shard south does not answer"), "{path}");
        assert_ne!(said.header("retry-after"), "", "{path}");
    }
    let refused = app.hold(As::Clerk, &booking(south), &["A2"]).await;
    assert_eq!(refused.status, 503, "{}", refused.text);
    other.restart();
    let path = format!("/v1/bookings/{}", text(&lost, "id"));
    app.until(As::Clerk, &path, |b| b["state"] == "confirmed")
        .await;
    by_cash(&app, south, &["A2"]).await;
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_starts_without_a_shard_and_takes_it_in_when_it_is_there() {
    let mut other = Cluster::quick();
    let mut ground = ground(&other);
    // So that the shows of the catalogue are in both.
    ground.file = file(&[
        ("north", &ground.north, "0-255"),
        ("south", &ground.south, "256-1023"),
    ]);
    let app = ground.server().await;
    let is_away = |show: ShowId| slot_of(show) > 255;
    let (north, south) = (shows(1, |slot| slot < 256)[0], shows(1, in_south)[0]);
    open(&app, &[north, south]).await;
    let sold = by_cash(&app, south, &["A1"]).await;
    let mut all = app.open_cinema().await;
    app.finish().await;
    other.stop();
    let app = ground.server().await;
    by_cash(&app, north, &["A1"]).await;
    let refused = app.hold(As::Clerk, &booking(south), &["A2"]).await;
    assert_eq!(refused.status, 503, "{}", refused.text);
    // Nobody knows how full the shows of the south are, and so it is told, wherever they are listed.
    assert!(all.iter().any(|s| is_away(*s)) && !all.iter().all(|s| is_away(*s)));
    for (show, told) in listed(&app, &all).await {
        let known = (text(&told, "status"), told["free"] == json!(0));
        let wanted = if is_away(show) {
            ("away", true)
        } else {
            ("on_sale", false)
        };
        assert_eq!(known, wanted, "{told}");
        assert_ne!(told["total"], json!(0), "the hall is known: {told}");
    }
    let folder = Folder::new();
    let ran = at_a_till(&folder, &app, &["show", "list", "-o", "json"]).done();
    assert!(ran.out.contains("\"away\""), "{ran:?}");
    let lost = all
        .iter()
        .find(|s| is_away(**s))
        .expect("one in the south")
        .to_string();
    let ran = at_a_till(&folder, &app, &["show", "view", &lost, "-o", "table"]).done();
    assert!(
        ran.out
            .contains("away: the database it is in does not answer"),
        "{ran:?}"
    );
    other.restart();
    let path = format!("/v1/bookings/{}", text(&sold, "id"));
    app.until(As::Clerk, &path, |b| b["state"] == "confirmed")
        .await;
    by_cash(&app, south, &["A2"]).await;
    for (_, told) in listed(&app, &all).await {
        assert_eq!(text(&told, "status"), "on_sale", "{told}");
    }
    all.push(north);
    for show in all {
        let path = format!("/v1/shows/{show}/seats");
        app.get(As::Nobody, &path).await.expect(200);
    }
    app.finish().await;
}

/// Shows as each way to them tells them: a list, the search and a page of its own.
async fn listed(app: &TestApp, all: &[ShowId]) -> Vec<(ShowId, Value)> {
    let mut told = Vec::new();
    let list = app.get(As::Nobody, "/v1/shows?limit=500").await.expect(200);
    let list = list["items"].as_array().expect("shows");
    for show in all {
        let of = |told: &&Value| text(told, "id") == show.to_string();
        told.push((*show, list.iter().find(of).expect("listed").clone()));
        let path = format!("/v1/shows/{show}");
        let page = app.get(As::Nobody, &path).await.expect(200);
        told.push((*show, page));
    }
    let title = text(&told[0].1, "title").to_lowercase();
    let path = format!("/v1/search?q={}", title.replace(' ', "%20"));
    let found = app.get(As::Nobody, &path).await.expect(200);
    for show in found["shows"].as_array().expect("shows") {
        told.push((text(show, "id").parse().expect("an id"), show.clone()));
    }
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shard_joins_only_when_all_are_there() {
    let mut other = Cluster::quick();
    let ground = ground(&other);
    other.stop();
    let mut config = ground.setup().config;
    config.token = None;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
    let started = houseful_server::app::serve(config, listener.expect("a port")).await;
    let told = started.map(drop).expect_err("a refusal").to_string();
    assert!(
        told.starts_with("shard north is new and shard south can't be reached"),
        "{told}"
    );
    assert!(
        told.ends_with("when a shard joins, all have to be there"),
        "{told}"
    );
    other.restart();
    let app = ground.server().await;
    app.finish().await;
}

/// How the server says that the shards stand, in the order of the file.
async fn states(app: &TestApp) -> Vec<Value> {
    let told = app.get(As::Manager, "/v1").await.expect(200);
    told["shards"].as_array().expect("shards").clone()
}

/// Waits until the shards stand so.
async fn until_told(app: &TestApp, wanted: &[&str]) -> Vec<Value> {
    wait::until_async("how the shards stand", NOTICED_S, async || {
        let told = states(app).await;
        let are = told.iter().map(|shard| text(shard, "state"));
        are.eq(wanted.iter().copied()).then_some(told)
    })
    .await
}

/// A command of the program at a till of this server.
fn at_a_till(folder: &Folder, app: &TestApp, args: &[&str]) -> Ran {
    let token = app.token_of(Role::Clerk);
    fs::write(folder.path("token"), token).expect("a file");
    houseful_tests::apart::private(&folder.path("token"));
    let mut command = folder.command(args);
    command.env("HOUSEFUL_SERVER", app.url());
    command.env("HOUSEFUL_TOKEN_FILE", folder.path("token"));
    Ran::to_its_end(&mut command, args.join(" "))
}

/// What is told without a shard says so: a name is there, and so is an exit code.
#[tokio::test(flavor = "multi_thread")]
async fn a_list_without_a_shard_says_which() {
    let mut other = Cluster::quick();
    let ground = ground(&other);
    let app = ground.server().await;
    let (north, south) = (shows(1, in_north)[0], shows(1, in_south)[0]);
    open(&app, &[north, south]).await;
    for (show, name) in [(north, "Ann Arbor"), (south, "Ann Aster")] {
        let sold = by_cash(&app, show, &["A1"]).await;
        let path = format!("/v1/bookings/{}/contact", text(&sold, "id"));
        let put = app.request(As::Clerk, reqwest::Method::PUT, &path);
        app.send(put.json(&json!({"name": name}))).await.expect(200);
    }
    let folder = Folder::new();
    let list = ["booking", "list", "--recent", "-o", "json"];
    let whole = at_a_till(&folder, &app, &list).done().json();
    assert_eq!(whole["items"].as_array().map(Vec::len), Some(2));
    assert_eq!(whole["away"], Value::Null, "nobody is missing");

    other.kill();
    for question in ["recent=true", "q=ann"] {
        let path = format!("/v1/bookings?{question}");
        let told = app.get(As::Clerk, &path).await.expect(200);
        assert_eq!(told["away"], json!(["south"]), "{question}");
        assert_eq!(told["items"].as_array().map(Vec::len), Some(1));
        assert_eq!(text(&told["items"][0], "show"), north.to_string());
    }
    // Whoever is not found may be there.
    let said = app.get(As::Clerk, "/v1/bookings?q=aster").await;
    assert_eq!((said.status, said.code()), (503, "shard_unavailable"));
    let find = ["booking", "list", "--find", "ann", "-o", "json"];
    for args in [&list[..], &find[..]] {
        let ran = at_a_till(&folder, &app, args).ended(9);
        assert_eq!(ran.json()["items"].as_array().map(Vec::len), Some(1));
        assert_eq!(ran.error()["fields"]["away"], json!(["south"]));
    }
    let ran = at_a_till(&folder, &app, &list[..3]).ended(9);
    assert!(ran.out.contains("Ann") || ran.out.contains("A1"), "{ran:?}");
    let told = "shard south does not answer: the list is without what it has";
    assert!(ran.err.contains(told), "{ran:?}");
    other.restart();
    wait::until_async("the whole list", NOTICED_S, async || {
        let told = app.get(As::Clerk, "/v1/bookings?q=ann").await;
        (told.status == 200 && told.body["away"].is_null()).then_some(())
    })
    .await;
    app.finish().await;
}

/// How the shards stand is told to whom it concerns, and told again when it changes.
#[tokio::test(flavor = "multi_thread")]
async fn a_shard_that_is_away_or_refused_is_seen_at_the_server() {
    let mut other = Cluster::quick();
    let ground = ground(&other);
    let app = ground.server().await;
    let show = shows(1, in_south)[0];
    open(&app, &[show]).await;
    by_cash(&app, show, &["A1"]).await;
    until_told(&app, &["in_use", "in_use"]).await;
    let ready = async |app: &TestApp| app.get(As::Nobody, "/readyz").await;
    assert_eq!(ready(&app).await.text, "ready\n");
    other.kill();
    let told = until_told(&app, &["in_use", "away"]).await;
    assert!(told[1]["reason"].is_string(), "{told:?}");
    assert_eq!(
        (ready(&app).await.status, ready(&app).await.text.as_str()),
        (200, "ready\n1 of 2 shards not in use\n")
    );
    // Where databases are is the manager's business.
    let clerk = app.get(As::Clerk, "/v1").await.expect(200);
    assert_eq!(
        clerk["shards"][1],
        json!({"shard": "south", "state": "away"})
    );
    let nobody = app.get(As::Nobody, "/v1").await.expect(200);
    assert_eq!(nobody["shards"], Value::Null);

    // It comes back as somebody else's: an empty database under its address. One server had it in use,
    // the other one begins without it.
    let late = ground.server().await;
    until_told(&late, &["in_use", "away"]).await;
    other.restart();
    let name = ground.south.rsplit('/').next().expect("a name").to_owned();
    let busy = format!("SELECT count(*) FROM pg_stat_activity WHERE datname = '{name}'");
    let rename = |from: &str, to: &str| {
        let end = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                   WHERE pid <> pg_backend_pid() AND datname IS NOT NULL";
        wait::until("a database with another name", NOTICED_S, || {
            other.admin(end);
            let nobody = other.admin(&busy) == "0";
            nobody.then(|| other.admin(&format!("ALTER DATABASE {from} RENAME TO {to}")))
        });
    };
    other.admin(&format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false"));
    rename(&name, "old");
    other.admin(&format!("CREATE DATABASE {name} OWNER houseful"));
    for app in [&app, &late] {
        let told = until_told(app, &["in_use", "refused"]).await;
        let why = text(&told[1], "reason");
        let wanted = "the house had shard south in another database";
        assert!(why.contains(wanted), "{why}");
        assert_eq!(ready(app).await.text, "ready\n1 of 2 shards not in use\n");
        // Nobody is told that there is no such show.
        let refused = app.hold(As::Clerk, &booking(show), &["A1"]).await;
        assert_eq!(refused.status, 503, "{}", refused.text);
    }
    // Nobody made a schema in it, however often they looked.
    let tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'";
    assert_eq!(other.admin_in(&ground.south, tables), "0");
    // The one that was meant is taken in by itself.
    other.admin(&format!("DROP DATABASE {name} WITH (FORCE)"));
    other.admin(&format!("ALTER DATABASE old RENAME TO {name}"));
    other.admin(&format!("ALTER DATABASE {name} ALLOW_CONNECTIONS true"));
    for app in [&app, &late] {
        until_told(app, &["in_use", "in_use"]).await;
        let taken = app.hold(As::Clerk, &booking(show), &["A1"]).await;
        assert_eq!(
            (taken.status, taken.code()),
            (409, "seats_taken"),
            "it is known again"
        );
    }
    late.finish().await;
    app.finish().await;
}

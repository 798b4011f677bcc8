//! Which databases are taken for the shards of a house, and which are refused.

use std::sync::Arc;

use houseful_server::{
    app::{RunningServer, serve},
    database::Address,
    shards::ShardFile,
};
use houseful_tests::{
    cluster::Cluster,
    folder::Folder,
    test_app::{As, Setup, TestApp},
    wait,
};
use tokio::net::TcpListener;

use super::{Ground, by_cash, count, file, in_north, in_south, open, shows};

async fn start(home: &str, shards: Option<&ShardFile>) -> Result<RunningServer, String> {
    let mut config = Setup::default().on(Address::new(home.as_ref())).config;
    config.shards = shards.cloned();
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    serve(config, listener).await.map_err(|e| e.to_string())
}

pub(super) async fn refused(home: &str, shards: Option<&ShardFile>) -> String {
    match start(home, shards).await {
        Ok(running) => {
            running.stop().await;
            panic!("the server has started")
        }
        Err(why) => why,
    }
}

async fn alone(url: &str) -> TestApp {
    let setup = Setup::default().on(Address::new(url.as_ref()));
    setup.start().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_is_sold_from_only_as_the_shard_it_is() {
    let ground = Ground::new();
    ground.server().await.finish().await;
    let Ground {
        home,
        north,
        south,
        file: right,
    } = &ground;
    let swapped = file(&[("north", south, "0-511"), ("south", north, "512-1023")]);
    let told = refused(home, Some(&swapped)).await;
    assert_eq!(
        told,
        "the database named for shard north is shard south; write each address to its own name"
    );
    let twice = format!("{north}?application_name=other");
    let same = file(&[("north", north, "0-511"), ("south", &twice, "512-1023")]);
    let told = refused(home, Some(&same)).await;
    assert_eq!(
        told,
        "the database named for shard south is shard north; write each address to its own name"
    );
    // Nor before they are shards.
    let new = Cluster::shared().database();
    let again = format!("{new}?application_name=other");
    let same = file(&[("north", &new, "0-511"), ("south", &again, "512-1023")]);
    let told = refused(&Cluster::shared().database(), Some(&same)).await;
    assert_eq!(
        told,
        "the shards north and south have one database; give each one of its own"
    );
    let told = refused(north, None).await;
    assert_eq!(
        told,
        "the database is shard north of a house with several; say with `--shards FILE` which they are"
    );
    let elsewhere = Cluster::shared().database();
    let told = refused(&elsewhere, Some(right)).await;
    assert_eq!(
        told,
        "the database named for shard north is shard north of another house than --db names; name the two of one house"
    );
    let folder = Folder::new();
    let here = folder.path("cinema.db").display().to_string();
    let told = refused(&here, Some(right)).await;
    assert!(told.contains("cinema.db is a file"), "{told}");
    start(home, Some(right))
        .await
        .expect("a server")
        .stop()
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_house_with_shows_becomes_one_with_shards_and_loses_none() {
    let cluster = Cluster::shared();
    let (home, new) = (cluster.database(), cluster.database());
    let app = alone(&home).await;
    let (north, south) = (shows(1, in_north)[0], shows(1, in_south)[0]);
    open(&app, &[north, south]).await;
    by_cash(&app, south, &["A1"]).await;
    app.finish().await;
    let only_new = file(&[("new", &new, "0-1023")]);
    let told = refused(&home, Some(&only_new)).await;
    assert!(
        told.contains("has shows and is none of the shards"),
        "{told}"
    );
    let given = file(&[("old", &home, "0-511"), ("new", &new, "512-1023")]);
    let told = refused(&home, Some(&given)).await;
    assert!(
        told.contains("the database of shard old has shows of slot"),
        "{told}"
    );
    assert!(
        told.contains("move it with `houseful db move-slot`"),
        "{told}"
    );
    // What was refused changed nothing.
    alone(&home).await.finish().await;
    let whole = file(&[("old", &home, "0-1023"), ("new", &new, "")]);
    let ground = Ground {
        home: home.clone(),
        north: home.clone(),
        south: new,
        file: whole,
    };
    let app = ground.server().await;
    let refused = app
        .hold(
            As::Clerk,
            &houseful_tests::test_app::booking(south),
            &["A1"],
        )
        .await;
    assert_eq!((refused.status, refused.code()), (409, "seats_taken"));
    by_cash(&app, south, &["A2"]).await;
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_databases_say_counts_and_not_an_edited_file() {
    let ground = Ground::new();
    let app = ground.server().await;
    let show = shows(1, in_north)[0];
    open(&app, &[show]).await;
    by_cash(&app, show, &["A1"]).await;
    app.finish().await;
    // Somebody gives all slots to the other shard by editing the file, without moving them.
    let edited = file(&[
        ("north", &ground.north, ""),
        ("south", &ground.south, "0-1023"),
    ]);
    let edited = Ground {
        file: edited,
        ..ground
    };
    let app = edited.server().await;
    let taken = app
        .hold(As::Clerk, &houseful_tests::test_app::booking(show), &["A1"])
        .await;
    assert_eq!((taken.status, taken.code()), (409, "seats_taken"));
    let again = houseful_tests::made_up::command(
        houseful_tests::made_up::staff("test"),
        houseful_core::show::Ask::Open(Arc::new(houseful_tests::made_up::terms(
            "name: Hall\ncategory o: standard \"Standard\"\n\nA  oo\n",
            houseful_tests::made_up::card(&[("standard", "adult", 1_000)]),
        ))),
    );
    let opened = app.server().lane().ask(show, again).await;
    let told = opened.expect_err("it is open").to_string();
    assert!(told.contains("already"), "{told}");
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_home_of_a_house_with_shards_is_not_sold_from_alone() {
    let ground = Ground::new();
    alone(&ground.home).await.finish().await;
    ground.server().await.finish().await;
    let told = refused(&ground.home, None).await;
    assert_eq!(
        told,
        "the house has shards; say with `--shards FILE` which they are"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_joins_takes_nothing_from_a_shard_that_the_file_leaves_out() {
    let ground = Ground::new();
    ground.server().await.finish().await;
    let west = Cluster::shared().database();
    let without = file(&[
        ("north", &ground.north, "0-511"),
        ("west", &west, "512-1023"),
    ]);
    let told = refused(&ground.home, Some(&without)).await;
    assert_eq!(
        told,
        "slot 512 is in shard south, which the file does not name: when a shard joins, all have to be there; name south too, and move its slots if it is to go"
    );
    let own = "SELECT count(*) FROM meta WHERE key = 'shard'";
    assert_eq!(count(&west, own), 0, "it is no shard yet");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_joins_takes_no_slot_that_is_on_its_way() {
    let ground = Ground::new();
    ground.server().await.finish().await;
    // A move of slot 7 that was cut off: nobody has it.
    let give = "UPDATE shard_slot SET left_to = 'south' WHERE slot = 7";
    Cluster::shared().admin_in(&ground.north, give);
    let west = Cluster::shared().database();
    let three = file(&[
        ("north", &ground.north, "0-6, 8-511"),
        ("south", &ground.south, "512-1023"),
        ("west", &west, "7"),
    ]);
    let joined = start(&ground.home, Some(&three)).await.expect("a server");
    joined.stop().await;
    let has = "SELECT count(*) FROM shard_slot WHERE left_to IS NULL";
    assert_eq!(count(&west, has), 0);
    for shard in [&ground.north, &ground.south] {
        let slot = "SELECT count(*) FROM shard_slot WHERE slot = 7 AND left_to IS NULL";
        assert_eq!(count(shard, slot), 0);
    }
    // It is finished as it was begun.
    let ground = Ground {
        file: three,
        ..ground
    };
    super::moves::moves(&ground, 7, "south").await;
    let slot = "SELECT count(*) FROM shard_slot WHERE slot = 7 AND left_to = 'south'";
    assert_eq!((count(&ground.north, slot), count(&west, slot)), (1, 1));
}

/// A shard that was lost: in an empty database in its place all its seats would be for sale again.
#[tokio::test(flavor = "multi_thread")]
async fn an_empty_database_is_not_taken_for_a_shard_that_was_lost() {
    let ground = Ground::new();
    let app = ground.server().await;
    let show = shows(1, in_south)[0];
    open(&app, &[show]).await;
    by_cash(&app, show, &["A1"]).await;
    app.finish().await;
    let empty = Cluster::shared().database();
    let lost = file(&[
        ("north", &ground.north, "0-511"),
        ("south", &empty, "512-1023"),
    ]);
    let told = refused(&ground.home, Some(&lost)).await;
    assert_eq!(
        told,
        "the house had shard south in another database than the one named now: name that one, or put its latest copy back; what was sold there is not in this one"
    );
    let tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'";
    assert_eq!(count(&empty, tables), 0, "its name comes before its schema");
    // On purpose it can be begun anew, as docs/operations.md says.
    let forget = "DELETE FROM house WHERE name = 'shard_south'";
    Cluster::shared().admin_in(&ground.home, forget);
    let told = refused(&ground.home, Some(&lost)).await;
    assert!(
        told.contains("shard south in another database"),
        "the north knows of it: {told}"
    );
    let anew = "INSERT INTO house VALUES ('shard_south', 'anew')";
    Cluster::shared().admin_in(&ground.home, anew);
    start(&ground.home, Some(&lost))
        .await
        .expect("a server")
        .stop()
        .await;
    // Now the other one is the stranger.
    let told = refused(&ground.home, Some(&ground.file)).await;
    assert!(told.contains("shard south in another database"), "{told}");
}

/// Cut off between being bound and being a shard, with that shard away when servers start again.
#[tokio::test(flavor = "multi_thread")]
async fn a_shard_whose_making_was_cut_off_is_told_as_that_and_finished() {
    let mut other = Cluster::quick();
    let here = Cluster::shared();
    let ground = Ground::of([here.database(), here.database(), other.database()]);
    let show = shows(1, in_south)[0];
    ground.server().await.finish().await;
    // As it was before it became a shard, and after the house wrote down which database it is.
    other.admin_in(
        &ground.south,
        "DELETE FROM meta WHERE key IN ('house', 'shard', 'mode'); UPDATE shard_slot SET left_to = NULL",
    );
    other.stop();
    let early = ground.server().await;
    other.restart();
    let reason = wait::until_async("a reason", 30, async || {
        let told = early.get(As::Manager, "/v1").await.expect(200);
        let shard = &told["shards"][1];
        (shard["state"] == "refused").then(|| shard["reason"].as_str().unwrap_or("").to_owned())
    })
    .await;
    assert_eq!(
        reason,
        "the database of shard south was to become a shard and is none yet: start a server while all shards can be reached, which finishes it"
    );
    ground.server().await.finish().await;
    // It is taken in by the first one, too.
    wait::until_async("the south", 30, async || {
        let told = early.get(As::Manager, "/v1").await.expect(200);
        (told["shards"][1]["state"] == "in_use").then_some(())
    })
    .await;
    open(&early, &[show]).await;
    by_cash(&early, show, &["A1"]).await;
    early.finish().await;
}

/// A house of an older version has not written down which databases its shards are.
#[tokio::test(flavor = "multi_thread")]
async fn a_house_that_does_not_know_its_shards_by_name_learns_them() {
    let ground = Ground::new();
    ground.server().await.finish().await;
    let known = "SELECT count(*) FROM house WHERE name LIKE 'shard\\_%'";
    assert_eq!(count(&ground.home, known), 2);
    let cluster = Cluster::shared();
    cluster.admin_in(
        &ground.home,
        "DELETE FROM house WHERE name LIKE 'shard\\_%'",
    );
    ground.server().await.finish().await;
    assert_eq!(count(&ground.home, known), 2);
}

/// Nor are databases under names that nobody knows, where the house had shards.
#[tokio::test(flavor = "multi_thread")]
async fn a_house_with_shards_does_not_begin_again_in_empty_ones() {
    let ground = Ground::new();
    ground.server().await.finish().await;
    let cluster = Cluster::shared();
    let (one, two) = (cluster.database(), cluster.database());
    let others = file(&[("one", &one, "0-511"), ("two", &two, "512-1023")]);
    let told = refused(&ground.home, Some(&others)).await;
    assert!(told.contains("shard one in another database"), "{told}");
    let own = "SELECT count(*) FROM meta WHERE key = 'shard'";
    assert_eq!((count(&one, own), count(&two, own)), (0, 0));
}

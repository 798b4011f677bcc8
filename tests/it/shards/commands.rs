//! The commands about shards, as somebody types them.

use houseful_core::code::slot_of;
use houseful_tests::{cluster::Cluster, folder::Folder};
use serde_json::Value;

use super::{Ground, by_cash, count, in_north, in_south, open, shows};

/// The file of a house, in a folder of its own.
fn written(north: &str, south: &str) -> Folder {
    let folder = Folder::new();
    let text = format!(
        "[[shard]]\nname = \"north\"\nprimary = \"{north}\"\nslots = \"0-511\"\n\
         [[shard]]\nname = \"south\"\nprimary = \"{south}\"\nslots = \"512-1023\"\n"
    );
    std::fs::write(folder.path("shards.toml"), text).expect("a file");
    folder
}

fn items(out: &str) -> Vec<Value> {
    let page: Value = serde_json::from_str(out).expect("JSON");
    page["items"].as_array().expect("items").clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_shards_are_listed_with_what_they_have_and_one_that_is_away_with_the_reason() {
    let mut other = Cluster::quick();
    let here = Cluster::shared();
    let ground = Ground::of([here.database(), here.database(), other.database()]);
    let secret = ground.north.replace("houseful@", "houseful:s3cret@");
    let app = ground.server().await;
    let (north, south) = (shows(2, in_north), shows(1, in_south)[0]);
    open(&app, &north).await;
    open(&app, &[south]).await;
    by_cash(&app, north[0], &["A1", "A2"]).await;
    app.finish().await;
    let folder = written(&secret, &ground.south);
    let list = ["db", "shards", "--shards", "shards.toml", "-o", "json"];
    let ran = folder.run(&list).done();
    assert!(
        !ran.out.contains("s3cret") && !ran.err.contains("s3cret"),
        "{ran:?}"
    );
    let shards = items(&ran.out);
    let told = |n: usize, field: &str| shards[n][field].clone();
    assert_eq!(
        (told(0, "shard"), told(1, "shard")),
        ("north".into(), "south".into())
    );
    assert_eq!(
        (told(0, "slots"), told(1, "slots")),
        ("0-511".into(), "512-1023".into())
    );
    assert_eq!((told(0, "shows"), told(1, "shows")), (2.into(), 1.into()));
    assert_eq!((told(0, "taken"), told(1, "taken")), (2.into(), 0.into()));
    assert!(told(0, "bytes").as_u64() > Some(1_000_000), "{shards:?}");
    assert_eq!(told(0, "trouble"), Value::Null);
    other.stop();
    let shards = items(&folder.run(&list).done().out);
    assert_eq!(shards[0]["shows"], 2);
    let trouble = shards[1]["trouble"].as_str().expect("a reason");
    assert!(
        trouble.starts_with("no Postgres server that takes writes"),
        "{trouble}"
    );
    // Nothing moves while one is away: nobody would know who has what.
    let slot = slot_of(north[0]).to_string();
    let away = ["db", "move-slot", "--shards", "shards.toml", &slot, "south"];
    let ran = folder.run(&away).ended(1);
    assert!(
        ran.err.contains("shard south: no Postgres server"),
        "{ran:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slot_is_moved_by_command_and_what_can_not_be_meant_is_refused() {
    let ground = Ground::new();
    let app = ground.server().await;
    let show = shows(1, in_north)[0];
    open(&app, &[show]).await;
    by_cash(&app, show, &["A1", "A2"]).await;
    let folder = written(&ground.north, &ground.south);
    let slot = slot_of(show).to_string();
    let run = |more: &[&str]| {
        let moves = ["db", "move-slot", "--shards", "shards.toml"];
        folder.run(&[&moves[..], more].concat())
    };
    let ran = run(&[&slot, "west"]).ended(2);
    assert!(
        ran.err.contains("shards.toml names no shard `west`"),
        "{ran:?}"
    );
    assert!(ran.err.contains("it names north, south"), "{ran:?}");
    run(&["1024", "south"]).ended(2);
    let ran = run(&[&slot, "south", "--dry-run", "-o", "json"]).done();
    let told: Value = serde_json::from_str(&ran.out).expect("JSON");
    assert_eq!(
        (&told["shows"], &told["from"], &told["dry_run"]),
        (&1.into(), &"north".into(), &true.into())
    );
    let there = "SELECT count(*) FROM show_head";
    assert_eq!(count(&ground.south, there), 0, "nothing was moved");
    let ran = run(&[&slot, "south"]).done();
    assert!(
        ran.err
            .contains(&format!("write slot {slot} into the line of south")),
        "{ran:?}"
    );
    assert_eq!(count(&ground.south, there), 1);
    let shards = folder
        .run(&["db", "shards", "--shards", "shards.toml", "-o", "json"])
        .done();
    let shards = items(&shards.out);
    assert!(
        !shards[0]["slots"]
            .as_str()
            .expect("slots")
            .contains("0-511"),
        "{shards:?}"
    );
    assert_eq!(
        (&shards[0]["shows"], &shards[1]["shows"]),
        (&0.into(), &1.into())
    );
    by_cash(&app, show, &["B1"]).await;
    app.finish().await;
}

#[test]
fn a_file_that_makes_no_sense_is_told_with_its_line() {
    let folder = written(
        "postgres://houseful@127.0.0.1:1/a",
        "postgres://houseful@127.0.0.1:1/a",
    );
    let told = "shards.toml, line 7: the shard north has this database already";
    let db = "postgres://houseful@127.0.0.1:1/home";
    for args in [
        &["serve", "--db", db, "--shards", "shards.toml"][..],
        &["db", "shards", "--shards", "shards.toml"],
        &["db", "move-slot", "--shards", "shards.toml", "1", "south"],
    ] {
        let ran = folder.run(args).ended(2);
        assert!(ran.err.contains(told), "{ran:?}");
    }
    let ran = folder.run(&["db", "shards", "--shards", "none.toml"]);
    assert_ne!(ran.code, Some(0));
    assert!(ran.err.contains("none.toml"), "{ran:?}");
}

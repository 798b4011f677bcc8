//! A house on several databases, each with replicas of its own.

use std::path::Path;

use houseful_core::code::slot_of;
use houseful_server::shards::{self, ShardFile};

use super::*;

/// The first show from there on whose slot fits.
fn show(fits: impl Fn(u16) -> bool) -> ShowId {
    let mut all = (1_001..).map(ShowId);
    all.find(|show| fits(slot_of(*show))).expect("a show")
}

#[tokio::test(flavor = "multi_thread")]
async fn each_shard_is_read_from_its_own_replicas() {
    let first = Cluster::quick();
    let [home, north, south] = [first.database(), first.database(), first.database()];
    let second = first.standby("second");
    let file = |slots: [&str; 2]| {
        let entry = |(name, primary, slots): (&str, &String, &str)| {
            let replica = second.here(primary);
            format!(
                "[[shard]]\nname = \"{name}\"\nprimary = \"{primary}\"\nslots = \"{slots}\"\nreplicas = [\"{replica}\"]\n"
            )
        };
        let text = entry(("north", &north, slots[0])) + &entry(("south", &south, slots[1]));
        ShardFile::of(Path::new("shards.toml"), &text).expect("a file")
    };
    let file = file(["0-511", "512-1023"]);
    let setup = |replicas: bool| {
        let mut setup = Setup::default().on(Address::new(home.as_ref()));
        setup.config.clock = ClockKind::System;
        setup.config.timer = false;
        let address = PostgresUrl::new(&second.here(&home)).expect("an address");
        setup.config.replicas = if replicas { vec![address] } else { Vec::new() };
        setup.shards(file.clone())
    };
    let writing = setup(false).start().await;
    let reading = setup(true).start().await;
    let shows = [show(|slot| slot < 512), show(|slot| slot >= 512)];
    for show in shows {
        writing.open_show(show.0).await;
    }
    let imported = writing.open_cinema().await;
    // North's, south's, and those of the house's own database.
    until_states(&reading, &["in_use", "in_use", "in_use"]).await;
    let path = format!("/v1/shows/{}", imported[0]);
    reading.until(GUEST, &path, |_| true).await;
    for show in shows {
        let (_, held) = hold(&writing, show, "A5").await;
        wait::until_async("the sale at the replica", NOTICED_S, async || {
            let said = seats_after(&reading, show, &held).await;
            assert_eq!(letter(&said.body, 4), 'h');
            (said.header("x-read-from") == "replica").then_some(())
        })
        .await;
    }
    // What moved is found where it went, whatever this server and its replicas still think.
    let (moved, to) = (shows[0], "south".parse().expect("a name"));
    let slot = slot_of(moved);
    let done = shards::move_slot(&file, (slot, &to), &mut |_| ()).await;
    done.expect("a move");
    let (_, held) = hold(&writing, moved, "B5").await;
    wait::until_async("the moved show at its new replica", NOTICED_S, async || {
        let said = seats_after(&reading, moved, &held).await;
        assert_eq!((letter(&said.body, 4), letter(&said.body, 14)), ('h', 'h'));
        (said.header("x-read-from") == "replica").then_some(())
    })
    .await;
    writing.finish().await;
    reading.finish().await;
}

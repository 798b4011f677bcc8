//! Moves that are cut off, at each point where they could be, and repeated.

use std::{process::Stdio, sync::mpsc};

use houseful_core::code::slot_of;
use houseful_server::shards::{self, MoveError, Stage};
use houseful_tests::{
    cluster::Cluster,
    folder::Folder,
    program,
    test_app::{As, booking},
};

use super::{
    Ground, by_cash, count, in_north, in_south,
    moves::{moves, name},
    open, shows,
};

/// Whether a move has come so far.
pub(super) type At = fn(Stage) -> bool;

/// Moves a slot and dies as soon as it has come so far.
pub(super) async fn dies_at(ground: &Ground, slot: u16, to: &str, at: At) {
    let (file, to) = (ground.file.clone(), name(to));
    let work = tokio::spawn(async move {
        let mut told = |stage: Stage| assert!(!at(stage), "cut off at {stage:?}");
        shards::move_slot(&file, (slot, &to), &mut told)
            .await
            .map(drop)
    });
    let died = work.await.expect_err("it came to its end");
    assert!(died.is_panic());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_move_that_was_cut_off_anywhere_is_finished_by_the_same_again() {
    let stages: [(&str, At); 6] = [
        ("given", |s| s == Stage::Given),
        ("sealed", |s| matches!(s, Stage::Sealed(_))),
        ("copied", |s| matches!(s, Stage::Copied(_))),
        ("arrived", |s| matches!(s, Stage::Arrived(_))),
        ("cleared", |s| matches!(s, Stage::Cleared(1, _))),
        ("taken", |s| s == Stage::Taken),
    ];
    let ground = Ground::new();
    let app = ground.server().await;
    let slot = slot_of(shows(1, in_north)[0]);
    let all = shows(3, |s| s == slot);
    open(&app, &all).await;
    let (mut here, mut there) = ("north", "south");
    for (n, (what, at)) in stages.into_iter().enumerate() {
        dies_at(&ground, slot, there, at).await;
        // What was not sealed sells, and what has arrived.
        let seat = ["A1", "B1", "C1", "D1", "A5", "B5"][n];
        if !matches!(what, "sealed" | "copied") {
            by_cash(&app, all[0], &[seat]).await;
        }
        by_cash(&app, all[2], &[seat]).await;
        // It can't be sent elsewhere in between, nor back.
        if matches!(what, "sealed" | "copied") {
            let back = shards::move_slot(&ground.file, (slot, &name(here)), &mut |_| ()).await;
            assert!(
                matches!(back, Err(MoveError::OnItsWay { .. })),
                "{what}: {back:?}"
            );
        }
        let moved = moves(&ground, slot, there).await;
        assert!(moved.shows <= 3, "{what}: {moved:?}");
        for show in &all {
            let taken = app.hold(As::Clerk, &booking(*show), &["D10"]).await;
            assert!([201, 409].contains(&taken.status), "{what}: {}", taken.text);
        }
        let left = "SELECT count(*) FROM ticket";
        let old = if here == "north" {
            &ground.north
        } else {
            &ground.south
        };
        assert_eq!(count(old, left), 0, "{what}: cleared away");
        (here, there) = (there, here);
    }
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_show_that_was_sealed_and_not_copied_is_not_left_by_a_move_back() {
    let ground = Ground::new();
    let app = ground.server().await;
    let show = shows(1, in_north)[0];
    open(&app, &[show]).await;
    let slot = slot_of(show);
    app.hold(As::Clerk, &booking(show), &["A1"])
        .await
        .expect(201);
    dies_at(&ground, slot, "south", |s| matches!(s, Stage::Sealed(_))).await;
    let waits = "SELECT count(*) FROM show_head WHERE sales = 'moved' AND next_due IS NOT NULL";
    assert_eq!(count(&ground.north, waits), 0, "nothing ends where it was");
    let back = shards::move_slot(&ground.file, (slot, &name("north")), &mut |_| ()).await;
    assert!(matches!(back, Err(MoveError::OnItsWay { .. })), "{back:?}");
    assert_eq!(moves(&ground, slot, "south").await.shows, 1);
    by_cash(&app, show, &["B1"]).await;
    assert_eq!(moves(&ground, slot, "north").await.shows, 1);
    by_cash(&app, show, &["C1"]).await;
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_show_with_another_journal_in_the_new_shard_is_left_as_it_is() {
    let ground = Ground::new();
    let app = ground.server().await;
    let show = shows(1, in_north)[0];
    open(&app, &[show]).await;
    by_cash(&app, show, &["A1", "A2"]).await;
    let slot = slot_of(show);
    dies_at(&ground, slot, "south", |s| matches!(s, Stage::Arrived(_))).await;
    app.finish().await;
    // As if it had been put back, and had gone on another way.
    let tip = |by: i64| {
        let sql = format!("UPDATE show_event SET tip = tip + {by} WHERE kind = 'sealed'");
        Cluster::shared().admin_in(&ground.south, &sql);
    };
    tip(1);
    let again = shards::move_slot(&ground.file, (slot, &name("south")), &mut |_| ()).await;
    assert!(matches!(again, Err(MoveError::Forked { .. })), "{again:?}");
    let tickets = "SELECT count(*) FROM ticket";
    assert_eq!(count(&ground.north, tickets), 2, "nothing is cleared away");
    let has = format!("SELECT count(*) FROM shard_slot WHERE slot = {slot} AND left_to IS NULL");
    assert_eq!(count(&ground.south, &has), 0);
    tip(-1);
    moves(&ground, slot, "south").await;
    assert_eq!(count(&ground.north, tickets), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_moves_at_once_are_refused() {
    let ground = Ground::new();
    let app = ground.server().await;
    let show = shows(1, in_north)[0];
    open(&app, &[show]).await;
    let slot = slot_of(show);
    let (reached, hear) = mpsc::channel();
    let (go_on, wait) = mpsc::channel::<()>();
    let file = ground.file.clone();
    let first = tokio::spawn(async move {
        let mut told = move |stage: Stage| {
            if stage == Stage::Given {
                reached.send(()).expect("somebody waits");
                tokio::task::block_in_place(|| wait.recv()).expect("somebody goes on");
            }
        };
        shards::move_slot(&file, (slot, &name("south")), &mut told).await
    });
    tokio::task::block_in_place(|| hear.recv()).expect("a first move");
    let other = slot_of(shows(1, |s| in_north(s) && s != slot)[0]);
    for slot in [slot, other] {
        let second = shards::move_slot(&ground.file, (slot, &name("south")), &mut |_| ()).await;
        assert!(matches!(second, Err(MoveError::Running)), "{second:?}");
    }
    go_on.send(()).expect("a first move");
    let moved = first.await.expect("a task").expect("a move");
    assert_eq!(moved.shows, 1);
    by_cash(&app, show, &["A1"]).await;
    app.finish().await;
}

/// The program itself, killed at any time, while somebody buys.
#[tokio::test(flavor = "multi_thread")]
async fn the_command_is_killed_again_and_again_and_repeated_until_it_is_done() {
    let ground = Ground::new();
    let app = ground.server().await;
    let slot = slot_of(shows(1, in_north)[0]);
    let all = shows(12, |s| s == slot);
    let others = shows(4, in_south);
    open(&app, &all).await;
    open(&app, &others).await;
    for show in &all {
        by_cash(&app, *show, &["A1", "A2", "A3"]).await;
    }
    let folder = Folder::new();
    let text = format!(
        "[[shard]]\nname = \"north\"\nprimary = \"{}\"\nslots = \"0-511\"\n\
         [[shard]]\nname = \"south\"\nprimary = \"{}\"\nslots = \"512-1023\"\n",
        ground.north, ground.south
    );
    std::fs::write(folder.path("shards.toml"), text).expect("a file");
    let slot = slot.to_string();
    let args = [
        "db",
        "move-slot",
        "--shards",
        "shards.toml",
        &slot,
        "south",
        "-o",
        "json",
    ];
    let clock = app.server().clock().clone();
    let (mut killed, mut wait_ms) = (0_usize, 60);
    let moved = loop {
        let mut command = folder.command(&args);
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        clock.rest_real(wait_ms).await;
        let early = child.try_wait().expect("a process").is_none();
        if early {
            child.kill().expect("a process");
        }
        let output = child.wait_with_output().expect("an end");
        let ran = program::Ran::of("move-slot".to_owned(), &output);
        // The database notices a moment after that whoever held the lock is gone.
        if !early && ran.code == Some(0) {
            break ran;
        }
        assert!(
            early || ran.err.contains("another `houseful db move-slot`"),
            "{ran:?}"
        );
        // Nobody else notices.
        if early {
            let row = ["A1", "B1", "C1", "D1"][killed % 4];
            by_cash(&app, others[killed / 4], &[row]).await;
            killed += 1;
        }
        wait_ms += wait_ms / 3;
        assert!(killed < 15, "it never comes to an end");
    };
    println!("killed {killed} times; {}", moved.out);
    assert!(killed >= 2, "it was never killed");
    let heads = "SELECT count(*) FROM show_head WHERE sales <> 'moved'";
    assert_eq!(
        (count(&ground.north, heads), count(&ground.south, heads)),
        (0, 16)
    );
    let tickets = "SELECT count(*) FROM ticket WHERE valid";
    assert_eq!(count(&ground.north, tickets), 0);
    assert_eq!(
        count(&ground.south, tickets),
        36 + u64::try_from(killed).expect("a number")
    );
    app.finish().await;
}

/// A file that leaves a shard out: its slots can't be had from somebody else.
#[tokio::test(flavor = "multi_thread")]
async fn a_slot_of_a_shard_that_the_file_leaves_out_is_not_taken() {
    let ground = Ground::new();
    let app = ground.server().await;
    let show = shows(1, in_south)[0];
    open(&app, &[show]).await;
    by_cash(&app, show, &["A1"]).await;
    let slot = slot_of(show);
    let alone = super::file(&[("north", &ground.north, "0-1023")]);
    for dry in [true, false] {
        let moved = if dry {
            shards::would_move(&alone, (slot, &name("north"))).await
        } else {
            shards::move_slot(&alone, (slot, &name("north")), &mut |_| ()).await
        };
        let told = moved.expect_err("a refusal").to_string();
        let wanted = format!("slot {slot} is in shard south, which the file does not name");
        assert!(told.starts_with(&wanted), "{told}");
    }
    let has = format!("SELECT count(*) FROM shard_slot WHERE slot = {slot} AND left_to = 'south'");
    assert_eq!(count(&ground.north, &has), 1, "it is where it was");
    app.finish().await;
}

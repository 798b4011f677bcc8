//! The program where the disk is full or fails and where it may not write: it says so, it takes
//! nothing on that it can't keep, and what it has said yes to is there afterwards.

#![expect(clippy::expect_used, reason = "a test says what it expected and stops")]

mod desk;
mod disk;

use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
};

use houseful_core::ids::ShowId;
use houseful_tests::test_app::Setup;

use self::{
    desk::Desk,
    disk::{Mounted, prefixed},
};
use super::program::{Ran, Server, program};
use houseful_tests::folder::Folder;

const SERVE: [&str; 4] = ["--training", "--clock", "manual", "--no-timer"];

/// A house of one small cinema in `house.db` of the folder, and its shows.
async fn small_house(folder: &Folder) -> (PathBuf, Vec<ShowId>) {
    let inner = folder.path("house");
    fs::create_dir(&inner).expect("a folder");
    let app = Setup::default().start_in(inner).await;
    let shows = app.open_cinema().await;
    let file = app.stop().await.join("house.db");
    (file, shows)
}

/// A server on the small disk, in its namespace.
fn serve_in(folder: &Folder, disk: &Mounted) -> Server {
    let file = folder.arg("disk/house.db");
    let command = Server::command(folder, &file, &SERVE);
    Server::spawn(disk.command(&command), &disk.path("house.db"))
}

#[tokio::test]
async fn a_full_disk_loses_nothing_and_sales_go_on_when_there_is_room() {
    let folder = Folder::new();
    let (file, shows) = small_house(&folder).await;
    let small = "mount -t tmpfs -o size=4m tmpfs \"$1\" && cp \"$1/../house/house.db\" \"$1\"";
    let Some(disk) = Mounted::new(&folder.path("disk"), small) else {
        // Where nobody may mount, a file that may not grow is the fullest disk there is.
        return fails_where_no_file_may_grow(&folder, &file, &shows).await;
    };
    let server = serve_in(&folder, &disk);
    let mut desk = Desk::at(&server, &shows);
    assert!(desk.sell(60).await.is_none(), "there is room");

    disk.fill("ballast");
    let refused = desk.sell(5_000).await.expect("no room any more");
    assert_eq!(
        (refused.code.as_str(), refused.retry_after),
        ("store_unwritable", true)
    );
    // Who asks again hears the same, and readers notice nothing.
    let refused = desk.does(refused.deed).await.expect_err("still no room");
    desk.is_right().await;

    // A new file on the same disk is not begun.
    let new = folder.arg("disk/new.db");
    let ran = run(disk.command(&Server::command(&folder, &new, &SERVE))).ended(1);
    assert!(
        ran.err.contains("new.db") && ran.err.contains("full"),
        "{ran:#?}"
    );
    fs::remove_file(disk.path("ballast")).expect("removed");
    desk.does(refused.deed).await.expect("room again");
    assert!(desk.sell(60).await.is_none(), "there is room again");
    desk.is_counted().await;

    server.kill();
    let server = serve_in(&folder, &disk);
    desk.moves_to(&server);
    desk.is_right().await;
    desk.is_counted().await;
    assert_eq!(server.stop(), Some(0));
}

#[tokio::test]
async fn a_disk_that_fails_stops_all_writing_and_loses_nothing() {
    let folder = Folder::new();
    let (file, shows) = small_house(&folder).await;
    fails_where_no_file_may_grow(&folder, &file, &shows).await;
}

/// The operating system refuses to let any file of the server grow beyond a little more than what
/// the database has: to the server, a disk that fails.
async fn fails_where_no_file_may_grow(folder: &Folder, file: &Path, shows: &[ShowId]) {
    let path = file.to_str().expect("plain text");
    let command = Server::command(folder, path, &SERVE);
    // Blocks of 512 bytes, as POSIX has it. Without the trap the first such write would kill.
    let blocks = fs::metadata(file).expect("a file").len() / 512 + 1_024;
    let limited = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$@\"");
    let limited = prefixed(&["/bin/sh", "-c", &limited, "sh"], &command);
    let server = Server::spawn(limited, file);
    let mut desk = Desk::at(&server, shows);
    let refused = desk.sell(5_000).await.expect("the limit is reached");
    assert!(
        matches!(
            refused.code.as_str(),
            "store_unwritable" | "outcome_unknown"
        ) && refused.retry_after,
        "{refused:?}"
    );
    // A disk that failed once is not believed again, whatever is asked of it.
    let next = desk.sell(1).await.expect("nothing is written any more");
    assert_eq!(next.code, "store_unwritable");
    assert_eq!(desk.get("/readyz").await["status"], 503);
    desk.is_right().await;
    assert_eq!(server.stop(), Some(0));

    let server = Server::start(folder, file, &SERVE);
    desk.moves_to(&server);
    desk.is_right().await;
    desk.does(refused.deed)
        .await
        .expect("the same request settles it");
    assert!(desk.sell(60).await.is_none(), "there is room");
    desk.is_right().await;
    desk.is_counted().await;
    assert_eq!(server.stop(), Some(0));
}

/// Runs a command to its end.
fn run(mut command: Command) -> Ran {
    let line = format!("{command:?}");
    Ran::of(line, &command.output().expect("it runs"))
}

/// A copy of the program that everybody may run, and the command as somebody who is not root.
fn as_somebody(folder: &Folder, args: &[&str], root: bool) -> Command {
    let other = folder.path("houseful");
    if !other.exists() && fs::hard_link(program(), &other).is_err() {
        fs::copy(program(), &other).expect("a copy");
    }
    let told = folder.command(args);
    let mut command = Command::new(other);
    command.args(args).current_dir(folder.path(""));
    for (name, value) in told.get_envs() {
        command.env(name, value.expect("a value"));
    }
    command.env("HOUSEFUL_STATE", folder.path("open"));
    if root {
        let nobody = [
            "setpriv",
            "--reuid=65534",
            "--regid=65534",
            "--clear-groups",
        ];
        return prefixed(&nobody, &command);
    }
    prefixed(&["/usr/bin/env"], &command)
}

/// Each way to open a file for writing, all of which must fail alike.
fn every_way(file: &str) -> [Vec<&str>; 3] {
    let demo = ["demo", "--keep", file, "--headless", "--for", "1s"];
    [
        vec!["serve", "--db", file, "--listen", "127.0.0.1:0"],
        demo.to_vec(),
        vec!["--embedded", file, "city", "list"],
    ]
}

#[tokio::test]
async fn a_folder_that_may_only_be_read_is_named_and_left_as_it_is() {
    let folder = Folder::new();
    let (file, _) = small_house(&folder).await;
    let (closed, open) = (folder.path("closed"), folder.path("open"));
    fs::create_dir(&closed).expect("a folder");
    fs::create_dir(&open).expect("a folder");
    fs::copy(&file, closed.join("old.db")).expect("a copy");
    let before = fs::read(&file).expect("read");
    let mode = |path: &Path, mode| {
        fs::set_permissions(path, Permissions::from_mode(mode)).expect("its owner may");
    };
    mode(&open, 0o777);
    mode(&closed.join("old.db"), 0o444);
    mode(&closed, 0o555);
    // Root may write everywhere: then the program runs as nobody.
    let root = fs::write(closed.join("mine"), "").is_ok();
    let _ = fs::remove_file(closed.join("mine"));

    let old = every_way("closed/old.db");
    // Only who may make a file is asked to make one.
    let new = every_way("closed/new.db").into_iter().take(2);
    for args in old.iter().cloned().chain(new) {
        let ran = run(as_somebody(&folder, &args, root)).ended(1);
        assert!(
            ran.err.contains("closed/") && ran.err.contains("permission denied"),
            "{ran:#?}"
        );
        assert_eq!(ran.out, "");
    }
    // The same on a file system that is mounted to be read, where this machine lets us mount one.
    let read_only = "mount --bind \"$1\" \"$1\" && mount -o remount,ro,bind \"$1\"";
    if let Some(mounted) = Mounted::new(&closed, read_only) {
        for args in every_way(&folder.arg("closed/old.db")) {
            let ran = run(mounted.command(&folder.command(&args))).ended(1);
            assert!(
                ran.err.contains("old.db") && ran.err.contains("read-only"),
                "{ran:#?}"
            );
        }
    }
    let mut there: Vec<_> = fs::read_dir(&closed).expect("listed").flatten().collect();
    assert_eq!(there.len(), 1, "{there:?}");
    assert!(fs::read(there.remove(0).path()).expect("read") == before);
    mode(&closed, 0o755);
}

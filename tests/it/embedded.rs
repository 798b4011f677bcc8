//! `serve` and `--embedded`: who has a file, who is a guest, and what is said when it can't be.

use std::{fs, process::Stdio};

use houseful::embedded::{self, How, notice::Notice};
use houseful_tests::wait;

use super::program::{Server, terminate};
use houseful_tests::folder::Folder;

#[test]
fn serving_is_told_in_one_line_and_ends_without_a_trace() {
    let folder = Folder::new();
    let file = folder.path("new.db");
    let port_file = folder.arg("port.txt");
    let server = Server::start(&folder, &file, &["--port-file", &port_file]);
    let port = fs::read_to_string(&port_file).expect("a port");
    assert_eq!(server.started["port"].to_string(), port.trim());
    assert_eq!(server.started["server"], server.notice().server);
    assert!(server.started["admin_token"].is_string(), "a new file");
    assert_eq!(server.stop(), Some(0));
    assert!(!Notice::path(&file).exists(), "the notice is taken down");
}

#[test]
fn a_busy_port_is_named_with_what_to_do() {
    let folder = Folder::new();
    let busy = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let listen = busy.local_addr().expect("an address").to_string();
    let ran = folder
        .run(&["serve", "--db", "x.db", "--listen", &listen])
        .ended(1);
    let port = listen.rsplit(':').next().expect("a port");
    assert!(ran.err.contains(&format!("port {port} ")), "{}", ran.err);
    assert!(
        ran.err.contains("hint: ") && ran.err.contains("--listen"),
        "{}",
        ran.err
    );
    assert_eq!(ran.out, "");
}

#[test]
fn one_server_a_file() {
    let folder = Folder::new();
    let file = folder.path("x.db");
    let server = Server::start(&folder, &file, &[]);
    let ran = folder
        .run(&["serve", "--db", "x.db", "--listen", "127.0.0.1:0"])
        .ended(1);
    assert!(
        ran.err.contains("x.db") && ran.err.contains("--embedded"),
        "{}",
        ran.err
    );
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn what_is_not_a_houseful_database_stays_as_it_is() {
    let folder = Folder::new();
    let file = folder.path("letter.txt");
    fs::write(&file, "Dear Sir,\n".repeat(400)).expect("written");
    for line in [
        &["serve", "--db", "letter.txt"][..],
        &["demo", "--keep", "letter.txt", "--headless", "--for", "1s"],
        &["--embedded", "letter.txt", "city", "list"],
    ] {
        let ran = folder.run(line).ended(1);
        assert!(
            ran.err.contains("letter.txt is not a Houseful database"),
            "{ran:?}"
        );
    }
    assert_eq!(
        fs::read(&file).expect("read"),
        "Dear Sir,\n".repeat(400).as_bytes()
    );
}

#[test]
fn a_folder_that_can_not_be_written_to_is_named() {
    let folder = Folder::new();
    // A file where the folder should be: nobody can write below it, not even root.
    fs::write(folder.path("closed"), "").expect("written");
    let ran = folder.run(&["serve", "--db", "closed/x.db"]).ended(1);
    assert!(ran.err.contains("closed"), "{}", ran.err);
    let ran = folder.run(&["serve", "--db", "/proc/houseful.db"]).ended(1);
    assert!(ran.err.contains("/proc/houseful.db"), "{}", ran.err);
}

#[test]
fn a_newer_file_is_left_alone() {
    let folder = Folder::new();
    let file = folder.path("x.db");
    assert_eq!(Server::start(&folder, &file, &[]).stop(), Some(0));
    let db = rusqlite::Connection::open(&file).expect("opened");
    db.execute_batch("INSERT INTO migration (number, name, checksum) VALUES (9999, 'later', '')")
        .expect("written");
    drop(db);
    let ran = folder.run(&["serve", "--db", "x.db"]).ended(1);
    assert!(ran.err.contains("newer"), "{}", ran.err);
}

#[test]
fn real_sales_go_by_real_time() {
    let folder = Folder::new();
    let ran = folder
        .run(&["serve", "--db", "x.db", "--clock", "manual"])
        .ended(1);
    assert!(ran.err.contains("training"), "{}", ran.err);
    let file = folder.path("practice.db");
    let server = Server::start(&folder, &file, &["--training", "--clock", "manual"]);
    assert_eq!(server.stop(), Some(0));
    // A file for practice never becomes one for real sales, nor the other way round.
    assert_eq!(
        Server::start(&folder, &folder.path("live.db"), &[]).stop(),
        Some(0)
    );
    let ran = folder
        .run(&["serve", "--db", "live.db", "--training"])
        .ended(1);
    assert!(ran.err.contains("live"), "{}", ran.err);
    let demo = ["demo", "--keep", "live.db", "--headless", "--for", "1s"];
    let ran = folder.run(&demo).ended(1);
    assert!(ran.err.contains("live"), "{}", ran.err);
}

#[test]
fn a_file_that_is_not_there_is_not_made_by_a_question() {
    let folder = Folder::new();
    let ran = folder
        .run(&["--embedded", "typo.db", "city", "list"])
        .ended(1);
    assert!(
        ran.err.contains("typo.db") && ran.err.contains("hint: "),
        "{}",
        ran.err
    );
    assert!(!folder.path("typo.db").exists());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_one_is_a_guest_of_the_first_and_takes_over() {
    let folder = Folder::new();
    let file = folder.path("x.db");
    let server = Server::start(&folder, &file, &[]);
    let first = server.notice();
    let second = embedded::open(&file, How::default())
        .await
        .expect("a guest");
    let third = embedded::open(&file, How::default())
        .await
        .expect("a guest");
    assert_eq!(second.client().base(), first.server);
    assert_eq!(third.client().base(), first.server);
    second.client().server_info().await.expect("an answer");
    assert_eq!(Notice::read(&file), Some(first.clone()));

    assert_eq!(server.stop(), Some(0));
    // The very next questions are answered, at the same address, by one of the two.
    let (info, other) = tokio::join!(second.client().server_info(), third.client().server_info());
    assert!(info.is_ok() && other.is_ok(), "{info:?} {other:?}");
    let notice = wait::until("a notice", 10, || Notice::read(&file));
    assert_eq!(
        (&notice.server, &notice.token),
        (&first.server, &first.token)
    );
    assert_eq!(notice.pid, std::process::id());

    // And when that one leaves, the other takes over in turn.
    second.close().await;
    third.client().server_info().await.expect("an answer");
    third.close().await;
    assert_eq!(Notice::read(&file), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_guest_takes_over_from_a_server_that_was_killed() {
    let folder = Folder::new();
    let file = folder.path("x.db");
    let server = Server::start(&folder, &file, &[]);
    let guest = embedded::open(&file, How::default())
        .await
        .expect("a guest");
    server.kill();
    guest.client().server_info().await.expect("an answer");
    assert_eq!(Notice::read(&file).map(|n| n.pid), Some(std::process::id()));
    guest.close().await;
}

#[test]
fn the_notice_of_a_dead_server_misleads_nobody() {
    let folder = Folder::new();
    let file = folder.path("x.db");
    Server::start(&folder, &file, &[]).kill();
    assert!(Notice::path(&file).exists(), "nobody took it down");
    folder
        .run(&["--embedded", "x.db", "city", "list", "-o", "json"])
        .done();
    assert!(!Notice::path(&file).exists());
    // Nor does one that is not even a notice.
    fs::write(Notice::path(&file), "{").expect("written");
    folder
        .run(&["--embedded", "x.db", "city", "list", "-o", "json"])
        .done();
}

#[test]
fn two_processes_share_a_file_through_embedded_alone() {
    let folder = Folder::new();
    folder.chain("x.db");
    let watch = ["--embedded", "x.db", "show", "watch", "1", "-o", "ndjson"];
    let mut first = folder
        .command(&watch)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program runs");
    let file = folder.path("x.db");
    let notice = wait::until("a notice", 20, || Notice::read(&file));
    assert_eq!(notice.pid, first.id());
    let sold = folder.run(&[
        "--embedded",
        "x.db",
        "sell",
        "1",
        "--adult",
        "2",
        "--best",
        "--pay",
        "cash",
        "-o",
        "json",
    ]);
    assert_eq!(sold.done().json()["state"], "confirmed");
    assert_eq!(Notice::read(&file).map(|n| n.pid), Some(first.id()));
    terminate(&first);
    wait::until("the watcher stops", 20, || {
        first.try_wait().expect("a child")
    });
}

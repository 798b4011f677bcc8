//! What `serve` tells, where; and what the program does where it must not draw.

#![expect(clippy::expect_used, reason = "a test says what it expected and stops")]

use std::{
    fs,
    io::{BufRead, BufReader, Read},
    os::unix::fs::PermissionsExt,
    process::Stdio,
};

use houseful_tests::wait;
use serde_json::Value;

use super::program::{Server, terminate};
use houseful_tests::folder::Folder;

/// Serves until it has said where, and gives stdout and stderr.
fn served(folder: &Folder, more: &[&str]) -> (String, String) {
    let mut child = folder
        .command(&[&["serve", "--listen", "127.0.0.1:0"], more].concat())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs");
    let mut line = String::new();
    let mut out = BufReader::new(child.stdout.take().expect("a stream"));
    out.read_line(&mut line).expect("a line");
    terminate(&child);
    wait::until("the server stops", 30, || {
        child.try_wait().expect("a child")
    });
    let mut err = String::new();
    let stream = child.stderr.take().expect("a stream");
    BufReader::new(stream)
        .read_to_string(&mut err)
        .expect("text");
    (line, err)
}

const TOLD: &str = "the first admin's token, told this once: hf_";

#[test]
fn the_first_token_is_told_before_anything_can_fail_and_to_whoever_wants_silence() {
    let folder = Folder::new();
    let (_, err) = served(&folder, &["--db", "quiet.db", "-q"]);
    assert!(err.contains(TOLD), "{err}");
    let args = ["serve", "--listen", "127.0.0.1:0", "--db", "port.db"];
    let failed = folder.run(&[&args[..], &["--port-file", "no/such/folder"]].concat());
    let failed = failed.ended(1);
    assert!(failed.err.contains(TOLD), "{failed:#?}");
    // A file that can't be written is told before there is a token to lose.
    let failed = folder.run(&[&args[..4], &["none.db", "--admin-token-file", "no/token"]].concat());
    let failed = failed.ended(1);
    assert!(failed.err.contains("no/token"), "{failed:#?}");
    let (_, err) = served(&folder, &["--db", "none.db"]);
    assert!(err.contains(TOLD), "{err}");
}

#[test]
fn the_first_token_goes_to_a_file_of_its_own() {
    let folder = Folder::new();
    let args = [
        "--db",
        "x.db",
        "--admin-token-file",
        "token.txt",
        "-o",
        "json",
    ];
    let (out, err) = served(&folder, &args);
    let started: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(started["admin_token"], Value::Null);
    assert_eq!(started["admin_token_file"], "token.txt");
    let token = fs::read_to_string(folder.path("token.txt")).expect("a token");
    assert!(token.starts_with("hf_"), "{token}");
    assert!(!err.contains(token.trim()) && !out.contains(token.trim()));
    let mode = fs::metadata(folder.path("token.txt"))
        .expect("a file")
        .permissions();
    assert_eq!(mode.mode() & 0o777, 0o600);
    // The second time there is none to write, and the first stays.
    served(&folder, &args);
    let again = fs::read_to_string(folder.path("token.txt")).expect("a token");
    assert_eq!(again, token);
    // A file with no token to keep is not left behind.
    served(
        &folder,
        &["--db", "x.db", "--admin-token-file", "other.txt"],
    );
    assert!(!folder.path("other.txt").exists());
}

#[test]
fn a_log_in_json_has_nothing_else_between_its_lines() {
    let folder = Folder::new();
    let (_, err) = served(&folder, &["--db", "x.db", "--log", "json"]);
    for line in err.lines() {
        let object: Result<Value, _> = serde_json::from_str(line);
        assert!(object.is_ok(), "{line}");
    }
    assert!(
        err.contains("admin_token") && err.contains("stopping"),
        "{err}"
    );
}

#[test]
fn a_log_that_no_terminal_shows_has_no_colours() {
    let folder = Folder::new();
    let (_, err) = served(&folder, &["--db", "x.db"]);
    assert!(err.contains("INFO") && !err.contains('\u{1b}'), "{err}");
    let server = Server::start(&folder, &folder.path("x.db"), &[]);
    let url = server.notice().server;
    let ran = folder.run(&["-v", "--color", "never", "--server", &url, "city", "list"]);
    assert!(!ran.done().err.contains('\u{1b}'));
}

#[test]
fn the_screens_are_refused_where_lines_are_only_added() {
    let folder = Folder::new();
    for (line, term) in [
        (&["tui"][..], "dumb"),
        (&["--plain", "tui"], "xterm"),
        (&["demo"], "dumb"),
        (&["--plain", "demo"], "xterm"),
    ] {
        let output = folder.command(line).env("TERM", term).output();
        let output = output.expect("the program runs");
        let err = String::from_utf8(output.stderr).expect("text");
        assert_eq!(
            (output.status.code(), output.stdout.len()),
            (Some(2), 0),
            "{err}"
        );
        assert!(
            err.contains("lines are only added") && err.contains("hint: "),
            "{err}"
        );
    }
}

#[test]
fn a_folder_of_a_stranger_gets_no_token() {
    let folder = Folder::new();
    let server = Server::start(&folder, &folder.path("x.db"), &[]);
    let notice = server.notice();
    fs::write(folder.path("token"), &notice.token).expect("written");
    let status = |more: &[&str]| {
        let args = [&["auth", "status", "-o", "json"], more].concat();
        let output = folder
            .command(&args)
            .env("HOUSEFUL_TOKEN_FILE", folder.path("token"))
            .output()
            .expect("the program runs");
        let out: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let err = String::from_utf8(output.stderr).expect("text");
        (out["account"].is_string(), err.contains("is not sent"))
    };
    assert_eq!(status(&["--server", &notice.server]), (true, false));
    let project = format!("server = \"{}\"\n", notice.server);
    fs::write(folder.path("houseful.toml"), project).expect("written");
    assert_eq!(status(&[]), (false, true), "the folder names the server");
    assert_eq!(status(&["--token-file", "token"]), (true, false));
}

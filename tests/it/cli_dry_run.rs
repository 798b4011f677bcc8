//! `--dry-run` changes nothing, whatever the command: not the books, not a file.

#![expect(clippy::expect_used, reason = "a test says what it expected and stops")]

use std::{collections::BTreeMap, fs, path::Path};

use serde_json::Value;

use super::program::{Ran, Server};
use houseful_tests::folder::Folder;

/// The id of a payment that is not there.
const NO_PAYMENT: &str = "pay_0192f0c1a2b34c5d8e6f708192a3b4c5";
/// Commands that only look.
const LOOKS: [&str; 57] = [
    "today",
    "find",
    "city list",
    "city view",
    "cinema list",
    "cinema view",
    "movie list",
    "movie view",
    "movie calendar",
    "show list",
    "show view",
    "show seats",
    "show watch",
    "show journal",
    "price preview",
    "layout lint",
    "layout show",
    "layout diff",
    "why",
    "hold view",
    "hold list",
    "booking list",
    "booking view",
    "booking watch",
    "ticket list",
    "ticket view",
    "ticket print",
    "payment list",
    "payment view",
    "payment late",
    "payment late view",
    "voucher list",
    "voucher view",
    "refund list",
    "report money",
    "auth status",
    "auth token list",
    "config list",
    "config get",
    "config keys",
    "config path",
    "config explain",
    "doctor",
    "clock view",
    "db status",
    "db check",
    "db shards",
    "bus check",
    "bus parked",
    "completion",
    "help",
    "version",
    "plan-capacity",
    // These can do nothing but change something, and refuse.
    "tui",
    "display",
    "serve",
    "demo",
];

/// Everything that may change something: the command, its arguments, how it ends.
fn changes<'a>(held: &'a str, paid: &'a str, url: &'a str) -> Vec<(&'a str, Vec<&'a str>, i32)> {
    vec![
        (
            "sell",
            vec!["sell", "9", "--adult", "2", "--best", "--pay", "cash"],
            0,
        ),
        (
            "sell",
            vec!["sell", "9", "--adult", "2", "--best", "--pay", "cash=1"],
            2,
        ),
        ("sell", vec!["sell", "9", "2a1c", "rear", "cash"], 0),
        ("sell", vec!["sell", "9 2 cash=90000"], 0),
        ("sell", vec!["sell", "9", "2", "cash=1"], 2),
        ("sell", vec!["sell", "9", "2", "cash", "--pay", "card"], 2),
        ("sell", vec!["sell", "9", "2", "--adult", "2", "cash"], 2),
        ("sell", vec!["sell", "9", "zz999", "cash"], 2),
        ("sell", vec!["sell", "9", "2", "plush", "cash"], 2),
        ("sell", vec!["sell", "--resume", "--pay", "cash"], 0),
        ("sell", vec!["sell", "--resume", "--pay", "card=-"], 0),
        (
            "hold create",
            vec!["hold", "create", "9", "--adult", "2", "--best"],
            0,
        ),
        ("hold release", vec!["hold", "release", held], 0),
        ("hold release", vec!["hold", "release", paid], 3),
        (
            "booking contact",
            vec!["booking", "contact", held, "--name", "Ann"],
            0,
        ),
        (
            "booking contact",
            vec!["booking", "contact", paid, "--remove"],
            0,
        ),
        (
            "booking pay",
            vec!["booking", "pay", held, "--pay", "cash"],
            0,
        ),
        (
            "booking pay",
            vec!["booking", "pay", held, "--pay", "cash=1"],
            2,
        ),
        (
            "booking pay",
            vec!["booking", "pay", held, "--pay", "card"],
            0,
        ),
        (
            "booking pay",
            vec!["booking", "pay", paid, "--pay", "cash"],
            3,
        ),
        (
            "booking cancel",
            vec!["booking", "cancel", paid, "--reason", "x"],
            0,
        ),
        (
            "payment late resolve",
            vec!["payment", "late", "resolve", paid, "--how", "told"],
            2,
        ),
        (
            "booking cancel",
            vec!["booking", "cancel", held, "--reason", "x"],
            3,
        ),
        (
            "booking refund",
            vec![
                "booking", "refund", paid, "--reason", "fault", "--note", "x", "--waive",
            ],
            0,
        ),
        (
            "booking refund",
            vec!["booking", "refund", held, "--reason", "fault"],
            3,
        ),
        ("refund approve", vec!["refund", "approve", paid], 2),
        (
            "refund refuse",
            vec!["refund", "refuse", paid, "--note", "x"],
            2,
        ),
        (
            "voucher create",
            vec![
                "voucher",
                "create",
                "--value",
                "20.00",
                "--expires",
                "2030-12-31",
            ],
            0,
        ),
        ("voucher cancel", vec!["voucher", "cancel", "vch_1"], 2),
        ("payment reconcile", vec!["payment", "reconcile"], 0),
        (
            "payment reopen",
            vec!["payment", "reopen", "--since", "2026-11-23T07:00:00Z"],
            0,
        ),
        (
            "payment resolve",
            vec![
                "payment", "resolve", NO_PAYMENT, "--how", "not-owed", "--note", "x",
            ],
            5,
        ),
        ("show pause", vec!["show", "pause", "9"], 0),
        ("show resume", vec!["show", "resume", "9"], 0),
        (
            "show cancel",
            vec!["show", "cancel", "9", "--reason", "x"],
            0,
        ),
        ("show block", vec!["show", "block", "9", "--seats", "A1"], 0),
        (
            "show unblock",
            vec!["show", "unblock", "9", "--seats", "A1"],
            0,
        ),
        (
            "auth login",
            vec!["--server", url, "--token-file", "token", "auth", "login"],
            0,
        ),
        ("auth logout", vec!["--server", url, "auth", "logout"], 0),
        (
            "auth token create",
            vec![
                "auth",
                "token",
                "create",
                "--account",
                "x",
                "--role",
                "clerk",
                "--channel",
                "web",
            ],
            0,
        ),
        (
            "auth token revoke",
            vec!["auth", "token", "revoke", "tok_1"],
            0,
        ),
        ("config set", vec!["config", "set", "timeout_s", "20"], 0),
        ("config set", vec!["config", "set", "timeout_s", "soon"], 2),
        ("clock advance", vec!["clock", "advance", "5m"], 0),
        (
            "api",
            vec!["api", "POST", "/v1/payments/reconcile", "-d", "{}"],
            0,
        ),
        ("man", vec!["man", "./pages"], 0),
        ("db migrate", vec!["db", "migrate", "--db", "x.db"], 0),
        ("db backup", vec!["db", "backup", "--db", "x.db", "y.db"], 0),
        (
            "db restore",
            vec!["db", "restore", "--db", "x.db", "x.db"],
            0,
        ),
        ("db distribute", vec!["db", "distribute", "--db", "x.db"], 2),
        (
            "db move-slot",
            vec!["db", "move-slot", "--shards", "no.toml", "17", "south"],
            1,
        ),
        (
            "bus create-topics",
            vec!["bus", "create-topics", "--kafka", "127.0.0.1:1"],
            1,
        ),
        ("tui", vec!["tui"], 2),
        ("display", vec!["display"], 2),
        ("serve", vec!["serve", "--db", "new.db"], 2),
        (
            "demo",
            vec!["demo", "--headless", "--for", "1s", "--keep", "new.db"],
            2,
        ),
    ]
}

/// Every command that does something, by its name.
fn commands(command: &Value, path: &str, all: &mut Vec<String>) {
    let subs = command["commands"].as_array().cloned().unwrap_or_default();
    for sub in &subs {
        let name = sub["name"].as_str().expect("a name");
        commands(sub, format!("{path} {name}").trim(), all);
    }
    if subs.is_empty() {
        all.push(path.to_owned());
    }
}

/// What lies in the folder, but for the database with what belongs to it, and the server's log.
fn files(folder: &Path, below: &Path, all: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(below).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path
            .strip_prefix(folder)
            .expect("below")
            .display()
            .to_string();
        if name.starts_with("x.db") || name == "serve.log" {
            continue;
        }
        if path.is_dir() {
            files(folder, &path, all);
        } else {
            let bytes = fs::read(&path).expect("a file");
            all.insert(name, String::from_utf8_lossy(&bytes).into_owned());
        }
    }
}

/// Books that somebody looks at from outside.
struct Books(rusqlite::Connection);

impl Books {
    /// Another number whenever somebody else has written.
    fn version(&self) -> i64 {
        let version = self
            .0
            .query_row("PRAGMA data_version", [], |row| row.get(0));
        version.expect("a version")
    }
}

#[test]
fn a_dry_run_changes_nothing_whatever_the_command() {
    let folder = Folder::new();
    let file = folder.chain("x.db");
    let server = Server::start(&folder, &file, &["--no-timer", "--clock", "manual"]);
    let home = folder.path("");
    let run = |args: &[&str]| -> Ran {
        let embedded: &[&str] = if args.contains(&"--server") || args.contains(&"serve") {
            &[]
        } else {
            &["--embedded", "x.db"]
        };
        folder.run(&[embedded, args].concat())
    };
    let best = ["9", "--adult", "2", "--best", "-q"];
    let paid = run(&[&["sell", "--pay", "cash"][..], &best].concat())
        .done()
        .out;
    let held = run(&[&["hold", "create"][..], &best].concat()).done().out;
    let url = server.notice().server;
    fs::write(folder.path("token"), server.notice().token).expect("written");
    run(&["--server", &url, "--token-file", "token", "auth", "login"]).done();

    let books = Books(rusqlite::Connection::open(&file).expect("opened"));
    let seen = |books: &Books| {
        let mut all = BTreeMap::new();
        files(&home, &home, &mut all);
        (books.version(), all)
    };
    let before = seen(&books);
    for (_, args, code) in changes(held.trim(), paid.trim(), &url) {
        let ran = run(&[&args[..], &["--dry-run"]].concat()).ended(code);
        assert_eq!(seen(&books), before, "{ran:#?}");
        assert!(
            code != 0 || ran.out.contains("dry_run") || !ran.out.is_empty(),
            "{ran:#?}"
        );
    }
    let state = run(&["booking", "view", held.trim(), "--fields", "state"]).done();
    assert_eq!(state.out, "held\n");
    // The witness can tell: the same without `--dry-run` is seen.
    run(&["booking", "pay", held.trim(), "--pay", "cash"]).done();
    assert_ne!(seen(&books).0, before.0);
}

#[test]
fn every_command_is_known_to_change_something_or_not() {
    let folder = Folder::new();
    let tree = folder.run(&["help", "--tree", "-o", "json"]).done().json();
    let mut all = Vec::new();
    commands(&tree, "", &mut all);
    assert!(all.len() > 50, "{all:?}");
    let changing = changes("", "", "");
    for command in &all {
        let known = changing.iter().any(|(name, ..)| name == command);
        assert!(known || LOOKS.contains(&command.as_str()), "{command}");
    }
}

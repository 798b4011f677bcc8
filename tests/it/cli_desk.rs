//! The late-payments desk at the command line: a refund that waits, cash that waits for a till, what a
//! person did, and how cases ended.

#![expect(clippy::expect_used, reason = "a test ends where it can not go on")]

use std::fs;

use houseful_core::ids::ShowId;
use houseful_tests::folder::Folder;

use super::program::{Ran, Server};

/// A manager at the server's own file.
const MANAGER: [&str; 2] = ["--embedded", "x.db"];

/// A house, and a clerk of it.
struct House {
    folder: Folder,
    server: Server,
}

impl House {
    fn open() -> Self {
        let folder = Folder::new();
        let file = folder.chain("x.db");
        let server = Server::start(&folder, &file, &[]);
        let house = Self { folder, server };
        let make = ["auth", "token", "create", "--account", "till-1"];
        let make = [&make[..], &["--role", "clerk", "--save", "clerk.txt"]].concat();
        house.manager(&make).done();
        house
    }

    fn manager(&self, args: &[&str]) -> Ran {
        self.folder.run(&[&MANAGER[..], args].concat())
    }

    fn clerk(&self, args: &[&str]) -> Ran {
        let url = self.server.notice().server;
        let clerk = ["--server", &url, "--token-file", "clerk.txt"];
        self.folder.run(&[&clerk[..], args].concat())
    }

    /// A show late enough that tickets come back, whatever the hour is now.
    fn show(&self) -> String {
        self.shows().pop().expect("a show")
    }

    fn shows(&self) -> Vec<String> {
        let list = [
            "show", "list", "--date", "tomorrow", "--limit", "1000", "-q",
        ];
        let list = self.manager(&list).done().out;
        list.lines().map(str::to_owned).collect()
    }

    /// A booking over more than a clerk gives back alone, whose clerk has asked.
    fn asked(&self) -> String {
        self.asked_of(&self.show())
    }

    fn asked_of(&self, show: &str) -> String {
        let sell = [
            "sell", show, "--adult", "10", "--best", "--pay", "cash", "-q",
        ];
        let booking = self.clerk(&sell).done().out.trim().to_owned();
        let ask = ["booking", "refund", &booking, "--reason", "unable", "--yes"];
        let ran = self.clerk(&ask).done();
        assert!(ran.err.contains("approval needed"), "{ran:#?}");
        booking
    }
}

#[test]
fn approved_cash_is_told_waits_on_the_desk_and_is_handed_out_once() {
    let house = House::open();
    let booking = house.asked();
    let waits = house.manager(&["payment", "late", "--open", "-o", "json"]);
    let waits = waits.done().json();
    assert_eq!(waits["items"][0]["kind"], "refund_waits", "{waits}");
    let yes = house
        .manager(&["refund", "approve", &booking, "--yes"])
        .done();
    assert!(yes.err.contains("hand back"), "{yes:#?}");
    assert!(yes.err.contains("payment late resolve"), "{yes:#?}");
    let open = ["payment", "late", "--open", "--fields", "kind,cash,next"];
    let open = house.clerk(&open).done();
    assert!(open.out.starts_with("cash_waits"), "{open:#?}");
    assert!(open.out.contains("--how handed_out"), "{open:#?}");
    let resolve = ["payment", "late", "resolve", &booking, "--how"];
    let told = house.clerk(&[&resolve[..], &["told"]].concat()).ended(3);
    assert!(told.err.contains("nobody has handed out yet"), "{told:#?}");
    let mute = house.clerk(&[&resolve[..], &["other"]].concat()).ended(2);
    assert!(mute.err.contains("--note"), "{mute:#?}");
    let dry = [&resolve[..], &["handed_out", "--dry-run", "-o", "json"]].concat();
    let dry = house.clerk(&dry).done().json();
    assert_eq!(dry["body"]["how"], "handed_out", "{dry}");
    let key = "--idempotency-key=cmd_0190a5f27b1c7c3d8e4f5a6b7c8d9e0f";
    let out = [
        &resolve[..],
        &["handed_out", "--note", "till 2", key, "-o", "json"],
    ]
    .concat();
    let done = house.clerk(&out).done().json();
    assert_eq!(done["resolution"]["by"], "till-1", "{done}");
    // The same again is the same; somebody else is told that it was done.
    assert_eq!(
        house.clerk(&out).done().json()["resolution"],
        done["resolution"]
    );
    let second = [&resolve[..], &["handed_out"]].concat();
    let second = house.manager(&second).ended(3);
    assert!(second.err.contains("it was seen to at"), "{second:#?}");
    let ended = [
        "payment",
        "late",
        "--ended",
        "--fields",
        "kind,resolution.how",
        "-o",
        "csv",
    ];
    let ended = house.clerk(&ended).done();
    assert!(ended.out.contains("cash_waits,handed_out"), "{ended:#?}");
    let view = house.clerk(&["payment", "late", "view", &booking, "-o", "table"]);
    let view = view.done();
    for part in [
        "asked back of a manager (till-1)",
        "handed out in cash",
        "till 2",
        "cash  ",
    ] {
        assert!(view.out.contains(part), "{part}: {view:#?}");
    }
    let none = house.clerk(&["payment", "late", "--open", "-o", "json"]);
    assert_eq!(none.done().json()["items"], serde_json::json!([]));
}

#[test]
fn a_refused_refund_says_why_where_the_booking_is_looked_at() {
    let house = House::open();
    let booking = house.asked();
    let no = ["refund", "refuse", &booking, "--note", "they came", "--yes"];
    house.manager(&no).done();
    let view = house.clerk(&["booking", "view", &booking, "-o", "table"]);
    let view = view.done();
    assert!(view.out.contains("refused: they came"), "{view:#?}");
    assert!(view.out.contains("PAID"), "{view:#?}");
    let ended = [
        "payment",
        "late",
        "--ended",
        "--fields",
        "end,declined.note",
    ];
    let ended = house.clerk(&ended).done();
    assert!(ended.out.contains("declined\tthey came"), "{ended:#?}");
    let seen = house.clerk(&["payment", "late", "resolve", &booking, "--how", "told"]);
    assert!(seen.ended(2).err.contains("a manager says yes or no"));
}

#[test]
fn what_a_show_that_is_called_off_would_give_back_goes_through_a_pipe() {
    let house = House::open();
    house.asked();
    let show = house.show();
    let off = [
        "show",
        "cancel",
        &show,
        "--reason",
        "projector",
        "--dry-run",
        "-o",
        "csv",
    ];
    let off = house.manager(&off).done();
    let mut lines = off.out.lines();
    let heading = lines.next().expect("a heading");
    assert!(heading.contains(','), "{off:#?}");
    assert_eq!(lines.count(), 1, "one booking: {off:#?}");
    let _ = fs::remove_file(house.folder.path("clerk.txt"));
}

#[test]
fn a_show_that_stands_still_is_named_and_hides_no_other() {
    let house = House::open();
    let shows = house.shows();
    let [.., other, broken] = shows.as_slice() else {
        panic!("two shows: {shows:?}")
    };
    let waits = house.asked_of(other);
    house.asked_of(broken);
    let House { folder, server } = house;
    server.stop();
    let newer = "INSERT INTO show_event (show_id, ver, at, kind, format, body) \
         SELECT show_id, ver + 1, at, 'from_a_newer_program', 1, '{}' FROM show_head \
         WHERE show_id = ?1";
    let id: ShowId = broken.parse().expect("a show");
    let file = rusqlite::Connection::open(folder.path("x.db")).expect("the house");
    let bad = [id.0.cast_signed()];
    file.execute(newer, bad).expect("a row");
    let head = "UPDATE show_head SET ver = ver + 1 WHERE show_id = ?1";
    file.execute(head, bad).expect("a head");
    drop(file);
    let open = ["payment", "late", "--open", "--fields", "booking"];
    let open = folder.run(&[&MANAGER[..], &open].concat()).ended(3);
    assert_eq!(open.out.trim(), waits, "{open:#?}");
    let named = format!("show {broken} stands still");
    assert!(open.err.contains(&named), "{open:#?}");
}

//! Money at the command line: slips in an amount or a card cost no seats, and what was refused
//! says how to go on.

#![expect(clippy::expect_used, reason = "a test says what it expected and stops")]

use std::{
    fs,
    io::Write,
    process::{Command, Stdio},
};

use super::program::{Ran, Server};
use houseful_tests::folder::Folder;

const BEST: [&str; 6] = ["--embedded", "x.db", "9", "--adult", "2", "--best"];

fn with_input(mut command: Command, text: &str) -> Ran {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs");
    let mut stdin = child.stdin.take().expect("a stream");
    // A program that has refused already reads nothing.
    let _ = stdin.write_all(text.as_bytes());
    drop(stdin);
    let output = child.wait_with_output().expect("it ends");
    Ran::of("with input".to_owned(), &output)
}

#[test]
fn a_slip_in_the_amount_costs_no_seats_and_too_little_says_how_to_go_on() {
    let folder = Folder::new();
    let file = folder.chain("x.db");
    let _server = Server::start(&folder, &file, &[]);
    let sell =
        |pay: &str, more: &[&str]| folder.run(&[&["sell", "--pay", pay][..], &BEST, more].concat());
    let holds = || {
        let list = ["--embedded", "x.db", "hold", "list", "-q"];
        folder.run(&list).done().out
    };
    let slip = sell("cash=abc", &[]).ended(2);
    assert!(slip.err.contains("`abc` is not an amount"), "{slip:#?}");
    for card in ["card=@nowhere.txt", "card=@x.db"] {
        sell(card, &[]);
        assert_eq!(holds(), "", "{card}");
    }

    let little = sell("cash=1", &["-o", "json"]).ended(2).error();
    assert_eq!(little["code"], "cash_too_little");
    let message = little["message"].as_str().expect("a message");
    assert!(message.contains(" was given and "), "{message}");
    assert!(!message.contains("minor"), "{message}");
    let hint = little["hint"].as_str().expect("a hint");
    assert!(hint.contains("still held until"), "{hint}");
    let booking = little["fields"]["booking"].as_str().expect("a booking");
    assert_eq!(holds().trim(), booking);
    let next = little["command"].as_str().expect("a command");
    let next: Vec<&str> = next.split(' ').skip(1).collect();
    folder
        .run(&[&["--embedded", "x.db"], &next[..]].concat())
        .done();
    assert_eq!(holds(), "");
}

#[test]
fn cash_that_nobody_gives_is_booked_only_when_it_is_confirmed() {
    let folder = Folder::new();
    let file = folder.chain("x.db");
    let _server = Server::start(&folder, &file, &[]);
    let sell = [&["sell", "--pay", "cash=999999"][..], &BEST].concat();
    let slip = folder.run(&sell).ended(2);
    for part in [
        "is more than anybody gives",
        "`--yes`",
        "still held until",
        "exit 2",
    ] {
        assert!(slip.err.contains(part), "{part}: {slip:#?}");
    }
    let list = ["--embedded", "x.db", "hold", "list", "-q"];
    let held = folder.run(&list).done().out;
    let pay = |more: &[&str]| {
        let pay = ["--embedded", "x.db", "booking", "pay", held.trim()];
        folder.run(&[&pay[..], &["--pay", "cash=999999"], more].concat())
    };
    pay(&[]).ended(2);
    assert_eq!(folder.run(&list).done().out, held, "it is still held");
    pay(&["--yes"]).done();
    assert_eq!(folder.run(&list).done().out, "");
}

#[test]
fn a_card_need_not_stand_on_the_command_line() {
    let folder = Folder::new();
    let file = folder.chain("x.db");
    let _server = Server::start(&folder, &file, &[]);
    let sell = |pay: &str| {
        folder.command(&[&["sell", "--fields", "state", "--pay", pay][..], &BEST].concat())
    };
    let paid = with_input(sell("card=-"), "4242 4242 4242 4242\n").done();
    assert_eq!(paid.out, "confirmed\n");
    fs::write(folder.path("card.txt"), "4242424242424242\n").expect("written");
    let paid = with_input(sell("card=@card.txt"), "").done();
    assert_eq!(paid.out, "confirmed\n");
    let bad = with_input(sell("card=-"), "four\n").ended(2);
    assert!(bad.err.contains("12 to 19 digits"), "{bad:#?}");
    assert!(!bad.err.contains("four"), "{bad:#?}");
}

#[test]
fn fields_are_looked_at_before_anything_is_sold() {
    let folder = Folder::new();
    let file = folder.chain("x.db");
    let _server = Server::start(&folder, &file, &[]);
    let hold = [&["hold", "create", "--fields", "stat"][..], &BEST].concat();
    let slip = folder.run(&hold).ended(2);
    assert!(slip.err.contains("did you mean `state`"), "{slip:#?}");
    let list = ["--embedded", "x.db", "hold", "list", "-q"];
    assert_eq!(folder.run(&list).done().out, "");
    let fields = folder.run(&["version", "--fields"]).done();
    assert_eq!(fields.out, "name\nversion\nembedded\n");
    let nothing = ["--embedded", "x.db", "api", "GET", "/v1", "--fields", "x"];
    let refused = folder.run(&nothing).ended(2);
    assert_eq!(refused.out, "");
}

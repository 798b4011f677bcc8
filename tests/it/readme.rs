//! Every command of the README, run as it is written: in a folder that looks like a clone in which
//! the program has just been built.

#![expect(clippy::expect_used, reason = "a test says what it expected and stops")]

use std::{os::unix::fs::symlink, path::Path};

use houseful_core::wire::admin::Role;
use houseful_tests::terminal::Terminal;

use super::{
    evening::{Evening, Visitor},
    program::Ran,
};

const README: &str = include_str!("../../README.md");

/// The blocks that are for a shell.
fn blocks() -> Vec<String> {
    let mut blocks = Vec::new();
    let mut parts = README.split("\n```sh\n").skip(1);
    while let Some((block, _)) = parts.next().and_then(|p| p.split_once("\n```")) {
        blocks.push(block.to_owned());
    }
    blocks
}

/// A visitor whose folder looks like a clone. Building is left out: cargo hands over what was built
/// for the tests.
fn clone(evening: &Evening) -> Visitor {
    let visitor = evening.visitor(Some(Role::Admin));
    // Makes `bin/houseful`.
    let _ = visitor.shell("");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let root = root.canonicalize().expect("the workspace");
    for name in ["scripts", "Cargo.toml", "Cargo.lock"] {
        symlink(root.join(name), visitor.folder.path(name)).expect("a link");
    }
    let built = "target/release/houseful";
    visitor.put_program(built, "");
    std::fs::remove_file(visitor.folder.path(built)).expect("removed");
    symlink(
        visitor.folder.path("bin/houseful"),
        visitor.folder.path(built),
    )
    .expect("a link");
    visitor.put_program(
        "bin/cargo",
        "#!/bin/sh\n\
         [ \"$1\" = run ] || { echo 'cargo 1.95.0'; exit; }\n\
         while [ \"$1\" != -- ]; do shift; done\n\
         shift\n\
         exec houseful \"$@\"\n",
    );
    visitor
}

/// What a block of the README is for.
enum Kind {
    /// Opens the full screen.
    Screen,
    /// Checks everything, this test among it.
    Checks,
    /// Runs to its end.
    Script,
}

fn kind(block: &str) -> Kind {
    if block.contains("scripts/test") {
        Kind::Checks
    } else if block.contains("scripts/demo") && !block.contains("--headless") {
        Kind::Screen
    } else {
        Kind::Script
    }
}

#[test]
fn every_command_of_the_readme_runs_as_it_is_written() {
    let evening = Evening::open();
    let clone = clone(&evening);
    let blocks = blocks();
    assert!(blocks.len() >= 6, "the README was not understood");
    // What the README leaves open while it goes on in a second terminal.
    let mut open: Option<Terminal> = None;
    for block in &blocks {
        match kind(block) {
            Kind::Checks => {
                let block = block.replace("scripts/test", "scripts/test --help");
                Ran::to_its_end(&mut clone.shell(&block), block.clone()).done();
            }
            Kind::Screen => {
                if let Some(terminal) = open.take() {
                    sell_and_leave(terminal);
                }
                let terminal = Terminal::open(&clone.shell(block), 80, 24);
                terminal.find(block, |screen| {
                    (screen.is_full() && screen.cell(0, 4) == ">").then_some(())
                });
                open = Some(terminal);
            }
            Kind::Script => script(&clone, block),
        }
    }
    sell_and_leave(open.expect("the README opens the full screen"));
    evening.finish();
}

/// "Press `1` for the next show, `2` for two seats, Enter, Enter: sold. `q` leaves."
fn sell_and_leave(mut terminal: Terminal) {
    terminal.press("12\r\r");
    terminal.shows("SOLD");
    terminal.press("q");
    terminal.find("the list", |screen| {
        (screen.cell(0, 4) == ">").then_some(())
    });
    terminal.press("q");
    terminal.ended().as_before(0);
}

/// Runs a block to its end. Every run of the program in it ends in 0, or in a code that the block
/// itself expects, as in `3) echo ...`.
fn script(clone: &Visitor, block: &str) {
    let before = clone.exits().len();
    let ran = Ran::to_its_end(&mut clone.shell(block), block.to_owned()).done();
    let expected: Vec<i32> = block
        .lines()
        .filter_map(|line| line.trim().split_once(')')?.0.parse().ok())
        .collect();
    let exits = clone.exits().split_off(before);
    assert!(!exits.is_empty(), "{ran:#?}");
    for (code, line) in exits {
        let fine = code == 0 || expected.contains(&code);
        assert!(fine, "{line} ended in {code}\n{ran:#?}");
    }
    if !expected.is_empty() {
        assert!(!ran.out.is_empty(), "{ran:#?}");
    }
    if block.contains("--headless") {
        let books = ran.json();
        for name in ["double_sold", "money_mismatch", "stuck_seats"] {
            assert_eq!(books[name], 0, "{books}");
        }
    }
}

//! Every example of the help, run as it is written, at the chain of [`Evening`].
//!
//! An example ends in exit code 0, or in the one that it states itself: `# exit 7`.

#![expect(clippy::expect_used, reason = "a test says what it expected and stops")]

use std::{
    fs,
    process::{Child, Stdio},
};

use clap::Parser;
use houseful::args::{self, Cli, Command as Line};
use houseful_core::wire::admin::{Mode, Role};
use houseful_server::{
    chance,
    clock::ClockKind,
    database::{Address, Books},
    shards::Identity,
};
use houseful_tests::{cluster::Cluster, terminal::Terminal, wait};
use tokio::runtime::Runtime;

use super::{
    evening::{Evening, Visitor},
    program::{Ran, terminate},
};

/// The examples of one command, in the order in which its help shows them.
struct Examples {
    /// As in `houseful show seats`.
    of: String,
    lines: Vec<String>,
}

/// All examples of all commands.
fn examples() -> Vec<Examples> {
    let root = Examples {
        of: "houseful".to_owned(),
        lines: example_lines(&args::short_help())
            .iter()
            // What it does stands behind it, a few blanks away.
            .map(|line| line.split("   ").next().unwrap_or_default().to_owned())
            .collect(),
    };
    let mut found = vec![root];
    collect(&args::command(), "houseful", &mut found);
    found
}

fn collect(command: &clap::Command, path: &str, found: &mut Vec<Examples>) {
    for sub in command.get_subcommands() {
        let of = format!("{path} {}", sub.get_name());
        collect(sub, &of, found);
        if let Some(help) = sub.get_after_long_help() {
            let lines = example_lines(&help.to_string());
            found.push(Examples { of, lines });
        }
    }
}

/// Examples are indented by two blanks.
fn example_lines(help: &str) -> Vec<String> {
    help.lines()
        .filter_map(|line| line.strip_prefix("  "))
        .map(str::to_owned)
        .collect()
}

/// The exit code that an example says it has.
fn stated(line: &str) -> i32 {
    let code = line
        .rsplit_once("# ")
        .and_then(|(_, words)| words.rsplit_once("exit "))
        .map(|(_, code)| code.trim().parse().expect("an exit code"));
    code.unwrap_or(0)
}

#[test]
fn every_example_of_the_help_runs_as_it_is_written() {
    let evening = Evening::open();
    let examples = examples();
    assert!(examples.len() > 40, "the help was not understood");
    for examples in &examples {
        assert!(!examples.lines.is_empty(), "{} has none", examples.of);
        // Each command's examples come from a newcomer with the admin's token.
        let visitor = evening.visitor(Some(Role::Admin));
        run(examples, &visitor);
    }
    evening.finish();
}

/// The files that the examples of `db` and `layout` are about.
fn put_files(examples: &Examples, visitor: &Visitor) {
    if examples.of.starts_with("houseful layout ") {
        let hall = "name: Two rows\n\nA  oooo\nB  oooo\n";
        fs::write(visitor.folder.path("hall.txt"), hall).expect("a file");
        let new = hall.replace("B  oooo", "B   oox");
        return fs::write(visitor.folder.path("new.txt"), new).expect("a file");
    }
    if !examples.of.starts_with("houseful db ") {
        return;
    }
    if examples.of.ends_with("shards") || examples.of.ends_with("move-slot") {
        return put_shards(visitor);
    }
    let file = visitor.folder.chain("cinema.db");
    if examples.of.ends_with("restore") {
        fs::copy(file, visitor.folder.path("monday.db")).expect("a copy");
    }
}

/// Two shards of a house, and the file that names them.
fn put_shards(visitor: &Visitor) {
    let house = chance::uuid();
    let runtime = Runtime::new().expect("threads");
    let mut text = String::new();
    for (shard, other, first) in [("north", "south", 0), ("south", "north", 512)] {
        let url = Cluster::shared().database();
        let identity = Identity {
            house,
            shard: shard.parse().expect("a name"),
            mode: Mode::Training,
        };
        let other = Some(other.parse().expect("a name"));
        let slots = (0..1_024).map(|slot| {
            if slot / 512 * 512 == first {
                None
            } else {
                other.clone()
            }
        });
        let slots = slots.collect();
        runtime.block_on(async {
            let opened = Books::open(&Address::new(url.as_ref()), ClockKind::Manual).await;
            let books = opened.expect("a database");
            books.slots.found(identity, slots).await.expect("a shard");
            books.ground.close().await;
        });
        let last = first + 511;
        text += &format!(
            "[[shard]]\nname = \"{shard}\"\nprimary = \"{url}\"\nslots = \"{first}-{last}\"\n"
        );
    }
    fs::write(visitor.folder.path("shards.toml"), text).expect("a file");
}

fn run(examples: &Examples, visitor: &Visitor) {
    put_files(examples, visitor);
    let mut script = String::new();
    let mut expected = Vec::new();
    for line in &examples.lines {
        match Cli::try_parse_from(line.split_whitespace()) {
            Ok(cli) if cli.takes_the_screen() => look(line, visitor),
            Ok(Cli {
                command: Some(Line::Serve(args)),
                ..
            }) => serve(line, visitor, args.port_file.as_deref()),
            // What a shell has to read first (quotes, pipes, variables) may not parse here.
            _ => {
                script += &format!("{line}\necho \"$?\" >> codes.txt\n");
                expected.push((stated(line), line));
            }
        }
    }
    let ran = Ran::to_its_end(&mut visitor.shell(&script), examples.of.clone());
    let codes = fs::read_to_string(visitor.folder.path("codes.txt")).unwrap_or_default();
    let codes: Vec<i32> = codes.lines().map(|c| c.parse().expect("a code")).collect();
    for (i, (code, line)) in expected.iter().enumerate() {
        assert_eq!(codes.get(i), Some(code), "{line}\n{ran:#?}");
    }
    // Nor did any part of a pipe fail, or a command whose output was put into a variable.
    for (code, line) in visitor.exits() {
        let fine = code == 0
            || expected
                .iter()
                .any(|(c, l)| *c == code && l.starts_with(&line));
        assert!(fine, "{line} ended in {code}\n{ran:#?}");
    }
}

/// Runs what takes the whole screen, and leaves it by its own key.
fn look(line: &str, visitor: &Visitor) {
    let words: Vec<&str> = line.split_whitespace().skip(1).collect();
    let mut terminal = Terminal::open(&visitor.command(&words), 80, 24);
    terminal.find(line, |screen| {
        // The list of shows, or the display of a till that does not run.
        let drawn = screen.cell(0, 4) == ">" || screen.text().contains("is closed");
        (screen.is_full() && drawn).then_some(())
    });
    terminal.press("q");
    let left = terminal.ended();
    assert!(left.status.success(), "{line}: {left:#?}");
}

/// Runs a server until it answers, and stops it as a service is stopped.
fn serve(line: &str, visitor: &Visitor, port_file: Option<&std::path::Path>) {
    let words: Vec<&str> = line.split_whitespace().skip(1).collect();
    let mut child: Child = visitor
        .command(&words)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program runs");
    let port_file = visitor.folder.path(
        port_file
            .and_then(std::path::Path::to_str)
            .expect("the example says where its port is told"),
    );
    wait::until(line, 30, || port_file.exists().then_some(()));
    terminate(&child);
    let status = wait::until(line, 30, || child.try_wait().expect("a child"));
    assert_eq!(status.code(), Some(0), "{line}");
}

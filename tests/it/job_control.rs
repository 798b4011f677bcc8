//! Standing aside for a real shell: Ctrl-Z, other work, `bg`, `fg`, and on with the sale.

use std::process::Command;

use houseful_tests::{
    folder::Folder,
    program::program,
    terminal::{Screen, Terminal},
};

/// A shell with job control that knows the program as `$HOUSEFUL`.
fn shell(folder: &Folder) -> Terminal {
    let mut command = Command::new("/bin/bash");
    command.args(["--noprofile", "--norc", "--noediting", "-i"]);
    command.current_dir(folder.whole()).env_clear();
    command
        .env("HOUSEFUL", program())
        .env("HOUSEFUL_STATE", folder.path("state"))
        .env("HOUSEFUL_CONFIG", folder.path("config.toml"))
        .env("HISTFILE", "")
        .env("PATH", "/usr/bin:/bin")
        .env("PS1", "ready> ")
        .env("TMPDIR", folder.whole());
    Terminal::open(&command, 80, 24)
}

/// Types a command at the prompt and waits for what it says.
fn type_in(terminal: &mut Terminal, line: &str, says: &str) {
    terminal.shows("ready>");
    terminal.press(&format!("{line}\r"));
    terminal.shows(says);
}

#[test]
fn ctrl_z_gives_the_terminal_to_the_shell_until_fg() {
    let folder = Folder::new();
    let mut terminal = shell(&folder);
    type_in(&mut terminal, "\"$HOUSEFUL\" demo", "q quit");
    terminal.find("the next shows", |screen| {
        (screen.is_full() && screen.cell(2, 4) == "1").then_some(())
    });
    terminal.press("12");
    terminal.shows("HOLD 0");
    terminal.press("\u{1a}");
    terminal.shows("Stopped");
    type_in(&mut terminal, "echo one-$((1+1))", "one-2");
    // In the background the sale's server goes on, and the screens stay away.
    type_in(&mut terminal, "bg", "$HOUSEFUL\" demo &");
    type_in(&mut terminal, "sleep 1; echo two-$((2+2))", "two-4");
    assert!(!terminal.text().contains("HOLD 0"), "{}", terminal.text());
    terminal.press("fg\r");
    terminal.shows("HOLD 0");
    let is_drawn = |screen: &Screen<'_>| screen.is_full().then_some(());
    terminal.find("all of the screen", is_drawn);
    // Once more, without `bg`; then the sale goes on.
    terminal.press("\u{1a}");
    terminal.shows("Stopped");
    type_in(&mut terminal, "fg", "HOLD 0");
    terminal.press("\r\r");
    terminal.shows("SOLD");
    terminal.press("\rq");
    type_in(
        &mut terminal,
        "echo three-$?-$(stty size | wc -l)",
        "three-0-1",
    );
    // The shell reads lines again: a line that is corrected is echoed corrected.
    type_in(&mut terminal, "echo wronh\u{7f}g-end", "wrong-end");
    terminal.shows("ready>");
    terminal.press("exit\r");
    let left = terminal.ended().as_before(0);
    assert!(!left.text().contains("HOLD"), "{}", left.text());
}

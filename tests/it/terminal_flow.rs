//! Quick ways through the screens in a real terminal: one line, a scanner, the clipboard, the mouse,
//! keys of one's own.

use std::{fs, time::Duration};

use houseful_tests::{folder::Folder, terminal::Terminal, wait};

/// A demo on its first view.
fn demo(folder: &Folder) -> Terminal {
    let terminal = Terminal::open(&folder.command(&["demo"]), 80, 24);
    terminal.find("the next shows", |screen| {
        (screen.is_full() && screen.cell(2, 4) == "1").then_some(())
    });
    terminal
}

fn leave(mut terminal: Terminal) {
    terminal.press("\u{3}\u{3}");
    terminal.ended().as_before(0);
}

#[test]
fn a_sale_in_one_line() {
    let folder = Folder::new();
    let mut terminal = demo(&folder);
    terminal.press(":1 2 hold\r");
    terminal.shows("BOOKING  2 seats");
    terminal.press(":1 cash\r");
    terminal.shows("SOLD");
    terminal.press(":1 2x\r");
    terminal.shows("`x` is no ticket type here");
    terminal.shows(":1 2x");
    leave(terminal);
}

#[test]
fn a_scanner_is_told_from_hands() {
    let folder = Folder::new();
    let mut terminal = demo(&folder);
    // Its digits sell nothing.
    terminal.press("7KQM-4T2X-PA9D\r");
    terminal.shows("nothing was found for `7KQM-4T2X-PA9D`");
    terminal.press("q");
    terminal.shows("The newest bookings");
    terminal.press("q");
    terminal.shows("q quit");
    // The same in the hand of somebody who has tickets.
    terminal.press("12\r\r");
    terminal.shows("SOLD");
    let code = terminal.find("the code", |screen| screen.after("Booking "));
    terminal.press("\r");
    terminal.shows("q quit");
    terminal.press(&format!("{code}\r"));
    terminal.shows(&format!("BOOKINGS > {code}"));
    terminal.press("qqq");
    terminal.shows("q quit");
    leave(terminal);
}

/// A demo is for trying things out, so whoever opens it may do what a manager may.
#[test]
fn whoever_tries_the_demo_can_give_money_back() {
    let folder = Folder::new();
    let mut terminal = demo(&folder);
    terminal.press("12");
    terminal.shows("HOLD 0");
    terminal.press("\r\r");
    terminal.shows("SOLD");
    let code = terminal.find("the code", |screen| screen.after("Booking "));
    terminal.press("\rB");
    terminal.shows(&format!(">{code} SOLD"));
    terminal.press("\rR2\r");
    terminal.shows("refunded: hand back");
    leave(terminal);
}

/// A scanner that takes its time, pointed at a till that only waits for Enter to take the money.
#[test]
fn a_slow_scanner_sells_nothing() {
    let folder = Folder::new();
    let mut terminal = demo(&folder);
    terminal.press("12");
    terminal.shows("HOLD 0");
    terminal.press("\r");
    terminal.shows("To pay");
    // Its first keys come at once, so that a busy machine reads them as one burst.
    terminal.press("7KQM");
    for key in "4T2XPA9D\r".chars() {
        terminal.press(&key.to_string());
        wait::until_time(wait::from_now(Duration::from_millis(25)));
    }
    terminal.shows("7KQM-4T2X-PA9D");
    let text = terminal.text();
    assert!(text.contains("To pay") && !text.contains("SOLD"), "{text}");
    leave(terminal);
}

#[test]
fn what_is_on_the_screen_is_copied_as_a_command() {
    let folder = Folder::new();
    let mut terminal = demo(&folder);
    terminal.press("y");
    terminal.shows("copied: houseful sell shw_");
    let copied = wait::until("a copy", 10, || {
        Some(terminal.copied()).filter(|copied| !copied.is_empty())
    });
    assert!(
        matches!(copied.as_slice(), [text] if text.starts_with("houseful sell shw_")),
        "{copied:?}"
    );
    leave(terminal);
}

#[test]
fn the_mouse_is_listened_to_only_on_demand() {
    let folder = Folder::new();
    let mut terminal = demo(&folder);
    assert!(!terminal.listens_to_mouse());
    // A click that is sent all the same does nothing.
    terminal.press("\u{10}mouse\r");
    terminal.shows("the mouse is on");
    assert!(terminal.listens_to_mouse());
    terminal.press("\u{10}mouse\r");
    terminal.shows("the mouse is off");
    assert!(!terminal.listens_to_mouse());
    leave(terminal);

    fs::write(folder.path("config.toml"), "mouse = true\n").expect("written");
    let mut terminal = demo(&folder);
    assert!(terminal.listens_to_mouse());
    // The third line of the list, twice.
    terminal.press("\u{1b}[<0;10;7M\u{1b}[<0;10;7m");
    terminal.find("the mark", |screen| {
        (screen.cell(0, 6) == ">").then_some(())
    });
    terminal.press("\u{1b}[<0;10;7M\u{1b}[<0;10;7m");
    terminal.shows("S C R E E N");
    leave(terminal);
}

#[test]
fn keys_of_ones_own_are_what_the_screens_tell() {
    let folder = Folder::new();
    let keys = "[keys]\nseats.next_best = \"x\"\nhome.browse = [\"ctrl-b\", \"v\"]\n";
    fs::write(folder.path("config.toml"), keys).expect("written");
    let mut terminal = demo(&folder);
    terminal.shows("Ctrl-B/v browse");
    terminal.press("v");
    terminal.shows("BROWSE");
    terminal.press("q12");
    terminal.shows("x next best");
    leave(terminal);

    fs::write(folder.path("config.toml"), "\n[keys]\nseats.undo = \"g\"\n").expect("written");
    let ran = folder.run(&["config", "keys"]).ended(2);
    let places = ["config.toml:3", "`go_to`", "`undo`"];
    assert!(places.iter().all(|part| ran.err.contains(part)), "{ran:?}");
    let ran = folder.run(&["tui"]).ended(2);
    assert!(ran.err.contains("config.toml:3"), "{ran:?}");
}

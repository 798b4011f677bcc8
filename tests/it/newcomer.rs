//! Somebody who has never seen the program: they may press only keys that the screen names, and
//! choose by the words beside them.

use houseful_tests::{
    folder::Folder,
    terminal::{Screen, Terminal},
};

/// The most keys from the first screen to the tickets.
const KEYS_MAX: usize = 12;

/// What somebody wants who came to sell two seats, in the order in which they look for it.
const WISHES: [&str; 4] = ["best seats", "pay", "take cash", "next customer"];
/// What the list says of shows that two people may not get into.
const FULL: [&str; 5] = ["SOLD OUT", "FEW LEFT", "PAUSED", "CANCELLED", "CLOSED"];

/// The keys that the last two lines name, each with its words.
fn named(screen: &Screen<'_>) -> Vec<(String, String)> {
    let lines = screen.lines();
    let footer = &lines[lines.len() - 2..];
    let parts = footer.iter().flat_map(|line| line.trim().split("  "));
    parts
        .filter_map(|part| part.trim().split_once(' '))
        .map(|(key, words)| (key.to_owned(), words.to_owned()))
        .collect()
}

/// A key as somebody presses it who reads its name: the first of several.
fn pressed(name: &str) -> Option<String> {
    Some(match name {
        "Enter" => "\r".to_owned(),
        "Space" => " ".to_owned(),
        "Esc" => "\u{1b}".to_owned(),
        // As many as two people are.
        "1-9" => "2".to_owned(),
        name if name.chars().count() == 1 => name.to_owned(),
        _ => return None,
    })
}

#[test]
fn the_screen_alone_leads_to_the_first_tickets() {
    let folder = Folder::new();
    let mut terminal = Terminal::open(&folder.command(&["demo"]), 80, 24);
    // The list has numbers, the footer says that they sell.
    let number = terminal.find("a show with seats", |screen| {
        let sells = named(screen);
        let sells = sells
            .iter()
            .any(|(key, words)| key == "1-9" && words == "sell");
        let open = screen.lines().into_iter().skip(4).take(9);
        let mut open = open.filter(|line| !FULL.iter().any(|word| line.contains(word)));
        let line = open.find_map(|line| Some(line.get(1..3)?.trim().to_owned()));
        line.filter(|number| sells && number.parse::<u8>().is_ok())
    });
    terminal.press(&number);
    let mut keys = vec![number];
    for wish in WISHES {
        let key = terminal.find(wish, |screen| {
            let named = named(screen);
            let line = named.iter().find(|(_, words)| words.starts_with(wish));
            line.and_then(|(name, _)| pressed(name))
        });
        if wish == "next customer" {
            break;
        }
        terminal.press(&key);
        keys.push(key);
    }
    terminal.shows("SOLD");
    let seats = terminal.find("the seats", |screen| screen.after("Seats "));
    assert_eq!(seats.split(' ').count(), 2, "{seats}");
    assert!(keys.len() <= KEYS_MAX, "{keys:?}");
    terminal.press("q");
    terminal.shows("q quit");
    terminal.press("q");
    terminal.ended().as_before(0);
}

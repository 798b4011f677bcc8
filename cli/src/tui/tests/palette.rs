//! The palette finds and does what can be done.

use super::house::Till;
use crate::tui::{key::Key, keymap::Place};

#[test]
fn a_few_letters_and_enter_do_it() {
    let mut till = Till::open();
    till.press("1\u{10}");
    assert_eq!(till.model.place(), Place::Palette);
    till.press("zone");
    let screen = till.screen();
    assert!(
        screen.contains("> zone: any, front, middle, rear"),
        "{screen}"
    );
    till.press("\n");
    assert_eq!(till.model.place(), Place::Seats);
    assert_eq!(till.seats().zone, houseful_core::best::Zone::Front);
}

#[test]
fn its_lines_are_those_of_the_place_below() {
    let mut till = Till::open();
    till.press("\u{10}");
    let screen = till.screen();
    assert!(screen.contains("by city, movie and show"), "{screen}");
    assert!(!screen.contains("any, front"), "{screen}");
    till.press("browse\n");
    assert_eq!(till.model.place(), Place::Browse);
    till.press("\u{10}\u{1b}");
    assert_eq!(
        till.model.place(),
        Place::Browse,
        "Esc closes the list alone"
    );
}

#[test]
fn what_has_no_key_is_there_too() {
    let mut till = Till::open();
    till.press("\u{10}mouse\n");
    assert!(till.mouse, "{}", till.screen());
    till.press("\u{10}mouse\n");
    assert!(!till.mouse);
}

#[test]
fn enter_on_nothing_and_the_ends_of_the_list_do_nothing() {
    let mut till = Till::open();
    till.press("\u{10}zzzzzz\n");
    assert_eq!(till.model.place(), Place::Palette);
    assert!(till.screen().contains("nothing fits"), "{}", till.screen());
    till.press("\u{1b}\u{10}");
    till.key(Key::Up);
    (0..99).for_each(|_| till.key(Key::Down));
    assert!(till.lines(80, 24).iter().any(|line| line.contains("| >")));
    (0..99).for_each(|_| till.key(Key::PageUp));
    let first = till
        .lines(60, 16)
        .iter()
        .any(|line| line.contains("> sell the marked show"));
    assert!(first, "{}", till.lines(60, 16).join("\n"));
}

#[test]
fn a_dialog_comes_over_the_list() {
    let mut till = Till::open();
    till.press("12\u{10}");
    till.pass(300_000);
    assert_eq!(till.model.place(), Place::HoldOver, "{}", till.screen());
    till.press("\n");
    assert_eq!(
        till.model.place(),
        Place::Seats,
        "it was for seats that were held"
    );
}

#[test]
fn it_names_keys_as_they_are_bound() {
    let mut till = Till::open();
    let setting = crate::config::KeySetting {
        place: "home".into(),
        action: "browse".into(),
        keys: vec!["w".into()],
        at: "houseful.toml:1".into(),
    };
    till.model.keymap = crate::tui::Keymap::of(&[setting]).expect("keys");
    till.press("\u{10}browse");
    let screen = till.screen();
    let line = screen.lines().find(|line| line.contains("by city, movie"));
    assert!(line.is_some_and(|line| line.contains(" w ")), "{screen}");
    till.press("\u{1b}w");
    assert_eq!(till.model.place(), Place::Browse);
    till.press("\u{1b}b");
    assert!(
        till.screen().contains("`b` does nothing here"),
        "{}",
        till.screen()
    );
    assert!(till.screen().contains("w browse"), "{}", till.screen());
}

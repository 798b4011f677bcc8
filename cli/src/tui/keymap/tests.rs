//! The table is in order, and the configuration can't break it.

use super::{
    Action, Binding, Keymap, Keys, Place, TABLE, bound::BoundKeys, names::key_named, settings,
};
use crate::{config::KeySetting, tui::key::Key};

fn setting(text: &str, at: u32) -> KeySetting {
    let (name, keys) = text.split_once('=').expect("a setting");
    let (place, action) = name.trim().split_once('.').expect("a name");
    KeySetting {
        place: place.to_owned(),
        action: action.to_owned(),
        keys: keys.split_whitespace().map(str::to_owned).collect(),
        at: format!("houseful.toml:{at}"),
    }
}

fn keymap(settings: &[&str]) -> Result<Keymap, String> {
    let settings: Vec<_> = (1..)
        .zip(settings)
        .map(|(at, text)| setting(text, at))
        .collect();
    Keymap::of(&settings).map_err(|e| format!("{e}; {}", e.hint()))
}

/// All keys of all lines of the table.
fn all_keys() -> impl Iterator<Item = (&'static Binding, Key)> {
    TABLE.iter().flat_map(|line| match line.keys {
        Keys::Any(keys) => keys.iter().map(|key| (line, *key)).collect::<Vec<_>>(),
        _ => Vec::new(),
    })
}

#[test]
fn no_two_lines_of_a_place_fight() {
    let keymap = Keymap::default();
    for place in Place::all() {
        let lines: Vec<_> = keymap.lines(place).collect();
        for (at, line) in lines.iter().enumerate() {
            let BoundKeys::Any(keys) = &line.keys else {
                continue;
            };
            for key in keys {
                let rival = lines.iter().enumerate().find(|(other, rival)| {
                    *other != at && rival.action != line.action && settings::fights(rival, *key)
                });
                assert!(rival.is_none(), "{place:?} {key}: {line:?} {rival:?}");
            }
        }
    }
}

#[test]
fn every_keyboard_has_the_keys() {
    for (line, key) in all_keys() {
        match key {
            Key::Ctrl(c) => assert_eq!(key_named(&format!("ctrl-{c}")), Ok(key), "{line:?}"),
            Key::F1 => assert!(matches!(line.keys, Keys::Any(keys) if keys.len() > 1)),
            _ => {}
        }
    }
}

#[test]
fn a_capital_means_the_same_everywhere() {
    let capitals: Vec<_> = all_keys()
        .filter(|(_, key)| matches!(key, Key::Char(c) if c.is_uppercase()))
        .collect();
    for (line, key) in &capitals {
        let other = capitals
            .iter()
            .find(|(o, k)| k == key && o.action != line.action);
        assert!(other.is_none(), "{key}: {line:?} {other:?}");
    }
}

#[test]
fn keys_of_everywhere_are_not_used_for_anything_else() {
    let everywhere = ['?', ':', 'y', '/'].map(Key::Char);
    let everywhere = everywhere
        .into_iter()
        .chain(['p', 'r', 'l', 'z', 'c'].map(Key::Ctrl));
    for key in everywhere {
        let mut actions: Vec<Action> = Vec::new();
        for place in Place::all() {
            // The palette closes with the key that opens it.
            if !place.is_overlay() && place != Place::Palette {
                actions.extend(Keymap::default().action(place, key));
            }
        }
        let letters = |action: &Action| *action != Action::TicketType;
        actions.retain(letters);
        actions.dedup();
        assert!(actions.len() <= 1, "{key}: {actions:?}");
    }
}

#[test]
fn every_place_can_be_left_and_every_program_ended() {
    for place in Place::all() {
        let keymap = Keymap::default();
        assert!(
            keymap.action(place, Key::Ctrl('c')) == Some(Action::Interrupt),
            "{place:?}"
        );
        assert!(keymap.action(place, Key::Esc).is_some(), "{place:?}");
    }
}

#[test]
fn a_setting_changes_the_key_and_what_is_told_of_it() {
    let keymap = keymap(&["seats.next_best = x ctrl-n", "home.next_day = +"]).expect("keys");
    assert_eq!(
        keymap.action(Place::Seats, Key::Char('x')),
        Some(Action::NextBest)
    );
    assert_eq!(
        keymap.action(Place::Seats, Key::Ctrl('n')),
        Some(Action::NextBest)
    );
    assert_eq!(
        keymap.action(Place::Seats, Key::Char('b')),
        Some(Action::TicketType)
    );
    let footer: Vec<String> = keymap
        .footer(Place::Seats)
        .map(|line| format!("{} {}", line.shown, line.label))
        .collect();
    assert!(
        footer.contains(&"x/Ctrl-N next best".to_owned()),
        "{footer:?}"
    );
    let days = keymap.footer(Place::Home).find(|line| line.label == "day");
    assert_eq!(days.map(|line| line.shown.as_str()), Some("+/p"));
    assert_eq!(
        keymap.say("⟨seats.next_best⟩ and ⟨home.previous_day⟩"),
        "x/Ctrl-N and p"
    );
}

#[test]
fn a_nearer_setting_and_a_place_of_its_own_count_more() {
    let keymap = keymap(&["all.help = !", "home.help = =", "all.help = x"]);
    let keymap = keymap.expect("keys");
    assert_eq!(
        keymap.action(Place::Home, Key::Char('=')),
        Some(Action::Help)
    );
    assert_eq!(
        keymap.action(Place::Browse, Key::Char('!')),
        Some(Action::Help)
    );
    assert_eq!(
        keymap.action(Place::Filter, Key::Char('!')),
        None,
        "it is typed there"
    );
}

#[test]
fn the_examples_of_the_help_topic_are_right() {
    let keymap = keymap(&["seats.next_best = x", "all.help = ! f1", "home.browse ="]);
    let keymap = keymap.expect("keys");
    assert_eq!(keymap.action(Place::Ticket, Key::F1), Some(Action::Help));
    assert_eq!(keymap.action(Place::Ticket, Key::Char('?')), None);
    assert_eq!(keymap.action(Place::Home, Key::Char('b')), None);
    let told = keymap.say("⟨home.help⟩ lists the keys");
    assert_eq!(told, "!/F1 lists the keys");
    assert!(
        keymap
            .footer(Place::Home)
            .all(|line| line.label != "browse")
    );
}

#[test]
fn what_can_not_be_is_told_with_its_line_and_both_actions() {
    for (settings, parts) in [
        (
            &["seats.next_best = g"][..],
            &["houseful.toml:1", "in seats `g`", "`next_best`", "`go_to`"][..],
        ),
        (
            &["home.resume = 5"],
            &["houseful.toml:1", "`resume`", "`digit`"],
        ),
        (
            &["seats.next_bets = x"],
            &["no action `next_bets` in seats", "`next_best`"],
        ),
        (&["saets.undo = x"], &["no place `saets`", "`seats`"]),
        (&["seats.digit = x"], &["houseful.toml:1", "fixed"]),
        (&["home.browse = ctrl-m"], &["ctrl-m", "tell"]),
        (
            &["home.browse = banana"],
            &["banana", "a key is a character"],
        ),
        (&["home.browse = enter"], &["Enter always does"]),
        (&["home.browse = ctrl-c"], &["Ctrl-C always does"]),
        (&["filter.back = x"], &["letters are typed there"]),
        (
            &["home.browse = V", "seats.undo = c"],
            &[
                "houseful.toml:2: in seats `c`",
                "ticket type child",
                "`undo`",
                "`seats.undo = \"ctrl-n\"`",
            ],
        ),
        (
            &["all.help = ? s"],
            &["houseful.toml:1: in seats `s`", "student", "`help`"],
        ),
        (
            &["seats.undo = x", "seats.go_to = x"],
            &["`undo`", "`go_to`"],
        ),
    ] {
        let told = keymap(settings).expect_err(settings[0]);
        for part in parts {
            assert!(told.contains(part), "{settings:?}: {told}");
        }
    }
}

#[test]
fn a_letter_of_no_ticket_type_is_free_and_types_it_hides_are_known() {
    let keymap = keymap(&["seats.next_best = n", "home.browse = c", "range.pick = a"]);
    let keymap = keymap.expect("only the seats have ticket types");
    let hidden = |letter| keymap.hides_type(letter).map(|line| line.action);
    assert_eq!(hidden('n'), Some(Action::NextBest));
    assert_eq!(hidden('z'), Some(Action::Zone));
    assert_eq!((hidden('a'), hidden('x')), (None, None));
}

#[test]
fn nobody_can_be_locked_in() {
    let names: Vec<String> = Place::all().iter().map(|p| p.name()).collect();
    for place in names {
        for action in ["back", "accept", "interrupt", "quit"] {
            // Taking all keys away leaves Esc, Enter and Ctrl-C where they were.
            let Ok(keymap) = keymap(&[&format!("{place}.{action} =")]) else {
                continue;
            };
            let place = Place::all().into_iter().find(|p| p.name() == place);
            let place = place.expect("a place");
            for key in [Key::Esc, Key::Enter, Key::Ctrl('c')] {
                assert_eq!(
                    keymap.action(place, key),
                    Keymap::default().action(place, key)
                );
            }
        }
    }
}

#[test]
fn names_stay_as_they_are_documented() {
    let mut names: Vec<String> = TABLE.iter().map(|line| line.action.name()).collect();
    names.sort();
    names.dedup();
    for name in [
        "next_best",
        "go_to",
        "turn_ticket_type",
        "quick",
        "interrupt",
        "page_up",
    ] {
        assert!(names.iter().any(|n| n == name), "{name}: {names:?}");
    }
    assert_eq!(Place::AskRelease.name(), "ask_release");
}

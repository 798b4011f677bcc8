//! The names of places, actions and keys, as they are written in configuration files.

use super::{Action, Place, TABLE};
use crate::tui::key::Key;

/// Ctrl with these letters can't be told from Backspace, Tab and Enter.
const CTRL_TAKEN: [char; 4] = ['h', 'i', 'j', 'm'];

/// `NextBest` as `next_best`.
fn snake(name: &str) -> String {
    let mut snake = String::new();
    for c in name.chars() {
        if c.is_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.extend(c.to_lowercase());
    }
    snake
}

impl Place {
    /// Its name in configuration files.
    #[must_use]
    pub fn name(self) -> String {
        snake(&format!("{self:?}"))
    }

    /// All places that have keys, in the order of the table.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let mut all: Vec<Self> = Vec::new();
        for place in TABLE.iter().flat_map(|line| line.places) {
            if !all.contains(place) {
                all.push(*place);
            }
        }
        all
    }
}

impl Action {
    /// Its name in configuration files.
    #[must_use]
    pub fn name(self) -> String {
        snake(&format!("{self:?}"))
    }
}

/// The key with this name: a character, or a word such as `enter`, `ctrl-p`, `pgup`.
///
/// # Errors
/// What it could be instead.
pub fn key_named(name: &str) -> Result<Key, String> {
    let mut chars = name.chars();
    if let (Some(c), None) = (chars.next(), chars.next()) {
        return if c.is_control() {
            Err("it is a control character".to_owned())
        } else {
            Ok(Key::Char(c))
        };
    }
    let lower = name.to_lowercase();
    if let Some(letter) = lower.strip_prefix("ctrl-") {
        return ctrl(letter);
    }
    Ok(match lower.as_str() {
        "space" => Key::Char(' '),
        "enter" => Key::Enter,
        "esc" | "escape" => Key::Esc,
        "backspace" => Key::Backspace,
        "delete" => Key::Delete,
        "tab" => Key::Tab,
        "shift-tab" => Key::BackTab,
        "up" => Key::Up,
        "down" => Key::Down,
        "left" => Key::Left,
        "right" => Key::Right,
        "home" => Key::Home,
        "end" => Key::End,
        "pgup" => Key::PageUp,
        "pgdn" => Key::PageDown,
        "f1" => Key::F1,
        _ => {
            return Err(
                "a key is a character, ctrl- with a letter, or one of space, enter, esc, tab, \
                 shift-tab, backspace, delete, up, down, left, right, home, end, pgup, pgdn, f1"
                    .to_owned(),
            );
        }
    })
}

fn ctrl(letter: &str) -> Result<Key, String> {
    let mut chars = letter.chars();
    match (chars.next(), chars.next()) {
        (Some(c), None) if CTRL_TAKEN.contains(&c) => {
            Err(format!("no terminal can tell ctrl-{c} from another key"))
        }
        (Some(c), None) if c.is_ascii_lowercase() => Ok(Key::Ctrl(c)),
        _ => Err("ctrl goes with a letter, as in ctrl-p".to_owned()),
    }
}

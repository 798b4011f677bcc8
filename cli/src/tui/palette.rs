//! The palette: a list of everything that can be done here, found by a few letters.

use tui_input::Input;

use super::{
    field,
    filter::fitting,
    key::Key,
    keymap::{Action, Keymap, Place},
    list::moved,
};

/// The list, while it is open.
#[derive(Clone, Debug)]
pub struct Palette {
    /// What is typed.
    pub typed: Input,
    /// Which of the fitting lines is marked.
    pub cursor: usize,
    /// Where its actions happen.
    pub place: Place,
}

/// One thing that can be done.
#[derive(Clone, Debug, PartialEq)]
pub struct Doing {
    /// What it is.
    pub action: Action,
    /// In words.
    pub words: String,
    /// Its key as it is bound, if it has one.
    pub shown: String,
    /// The key it stands for, if it has one.
    pub key: Option<Key>,
}

/// A line of the footer and of the `?` page as one.
fn in_full(label: &str, help: &str) -> String {
    if label.is_empty() || help.contains(label) {
        return help.to_owned();
    }
    format!("{label}: {help}")
}

impl Palette {
    /// Opens the list over a place.
    #[must_use]
    pub fn open(place: Place) -> Self {
        Self {
            typed: Input::default(),
            cursor: 0,
            place,
        }
    }

    /// What fits to what is typed.
    #[must_use]
    pub fn doings(&self, keymap: &Keymap) -> Vec<Doing> {
        let mut all: Vec<Doing> = Vec::new();
        for line in keymap.lines(self.place) {
            // Digits and letters say more than that they were pressed.
            let told = !line.help.is_empty() && !matches!(line.action, Action::Palette);
            let known = all.iter().any(|doing| doing.action == line.action);
            if told && !known && !line.is_fixed() && !matches!(line.action, Action::Point) {
                all.push(Doing {
                    action: line.action,
                    words: in_full(line.label, line.help),
                    shown: line.shown.clone(),
                    key: line.first_key(),
                });
            }
        }
        let lines: Vec<(String, String)> = all
            .iter()
            .map(|doing| {
                let name = doing.action.name().replace('_', " ");
                (doing.words.clone(), format!("{name} {}", doing.shown))
            })
            .collect();
        let found = fitting(self.typed.value(), &lines);
        found
            .into_iter()
            .filter_map(|i| all.get(i).cloned())
            .collect()
    }

    /// A key was typed into its field.
    pub fn typed(&mut self, key: Key) {
        if field::edit(&mut self.typed, key) {
            self.cursor = 0;
        }
    }

    /// Marks another line.
    pub fn look(&mut self, action: Action, lines: usize) {
        self.cursor = moved(action, self.cursor, lines).unwrap_or(self.cursor);
    }
}

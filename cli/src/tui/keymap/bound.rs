//! The keys as they are bound in this run: the table, with what the configuration changed.

use std::sync::Arc;

use super::{Action, Keys, Place, Rank, TABLE};
use crate::tui::key::Key;

/// Around the name of a binding in a sentence: `⟨home.next_day⟩` is said as its key.
const MARKS: (char, char) = ('⟨', '⟩');

/// The keys of one line.
#[derive(Clone, Debug, PartialEq)]
pub enum BoundKeys {
    /// Each of these.
    Any(Vec<Key>),
    /// As the table says; they can't be changed.
    Fixed(Keys),
}

impl BoundKeys {
    /// Whether the key is one of them.
    #[must_use]
    pub fn has(&self, key: Key) -> bool {
        match self {
            Self::Any(keys) => keys.contains(&key),
            Self::Fixed(keys) => keys.has(key),
        }
    }
}

/// What keys do in one place.
#[derive(Clone, Debug, PartialEq)]
pub struct BoundLine {
    /// Where.
    pub place: Place,
    /// Which keys.
    pub keys: BoundKeys,
    /// The keys as they are written on the screen.
    pub shown: String,
    /// What they do.
    pub action: Action,
    /// For the footer; empty when only the `?` page tells.
    pub label: &'static str,
    /// For the `?` page; empty for a line that stands for several others in the footer.
    pub help: &'static str,
    /// Which of them the footer does without when it has not room for all.
    pub rank: Rank,
    /// The file and line that changed it.
    pub source: Option<String>,
}

impl BoundLine {
    /// All of its keys, as they are written.
    #[must_use]
    pub fn all_keys(&self) -> String {
        match &self.keys {
            BoundKeys::Any(keys) => {
                let names: Vec<String> = keys.iter().map(ToString::to_string).collect();
                names.join(" ")
            }
            BoundKeys::Fixed(_) => self.shown.clone(),
        }
    }

    /// The letter or digit that does the same as its first key, if there is one. Keys that were
    /// bound by hand are all shown anyway.
    #[must_use]
    pub fn also(&self) -> Option<Key> {
        match &self.keys {
            BoundKeys::Any(_) if self.source.is_some() => None,
            BoundKeys::Any(keys) => {
                let is_letter = |key: &&Key| matches!(key, Key::Char(c) if c.is_alphanumeric());
                keys.iter().skip(1).find(is_letter).copied()
            }
            BoundKeys::Fixed(_) => None,
        }
    }

    /// The first of its keys, if it has some of its own.
    #[must_use]
    pub fn first_key(&self) -> Option<Key> {
        match &self.keys {
            BoundKeys::Any(keys) => keys.first().copied(),
            BoundKeys::Fixed(_) => None,
        }
    }

    /// Whether its keys can't be changed.
    #[must_use]
    pub fn is_fixed(&self) -> bool {
        matches!(self.keys, BoundKeys::Fixed(_))
    }

    /// Whether it has no keys of its own and tells in the footer what several others do.
    fn sums_up(&self) -> bool {
        self.help.is_empty()
    }
}

/// All keys of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Keymap {
    lines: Arc<Vec<BoundLine>>,
}

impl Default for Keymap {
    fn default() -> Self {
        Self::new(table())
    }
}

/// The table, one line for each place.
pub(super) fn table() -> Vec<BoundLine> {
    let bound = |place: &Place, line: &super::Binding| BoundLine {
        place: *place,
        keys: match line.keys {
            Keys::Any(keys) => BoundKeys::Any(keys.to_vec()),
            fixed => BoundKeys::Fixed(fixed),
        },
        shown: line.shown.to_owned(),
        action: line.action,
        label: line.label,
        help: line.help,
        rank: line.rank,
        source: None,
    };
    TABLE
        .iter()
        .flat_map(|line| line.places.iter().map(move |place| bound(place, line)))
        .collect()
}

impl Keymap {
    pub(super) fn new(mut lines: Vec<BoundLine>) -> Self {
        let sums: Vec<(usize, String)> = lines
            .iter()
            .enumerate()
            .filter(|(_, line)| line.sums_up())
            .filter_map(|(at, line)| Some((at, summed(&lines, line)?)))
            .collect();
        for (at, shown) in sums {
            if let Some(line) = lines.get_mut(at) {
                line.shown = shown;
            }
        }
        Self {
            lines: Arc::new(lines),
        }
    }

    /// All lines of a place.
    pub fn lines(&self, place: Place) -> impl Iterator<Item = &BoundLine> {
        self.lines.iter().filter(move |line| line.place == place)
    }

    /// What a key does in a place.
    #[must_use]
    pub fn action(&self, place: Place, key: Key) -> Option<Action> {
        let mut lines = self.lines(place);
        lines.find(|line| line.keys.has(key)).map(|l| l.action)
    }

    /// The line that takes the letter of a ticket type away from it, if one does.
    #[must_use]
    pub fn hides_type(&self, letter: char) -> Option<&BoundLine> {
        let mut lines = self.lines(Place::Seats);
        let line = lines.find(|line| line.keys.has(Key::Char(letter)))?;
        (line.action != Action::TicketType).then_some(line)
    }

    /// What the footer of a place tells, in order.
    pub fn footer(&self, place: Place) -> impl Iterator<Item = &BoundLine> {
        self.lines(place)
            .filter(|line| !line.label.is_empty() && !line.shown.is_empty())
    }

    /// What the `?` page of a place tells, in order.
    pub fn help(&self, place: Place) -> impl Iterator<Item = &BoundLine> {
        self.lines(place)
            .filter(|line| !line.help.is_empty() && !line.shown.is_empty())
    }

    /// A sentence with the keys that it names, as they are bound: `⟨home.next_day⟩` is `n`.
    #[must_use]
    pub fn say(&self, sentence: &str) -> String {
        self.say_by(sentence, |line| &line.shown)
    }

    /// The same with other names for the lines than their keys.
    pub fn say_by<'a>(
        &'a self,
        sentence: &str,
        called: impl Fn(&'a BoundLine) -> &'a str,
    ) -> String {
        let mut said = String::new();
        let mut rest = sentence;
        while let Some((before, name, after)) = named(rest) {
            said.push_str(before);
            match self.line_of(name) {
                Some(line) => said.push_str(called(line)),
                None => said.push_str(name),
            }
            rest = after;
        }
        said + rest
    }

    /// The line of an action by its name: `home.next_day`.
    #[must_use]
    pub fn line_of(&self, name: &str) -> Option<&BoundLine> {
        let (place, action) = name.split_once('.')?;
        let mut lines = self.lines.iter().filter(|line| !line.sums_up());
        lines.find(|l| l.place.name() == place && l.action.name() == action)
    }
}

/// Text before the first mark, the name in it, and the text after.
fn named(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once(MARKS.0)?;
    let (name, after) = rest.split_once(MARKS.1)?;
    Some((before, name, after))
}

/// What a line that sums others up says, when the keys of one of them were changed: of `n/p` each
/// part stands for the line that has it in the table, and what is no key (`arrows`) stays.
fn summed(lines: &[BoundLine], sum: &BoundLine) -> Option<String> {
    let of_part = |part: &str| {
        let in_table = TABLE.iter().find(|line| {
            line.places.contains(&sum.place) && !line.help.is_empty() && line.shown == part
        })?;
        let mut here = lines.iter().filter(|line| line.place == sum.place);
        here.find(|line| line.action == in_table.action && !line.sums_up())
    };
    let parts: Vec<(&str, Option<&BoundLine>)> = sum
        .shown
        .split('/')
        .map(|part| (part, of_part(part)))
        .collect();
    let changed = |line: &BoundLine| line.source.is_some();
    if !parts.iter().any(|(_, line)| line.is_some_and(changed)) {
        return None;
    }
    let shown: Vec<&str> = parts
        .iter()
        .map(|(part, line)| line.map_or(*part, |line| line.shown.as_str()))
        .filter(|shown| !shown.is_empty())
        .collect();
    Some(shown.join("/"))
}

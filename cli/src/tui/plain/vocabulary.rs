//! The words of a place. They come from the table of keys, so that whatever can be pressed can be
//! said: by the name of its key, by its label, and by its action's own words.

use crate::tui::{
    key::Key,
    keymap::{Action, BoundKeys, BoundLine, Place},
    model::Model,
    wording::plain,
};

/// A line of the table that has keys of its own.
struct Line {
    keys: Vec<Key>,
    first: Key,
    action: Action,
    label: &'static str,
    help: &'static str,
}

impl Line {
    /// `None` for numbers, which are not words, and for ticket types, which are the show's.
    fn of(line: &BoundLine) -> Option<Self> {
        match &line.keys {
            BoundKeys::Any(keys) => Some(Self {
                keys: keys.clone(),
                first: *keys.first()?,
                action: line.action,
                label: line.label,
                help: line.help,
            }),
            BoundKeys::Fixed(_) => None,
        }
    }

    /// Everything that can be said for it.
    fn words(&self, place: Place) -> Vec<Word> {
        let word = |text: String, key: Key| Word { text, key };
        let named = self.keys.iter().map(|key| word(name(*key), *key));
        let label = (!self.label.is_empty()).then(|| self.label.to_lowercase());
        let more = plain::words_in(place, self.action);
        let more = more.iter().map(|text| (*text).to_owned());
        let spoken = label.into_iter().chain(more);
        named
            .chain(spoken.map(|text| word(text, self.first)))
            .collect()
    }
}

/// What a key does: with the two functions below the only way from here to the table.
pub(super) fn action(model: &Model, place: Place, key: Key) -> Option<Action> {
    model.keymap.action(place, key)
}

/// All lines of a place, in the order of the table.
fn lines(model: &Model, place: Place) -> impl Iterator<Item = Line> {
    model.keymap.help(place).filter_map(Line::of)
}

/// The lines that the footer of a place would show.
fn footer(model: &Model, place: Place) -> impl Iterator<Item = Line> {
    model.keymap.footer(place).filter_map(Line::of)
}

/// A word, and the key it stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    pub text: String,
    pub key: Key,
}

/// All words for the keys of a place, in the order of the table.
pub(super) fn words(model: &Model, place: Place) -> Vec<Word> {
    lines(model, place)
        .flat_map(|line| line.words(place))
        .collect()
}

/// The word for a line of the table.
pub(super) fn word_for(line: &BoundLine) -> &str {
    let words = plain::action_words(line.action);
    words.first().copied().unwrap_or(&line.shown)
}

/// A key by its name; letters as they are.
fn name(key: Key) -> String {
    match key {
        Key::Char(' ') => "space".to_owned(),
        Key::Char(c) => c.to_string(),
        other => other.to_string().to_lowercase(),
    }
}

/// The key for an action.
pub(super) fn key_of(model: &Model, place: Place, action: Action) -> Option<Key> {
    lines(model, place)
        .find(|line| line.action == action)
        .map(|line| line.first)
}

/// The choices of a dialog, in the order of their numbers.
pub(super) fn choices(model: &Model, place: Place) -> Vec<(&'static str, Key)> {
    footer(model, place)
        .map(|line| (line.label, line.first))
        .collect()
}

/// What can be said here, each with what it does.
pub(super) fn help(model: &Model, place: Place) -> Vec<String> {
    let of_place: &[(&str, &str)] = match place {
        Place::Home | Place::Browse => &plain::WORDS_OF_LISTS,
        Place::Seats => &plain::WORDS_OF_SEATS,
        Place::Payment => &plain::WORDS_OF_PAYMENT,
        _ => &[],
    };
    let own = of_place.iter().chain(&plain::WORDS_ANYWHERE);
    let own = own.map(|(word, does)| plain::word(word, does));
    let keys = lines(model, place).map(|line| {
        let first = name(line.first);
        let words = line.words(place);
        let spoken = words
            .iter()
            .find(|w| w.text.chars().count() > 1 && w.text != first);
        let names = match spoken {
            Some(word) => format!("{first}, or {}", word.text),
            None => first,
        };
        plain::word(&names, &model.keymap.say(line.help))
    });
    own.chain(keys).collect()
}

/// The words of a place in short, for somebody who said something else.
pub(super) fn in_short(model: &Model, place: Place) -> Vec<String> {
    let mut short: Vec<String> = footer(model, place)
        .map(|line| line.label.to_lowercase())
        .collect();
    if place == Place::Seats {
        short.extend(["seats", "prices", "booking"].map(str::to_owned));
    }
    for word in ["again", "time", "help", "quit"] {
        if !short.iter().any(|known| known == word) {
            short.push(word.to_owned());
        }
    }
    short
}

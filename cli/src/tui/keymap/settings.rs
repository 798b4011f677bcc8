//! `[keys]` of the configuration files: other keys for what the table has.

use super::{
    Action, Keymap, Place,
    bound::{BoundKeys, BoundLine, table},
    names::key_named,
};
use crate::{config::KeySetting, nearest::nearest, tui::key::Key};

/// The place that stands for all.
const ALL: &str = "all";
/// Keys that always do what they do: nobody shall be locked in.
const KEPT: [Key; 3] = [Key::Esc, Key::Enter, Key::Ctrl('c')];

/// The letters that price lists usually give their ticket types. Which a show has is known only when
/// it is opened: a letter beyond these that is bound is told there (`Keymap::hides_type`).
const USUAL_TYPES: [(char, &str); 4] = [
    ('a', "adult"),
    ('c', "child"),
    ('e', "senior"),
    ('s', "student"),
];

/// What is wrong with `[keys]`; each names the file and line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeysError {
    /// There is no such place.
    #[error("{at}: there is no place `{place}` with keys")]
    NoPlace {
        /// File and line.
        at: String,
        /// What was written.
        place: String,
        /// What was probably meant.
        near: Option<String>,
    },
    /// There is no such action there.
    #[error("{at}: there is no action `{action}` in {place}")]
    NoAction {
        /// File and line.
        at: String,
        /// Where.
        place: String,
        /// What was written.
        action: String,
        /// What was probably meant.
        near: Option<String>,
    },
    /// Its keys can't be changed.
    #[error("{at}: the keys of `{place}.{action}` are fixed")]
    Fixed {
        /// File and line.
        at: String,
        /// Where.
        place: String,
        /// What.
        action: String,
    },
    /// Not a key, or not one that can serve there.
    #[error("{at}: `{key}` can't be the key of `{place}.{action}`: {why}")]
    NotAKey {
        /// File and line.
        at: String,
        /// Where.
        place: String,
        /// What.
        action: String,
        /// What was written.
        key: String,
        /// Why not.
        why: String,
    },
    /// A letter that chooses a ticket type there.
    #[error(
        "{at}: in {place} `{key}` is the letter of the ticket type {ticket_type}, so it can't be the key of `{action}`"
    )]
    LetterOfType {
        /// File and line.
        at: String,
        /// Where.
        place: String,
        /// What.
        action: String,
        /// The letter.
        key: char,
        /// Whose it is in the usual price list.
        ticket_type: &'static str,
    },
    /// Two actions of one place have the same key.
    #[error("{at}: in {place} `{key}` is the key of both `{one}` and `{other}`")]
    Conflict {
        /// File and line.
        at: String,
        /// Where.
        place: String,
        /// Which key.
        key: String,
        /// The action that has it first.
        one: String,
        /// The other.
        other: String,
    },
}

impl KeysError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::NoPlace { near: Some(n), .. } | Self::NoAction { near: Some(n), .. } => {
                format!("did you mean `{n}`?")
            }
            Self::Conflict { place, one, .. } => {
                format!("give one of them another key, as in `{place}.{one} = \"x\"`")
            }
            Self::LetterOfType { place, action, .. } => format!(
                "give it another key, as in `{place}.{action} = \"ctrl-n\"`; ticket types have \
                 small letters of the price list"
            ),
            _ => "`houseful config keys` lists all places, actions and keys".to_owned(),
        }
    }
}

impl Keymap {
    /// The table with these settings, the one that counts most first.
    ///
    /// # Errors
    /// A setting names what is not there, or two actions have the same key.
    pub fn of(settings: &[KeySetting]) -> Result<Self, KeysError> {
        let mut lines = table();
        // What counts more comes later; a place of its own counts more than all of them.
        let by_layer = settings.iter().rev();
        let (all, own): (Vec<_>, Vec<_>) = by_layer.partition(|s| s.place == ALL);
        for setting in all.into_iter().chain(own) {
            apply(&mut lines, setting)?;
        }
        check(&lines)?;
        Ok(Self::new(lines))
    }
}

fn apply(lines: &mut [BoundLine], setting: &KeySetting) -> Result<(), KeysError> {
    let places: Vec<Place> = Place::all()
        .into_iter()
        .filter(|place| setting.place == ALL || place.name() == setting.place)
        .collect();
    if places.is_empty() {
        let names: Vec<String> = Place::all().iter().map(|p| p.name()).collect();
        let names = names.iter().map(String::as_str).chain([ALL]);
        return Err(KeysError::NoPlace {
            at: setting.at.clone(),
            near: nearest(&setting.place, names).map(str::to_owned),
            place: houseful_core::text::shown(&setting.place, 40),
        });
    }
    let is_meant = |line: &BoundLine| {
        places.contains(&line.place)
            && !line.help.is_empty()
            && line.action.name() == setting.action
    };
    let Some(found) = lines.iter().find(|line| is_meant(line)) else {
        return Err(no_action(lines, &places, setting));
    };
    if matches!(found.keys, BoundKeys::Fixed(_)) {
        return Err(KeysError::Fixed {
            at: setting.at.clone(),
            place: setting.place.clone(),
            action: setting.action.clone(),
        });
    }
    let keys = keys_of(setting)?;
    let mut done: Vec<Place> = Vec::new();
    for line in lines.iter_mut().filter(|line| is_meant(line)) {
        let BoundKeys::Any(before) = &line.keys else {
            continue;
        };
        let typing = line.place.is_text() && keys.iter().any(|k| matches!(k, Key::Char(_)));
        if typing && setting.place == ALL {
            continue;
        }
        if typing {
            return Err(not_a_key(setting, "letters are typed there".to_owned()));
        }
        if let Some(kept) = keys
            .iter()
            .find(|k| KEPT.contains(k) && !before.contains(k))
        {
            return Err(not_a_key(
                setting,
                format!("{kept} always does what it does"),
            ));
        }
        let mut bound: Vec<Key> = if done.contains(&line.place) {
            Vec::new()
        } else {
            keys.clone()
        };
        let kept = before.iter().filter(|k| KEPT.contains(k));
        let kept: Vec<Key> = kept.filter(|k| !bound.contains(k)).copied().collect();
        bound.extend(kept);
        done.push(line.place);
        line.shown = shown(&bound);
        line.keys = BoundKeys::Any(bound);
        line.source = Some(setting.at.clone());
    }
    Ok(())
}

fn keys_of(setting: &KeySetting) -> Result<Vec<Key>, KeysError> {
    let mut keys = Vec::new();
    for name in &setting.keys {
        let key = key_named(name).map_err(|why| KeysError::NotAKey {
            at: setting.at.clone(),
            place: setting.place.clone(),
            action: setting.action.clone(),
            key: houseful_core::text::shown(name, 24),
            why,
        })?;
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    Ok(keys)
}

fn not_a_key(setting: &KeySetting, why: String) -> KeysError {
    KeysError::NotAKey {
        at: setting.at.clone(),
        place: setting.place.clone(),
        action: setting.action.clone(),
        key: setting.keys.join(", "),
        why,
    }
}

fn no_action(lines: &[BoundLine], places: &[Place], setting: &KeySetting) -> KeysError {
    let known = lines
        .iter()
        .filter(|line| places.contains(&line.place) && !line.help.is_empty());
    let names: Vec<String> = known.map(|line| line.action.name()).collect();
    KeysError::NoAction {
        at: setting.at.clone(),
        place: setting.place.clone(),
        near: nearest(&setting.action, names.iter().map(String::as_str)).map(str::to_owned),
        action: houseful_core::text::shown(&setting.action, 40),
    }
}

/// How keys are written: the first two are enough.
fn shown(keys: &[Key]) -> String {
    let names: Vec<String> = keys.iter().take(2).map(ToString::to_string).collect();
    names.join("/")
}

/// Refuses two actions of one place with the same key, where a setting brought that about.
fn check(lines: &[BoundLine]) -> Result<(), KeysError> {
    for (at, line) in lines.iter().enumerate() {
        let BoundKeys::Any(keys) = &line.keys else {
            continue;
        };
        for key in keys {
            if let Some(source) = &line.source
                && let Some((letter, ticket_type)) = usual_type(lines, line.place, *key)
            {
                return Err(KeysError::LetterOfType {
                    at: source.clone(),
                    place: line.place.name(),
                    action: line.action.name(),
                    key: letter,
                    ticket_type,
                });
            }
            let rival = lines.iter().enumerate().find(|(other_at, other)| {
                *other_at != at
                    && other.place == line.place
                    && other.action != line.action
                    && fights(other, *key)
            });
            let Some((_, rival)) = rival else { continue };
            let Some(source) = line.source.as_ref().or(rival.source.as_ref()) else {
                continue;
            };
            return Err(KeysError::Conflict {
                at: source.clone(),
                place: line.place.name(),
                key: key.to_string(),
                one: line.action.name(),
                other: rival.action.name(),
            });
        }
    }
    Ok(())
}

/// The ticket type that a key usually chooses in a place where it can choose one.
fn usual_type(lines: &[BoundLine], place: Place, key: Key) -> Option<(char, &'static str)> {
    let chooses = |line: &BoundLine| {
        line.place == place && line.action == Action::TicketType && line.keys.has(key)
    };
    let mut usual = USUAL_TYPES.into_iter();
    let found = usual.find(|(letter, _)| Key::Char(*letter) == key)?;
    lines.iter().any(chooses).then_some(found)
}

/// Whether a line wants a key for itself. Letters of ticket types give way to everything else.
pub(super) fn fights(line: &BoundLine, key: Key) -> bool {
    let gives_way = line.action == Action::TicketType;
    !gives_way && line.keys.has(key)
}

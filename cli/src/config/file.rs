//! Reads one configuration file, with the line of each key.

use std::{fs, io, ops::Range, path::Path};

use toml::de::{DeTable, DeValue};

use super::{
    ConfigError, Key, KeySetting, find_key,
    keys::{KEYS, Misfit},
};
use crate::nearest::nearest;

/// The longest file that is read.
const BYTES_MAX: u64 = 256 * 1024;

/// The table with the keys of the screens.
const SCREEN_KEYS: &str = "keys";

/// What stands in a file.
#[derive(Default)]
pub(super) struct File {
    pub entries: Vec<Entry>,
    pub keys: Vec<KeySetting>,
}

/// One line of a file.
pub(super) struct Entry {
    pub key: &'static Key,
    pub text: String,
    pub line: u32,
}

/// The entries of the file; none when there is no file.
pub(super) fn read(path: &Path) -> Result<File, ConfigError> {
    let unreadable = |why: String| ConfigError::Unreadable {
        path: path.to_owned(),
        why,
    };
    match fs::metadata(path) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(File::default()),
        Err(e) => return Err(unreadable(e.to_string())),
        Ok(m) if m.len() > BYTES_MAX => {
            return Err(unreadable(format!("it is longer than {BYTES_MAX} bytes")));
        }
        Ok(_) => {}
    }
    let text = fs::read_to_string(path).map_err(|e| unreadable(e.to_string()))?;
    parse(path, &text)
}

/// The entries of `text`, which stands in the file at `path`.
pub(super) fn parse(path: &Path, text: &str) -> Result<File, ConfigError> {
    let table = DeTable::parse(text).map_err(|e| ConfigError::Syntax {
        path: path.to_owned(),
        line: e.span().map_or(1, |span| line_of(text, &span)),
        why: houseful_core::text::shown(e.message(), 200),
    })?;
    let mut file = File::default();
    for (name, value) in table.get_ref() {
        let at = |span: &Range<usize>| format!("{}:{}", path.display(), line_of(text, span));
        let place = at(&name.span());
        let given: &str = name.get_ref();
        if given == SCREEN_KEYS {
            file.keys = screen_keys(value.get_ref(), &place, &at)?;
            continue;
        }
        let key = find_key(given).ok_or_else(|| ConfigError::UnknownKey {
            key: houseful_core::text::shown(given, 60),
            place: place.clone(),
            nearest: nearest(given, KEYS.iter().map(|k| k.name)),
        })?;
        let value_text = plain_text(value.get_ref()).ok_or_else(|| ConfigError::Value {
            key: key.name,
            given: format!("({})", value.get_ref().type_str()),
            place,
            why: Misfit::takes(key.kind.words()),
        })?;
        file.entries.push(Entry {
            key,
            text: value_text,
            line: line_of(text, &name.span()),
        });
    }
    Ok(file)
}

/// `[keys]`: `seats.next_best = "n"`, or a list of keys.
fn screen_keys(
    value: &DeValue,
    place: &str,
    at: &dyn Fn(&Range<usize>) -> String,
) -> Result<Vec<KeySetting>, ConfigError> {
    let wrong = |given: &DeValue, place: &str| ConfigError::Value {
        key: SCREEN_KEYS,
        given: format!("({})", given.type_str()),
        place: place.to_owned(),
        why: Misfit::takes("lines such as `seats.next_best = \"n\"` or `= [\"n\", \"ctrl-n\"]`"),
    };
    let none = || wrong(value, place);
    let mut all = Vec::new();
    for (name, actions) in value.as_table().ok_or_else(none)? {
        let here = at(&name.span());
        let none = || wrong(actions.get_ref(), &here);
        for (action, keys) in actions.get_ref().as_table().ok_or_else(none)? {
            let here = at(&action.span());
            let keys = match keys.get_ref() {
                DeValue::Array(keys) => keys.iter().map(|key| plain_text(key.get_ref())).collect(),
                one => plain_text(one).map(|key| vec![key]),
            };
            all.push(KeySetting {
                place: name.get_ref().to_string(),
                action: action.get_ref().to_string(),
                keys: keys.ok_or_else(|| wrong(actions.get_ref(), &here))?,
                at: here,
            });
        }
    }
    Ok(all)
}

fn plain_text(value: &DeValue) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(number) => Some(number.to_string()),
        DeValue::Boolean(switch) => Some(switch.to_string()),
        DeValue::Float(_) | DeValue::Datetime(_) | DeValue::Array(_) | DeValue::Table(_) => None,
    }
}

fn line_of(text: &str, span: &Range<usize>) -> u32 {
    let before = text.get(..span.start).unwrap_or(text);
    let ends = before.bytes().filter(|b| *b == b'\n').count();
    u32::try_from(ends + 1).unwrap_or(u32::MAX)
}

//! Reads one configuration file, with the line of each key.

use std::{fs, io, ops::Range, path::Path};

use toml::de::{DeTable, DeValue};

use super::{ConfigError, Key, find_key, keys::KEYS};
use crate::nearest::nearest;

/// The longest file that is read.
const BYTES_MAX: u64 = 256 * 1024;

/// One line of a file.
pub(super) struct Entry {
    pub key: &'static Key,
    pub text: String,
    pub line: u32,
}

/// The entries of the file; none when there is no file.
pub(super) fn read(path: &Path) -> Result<Vec<Entry>, ConfigError> {
    let unreadable = |why: String| ConfigError::Unreadable {
        path: path.to_owned(),
        why,
    };
    match fs::metadata(path) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
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
pub(super) fn parse(path: &Path, text: &str) -> Result<Vec<Entry>, ConfigError> {
    let table = DeTable::parse(text).map_err(|e| ConfigError::Syntax {
        path: path.to_owned(),
        line: e.span().map_or(1, |span| line_of(text, &span)),
        why: houseful_core::text::shown(e.message(), 200),
    })?;
    table
        .get_ref()
        .iter()
        .map(|(name, value)| {
            let line = line_of(text, &name.span());
            let place = format!("{}:{line}", path.display());
            let given: &str = name.get_ref();
            let key = find_key(given).ok_or_else(|| ConfigError::UnknownKey {
                key: houseful_core::text::shown(given, 60),
                place: place.clone(),
                nearest: nearest(given, KEYS.iter().map(|k| k.name)),
            })?;
            let text = plain_text(value.get_ref()).ok_or_else(|| ConfigError::Value {
                key: key.name,
                given: format!("({})", value.get_ref().type_str()),
                place,
                why: key.kind.words(),
            })?;
            Ok(Entry { key, text, line })
        })
        .collect()
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

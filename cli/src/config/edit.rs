//! Changes one line of a configuration file and leaves the rest, comments too, as it is.

use std::{fs, io, path::Path};

use super::{ConfigError, Key, file, keys::Kind};

/// Sets `key` in the file to `value`, or takes its line out.
///
/// # Errors
/// The value can't be, or the file can't be read or written.
pub fn set_in_file(path: &Path, key: &'static Key, value: Option<&str>) -> Result<(), ConfigError> {
    let unwritable = |e: io::Error| ConfigError::Unwritable {
        path: path.to_owned(),
        why: e.to_string(),
    };
    if let Some(value) = value {
        key.kind
            .check(value)
            .map_err(|why| ConfigError::of_value(key, value, why))?;
    }
    let before = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(e) if e.kind() == io::ErrorKind::NotFound => String::new(),
        Err(e) => return Err(unwritable(e)),
    };
    let line_no = file::parse(path, &before)?
        .entries
        .into_iter()
        .find(|e| e.key.name == key.name)
        .map(|e| e.line);
    let after = replace_line(&before, line_no, value.map(|v| line(key, v)).as_deref());
    // Never leave a file behind that the next command can't read.
    file::parse(path, &after)?;
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(unwritable)?;
    }
    let draft = path.with_extension("toml.new");
    fs::write(&draft, after).map_err(unwritable)?;
    fs::rename(&draft, path).map_err(unwritable)
}

fn line(key: &Key, value: &str) -> String {
    let bare = match key.kind {
        Kind::Switch => matches!(value, "true" | "false"),
        Kind::Seconds => true,
        Kind::Text | Kind::Choice(_) | Kind::Zone | Kind::Styles | Kind::Name => false,
    };
    if bare {
        format!("{} = {value}", key.name)
    } else {
        format!("{} = {}", key.name, toml::Value::String(value.to_owned()))
    }
}

fn replace_line(text: &str, line_no: Option<u32>, line: Option<&str>) -> String {
    let mut out = String::new();
    // What comes after a `[table]` would belong to it.
    let table = text
        .lines()
        .position(|old| old.trim_start().starts_with('['));
    let fresh = line.filter(|_| line_no.is_none());
    for (no, old) in (1_u32..).zip(text.lines()) {
        if let Some(line) = fresh
            && table.is_some_and(|at| u32::try_from(at + 1) == Ok(no))
        {
            out.push_str(line);
            out.push('\n');
        }
        let new = if Some(no) == line_no { line } else { Some(old) };
        if let Some(new) = new {
            out.push_str(new);
            out.push('\n');
        }
    }
    if let (None, Some(line)) = (table, fresh) {
        out.push_str(line);
        out.push('\n');
    }
    out
}

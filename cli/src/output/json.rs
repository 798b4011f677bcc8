//! JSON, as the server sends it.

use std::io;

use serde::Serialize;
use serde_json::{Map, Value};

use super::{Picked, cell};

/// Any answer as JSON. Wire types are plain data and always become JSON.
pub(super) fn value<T: Serialize>(thing: &T) -> Value {
    serde_json::to_value(thing).unwrap_or(Value::Null)
}

/// One document.
pub(super) fn document(out: &mut dyn io::Write, value: &Value, pretty: bool) -> io::Result<()> {
    let text = if pretty {
        serde_json::to_string_pretty(value)
    } else {
        serde_json::to_string(value)
    };
    writeln!(out, "{}", text.map_err(io::Error::other)?)
}

/// One object a line.
pub(super) fn lines(
    out: &mut dyn io::Write,
    picked: Option<&Picked>,
    rows: &[Value],
) -> io::Result<()> {
    for row in rows {
        match picked {
            Some(picked) => document(out, &reduced(row, picked), false)?,
            None => document(out, row, false)?,
        }
    }
    Ok(())
}

/// The object with the picked fields only.
pub(super) fn reduced(row: &Value, picked: &Picked) -> Value {
    let pick = |(field, _): &(&str, &str)| ((*field).to_owned(), cell::at(row, field));
    Value::Object(picked.iter().map(pick).collect::<Map<_, _>>())
}

/// Reduces each object of the list that an answer carries.
pub(super) fn reduce_items(whole: &mut Value, picked: &Picked) {
    let lists = whole
        .as_object_mut()
        .into_iter()
        .flat_map(|o| o.values_mut());
    for items in lists.filter_map(Value::as_array_mut) {
        for item in items {
            *item = reduced(item, picked);
        }
    }
}

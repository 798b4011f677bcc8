//! Tabs for pipes, commas for spreadsheets. Values are complete.

use std::io;

use serde_json::Value;

use super::{Picked, cell};

/// One line a row, tabs between values; a header only when asked for.
pub(super) fn tabs(
    out: &mut dyn io::Write,
    picked: &Picked,
    rows: &[Value],
    header: bool,
) -> io::Result<()> {
    if header {
        let names: Vec<&str> = picked.iter().map(|(field, _)| *field).collect();
        writeln!(out, "{}", names.join("\t"))?;
    }
    for row in rows {
        let cells: Vec<String> = picked
            .iter()
            .map(|(field, _)| cell::escaped(&cell::full(&cell::at(row, field))))
            .collect();
        writeln!(out, "{}", cells.join("\t"))?;
    }
    Ok(())
}

/// A header and one line a row, quoted as RFC 4180 says.
pub(super) fn csv(out: &mut dyn io::Write, picked: &Picked, rows: &[Value]) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let failed = |e: csv::Error| io::Error::other(e);
    writer
        .write_record(picked.iter().map(|(field, _)| *field))
        .map_err(failed)?;
    for row in rows {
        let cells = picked.iter().map(|(field, _)| {
            let value = cell::at(row, field);
            let text = cell::full(&value);
            if value.is_number() {
                text
            } else {
                harmless(text)
            }
        });
        writer.write_record(cells).map_err(failed)?;
    }
    let bytes = writer
        .into_inner()
        .map_err(|e| io::Error::other(e.to_string()))?;
    out.write_all(&bytes)
}

/// Spreadsheets run what begins like a formula; a quote in front makes it text.
fn harmless(text: String) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text
    }
}

//! Tables for people. Only here are values shortened, to the width of the terminal.

use std::io;

use anstyle::Style;
use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use serde_json::Value;

use super::{Picked, View, cell};

fn bare_table(view: &View) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    if let Some(width) = view.width {
        table
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width(width);
    }
    table
}

/// Aligned columns with titles.
pub(super) fn rows(
    out: &mut dyn io::Write,
    picked: &Picked,
    rows: &[Value],
    view: &View,
) -> io::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let mut table = bare_table(view);
    // A zone is written as it is: `STARTS (Asia/Tokyo)`.
    table.set_header(
        picked
            .iter()
            .map(|(field, title)| cell::title(field, &title.to_uppercase(), view)),
    );
    for row in rows {
        table.add_row(
            picked
                .iter()
                .map(|(field, _)| cell::escaped(&cell::pretty(field, row, view))),
        );
    }
    for (i, (field, _)) in picked.iter().enumerate() {
        let numbers = rows.iter().all(|row| is_figure(&cell::at(row, field)));
        if let Some(column) = table.column_mut(i).filter(|_| numbers) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let text = table.trim_fmt();
    let bold = Style::new().bold();
    for (i, line) in text.lines().enumerate() {
        let line = line.strip_prefix(' ').unwrap_or(line);
        if i == 0 && view.color {
            writeln!(out, "{bold}{line}{bold:#}")?;
        } else {
            writeln!(out, "{line}")?;
        }
    }
    Ok(())
}

fn is_figure(value: &Value) -> bool {
    value.is_number() || value.is_null() || value["minor"].is_number()
}

/// One thing, a line for each field.
pub(super) fn card(
    out: &mut dyn io::Write,
    picked: &Picked,
    value: &Value,
    view: &View,
) -> io::Result<()> {
    let width = picked
        .iter()
        .map(|(field, title)| cell::title(field, title, view).len())
        .max()
        .unwrap_or(0);
    for (field, title) in picked {
        let title = cell::title(field, title, view);
        let text = cell::pretty(field, value, view);
        if !text.is_empty() {
            writeln!(out, "{title:<width$}  {}", cell::escaped(&text))?;
        }
    }
    Ok(())
}

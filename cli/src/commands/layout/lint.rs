//! `houseful layout lint`: what is wrong or odd, where an editor can jump to.

use std::{fmt::Write, path::PathBuf};

use houseful_core::{
    layout::{Finding, Severity, lint},
    wire::Page,
};
use serde::Serialize;

use super::{READ_BYTES_MAX, name, text_of};
use crate::{
    context::Context,
    error::CliError,
    output::{Columns, Format, escaped, usual},
};

/// One finding in a file.
#[derive(Debug, Serialize)]
struct Told {
    file: String,
    #[serde(flatten)]
    finding: Finding,
}

pub(super) static COLUMNS: Columns = Columns {
    id: "file",
    columns: &[
        usual("file", "File"),
        usual("line", "Line"),
        usual("column", "Column"),
        usual("severity", "Severity"),
        usual("message", "What"),
    ],
};

pub(super) fn run(ctx: &mut Context, files: &[PathBuf]) -> Result<(), CliError> {
    let mut items = Vec::new();
    for path in files {
        let found = lint(&text_of(path, READ_BYTES_MAX)?);
        items.extend(found.into_iter().map(|finding| Told {
            file: name(path),
            finding,
        }));
    }
    let count = |severity| {
        let of_it = items.iter().filter(|t| t.finding.severity == severity);
        of_it.count()
    };
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    let style = &ctx.style;
    // Editors and build logs read the same form as people.
    let in_words = matches!(style.format, Format::Table | Format::Plain) && !style.header;
    if in_words && style.fields.is_none() && !style.ids_only {
        ctx.text(&lines(&items))?;
        if errors == 0 {
            ctx.say(&format!(
                "no mistakes in {}, {}",
                many(files.len(), "file"),
                many(warnings, "warning")
            ));
        }
    } else {
        let page = Page { items, next: None };
        ctx.list(&COLUMNS, &page, &page.items, "")?;
    }
    if errors == 0 {
        return Ok(());
    }
    Err(CliError::usage_hint(
        format!(
            "{} and {} in {}",
            many(errors, "mistake"),
            many(warnings, "warning"),
            many(files.len(), "file")
        ),
        "docs/halls.md describes what can be drawn",
    ))
}

fn lines(items: &[Told]) -> String {
    let mut text = String::new();
    for told in items {
        let Finding {
            line,
            column,
            severity,
            message,
        } = &told.finding;
        let severity = match severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let (file, message) = (escaped(&told.file), escaped(message));
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{file}:{line}:{column}: {severity}: {message}");
    }
    text
}

fn many(count: usize, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        _ => format!("{count} {what}s"),
    }
}

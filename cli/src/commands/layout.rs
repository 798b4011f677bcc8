//! `houseful layout`: halls drawn as text. Asks nobody.

mod diff;
mod lint;
mod show;

use std::{
    fs,
    io::{self, Read},
    path::Path,
};

use houseful_core::layout::{SeatLayout, TEXT_BYTES_MAX};

use crate::{args::LayoutCommand, context::Context, error::CliError, output::Columns};

/// What is read of a file at most: enough that the reader of halls says that it is too long.
const READ_BYTES_MAX: usize = TEXT_BYTES_MAX + 1_024;

pub(super) fn run(ctx: &mut Context, command: &LayoutCommand) -> Result<(), CliError> {
    match command {
        LayoutCommand::Lint { files } => lint::run(ctx, files),
        LayoutCommand::Show { file } => show::run(ctx, file),
        LayoutCommand::Diff { old, new } => diff::run(ctx, old, new),
    }
}

/// The fields of what a command answers.
pub(super) fn columns(command: &LayoutCommand) -> &'static Columns {
    match command {
        LayoutCommand::Lint { .. } => &lint::COLUMNS,
        LayoutCommand::Show { .. } => &show::COLUMNS,
        LayoutCommand::Diff { .. } => &diff::COLUMNS,
    }
}

/// The text of a file, or of standard input, of at most so many bytes.
fn text_of(path: &Path, bytes_max: usize) -> Result<String, CliError> {
    let unreadable = |source| CliError::File {
        what: "read",
        path: path.to_owned(),
        source,
    };
    let most = u64::try_from(bytes_max).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    if path == Path::new("-") {
        io::stdin().lock().take(most).read_to_end(&mut bytes)
    } else {
        fs::File::open(path).and_then(|file| file.take(most).read_to_end(&mut bytes))
    }
    .map_err(unreadable)?;
    match String::from_utf8(bytes) {
        Ok(text) => Ok(text),
        // What was cut off in the middle of a letter is too long, which its reader will say.
        Err(e) if e.as_bytes().len() == bytes_max => {
            Ok(String::from_utf8_lossy(e.as_bytes()).into_owned())
        }
        Err(_) => Err(CliError::usage(format!("{} is not text", name(path)))),
    }
}

/// What a file is called in a message, as editors expect it.
fn name(path: &Path) -> String {
    if path == Path::new("-") {
        return "<stdin>".to_owned();
    }
    path.display().to_string()
}

/// The hall that a file draws.
fn layout_of(path: &Path) -> Result<SeatLayout, CliError> {
    let text = text_of(path, READ_BYTES_MAX)?;
    SeatLayout::parse(&text).map_err(|errors| {
        let file = name(path);
        let first = errors.first();
        let first = first.map_or_else(String::new, |e| {
            format!("{file}:{}:{}: {}", e.line, e.column, e.message)
        });
        CliError::usage_hint(
            first,
            format!("`houseful layout lint {file}` lists all mistakes"),
        )
    })
}

//! The `houseful` program: commands and screens for a Houseful server.
//!
//! Everything here speaks HTTP. Only the commands that run a server may name the server crate.

pub mod args;
pub mod capacity;
pub mod client;
pub mod commands;
pub mod config;
pub mod connection;
pub mod context;
#[cfg(feature = "embedded")]
pub mod demo;
#[cfg(feature = "embedded")]
pub mod embedded;
pub mod error;
mod log;
pub mod mirror;
pub mod moment;
mod nearest;
pub mod output;
mod private;
pub mod state;
#[cfg(feature = "embedded")]
mod stop;
pub mod terminal;
pub mod tui;
mod wish;

use std::{ffi::OsString, io::Write, process::ExitCode};

use clap::FromArgMatches;

use crate::{
    args::Cli,
    context::{Console, Context},
    error::{CliError, ExitStatus, Reporter},
};

/// Runs the program on the arguments and streams of this process.
#[must_use]
pub fn main() -> ExitCode {
    guarded(|| run(std::env::args_os(), Console::of_process()))
}

/// Does the work of a whole process. A panic in it is told in words, after what it wrote into a
/// file, and ends in an exit code like any other failure.
#[must_use]
pub fn guarded(work: impl FnOnce() -> ExitStatus + std::panic::UnwindSafe) -> ExitCode {
    let paths = config::Paths::of(&|name| std::env::var(name).ok());
    error::install_crash_report(paths.state);
    let status = std::panic::catch_unwind(work).unwrap_or_else(|_| {
        let words = error::last_words().unwrap_or_else(|| "houseful stopped".to_owned());
        // Nothing can be done when even this can't be told.
        let _ = writeln!(std::io::stderr(), "error: {words}");
        ExitStatus::Failed
    });
    ExitCode::from(status.code())
}

/// Runs one command line on the streams of `console`.
pub fn run(args: impl IntoIterator<Item = OsString>, mut console: Console) -> ExitStatus {
    let args: Vec<OsString> = args.into_iter().collect();
    let parsed = args::command()
        .try_get_matches_from(&args)
        .and_then(|matches| Cli::from_arg_matches(&matches));
    let cli = match parsed {
        Ok(cli) => cli,
        Err(error) => return tell_usage(&error, &args, &mut console),
    };
    let (takes_screen, logs) = (cli.takes_the_screen(), cli.logs_by_itself());
    let reporter = early_reporter(&args, &console);
    let mut context = match Context::new(cli.globals, console) {
        Ok(context) => context,
        Err((error, mut console)) => {
            reporter.tell(&error, &mut console.err);
            return error.exit();
        }
    };
    let verbose = context.globals.verbose;
    // A screen that is not going to be drawn needs no log behind it.
    if takes_screen && !context.globals.dry_run {
        log::begin_behind_screen(
            context.paths.state.as_deref(),
            verbose,
            &context.console.env,
        );
    } else if !logs {
        let color = context.color(context.console.terminal.stderr);
        log::begin(verbose, color, &context.console.env);
    }
    let done = match cli.command {
        None => context.text(&args::short_help()),
        Some(command) => commands::run(&mut context, command),
    };
    match done.and_then(|()| context.flush()) {
        Ok(()) => ExitStatus::Done,
        Err(error) => {
            // What was written before the error is part of the answer.
            let _ = context.flush();
            let reporter = context.reporter();
            reporter.tell(&error, &mut context.console.err);
            error.exit()
        }
    }
}

/// How errors are told before the settings are known.
fn early_reporter(args: &[OsString], console: &Console) -> Reporter {
    let texts: Vec<&str> = args.iter().filter_map(|a| a.to_str()).collect();
    let after = |flag: &str| {
        texts
            .iter()
            .enumerate()
            .find_map(|(i, text)| match text.strip_prefix(flag) {
                Some("") => texts.get(i + 1).copied(),
                Some(value) => value.strip_prefix('=').or(Some(value)),
                None => None,
            })
    };
    let output = after("-o").or_else(|| after("--output"));
    let json = texts.contains(&"--json") || matches!(output, Some("json" | "ndjson"));
    let chosen = after("--color").unwrap_or("auto");
    let terminal = console.terminal;
    Reporter {
        json,
        color: terminal.color(terminal.stderr, chosen, &console.env),
    }
}

/// Tells what the parser of the command line has to say: help, the version, or what is wrong.
fn tell_usage(error: &clap::Error, args: &[OsString], console: &mut Console) -> ExitStatus {
    let reporter = early_reporter(args, console);
    let rendered = error.render();
    let text = if reporter.color {
        rendered.ansi().to_string()
    } else {
        rendered.to_string()
    };
    if !error.use_stderr() {
        let written = console
            .out
            .write_all(text.as_bytes())
            .and_then(|()| console.out.flush());
        return match written.map_err(CliError::from) {
            Ok(()) => ExitStatus::Done,
            Err(error) => error.exit(),
        };
    }
    if reporter.json {
        let plain = rendered.to_string();
        let sentence = plain.lines().next().unwrap_or_default();
        let sentence = sentence.strip_prefix("error: ").unwrap_or(sentence);
        let usage = plain.lines().find_map(|l| l.strip_prefix("Usage: "));
        let error = CliError::Usage {
            message: sentence.to_owned(),
            hint: usage.map(str::to_owned),
        };
        reporter.tell(&error, &mut console.err);
    } else {
        // Nothing can be done when even this can't be told.
        let _ = console.err.write_all(text.as_bytes());
    }
    ExitStatus::Usage
}

#[cfg(test)]
mod tests;
